/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths, from the dentries, with probe reads: for any path, from any program. A walk goes from
 * the file across mounts up to the root of the mount namespace, regardless of the task's own
 * root, and keeps the components next to the root. Matching then reads them from the root
 * down, so a path that no rule wants gets no text. The text is made for events and for
 * Postfix. (walk.bpf.h is the quick way for most paths, where pointers have types.)
 *
 * A rename during the walk could show a path that never existed: each dentry has a sequence
 * counter that only grows and is odd during a rename. A second walk checks all of them again,
 * and where each mount is mounted; if it sees the same, the path was real between the two.
 */
#ifndef TETRA_BPF_PATH_H
#define TETRA_BPF_PATH_H

#include "bpf/common/compat.bpf.h"
#include "bpf/path/far.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* Steps of a walk: one per component, and one more per mount on the way. A longer path is
 * unreadable. */
#define PATH_STEPS 4096
/* Steps per turn; a path of few components takes one turn per walk. */
#define PATH_TURN_STEPS 64
#define PATH_WALK_TURNS (PATH_STEPS / PATH_TURN_STEPS)
/* Pairs of walks, and turns for all of them: the longest path is walked and checked once. */
#define PATH_RETRIES 32
#define PATH_TURNS   (2 * PATH_WALK_TURNS + 2 * PATH_RETRIES)

/* Zeroes the bytes after a name of @len bytes, at most 32, that was read as four words. */
static __always_inline void component_trim(struct tetra_component *c, __u32 len)
{
	const __u8 *mask = mask_words(len);

	c->name[0] &= mask_word(mask, 0);
	c->name[1] &= mask_word(mask, 1);
	c->name[2] &= mask_word(mask, 2);
	c->name[3] &= mask_word(mask, 3);
}

static __always_inline void component_name(struct tetra_component *c, const __u64 *words,
					   __u32 len)
{
	c->name[0] = words[0];
	c->name[1] = words[1];
	c->name[2] = words[2];
	c->name[3] = words[3];
	component_trim(c, len);
}

/* A dentry up to the end of its inline name, in one read; fields by their offsets. */
#define DENTRY_FIELD(type, field)                                                        \
	(*(type *)((void *)s->dentry + bpf_core_field_offset(struct dentry, field)))

static __always_inline int dentry_read(struct tetra_scratch *s, __u64 dentry)
{
	__u64 bytes = (__u64)dentry_inline_name((void *)s->dentry) - (__u64)s->dentry +
		      TETRA_CHUNK_BYTES;

	if (bytes > sizeof(s->dentry))
		return -1;
	return bpf_probe_read_kernel(s->dentry, bytes, (void *)dentry);
}

/* The component of the dentry in s->dentry, whose address is s->path.dentry. */
static __always_inline void component_keep(struct tetra_scratch *s)
{
	struct tetra_component *c =
		&s->components[s->path.depth & (TETRA_MAX_COMPONENTS - 1)];
	const __u64 *words = (const __u64 *)dentry_inline_name((void *)s->dentry);
	__u32 len = DENTRY_FIELD(__u32, d_name.len);

	c->len = len;
	c->text = DENTRY_FIELD(__u64, d_name.name);
	if (len >= TETRA_CHUNK_BYTES) {
		s->path.plain = 0;
		return;
	}
	component_name(c, words, len);
}

/* The walk continues at the root of a mount. */
static __always_inline void path_enter_mount(struct tetra_scratch *s, __u64 mount)
{
	s->path.mount = mount;
	s->path.mount_top = (__u64)BPF_CORE_READ((struct vfsmount *)mount, mnt_root);
}

static __always_inline struct mount *mount_of(__u64 vfsmount)
{
	return (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);
}

/* Error numbers in place of pointers. */
static __always_inline int pointer_is_error(const void *pointer)
{
	return (__u64)pointer >= -4095ull;
}

/* A constant of the kernel: made by the kernel, not a copy of a mount. */
#define MNT_INTERNAL 0x4000

/* How a walk ends at a mount that is mounted nowhere. */
static __always_inline __u32 mount_end(struct mount *m)
{
	struct mnt_namespace *ns = BPF_CORE_READ(m, mnt_ns);

	if (ns && !pointer_is_error(ns) && !mnt_ns_is_anonymous(ns))
		return TETRA_WALK_REACHED;
	/* The kernel's own mounts, whose files processes do use: memfds, message queues. */
	if (BPF_CORE_READ(m, mnt.mnt_flags) & MNT_INTERNAL)
		return TETRA_WALK_NAMELESS;
	/* A copy of a mount for the kernel's own use: a layer of an overlay, say. */
	return pointer_is_error(ns) ? TETRA_WALK_INTERNAL : TETRA_WALK_DETACHED;
}

/* A mount that is its own parent may be one that is just moved. */
static __always_inline int mount_is_first(struct mount *m)
{
	return BPF_CORE_READ(m, mnt_ns, root) == m;
}

/* Everything a walk has seen, mixed into one number: walks that differ almost never share
 * it. */
static __always_inline void path_mix(struct tetra_scratch *s, __u64 seen)
{
	s->path.sequences = (s->path.sequences ^ seen) * MATCH_K0;
}

/* Without a mount, the way ends at the root of the file system. */
static __always_inline __u32 dentry_end(struct dentry *dentry)
{
	return BPF_CORE_READ(dentry, d_sb, s_root) == dentry ? TETRA_WALK_REACHED
							     : TETRA_WALK_DETACHED;
}

/*
 * How a walk ends that missed its mount's root. Files that an overlay copies up are created
 * outside the layer; pipes, sockets and memfds are alone on a mount of the kernel's. Any other
 * file has a name that this dentry does not know: it was opened by its handle.
 */
static __always_inline __u32 tree_end(const struct tetra_scratch *s)
{
	__u32 end;

	if (!s->path.mount)
		return dentry_end((void *)s->path.dentry);
	end = mount_end(mount_of(s->path.mount));
	return end == TETRA_WALK_REACHED ? TETRA_WALK_DETACHED : end;
}

/* From a mount's root to where it is mounted; 1 at the end. */
static __always_inline int path_cross_mount(struct tetra_scratch *s)
{
	struct mount *m = mount_of(s->path.mount);
	struct mount *above = BPF_CORE_READ(m, mnt_parent);

	if (above == m || !above) {
		s->path.end = mount_end(m);
		s->path.odd |= s->path.end == TETRA_WALK_REACHED && !mount_is_first(m);
		return 1;
	}
	s->path.dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
	path_mix(s, (__u64)above ^ s->path.dentry);
	path_enter_mount(s, (__u64)above + bpf_core_field_offset(struct mount, mnt));
	return 0;
}

/* Prepends the name of the component at @depth to s->text. */
static __always_inline void path_text_put(struct tetra_scratch *s, __u32 depth)
{
	const struct tetra_component *c =
		&s->components[depth & (TETRA_MAX_COMPONENTS - 1)];
	__u32 len = c->len, from = s->text_at;

	if (len > 255)
		len = 255;
	/* One byte remains: of a text that is full, a record could not keep the last byte. */
	if (from < len + 2)
		s->path.text_is_cut = 1;
	if (s->path.text_is_cut)
		return;
	from -= len;
	bpf_probe_read_kernel(&s->text[from & (TETRA_TEXT_MAX - 1)], len & 255,
			      (void *)c->text);
	from -= 1;
	s->text[from & (TETRA_TEXT_MAX - 1)] = '/';
	s->text_at = from;
}

/* One step of a walk: 0 to continue, 1 at the end. */
static __always_inline int path_step(struct tetra_scratch *s)
{
	__u64 parent;
	__u32 sequence;

	if (s->path.dentry == s->path.mount_top)
		return path_cross_mount(s);
	if (dentry_read(s, s->path.dentry) < 0) {
		s->path.end = TETRA_WALK_FAULT;
		return 1;
	}
	parent = DENTRY_FIELD(__u64, d_parent);
	if (parent == s->path.dentry) {
		s->path.end = tree_end(s);
		return 1;
	}
	sequence = DENTRY_FIELD(__u32, d_seq.seqcount.sequence);
	path_mix(s, s->path.dentry + sequence);
	s->path.odd |= sequence;
	if (!s->path.again) {
		component_keep(s);
		if (s->path.want == PATH_TEXT)
			path_text_put(s, s->path.depth);
	}
	s->path.depth++;
	s->path.dentry = parent;
	return 0;
}

/*
 * Global, so that it is verified once and not once per step. Inlined, clang would also arrange
 * the loop in a way that verifiers before 6.2 take for an infinite loop.
 */
__noinline __u64 path_step_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);

	return s ? path_step(s) : 1;
}

/* Starts the next walk: the first of two, or the one that checks it. */
static __always_inline void path_restart(struct tetra_scratch *s, __u32 again)
{
	s->path.again = again;
	s->path.dentry = s->path.start_dentry;
	path_enter_mount(s, s->path.start_mount);
	s->path.depth = 0;
	s->path.turns = 0;
	s->path.sequences = 0;
	s->path.end = TETRA_WALK_DEEP;
	if (again)
		return;
	s->path.odd = 0;
	s->path.plain = 1;
	s->path.text_is_cut = 0;
	s->text_at = TETRA_TEXT_MAX;
}

static __always_inline int path_is_confirmed(const struct tetra_scratch *s)
{
	return s->path.sequences == s->path.first_sequences &&
	       s->path.depth == s->path.first_depth && s->path.end == s->path.first_end &&
	       !(s->path.odd & 1);
}

/* Ends a walk: 1 if another one is needed. */
static __always_inline int path_walk_over(struct tetra_scratch *s)
{
	if (!s->path.again) {
		s->path.first_sequences = s->path.sequences;
		s->path.first_depth = s->path.depth;
		s->path.first_end = s->path.end;
		path_restart(s, 1);
		return 1;
	}
	if (path_is_confirmed(s)) {
		s->path.flags &= ~TETRA_ARG_MOVED;
		return 0;
	}
	if (s->path.want == PATH_CHECK || ++s->path.tries >= PATH_RETRIES)
		return 0;
	path_restart(s, 0);
	return 1;
}

/* Some steps: 1 if there are more. */
__noinline __u64 path_turn(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u64 i;

	if (!s)
		return 0;
	for (i = 0; i < PATH_TURN_STEPS; i++)
		if (path_step_slow(slot))
			return path_walk_over(s);
	if (++s->path.turns < PATH_WALK_TURNS)
		return 1;
	/* The root is not a component: to arrive there is not a step of the path's. */
	path_step_slow(slot);
	return path_walk_over(s);
}

/*
 * The path from s->path.start_*, as @want says. Afterwards TETRA_ARG_MOVED is set if no two
 * walks agreed, and s->path.end and .depth say where it leads.
 */
__noinline int path_find(__u32 slot, __u32 want)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u64 i;

	if (!s)
		return 0;
	s->path.want = want;
	s->path.tries = 0;
	s->path.flags |= TETRA_ARG_MOVED;
	path_restart(s, want == PATH_CHECK);
	for (i = 0; i < PATH_TURNS; i++)
		if (!path_turn(slot))
			break;
	return !(s->path.flags & TETRA_ARG_MOVED);
}

/* Files without any name: pipes, sockets, anonymous inodes, memfds. */
static __always_inline void path_end(struct tetra_scratch *s)
{
	s->path.flags &= ~(TETRA_ARG_NO_PATH | TETRA_ARG_UNRESOLVED);
	if (s->path.end == TETRA_WALK_NAMELESS)
		s->path.flags |= TETRA_ARG_NO_PATH;
	else if (s->path.end != TETRA_WALK_REACHED)
		s->path.flags |= TETRA_ARG_UNRESOLVED;
	if (s->path.depth > TETRA_MAX_COMPONENTS)
		s->path.plain = 0;
}

/* The components next to the root, and where the path begins. */
static __always_inline void path_find_slow(struct tetra_scratch *s, __u32 slot)
{
	if (far_find(slot))
		s->path.flags &= ~TETRA_ARG_MOVED;
	else
		path_find(slot, PATH_KEEP);
	path_end(s);
}

/* 1 if the path that path_find_slow() found is still the file's. */
static __always_inline int path_is_same(struct tetra_scratch *s, __u32 slot)
{
	if (s->path.far == FAR_FOUND)
		return far_check(slot);
	return path_find(slot, PATH_CHECK);
}

/*
 * The path's text into s->text, ending at its middle, and the components as above. s->text_at
 * and s->text_bytes say where.
 */
static __always_inline void path_text_slow(struct tetra_scratch *s, __u32 slot)
{
	path_find(slot, PATH_TEXT);
	path_end(s);
	if (s->path.text_is_cut)
		s->path.flags |= TETRA_ARG_UNRESOLVED;
	s->text_bytes = TETRA_TEXT_MAX - s->text_at;
	if (!s->text_bytes && !(s->path.flags & TETRA_ARG_NO_PATH)) {
		s->text[TETRA_TEXT_MAX - 1] = '/';
		s->text_at = TETRA_TEXT_MAX - 1;
		s->text_bytes = 1;
	}
}

/*
 * Levels of mounts on "/" that are searched: the kernel's first file system, an initial one,
 * the root.
 */
#define PATH_ROOT_LEVELS 4

/* 1 if @address is the vfsmount at the root of its namespace. */
static __always_inline int root_is_mount(__u64 address)
{
	struct mount *m = mount_of(address);
	__u32 i;

	for (i = 0; i < PATH_ROOT_LEVELS; i++) {
		struct mount *above = BPF_CORE_READ(m, mnt_parent);

		if (above == m || !above)
			return mount_end(m) == TETRA_WALK_REACHED && mount_is_first(m);
		if (BPF_CORE_READ(m, mnt_mountpoint) !=
		    BPF_CORE_READ(above, mnt.mnt_root))
			return 0;
		m = above;
	}
	return 0;
}

/* The same on kernels that have the far walk. */
static __always_inline int root_is_mount_far(struct tetra_scratch *s, __u64 address)
{
	struct mount *m = far_mount(address);
	__u32 i;

	for (i = 0; i < PATH_ROOT_LEVELS; i++) {
		struct mount *above = m->mnt_parent;

		if (far_number(s, above) == far_number(s, m))
			return far_is_root(s, m);
		if (far_number(s, m->mnt_mountpoint) !=
		    far_number(s, above->mnt.mnt_root))
			return 0;
		m = above;
	}
	return 0;
}

/* The next two use s->path.start_mount, because a global function cannot take a typed pointer. */

__noinline int mount_is_root(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);

	if (!s)
		return 0;
	if (cfg.far)
		return root_is_mount_far(s, s->path.start_mount);
	return root_is_mount(s->path.start_mount);
}

/* 1 if the mount's namespace is not owned by the initial user namespace. Its creator could mount
 * anything anywhere in it. */
__noinline int mount_is_foreign(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct mnt_namespace *ns;
	struct mount *m;

	if (!s)
		return 0;
	m = mount_of(s->path.start_mount);
	ns = BPF_CORE_READ(m, mnt_ns);
	if (!ns || pointer_is_error(ns))
		return 0;
	return BPF_CORE_READ(ns, user_ns, level) != 0;
}

#endif
