/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The 128-bit hash of an executable path, for the BINARY column. An attacker can choose
 * paths, so the seed is secret: it is drawn once per session and given to the programs and
 * to the image compiler.
 */
#ifndef TETRA_ABI_HASH_H
#define TETRA_ABI_HASH_H

#include <linux/types.h>

struct tetra_seed {
	__u64 k[4];
};

/* Both words zero: no path is known. No path hashes to it. */
struct tetra_hash {
	__u64 h[2];
};

/* Longest path that is hashed. */
#define TETRA_HASH_BYTES 4096

static inline __attribute__((always_inline)) __u64 hash_mix(__u64 lane, __u64 word,
							    __u64 odd, __u64 odder)
{
	lane = (lane ^ word) * odd;
	lane = lane << 29 | lane >> 35;
	return lane * odder;
}

/*
 * hash_begin(), a hash_word() for each word of the zero-padded path, hash_end(). Every step
 * is a bijection of the lane, so two paths of equal length that differ in one word never
 * collide; the length distinguishes a path from the same path followed by NULs.
 */
static inline __attribute__((always_inline)) void
hash_begin(const struct tetra_seed *seed, struct tetra_hash *hash)
{
	hash->h[0] = seed->k[0];
	hash->h[1] = seed->k[2];
}

static inline __attribute__((always_inline)) void
hash_word(const struct tetra_seed *seed, struct tetra_hash *hash, __u64 word)
{
	hash->h[0] = hash_mix(hash->h[0], word, seed->k[1] | 1, seed->k[0] | 1);
	hash->h[1] = hash_mix(hash->h[1], word, seed->k[3] | 1, seed->k[2] | 1);
}

static inline __attribute__((always_inline)) void
hash_end(const struct tetra_seed *seed, struct tetra_hash *hash, __u64 bytes)
{
	__u64 h0 = hash_mix(hash->h[0], bytes, seed->k[1] | 1, seed->k[0] | 1);
	__u64 h1 = hash_mix(hash->h[1], ~bytes, seed->k[3] | 1, seed->k[2] | 1);

	hash->h[0] = h0 ^ h0 >> 31;
	hash->h[1] = h1 ^ h1 >> 31;
	if (!(hash->h[0] | hash->h[1]))
		hash->h[1] = 1;
}

#endif
