/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The matcher: walks the tables of image.h. Built for BPF and for the host, so that the
 * image compiler can be tested against the policy evaluator without a kernel; the same
 * source then runs in the kernel.
 *
 * A run: match_begin(), then one match_* call per column the hook uses, cheapest first,
 * stopping as soon as .bits is zero; then match_word() gives the matching rules, word by
 * word. With at most 64 rules the first phase is exact and match_word(0) is .bits.
 *
 * State that loops carry is in struct tetra_match, in map memory: in registers it would
 * multiply the verifier's states.
 */
#ifndef TETRA_ABI_MATCH_H
#define TETRA_ABI_MATCH_H

#include "bpf/abi/image.h"

#ifdef __bpf__
/* An unrolled loop is only more code to load: the verifier follows each iteration anyway. */
#define match_rolled   _Pragma("clang loop unroll(disable)")
#define match_function static __noinline
#define match_inline   static __always_inline
typedef void *tetra_image;

match_inline struct tetra_cell *image_cell(tetra_image image, __u32 index)
{
	return bpf_map_lookup_elem(image, &index);
}

/* Global: an older clang's BTF cannot describe a static table in read-only data. */
#define match_table const
#else
#include <stdint.h>
#define match_rolled
#define match_table    static const
#define match_function static __attribute__((unused))
#define match_inline   static inline __attribute__((unused))
struct tetra_host_image {
	struct tetra_cell *cells;
	__u32 n_cells;
};
typedef const struct tetra_host_image *tetra_image;

match_inline struct tetra_cell *image_cell(tetra_image image, __u32 index)
{
	return index < image->n_cells ? &image->cells[index] : (struct tetra_cell *)0;
}
#endif

struct tetra_match {
	__u64 bits; /* rules still alive (summary, if wide) */
	__u32 wide; /* more than 64 rules */
	__u32 n_rows;
	__u32 rows[TETRA_MAX_COLUMNS];
	__u32 n_bit_columns;
	__u32 bit_dims[TETRA_MAX_BIT_COLUMNS];
	__u64 bit_values[TETRA_MAX_BIT_COLUMNS];
	/* the trie walk */
	__u32 table, mask, state, flags, lens, row;
	__u32 missed; /* bytes of the chunk that matched no child; 0: none */
	__u64 here;
	__u64 left;	/* bits of a BITS column's value that are still to come */
	__u64 chunk[4]; /* that chunk */
	__u64 partial[4];
	__u32 cut_table, cut_mask, cut_state; /* CUT cells of the walk's current node */
};

/* Odd constants without structure; they only spread table positions. */
#define MATCH_K0 0x9e3779b97f4a7c15ull
#define MATCH_K1 0xc2b2ae3d27d4eb4full
#define MATCH_K2 0x165667b19e3779f9ull
#define MATCH_K3 0xd6e8feb86659fd93ull
#define MATCH_K4 0xa0761d6478bd642full

match_inline __u32 match_spot(__u64 mixed)
{
	return mixed >> 32;
}

/* Where the search for a key's entry starts; the image compiler uses the same function. */
match_inline __u32 exact_spot(__u64 key0, __u64 key1)
{
	__u64 mixed = key0 ^ (key1 * MATCH_K1);

	/* The product's high half must see the high bytes too. */
	mixed ^= mixed >> 32;
	return match_spot(mixed * MATCH_K0);
}

match_inline __u32 trie_spot(__u32 state, const __u64 *name, __u32 len, __u32 kind)
{
	__u64 mixed = (state * 1024ull + len * 4 + kind + 1) * MATCH_K4;

	mixed ^= name[0] * MATCH_K0;
	mixed ^= name[1] * MATCH_K1;
	mixed ^= name[2] * MATCH_K2;
	mixed ^= name[3] * MATCH_K3;
	mixed ^= mixed >> 32;
	return match_spot(mixed * MATCH_K0);
}

/* The same for a whole component below eight bytes, the usual case: other words are zero. */
match_inline __u64 trie_spot_short(__u64 state, __u64 name, __u64 len)
{
	__u64 mixed = (state * 1024 + len * 4 + TETRA_CHUNK_LAST + 1) * MATCH_K4 ^
		      name * MATCH_K0;

	mixed ^= mixed >> 32;
	return mixed * MATCH_K0 >> 32;
}

/*
 * The places of a key in a trie's table, at most TETRA_PROBES: two neighbours, and two others
 * elsewhere, since neighbours alone leave a full table half empty.
 */
match_inline __u32 trie_place(__u32 spot, __u32 place)
{
	if (place < 2)
		return spot + place;
	return (spot * 0x9e3779b1u >> 10) + place;
}

match_inline void match_begin(struct tetra_match *m, __u64 bits, __u32 n_words)
{
	m->bits = bits;
	m->wide = n_words > 1;
	if (n_words < 2)
		return;
	/* Row 0 of a hook with more than one word is the row of all its rules. */
	m->rows[0] = 0;
	m->n_rows = 1;
	m->n_bit_columns = 0;
}

/* One column's verdict. */
match_inline __u64 match_and(struct tetra_match *m, __u64 bits, __u32 row)
{
	__u32 n;

	m->bits &= bits;
	if (m->wide) {
		n = m->n_rows;
		if (n < TETRA_MAX_COLUMNS) {
			m->rows[n & (TETRA_MAX_COLUMNS - 1)] = row;
			m->n_rows = n + 1;
		}
	}
	return m->bits;
}

/*
 * A control group: 1 if it is in the table of the scope's column; then its rules are left. What an
 * entry has is read where it is found: older verifiers lose a pointer that may be one of two.
 */
match_function int match_scope(tetra_image image, struct tetra_match *m, __u32 dim_cell,
			       __u64 group)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);
	__u32 table, mask, spot = exact_spot(group, 0), reach = 0, i;

	if (!cell)
		return 0;
	table = cell->dim.table;
	mask = cell->dim.mask;
	match_rolled
	for (i = 0; i < TETRA_PROBES; i++) {
		struct tetra_cell *bucket =
			image_cell(image, table + ((spot + i) & mask));

		if (!bucket)
			return 0;
		if (bucket->bucket.entries[0].key[0] == group &&
		    bucket->bucket.entries[0].used) {
			match_and(m, bucket->bucket.entries[0].bits,
				  bucket->bucket.entries[0].row);
			return 1;
		}
		if (bucket->bucket.entries[1].key[0] == group &&
		    bucket->bucket.entries[1].used) {
			match_and(m, bucket->bucket.entries[1].bits,
				  bucket->bucket.entries[1].row);
			return 1;
		}
		if (!i)
			reach = bucket->bucket.entries[0].reach;
		if (i >= reach)
			break;
	}
	return 0;
}

/* EXACT, given the dimension's @cell. Returns the remaining bits. */
match_function __u64 match_exact_in(tetra_image image, struct tetra_match *m,
				    const struct tetra_cell *cell, __u64 key0, __u64 key1)
{
	__u32 table = cell->dim.table, mask = cell->dim.mask, row = cell->dim.miss_row;
	__u64 bits = cell->dim.miss_bits;
	__u32 spot = exact_spot(key0, key1), reach = 0, i;

	match_rolled
	for (i = 0; i < TETRA_PROBES; i++) {
		struct tetra_cell *bucket =
			image_cell(image, table + ((spot + i) & mask));

		if (!bucket)
			return 0;
		if (bucket->bucket.entries[0].key[0] == key0 &&
		    bucket->bucket.entries[0].key[1] == key1 &&
		    bucket->bucket.entries[0].used) {
			bits = bucket->bucket.entries[0].bits;
			row = bucket->bucket.entries[0].row;
			break;
		}
		if (bucket->bucket.entries[1].key[0] == key0 &&
		    bucket->bucket.entries[1].key[1] == key1 &&
		    bucket->bucket.entries[1].used) {
			bits = bucket->bucket.entries[1].bits;
			row = bucket->bucket.entries[1].row;
			break;
		}
		if (!i)
			reach = bucket->bucket.entries[0].reach;
		if (i >= reach)
			break;
	}
	return match_and(m, bits, row);
}

match_inline __u64 match_exact(tetra_image image, struct tetra_match *m, __u32 dim_cell,
			       __u64 key0, __u64 key1)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);

	return cell ? match_exact_in(image, m, cell, key0, key1) : 0;
}

/* One step of the search below: the middle entry becomes an end. */
match_function __u64 match_segment_step(tetra_image image, struct tetra_match *m,
					__u32 table)
{
	__u32 middle = (m->state + m->flags) >> 1;
	struct tetra_cell *cell = image_cell(image, table + (middle >> 1));
	const struct tetra_entry *entry;

	if (!cell) {
		m->flags = m->state;
		return 0;
	}
	entry = &cell->bucket.entries[middle & 1];
	if (entry->key[0] < m->partial[0] ||
	    (entry->key[0] == m->partial[0] && entry->key[1] <= m->partial[1]))
		m->state = middle;
	else
		m->flags = middle;
	return 0;
}

/* Steps of the search: enough for 2^20 segments in one column. */
#define MATCH_SEARCH_STEPS 21
#define MATCH_STEP                                                                       \
	if (m->flags - m->state < 2)                                                     \
		goto found;                                                              \
	match_segment_step(image, m, table);
#define MATCH_7_STEPS                                                                    \
	MATCH_STEP MATCH_STEP MATCH_STEP MATCH_STEP MATCH_STEP MATCH_STEP MATCH_STEP

/*
 * SEGMENTS from cell @table, @n entries, at most 2^20: the last one that is not above the key.
 * The key is m->partial[0], [1] (high word first); the key and the ends of the remaining range
 * are in map memory. No loop: see unknown().
 */
match_function __u64 match_segment(tetra_image image, struct tetra_match *m, __u32 table,
				   __u32 n)
{
	struct tetra_cell *cell;

	m->state = 0; /* low end: its entry is not above the key (entry 0 is zero) */
	m->flags = n; /* high end: above, or past the last */
	MATCH_7_STEPS
	MATCH_7_STEPS
	MATCH_7_STEPS
found:
	cell = image_cell(image, table + (m->state >> 1));
	if (!cell)
		return 0;
	return match_and(m, cell->bucket.entries[m->state & 1].bits,
			 cell->bucket.entries[m->state & 1].row);
}

/*
 * A number: EXACT or SEGMENTS, as the dimension says. @flip is 1 << 63 for signed kinds, so
 * that SEGMENTS sees their order as unsigned order; EXACT compares the value as it is.
 */
match_function __u64 match_number(tetra_image image, struct tetra_match *m,
				  __u32 dim_cell, __u64 value, __u64 flip)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);

	if (!cell)
		return 0;
	if (cell->dim.type == TETRA_DIM_SEGMENTS) {
		m->partial[0] = 0;
		m->partial[1] = value ^ flip;
		return match_segment(image, m, cell->dim.table, cell->dim.n);
	}
	return match_exact_in(image, m, cell, value, 0);
}

/* Eight bytes in network order. */
match_inline __u64 address_word(const __u8 *address)
{
	return (__u64)address[0] << 56 | (__u64)address[1] << 48 |
	       (__u64)address[2] << 40 | (__u64)address[3] << 32 |
	       (__u64)address[4] << 24 | (__u64)address[5] << 16 |
	       (__u64)address[6] << 8 | address[7];
}

/*
 * ADDRESS. @family as in the kernel (2, 10); the address in network order. An IPv4 address in
 * IPv6 (::ffff:a.b.c.d) is the IPv4 address.
 */
match_function __u64 match_address(tetra_image image, struct tetra_match *m,
				   __u32 dim_cell, __u32 family, const __u8 *address)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);
	__u64 high = address_word(address), low = address_word(address + 8);

	if (!cell)
		return 0;
	if (family == 10 && !high && low >> 32 == 0xffff) {
		family = 2;
		high = low << 32;
	}
	if (family == 2 && cell->dim.n) {
		m->partial[0] = 0;
		m->partial[1] = high >> 32;
		return match_segment(image, m, cell->dim.table, cell->dim.n);
	}
	if (family == 10 && cell->dim.n6) {
		m->partial[0] = high;
		m->partial[1] = low;
		return match_segment(image, m, cell->dim.table6, cell->dim.n6);
	}
	return match_and(m, cell->dim.miss_bits, cell->dim.miss_row);
}

/* Positions of bits, for the next function. */
match_table __u8 tetra_bit_places[64] = {
	0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28,
	62, 5,	39, 46, 44, 42, 22, 9,	24, 35, 59, 56, 49, 18, 29, 11,
	63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
	51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
};

/* Position of the lowest bit of @x (not zero), by de Bruijn sequence: no branch. */
match_inline __u32 lowest_bit(__u64 x)
{
	return tetra_bit_places[((x & -x) * 0x022fdd63cc95386dull) >> 58 & 63];
}

/*
 * Bits of a value whose sets are gathered together. Few values have more that count, and the
 * verifier follows the whole loop.
 */
#define MATCH_BITS_TURN	 8
#define MATCH_BITS_TURNS (64 / MATCH_BITS_TURN)

/*
 * BITS, first phase: exact if there are at most 64 rules; otherwise only the set bits count (a
 * superset), and the column is noted for the second phase. This starts it; 0 if there is no
 * such column.
 */
match_inline int match_bits_begin(tetra_image image, struct tetra_match *m,
				  __u32 dim_cell, __u64 value)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);

	if (!cell)
		return 0;
	m->table = cell->dim.table;
	m->left = value & cell->dim.interest;
	m->here = cell->dim.miss_bits;
	m->partial[0] = 0;
	m->partial[1] = m->left;
	return 1;
}

/* Some more bits: 1 if others are left. */
match_inline int match_bits_turn(tetra_image image, struct tetra_match *m)
{
	__u64 left = m->left, i;

	match_rolled
	for (i = 0; i < MATCH_BITS_TURN; i++) {
		struct tetra_cell *cell;
		__u32 bit;

		if (!left)
			break;
		bit = lowest_bit(left);
		cell = image_cell(image, m->table + (bit >> 1));
		if (!cell) {
			m->here = left = 0;
			break;
		}
		m->here |= cell->bit[bit & 1].set_bits;
		m->partial[0] |= cell->bit[bit & 1].clear_bits;
		left &= left - 1;
	}
	m->left = left;
	return left != 0;
}

/* Returns the remaining bits. */
match_inline __u64 match_bits_end(struct tetra_match *m, __u32 dim_cell)
{
	__u32 k;

	if (!m->wide) {
		m->bits &= m->here & ~m->partial[0];
		return m->bits;
	}
	m->bits &= m->here;
	k = m->n_bit_columns;
	if (k < TETRA_MAX_BIT_COLUMNS) {
		m->bit_dims[k & (TETRA_MAX_BIT_COLUMNS - 1)] = dim_cell;
		m->bit_values[k & (TETRA_MAX_BIT_COLUMNS - 1)] = m->partial[1];
		m->n_bit_columns = k + 1;
	}
	return m->bits;
}

#ifndef __bpf__
match_function __u64 match_bits(tetra_image image, struct tetra_match *m, __u32 dim_cell,
				__u64 value)
{
	if (!match_bits_begin(image, m, dim_cell, value))
		return 0;
	while (match_bits_turn(image, m))
		;
	return match_bits_end(m, dim_cell);
}
#endif

match_inline int trie_begin(tetra_image image, struct tetra_match *m, __u32 dim_cell)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);

	if (!cell)
		return 0;
	m->table = cell->dim.table;
	m->mask = cell->dim.mask;
	m->state = cell->dim.root;
	m->flags = cell->dim.flags;
	m->lens = cell->dim.lens;
	m->here = cell->dim.miss_bits;
	m->row = cell->dim.miss_row;
	m->missed = 0;
	return 1;
}

/*
 * Few branches: loops call this, and each branch costs the verifier a state. A free cell
 * matches no key: keys have a length or are an END.
 */
match_inline struct tetra_trie *trie_find(tetra_image image, const struct tetra_match *m,
					  const __u64 *name, __u32 len, __u32 kind)
{
	__u64 state = m->state, table = m->table, mask = m->mask, reach = 0, i;
	__u64 spot = trie_spot(state, name, len, kind), differs;

	match_rolled
	for (i = 0; i < TETRA_PROBES; i++) {
		struct tetra_cell *cell =
			image_cell(image, table + (trie_place(spot, i) & mask));

		if (!cell)
			break;
		differs = (cell->trie.name[0] ^ name[0]) | (cell->trie.state ^ state);
		if (!differs)
			differs = (cell->trie.name[1] ^ name[1]) |
				  (cell->trie.name[2] ^ name[2]) |
				  (cell->trie.name[3] ^ name[3]) |
				  (cell->trie.len ^ len) | (cell->trie.kind ^ kind);
		if (!differs)
			return &cell->trie;
		if (!i)
			reach = cell->trie.reach;
		if (i >= reach)
			break;
	}
	return 0;
}

match_inline void trie_take(struct tetra_match *m, const struct tetra_trie *node)
{
	m->state = node->next;
	m->flags = node->flags;
	m->lens = node->lens;
	m->here = node->bits;
	m->row = node->row;
}

/* Bytes of word @i that belong to the first (@tail: last) @len bytes of a chunk. */
match_inline __u64 chunk_mask(__u32 i, __u32 len, __u32 tail)
{
	__u32 at = i * 8, skip = TETRA_CHUNK_BYTES - len;

	if (!tail) {
		if (len >= at + 8)
			return ~0ull;
		return len <= at ? 0 : (1ull << ((len - at) & 7) * 8) - 1;
	}
	if (skip >= at + 8)
		return 0;
	return skip <= at ? ~0ull : ~0ull << ((skip - at) & 7) * 8;
}

/*
 * One chunk of the value. @name is zero outside the chunk's bytes. Returns 1 if the walk
 * continues, 0 if the value has left the trie; trie_leave() then decides. The chunk is kept
 * if a literal may end inside it.
 */
match_inline int trie_chunk(tetra_image image, struct tetra_match *m, const __u64 *name,
			    __u32 len, __u32 kind)
{
	struct tetra_trie *node = 0;

	if (m->flags & TETRA_NODE_CHILDREN)
		node = trie_find(image, m, name, len, kind);
	if (node) {
		trie_take(m, node);
		return 1;
	}
	if (m->flags & TETRA_NODE_PARTIAL) {
		m->missed = len;
		m->chunk[0] = name[0];
		m->chunk[1] = name[1];
		m->chunk[2] = name[2];
		m->chunk[3] = name[3];
	}
	return 0;
}

/* Lengths of the literals that end inside the chunk that matched no child. */
match_inline __u32 trie_partial_lens(const struct tetra_match *m)
{
	return m->lens & ~0u >> (TETRA_CHUNK_BYTES - m->missed);
}

/* Takes the literal of @len bytes in m->partial. */
match_inline int trie_partial_take(tetra_image image, struct tetra_match *m, __u32 len)
{
	struct tetra_trie *node =
		trie_find(image, m, m->partial, len, TETRA_CHUNK_PARTIAL);

	if (node)
		trie_take(m, node);
	return node != 0;
}

/* All lengths from the longest; the verifier knows the loop's @l in each iteration. */
#define TRIE_PARTIAL_EACH(l, lens)                                                       \
	for (l = TETRA_CHUNK_BYTES; l > 0; l--)                                          \
		if (!(l & 7) && !((lens) >> (l - 8) & 0xff))                             \
			l -= 7;                                                          \
		else if ((lens) >> (l - 1) & 1)

/* The value ends at the walk's current node. */
match_inline void trie_end(tetra_image image, struct tetra_match *m)
{
	struct tetra_trie *node;

	if (!(m->flags & TETRA_NODE_END))
		return;
	m->partial[0] = m->partial[1] = m->partial[2] = m->partial[3] = 0;
	node = trie_find(image, m, m->partial, 0, TETRA_CHUNK_END);
	if (node)
		trie_take(m, node);
}

/* A value that cannot be compared: @state says why. */
match_function __u64 match_aside(tetra_image image, struct tetra_match *m, __u32 dim_cell,
				 __u32 state)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);
	__u64 index = state - 1;

	if (cell)
		cell = image_cell(image, cell->dim.aside);
	/* Use one register for the check and for the index. */
	asm volatile("" : "+r"(index));
	if (!cell || index >= TETRA_VALUE_LATER)
		return 0;
	return match_and(m, cell->aside.bits[index], cell->aside.rows[index]);
}

/* The dimension in which names made in a user namespace are looked up. */
match_inline __u32 dim_foreign(tetra_image image, __u32 dim_cell)
{
	struct tetra_cell *cell = image_cell(image, dim_cell);

	if (cell)
		cell = image_cell(image, cell->dim.aside);
	return cell && cell->aside.foreign ? cell->aside.foreign : dim_cell;
}

/*
 * TRIE over a text in memory, as one component: @words are its bytes, readable up to a
 * multiple of 32, for a HEAD trie; for a TAIL trie @words points at the last 32 bytes, and
 * the bytes before them are at lower addresses, readable for 31 bytes before the first. Bytes
 * outside the text do not matter. An empty text ends at the root. @steps: at most.
 */
#ifndef __bpf__
/* The walk is over: its current node decides, or a literal that ends in the next chunk.
 * Returns the remaining bits. */
match_function __u64 trie_leave(tetra_image image, struct tetra_match *m, __u32 tail)
{
	__u32 l;

	if (m->missed) {
		__u32 lens = trie_partial_lens(m);

		TRIE_PARTIAL_EACH(l, lens)
		{
			for (__u32 w = 0; w < 4; w++)
				m->partial[w] = m->chunk[w] & chunk_mask(w, l, tail);
			if (trie_partial_take(image, m, l))
				break;
		}
	}
	return match_and(m, m->here, m->row);
}

match_function __u64 match_text(tetra_image image, struct tetra_match *m, __u32 dim_cell,
				const __u64 *words, __u32 bytes, __u32 tail, __u32 steps)
{
	__u32 left = bytes, i;

	if (!trie_begin(image, m, dim_cell))
		return 0;
	for (i = 0; i < steps && left; i++) {
		__u32 len = left > TETRA_CHUNK_BYTES ? TETRA_CHUNK_BYTES : left;
		__u32 kind =
			left > TETRA_CHUNK_BYTES ? TETRA_CHUNK_MORE : TETRA_CHUNK_LAST;

		__u64 chunk[4];

		chunk[0] = words[0] & chunk_mask(0, len, tail);
		chunk[1] = words[1] & chunk_mask(1, len, tail);
		chunk[2] = words[2] & chunk_mask(2, len, tail);
		chunk[3] = words[3] & chunk_mask(3, len, tail);
		if (!trie_chunk(image, m, chunk, len, kind))
			return trie_leave(image, m, tail);
		left -= len;
		words = tail ? words - 4 : words + 4;
	}
	if (!left)
		trie_end(image, m);
	return trie_leave(image, m, tail);
}
#endif

match_inline __u64 row_word(tetra_image image, __u32 rows, __u32 row_cells, __u32 row,
			    __u32 k)
{
	struct tetra_cell *cell = image_cell(image, rows + row * row_cells + (k >> 3));

	return cell ? cell->w[k & 7] : 0;
}

/*
 * Starts the second phase of a BITS column, which yields its exact word. Returns the number of
 * cells in a row, or 0 for an invalid column.
 */
match_inline __u32 match_bits_word_begin(tetra_image image, struct tetra_match *m,
					 __u32 hook_cell, __u32 column, __u32 k)
{
	struct tetra_cell *cell = image_cell(image, hook_cell);
	__u32 row_cells;

	if (!cell)
		return 0;
	m->state = cell->hook.rows;
	row_cells = cell->hook.row_cells;
	cell = image_cell(image, m->bit_dims[column & (TETRA_MAX_BIT_COLUMNS - 1)]);
	if (!cell)
		return 0;
	m->table = cell->dim.table;
	m->left = m->bit_values[column & (TETRA_MAX_BIT_COLUMNS - 1)];
	m->here = row_word(image, m->state, row_cells, cell->dim.miss_row, k);
	m->partial[0] = 0;
	return row_cells;
}

/* Some more bits of it: 1 if others are left. */
match_inline int match_bits_word_turn(tetra_image image, struct tetra_match *m,
				      __u32 row_cells, __u32 k)
{
	__u64 left = m->left, i;

	match_rolled
	for (i = 0; i < MATCH_BITS_TURN; i++) {
		struct tetra_cell *cell;
		__u32 bit, clear;

		if (!left)
			break;
		bit = lowest_bit(left);
		cell = image_cell(image, m->table + (bit >> 1));
		if (!cell) {
			m->here = left = 0;
			break;
		}
		clear = cell->bit[bit & 1].clear_row;
		m->here |= row_word(image, m->state, row_cells,
				    cell->bit[bit & 1].set_row, k);
		m->partial[0] |= row_word(image, m->state, row_cells, clear, k);
		left &= left - 1;
	}
	m->left = left;
	return left != 0;
}

match_inline __u64 match_bits_word_end(const struct tetra_match *m)
{
	return m->here & ~m->partial[0];
}

/* Word @k of what all columns except BITS ones accept. @hook_cell is the hook's row. */
match_function __u64 match_rows_word(tetra_image image, struct tetra_match *m,
				     __u32 hook_cell, __u32 k)
{
	struct tetra_cell *cell = image_cell(image, hook_cell);
	__u32 rows, row_cells, i;

	if (!cell)
		return 0;
	rows = cell->hook.rows;
	row_cells = cell->hook.row_cells;
	m->partial[1] = ~0ull;
	for (i = 0; i < TETRA_MAX_COLUMNS; i++) {
		if (i >= m->n_rows)
			break;
		m->partial[1] &= row_word(image, rows, row_cells, m->rows[i], k);
	}
	return m->partial[1];
}

#ifndef __bpf__
match_function __u64 match_bits_word(tetra_image image, struct tetra_match *m,
				     __u32 hook_cell, __u32 column, __u32 k)
{
	__u32 row_cells = match_bits_word_begin(image, m, hook_cell, column, k);

	if (!row_cells)
		return 0;
	while (match_bits_word_turn(image, m, row_cells, k))
		;
	return match_bits_word_end(m);
}

/* The matching rules of word @k. @hook_cell is the hook's row. */
match_function __u64 match_word(tetra_image image, struct tetra_match *m, __u32 hook_cell,
				__u32 k)
{
	__u64 word;
	__u32 i;

	if (!m->wide)
		return m->bits;
	word = match_rows_word(image, m, hook_cell, k);
	for (i = 0; i < m->n_bit_columns && word; i++)
		word &= match_bits_word(image, m, hook_cell, i, k);
	return word;
}
#endif

#endif
