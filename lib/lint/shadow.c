/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors that never match: earlier ones accept everything that they accept, one alone or
 * several together.
 *
 * "L is covered by E1, E2, ..." means: nothing is in L and in none of the Ei. What is not in
 * Ei fails one of its filters, so each way of failing one filter of each must be impossible.
 */
#include "lib/meaning/box.h"
#include "lib/lint/rules.h"

/* Selectors of a hook that are looked at; more are an error. */
#define MAX_SELECTORS 8u

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
		rest = *box;
		lint_box_add(lint, &rest, &term);
		covered = is_covered(lint, &rest, chosen + 1, n - 1);
	}
	return covered;
}

static void shadow_report(const struct lint *lint, uint32_t late)
{
	const struct node *node = lint->hook->selectors.items[late].node;
	uint32_t chosen[MAX_SELECTORS], n = 0;
	struct lint_box box;

	lint_box_init(lint, &box);
	lint_box_add_all(lint, &box, &lint->all_sets[late]);
	/* Selectors that accept nothing at all are left to another rule. */
	for (uint32_t i = 0; i < late && !box.empty; i++) {
		if (!lint->hook->selectors.items[i].node)
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

void lint_shadowed_selector(const struct lint *lint)
{
	uint32_t n = MIN(lint->hook->selectors.n, MAX_SELECTORS);

	for (uint32_t i = 1; i < n; i++)
		if (lint->hook->selectors.items[i].node)
			shadow_report(lint, i);
}
