/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replan: when the kernel becomes preemptible, the next commit moves enforcement to where it
 * cannot be skipped, and new enforcement is rejected if nothing holds. Likewise when every user may
 * call bpf(2): then probes can be skipped, too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/vm/programs/rig.h"

#define KNOB	 "/sys/kernel/debug/sched/preempt"
#define BPF_KNOB "/proc/sys/kernel/unprivileged_bpf_disabled"

/* As a policy is written. */
/* clang-format off */
#define POLICY(name, mode, hook, action)				\
	RIG_HEAD_OF(name)				\
	"  options: [{name: policy-mode, value: " mode "}]\n"		\
	"  kprobes:\n  - {call: " hook ", syscall: false, selectors: "	\
	"[{matchBinaries: [{operator: In, values: [/tmp/lab/nobody]}], " \
	"matchActions: [{" action "}]}]}\n"
/* clang-format on */

#define KILL	 "action: Sigkill"
#define OVERRIDE "action: Override, argError: -1"

static void turn(const char *knob, const char *to)
{
	FILE *file = fopen(knob, "w");

	fact(file && fputs(to, file) >= 0 && fclose(file) == 0, "%s takes '%s'", knob,
	     to);
}

static void attached(struct tetra_session *session, const char *policy,
		     const char *wanted)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	int r = tetra_policy_get_hook_status(session, policy, 0, &status);

	fact(r == 0 && strcmp(status.attach, wanted) == 0, "'%s' is attached by %s (%s)",
	     policy, wanted, r == 0 ? status.attach : "?");
}

/* A policy that has no LSM hook behind it, and begins to enforce. */
static int enforce(struct tetra_session *session, const char *policy)
{
	struct tetra_txn *txn = rig_txn(session);

	fact(tetra_txn_set_mode(txn, policy, TETRA_MODE_ENFORCE, NULL) == 0,
	     "'%s' changes its mode", policy);
	return tetra_txn_commit(txn, NULL);
}

static int load(struct tetra_session *session, struct tetra_policy *policy)
{
	int r = tetra_policy_load(session, policy, NULL, NULL);

	tetra_policy_unref(policy);
	return r;
}

/* What held on a preemptible kernel is still there, and new policies are judged by what is true now. */
static void free_bpf(struct tetra_session *session)
{
	turn(BPF_KNOB, "0");
	fact(load(session, rig_policy(POLICY("late", "enforce", "tcp_shutdown", KILL))) ==
		     -EOPNOTSUPP,
	     "a kill by a probe is refused where every user may call bpf(2)");
	rig_load(session, rig_policy(POLICY("watch", "monitor", "tcp_shutdown", KILL)),
		 0);
	attached(session, "kill", "kprobe.multi");
	fact(rig_stats(session).bpf_free == 1, "the statistics say so");
	fact(rig_stats(session).lost_bpf_free == 1, "and that it was a change");
	turn(BPF_KNOB, "2");
	rig_load(session, rig_policy(POLICY("late", "enforce", "tcp_shutdown", KILL)), 0);
	attached(session, "late", "kprobe.multi");
	fact(rig_stats(session).bpf_free == 0, "the statistics say that it is over");
	fact(rig_stats(session).lost_bpf_free == 1, "still one change");
}

int main(int argc, char **argv)
{
	struct tetra_session *session = rig_session(NULL);

	rig_load(session, rig_policy(POLICY("kill", "enforce", "tcp_connect", KILL)), 0);
	rig_load(session,
		 rig_policy(POLICY("deny", "monitor", "security_inode_rename", OVERRIDE)),
		 0);
	attached(session, "kill", "fentry");
	attached(session, "deny", "fmod_ret");
	fact(enforce(session, "deny") == 0,
	     "a denial is enforced while nothing is skipped");
	rig_load(session,
		 rig_policy(POLICY("deny", "monitor", "security_inode_rename", OVERRIDE)),
		 TETRA_LOAD_REPLACE);

	turn(KNOB, "full");
	fact(enforce(session, "deny") == -EOPNOTSUPP,
	     "a denial that can be skipped is refused");
	rig_load(session, rig_policy(POLICY("other", "enforce", "tcp_close", KILL)), 0);
	attached(session, "other", "kprobe.multi");
	attached(session, "kill", "kprobe.multi");
	fact(rig_stats(session).preemption == TETRA_PREEMPTION_FULL,
	     "the statistics say so");
	fact(rig_stats(session).lost_preemptible == 1, "and that it was a change");
	free_bpf(session);
	turn(KNOB, "voluntary");
	tetra_session_free(session);
	return fact_close();
}
