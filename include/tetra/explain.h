/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_EXPLAIN_H
#define TETRA_EXPLAIN_H

/*
 * What a policy does, in sentences and as the ordered decision table that its rules are compiled
 * to; and what each field of the language means. Pure functions; no kernel, no privilege, any
 * thread. Sentences are for people: their wording changes.
 */

#include <tetra/common.h>
#include <tetra/compare.h>
#include <tetra/diag.h>
#include <tetra/policy.h>

TETRA_BEGIN_DECLS

struct tetra_explanation;

/**
 * struct tetra_explained_policy - what holds for all hooks of a policy
 * @size:	set by the caller to sizeof(struct tetra_explained_policy)
 * @mode:	enum tetra_mode
 * @n_hooks:	hooks of the policy
 * @n_rows:	rows of all of them
 * @reserved:	0
 * @name:	metadata.name
 * @file:	as it was given when the policy was parsed; NULL: it was not
 * @text:	sentences, one a line
 *
 * Texts of an explanation are borrowed from it. Since: 0.1
 */
struct tetra_explained_policy {
	size_t size;
	uint32_t mode;
	uint32_t n_hooks;
	uint32_t n_rows;
	uint32_t reserved;
	const char *name;
	const char *file;
	const char *text;
};

/**
 * struct tetra_explained_hook - one hook
 * @size:	set by the caller to sizeof(struct tetra_explained_hook)
 * @line:	where it is in the policy, from 1
 * @first_row:	of its rows
 * @n_rows:	how many; the last says what happens if no other one decides
 * @is_exact:	1: the rows' conditions are those that are compiled; 0: they are not computed (too
 *		many, or of a type that follows from a tracepoint's format), and are the filters
 *		as they are written
 * @path:	"kprobes[0]"
 * @function:	the function, "subsystem/name" of a tracepoint, the name of an LSM hook
 * @kind:	"kprobe", "tracepoint", "raw tracepoint", "lsm"
 * @text:	sentences, one a line
 *
 * Since: 0.1
 */
struct tetra_explained_hook {
	size_t size;
	uint32_t line;
	uint32_t first_row;
	uint32_t n_rows;
	uint32_t is_exact;
	const char *path;
	const char *function;
	const char *kind;
	const char *text;
};

/**
 * struct tetra_explained_row - one row of a hook's decision table
 * @size:	set by the caller to sizeof(struct tetra_explained_row)
 * @hook:	index of the hook
 * @selector:	index of the selector; -1: what happens if no selector decides, or there is none
 * @line:	where it is in the policy, from 1
 * @column:	likewise
 * @n_where:	number of @where
 * @is_decisive: 1: it may decide; 0: rows before it take all its events
 * @where:	all of these hold; the row decides if no row before it does. Form as in
 *		struct tetra_region
 * @effect:	"kill", "deny:EPERM", "told" as in struct tetra_region
 * @label:	of the selector; NULL: none
 * @text:	the row as a sentence
 *
 * Since: 0.1
 */
struct tetra_explained_row {
	size_t size;
	uint32_t hook;
	int32_t selector;
	uint32_t line;
	uint32_t column;
	uint32_t n_where;
	uint32_t is_decisive;
	const struct tetra_condition *where;
	const char *effect;
	const char *label;
	const char *text;
};

/**
 * tetra_explain() - explain a policy
 * @ret:	set to the explanation; freed by tetra_explanation_free(). It does not refer to @policy
 * @policy:	a policy
 *
 * Return: 0; -EINVAL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_explain(struct tetra_explanation **ret,
			    const struct tetra_policy *policy);

/** tetra_explanation_free() - free an explanation; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_explanation *
tetra_explanation_free(struct tetra_explanation *explanation);

/** tetra_explanation_get_policy() - what holds for the policy. Return: 0; -EINVAL without a
 * size. Since: 0.1 */
TETRA_API int tetra_explanation_get_policy(const struct tetra_explanation *explanation,
					   struct tetra_explained_policy *ret);

/** tetra_explanation_get_hook() - a hook, in the order of the policy. Return: 0; -ENOENT past
 * the last; -EINVAL without a size. Since: 0.1 */
TETRA_API int tetra_explanation_get_hook(const struct tetra_explanation *explanation,
					 uint32_t index,
					 struct tetra_explained_hook *ret);

/** tetra_explanation_get_row() - a row, of all hooks in their order. Return: as above.
 * Since: 0.1 */
TETRA_API int tetra_explanation_get_row(const struct tetra_explanation *explanation,
					uint32_t index, struct tetra_explained_row *ret);

/* Fields of the language */

struct tetra_field;

/**
 * struct tetra_field_text - what a field of the language means
 * @size:	set by the caller to sizeof(struct tetra_field_text)
 * @is_required: 1: the policy is wrong without it
 * @has_range:	1: @minimum and @maximum hold
 * @max_items:	of a list or mapping; 0: no limit
 * @n_words:	number of @words
 * @n_fields:	number of @fields
 * @reserved:	0
 * @minimum:	of an integer, or of the items of a list of integers
 * @maximum:	likewise
 * @words:	the words that it takes, if it takes no other text
 * @fields:	names of the fields of its value, or of the items of the list
 * @path:	"spec.kprobes[].selectors[].matchArgs[]"
 * @type:	"text", "one of the words", "true or false", "integer", "list of objects" ...
 * @status:	"supported", "not yet supported", "removed", "ignored"
 * @text:	what it means
 * @default_text: what holds without it; NULL: it is required
 * @kernel:	what it needs of the kernel
 * @tetragon:	what Tetragon does differently; NULL: nothing is known
 *
 * All strings are borrowed from the field. Since: 0.1
 */
struct tetra_field_text {
	size_t size;
	uint32_t is_required;
	uint32_t has_range;
	uint32_t max_items;
	uint32_t n_words;
	uint32_t n_fields;
	uint32_t reserved;
	int64_t minimum;
	int64_t maximum;
	const char *const *words;
	const char *const *fields;
	const char *path;
	const char *type;
	const char *status;
	const char *text;
	const char *default_text;
	const char *kernel;
	const char *tetragon;
};

/**
 * tetra_field_find() - look a field up
 * @ret:	set to the field; freed by tetra_field_free()
 * @path:	"spec.kprobes.selectors.matchArgs"; indices in brackets are passed over, and the
 *		beginning may be left out: "matchArgs.operator". "": the policy itself
 *
 * Of several fields that a short path fits, the first is meant that has the fewest names
 * before it and is supported.
 *
 * Return: 0; -ENOENT; -EINVAL; -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_field_find(struct tetra_field **ret, const char *path);

/** tetra_field_free() - free a field; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_field *tetra_field_free(struct tetra_field *field);

/** tetra_field_get() - read a field. Return: 0; -EINVAL without a size. Since: 0.1 */
TETRA_API int tetra_field_get(const struct tetra_field *field,
			      struct tetra_field_text *ret);

TETRA_END_DECLS

#endif
