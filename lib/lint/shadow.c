/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the selectors of a hook accept together: one that never matches, because earlier ones, one
 * alone or several, accept everything that it accepts; and enforcing ones that leave out no process.
 *
 * "L is covered by E1, E2, ..." means: nothing is in L and in none of the Ei. What is not in
 * Ei fails one of its filters, so each way of failing one filter of each must be impossible.
 */
#include "lib/meaning/box.h"
#include "lib/lint/rules.h"

/* Selectors of a hook that are looked at; more are an error. */
#define MAX_SELECTORS 8u

static const struct doc_selector *selector_at(const struct lint *lint, uint32_t i)
{
	return &lint->hook->selectors.items[i];
}

static bool enforces(const struct lint *lint, uint32_t i)
{
	return lint_enforces(lint, selector_at(lint, i));
}

/* One that enforces does not look at what is known only when the call returns. */
static bool counts(const struct lint *lint, uint32_t i, const struct lint_set *set)
{
	return !lint_is_late(lint, &set->subject) || !enforces(lint, i);
}

/* Whether nothing of @box is in none of the selectors. */
static bool is_covered(const struct lint *lint, const struct lint_box *box,
		       const uint32_t *chosen, uint32_t n)
{
	const struct lint_sets *early;
	struct lint_term term = { .complement = true };
	struct lint_box rest;
	bool covered = true;

	if (box->empty || !n)
		return box->empty;
	early = &lint->all_sets[*chosen];
	for (uint32_t i = 0; i < early->n && covered; i++) {
		term.set = &early->items[i];
		if (!counts(lint, *chosen, term.set))
			continue;
		rest = *box;
		lint_box_add(lint, &rest, &term);
		covered = is_covered(lint, &rest, chosen + 1, n - 1);
	}
	return covered;
}

static void box_fill(const struct lint *lint, struct lint_box *box, uint32_t selector)
{
	const struct lint_sets *sets = &lint->all_sets[selector];

	lint_box_init(lint, box);
	for (uint32_t i = 0; i < sets->n; i++)
		if (counts(lint, selector, &sets->items[i]))
			lint_box_add(lint, box,
				     &(struct lint_term){ .set = &sets->items[i] });
}

/* It waits for the result, and @late does not wait for it. */
static bool comes_later(const struct lint *lint, uint32_t early, uint32_t late)
{
	const struct lint_sets *sets = &lint->all_sets[early];
	bool waits = false;

	for (uint32_t i = 0; i < sets->n; i++)
		waits |= lint_is_late(lint, &sets->items[i].subject);
	return waits && !enforces(lint, early) && enforces(lint, late);
}

static void shadow_report(const struct lint *lint, uint32_t late)
{
	const struct node *node = selector_at(lint, late)->node;
	uint32_t chosen[MAX_SELECTORS], n = 0;
	struct lint_box box;

	box_fill(lint, &box, late);
	/* Selectors that accept nothing at all are left to another rule. */
	for (uint32_t i = 0; i < late && !box.empty; i++) {
		if (!selector_at(lint, i)->node || comes_later(lint, i, late))
			continue;
		chosen[n++] = i;
		if (!is_covered(lint, &box, &i, 1))
			continue;
		report_warning(
			lint->report, node, "shadowed-selector",
			"put the stricter selector first",
			"the first matching selector wins, and selector %u accepts "
			"everything that this one does",
			i);
		return;
	}
	if (n > 1 && is_covered(lint, &box, chosen, n))
		report_warning(lint->report, node, "shadowed-selector",
			       "put the stricter selector first",
			       "the first matching selector wins, and the selectors "
			       "before this one together accept everything that it does");
}

bool lint_enforces_on_all(const struct lint *lint, uint32_t first, uint32_t n)
{
	uint32_t chosen[MAX_SELECTORS];
	struct lint_box all;

	if (n > MAX_SELECTORS)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		chosen[i] = first + i;
		if (!selector_at(lint, chosen[i])->node || !enforces(lint, chosen[i]))
			return false;
	}
	lint_box_init(lint, &all);
	return is_covered(lint, &all, chosen, n);
}

/* It only reports, in the way that all do which say nothing of it. */
static bool only_posts(const struct lint *lint, uint32_t i)
{
	const struct doc_selector *doc = selector_at(lint, i);

	if (!doc->node || doc->return_actions.n || doc->macros.n || !lint->all_sets[i].n)
		return false;
	for (uint32_t k = 0; k < doc->actions.n; k++)
		if (doc_action_kind(doc->actions.items[k].action) != TETRA_ACTION_POST ||
		    doc->actions.items[k].rate_limit)
			return false;
	return true;
}

/* "Not a, or not b" leaves nothing out, where "neither a nor b" was meant. */
static void nothing_left_out(const struct lint *lint, uint32_t n)
{
	uint32_t chosen[MAX_SELECTORS];
	struct lint_box all;

	lint_box_init(lint, &all);
	for (uint32_t i = 0; i < n; i++) {
		chosen[i] = i;
		if (!only_posts(lint, i) || is_covered(lint, &all, &i, 1))
			return;
	}
	if (n > 1 && is_covered(lint, &all, chosen, n))
		report_warning(lint->report, selector_at(lint, n - 1)->node,
			       "ignored-field",
			       "write what is to be left out into one negated filter",
			       "one selector is enough for an event, and together they "
			       "leave nothing out");
}

void lint_shadowed_selector(const struct lint *lint)
{
	uint32_t n = MIN(lint->hook->selectors.n, MAX_SELECTORS);

	for (uint32_t i = 1; i < n; i++)
		if (selector_at(lint, i)->node)
			shadow_report(lint, i);
	nothing_left_out(lint, n);
}
