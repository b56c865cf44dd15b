/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters of a selector, and what they accept, as far as this is known without a kernel. A
 * filter accepts a set of the values of one subject: an argument, its port, the pid, a
 * namespace, ... box.h has what several filters accept together.
 */
#ifndef TETRA_LIB_MEANING_SET_H
#define TETRA_LIB_MEANING_SET_H

#include "lib/judge/set.h"
#include "lib/document/language.h"

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
	uint8_t part;	   /* of an argument: enum tetra_part */
	uint8_t flags;	   /* followForks etc., which make it another subject */
	/* Set for a filter that cannot be interpreted: it is then a subject of its own. */
	const struct node *unknown;
};

struct lint_set {
	enum lint_set_kind kind;
	bool negated;
	struct lint_subject subject;
	const struct type_row *type; /* of the argument; may be NULL */
	const struct names *names;   /* symbolic names for numbers */
	uint8_t bits;		     /* of the part; 0: those of the type */
	uint64_t max; /* of the part, if it is less than the bits could hold; or 0 */
	struct set_range fixed;
	const struct doc_values *values;
	const struct node *node; /* the filter */
	doc_value op;
	/* What passes one of the values; if it is negated, what does not pass. NULL: too big. */
	const struct set *accepts;
	bool complete; /* all values are known: nothing is missing in .accepts */
};

#define LINT_MAX_SETS 48u

/* All filters of a selector, macros included. */
struct lint_sets {
	struct lint_set *items;
	uint32_t n;
};

/* Those of each selector of the hook, in the hook's memory; NULL if there was none. */
const struct lint_sets *lint_sets_new(const struct lint *lint);

bool lint_same_subject(const struct lint_subject *a, const struct lint_subject *b);

/* meaning.c */

/* Its values are compared with paths as the kernel resolves them. */
bool lint_set_is_path(const struct lint_set *set);

/*
 * The values that there are of the set's subject; NULL if they are not known. The empty word is
 * that of a part which a socket does not have: no filter on it passes, negated or not.
 */
const struct set *lint_set_domain(const struct lint *lint, const struct set_space *space,
				  const struct lint_set *set);

/*
 * As .accepts, of the @n values from @first on; NULL if that is too big. @ret_complete: whether
 * all of them are known.
 */
const struct set *lint_values_accept(const struct lint *lint,
				     const struct set_space *space,
				     const struct lint_set *set, uint32_t first,
				     uint32_t n, bool *ret_complete);

/* It is certain that each value of its subject passes the filter. */
bool lint_set_is_idle(const struct lint *lint, const struct lint_set *set);

#endif
