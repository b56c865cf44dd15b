/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The quick walk: paths on the root mount of their namespace, with few and short names, from
 * programs whose pointers have types. That is most paths; the rest falls back to the far walk
 * (far.bpf.h) or the slow walk (path.bpf.h).
 *
 * On the way up only addresses are kept, in registers and on the stack, where they stay typed.
 * Names are read on the way down, as far as the trie goes: for most runs, one. A rename could
 * show a path that never existed: the kernel's count of all renames is compared (locks.bpf.h).
 * Where that cannot be read, the sequence counters of all dentries are added up on the way, and
 * again at the end. A sequence only grows, and is odd during a rename.
 */
#ifndef TETRA_BPF_WALK_H
#define TETRA_BPF_WALK_H

#include "bpf/path/path.bpf.h"
#include "bpf/path/locks.bpf.h"

/* Components that the quick walk can handle. Each costs about twenty program instructions. */
#define WALK_COMPONENTS 10
/* No loops: the verifier would have to know their counters, see unknown(). */
#define WALK_EACH(X)	  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)
#define WALK_EACH_DOWN(X) X(9) X(8) X(7) X(6) X(5) X(4) X(3) X(2) X(1)

/* A path in typed pointers, and the dentry where it begins; 0: not on this mount. */
struct walk {
	struct dentry *dentry;
	struct vfsmount *mount;
	__u64 root;
	__u64 is_common; /* the mount is that of the machine's first process */
	__u64 is_crossing; /* it is mounted on that mount: s->path.point and so on are set */
};

/* Of the root mount of another namespace, a container's. */
static __noinline __u64 walk_other_root(struct tetra_scratch *s, struct vfsmount *mount)
{
	__u64 root = (__u64)mount->mnt_root;

	s->path.start_mount = (__u64)mount;
	return mount_is_root(s->number) ? root : 0;
}

/* The mount is mounted on the root of the first namespace. */
static __always_inline int walk_is_mounted_on(struct tetra_scratch *s, struct walk *walk,
					      const struct tetra_root *root)
{
	struct mount *m = far_mount(far_number(s, walk->mount));

	s->path.mounted = lock_count(MOUNT_LOCK);
	if (far_number(s, m->mnt_parent) + bpf_core_field_offset(struct mount, mnt) !=
	    root->mount)
		return 0;
	s->path.dentry = far_number(s, walk->dentry);
	s->path.mount_top = far_number(s, walk->mount->mnt_root);
	s->path.point = far_number(s, m->mnt_mountpoint);
	s->path.common = root->dentry;
	walk->is_crossing = 1;
	return 1;
}

static __always_inline void walk_set_root(struct tetra_scratch *s, struct walk *walk)
{
	__u32 zero = 0;
	struct tetra_root *root = bpf_map_lookup_elem(&tetra_roots, &zero);

	walk->is_crossing = 0;
	if (root && root->mount == (__u64)walk->mount) {
		walk->is_common = 1;
		walk->root = root->dentry;
		return;
	}
	walk->is_common = 0;
	walk->root = 0;
	if (MOUNT_LOCK && root && walk_is_mounted_on(s, walk, root))
		return;
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

/* What an event says of the file. */
static __always_inline void walk_inspect(struct tetra_path *path, struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	path->mode = inode ? inode->i_mode : 0;
	path->deleted = !((struct dentry___hashed *)dentry)->d_hash.pprev &&
			dentry->d_parent != dentry;
}

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
	struct dentry *at = dentry;
	__u64 sum = 0, odd = 0, i;

	if (s->path.depth > WALK_COMPONENTS)
		return 0;
	s->path.plain = 1;
	for (i = WALK_START;; i++) {
		__u64 depth = *(volatile __u32 *)&s->path.depth;

		/* Read each time: what is known of it would make each turn a state. */
		if (i >= (depth + WALK_START & WALK_END))
			break;
		walk_name(&s->path, &s->components[i - WALK_START], at);
		if (!RENAME_LOCK) {
			__u64 sequence = at->d_seq.seqcount.sequence;

			/* Another dentry with a lower sequence must not make up for a
			 * higher one. */
			sum += sequence + (dentry_number(s, at) & who);
			odd |= sequence;
		}
		at = at->d_parent;
	}
	walk_inspect(&s->path, dentry);
	if (RENAME_LOCK)
		return unknown(s, lock_is_same(RENAME_LOCK, s->path.sequences));
	return unknown(s, sum == s->path.sequences && !(odd & 1));
}

/* The same for a path of more components, or across a mount: its names are read when its text is
 * made. */
static __noinline __u64 walk_leave_far(struct tetra_scratch *s, struct dentry *dentry,
				       __u64 is_crossing)
{
	walk_inspect(&s->path, dentry);
	s->path.far = FAR_FOUND;
	s->path.counted = 1;
	s->path.crossed = is_crossing;
	s->path.plain = 0;
	return 1;
}

/* One component up; at the root it is done. */
#define WALK_ONE_UP(n)                                                                   \
	if ((__u64)at == stop) {                                                         \
		s->path.depth = n;                                                       \
		goto done;                                                               \
	}                                                                                \
	if (!RENAME_LOCK)                                                                \
		sum += at->d_seq.seqcount.sequence + dentry_number(s, at);               \
	at = at->d_parent;

/* From @dentry to the dentry @stop: s->path.depth and .sequences. 1 if it got there. */
static __noinline __u64 walk_up(struct tetra_scratch *s, struct dentry *dentry,
				__u64 stop)
{
	struct dentry *at = dentry;
	__u64 sum = 0;

	if (RENAME_LOCK)
		sum = lock_count(RENAME_LOCK);
	WALK_EACH(WALK_ONE_UP)
	s->path.depth = WALK_COMPONENTS;
done:
	s->path.sequences = sum;
	return unknown(s, (__u64)at == stop);
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
