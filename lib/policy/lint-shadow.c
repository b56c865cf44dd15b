/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors that never match: earlier ones accept everything that they accept, one alone or
 * several together.
 *
 * "L is covered by E1, E2, ..." means: nothing is in L and in none of the Ei. A value is not
 * in Ei if it fails one of its filters, so each way of failing one filter of each must be
 * impossible.
 */
#include "lib/policy/lint-set.h"
#include "lib/policy/lint.h"

/* Selectors of a hook that are looked at; more are an error. */
#define MAX_SELECTORS 8u

struct cover {
	const struct lint *lint;
	const struct lint_sets *early; /* one of each earlier selector */
	const uint32_t *chosen;	       /* which of them */
	uint32_t n_chosen;
	struct lint_term terms[LINT_MAX_TERMS];
	uint32_t n_terms;
};

static bool is_covered(struct cover *cover, uint32_t depth)
{
	const struct lint_sets *early;
	bool covered = true;
	uint32_t i;

	if (lint_terms_exclude(cover->lint, cover->terms, cover->n_terms))
		return true;
	if (depth == cover->n_chosen || cover->n_terms == LINT_MAX_TERMS)
		return false;
	early = &cover->early[cover->chosen[depth]];
	for (i = 0; i < early->n && covered; i++) {
		cover->terms[cover->n_terms++] =
			(struct lint_term){ .set = &early->items[i], .complement = true };
		covered = is_covered(cover, depth + 1);
		cover->n_terms--;
	}
	return covered;
}

static bool covered_by(const struct lint *lint, const struct lint_sets *sets,
		       uint32_t late, const uint32_t *chosen, uint32_t n)
{
	struct cover cover = { lint, sets, chosen, n, {}, 0 };
	uint32_t i;

	for (i = 0; i < sets[late].n && i < LINT_MAX_TERMS / 2; i++)
		cover.terms[cover.n_terms++] =
			(struct lint_term){ .set = &sets[late].items[i] };
	/* Selectors that accept nothing at all are left to another rule. */
	if (lint_terms_exclude(lint, cover.terms, cover.n_terms))
		return false;
	return is_covered(&cover, 0);
}

static void shadow_report(const struct lint *lint, const struct lint_sets *sets,
			  uint32_t late)
{
	const struct node *node = lint->hook->selectors.items[late].node;
	uint32_t chosen[MAX_SELECTORS], i, n = 0;

	for (i = 0; i < late; i++) {
		if (!lint->hook->selectors.items[i].node)
			continue;
		chosen[n++] = i;
		if (!covered_by(lint, sets, late, &i, 1))
			continue;
		report_warning(
			lint->report, node, "shadowed-selector",
			"put the stricter selector first",
			"the first matching selector wins, and selector %u accepts "
			"everything that this one does",
			i);
		return;
	}
	if (n > 1 && covered_by(lint, sets, late, chosen, n))
		report_warning(lint->report, node, "shadowed-selector",
			       "put the stricter selector first",
			       "the first matching selector wins, and the selectors "
			       "before this one together accept everything that it does");
}

void lint_shadowed_selector(const struct lint *lint)
{
	uint32_t n = MIN(lint->hook->selectors.n, MAX_SELECTORS), i;
	struct lint_sets *sets = calloc(n ? n : 1, sizeof(*sets));

	if (!sets)
		*lint->failed = true;
	for (i = 0; sets && i < n; i++)
		lint_sets_of(lint, &lint->hook->selectors.items[i], &sets[i]);
	for (i = 1; sets && i < n; i++)
		if (lint->hook->selectors.items[i].node)
			shadow_report(lint, sets, i);
	free(sets);
}
