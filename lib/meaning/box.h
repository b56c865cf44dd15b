/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What passes several filters at once, as far as this is known without a kernel: for each
 * subject, the set of its values. Nothing that can happen is missing; so it is certain that
 * nothing passes the filters of an empty box. What could not be computed (it is unknown, or
 * too big, or the policy has used up its steps) is as if it was not added.
 */
#ifndef TETRA_LIB_MEANING_BOX_H
#define TETRA_LIB_MEANING_BOX_H

#include "lib/meaning/set.h"

/* A filter that is passed, or not; or of its values only one. */
struct lint_term {
	const struct lint_set *set;
	bool complement; /* it is not passed */
	bool one;	 /* only the value @i */
	uint32_t i;
};

#define LINT_MAX_SIDES 64u

struct lint_box {
	struct set_space space; /* of the sets below */
	bool empty;
	uint32_t n;
	struct lint_side {
		struct lint_subject subject;
		const struct set *set;
	} sides[LINT_MAX_SIDES];
};

/* Everything; its sets are freed with those of the hook. */
void lint_box_init(const struct lint *lint, struct lint_box *box);

/* Leaves what is in the term as well, without what follows from it for other subjects. */
void lint_box_add_plainly(const struct lint *lint, struct lint_box *box,
			  const struct lint_term *term);
/* Leaves of the subject of @like what is in @set (is not in it). */
void lint_box_narrow(const struct lint *lint, struct lint_box *box,
		     const struct lint_set *like, const struct set *set, bool inside);

/* The values of a subject that are left; NULL: nothing is known of it. */
const struct set *lint_box_find(const struct lint_box *box,
				const struct lint_subject *subject);

/* facts.c */

/* Leaves what is in the term as well, with what follows from it for other subjects. */
void lint_box_add(const struct lint *lint, struct lint_box *box,
		  const struct lint_term *term);
/* All filters of a selector. */
void lint_box_add_all(const struct lint *lint, struct lint_box *box,
		      const struct lint_sets *sets);

/* Some of what is in the box is in the term as well, or nothing is known. */
bool lint_box_meets(const struct lint *lint, const struct lint_box *box,
		    const struct lint_term *term);

#endif
