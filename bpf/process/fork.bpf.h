/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The row and the record of a process that was just forked, and the second way to them: on
 * kernels where the probe that makes them can be skipped, an LSM hook that cannot be keeps the
 * forker's row for the child, under the child's address. Whichever program meets the child
 * first without a row of its own makes one of that.
 */
#ifndef TETRA_BPF_FORK_H
#define TETRA_BPF_FORK_H

#include "bpf/process/identity.bpf.h"

#define CLONE_THREAD 0x00010000

/* Flags that a child takes from its image (its forker's) and from its ancestors. */
#define FORK_KEEPS (MARKS_UNKNOWN | TETRA_PROC_FOREIGN)

/* What is the child's own. */
struct child {
	__u64 start, parent_stamp;
	__u32 tgid, ns_tgid, parent_tgid;
};

/* The forking process becomes the last of @row's ancestors, which were its own. */
static __always_inline void ancestors_add(struct tetra_proc *row, __u32 forker_tgid)
{
	__u32 i;

#pragma clang loop unroll(full)
	for (i = TETRA_PROC_ANCESTORS - 1; i; i--)
		row->ancestors[i] = row->ancestors[i - 1];
	row->ancestors[0] = forker_tgid;
}

/* @row is a copy of the forker's; @flags: TETRA_PROC_IN_INIT_TREE or 0. */
static __always_inline void child_row(const struct child *child, struct tetra_proc *row,
				      __u32 flags)
{
	row->parent_stamp = child->parent_stamp;
	row->parent_tgid = child->parent_tgid;
	row->stamp = child->start;
	row->start = child->start;
	row->ns_tgid = child->ns_tgid;
	row->flags = flags | (row->flags & FORK_KEEPS);
	if (marks_exist())
		row->pid_marks |= proc_pid_marks(child->tgid, child->ns_tgid);
}

static __always_inline void child_record(const struct child *child,
					 const struct tetra_proc *parent, __u32 flags)
{
	struct tetra_record_fork record;

	head_fill(&record.head, TETRA_RECORD_FORK, sizeof(record), child->tgid,
		  child->start, child->start);
	record.head.flags = (parent ? 0 : TETRA_EXEC_NO_PARENT) |
			    (flags ? TETRA_EXEC_IN_INIT_TREE : 0);
	record.parent_stamp = child->parent_stamp;
	record.parent_tgid = child->parent_tgid;
	record.ns_tgid = child->ns_tgid;
	if (bpf_ringbuf_output(&tetra_ring, &record, sizeof(record), 0) < 0)
		loss_count(TETRA_LOST_RING);
}

/* The address of the task that leads @task's process, as a number. */
static __always_inline __u64 leader_address(struct task_struct *task)
{
	return (__u64)BPF_CORE_READ(task, group_leader);
}

/*
 * The row and the record of the process that is led by the task at @leader, if they are missing
 * because the probe was skipped: 1 if so. The row that was kept may be older than the newest
 * marks; a commit that makes one calls this for all tasks (the iterator), and knows.
 */
__noinline int fork_settle(__u64 leader)
{
	struct task_struct *task = (void *)leader, *above;
	struct tetra_proc *row, *parent;
	struct child child;
	__u32 flags;

	if (!cfg.keeps_forks)
		return 0;
	row = bpf_map_lookup_elem(&tetra_forks, &leader);
	if (!row)
		return 0;
	above = BPF_CORE_READ(task, real_parent, group_leader);
	child.start = BPF_CORE_READ(task, start_boottime);
	child.parent_stamp = BPF_CORE_READ(above, start_boottime);
	child.tgid = BPF_CORE_READ(task, tgid);
	child.parent_tgid = BPF_CORE_READ(above, tgid);
	child.ns_tgid = task_ns_tgid(task);
	parent = proc_find_own(child.parent_tgid, child.parent_stamp);
	if (parent)
		child.parent_stamp = parent->stamp;
	flags = row->flags & TETRA_PROC_IN_INIT_TREE;
	if (child.ns_tgid == 1)
		flags = TETRA_PROC_IN_INIT_TREE;
	if (row->marking != (__u16)marking_get())
		row->flags |= TETRA_PROC_MARKS_UNKNOWN;
	child_row(&child, row, flags);
	proc_put(child.tgid, row, BPF_NOEXIST);
	if ((int)bpf_map_delete_elem(&tetra_forks, &leader) == 0)
		child_record(&child, parent, flags);
	return 1;
}

#endif
