/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of values. A value is a word: a number as its bytes, the highest first; a text as it is;
 * whatever else a value can be as a byte before that (set_tagged()). A set is a deterministic
 * automaton over bytes that accepts its words and no others, so one algebra serves numbers,
 * addresses, capabilities, texts and paths, and an answer is exact or it is not given:
 * -E2BIG if it took more states or steps than there are, -ENOMEM.
 *
 * Sets are immutable. They belong to the arena of the space that they were made in; operands
 * may be of other spaces. Results are written to @ret on success only.
 *
 * A complement depends on the domain, so it has no function of its own: subtract the set from its
 * domain with set_minus().
 */
#ifndef TETRA_LIB_SET_H
#define TETRA_LIB_SET_H

#include "lib/base/arena.h"

/* States of a set; a literal has as many as it has bytes. */
#define SET_MAX_STATES (1u << 18)
/* Bytes of a number; more for the bits of set_of_bits(). */
#define SET_NUMBER_BYTES 16u
#define SET_BITS_BYTES	 256u

struct set;

struct set_space {
	struct arena *arena; /* borrowed */
	uint64_t *
		steps; /* borrowed; what is left: about one for each state that is made */
};

/* As an arena aligns its memory. */
__extension__ typedef unsigned __int128 set_number __attribute__((aligned(8)));

/* Inclusive bounds. */
struct set_range {
	set_number low, high;
};

struct set_word {
	const char *bytes;
	size_t n;
};

/* How a text relates to a literal. */
enum set_shape {
	SET_EQUAL,
	SET_PREFIX,
	SET_POSTFIX,
	SET_PART,
	SET_PART_NOCASE, /* letters of ASCII */
};

extern const struct set set_nothing;
/* All words; the domain of texts. */
extern const struct set set_everything;

/* Texts that relate to one of the literals. */
int set_of_texts(const struct set_space *space, enum set_shape shape,
		 const struct set_word *literals, size_t n, const struct set **ret);
/* Paths as the kernel resolves them: they begin with '/' and have no empty component. */
int set_of_paths(const struct set_space *space, const struct set **ret);

/* Numbers of @n_bytes in one of the ranges, which may have any order, overlap, or be empty. */
int set_of_ranges(const struct set_space *space, unsigned int n_bytes,
		  const struct set_range *ranges, size_t n, const struct set **ret);
/* Words of @n_bytes that have one of the bits of @mask, of as many. */
int set_of_bits(const struct set_space *space, unsigned int n_bytes, const uint8_t *mask,
		const struct set **ret);

/* The words whose first byte is @i, and the rest in @rests[i]; NULL: there are none. */
int set_tagged(const struct set_space *space, const struct set *const *rests, size_t n,
	       const struct set **ret);

/* Words in both, in any of the two, in @a but not in @b. */
int set_and(const struct set_space *space, const struct set *a, const struct set *b,
	    const struct set **ret);
int set_or(const struct set_space *space, const struct set *a, const struct set *b,
	   const struct set **ret);
int set_minus(const struct set_space *space, const struct set *a, const struct set *b,
	      const struct set **ret);

bool set_is_empty(const struct set *set);
bool set_has(const struct set *set, const void *bytes, size_t n);

/* 1 if every word of @a is in @b (if some word is in both), else 0. Nothing is kept. */
int set_is_within(const struct set_space *space, const struct set *a,
		  const struct set *b);
int set_overlaps(const struct set_space *space, const struct set *a, const struct set *b);

/* One of the shortest words, of letters where it can be; -ENOENT if the set is empty. */
int set_sample(const struct set_space *space, const struct set *set,
	       struct set_word *ret);

#endif
