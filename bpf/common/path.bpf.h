/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths, from the dentries, with probe reads: for any path, from any program. A walk goes
 * from the file to the task's root, over mounts, and keeps the components next to the root;
 * matching then reads them from the root down, so no text is made for a path that no rule
 * wants. The text is made for events and for Postfix. (walk.bpf.h is the quick way for most
 * paths, where pointers have types.)
 *
 * A rename on the way would show a path that never was: the walk notes each dentry's
 * sequence and looks again at the end.
 */
#ifndef TETRA_BPF_PATH_H
#define TETRA_BPF_PATH_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* Components the slow walk follows in all: a path of 4096 bytes has at most 2048; beyond
 * this bound the path is flagged as unresolved. */
#define PATH_SLOW_STEPS 192
#define PATH_RETRIES 3

static __always_inline void path_set_root(struct tetra_path *path)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	path->root_dentry = (__u64)BPF_CORE_READ(fs, root.dentry);
	path->root_mount = (__u64)BPF_CORE_READ(fs, root.mnt);
}

/* Zero what lies behind a name of @len bytes, at most 32, that was read as four words. */
static __always_inline void component_trim(struct tetra_component *c, __u32 len)
{
	c->name[0] &= mask_head(len, 0);
	c->name[1] &= mask_head(len, 1);
	c->name[2] &= mask_head(len, 2);
	c->name[3] &= mask_head(len, 3);
}

/* A dentry up to the end of its inline name, in one read; fields by their offsets. */
#define DENTRY_FIELD(type, field) \
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
	struct tetra_component *c = &s->components[s->path.depth & (TETRA_MAX_COMPONENTS - 1)];
	const __u64 *words = (const __u64 *)dentry_inline_name((void *)s->dentry);
	__u32 len = DENTRY_FIELD(__u32, d_name.len);

	c->len = len;
	c->dentry = s->path.dentry;
	c->sequence = DENTRY_FIELD(__u32, d_seq.seqcount.sequence);
	c->text = DENTRY_FIELD(__u64, d_name.name);
	if (len >= TETRA_CHUNK_BYTES) {
		s->path.plain = 0;
		return;
	}
	c->name[0] = words[0];
	c->name[1] = words[1];
	c->name[2] = words[2];
	c->name[3] = words[3];
	component_trim(c, len);
}

/* The walk goes on at the root of a mount. */
static __always_inline void path_enter_mount(struct tetra_scratch *s, __u64 mount)
{
	s->path.mount = mount;
	s->path.mount_top = (__u64)BPF_CORE_READ((struct vfsmount *)mount, mnt_root);
}

/* From a mount's root to where it is mounted; 1 if it is mounted nowhere. */
static __always_inline int path_cross_mount(struct tetra_scratch *s)
{
	struct mount *m = (void *)s->path.mount - bpf_core_field_offset(struct mount, mnt);
	struct mount *above = BPF_CORE_READ(m, mnt_parent);

	if (above == m || !above)
		return 1;
	s->path.dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
	path_enter_mount(s, (__u64)above + bpf_core_field_offset(struct mount, mnt));
	return 0;
}

/* One step of the walk: 0 to go on, 1 at the end. */
static __always_inline int path_step(struct tetra_scratch *s)
{
	__u64 parent;

	if (s->path.dentry == s->path.root_dentry && s->path.mount == s->path.root_mount) {
		s->path.end = TETRA_WALK_REACHED;
		return 1;
	}
	s->path.end = TETRA_WALK_DETACHED;
	if (s->path.dentry == s->path.mount_top)
		return path_cross_mount(s);
	if (dentry_read(s, s->path.dentry) < 0) {
		s->path.end = TETRA_WALK_DEEP;
		return 1;
	}
	parent = DENTRY_FIELD(__u64, d_parent);
	if (parent == s->path.dentry)
		return 1;
	component_keep(s);
	s->path.depth++;
	s->path.dentry = parent;
	s->path.end = TETRA_WALK_DEEP;
	return 0;
}

/*
 * Global, so that it is verified once and not once per step; inlined, clang would also lay
 * the loop out in a way that verifiers before 6.2 take for an endless one.
 */
__noinline int path_step_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);

	return s ? path_step(s) : 1;
}

/* 1 if what the slow walk kept is still true. */
__noinline int path_check_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	for (i = 0; i < TETRA_MAX_COMPONENTS; i++) {
		struct tetra_component *c = &s->components[i];
		struct dentry *at = (void *)c->dentry;

		if (i >= s->path.depth)
			return 1;
		if (c->sequence & 1 ||
		    BPF_CORE_READ(at, d_seq.seqcount.sequence) != c->sequence)
			return 0;
	}
	return 1;
}

static __always_inline void path_restart(struct tetra_scratch *s)
{
	s->path.dentry = s->path.start_dentry;
	path_enter_mount(s, s->path.start_mount);
	s->path.depth = 0;
	s->path.plain = 1;
}

/* What has no name anywhere: pipes, sockets, anonymous inodes. */
static __always_inline void path_end(struct tetra_scratch *s)
{
	if (s->path.end == TETRA_WALK_DETACHED && s->path.depth == 0)
		s->path.flags |= TETRA_ARG_NO_PATH;
	else if (s->path.end != TETRA_WALK_REACHED)
		s->path.flags |= TETRA_ARG_UNRESOLVED;
}

/* Some steps in a function, and some of those: the verifier then sees few turns of each. */
#define PATH_SOME_STEPS 16

__noinline int path_steps_slow(__u32 slot)
{
	__u32 i;

	for (i = 0; i < PATH_SOME_STEPS; i++)
		if (path_step_slow(slot))
			return 1;
	return 0;
}

/* One walk, from s->path.start_* to s->path.root_*. */
__noinline int path_walk_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	path_restart(s);
	s->path.end = TETRA_WALK_DEEP;
	for (i = 0; i < PATH_SLOW_STEPS / PATH_SOME_STEPS; i++)
		if (path_steps_slow(slot))
			break;
	return 0;
}

/* The slow walk with its check. */
static __always_inline void path_find_slow(struct tetra_scratch *s, __u32 slot)
{
	__u32 i;

	for (i = 0; i < PATH_RETRIES; i++) {
		path_walk_slow(slot);
		if (path_check_slow(slot))
			break;
	}
	if (s->path.depth > TETRA_MAX_COMPONENTS)
		s->path.plain = 0;
	path_end(s);
}

/* Middle of s->text: the path's text ends here. */
#define PATH_TEXT_END TETRA_TEXT_MAX

/* One step of the walk, and its name before what stands in s->text: 0 to go on. */
__noinline int path_text_step(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	const struct tetra_component *c;
	__u32 len, from, depth;

	if (!s)
		return 1;
	depth = s->path.depth;
	if (path_step(s))
		return 1;
	if (s->path.depth == depth)
		return 0;
	c = &s->components[depth & (TETRA_MAX_COMPONENTS - 1)];
	len = c->len;
	from = s->text_at;
	if (len > 255)
		len = 255;
	if (from < len + 1) {
		s->path.end = TETRA_WALK_DEEP;
		return 1;
	}
	from -= len;
	bpf_probe_read_kernel(&s->text[from & (TETRA_TEXT_MAX - 1)], len & 255,
			      (void *)c->text);
	from -= 1;
	s->text[from & (TETRA_TEXT_MAX - 1)] = '/';
	s->text_at = from;
	return 0;
}

__noinline int path_text_steps(__u32 slot)
{
	__u32 i;

	for (i = 0; i < PATH_SOME_STEPS; i++)
		if (path_text_step(slot))
			return 1;
	return 0;
}

/*
 * The path's text, from s->path.start_*, into s->text so that it ends at PATH_TEXT_END.
 * s->text_at and s->text_bytes say where. " (deleted)" follows a name that is gone.
 */
__noinline int path_text_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	path_restart(s);
	s->path.end = TETRA_WALK_DEEP;
	s->text_at = TETRA_TEXT_MAX;
	for (i = 0; i < PATH_SLOW_STEPS / PATH_SOME_STEPS; i++)
		if (path_text_steps(slot))
			break;
	s->text_bytes = TETRA_TEXT_MAX - s->text_at;
	s->path.flags &= ~(TETRA_ARG_NO_PATH | TETRA_ARG_UNRESOLVED);
	path_end(s);
	if (!s->text_bytes && !(s->path.flags & TETRA_ARG_NO_PATH)) {
		s->text[TETRA_TEXT_MAX - 1] = '/';
		s->text_at = TETRA_TEXT_MAX - 1;
		s->text_bytes = 1;
	}
	return 0;
}

#endif
