/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a filter accepts, as far as it can be told without a kernel: values of one attribute
 * (an argument, a port, the pid, ...) or, negated, all others. Two filters on the same
 * attribute can be compared: one takes everything that the other does, or no value passes
 * both. Where it is not known, neither is said.
 */
#ifndef TETRA_LIB_LINT_SET_H
#define TETRA_LIB_LINT_SET_H

#include "lib/policy/language.h"

/* How a value stands for what it accepts. */
enum lint_set_kind {
	LINT_SET_UNKNOWN,
	LINT_SET_EQUAL, /* numbers; also MIN:MAX */
	LINT_SET_GREATER,
	LINT_SET_LESS,
	LINT_SET_MASK,
	LINT_SET_TEXT,
	LINT_SET_PREFIX,
	LINT_SET_POSTFIX,
	LINT_SET_NET,
	LINT_SET_NAMESPACE, /* numbers, and a word for one that we do not know */
	LINT_SET_MEMBER, /* a set that has any of them: capabilities, ancestors */
};

struct lint_set {
	enum lint_set_kind kind;
	bool negated;
	const char *attribute; /* within an argument: "DPort"; "" for its value */
	const struct type_row *type; /* of the argument; may be NULL */
	const struct names *names; /* that stand for numbers */
	const struct doc_values *values;
};

struct lint_set lint_set_of_filter(const struct doc_filter *filter,
				   const struct type_row *type);
struct lint_set lint_set_of_pids(const struct doc_pids *pids);
struct lint_set lint_set_of_binaries(const struct doc_binaries *binaries);
struct lint_set lint_set_of_namespaces(const struct doc_namespaces *doc);
struct lint_set lint_set_of_capabilities(const struct doc_capabilities *capabilities);

/* The filter whose operator this is accepts nothing by its value @i: "LT 0", unsigned. */
bool lint_set_value_is_empty(const struct lint_set *set, uint32_t i);

/*
 * Both look at the same attribute. @steps is what may still be spent on comparisons; when it
 * is too little for this one, nothing is said.
 */
bool lint_set_covers(const struct lint_set *a, const struct lint_set *b, uint64_t *steps);
bool lint_set_is_disjoint(const struct lint_set *a, const struct lint_set *b,
			  uint64_t *steps);

#endif
