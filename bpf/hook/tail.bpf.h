/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The end of a path, from the names of its last dentries: what most rules about an end look at.
 * No text is made, and how deep the file is does not matter.
 */
#ifndef TETRA_BPF_TAIL_H
#define TETRA_BPF_TAIL_H

#include "bpf/hook/select.bpf.h"
#include "bpf/path/walk.bpf.h"

/* Dentries read at most; if their names are too short, the whole path is walked. */
#define TAIL_DENTRIES 6
/* Where names go in s->text. Zeroes precede them: a short path does not fill a trie step. */
#define TAIL_START TETRA_CHUNK_BYTES
/* Covers all names; up to a chunk more is written past the last. */
#define TAIL_MASK 255

_Static_assert(TAIL_START + TAIL_DENTRIES * TETRA_CHUNK_BYTES <= TAIL_MASK, "all names");
_Static_assert(TAIL_MASK + 1 + TETRA_CHUNK_BYTES <= TETRA_TEXT_MAX, "inside of the text");

/* A name too long to be inside the dentry: its last chunk is all that a step can use. */
static __noinline __u64 tail_long(struct tetra_scratch *s, struct dentry *at)
{
	bpf_probe_read_kernel(&s->text[TAIL_START], TETRA_CHUNK_BYTES,
			      at->d_name.name + at->d_name.len - TETRA_CHUNK_BYTES);
	return TAIL_START + TETRA_CHUNK_BYTES;
}

/* Puts "/" and the name of @at at @spot; returns the next spot. */
static __noinline __u64 tail_name(struct tetra_scratch *s, struct dentry *at, __u64 spot)
{
	const __u64 *words = (const __u64 *)dentry_inline_name(at);
	__u64 len = at->d_name.len;

	if (len >= TETRA_CHUNK_BYTES)
		return tail_long(s, at);
	spot &= TAIL_MASK;
	s->text[spot] = '/';
	word_put(&s->text[spot + 1], words[0]);
	if (len > 8) {
		word_put(&s->text[spot + 9], words[1]);
		word_put(&s->text[spot + 17], words[2]);
		word_put(&s->text[spot + 25], words[3]);
	}
	return unknown(s, spot + 1 + len);
}

/* One component up, until there is enough. */
#define TAIL_UP(n)                                                                       \
	if ((__u64)at == stop) {                                                         \
		depth = n;                                                               \
		goto turn;                                                               \
	}                                                                                \
	way[n] = at;                                                                     \
	sum += at->d_seq.seqcount.sequence + dentry_number(s, at);                       \
	bytes += at->d_name.len + 1;                                                     \
	parent = at->d_parent;                                                           \
	/* Opened by its handle, a file may have no parent, and so no name. */           \
	if (parent == at)                                                                \
		return 0;                                                                \
	if (bytes >= enough) {                                                           \
		depth = n + 1;                                                           \
		goto turn;                                                               \
	}                                                                                \
	at = parent;

#define TAIL_ENTER(n)                                                                    \
	if (depth == n + 1)                                                              \
		goto down_##n;

#define TAIL_DOWN(n) down_##n : spot = tail_name(s, way[n], spot);

/* Takes one off the sum; all existing ones are below @n. */
#define TAIL_AGAIN(n)                                                                    \
	if (depth <= n)                                                                  \
		goto all;                                                                \
	sequence = way[n]->d_seq.seqcount.sequence;                                      \
	sum -= sequence + dentry_number(s, way[n]);                                      \
	odd |= sequence;

/* The step in s->chunk. */
static __always_inline void tail_chunk(struct tetra_scratch *s, __u64 spot, __u64 bytes)
{
	__u32 from = (spot - TETRA_CHUNK_BYTES) & TAIL_MASK;

	s->chunk[0] = word_get(&s->text[from]);
	s->chunk[1] = word_get(&s->text[from + 8]);
	s->chunk[2] = word_get(&s->text[from + 16]);
	s->chunk[3] = word_get(&s->text[from + 24]);
	s->chunk_len = bytes > TETRA_CHUNK_BYTES ? TETRA_CHUNK_BYTES : bytes;
	s->chunk_kind = bytes > TETRA_CHUNK_BYTES ? TETRA_CHUNK_MORE : TETRA_CHUNK_LAST;
}

/*
 * Puts the last @enough bytes of the path from @dentry up to the dentry @stop into s->chunk, or all
 * of a shorter path. Returns 1, or 0 if TAIL_DENTRIES do not suffice or one of them has changed
 * meanwhile.
 */
static __noinline __u64 tail_read(struct tetra_scratch *s, struct dentry *dentry,
				  __u64 stop, __u64 enough)
{
	struct dentry *at = dentry, *parent;
	/* Volatile: on the stack, at fixed places, and nowhere else. */
	struct dentry *volatile way[TAIL_DENTRIES];
	__u64 sum = 0, odd = 0, bytes = 0, sequence, depth, spot = TAIL_START;

	way[0] = way[1] = way[2] = way[3] = way[4] = way[5] = dentry;
	TAIL_UP(0)
	TAIL_UP(1)
	TAIL_UP(2)
	TAIL_UP(3)
	TAIL_UP(4)
	TAIL_UP(5)
	return 0;
turn:
	/* Any number to the verifier, otherwise it follows each depth separately. */
	depth = unknown(s, depth);
	if (!depth)
		return 0;
	word_put(&s->text[0], 0);
	word_put(&s->text[8], 0);
	word_put(&s->text[16], 0);
	word_put(&s->text[24], 0);
	TAIL_ENTER(0)
	TAIL_ENTER(1)
	TAIL_ENTER(2)
	TAIL_ENTER(3)
	TAIL_ENTER(4)
	spot = tail_name(s, way[5], spot);
	TAIL_DOWN(4)
	TAIL_DOWN(3)
	TAIL_DOWN(2)
	TAIL_DOWN(1)
	TAIL_DOWN(0)
	tail_chunk(s, spot, bytes);
	TAIL_AGAIN(0)
	TAIL_AGAIN(1)
	TAIL_AGAIN(2)
	TAIL_AGAIN(3)
	TAIL_AGAIN(4)
	TAIL_AGAIN(5)
all:
	return unknown(s, !sum && !(odd & 1));
}

/* All literals are of @len bytes: usually there is but one. */
static __always_inline void tail_one(tetra_image image, struct tetra_scratch *s,
				     __u64 len)
{
	__u64 *partial = s->match.partial;

	if (s->chunk_len < len)
		return;
	partial[0] = s->chunk[0] & mask_tail(len, 0);
	partial[1] = s->chunk[1] & mask_tail(len, 1);
	partial[2] = s->chunk[2] & mask_tail(len, 2);
	partial[3] = s->chunk[3] & mask_tail(len, 3);
	trie_partial_take(image, &s->match, len);
}

/* Looks the chunk up in the trie. Returns 1 if that decides, 0 if a longer literal may match. */
static __always_inline __u64 tail_step(tetra_image image, struct tetra_scratch *s,
				       __u64 enough)
{
	if (!(s->match.flags & TETRA_NODE_CHILDREN)) {
		if (!(s->match.lens & (s->match.lens - 1))) {
			tail_one(image, s, enough);
			return 1;
		}
		s->match.missed = s->chunk_len;
		__builtin_memcpy(s->match.chunk, s->chunk, sizeof(s->chunk));
		return 1;
	}
	if (!trie_step(s->number))
		return 1;
	/* A literal continues to the left of what was read. */
	if (s->chunk_kind == TETRA_CHUNK_MORE)
		return 0;
	trie_stop(s);
	return 1;
}

/*
 * The TAIL trie at @dim over the end of a path that leads from @dentry to @stop: 1 if that
 * decides it, and s->match has the rules that are left. 0: the text of the path is needed.
 */
static __noinline __u64 tail_select(tetra_image image, struct tetra_scratch *s, __u64 dim,
				    struct dentry *dentry, __u64 stop)
{
	struct tetra_cell *cell = image_cell(image, dim);
	__u64 enough;

	if (!cell)
		return 0;
	enough = cell->dim.enough;
	if (!tail_read(s, dentry, stop, enough) || !trie_begin(image, &s->match, dim) ||
	    !tail_step(image, s, enough))
		return 0;
	trie_leave(s, 1);
	return 1;
}

#endif
