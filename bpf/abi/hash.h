/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The 128-bit name of an executable path, for the BINARY column. Paths are an attacker's
 * choice, so the seed is secret: drawn once per session, given to the programs and to the
 * compiler of the image.
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

#define TETRA_HASH_WORDS 512 /* 4096 bytes */

static inline __attribute__((always_inline)) __u64 hash_mix(__u64 lane, __u64 word,
							    __u64 odd, __u64 odder)
{
	lane = (lane ^ word) * odd;
	lane = lane << 29 | lane >> 35;
	return lane * odder;
}

static inline __attribute__((always_inline)) void hash_begin(const struct tetra_seed *seed,
							     struct tetra_hash *ret)
{
	ret->h[0] = seed->k[0];
	ret->h[1] = seed->k[2];
}

/*
 * @n words of a path from number @first on; @bytes_at: the whole path's length. Of the last
 * word the bytes behind the path are zero; words behind it are left out. Every step is a
 * bijection of the lane, so two paths of one length that differ in one word never meet.
 */
static inline __attribute__((always_inline)) void
hash_words(const struct tetra_seed *seed, const __u64 *words, __u32 first, __u32 n,
	   const __u32 *bytes_at, struct tetra_hash *hash)
{
	__u64 odd0 = seed->k[1] | 1, odder0 = seed->k[0] | 1;
	__u64 odd1 = seed->k[3] | 1, odder1 = seed->k[2] | 1;
	__u64 h0 = hash->h[0], h1 = hash->h[1];
	__u32 i;

	for (i = 0; i < n; i++) {
		/* Read anew each time: a known range of the length would give the verifier
		 * a state per word. */
		if ((first + i) * 8 >= *(const volatile __u32 *)bytes_at)
			break;
		h0 = hash_mix(h0, words[i], odd0, odder0);
		h1 = hash_mix(h1, words[i], odd1, odder1);
	}
	hash->h[0] = h0;
	hash->h[1] = h1;
}

/* The length tells a path from the same path with NULs behind it. */
static inline __attribute__((always_inline)) void hash_end(const struct tetra_seed *seed,
							   __u32 bytes,
							   struct tetra_hash *hash)
{
	__u64 h0 = hash_mix(hash->h[0], bytes, seed->k[1] | 1, seed->k[0] | 1);
	__u64 h1 = hash_mix(hash->h[1], ~(__u64)bytes, seed->k[3] | 1, seed->k[2] | 1);

	hash->h[0] = h0 ^ h0 >> 31;
	hash->h[1] = h1 ^ h1 >> 31;
	if (!(hash->h[0] | hash->h[1]))
		hash->h[1] = 1;
}

#endif
