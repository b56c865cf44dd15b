/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Properties of a task: credentials, namespaces, capabilities, its row in the process map. */
#ifndef TETRA_BPF_TASK_H
#define TETRA_BPF_TASK_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"

/* Ancestors that are tried if a process is not in the map. */
#define TASK_ANCESTORS 4

#define TASK_NS(type, field)                                                             \
	if (which == (type)) {                                                           \
		struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);                    \
                                                                                         \
		return BPF_CORE_READ(proxy, field, ns.inum);                             \
	}

/*
 * It works for no process. Before Linux 5.12, and stable kernels of that time, workers of io_uring
 * are kernel threads that have borrowed the memory of the process they work for.
 */
static __always_inline int task_is_kernels(struct task_struct *task)
{
	__u32 flags = BPF_CORE_READ(task, flags);

	return (flags & (PF_KTHREAD | PF_IO_WORKER)) == PF_KTHREAD;
}

static __always_inline struct pid_namespace *task_pid_ns(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid = {};

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 63]);
	return upid.ns;
}

/* A process's number in its innermost pid namespace; 0 in the root namespace. */
static __always_inline __u32 task_ns_tgid(struct task_struct *leader)
{
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid = {};

	if (!level)
		return 0;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 63]);
	return upid.nr;
}

/* Inode number of one namespace of the task, 0 if the kernel has none. */
static __always_inline __u32 task_namespace(struct task_struct *task, __u32 which)
{
	TASK_NS(TETRA_NS_UTS, uts_ns)
	TASK_NS(TETRA_NS_IPC, ipc_ns)
	TASK_NS(TETRA_NS_MNT, mnt_ns)
	TASK_NS(TETRA_NS_PID_FOR_CHILDREN, pid_ns_for_children)
	TASK_NS(TETRA_NS_NET, net_ns)
	TASK_NS(TETRA_NS_TIME, time_ns)
	TASK_NS(TETRA_NS_TIME_FOR_CHILDREN, time_ns_for_children)
	TASK_NS(TETRA_NS_CGROUP, cgroup_ns)
	if (which == TETRA_NS_PID) {
		struct pid_namespace *ns = task_pid_ns(task);

		return BPF_CORE_READ(ns, ns.inum);
	}
	if (which == TETRA_NS_USER)
		return BPF_CORE_READ(task, cred, user_ns, ns.inum);
	return 0;
}

static __always_inline __u64 task_capabilities(struct task_struct *task, __u32 set)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);

	__u64 value = 0;

	/* A set is eight bytes in all kernels, whatever its members are called. */
	if (set == TETRA_CAPSET_PERMITTED)
		bpf_core_read(&value, sizeof(value), &cred->cap_permitted);
	else if (set == TETRA_CAPSET_EFFECTIVE)
		bpf_core_read(&value, sizeof(value), &cred->cap_effective);
	else
		bpf_core_read(&value, sizeof(value), &cred->cap_inheritable);
	return value;
}

static __always_inline struct tetra_proc *proc_find(__u32 tgid)
{
	return bpf_map_lookup_elem(&tetra_procs, &tgid);
}

/* The row of a process, unless it is of an earlier process with the same number. */
static __always_inline struct tetra_proc *proc_find_own(__u32 tgid, __u64 start)
{
	struct tetra_proc *row = proc_find(tgid);

	return row && row->start == start ? row : 0;
}

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

/* The nearest known ancestor's row and id; the task itself is not in the map. */
static __always_inline struct tetra_proc *proc_find_ancestor(__u32 *ret_tgid)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tetra_proc *proc;
	__u32 i;

	for (i = 0; i < TASK_ANCESTORS; i++) {
		task = BPF_CORE_READ(task, real_parent);
		*ret_tgid = BPF_CORE_READ(task, tgid);
		proc = proc_find(*ret_tgid);
		if (proc)
			return proc;
	}
	return 0;
}

/* Inode number of the first pid namespace, in all kernels (PROC_PID_INIT_INO). */
#define PID_NS_FIRST 0xeffffffcu

/* The number of @pid, typed, in its innermost namespace, the @level-th; 0 in the root namespace. */
static __always_inline __u32 pid_number(struct pid *pid, __u32 level)
{
	struct upid upid = {};

	if (!level)
		return 0;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & 63]);
	return upid.nr;
}

#endif
