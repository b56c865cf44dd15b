// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes from fork to exit: always loaded. fork and exec make the row that hooks read
 * and the record that user space joins events with; exit ends the row. Rows are per thread
 * group: threads neither make nor end one.
 *
 * A row's stamp is the boot-time clock at the last exec, or the process's start before any. So
 * the key of a process that has not exec'd is known without its row.
 *
 * Each program has a second entry, for kernels that skip the first when it is preempted: a
 * probe or an LSM hook, which are never skipped (lib/sensor/tasks.c chooses).
 */
#include "bpf/abi/hash.h"
#include "bpf/common/cgroup.bpf.h"
#include "bpf/common/creds.bpf.h"
#include "bpf/common/exec-args.bpf.h"
#include "bpf/common/walk.bpf.h"

/* One configuration serves all programs of this object. */
const volatile struct tetra_hook_config cfg = {};
/* A row that says nothing, of no task. */
const struct tetra_proc no_proc = { .exec_id = TETRA_NO_EXEC_ID };

#define EEXIST 17

/*
 * Writes a row. Before Linux 6.4 a program sees only the lower half of a negative result: the
 * comparison must not use 64 bits.
 */
static __always_inline int proc_put(__u32 tgid, const struct tetra_proc *row, __u64 how)
{
	int r = bpf_map_update_elem(&tetra_procs, &tgid, row, how);

	if (r >= 0 || r == -EEXIST)
		return r;
	loss_count(TETRA_LOST_PROCESS);
	/* No row is better than that of another image or process. */
	bpf_map_delete_elem(&tetra_procs, &tgid);
	return r;
}

/* The row of any task, before there is a record with room for its name. */
static __always_inline void identity_begin(struct tetra_scratch *s, __u64 task)
{
	s->spot = EXE_SPOT;
	s->task = task;
	identity_find(s->number);
}

/* Flags that a child takes from its image (its forker's) and from its ancestors. */
#define FORK_KEEPS (MARKS_UNKNOWN | TETRA_PROC_FOREIGN)

/* The facts about a fork, however they were read. */
struct fork {
	__u64 child; /* its task */
	__u64 start, exec_id, parent_start;
	__u64 forker_start; /* of the calling process, which may not be the parent */
	__u32 tgid, ns_tgid, parent_tgid, forker_tgid;
};

/*
 * The child's row if the forking process has none, or one of an earlier image: computed from
 * the child, which has the same executable. In scratch; NULL if there is none.
 */
static __noinline struct tetra_scratch *fork_identify(__u64 child,
						      const struct tetra_proc *forker)
{
	struct tetra_scratch *s = scratch_claim();

	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	identity_begin(s, child);
	identity_doubt(s);
	if (forker) {
		s->proc.pid_marks |= forker->pid_marks;
		s->proc.binary_marks |= forker->binary_marks;
		s->proc.flags &= ~TETRA_PROC_MARKS_UNKNOWN;
		s->proc.flags |= forker->flags & MARKS_UNKNOWN;
		descent_copy(&s->proc, forker);
	}
	return s;
}

/* The row of the calling process, which may not be the parent; @parent: the parent's row. */
static __always_inline struct tetra_proc *fork_forker(const struct fork *fork,
						      struct tetra_proc *parent)
{
	if (fork->forker_tgid == fork->parent_tgid)
		return parent;
	return proc_find_own(fork->forker_tgid, fork->forker_start);
}

/*
 * The row of a process that was just forked: a copy of the calling process's, even if another
 * process becomes the parent (CLONE_PARENT). Nothing else knows its number yet, so it may be
 * written in place.
 */
static __always_inline struct tetra_proc *fork_row(const struct fork *fork,
						   struct tetra_proc *parent)
{
	struct tetra_proc *forker = fork_forker(fork, parent);
	struct tetra_scratch *s;
	int r;

	if (forker && forker->exec_id == fork->exec_id) {
		r = proc_put(fork->tgid, forker, BPF_ANY);
	} else {
		s = fork_identify(fork->child, forker);
		r = proc_put(fork->tgid, s ? &s->proc : &no_proc, BPF_ANY);
		if (s)
			scratch_release(s);
	}
	return r < 0 ? 0 : proc_find(fork->tgid);
}

/* The forking process becomes the last of @row's ancestors, which were its own. */
static __always_inline void ancestors_add(struct tetra_proc *row, __u32 forker_tgid)
{
	__u32 i;

#pragma clang loop unroll(full)
	for (i = TETRA_PROC_ANCESTORS - 1; i; i--)
		row->ancestors[i] = row->ancestors[i - 1];
	row->ancestors[0] = forker_tgid;
}

static __always_inline int fork_run(const struct fork *fork)
{
	struct tetra_proc *parent = proc_find_own(fork->parent_tgid, fork->parent_start),
			  *row;
	struct tetra_record_fork record;
	__u32 flags = 0;

	if (parent)
		flags = parent->flags & TETRA_PROC_IN_INIT_TREE;
	if ((parent && parent->ns_tgid == 1) || fork->ns_tgid == 1)
		flags |= TETRA_PROC_IN_INIT_TREE;
	record.parent_stamp = parent ? parent->stamp : fork->parent_start;
	row = fork_row(fork, parent);
	if (row) {
		row->parent_stamp = record.parent_stamp;
		row->parent_tgid = fork->parent_tgid;
		row->stamp = fork->start;
		row->start = fork->start;
		row->ns_tgid = fork->ns_tgid;
		row->flags = flags | (row->flags & FORK_KEEPS);
		ancestors_add(row, fork->forker_tgid);
		if (marks_exist())
			row->pid_marks |= proc_pid_marks(fork->tgid, fork->ns_tgid);
	}
	head_fill(&record.head, TETRA_RECORD_FORK, sizeof(record), fork->tgid,
		  fork->start, bpf_ktime_get_boot_ns());
	record.head.flags = (parent ? 0 : TETRA_EXEC_NO_PARENT) |
			    (flags ? TETRA_EXEC_IN_INIT_TREE : 0);
	record.parent_tgid = fork->parent_tgid;
	record.ns_tgid = fork->ns_tgid;
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
	return 0;
}

SEC("tetra/sched_process_fork")
int tetra_fork(__u64 *ctx)
{
	struct task_struct *forker = (void *)ctx[0];
	struct task_struct *child = (void *)ctx[1], *parent = child->real_parent;
	struct fork fork = {
		.child = (__u64)child,
		.start = child->start_boottime,
		.exec_id = child->self_exec_id,
		.parent_start = parent->group_leader->start_boottime,
		.forker_start = forker->group_leader->start_boottime,
		.tgid = child->tgid,
		.parent_tgid = parent->tgid,
		.forker_tgid = forker->tgid,
	};

	if (child->pid != fork.tgid)
		return 0;
	/* It leads its thread group, so its number is the group's. */
	fork.ns_tgid = pid_ns_number(child->thread_pid);
	return fork_run(&fork);
}

/* wake_up_new_task(child) */
SEC("tetra/probe_fork")
int tetra_probe_fork(void *ctx)
{
	struct task_struct *child = (void *)param_register(ctx, 0);
	struct task_struct *parent = BPF_CORE_READ(child, real_parent);
	struct task_struct *forker = (void *)bpf_get_current_task();
	struct fork fork = {
		.child = (__u64)child,
		.start = BPF_CORE_READ(child, start_boottime),
		.exec_id = BPF_CORE_READ(child, self_exec_id),
		.parent_start = BPF_CORE_READ(parent, group_leader, start_boottime),
		.forker_start = BPF_CORE_READ(forker, group_leader, start_boottime),
		.tgid = BPF_CORE_READ(child, tgid),
		.ns_tgid = task_ns_tgid(child),
		.parent_tgid = BPF_CORE_READ(parent, tgid),
		.forker_tgid = BPF_CORE_READ(forker, tgid),
	};

	return BPF_CORE_READ(child, pid) == fork.tgid ? fork_run(&fork) : 0;
}

/* @task: the current one. */
static __always_inline int exit_run(struct task_struct *task)
{
	struct tetra_record_exit record = { .reserved = 0 };
	__u32 tgid = task->tgid;
	struct tetra_proc *proc;

	/* The last thread of the group: the count was decremented before this point. */
	if (task->signal->live.counter > 0)
		return 0;
	proc = proc_find_own(tgid, task->group_leader->start_boottime);
	if (proc && proc->flags & TETRA_PROC_EXITED)
		return 0;
	/* Without a row the stamp is unknown: user space finds the process by its number. */
	head_fill(&record.head, TETRA_RECORD_EXIT, sizeof(record), tgid,
		  proc ? proc->stamp : 0, bpf_ktime_get_boot_ns());
	record.head.tid = task->pid;
	record.code = task->exit_code;
	if (proc) {
		if (proc->flags & TETRA_PROC_SEEDED)
			record.head.flags = TETRA_EXIT_SEEDED;
		proc->flags |= TETRA_PROC_EXITED;
	}
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
	return 0;
}

SEC("tetra/sched_process_exit")
int tetra_exit(__u64 *ctx)
{
	return exit_run((void *)ctx[0]);
}

/* exit_files(task): the exiting task, or one whose fork fails. */
SEC("tetra/probe_exit")
int tetra_probe_exit(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();

	return param_register(ctx, 0) == bpf_get_current_task() ? exit_run(task) : 0;
}

/*
 * The row outlives the exit: files and sockets are closed after it, and their hooks still
 * need their owner. A new process with the same number has another start.
 */
static __always_inline int free_run(__u32 tgid, __u32 pid, __u64 start)
{
	if (pid == tgid && proc_find_own(tgid, start))
		bpf_map_delete_elem(&tetra_procs, &tgid);
	return 0;
}

SEC("tetra/sched_process_free")
int tetra_free(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return free_run(task->tgid, task->pid, task->start_boottime);
}

/* task_free(task): also of one whose fork failed before it was more than a copy. */
SEC("tetra/lsm_free")
int tetra_lsm_free(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	if (!(task->flags & PF_EXITING))
		return 0;
	return free_run(task->tgid, task->pid, task->start_boottime);
}

/* release_task(task): its parent has reaped it. */
SEC("tetra/probe_free")
int tetra_probe_free(void *ctx)
{
	struct task_struct *task = (void *)param_register(ctx, 0);

	return free_run(BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid),
			BPF_CORE_READ(task, start_boottime));
}

/* A set is eight bytes in all kernels, whatever its members are called. */
#define CAPS_READ(set)                                                                   \
	(*(const __u32 *)&(set) | (__u64) * ((const __u32 *)&(set) + 1) << 32)

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
					    const struct cred *cred, struct pid *pid)
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
	if (pid->level)
		ret[TETRA_NS_PID] = task_namespace(task, TETRA_NS_PID);
	else
		ret[TETRA_NS_PID] = pid->numbers[0].ns->ns.inum;
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
	__u32 bytes;

	exec_walk(s, slot, walk);
	bytes = path_put(s, slot) & (2 * TETRA_TEXT_MAX - 1);
	return bytes > TETRA_TEXT_MAX ? TETRA_TEXT_MAX : bytes;
}

static __always_inline void exec_cgroup(struct tetra_record_exec *record,
					struct task_struct *task)
{
	struct kernfs_node *node = task->cgroups->dfl_cgrp->kn;

	record->cgroup_id = node->id;
	bpf_probe_read_kernel_str(record->cgroup, sizeof(record->cgroup), node->name);
}

static __always_inline void exec_cgroup_above(struct tetra_scratch *s,
					      struct task_struct *task)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u32 place = record->cgroup_id % CGROUP_PLAIN, bytes = 0;
	__u64 *plain = bpf_map_lookup_elem(&tetra_plain, &place);

	if (!plain || *plain != record->cgroup_id) {
		bytes = cgroup_put_above(s, BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
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
	inode = walk->dentry->d_inode;
	record->inode = inode->i_ino;
	record->links = inode->i_nlink;
	walk_set_root(s, walk);
	exec_walk(s, slot, walk);
	if (!walk->is_common && mount_is_foreign(slot))
		s->path.flags |= TETRA_ARG_FOREIGN;
	exe_take(s, slot);
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
		/* There was an image in between, or the row's name was not found. */
		if (row->exec_id + 1 != exec_id)
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
	record->head.flags |= flags;
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
	exec_inherit(s, row, task->self_exec_id);
	if (record->ns_tgid == 1)
		s->proc.flags |= TETRA_PROC_IN_INIT_TREE;
	if (s->path.flags & TETRA_ARG_FOREIGN)
		s->proc.flags |= TETRA_PROC_FOREIGN;
	/* Because of renames: it is looked up again, until the next exec. */
	if (s->path.flags & TETRA_ARG_UNRESOLVED)
		s->proc.flags |= TETRA_PROC_NAMES_UNKNOWN;
	exec_parent(s, tgid, row, parent_tgid, parent ? parent->stamp : start,
		    parent ? 0 : TETRA_EXEC_NO_PARENT);
	s->proc.ns_tgid = record->ns_tgid;
	s->proc.exec_id =
		s->path.flags & TETRA_ARG_MOVED ? TETRA_NO_EXEC_ID : task->self_exec_id;
	s->proc.start = task->start_boottime;
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
	__u32 tgid = task->tgid, slot;
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
	record->ns_tgid = pid_ns_number(pid);
	cred_fill(&record->cred, task, cred);
	namespaces_fill(record->namespaces, task, cred, pid);
	exec_cgroup(record, task);
	record->privileges = per_clear ? exec_privileges(task, tgid) : 0;
	s->spot = sizeof(*record);
	exec_cgroup_above(s, task);
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

SEC("tetra/sched_process_exec")
int tetra_exec(__u64 *ctx)
{
	struct linux_binprm *binprm = (void *)ctx[2];

	return exec_run((void *)ctx[0], binprm->file, binprm->filename,
			binprm->per_clear);
}

/* finalize_exec(binprm): all is in place, and the new image has not run yet. */
SEC("tetra/probe_exec")
int tetra_probe_exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct linux_binprm *binprm = (void *)param_register(ctx, 0);

	return exec_run(task, task->mm->exe_file, BPF_CORE_READ(binprm, filename),
			BPF_CORE_READ(binprm, per_clear));
}

/* What a process keeps of a row that is not of its current image. */
static __always_inline void seed_keep(struct tetra_scratch *s,
				      const struct tetra_proc *row)
{
	if (row) {
		s->proc.flags |= row->flags & ~TETRA_PROC_FOREIGN;
		descent_copy(&s->proc, row);
	} else {
		s->proc.flags |= TETRA_PROC_SEEDED | TETRA_PROC_EXECED;
	}
}

/*
 * An iterator over all tasks, run by user space after the other programs are attached: rows
 * for older processes. An exec during this writes the row itself.
 */
SEC("tetra/iter")
int tetra_seed(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[1];
	struct tetra_scratch *s;
	struct tetra_proc *row;
	__u64 exec_id;
	__u32 tgid;

	if (!task || task->pid != task->tgid)
		return 0;
	tgid = task->tgid;
	exec_id = task->self_exec_id;
	row = proc_find_own(tgid, task->start_boottime);
	if (row && row->exec_id == exec_id)
		return 0;
	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	identity_begin(s, (__u64)task);
	seed_keep(s, row);
	if (task->self_exec_id == exec_id)
		proc_put(tgid, &s->proc, row ? BPF_ANY : BPF_NOEXIST);
	scratch_release(s);
	return 0;
}

/*
 * Run by user space (BPF_PROG_TEST_RUN): ctx[0] and ctx[1] are a process's number and start,
 * ctx[2] and ctx[3] the mark bits that it gains, ctx[4] and ctx[5] those that it loses. A fork
 * or an exec at the same moment may undo it: user space looks again.
 */
SEC("tetra/mark")
int tetra_mark(__u64 *ctx)
{
	struct tetra_proc *proc = proc_find_own(ctx[0], ctx[1]);

	if (proc) {
		proc->pid_marks = (proc->pid_marks | ctx[2]) & ~ctx[4];
		proc->binary_marks = (proc->binary_marks | ctx[3]) & ~ctx[5];
	}
	return 0;
}

/* How far up to look for the machine's first process. */
#define ROOT_ANCESTORS 64

/* Run by user space before each commit: the root of most paths. */
SEC("tetra/root")
int tetra_root(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tetra_root *root;
	__u64 mount, dentry;
	__u32 zero = 0, i;

	root = bpf_map_lookup_elem(&tetra_roots, &zero);
	if (!root)
		return 0;
	for (i = 0; i < ROOT_ANCESTORS; i++) {
		if (BPF_CORE_READ(task, pid) == 1)
			break;
		task = BPF_CORE_READ(task, real_parent);
	}
	mount = (__u64)BPF_CORE_READ(task, fs, root.mnt);
	dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	if (BPF_CORE_READ(task, pid) != 1 || !root_is_mount(mount) ||
	    (__u64)BPF_CORE_READ((struct vfsmount *)mount, mnt_root) != dentry)
		mount = 0;
	root->dentry = dentry;
	root->mount = mount;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
