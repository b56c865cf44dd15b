/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts that a fault cut short, matched in the table of CUT cells. */
#ifndef TETRA_ABI_MATCH_CUT_H
#define TETRA_ABI_MATCH_CUT_H

#include "bpf/abi/match.h"

/* The walk's node in the table of CUT cells; 0: the image has no such table. */
match_inline int cut_begin(tetra_image image, struct tetra_match *m, __u32 dim_cell)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);
	__u32 state = m->state;

	if (!cell)
		return 0;
	state -= cell->dim.root;
	cell = image_cell(image, cell->dim.aside);
	if (!cell || !cell->aside.cut)
		return 0;
	cell = image_cell(image, cell->aside.cut);
	if (!cell)
		return 0;
	m->cut_table = cell->dim.table;
	m->cut_mask = cell->dim.mask;
	m->cut_state = state + cell->dim.root;
	return 1;
}

/* The cell's name and m->chunk differ in the bytes of the mask in m->partial. */
match_inline __u64 cut_differs(const struct tetra_match *m, const struct tetra_trie *node)
{
	return ((node->name[0] ^ m->chunk[0]) & m->partial[0]) |
	       ((node->name[1] ^ m->chunk[1]) & m->partial[1]) |
	       ((node->name[2] ^ m->chunk[2]) & m->partial[2]) |
	       ((node->name[3] ^ m->chunk[3]) & m->partial[3]);
}

/*
 * The CUT cell that is found by the first @len bytes of m->chunk; m->partial is the mask of
 * these.
 */
match_inline struct tetra_trie *cut_find(tetra_image image, const struct tetra_match *m,
					 __u32 len)
{
	__u32 i, spot;
	__u64 name[4];

	name[0] = m->chunk[0] & m->partial[0];
	name[1] = m->chunk[1] & m->partial[1];
	name[2] = m->chunk[2] & m->partial[2];
	name[3] = m->chunk[3] & m->partial[3];
	spot = trie_spot(m->cut_state, name, len, TETRA_CHUNK_CUT);
	match_rolled
	for (i = 0; i < TETRA_PROBES; i++) {
		struct tetra_cell *cell = image_cell(
			image, m->cut_table + (trie_place(spot, i) & m->cut_mask));

		if (!cell)
			break;
		if (cell->trie.used && cell->trie.state == m->cut_state &&
		    cell->trie.lens == len && !cut_differs(m, &cell->trie))
			return &cell->trie;
	}
	return 0;
}

#ifndef __bpf__
match_inline void cut_mask(struct tetra_match *m, __u32 len)
{
	for (__u32 w = 0; w < 4; w++)
		m->partial[w] = chunk_mask(w, len, 0);
}

/* The first @len bytes of what follows the walk's node are m->chunk. */
match_function void match_cut_end(tetra_image image, struct tetra_match *m,
				  __u32 dim_cell, __u32 len)
{
	struct tetra_trie *node = 0;
	__u32 key = len + 1;

	if (cut_begin(image, m, dim_cell))
		while (!node && key--) {
			cut_mask(m, key);
			node = cut_find(image, m, key);
		}
	cut_mask(m, len);
	if (node && len <= node->len && !cut_differs(m, node)) {
		m->here = node->bits;
		m->row = node->row;
	} else if (m->flags & TETRA_NODE_PARTIAL) {
		m->missed = len;
	}
}

/* HEAD over the beginning of a text, as match_text(); a fault hid the rest. */
match_function __u64 match_cut(tetra_image image, struct tetra_match *m, __u32 dim_cell,
			       const __u64 *words, __u32 bytes, __u32 steps)
{
	__u32 left = bytes, i, w;

	if (!trie_begin(image, m, dim_cell))
		return 0;
	for (i = 0; i < steps && left > TETRA_CHUNK_BYTES; i++) {
		if (!trie_chunk(image, m, words, TETRA_CHUNK_BYTES, TETRA_CHUNK_MORE))
			return trie_leave(image, m, 0);
		left -= TETRA_CHUNK_BYTES;
		words += 4;
	}
	if (left <= TETRA_CHUNK_BYTES) {
		for (w = 0; w < 4; w++)
			m->chunk[w] = words[w] & chunk_mask(w, left, 0);
		match_cut_end(image, m, dim_cell, left);
	}
	return trie_leave(image, m, 0);
}
#endif

#endif
