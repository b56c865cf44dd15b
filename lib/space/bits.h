/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of small numbers, a bit each, in words that belong to the caller.
 */
#ifndef TETRA_LIB_SPACE_BITS_H
#define TETRA_LIB_SPACE_BITS_H

#include "lib/base/base.h"

#define BITS_WORDS(n) (((n) + 63u) / 64u)
/* No number is in the set. */
#define BITS_NONE UINT32_MAX

static inline void bits_add(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline void bits_remove(uint64_t *bits, uint32_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

static inline bool bits_has(const uint64_t *bits, uint32_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

static inline void bits_copy(uint64_t *to, const uint64_t *from, uint32_t n_words)
{
	for (uint32_t i = 0; i < n_words; i++)
		to[i] = from[i];
}

static inline bool bits_equal(const uint64_t *a, const uint64_t *b, uint32_t n_words)
{
	return memcmp(a, b, n_words * sizeof(*a)) == 0;
}

/* The lowest number from @i on, less than @end; BITS_NONE. */
static inline uint32_t bits_next(const uint64_t *bits, uint32_t i, uint32_t end)
{
	while (i < end) {
		uint64_t word = bits[i / 64] >> i % 64;

		if (word) {
			i += (uint32_t)__builtin_ctzll(word);
			return i < end ? i : BITS_NONE;
		}
		i = (i / 64 + 1) * 64;
	}
	return BITS_NONE;
}

#define bits_for_each(i, bits, n)                                                        \
	for (uint32_t i = bits_next(bits, 0, n); i != BITS_NONE;                         \
	     i = bits_next(bits, i + 1, n))

static inline uint64_t bits_hash(const uint64_t *bits, uint32_t n_words, uint64_t hash)
{
	for (uint32_t i = 0; i < n_words; i++) {
		hash = (hash ^ bits[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

#endif
