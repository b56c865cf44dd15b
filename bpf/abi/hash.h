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

/*
 * @words: the path, zero-padded to whole words; @bytes_at: its length, at most 4096. Every
 * step is a bijection of the lane, so two paths of one length that differ in one word
 * never meet; the length tells a path from the same path with NULs behind it.
 */
static inline __attribute__((always_inline)) void hash_path(const struct tetra_seed *seed,
							    const __u64 *words,
							    const __u32 *bytes_at,
	  struct tetra_hash *ret)
{
	__u64 odd0 = seed->k[1] | 1, odder0 = seed->k[0] | 1;
	__u64 odd1 = seed->k[3] | 1, odder1 = seed->k[2] | 1;
	__u64 h0 = seed->k[0], h1 = seed->k[2], i;
	__u32 bytes;

	for (i = 0; i < TETRA_HASH_WORDS; i++) {
		/* Read anew each time: a known range of the length would give the verifier
		 * a state per word. */
		if (i * 8 >= *(const volatile __u32 *)bytes_at)
			break;
		h0 = hash_mix(h0, words[i], odd0, odder0);
		h1 = hash_mix(h1, words[i], odd1, odder1);
	}
	bytes = *(const volatile __u32 *)bytes_at;
	h0 = hash_mix(h0, bytes, odd0, odder0);
	h1 = hash_mix(h1, ~(__u64)bytes, odd1, odder1);
	ret->h[0] = h0 ^ h0 >> 31;
	ret->h[1] = h1 ^ h1 >> 31;
	if (!(ret->h[0] | ret->h[1]))
		ret->h[1] = 1;
}

#endif
