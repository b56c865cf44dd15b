/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the filters of a selector accept, as far as this is known without a kernel. A filter
 * accepts a set of the values of one subject (an argument, its port, the pid, a namespace,
 * ...); all rules about filters reduce to one question: is it certain that no value is in all
 * of some sets? "A covers B" means: nothing is in B and not in A.
 */
#ifndef TETRA_LIB_LINT_SET_H
#define TETRA_LIB_LINT_SET_H

#include "lib/policy/language.h"
#include "lib/policy/lint-range.h"

struct lint;

/* What a value in a filter accepts. */
enum lint_set_kind {
	LINT_SET_UNKNOWN, /* nothing is known about it */
	LINT_SET_EQUAL,	  /* numbers; also MIN:MAX */
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
	LINT_SET_NAMESPACE,  /* numbers, and a word for an unknown one */
	LINT_SET_MEMBER,     /* the subject is a set, which has one of them: ancestors */
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
	uint8_t flags;	       /* followForks etc., which make it another subject */
};

struct lint_set {
	enum lint_set_kind kind;
	bool negated;
	struct lint_subject subject;
	const struct type_row *type; /* of the argument; may be NULL */
	const struct names *names;   /* that stand for numbers */
	uint8_t bits;		     /* of the attribute; 0: those of the type */
	uint64_t max; /* of the attribute, if it is less than the bits could hold; or 0 */
	struct lint_range fixed;
	const struct doc_values *values;
	const struct node *node; /* the filter */
	doc_value op;
};

/* One set of a question; possibly only one of its values, and possibly its complement. */
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
 * Adds what follows from the terms for other subjects, as separate sets in @sets. Returns the
 * number of terms then.
 */
uint32_t lint_facts_add(const struct lint *lint, struct lint_term *terms, uint32_t n,
			uint32_t max, struct lint_set *sets, uint32_t max_sets);

/*
 * It is certain that no value is in all sets; false if it is unknown, or would cost more than
 * the remaining budget.
 */
bool lint_terms_exclude(const struct lint *lint, const struct lint_term *terms,
			uint32_t n);
/* The same from what is written only, without what follows from it for other subjects. */
bool lint_terms_exclude_plainly(const struct lint *lint, const struct lint_term *terms,
				uint32_t n);

#endif
