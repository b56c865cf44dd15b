/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/lint-range.h"

static int range_compare(const void *left, const void *right)
{
	const struct lint_range *a = left, *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

void lint_ranges_sort(struct lint_ranges *ranges)
{
	struct lint_range *items = ranges->items;
	uint32_t i, n = 0;

	if (!ranges->n)
		return;
	qsort(items, ranges->n, sizeof(*items), range_compare);
	for (i = 1; i < ranges->n; i++) {
		/* The top of the last one may be the largest number there is. */
		if (items[i].low <= items[n].high || items[i].low - 1 == items[n].high)
			items[n].high = MAX(items[n].high, items[i].high);
		else
			items[++n] = items[i];
	}
	ranges->n = n + 1;
}

int lint_ranges_complement(struct arena *arena, const struct lint_ranges *ranges,
			   lint_wide top, struct lint_ranges *ret)
{
	lint_wide from = 0;
	uint32_t i;

	ret->n = 0;
	ret->items = arena_array(arena, ranges->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (i = 0; i < ranges->n; i++) {
		if (ranges->items[i].low > from)
			ret->items[ret->n++] =
				(struct lint_range){ from, ranges->items[i].low - 1 };
		if (ranges->items[i].high >= top)
			return 0;
		from = ranges->items[i].high + 1;
	}
	ret->items[ret->n++] = (struct lint_range){ from, top };
	return 0;
}

int lint_ranges_intersect(struct arena *arena, const struct lint_ranges *a,
			  const struct lint_ranges *b, struct lint_ranges *ret)
{
	uint32_t i = 0, k = 0;

	ret->n = 0;
	ret->items = arena_array(arena, a->n + b->n, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	while (i < a->n && k < b->n) {
		const struct lint_range *x = &a->items[i], *y = &b->items[k];
		lint_wide low = MAX(x->low, y->low), high = MIN(x->high, y->high);

		if (low <= high)
			ret->items[ret->n++] = (struct lint_range){ low, high };
		if (x->high < y->high)
			i++;
		else
			k++;
	}
	return 0;
}

/*
 * The smallest number from @from on that has the bit @with and none of @without; false if
 * there is none of 64 bits. A bit that has to be raised clears all below it.
 */
static bool number_next(uint64_t from, uint64_t with, uint64_t without, uint64_t *ret)
{
	uint64_t number = from, bad, bit;
	unsigned int i;

	for (i = 0; i <= 64; i++) {
		bad = number & without;
		if (!bad && (number & with)) {
			*ret = number;
			return true;
		}
		if (!bad) {
			/* The bit is clear: to set it and clear the rest is the next one. */
			number = (number | with) & ~(with - 1);
			continue;
		}
		bit = UINT64_C(1) << (63 - __builtin_clzll(bad));
		/* Raise the next bit above that is clear and may be set. */
		do {
			bit <<= 1;
		} while (bit && ((number & bit) || (without & bit)));
		if (!bit)
			return false;
		number = (number | bit) & ~(bit - 1);
	}
	return false;
}

static bool range_has(const struct lint_range *range, uint64_t any_of, uint64_t none_of)
{
	uint64_t bit, number;

	for (bit = 1; bit; bit <<= 1)
		if ((any_of & bit) &&
		    number_next((uint64_t)range->low, bit, none_of, &number) &&
		    number <= range->high)
			return true;
	return false;
}

/* Whether a number of the ranges has a bit of @any_of, or is zero, and none of @none_of. */
static bool ranges_have(const struct lint_ranges *ranges, uint64_t any_of,
			uint64_t none_of, bool zero_too)
{
	uint32_t i;

	for (i = 0; i < ranges->n; i++) {
		if (zero_too && !ranges->items[i].low)
			return true;
		if (range_has(&ranges->items[i], any_of & ~none_of, none_of))
			return true;
	}
	return false;
}

bool lint_ranges_lack_bits(const struct lint_ranges *ranges, const struct lint_bits *bits)
{
	uint32_t i;

	if (bits->none_of && !ranges_have(ranges, UINT64_MAX, bits->none_of, true))
		return true;
	for (i = 0; i < bits->n_any_of; i++)
		if (!ranges_have(ranges, bits->any_of[i] & ~bits->none_of, bits->none_of,
				 false))
			return true;
	return false;
}
