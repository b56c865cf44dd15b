/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The far walk: across mounts, up to FAR_STEPS dentries, from any program, on kernels that let a
 * program cast an address to a kernel type (bpf_rdonly_cast, Linux 6.2). A step there takes two
 * loads instead of a probe read. The walk keeps the addresses of dentries and mounts, and names are
 * read on demand. The slow walk (path.bpf.h) handles everything else.
 *
 * far_check() then reads again the sequences of these dentries and where these mounts are mounted.
 * It has to be called after the last name was read: what was read is the path of the file only if
 * nothing has changed since the walk.
 *
 * A load through such a pointer cannot fail: where nothing is mapped it gives zero. A walk that
 * runs into that finds no root, and the slow walk says what is wrong.
 *
 * Global functions first look at cfg.far: older kernels verify them too, up to there.
 */
#ifndef TETRA_BPF_FAR_H
#define TETRA_BPF_FAR_H

#include "bpf/path/locks.bpf.h"

/* Dentries per turn of the walk, and turns: the end of a mount ends one early. */
#define FAR_TURN_STEPS 8
#define FAR_TURNS      (FAR_STEPS / FAR_TURN_STEPS + FAR_MOUNTS)

/* The dentry of a component, 0 next to the file. */
static __always_inline struct dentry *far_at(struct tetra_scratch *s, __u64 index)
{
	return far_dentry(s->way[index & (FAR_STEPS - 1)]);
}

/* Mixes one more number in, as path_mix(): the order counts. */
static __always_inline __u64 far_mix(__u64 mixed, __u64 seen)
{
	return (mixed ^ seen) * MATCH_K0;
}

static __always_inline __u64 far_parent(struct tetra_scratch *s, struct dentry *at)
{
	return far_number(s, *(struct dentry *volatile *)&at->d_parent);
}

/*
 * Of a mount that is mounted nowhere: 1 if it is the root of a namespace. One that is just moved
 * is not.
 */
static __always_inline int far_is_root(struct tetra_scratch *s, struct mount *m)
{
	/* No namespace, and an error number in its place, read as zero. */
	struct mnt_namespace *ns = m->mnt_ns;
	__u32 number = ns->ns.inum;

	return number && number != MNT_NS_ANONYMOUS &&
	       far_number(s, ns->root) == far_number(s, m);
}

/*
 * From the root of a mount to where it is mounted, which may be the root of a mount again: 1 if the
 * walk goes on there. 0 at the end: s->path.reached says whether that is the root of a namespace.
 * The root of most paths is known to be one.
 */
static __always_inline int far_cross(struct tetra_scratch *s)
{
	const __u64 offset = bpf_core_field_offset(struct mount, mnt);
	__u64 vfsmount = s->path.mount, parent, point;
	struct mount *m, *above;

	if (vfsmount == s->path.common) {
		s->path.reached = 1;
		return 0;
	}
	if (s->path.crossed >= FAR_MOUNTS)
		return 0;
	m = far_mount(vfsmount);
	above = m->mnt_parent;
	/* Each is read once: what the walk follows is what the check compares. */
	parent = far_number(s, above);
	point = far_number(s, m->mnt_mountpoint);
	s->mounts[s->path.crossed++ & (FAR_MOUNTS - 1)] = vfsmount;
	s->path.mounted = far_mix(far_mix(s->path.mounted, parent), point);
	if (parent + offset == vfsmount) {
		s->path.reached = far_is_root(s, m);
		return 0;
	}
	s->path.mount = parent + offset;
	s->path.mount_top = far_number(s, above->mnt.mnt_root);
	s->path.dentry = point;
	return 1;
}

/* How a turn ends. */
enum far_turn {
	FAR_LOST, /* too deep, or not below the root of its mount */
	FAR_GOES_ON,
	FAR_AT_TOP, /* of the mount */
};

/* One dentry up; at the top of the mount the turn is over. */
#define FAR_UP(n)                                                                        \
	if (address == top) {                                                            \
		depth += n;                                                              \
		goto over;                                                               \
	}                                                                                \
	way[n] = address;                                                                \
	at = far_dentry(address);                                                        \
	sequence = far_sequence(at);                                                     \
	mixed = far_mix(mixed, sequence);                                                \
	odd |= sequence;                                                                 \
	address = far_parent(s, at);

/* Some dentries up from s->path.dentry. */
__noinline int far_turn(__u32 slot)
{
	__u64 address, top, mixed, depth, *way;
	__u32 odd, sequence, r = FAR_AT_TOP;
	struct tetra_scratch *s;
	struct dentry *at;

	if (!cfg.far)
		return FAR_LOST;
	s = scratch_get(slot);
	if (!s)
		return FAR_LOST;
	address = s->path.dentry;
	top = s->path.mount_top;
	mixed = s->path.sequences;
	odd = s->path.odd;
	depth = s->path.depth;
	if (depth > FAR_STEPS - FAR_TURN_STEPS)
		return FAR_LOST;
	way = &s->way[depth];
	FAR_UP(0)
	/* Alone, as a pipe is. */
	if (address == way[0])
		return FAR_LOST;
	FAR_UP(1)
	FAR_UP(2)
	FAR_UP(3)
	FAR_UP(4)
	FAR_UP(5)
	FAR_UP(6)
	FAR_UP(7)
	depth += FAR_TURN_STEPS;
	/* The root of a file system is its own parent. */
	r = address == way[FAR_TURN_STEPS - 1] ? FAR_LOST : FAR_GOES_ON;
over:
	s->path.dentry = address;
	s->path.depth = depth;
	s->path.sequences = mixed;
	s->path.odd = odd;
	return r;
}

/*
 * All dentries up to the root of the namespace: 1 if it was reached. On kernels without the far
 * walk, 0.
 */
__noinline int far_find(__u32 slot)
{
	struct tetra_scratch *s;
	struct tetra_root *root;
	__u32 zero = 0, i;
	int r;

	if (!cfg.far)
		return 0;
	s = scratch_get(slot);
	root = bpf_map_lookup_elem(&tetra_roots, &zero);
	if (!s || !root || !s->path.start_mount || s->path.far == FAR_FAILED)
		return 0;
	s->path.common = root->mount;
	s->path.dentry = s->path.start_dentry;
	s->path.mount = s->path.start_mount;
	s->path.mount_top = far_number(s, far_mount(s->path.start_mount)->mnt.mnt_root);
	s->path.depth = 0;
	s->path.reached = 0;
	s->path.crossed = 0;
	s->path.mounted = 0;
	s->path.sequences = 0;
	s->path.odd = 0;
	s->path.counted = 0;
	s->path.plain = 0;
	s->path.end = TETRA_WALK_REACHED;
	for (i = 0; i < FAR_TURNS; i++) {
		r = far_turn(slot);
		if (r == FAR_LOST || (r == FAR_AT_TOP && !far_cross(s)))
			break;
	}
	s->path.far = s->path.reached && !(s->path.odd & 1) ? FAR_FOUND : FAR_FAILED;
	return s->path.far == FAR_FOUND;
}

/* Where the mounts are mounted once more: 1 if they are where they were. */
static __always_inline int far_mounts_stay(struct tetra_scratch *s)
{
	__u64 mixed = 0;
	__u32 i;

	for (i = 0; i < FAR_MOUNTS; i++) {
		struct mount *m;

		if (i >= s->path.crossed)
			break;
		m = far_mount(s->mounts[i]);
		mixed = far_mix(mixed, far_number(s, m->mnt_parent));
		mixed = far_mix(mixed, far_number(s, m->mnt_mountpoint));
	}
	return mixed == s->path.mounted && (s->path.mount == s->path.common ||
					    far_is_root(s, far_mount(s->path.mount)));
}

/* 1 if each dentry has the sequence that it had. */
static __always_inline int far_dentries_stay(struct tetra_scratch *s)
{
	__u64 mixed = 0, odd = 0;
	__u32 i;

	for (i = 0; i < FAR_STEPS; i++) {
		__u32 sequence;

		if (i >= s->path.depth)
			break;
		sequence = far_sequence(far_dentry(s->way[i]));
		mixed = far_mix(mixed, sequence);
		odd |= sequence;
	}
	return mixed == s->path.sequences && !(odd & 1);
}

/* 1 if the counts are as they were in the quick walk that found this path. */
static __always_inline int far_counts_stay(struct tetra_scratch *s)
{
	if (MOUNT_LOCK && s->path.crossed && !lock_is_same(MOUNT_LOCK, s->path.mounted))
		return 0;
	return lock_is_same(RENAME_LOCK, s->path.sequences);
}

/*
 * 1 if the path that far_find() or a quick walk found is still the file's, with all names that
 * were read since; otherwise the slow walk has to find it.
 */
__noinline int far_check(__u32 slot)
{
	struct tetra_scratch *s;
	int stays;

	if (!cfg.far)
		return 0;
	s = scratch_get(slot);
	if (!s)
		return 0;
	if (RENAME_LOCK && s->path.counted)
		stays = far_counts_stay(s);
	else
		stays = far_dentries_stay(s) && far_mounts_stay(s);
	if (!stays)
		s->path.far = FAR_FAILED;
	return stays;
}

#endif
