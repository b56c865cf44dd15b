/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An exec: the record that user space joins events with, and the row of the new image.
 */
#ifndef TETRA_BPF_EXEC_H
#define TETRA_BPF_EXEC_H

#include "bpf/process/cgroup.bpf.h"
#include "bpf/process/creds.bpf.h"
#include "bpf/process/exec-args.bpf.h"
#include "bpf/process/fork.bpf.h"
#include "bpf/path/walk.bpf.h"

/* Typed reads do not span fields. */
#define CAPS_READ(set)                                                                   \
	(caps_are_words() ? (*(const __u32 *)&(set) |                                    \
			     (__u64) * ((const __u32 *)&(set) + 1) << 32)                \
			  : *(const __u64 *)&(set))

static __always_inline void cred_fill(struct tetra_record_cred *ret,
				      struct task_struct *task, const struct cred *cred)
{
	ret->uid = cred->uid.val;
	ret->gid = cred->gid.val;
	ret->euid = cred->euid.val;
	ret->egid = cred->egid.val;
	ret->suid = cred->suid.val;
	ret->sgid = cred->sgid.val;
	ret->fsuid = cred->fsuid.val;
	ret->fsgid = cred->fsgid.val;
	ret->securebits = cred->securebits;
	ret->login_uid = task->loginuid.val;
	ret->caps[TETRA_CAPSET_PERMITTED] = CAPS_READ(cred->cap_permitted);
	ret->caps[TETRA_CAPSET_EFFECTIVE] = CAPS_READ(cred->cap_effective);
	ret->caps[TETRA_CAPSET_INHERITABLE] = CAPS_READ(cred->cap_inheritable);
}

/* By enum tetra_namespace. */
static __always_inline void namespaces_fill(__u32 *ret, struct task_struct *task,
					    const struct cred *cred, __u32 pid_level)
{
	struct nsproxy *proxy = task->nsproxy;

	ret[TETRA_NS_UTS] = proxy->uts_ns->ns.inum;
	ret[TETRA_NS_IPC] = proxy->ipc_ns->ns.inum;
	ret[TETRA_NS_MNT] = proxy->mnt_ns->ns.inum;
	ret[TETRA_NS_PID_FOR_CHILDREN] = proxy->pid_ns_for_children->ns.inum;
	ret[TETRA_NS_NET] = proxy->net_ns->ns.inum;
	ret[TETRA_NS_TIME] = proxy->time_ns->ns.inum;
	ret[TETRA_NS_TIME_FOR_CHILDREN] = proxy->time_ns_for_children->ns.inum;
	ret[TETRA_NS_CGROUP] = proxy->cgroup_ns->ns.inum;
	ret[TETRA_NS_USER] = cred->user_ns->ns.inum;
	ret[TETRA_NS_PID] = pid_level ? task_namespace(task, TETRA_NS_PID) : PID_NS_FIRST;
}

/* Moves past @bytes of text at s->spot, to the next multiple of eight. */
static __always_inline void spot_advance(struct tetra_scratch *s, __u32 bytes)
{
	s->spot += (bytes + 7) & ~7u;
}

/* After walk_set_root(). */
static __noinline int exec_walk(struct tetra_scratch *s, __u32 slot, struct walk *walk)
{
	if (!walk_whole(s, walk)) {
		path_find_slow(s, slot);
		path_inspect(s);
	}
	return 0;
}

/*
 * The text of a typed path at s->spot, which does not move; returns its bytes. s->path has the
 * rest.
 */
static __noinline __u32 exec_path(struct tetra_scratch *s, __u32 slot, struct walk *walk)
{
	exec_walk(s, slot, walk);
	return path_put(s, slot);
}

static __always_inline void exec_cgroup(struct tetra_record_exec *record,
					struct task_struct *task)
{
	struct kernfs_node *node = task->cgroups->dfl_cgrp->kn;

	record->cgroup_id = node->id;
	bpf_probe_read_kernel_str(record->cgroup, sizeof(record->cgroup), node->name);
}

static __always_inline void exec_cgroup_above(struct tetra_scratch *s, __u32 slot,
					      struct task_struct *task)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 place = record->cgroup_id % CGROUP_PLAIN, bytes = 0;
	__u64 *plain = bpf_map_lookup_elem(&tetra_plain, &place);

	if (!plain || *plain != record->cgroup_id) {
		bytes = cgroup_put_above(
			slot, (__u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
		if (!bytes && plain)
			*plain = record->cgroup_id;
	}
	record->above_bytes = bytes;
	record->reserved = 0;
	spot_advance(s, bytes);
}

/* The executable's file and its name, as exe_take() leaves it. */
static __always_inline void exec_exe(struct tetra_scratch *s, __u32 slot,
				     struct file *file, struct walk *walk)
{
	struct tetra_record_exec *record = (void *)s->record;
	struct inode *inode;

	walk->dentry = file->f_path.dentry;
	walk->mount = file->f_path.mnt;
	inode = file->f_inode;
	record->inode = inode->i_ino;
	record->links = inode->i_nlink;
	walk_set_root(s, walk);
	exec_walk(s, slot, walk);
	/* Whether there is a root is one state again. */
	walk->root = unknown(s, walk->root);
	if (!walk->is_common && mount_is_foreign(slot))
		s->path.flags |= TETRA_ARG_FOREIGN;
	exe_take(slot);
}

/* The name is in the row now; events say whether the file still has it. */
static __always_inline void exec_exe_end(struct tetra_scratch *s)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 bytes = s->text_bytes;

	if (s->path.deleted && bytes) {
		deleted_put(s, s->text_at + bytes);
		bytes += TEXT_DELETED_BYTES;
	}
	record->exe_bytes = bytes;
	spot_advance(s, bytes);
}

/* A working directory that is not a root, at s->spot; returns its bytes. */
static __noinline __u32 exec_cwd_path(struct tetra_scratch *s, __u32 slot,
				      struct walk *walk)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 bytes = exec_path(s, slot, walk);

	if (bytes == 1)
		record->head.flags |= TETRA_EXEC_CWD_ROOT;
	if (s->path.flags & TETRA_ARG_UNRESOLVED)
		record->head.flags |= TETRA_EXEC_CWD_UNRESOLVED;
	if (s->path.deleted && bytes) {
		deleted_put(s, s->spot + bytes);
		bytes += TEXT_DELETED_BYTES;
	}
	if (!bytes)
		record->head.flags |= TETRA_EXEC_CWD_FAULT;
	return bytes;
}

/* The working directory at s->spot; @walk: the executable's, usually on the same mount. */
static __always_inline void exec_cwd(struct tetra_scratch *s, __u32 slot,
				     struct fs_struct *fs, struct walk *walk)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u64 mount = (__u64)walk->mount;
	__u32 bytes = 1;

	walk->mount = fs->pwd.mnt;
	walk->dentry = fs->pwd.dentry;
	if ((__u64)walk->mount != mount)
		walk_set_root(s, walk);
	if (walk->root && (__u64)walk->dentry == walk->root) {
		record->head.flags |= TETRA_EXEC_CWD_ROOT;
		s->record[s->spot & RECORD_MASK] = '/';
	} else {
		bytes = exec_cwd_path(s, slot, walk);
	}
	record->cwd_bytes = bytes;
	spot_advance(s, bytes);
}

static __always_inline void exec_filename(struct tetra_scratch *s, const char *filename)
{
	struct tetra_record_exec *record = (void *)s->record;
	long n = bpf_probe_read_kernel_str(&s->record[s->spot & RECORD_MASK],
					   TETRA_TEXT_MAX, filename);

	if (n <= 0) {
		record->head.flags |= TETRA_EXEC_NAME_FAULT;
		n = 1;
	}
	record->filename_bytes = n - 1;
	spot_advance(s, record->filename_bytes);
}

/* The flags that an exec keeps of the row that the fork or an earlier exec left. */
static __always_inline void exec_inherit(struct tetra_scratch *s,
					 const struct tetra_proc *row, __u64 exec_id)
{
	s->proc.flags = TETRA_PROC_EXECED;
	if (row) {
		s->proc.flags |= row->flags & (TETRA_PROC_IN_INIT_TREE | MARKS_UNKNOWN);
		/* There was an image in between, or the row's name was not found. (If the
		 * row is of this image already, tetra_lsm_image() wrote it.) */
		if (exec_id - row->exec_id > 1)
			s->proc.flags |= TETRA_PROC_NAMES_UNKNOWN;
	} else if (marks_exist()) {
		s->proc.flags |= TETRA_PROC_MARKS_UNKNOWN;
	}
}

/* The name of @row, which is about to be replaced, becomes the last of its earlier ones. */
static __always_inline void names_add(struct tetra_proc *row, __u64 new_hash)
{
	__u64 hash = row->exe_hash[0];
	__u32 i;

	if (!hash || hash == new_hash)
		return;
#pragma clang loop unroll(full)
	for (i = TETRA_PROC_NAMES - 1; i; i--)
		row->names[i] = row->names[i - 1];
	row->names[0] = TETRA_NAME(hash, proc_is_foreign(row));
}

/*
 * Marks that start with the exec: into @row, which user space may change at the same time, so
 * it is written only if there is one.
 */
static __noinline int exec_mark(struct tetra_scratch *s, struct tetra_proc *row,
				__u32 tgid)
{
	__u64 pid_marks = proc_pid_marks(tgid, s->proc.ns_tgid);
	__u64 binary_marks = proc_binary_marks(&s->proc);

	if (pid_marks)
		row->pid_marks |= pid_marks;
	if (binary_marks)
		row->binary_marks |= binary_marks;
	return 0;
}

/* Marks and descent of a process that has no row: what is known of it is its parent. */
static __always_inline void exec_begin_row(struct tetra_scratch *s, __u32 parent_tgid,
					   const struct tetra_proc *parent)
{
	descent_begin(&s->proc, parent_tgid);
	s->proc.pid_marks = s->proc.binary_marks = 0;
	if (!parent)
		return;
	s->proc.pid_marks = parent->pid_marks;
	s->proc.binary_marks = parent->binary_marks;
	s->proc.flags |= parent->flags & TETRA_PROC_NAMES_UNKNOWN;
}

/* The parent; for a second exec in one process, the image that it replaces. */
static __always_inline void exec_parent(struct tetra_scratch *s, __u32 tgid,
					const struct tetra_proc *row, __u32 parent_tgid,
					__u64 parent_stamp, __u32 flags)
{
	struct tetra_record_exec *record = (void *)s->record;

	if (row && row->flags & TETRA_PROC_EXECED) {
		parent_tgid = tgid;
		parent_stamp = row->stamp;
		flags = 0;
	} else {
		flags |= TETRA_EXEC_CLONE;
	}
	if (s->proc.flags & TETRA_PROC_IN_INIT_TREE)
		flags |= TETRA_EXEC_IN_INIT_TREE;
	_Static_assert(TETRA_PROC_FOREIGN << 8 == TETRA_EXEC_FOREIGN, "their positions");
	record->head.flags |= flags | (s->proc.flags & TETRA_PROC_FOREIGN) << 8;
	record->old_stamp = row ? row->stamp : 0;
	record->parent_tgid = s->proc.parent_tgid = parent_tgid;
	record->parent_stamp = s->proc.parent_stamp = parent_stamp;
}

/*
 * Writes the row in place: the process has one thread now, this one. The name comes directly
 * from the record. The fields that say that the row is of the new image are written last.
 */
static __always_inline void exec_put_row(struct tetra_scratch *s, struct tetra_proc *row)
{
	const struct tetra_proc *proc = &s->proc;
	const __u32 rest = offsetof(struct tetra_proc, start);

	_Static_assert(__builtin_offsetof(struct tetra_proc, exec_id) + sizeof(__u64) ==
			       __builtin_offsetof(struct tetra_proc, start),
		       "it is the last word of the first part");
	names_add(row, proc->exe_hash[0]);
	exe_copy(s, row);
	words_copy(&row->start, &proc->start,
		   offsetof(struct tetra_proc, exe_head) - rest);
	words_copy(row, proc, rest);
}

/* What is the new image's own, after exe_take(); @row: the one before it. */
static __always_inline void exec_image(struct tetra_scratch *s, struct task_struct *task,
				       const struct tetra_proc *row, __u32 ns_tgid)
{
	exec_inherit(s, row, task->self_exec_id);
	if (ns_tgid == 1)
		s->proc.flags |= TETRA_PROC_IN_INIT_TREE;
	if (s->path.flags & TETRA_ARG_FOREIGN)
		s->proc.flags |= TETRA_PROC_FOREIGN;
	/* Because of renames: it is looked up again, until the next exec. */
	if (s->path.flags & TETRA_ARG_UNRESOLVED)
		s->proc.flags |= TETRA_PROC_NAMES_UNKNOWN;
	s->proc.ns_tgid = ns_tgid;
	s->proc.exec_id =
		s->path.flags & TETRA_ARG_MOVED ? TETRA_NO_EXEC_ID : task->self_exec_id;
	s->proc.start = task->start_boottime;
}

/* The row of the new image, after exe_take(). */
static __always_inline void exec_row(struct tetra_scratch *s, struct task_struct *task,
				     __u32 tgid, __u64 now)
{
	struct tetra_record_exec *record = (void *)s->record;
	struct task_struct *leader = task->real_parent->group_leader;
	struct tetra_proc *row, *parent;
	__u64 start = leader->start_boottime;
	__u32 parent_tgid = leader->tgid;

	parent = proc_find_own(parent_tgid, start);
	row = proc_find_own(tgid, task->start_boottime);
	exec_image(s, task, row, record->ns_tgid);
	exec_parent(s, tgid, row, parent_tgid, parent ? parent->stamp : start,
		    parent ? 0 : TETRA_EXEC_NO_PARENT);
	s->proc.stamp = now;
	if (row) {
		if (marks_exist())
			exec_mark(s, row, tgid);
		exec_put_row(s, row);
	} else {
		exec_begin_row(s, parent_tgid, parent);
		if (marks_exist())
			exec_mark(s, &s->proc, tgid);
		exe_copy(s, &s->proc);
		proc_put(tgid, &s->proc, BPF_ANY);
	}
}

static __always_inline void record_send(struct tetra_scratch *s)
{
	__u64 bytes = s->spot;

	opaque(bytes);
	if (bytes > TETRA_RECORD_MAX ||
	    bpf_ringbuf_output(&tetra_ring, s->record, bytes, 0) < 0)
		loss_count(TETRA_LOST_RING);
}

/*
 * @task: the current one, which leads its group: one thread remains after an exec. @per_clear:
 * from the binprm, not zero if the exec may change privileges.
 */
static __always_inline int exec_run(struct task_struct *task, struct file *file,
				    const char *filename, __u32 per_clear)
{
	const struct cred *cred = task->real_cred;
	struct pid *pid = task->thread_pid;
	struct fs_struct *fs = task->fs;
	struct tetra_record_exec *record;
	__u32 tgid = task->tgid, slot, pid_level;
	struct tetra_scratch *s;
	struct walk walk;
	__u64 now;

	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	slot = s->number;
	now = bpf_ktime_get_boot_ns();
	s->process.tgid = tgid;
	s->process.stamp = now;
	exec_args(s, task);
	if (s->args_bytes > TETRA_EXEC_ARGS_INLINE)
		args_fragments(slot);
	record = (void *)s->record;
	head_fill(&record->head, TETRA_RECORD_EXEC, 0, tgid, now, now);
	record->head.flags = s->args_flags;
	record->args_bytes = s->args_bytes;
	record->args_inline_bytes = 0;
	pid_level = pid->level;
	record->ns_tgid = pid_number(pid, pid_level);
	cred_fill(&record->cred, task, cred);
	namespaces_fill(record->namespaces, task, cred, pid_level);
	exec_cgroup(record, task);
	record->privileges = per_clear ? exec_privileges(task, tgid) : 0;
	s->spot = sizeof(*record);
	exec_cgroup_above(s, slot, task);
	exec_filename(s, filename);
	exec_exe(s, slot, file, &walk);
	exec_row(s, task, tgid, now);
	exec_exe_end(s);
	exec_cwd(s, slot, fs, &walk);
	if (!(s->args_flags & TETRA_EXEC_ARGS_FAULT))
		args_inline(slot);
	record->head.bytes = s->spot;
	record_send(s);
	scratch_release(s);
	return 0;
}

#endif
