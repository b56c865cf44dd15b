/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the filters of a selector accept, as far as it can be told without a kernel. A filter
 * accepts a set of the values of one subject (an argument, its port, the pid, a namespace,
 * ...); all that rules say of filters is made of one question: is it certain that no value
 * is in all of some sets? "A covers B" is: nothing is in B and not in A.
 */
#ifndef TETRA_LIB_LINT_SET_H
#define TETRA_LIB_LINT_SET_H

#include "lib/policy/language.h"
#include "lib/policy/lint-range.h"

struct lint;

/* How a value stands for what it accepts. */
enum lint_set_kind {
	LINT_SET_UNKNOWN, /* nothing is said of it */
	LINT_SET_EQUAL, /* numbers; also MIN:MAX */
	LINT_SET_GREATER,
	LINT_SET_LESS,
	LINT_SET_MASK,
	LINT_SET_FIXED, /* no values: those of .fixed */
	LINT_SET_TEXT,
	LINT_SET_PREFIX,
	LINT_SET_POSTFIX,
	LINT_SET_PART,
	LINT_SET_PART_NOCASE,
	LINT_SET_NET,
	LINT_SET_NAMESPACE, /* numbers, and a word for one that we do not know */
	LINT_SET_MEMBER, /* the subject is a set, which has one of them: ancestors */
	LINT_SET_CAPABILITY, /* the same, of at most 64 things */
};

enum lint_list {
	LINT_ARGS,
	LINT_DATA,
	LINT_RETURN,
	LINT_PIDS,
	LINT_BINARIES,
	LINT_PARENTS,
	LINT_NAMESPACES,
	LINT_CAPABILITIES,
	LINT_OTHER, /* filters that are only compared as they are written */
};

/* What a filter looks at: two with the same subject can be compared. */
struct lint_subject {
	enum lint_list list;
	uint32_t position; /* arguments; namespaces and capability sets: their number */
	const char *attribute; /* within an argument: "DPort"; "" for its value */
	uint8_t flags; /* followForks and the like, which make it another subject */
};

struct lint_set {
	enum lint_set_kind kind;
	bool negated;
	struct lint_subject subject;
	const struct type_row *type; /* of the argument; may be NULL */
	const struct names *names; /* that stand for numbers */
	uint8_t bits; /* of the attribute; 0: those of the type */
	uint64_t max; /* of the attribute, if it is less than the bits could hold; or 0 */
	struct lint_range fixed;
	const struct doc_values *values;
	const struct node *node; /* the filter */
	doc_value op;
};

/* One set of a question; of its values perhaps only one, and perhaps all that is not in it. */
struct lint_term {
	const struct lint_set *set;
	bool complement;
	bool one; /* only the value @i */
	uint32_t i;
};

#define LINT_MAX_SETS  48u
#define LINT_MAX_TERMS 96u
#define LINT_MAX_FACTS 64u

/* All filters of a selector, macros included. */
struct lint_sets {
	struct lint_set items[LINT_MAX_SETS];
	uint32_t n;
};

void lint_sets_of(const struct lint *lint, const struct doc_selector *selector,
		  struct lint_sets *ret);

/* Its values are compared with paths as the kernel resolves them. */
bool lint_set_is_path(const struct lint_set *set);

bool lint_same_subject(const struct lint_set *a, const struct lint_set *b);

/*
 * Adds what follows from the terms for other subjects: sets of their own, in @sets. How many
 * terms there are then.
 */
uint32_t lint_facts_add(const struct lint *lint, struct lint_term *terms, uint32_t n,
			uint32_t max, struct lint_set *sets, uint32_t max_sets);

/*
 * It is certain that no value is in all sets; false where it is not known, or would cost
 * more than is left to spend.
 */
bool lint_terms_exclude(const struct lint *lint, const struct lint_term *terms, uint32_t n);
/* The same by what is written alone, without what follows from it for other subjects. */
bool lint_terms_exclude_plainly(const struct lint *lint, const struct lint_term *terms,
				uint32_t n);

#endif
