/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Paths, from the dentries. A walk goes from the file to the task's root and keeps the
 * components next to the root; matching then reads them from the root down, so no text is
 * made for a path that no rule wants. The text is made for events and for Postfix.
 *
 * The fast walk reads through typed pointers (programs whose arguments have BTF) and stays
 * on one mount; what it leaves (a mount's root, a deep path, programs without types) the
 * slow walk finishes with probe reads. A rename on the way would show a path that never was:
 * the walk notes each dentry's sequence and looks again at the end.
 */
#ifndef TETRA_BPF_PATH_H
#define TETRA_BPF_PATH_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* Components the slow walk follows in all: a path of 4096 bytes has at most 2048; beyond
 * this bound the path is flagged as unresolved. */
#define PATH_SLOW_STEPS 192
#define PATH_RETRIES 3

static __always_inline __u64 dentry_of(const struct path *path)
{
	return (__u64)BPF_CORE_READ(path, dentry);
}

static __always_inline void path_set_root(struct tetra_path *path)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	path->root_dentry = (__u64)BPF_CORE_READ(fs, root.dentry);
	path->root_mount = (__u64)BPF_CORE_READ(fs, root.mnt);
}

static __always_inline void path_set_root_typed(struct tetra_path *path)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct fs_struct *fs = task->fs;

	path->root_dentry = (__u64)fs->root.dentry;
	path->root_mount = (__u64)fs->root.mnt;
}

/* Zero what lies behind a name of @len bytes that was read as four words. */
static __always_inline void component_trim(struct tetra_component *c, __u32 len)
{
	if (len < 8) {
		c->name[0] &= (1ull << (len & 7) * 8) - 1;
		c->name[1] = c->name[2] = c->name[3] = 0;
	} else if (len < 16) {
		c->name[1] &= (1ull << (len & 7) * 8) - 1;
		c->name[2] = c->name[3] = 0;
	} else if (len < 24) {
		c->name[2] &= (1ull << (len & 7) * 8) - 1;
		c->name[3] = 0;
	} else {
		c->name[3] &= (1ull << (len & 7) * 8) - 1;
	}
}

/*
 * The fast walk. @dentry and @mount are typed. Names below 32 bytes are always inside the
 * dentry. Stops at the task's root, a mount's root, or after TETRA_MAX_COMPONENTS.
 */
static __noinline int path_walk_typed(struct tetra_scratch *s, struct dentry *dentry,
				      struct vfsmount *mount)
{
	struct dentry *mount_root = mount->mnt_root;
	struct dentry *at = dentry, *parent;
	__u64 stop = 0;
	__u32 i;

	if ((__u64)mount == s->path.root_mount)
		stop = s->path.root_dentry;
	for (i = 0; i < TETRA_MAX_COMPONENTS; i++) {
		struct tetra_component *c = &s->components[i];
		const __u64 *words;
		__u32 len;

		if ((__u64)at == stop || at == mount_root)
			break;
		parent = at->d_parent;
		if (parent == at)
			break;
		len = at->d_name.len;
		c->len = len;
		c->dentry = (__u64)at;
		c->sequence = at->d_seq.seqcount.sequence;
		if (len >= TETRA_CHUNK_BYTES) {
			c->text = (__u64)at->d_name.name;
			s->path.plain = 0;
		} else {
			words = (const __u64 *)dentry_inline_name(at);
			c->name[0] = words[0];
			if (len >= 8) {
				c->name[1] = words[1];
				if (len >= 16) {
					c->name[2] = words[2];
					c->name[3] = words[3];
				}
			}
			component_trim(c, len);
		}
		at = parent;
	}
	s->path.depth = i;
	s->path.dentry = (__u64)at;
	s->path.mount = (__u64)mount;
	if ((__u64)at == stop)
		s->path.end = TETRA_WALK_REACHED;
	else if (i == TETRA_MAX_COMPONENTS)
		s->path.end = TETRA_WALK_DEEP;
	else
		s->path.end = TETRA_WALK_MOUNT;
	return 0;
}

/* 1 if every link of the fast walk is still as it was read: the path was real. */
static __noinline int path_check_typed(struct tetra_scratch *s, struct dentry *dentry)
{
	struct dentry *at = dentry;
	__u32 i;

	for (i = 0; i < TETRA_MAX_COMPONENTS; i++) {
		if (i >= s->path.depth)
			return 1;
		if ((__u64)at != s->components[i].dentry ||
		    at->d_seq.seqcount.sequence != s->components[i].sequence ||
		    s->components[i].sequence & 1)
			return 0;
		at = at->d_parent;
	}
	return 1;
}

static __always_inline void component_read(struct tetra_scratch *s, struct dentry *at)
{
	struct tetra_component *c = &s->components[s->path.depth & (TETRA_MAX_COMPONENTS - 1)];
	__u32 len = BPF_CORE_READ(at, d_name.len);

	c->len = len;
	c->dentry = (__u64)at;
	c->sequence = BPF_CORE_READ(at, d_seq.seqcount.sequence);
	c->text = (__u64)BPF_CORE_READ(at, d_name.name);
	if (len >= TETRA_CHUNK_BYTES) {
		s->path.plain = 0;
		return;
	}
	bpf_probe_read_kernel(c->name, sizeof(c->name), (void *)c->text);
	component_trim(c, len);
}

/*
 * One step of the slow walk: 0 to go on, 1 at the end. Global, so that it is verified once
 * and not once per step; inlined, clang would also lay the loop out in a way that verifiers
 * before 6.2 take for an endless one.
 */
__noinline int path_step_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct dentry *at, *parent;
	struct vfsmount *mount;

	if (!s)
		return 1;
	at = (void *)s->path.dentry;
	mount = (void *)s->path.mount;
	if (s->path.dentry == s->path.root_dentry && s->path.mount == s->path.root_mount) {
		s->path.end = TETRA_WALK_REACHED;
		return 1;
	}
	parent = BPF_CORE_READ(at, d_parent);
	if (at == BPF_CORE_READ(mount, mnt_root) || at == parent) {
		struct mount *m = (void *)mount - bpf_core_field_offset(struct mount, mnt);
		struct mount *above = BPF_CORE_READ(m, mnt_parent);

		if (at == parent && at != BPF_CORE_READ(mount, mnt_root)) {
			s->path.end = TETRA_WALK_DETACHED;
			return 1;
		}
		if (above == m || !above) {
			s->path.end = TETRA_WALK_DETACHED;
			return 1;
		}
		s->path.dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
		s->path.mount = (__u64)above + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	component_read(s, at);
	s->path.depth++;
	s->path.dentry = (__u64)parent;
	return 0;
}

/* Finishes (or makes) the walk from where s->path stands. Global: verified once, alone. */
__noinline int path_walk_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	s->path.end = TETRA_WALK_DEEP;
	for (i = 0; i < PATH_SLOW_STEPS; i++)
		if (path_step_slow(slot))
			break;
	if (s->path.depth > TETRA_MAX_COMPONENTS)
		s->path.plain = 0;
	return 0;
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
	s->path.mount = s->path.start_mount;
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

/* The slow walk with its check. */
__noinline int path_find_slow(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	__u32 i;

	if (!s)
		return 0;
	for (i = 0; i < PATH_RETRIES; i++) {
		path_restart(s);
		path_walk_slow(slot);
		if (path_check_slow(slot))
			break;
	}
	path_end(s);
	return 0;
}

/* Middle of s->text: the path's text ends here. */
#define PATH_TEXT_END TETRA_TEXT_MAX

/* The name of s->path.dentry before what stands in s->text. Negative if there is no room. */
__noinline int path_text_step(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct dentry *at;
	__u32 len, from;

	if (!s)
		return -1;
	at = (void *)s->text_dentry;
	len = BPF_CORE_READ(at, d_name.len);
	from = s->text_at;
	if (len > 255)
		len = 255;
	if (from < len + 1)
		return -1;
	from -= len;
	bpf_probe_read_kernel(&s->text[from & (TETRA_TEXT_MAX - 1)], len & 255,
			      BPF_CORE_READ(at, d_name.name));
	from -= 1;
	s->text[from & (TETRA_TEXT_MAX - 1)] = '/';
	s->text_at = from;
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
	for (i = 0; i < PATH_SLOW_STEPS; i++) {
		__u32 depth = s->path.depth;

		s->text_dentry = s->path.dentry;
		if (path_step_slow(slot))
			break;
		if (s->path.depth == depth)
			continue;
		if (path_text_step(slot) < 0) {
			s->path.end = TETRA_WALK_DEEP;
			break;
		}
	}
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
