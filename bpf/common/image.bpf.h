/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The image of a run, and the parts of the matcher that are separate functions: a global
 * function is verified once, no matter how many callers, and takes numbers only. It looks the
 * scratch slot and the image up again.
 */
#ifndef TETRA_BPF_IMAGE_BPF_H
#define TETRA_BPF_IMAGE_BPF_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* The image before the one that is published, if the run started with it. Not inlined: each
 * place that looks something up in a map makes a load more expensive. */
static __noinline tetra_image image_former(const struct tetra_scratch *s)
{
	__u32 slot = 1;
	tetra_image image = bpf_map_lookup_elem(&tetra_images, &slot);

	return image && (__u64)image == s->image ? image : 0;
}

/*
 * The image that the run started with. While a commit waits for runs on the old image, slot 0
 * has the new image and slot 1 still has the old one.
 */
static __always_inline tetra_image image_again(const struct tetra_scratch *s)
{
	__u32 slot = 0;
	tetra_image image = bpf_map_lookup_elem(&tetra_images, &slot);

	if (!image || (__u64)image == s->image)
		return image;
	return image_former(s);
}

/* One step of a trie's walk, over s->chunk: 1 if it continues. */
__noinline int trie_step(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	return image ? trie_chunk(image, &s->match, s->chunk, s->chunk_len, s->chunk_kind)
		     : 0;
}

__noinline int trie_step_end(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	if (image)
		trie_end(image, &s->match);
	return 0;
}

/* The literal of @len bytes that the missed chunk starts (tail: ends) with: 1 if there is
 * one. */
__noinline int trie_step_literal(__u32 scratch, __u32 len, __u32 tail)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u32 w;

	if (!s)
		return 0;
	match_rolled
	for (w = 0; w < 4; w++)
		s->match.partial[w] = s->match.chunk[w] &
				      (tail ? mask_tail(len, w) : mask_head(len, w));
	image = image_again(s);
	return image ? trie_partial_take(image, &s->match, len) : 0;
}

/* The longest literal that ends inside the missed chunk. */
__noinline int trie_step_partial(__u32 scratch, __u32 tail)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 lens, l;

	if (!s)
		return 0;
	lens = trie_partial_lens(&s->match);
	TRIE_PARTIAL_EACH(l, lens)
	{
		if (trie_step_literal(scratch, l, tail))
			break;
	}
	return 0;
}

/* The value ends at the walk's current node. */
static __always_inline void trie_stop(struct tetra_scratch *s)
{
	if (s->match.flags & TETRA_NODE_END)
		trie_step_end(s->number);
}

/* The walk is over: its current node decides, or a literal that ends in the next chunk.
 * Returns the remaining bits. */
static __always_inline __u64 trie_leave(struct tetra_scratch *s, __u32 tail)
{
	if (s->match.missed)
		trie_step_partial(s->number, tail);
	return match_and(&s->match, s->match.here, s->match.row);
}

/* The sets of some more bits of a value: 1 if others are left. */
__noinline __u64 bits_turn(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	return image ? match_bits_turn(image, &s->match) : 0;
}

/* A BITS column. Returns the remaining rules. */
__noinline __u64 bits_step(__u32 scratch, __u32 dim, __u64 value)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u64 i;

	if (!s)
		return 0;
	image = image_again(s);
	if (!image || !match_bits_begin(image, &s->match, dim, value))
		return 0;
	if (match_bits_turn(image, &s->match))
		for (i = 1; i < MATCH_BITS_TURNS; i++)
			if (!bits_turn(scratch))
				break;
	return match_bits_end(&s->match, dim);
}

/* The same for one word of a hook with more than 64 rules. */
__noinline __u64 bits_word_turn(__u32 scratch, __u32 row_cells, __u32 k)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	return image ? match_bits_word_turn(image, &s->match, row_cells, k) : 0;
}

__noinline __u64 bits_word_step(__u32 scratch, __u32 hook_cell, __u32 column, __u32 k)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;
	__u32 row_cells;
	__u64 i;

	if (!s)
		return 0;
	image = image_again(s);
	if (!image)
		return 0;
	row_cells = match_bits_word_begin(image, &s->match, hook_cell, column, k);
	if (!row_cells)
		return 0;
	for (i = 0; i < MATCH_BITS_TURNS; i++)
		if (!bits_word_turn(scratch, row_cells, k))
			break;
	return match_bits_word_end(&s->match);
}

/* The matching rules of word @k. @hook_cell is the hook's row. */
static __always_inline __u64 select_word(tetra_image image, struct tetra_scratch *s,
					 __u32 hook_cell, __u32 k)
{
	struct tetra_match *m = &s->match;
	__u64 i;

	if (!m->wide)
		return m->bits;
	match_rows_word(image, m, hook_cell, k);
	for (i = 0; i < TETRA_MAX_BIT_COLUMNS; i++) {
		if (i >= m->n_bit_columns || !m->partial[1])
			break;
		m->partial[1] &= bits_word_step(s->number, hook_cell, i, k);
	}
	return m->partial[1];
}

#endif
