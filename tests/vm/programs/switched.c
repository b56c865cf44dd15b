/* SPDX-License-Identifier: Apache-2.0 */
/*
 * switched: while ftrace is switched off nothing new can be loaded; policies can be removed,
 * the statistics say what is off, and everything continues when it is on again.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define KNOB "/proc/sys/kernel/ftrace_enabled"
/* The longest that the library may take to notice. */
#define NOTICE_MS 10000

static void ftrace_switch(const char *to)
{
	FILE *file = fopen(KNOB, "w");

	fact(file && fputs(to, file) >= 0 && fclose(file) == 0, "ftrace_enabled takes %s",
	     to);
}

/* Until the statistics say so. */
static void noticed(struct tetra_session *session, uint64_t off)
{
	int64_t end = rig_now_ms() + NOTICE_MS;

	while (rig_stats(session).switched_off != off && rig_now_ms() < end)
		(void)tetra_session_poll(session, 100);
	fact_equal((int64_t)rig_stats(session).switched_off, (int64_t)off,
		   "the statistics say what is off");
}

static int load(struct tetra_session *session, const char *name)
{
	struct tetra_policy *policy = rig_policy(RIG_DENY, name, "/tmp/lab/secret/");
	int r = tetra_policy_load(session, policy, NULL, NULL);

	tetra_policy_unref(policy);
	return r;
}

int main(int argc, char **argv)
{
	struct tetra_session *session = rig_session(NULL);

	fact(load(session, "first") == 0, "a policy is in force");
	ftrace_switch("0");
	noticed(session, TETRA_SWITCH_FTRACE);
	fact_equal((int64_t)rig_stats(session).lost_ftrace_off, 1,
		   "and that it was once");
	fact(load(session, "second") == -EOPNOTSUPP, "another policy is refused");
	fact(tetra_policy_unload(session, "first", NULL) == 0,
	     "the first can be taken away");
	ftrace_switch("1");
	noticed(session, 0);
	fact(load(session, "second") == 0, "then the other one is taken");
	fact_equal((int64_t)rig_stats(session).lost_ftrace_off, 1, "still once");
	tetra_session_free(session);
	return fact_close();
}
