/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The session's own processes: a policy that watches writes would otherwise see its own events
 * being written, and each event would cause the next. Skipped are the process itself and those
 * of its process group that belong to the same user, such as the readers of its pipes. (Any
 * process of the same login session may enter a process group; changing to another real user
 * requires a privilege.)
 *
 * All of it is constant: if nothing is skipped, nothing is verified or run.
 */
#ifndef TETRA_BPF_OWN_H
#define TETRA_BPF_OWN_H

#include "bpf/process/task.bpf.h"

static __always_inline void own_count(void)
{
	/* Count a call once: other programs of the hook point run for it too. */
	if (cfg.phase & TETRA_PHASE_EVENT)
		loss_count(TETRA_TALLY_OWN);
}

/* For runs whose rules match: most do not, and skip this check. */
static __always_inline int own_process(void)
{
	if (!cfg.own_tgid || bpf_get_current_pid_tgid() >> 32 != cfg.own_tgid)
		return 0;
	own_count();
	return 1;
}

/* More expensive: for runs whose rules match. */
static __always_inline int own_group(void)
{
	struct task_struct *task;
	struct pid *group;

	if (!cfg.own_pgid)
		return 0;
	task = (void *)bpf_get_current_task();
	group = BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]);
	if (BPF_CORE_READ(group, numbers[0].nr) != cfg.own_pgid ||
	    BPF_CORE_READ(task, real_cred, uid.val) != cfg.own_uid)
		return 0;
	own_count();
	return 1;
}

#endif
