/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The quick walk of a path that rules look at: up from the file to the root, and down again through
 * the trie, which for most runs leaves it at the first name.
 */
#ifndef TETRA_BPF_WALK_MATCH_H
#define TETRA_BPF_WALK_MATCH_H

#include "bpf/hook/select.bpf.h"
#include "bpf/path/walk.bpf.h"

/* Results of walk_match(). */
#define WALK_DECLINED 0
#define WALK_DONE     1

/* What trie_step() takes. */
static __always_inline void walk_chunk(struct tetra_scratch *s, __u64 word0, __u64 word1,
				       __u64 word2, __u64 word3, __u64 len)
{
	s->chunk[0] = word0;
	s->chunk[1] = word1;
	s->chunk[2] = word2;
	s->chunk[3] = word3;
	s->chunk_len = len;
	s->chunk_kind = TETRA_CHUNK_LAST;
}

/*
 * The trie over the component @at: 1 if it continues from there, 0 if the walk has left it, -1
 * if the name is too long for this walk. For short names, whose one word is in a register: the
 * entry is usually at its own position, or there is none.
 */
static __always_inline __s64 walk_short(tetra_image image, struct tetra_scratch *s,
					struct dentry *at, __u64 len)
{
	__u64 word = *(const __u64 *)dentry_inline_name(at) & ((1ull << len * 8) - 1);
	struct tetra_match *m = &s->match;
	struct tetra_cell *cell;
	__u64 spot;

	if (!(m->flags & (TETRA_NODE_CHILDREN | TETRA_NODE_PARTIAL)))
		return 0;
	spot = m->table + (trie_spot_short(m->state, word, len) & m->mask);
	cell = image_cell(image, spot);
	if (!cell)
		return 0;
	if (!((cell->trie.name[0] ^ word) | (cell->trie.state ^ m->state) |
	      (cell->trie.len ^ len) | (cell->trie.kind ^ TETRA_CHUNK_LAST))) {
		trie_take(m, &cell->trie);
		return 1;
	}
	if (!(m->flags & TETRA_NODE_PARTIAL) && !cell->trie.reach)
		return 0;
	walk_chunk(s, word, 0, 0, 0, len);
	return trie_step(s->number);
}

static __noinline __s64 walk_step(tetra_image image, struct tetra_scratch *s,
				  struct dentry *at)
{
	const __u64 *words = (const __u64 *)dentry_inline_name(at);
	__u64 len = at->d_name.len;
	const __u8 *mask;

	if (len < 8)
		return walk_short(image, s, at, len);
	if (len >= TETRA_CHUNK_BYTES)
		return -1;
	mask = mask_words(len);
	walk_chunk(s, words[0] & mask_word(mask, 0), words[1] & mask_word(mask, 1),
		   words[2] & mask_word(mask, 2), words[3] & mask_word(mask, 3), len);
	return trie_step(s->number);
}

/* For the first step, which is all that most runs take. */
static __always_inline __s64 walk_first(tetra_image image, struct tetra_scratch *s,
					struct dentry *at)
{
	__u64 len = at->d_name.len;

	return len < 8 ? walk_short(image, s, at, len) : walk_step(image, s, at);
}

/* One component up, in the walk's first half; at the root it turns. */
#define WALK_UP(n)                                                                       \
	if ((__u64)at == stop) {                                                         \
		s->path.depth = n;                                                       \
		goto turn;                                                               \
	}                                                                                \
	way[n] = top = at;                                                               \
	sum += at->d_seq.seqcount.sequence;                                              \
	at = at->d_parent;

/* One down, in the second half: @n components are left. */
#define WALK_DOWN(n)                                                                     \
	down_##n : going = unknown(s, walk_step(image, s, way[n - 1]));                  \
	if (going <= 0)                                                                  \
		goto left;

#define WALK_ENTER(n)                                                                    \
	if (depth == n + 1)                                                              \
		goto down_##n;

/* Reads one sequence again; all existing ones are below @n. */
#define WALK_AGAIN(n)                                                                    \
	if (depth <= n)                                                                  \
		goto all;                                                                \
	sequence = way[n]->d_seq.seqcount.sequence;                                      \
	sum -= sequence;                                                                 \
	odd |= sequence;

/*
 * The HEAD trie at @dim over the path from @dentry to the dentry @stop. s->path is then as
 * after walk_up(), s->match as after the trie's walk; nothing is decided yet.
 */
static __noinline __u64 walk_match(tetra_image image, struct tetra_scratch *s, __u64 dim,
				   struct dentry *dentry, __u64 stop)
{
	struct dentry *at = dentry, *top = dentry;
	/* Volatile: on the stack, at fixed places, and nowhere else. */
	struct dentry *volatile way[WALK_COMPONENTS];
	__u64 sum = 0, odd = 0, sequence, depth;
	__s64 going = 0;

	if (!trie_begin(image, &s->match, dim))
		return WALK_DECLINED;
	/* The verifier does not know how many there are: initialise all of them. */
	way[0] = way[1] = way[2] = way[3] = way[4] = dentry;
	way[5] = way[6] = way[7] = way[8] = way[9] = dentry;
	WALK_EACH(WALK_UP)
	if ((__u64)at != stop)
		return WALK_DECLINED;
	s->path.depth = WALK_COMPONENTS;
turn:
	/* Read again: any number to the verifier, otherwise it follows each depth
	 * separately. */
	depth = *(volatile __u32 *)&s->path.depth;
	s->path.sequences = sum;
	if (!depth)
		goto end;
	going = walk_first(image, s, top);
	if (going <= 0)
		goto left;
	WALK_EACH(WALK_ENTER)
	WALK_EACH_DOWN(WALK_DOWN)
down_0:
	going = 0;
end:
	trie_stop(s);
left:
	if (going)
		return WALK_DECLINED;
	/* Again: the verifier knew it at the start of the way down. */
	depth = *(volatile __u32 *)&s->path.depth;
	WALK_EACH(WALK_AGAIN)
all:
	return !sum && !(odd & 1);
}

/* Dentries of a walk that compares the count of renames: each costs three instructions. */
#define COUNTED_COMPONENTS 32
/* Those next to the file have a step of their own on the way down. */
#define COUNTED_NEAR 5
#define COUNTED_EIGHT(X, n)                                                              \
	X(n) X(n + 1) X(n + 2) X(n + 3) X(n + 4) X(n + 5) X(n + 6) X(n + 7)

_Static_assert(COUNTED_COMPONENTS <= FAR_STEPS, "room for the way");

/* Dentries are kept as numbers, and get their type back on the way down. */
#define COUNTED_UP(n)                                                                    \
	if ((__u64)at == stop) {                                                         \
		s->path.depth = n;                                                       \
		goto turn;                                                               \
	}                                                                                \
	*(struct dentry *volatile *)&s->way[n] = at;                                     \
	at = at->d_parent;

#define COUNTED_DOWN(n)                                                                  \
	going = unknown(s, walk_step(image, s, far_at(s, n)));                           \
	if (going <= 0)                                                                  \
		goto left;

/* Up from s->path.dentry to the dentry @top: 1 if it was reached. */
static __always_inline int crossing_part(struct tetra_scratch *s, __u64 top)
{
	/* Not a number that the verifier knows: a second part starts at any depth. */
	__u64 address = s->path.dentry, depth = unknown(s, s->path.depth), i;

	for (i = 0; i < COUNTED_COMPONENTS && address != top; i++) {
		s->way[depth & (FAR_STEPS - 1)] = address;
		address = far_parent(s, far_dentry(address));
		depth++;
	}
	s->path.depth = depth;
	return address == top;
}

/* Up to the root of a mount, and from s->path.point to the root of the mount that this is mounted
 * on. 1 if both were reached. */
__noinline int crossing_up(__u32 scratch)
{
	struct tetra_scratch *s;

	if (!cfg.far)
		return 0;
	s = scratch_get(scratch);
	if (!s)
		return 0;
	s->path.depth = 0;
	if (!crossing_part(s, s->path.mount_top))
		return 0;
	s->path.dentry = s->path.point;
	return crossing_part(s, s->path.common) && s->path.depth <= COUNTED_COMPONENTS;
}

/* One down, for names far from the file: verified once, for all of them. What walk_step() says. */
__noinline int counted_step(__u32 scratch, __u32 index)
{
	struct tetra_scratch *s;
	tetra_image image;

	if (!cfg.far)
		return -1;
	s = scratch_get(scratch);
	if (!s)
		return -1;
	image = image_again(s);
	return image ? walk_step(image, s, far_at(s, index)) : -1;
}

/* The same where the count of renames can be read. @stop 0: see crossing_up(). */
static __noinline __u64 walk_match_counted(tetra_image image, struct tetra_scratch *s,
					   __u64 dim, struct dentry *dentry, __u64 stop)
{
	struct dentry *at = dentry;
	__u64 depth, i, count = lock_count(RENAME_LOCK);
	__s64 going = 0;

	if (!trie_begin(image, &s->match, dim))
		return WALK_DECLINED;
	if (!stop) {
		if (crossing_up(s->number))
			goto turn;
		return WALK_DECLINED;
	}
	COUNTED_EIGHT(COUNTED_UP, 0)
	COUNTED_EIGHT(COUNTED_UP, 8)
	COUNTED_EIGHT(COUNTED_UP, 16)
	COUNTED_EIGHT(COUNTED_UP, 24)
	if ((__u64)at != stop)
		return WALK_DECLINED;
	s->path.depth = COUNTED_COMPONENTS;
turn:
	/* Any number to the verifier, otherwise it follows each depth separately. */
	depth = *(volatile __u32 *)&s->path.depth;
	s->path.sequences = count;
	if (!depth)
		goto end;
	going = walk_first(image, s, far_at(s, depth - 1));
	if (going <= 0)
		goto left;
	for (i = 2; i <= COUNTED_COMPONENTS - COUNTED_NEAR; i++) {
		if (depth < COUNTED_NEAR + i)
			break;
		going = counted_step(s->number, depth - i);
		if (going <= 0)
			goto left;
	}
	WALK_ENTER(0)
	WALK_ENTER(1)
	WALK_ENTER(2)
	WALK_ENTER(3)
	WALK_ENTER(4)
	COUNTED_DOWN(4)
down_4:
	COUNTED_DOWN(3)
down_3:
	COUNTED_DOWN(2)
down_2:
	COUNTED_DOWN(1)
down_1:
	COUNTED_DOWN(0)
down_0:
	going = 0;
end:
	trie_stop(s);
left:
	if (going)
		return WALK_DECLINED;
	return lock_is_same(RENAME_LOCK, count);
}

#endif
