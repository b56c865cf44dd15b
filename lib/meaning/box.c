/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/meaning/box.h"

#include "lib/meaning/lint.h"

void lint_box_init(const struct lint *lint, struct lint_box *box)
{
	box->space = lint->space;
	box->empty = false;
	box->n = 0;
}

static uint32_t side_find(const struct lint_box *box, const struct lint_subject *subject)
{
	uint32_t i;

	for (i = 0; i < box->n; i++)
		if (lint_same_subject(&box->sides[i].subject, subject))
			break;
	return i;
}

const struct set *lint_box_find(const struct lint_box *box,
				const struct lint_subject *subject)
{
	uint32_t i = side_find(box, subject);

	return i < box->n ? box->sides[i].set : NULL;
}

/* What has been collected for the subject; NULL if it is unknown or the box is full. */
static struct lint_side *side_of(const struct lint *lint, struct lint_box *box,
				 const struct lint_set *like)
{
	struct lint_side *side;
	uint32_t i = side_find(box, &like->subject);

	if (i < box->n)
		return &box->sides[i];
	if (box->n == LINT_MAX_SIDES)
		return NULL;
	side = &box->sides[box->n];
	side->subject = like->subject;
	side->set = lint_set_domain(lint, &box->space, like);
	box->n += side->set != NULL;
	return side->set ? side : NULL;
}

void lint_box_narrow(const struct lint *lint, struct lint_box *box,
		     const struct lint_set *like, const struct set *set, bool inside)
{
	struct lint_side *side = set && !box->empty ? side_of(lint, box, like) : NULL;

	if (!side)
		return;
	lint_known(lint, inside ? set_and(&box->space, side->set, set, &side->set)
				: set_minus(&box->space, side->set, set, &side->set));
	box->empty |= set_is_empty(side->set);
}

/* What one of the term's values accepts. */
static const struct set *values_of(const struct lint *lint, struct lint_box *box,
				   const struct lint_term *term)
{
	bool complete = term->set->complete;
	const struct set *set = term->set->accepts;

	if (term->one)
		set = lint_values_accept(lint, &box->space, term->set, term->i, 1,
					 &complete);
	/* The others alone would be too few. */
	return complete || term->set->negated != term->complement ? set : NULL;
}

void lint_box_add_plainly(const struct lint *lint, struct lint_box *box,
			  const struct lint_term *term)
{
	lint_box_narrow(lint, box, term->set, values_of(lint, box, term),
			term->set->negated == term->complement);
}
