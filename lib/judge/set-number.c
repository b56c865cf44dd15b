/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as words of as many bytes, the highest first: the order of words is the order of
 * numbers, and a range is a path along each of its bounds with whole bytes between them.
 */
#include "lib/judge/automaton.h"

static int range_compare(const void *left, const void *right)
{
	const struct set_range *a = left, *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

/* The largest number of @n_bytes. */
static set_number top_of(unsigned int n_bytes)
{
	return n_bytes ? ~(set_number)0 >> (128 - 8 * n_bytes) : 0;
}

/* Sorts and joins the ranges; how many are left. */
static size_t ranges_sort(struct set_range *ranges, size_t n)
{
	size_t n_ret = 0;

	qsort(ranges, n, sizeof(*ranges), range_compare);
	for (size_t i = 0; i < n; i++) {
		struct set_range range = ranges[i];
		struct set_range *last = n_ret ? &ranges[n_ret - 1] : NULL;

		if (range.low > range.high)
			continue;
		if (last && (range.low <= last->high || range.low - 1 == last->high))
			last->high = MAX(last->high, range.high);
		else
			ranges[n_ret++] = range;
	}
	return n_ret;
}

struct numbers {
	struct draft draft;
	uint32_t whole[SET_BITS_BYTES + 1]; /* by bytes that are left: all words */
};

/* States that accept all words of up to @n_bytes. */
static void whole_add(struct numbers *numbers, unsigned int n_bytes)
{
	numbers->whole[0] = draft_state(&numbers->draft, true);
	draft_edge(&numbers->draft, numbers->whole[0], 255, NOWHERE);
	for (unsigned int i = 1; i <= n_bytes; i++) {
		numbers->whole[i] = draft_state(&numbers->draft, false);
		draft_edge(&numbers->draft, numbers->whole[i], 255,
			   numbers->whole[i - 1]);
	}
}

static uint32_t ranges_state(struct numbers *numbers, unsigned int n_bytes,
			     set_number base, const struct set_range *ranges, size_t n);

/* The states after each byte; @base: the number so far, followed by zeros. */
static void ranges_row(struct numbers *numbers, unsigned int n_bytes, set_number base,
		       const struct set_range *ranges, size_t n, uint32_t (*ret)[256])
{
	set_number size = (set_number)1 << 8 * (n_bytes - 1);
	size_t first = 0, last;

	for (unsigned int byte = 0; byte < 256; byte++) {
		set_number low = base + size * byte, high = low + (size - 1);

		while (first < n && ranges[first].high < low)
			first++;
		last = first;
		while (last < n && ranges[last].low <= high && ranges[last].high < high)
			last++;
		last += last < n && ranges[last].low <= high;
		(*ret)[byte] = NOWHERE;
		if (last > first)
			(*ret)[byte] = ranges_state(numbers, n_bytes - 1, low,
						    &ranges[first], last - first);
	}
}

/* The state for numbers that start with the bytes of @base; at least one is in the set. */
static uint32_t ranges_state(struct numbers *numbers, unsigned int n_bytes,
			     set_number base, const struct set_range *ranges, size_t n)
{
	uint32_t row[256], state;

	if (numbers->draft.error)
		return NOWHERE;
	if (ranges[0].low <= base && ranges[0].high - base >= top_of(n_bytes))
		return numbers->whole[n_bytes];
	ranges_row(numbers, n_bytes, base, ranges, n, &row);
	state = draft_state(&numbers->draft, false);
	draft_row(&numbers->draft, state, row);
	return state;
}

int set_of_ranges(const struct set_space *space, unsigned int n_bytes,
		  const struct set_range *ranges, size_t n, const struct set **ret)
{
	_cleanup_(freep) struct set_range *sorted = calloc(n + 1, sizeof(*sorted));
	struct numbers numbers;
	uint32_t start;
	int r;

	if (!sorted)
		return -ENOMEM;
	if (n)
		memcpy(sorted, ranges, n * sizeof(*sorted));
	n = ranges_sort(sorted, n);
	draft_init(&numbers.draft, space);
	whole_add(&numbers, n_bytes);
	start = n ? ranges_state(&numbers, n_bytes, 0, sorted, n) : NOWHERE;
	r = draft_finish(&numbers.draft, start, ret);
	draft_done(&numbers.draft);
	return r;
}

int set_of_bits(const struct set_space *space, unsigned int n_bytes, const uint8_t *mask,
		const struct set **ret)
{
	struct numbers numbers;
	uint32_t row[256], next = NOWHERE, state;
	int r;

	draft_init(&numbers.draft, space);
	whole_add(&numbers, n_bytes);
	for (unsigned int i = n_bytes; i-- > 0; next = state) {
		state = draft_state(&numbers.draft, false);
		if (!mask[i]) {
			draft_edge(&numbers.draft, state, 255, next);
			continue;
		}
		for (unsigned int byte = 0; byte < 256; byte++)
			row[byte] =
				byte & mask[i] ? numbers.whole[n_bytes - 1 - i] : next;
		draft_row(&numbers.draft, state, row);
	}
	r = draft_finish(&numbers.draft, next, ret);
	draft_done(&numbers.draft);
	return r;
}
