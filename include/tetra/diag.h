/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_DIAG_H
#define TETRA_DIAG_H

/*
 * Diagnostics: errors and warnings about user input, collected as data; a call reports
 * everything it finds. A collector belongs to the caller, can be used for several calls
 * (findings accumulate), and is used by one thread at a time.
 */

#include <tetra/common.h>

TETRA_BEGIN_DECLS

struct tetra_diag;

/* Crosses the ABI as uint32_t. Since: 0.1 */
enum tetra_severity {
	TETRA_SEVERITY_ERROR = 1,   /* rejected */
	TETRA_SEVERITY_WARNING = 2, /* loads, but does not do what it seems to say */
	TETRA_SEVERITY_NOTE = 3,    /* what was chosen or widened, and why */
};

/**
 * struct tetra_finding - one finding
 * @size:	set by the caller to sizeof(struct tetra_finding)
 * @severity:	enum tetra_severity
 * @line:	from 1; 0 if the finding has no place in a file
 * @column:	from 1, in characters; 0 if unknown
 * @code:	stable short name, "unknown-field"; for programs
 * @file:	file name as the caller gave it; NULL if none
 * @path:	place in the document, "spec.kprobes[0].call"; NULL if none
 * @message:	one line, no full stop
 * @hint:	what to do about it; NULL if none
 * @places:	after tetra_diag_fold(): the other places, @n_places of them; NULL if none
 * @n_places:	number of @places
 * @count:	1 + @n_places
 *
 * All strings are borrowed from the collector until it is cleared or freed. Since: 0.1
 */
struct tetra_finding {
	size_t size;
	uint32_t severity;
	uint32_t line;
	uint32_t column;
	uint32_t reserved;
	const char *code;
	const char *file;
	const char *path;
	const char *message;
	const char *hint;
	/* Since: 0.1 */
	const struct tetra_place *places;
	uint32_t n_places;
	uint32_t count;
};

/* A place in the file of a finding. Since: 0.1 */
struct tetra_place {
	uint32_t line;	 /* from 1 */
	uint32_t column; /* from 1, in characters; 0 if unknown */
};

/**
 * tetra_diag_new() - make an empty collector
 * @ret:	set to the collector; freed by tetra_diag_free()
 *
 * Return: 0, or -ENOMEM. Since: 0.1
 */
TETRA_API int tetra_diag_new(struct tetra_diag **ret);

/** tetra_diag_free() - free a collector; NULL is fine. Return: NULL. Since: 0.1 */
TETRA_API struct tetra_diag *tetra_diag_free(struct tetra_diag *diag);

/** tetra_diag_clear() - forget all findings. Since: 0.1 */
TETRA_API void tetra_diag_clear(struct tetra_diag *diag);

/**
 * tetra_diag_count() - how many findings of a severity there are
 * @severity:	enum tetra_severity, or 0 for all
 *
 * Return: the count; 0 for a NULL collector. Since: 0.1
 */
TETRA_API unsigned int tetra_diag_count(const struct tetra_diag *diag, uint32_t severity);

/**
 * tetra_diag_get() - read one finding
 * @index:	from 0; findings are sorted by file, line and column, those without a line last
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_diag_get(struct tetra_diag *diag, unsigned int index,
			     struct tetra_finding *ret);

/**
 * tetra_diag_fold() - merge many findings of one kind into one
 * @more_than:	kinds with at most this many findings in a file are not merged
 *
 * Warnings and notes that differ only in their place, and in what they quote, become one, at
 * the first place; the message and hint are those of the first. Findings that are added
 * later are not merged until the next call.
 *
 * Return: how many findings were merged away; -ENOMEM, and nothing has changed. Since: 0.1
 */
TETRA_API int tetra_diag_fold(struct tetra_diag *diag, unsigned int more_than);

/**
 * tetra_diag_render() - one finding as human-readable text
 * @index:	from 0, as in tetra_diag_get()
 * @buf:	where to write; may be NULL if @size is 0
 * @size:	bytes in @buf; the text is cut to fit and always NUL-terminated if @size > 0
 *
 * "FILE:LINE:COLUMN: error: MESSAGE [CODE]", the source line and a caret under the column
 * if they are known, the other places of a merged finding, and the hint; lines end in a
 * newline. Control characters in the file name are escaped.
 *
 * Return: bytes the whole text needs without its NUL; -ENOENT past the last. Since: 0.1
 */
TETRA_API int tetra_diag_render(struct tetra_diag *diag, unsigned int index, char *buf,
				size_t size);

/**
 * struct tetra_finding_text - what the findings of one code mean
 * @size:	set by the caller to sizeof(struct tetra_finding_text)
 * @severity:	enum tetra_severity; 0 if findings of the code can be of several
 * @code:	as in struct tetra_finding
 * @title:	one line, no full stop
 * @text:	what it means and why it matters; sentences without line breaks
 * @cure:	what to do about it; likewise
 * @example:	YAML that gets such a finding from tetra_policy_parse() with TETRA_LINT_TEXT: a
 *		policy, or what is below its "spec:"; lines end in a newline. NULL if the text
 *		of a policy alone does not show it
 *
 * All strings are static. Since: 0.1
 */
struct tetra_finding_text {
	size_t size;
	uint32_t severity;
	uint32_t reserved;
	const char *code;
	const char *title;
	const char *text;
	const char *cure;
	const char *example;
};

/**
 * tetra_finding_describe() - what the findings of a code mean
 * @code:	of a finding
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT for an unknown code; -EINVAL without a size. Any thread. Since: 0.1
 */
TETRA_API int tetra_finding_describe(const char *code, struct tetra_finding_text *ret);

/**
 * tetra_finding_list() - all codes, one after the other
 * @index:	from 0: the codes of errors in a policy, those of warnings, then those of
 *		machines and sessions; each group in the order of its codes
 * @ret:	as for tetra_finding_describe()
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Any thread. Since: 0.1
 */
TETRA_API int tetra_finding_list(unsigned int index, struct tetra_finding_text *ret);

TETRA_END_DECLS

#endif
