/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of numbers as ranges. Numbers are bit patterns without a sign, of up to 128 bits: what
 * a signed filter accepts on both sides of zero is two ranges.
 */
#ifndef TETRA_LIB_LINT_RANGE_H
#define TETRA_LIB_LINT_RANGE_H

#include "lib/base/arena.h"

/* As an arena aligns its memory. */
__extension__ typedef unsigned __int128 lint_wide __attribute__((aligned(8)));

struct lint_range {
	lint_wide low, high; /* both inclusive */
};

/* Sorted, disjoint and not adjacent after lint_ranges_sort(). */
struct lint_ranges {
	struct lint_range *items;
	uint32_t n;
};

/* Additional conditions on the bits of a number. */
struct lint_bits {
	uint64_t none_of;    /* no bit of these */
	uint64_t any_of[16]; /* a bit of each */
	uint32_t n_any_of;
};

void lint_ranges_sort(struct lint_ranges *ranges);

/* All numbers up to @top that are not in @ranges, which are sorted. 0 or -ENOMEM. */
int lint_ranges_complement(struct arena *arena, const struct lint_ranges *ranges,
			   lint_wide top, struct lint_ranges *ret);

/* Of two sorted lists. 0 or -ENOMEM. */
int lint_ranges_intersect(struct arena *arena, const struct lint_ranges *a,
			  const struct lint_ranges *b, struct lint_ranges *ret);

/* It is certain that no number of the ranges has such bits. */
bool lint_ranges_lack_bits(const struct lint_ranges *ranges,
			   const struct lint_bits *bits);

#endif
