/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whose session this is: a policy that watches writes would otherwise see what its own events
 * are written with, and each event would be the cause of the next. Left out are the process
 * itself and those of its process group that belong to the same user, which are the readers of
 * its pipes. (Anybody of the same login session may enter a process group; to become somebody
 * else's real user takes a privilege.)
 *
 * All of it is constant: where nothing is to be left out, nothing is verified or run.
 */
#ifndef TETRA_BPF_OWN_H
#define TETRA_BPF_OWN_H

#include "bpf/common/task.bpf.h"

static __always_inline void own_count(void)
{
	/* Once a call: other programs of the hook point run for it too. */
	if (cfg.phase & TETRA_PHASE_EVENT)
		loss_count(TETRA_TALLY_OWN);
}

/* For runs whose rules match: most do not, and need not ask. */
static __always_inline int own_process(void)
{
	if (!cfg.own_tgid || bpf_get_current_pid_tgid() >> 32 != cfg.own_tgid)
		return 0;
	own_count();
	return 1;
}

/* Dearer: for runs whose rules match. */
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
