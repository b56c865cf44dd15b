/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The quick walk: paths on the root mount of their namespace, with few and short names, from
 * programs whose pointers have types. That is most paths; the rest falls back to the far walk
 * (far.bpf.h) or the slow walk (path.bpf.h).
 *
 * On the way up only addresses are kept, in registers and on the stack, where they stay typed.
 * Names are read on the way down, as far as the trie goes: for most runs, one. A rename could
 * show a path that never existed: the sequence counters of all dentries are added up on the
 * way, and again at the end. A sequence only grows, and is odd during a rename.
 */
#ifndef TETRA_BPF_WALK_H
#define TETRA_BPF_WALK_H

#include "bpf/common/path.bpf.h"
#include "bpf/common/select.bpf.h"

/* Components that the quick walk can handle. Each costs about twenty program instructions. */
#define WALK_COMPONENTS 10

/* Results of walk_match(). */
#define WALK_DECLINED 0
#define WALK_DONE     1

/* A path in typed pointers, and the dentry where it begins; 0: not on this mount. */
struct walk {
	struct dentry *dentry;
	struct vfsmount *mount;
	__u64 root;
	__u64 is_common; /* the mount is that of the machine's first process */
};

/* Of the root mount of another namespace, a container's. */
static __noinline __u64 walk_other_root(struct tetra_scratch *s, struct vfsmount *mount)
{
	__u64 root = (__u64)mount->mnt_root;

	s->path.start_mount = (__u64)mount;
	return mount_is_root(s->number) ? root : 0;
}

static __always_inline void walk_set_root(struct tetra_scratch *s, struct walk *walk)
{
	__u32 zero = 0;
	struct tetra_root *root = bpf_map_lookup_elem(&tetra_roots, &zero);

	if (root && root->mount == (__u64)walk->mount) {
		walk->is_common = 1;
		walk->root = root->dentry;
		return;
	}
	walk->is_common = 0;
	/* No file, as in anonymous mappings. Linux 5.10 does not handle a fault from such a
	 * read in a function other than the program itself. */
	walk->root = unknown(s, walk->mount ? walk_other_root(s, walk->mount) : 0);
}

/* What the slow walk starts with, and what the text of the path is made from. */
static __always_inline void walk_keep(struct tetra_path *path, const struct walk *walk)
{
	path->start_dentry = (__u64)walk->dentry;
	path->far = FAR_UNTRIED;
	path->start_mount = (__u64)walk->mount;
	path->flags = 0;
	path->end = TETRA_WALK_REACHED;
}

/* The name of @at, which is typed. Names below 32 bytes are always inside the dentry. */
static __always_inline void walk_name(struct tetra_path *path, struct tetra_component *c,
				      struct dentry *at)
{
	const __u64 *words = (const __u64 *)dentry_inline_name(at);
	__u64 len = at->d_name.len;

	c->len = len;
	if (len < 8) {
		c->name[0] = words[0] & ((1ull << len * 8) - 1);
	} else if (len < TETRA_CHUNK_BYTES) {
		const __u8 *mask = mask_words(len);

		c->name[0] = words[0] & mask_word(mask, 0);
		c->name[1] = words[1] & mask_word(mask, 1);
		c->name[2] = words[2] & mask_word(mask, 2);
		c->name[3] = words[3] & mask_word(mask, 3);
	} else {
		path->plain = 0;
	}
}

/* The address as a number: typed pointers cannot be added up. */
static __always_inline __u64 dentry_number(struct tetra_scratch *s, struct dentry *dentry)
{
	*(struct dentry *volatile *)&s->path.dentry = dentry;
	return *(volatile __u64 *)&s->path.dentry;
}

/* What walk_rest() compares: sequences alone, as left by walk_match(), which looks at the same
 * dentries twice; or the dentries' addresses too, as walk_up() does. Masks of the addresses. */
#define WALK_SEQUENCES 0
#define WALK_DENTRIES  (~0ull)

/* Where a count up to WALK_END starts that makes WALK_COMPONENTS turns. */
#define WALK_END   31
#define WALK_START (WALK_END - WALK_COMPONENTS)

/*
 * All names, for the text of the path, and what else an event says of the file. 1 if each
 * dentry is as it was during the walk: then the path was real when the walk ended.
 *
 * The verifier remembers a state where it has met two branches since the last one. A turn has
 * two, so that is after each name, where short ones, long ones and those too long meet. Hence
 * the mask: another branch on the number of turns would be the third.
 */
static __noinline __u64 walk_rest(struct tetra_scratch *s, struct dentry *dentry,
				  __u64 who)
{
	struct inode *inode;
	struct dentry *at = dentry;
	__u64 sum = 0, odd = 0, i;

	s->path.plain = 1;
	for (i = WALK_START;; i++) {
		__u64 depth = *(volatile __u32 *)&s->path.depth, sequence;

		/* Read each time: what is known of it would make each turn a state. */
		if (i >= (depth + WALK_START & WALK_END))
			break;
		walk_name(&s->path, &s->components[i - WALK_START], at);
		sequence = at->d_seq.seqcount.sequence;
		/* Another dentry with a lower sequence must not make up for a higher one. */
		sum += sequence + (dentry_number(s, at) & who);
		odd |= sequence;
		at = at->d_parent;
	}
	inode = dentry->d_inode;
	s->path.mode = inode ? inode->i_mode : 0;
	s->path.deleted = !((struct dentry___hashed *)dentry)->d_hash.pprev &&
			  dentry->d_parent != dentry;
	return unknown(s, sum == s->path.sequences && !(odd & 1));
}

/* One component up; at the root it is done. */
#define WALK_ONE_UP(n)                                                                   \
	if ((__u64)at == stop) {                                                         \
		s->path.depth = n;                                                       \
		goto done;                                                               \
	}                                                                                \
	sum += at->d_seq.seqcount.sequence + dentry_number(s, at);                       \
	at = at->d_parent;

/*
 * From @dentry to the dentry @stop: s->path.depth and .sequences. 1 if it got there. No loop:
 * the verifier would have to know its counter, see unknown().
 */
static __noinline __u64 walk_up(struct tetra_scratch *s, struct dentry *dentry,
				__u64 stop)
{
	struct dentry *at = dentry;
	__u64 sum = 0;

	WALK_ONE_UP(0)
	WALK_ONE_UP(1)
	WALK_ONE_UP(2)
	WALK_ONE_UP(3)
	WALK_ONE_UP(4)
	WALK_ONE_UP(5)
	WALK_ONE_UP(6)
	WALK_ONE_UP(7)
	WALK_ONE_UP(8)
	WALK_ONE_UP(9)
	s->path.depth = WALK_COMPONENTS;
done:
	s->path.sequences = sum;
	return unknown(s, (__u64)at == stop);
}

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

/* One down, in the second half: @n components are left, the next of them is way[below]. */
#define WALK_DOWN(n, below)                                                              \
	down_##n : going = unknown(s, walk_step(image, s, way[below]));                  \
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
	WALK_UP(0)
	WALK_UP(1)
	WALK_UP(2)
	WALK_UP(3)
	WALK_UP(4)
	WALK_UP(5)
	WALK_UP(6)
	WALK_UP(7)
	WALK_UP(8)
	WALK_UP(9)
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
	WALK_ENTER(0)
	WALK_ENTER(1)
	WALK_ENTER(2)
	WALK_ENTER(3)
	WALK_ENTER(4)
	WALK_ENTER(5)
	WALK_ENTER(6)
	WALK_ENTER(7)
	WALK_ENTER(8)
	WALK_ENTER(9)
	WALK_DOWN(9, 8)
	WALK_DOWN(8, 7)
	WALK_DOWN(7, 6)
	WALK_DOWN(6, 5)
	WALK_DOWN(5, 4)
	WALK_DOWN(4, 3)
	WALK_DOWN(3, 2)
	WALK_DOWN(2, 1)
	WALK_DOWN(1, 0)
down_0:
	going = 0;
end:
	trie_stop(s);
left:
	if (going)
		return WALK_DECLINED;
	/* Again: the verifier knew it at the start of the way down. */
	depth = *(volatile __u32 *)&s->path.depth;
	WALK_AGAIN(0)
	WALK_AGAIN(1)
	WALK_AGAIN(2)
	WALK_AGAIN(3)
	WALK_AGAIN(4)
	WALK_AGAIN(5)
	WALK_AGAIN(6)
	WALK_AGAIN(7)
	WALK_AGAIN(8)
	WALK_AGAIN(9)
all:
	return !sum && !(odd & 1);
}

/* The path with all its names: 1, or 0 if the slow walk has to find it. */
static __always_inline int walk_whole(struct tetra_scratch *s, const struct walk *walk)
{
	walk_keep(&s->path, walk);
	s->path.known = 0;
	if (!walk->root || !walk_up(s, walk->dentry, walk->root))
		return 0;
	s->path.known = walk_rest(s, walk->dentry, WALK_DENTRIES);
	return s->path.known;
}

#endif
