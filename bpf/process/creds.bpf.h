/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an exec does to a process's privileges. It is seen when both the old and the new
 * credentials exist, before the exec's record, which includes it. Part of the process
 * programs; loaded only if the session asks for it.
 */
#ifndef TETRA_BPF_CREDS_H
#define TETRA_BPF_CREDS_H

#include "bpf/process/task.bpf.h"

struct exec_gain {
	__u64 exec_id; /* task_struct.self_exec_id: detects an exec that did not finish */
	__u32 privileges; /* TETRA_EXEC_SETUID... */
	__u32 reserved;
};

/*
 * Execs in progress that change privileges: thread group -> what changes. Written and removed
 * by programs, within one system call. Full: not reported, counted as LOST_PROCESS.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct exec_gain));
} tetra_gains SEC(".maps");

static __always_inline __u64 caps_permitted(const struct cred *cred)
{
	__u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_permitted);
	return caps;
}

static __always_inline __u64 caps_ambient(const struct cred *cred)
{
	__u64 caps = 0;

	bpf_core_read(&caps, sizeof(caps), &cred->cap_ambient);
	return caps;
}

/* Raised: only if the kernel itself considers the exec privileged. */
static __always_inline __u32 privileges_raised(const struct cred *old,
					       const struct cred *new)
{
	__u32 euid = BPF_CORE_READ(new, euid.val), raised = 0;

	if (caps_permitted(new) & ~caps_permitted(old) && !caps_ambient(new) &&
	    euid == BPF_CORE_READ(old, euid.val))
		raised |= TETRA_EXEC_RAISED_CAPS;
	if (BPF_CORE_READ(new, uid.val) && !euid)
		raised |= TETRA_EXEC_RAISED_UID;
	if (BPF_CORE_READ(new, gid.val) && !BPF_CORE_READ(new, egid.val))
		raised |= TETRA_EXEC_RAISED_GID;
	return raised;
}

SEC("tetra/creds")
int tetra_creds(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct linux_binprm *binprm = (void *)ctx[0];
	const struct cred *old = BPF_CORE_READ(task, cred),
			  *new = BPF_CORE_READ(binprm, cred);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct exec_gain gain = { .exec_id = BPF_CORE_READ(task, self_exec_id) };

	if (BPF_CORE_READ(new, euid.val) != BPF_CORE_READ(old, euid.val))
		gain.privileges |= TETRA_EXEC_SETUID;
	if (BPF_CORE_READ(new, egid.val) != BPF_CORE_READ(old, egid.val))
		gain.privileges |= TETRA_EXEC_SETGID;
	if (BPF_CORE_READ(binprm, per_clear))
		gain.privileges |= privileges_raised(old, new);
	if (gain.privileges &&
	    (int)bpf_map_update_elem(&tetra_gains, &tgid, &gain, BPF_ANY) < 0)
		loss_count(TETRA_LOST_PROCESS);
	return 0;
}

/* Of the exec that @task is finishing. */
static __always_inline __u32 exec_privileges(struct task_struct *task, __u32 tgid)
{
	struct exec_gain *gain = bpf_map_lookup_elem(&tetra_gains, &tgid);
	__u32 privileges;

	if (!gain)
		return 0;
	privileges =
		gain->exec_id == BPF_CORE_READ(task, self_exec_id) ? gain->privileges : 0;
	bpf_map_delete_elem(&tetra_gains, &tgid);
	return privileges;
}

#endif
