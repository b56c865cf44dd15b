/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of Equal literals leaves only these: each is tried. Otherwise the prefixes are
 * intersected with each other, and so are the postfixes. With the rest, a text can always be
 * made longer, so only negated literals that all texts of its kind have can exclude it.
 */
#include "lib/policy/lint-text.h"

#include <strings.h>

static bool begins(const struct lint_literal *text, const struct lint_literal *with)
{
	return text->n >= with->n && memcmp(text->text, with->text, with->n) == 0;
}

static bool ends(const struct lint_literal *text, const struct lint_literal *with)
{
	return text->n >= with->n &&
	       memcmp(text->text + text->n - with->n, with->text, with->n) == 0;
}

static bool has_part(const struct lint_literal *text, const struct lint_literal *part,
		     bool nocase)
{
	uint32_t i;

	for (i = 0; i + part->n <= text->n; i++)
		if (nocase ? strncasecmp(text->text + i, part->text, part->n) == 0
			   : memcmp(text->text + i, part->text, part->n) == 0)
			return true;
	return false;
}

static bool literal_passes(const struct lint_literal *text, enum lint_text_kind kind,
			   const struct lint_literal *literal)
{
	switch (kind) {
	case LINT_TEXT_EQUAL:
		return text->n == literal->n && begins(text, literal);
	case LINT_TEXT_PREFIX:
		return begins(text, literal);
	case LINT_TEXT_POSTFIX:
		return ends(text, literal);
	default:
		return has_part(text, literal, kind == LINT_TEXT_PART_NOCASE);
	}
}

static bool text_is_in(const struct lint_literal *text, const struct lint_texts *set)
{
	uint32_t i;

	for (i = 0; i < set->n; i++)
		if (literal_passes(text, set->kind, &set->items[i]))
			return !set->negated;
	return set->negated;
}

/* A set whose literals are the only texts there are, or NULL. */
static const struct lint_texts *closed_set(const struct lint_texts *sets, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (sets[i].kind == LINT_TEXT_EQUAL && !sets[i].negated)
			return &sets[i];
	return NULL;
}

static bool literals_exclude(const struct lint_texts *closed,
			     const struct lint_texts *sets, uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < closed->n; i++) {
		for (k = 0; k < n; k++)
			if (!text_is_in(&closed->items[i], &sets[k]))
				break;
		if (k == n)
			return false;
	}
	return true;
}

/*
 * Every text that passes the literal, which is of @kind, has what a negated set excludes: what
 * the literal itself has, or begins or ends with.
 */
static bool is_refused(const struct lint_literal *literal, enum lint_text_kind kind,
		       const struct lint_texts *sets, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		/* A literal in any case does not say in which case it comes. */
		bool part =
			sets[i].kind == LINT_TEXT_PART_NOCASE ||
			(sets[i].kind == LINT_TEXT_PART && kind != LINT_TEXT_PART_NOCASE);

		if (sets[i].negated && (sets[i].kind == kind || part) &&
		    !text_is_in(literal, &sets[i]))
			return true;
	}
	return false;
}

/* The longer of two literals if one is the beginning (the end) of the other. */
static const struct lint_literal *
meet(const struct lint_literal *a, const struct lint_literal *b, enum lint_text_kind kind)
{
	if (literal_passes(a, kind, b))
		return a;
	return literal_passes(b, kind, a) ? b : NULL;
}

/*
 * The literals of all positive sets of @kind, intersected, minus the rejected ones: 1 if none
 * is left, 0 if one is, or if there was no such set.
 */
static int ends_exclude(struct arena *arena, const struct lint_texts *sets, uint32_t n,
			enum lint_text_kind kind, const struct lint_literal *all)
{
	const struct lint_literal *now = all, *best;
	struct lint_literal *next;
	uint32_t n_now = all ? 1 : 0, n_next, i, k, m;
	bool any = all;

	for (i = 0; i < n; i++) {
		if (sets[i].kind != kind || sets[i].negated)
			continue;
		if (!any) {
			now = sets[i].items;
			n_now = sets[i].n;
			any = true;
			continue;
		}
		next = arena_array(arena, (size_t)n_now * sets[i].n, sizeof(*next));
		if (!next)
			return -ENOMEM;
		for (k = n_next = 0; k < n_now; k++)
			for (m = 0; m < sets[i].n; m++) {
				best = meet(&now[k], &sets[i].items[m], kind);
				if (best)
					next[n_next++] = *best;
			}
		now = next;
		n_now = n_next;
	}
	for (i = 0; i < n_now; i++)
		if (!is_refused(&now[i], kind, sets, n))
			return 0;
	return any;
}

/* Each of the parts that a set requires has one that another set excludes. */
static bool parts_exclude(const struct lint_texts *sets, uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		if (sets[i].negated || (sets[i].kind != LINT_TEXT_PART &&
					sets[i].kind != LINT_TEXT_PART_NOCASE))
			continue;
		for (k = 0; k < sets[i].n; k++)
			if (!is_refused(&sets[i].items[k], sets[i].kind, sets, n))
				break;
		if (k == sets[i].n)
			return true;
	}
	return false;
}

/* "/" begins every path. */
static const struct lint_literal root = { "/", 1 };

int lint_texts_exclude(struct arena *arena, const struct lint_texts *sets, uint32_t n,
		       bool paths)
{
	const struct lint_texts *closed = closed_set(sets, n);
	int r;

	if (closed)
		return literals_exclude(closed, sets, n);
	r = ends_exclude(arena, sets, n, LINT_TEXT_PREFIX, paths ? &root : NULL);
	if (!r)
		r = ends_exclude(arena, sets, n, LINT_TEXT_POSTFIX, NULL);
	return r ? r : parts_exclude(sets, n);
}
