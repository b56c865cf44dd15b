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
 * probe or an LSM hook (lib/sensor/tasks.c chooses). Probes are skipped while a task that was
 * preempted inside bpf(2) waits for the CPU, LSM hooks never: what rules need to know of a fork
 * or an exec is kept by one of these as well.
 */
#include "bpf/abi/hash.h"
#include "bpf/process/exec.bpf.h"

/* One configuration serves all programs of this object. */
const volatile struct tetra_hook_config cfg = {};
/* A row that says nothing, of no task. */
const struct tetra_proc no_proc = { .exec_id = TETRA_NO_EXEC_ID };

/* The row of any task, before there is a record with room for its name. */
static __always_inline void identity_begin(struct tetra_scratch *s, __u64 task)
{
	s->spot = EXE_SPOT;
	s->task = task;
	identity_find(s->number);
}

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

static __always_inline int fork_run(const struct fork *fork)
{
	struct tetra_proc *parent = proc_find_own(fork->parent_tgid, fork->parent_start),
			  *row;
	__u32 flags = parent ? parent->flags & TETRA_PROC_IN_INIT_TREE : 0;
	struct child child = {
		.start = fork->start,
		.parent_stamp = parent ? parent->stamp : fork->parent_start,
		.tgid = fork->tgid,
		.ns_tgid = fork->ns_tgid,
		.parent_tgid = fork->parent_tgid,
	};

	if ((parent && parent->ns_tgid == 1) || fork->ns_tgid == 1)
		flags |= TETRA_PROC_IN_INIT_TREE;
	row = fork_row(fork, parent);
	if (row) {
		ancestors_add(row, fork->forker_tgid);
		child_row(&child, row, flags);
	}
	child_record(&child, parent, flags);
	return 0;
}

SEC("tetra/sched_process_fork")
int tetra_fork(__u64 *ctx)
{
	struct task_struct *forker = (void *)ctx[0];
	struct task_struct *child = (void *)ctx[1], *parent = child->real_parent;
	struct pid *pid;
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
	pid = child->thread_pid;
	fork.ns_tgid = pid_number(pid, pid->level);
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

	if (BPF_CORE_READ(child, pid) != fork.tgid)
		return 0;
	/* The iterator was faster. */
	if (cfg.keeps_forks && (int)bpf_map_delete_elem(&tetra_forks, &fork.child) < 0 &&
	    proc_find_own(fork.tgid, fork.start))
		return 0;
	return fork_run(&fork);
}

/*
 * task_alloc(child, clone_flags): the child has no number yet. What it takes from its forker is
 * kept under its address. The probe above turns it into a row, or if that was skipped, the first
 * other program that sees the child.
 */
SEC("tetra/lsm_fork")
int tetra_lsm_fork(__u64 *ctx)
{
	struct task_struct *forker = (void *)bpf_get_current_task_btf();
	__u64 child = ctx[0], start = forker->group_leader->start_boottime;
	__u32 tgid = forker->tgid;
	struct tetra_proc *row = proc_find_own(tgid, start);

	if (!row && fork_settle(leader_address(forker)))
		row = proc_find_own(tgid, start);
	if (!row || ctx[1] & CLONE_THREAD)
		return 0;
	if ((int)bpf_map_update_elem(&tetra_forks, &child, row, BPF_ANY) < 0)
		return 0; /* the probe is left */
	row = bpf_map_lookup_elem(&tetra_forks, &child);
	if (row) {
		ancestors_add(row, tgid);
		row->marking = marking_get();
		if (row->ns_tgid == 1)
			row->flags |= TETRA_PROC_IN_INIT_TREE;
	}
	return 0;
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
	__u64 address = (__u64)task;

	if (cfg.keeps_forks)
		bpf_map_delete_elem(&tetra_forks, &address);
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

/*
 * The row of an image whose record is still to come: all but the time of the exec and the parent,
 * which stay as they are. A process without a row gets its own when there is a record.
 */
static __always_inline void image_row(struct tetra_scratch *s, struct task_struct *task)
{
	__u32 tgid = task->tgid;
	struct tetra_proc *row = proc_find_own(tgid, task->start_boottime);
	__u32 execed;

	if (!row)
		return;
	execed = row->flags & TETRA_PROC_EXECED;
	exec_image(s, task, row, row->ns_tgid);
	s->proc.flags = (s->proc.flags & ~TETRA_PROC_EXECED) | execed;
	s->proc.stamp = row->stamp;
	s->proc.parent_stamp = row->parent_stamp;
	s->proc.parent_tgid = row->parent_tgid;
	if (marks_exist())
		exec_mark(s, row, tgid);
	exec_put_row(s, row);
}

/*
 * bprm_committed_creds(binprm): the memory, its executable and self_exec_id are the new image's.
 * The probe for the record can be skipped, this cannot.
 */
SEC("tetra/lsm_image")
int tetra_lsm_image(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct linux_binprm *binprm = (void *)ctx[0];
	struct tetra_scratch *s;
	struct walk walk;

	fork_settle(leader_address(task));
	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	s->spot = sizeof(struct tetra_record_exec);
	exec_exe(s, s->number, binprm->file, &walk);
	image_row(s, task);
	scratch_release(s);
	return 0;
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

/* User space looks at all rows next, for the newest marks. */
static __always_inline int fork_catch_up(__u64 leader)
{
	struct tetra_proc *kept = bpf_map_lookup_elem(&tetra_forks, &leader);

	if (!kept)
		return 0;
	kept->marking = marking_get();
	return fork_settle(leader);
}

/*
 * An iterator over all tasks, run by user space after the other programs are attached: rows
 * for older processes, and for those whose fork was skipped. An exec during this writes the row
 * itself.
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
	if (!row && fork_catch_up(leader_address(task)))
		row = proc_find_own(tgid, task->start_boottime);
	if (row && row->exec_id == exec_id)
		return 0;
	s = scratch_claim();
	if (!s) {
		loss_count(TETRA_LOST_SCRATCH);
		return 0;
	}
	identity_begin(s, (__u64)task);
	/* It may have changed its executable since its exec, as in identity_doubt(). But to
	 * take the names of all older containers for unknown would hit the innocent. */
	if (BPF_CORE_READ(task, real_cred, user_ns, level) ||
	    (s->proc.exe_bytes && exe_is_posed(task)))
		s->proc.flags |= TETRA_PROC_FOREIGN;
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

/* Run by user space before each commit and once a second: the root of most paths. */
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
		mount = ROOT_UNKNOWN;
	root->dentry = dentry;
	root->mount = mount;
	return 0;
}

/*
 * The first mount namespace is about to get another root. Until user space has found it, each path's
 * root is looked at. Others than that namespace, as of a container that starts, do not matter.
 */
static __always_inline int pivot_run(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tetra_root *root;
	struct mount *m;
	__u32 zero = 0;

	root = bpf_map_lookup_elem(&tetra_roots, &zero);
	if (!root || root->mount <= ROOT_UNKNOWN)
		return 0;
	m = mount_of(root->mount);
	if (BPF_CORE_READ(m, mnt_ns) == BPF_CORE_READ(task, nsproxy, mnt_ns))
		root->mount = ROOT_UNKNOWN;
	return 0;
}

/* sb_pivotroot(old, new) */
SEC("tetra/lsm_pivot")
int tetra_lsm_pivot(void *ctx)
{
	return pivot_run();
}

/* security_sb_pivotroot(old, new) */
SEC("tetra/probe_pivot")
int tetra_probe_pivot(void *ctx)
{
	return pivot_run();
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
