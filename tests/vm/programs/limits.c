/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: rate limits of more values than there is room for, and what a session skips because
 * it did it itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

/* Offsets that the policy watches. */
#define FIRST 1000000
#define FEW   8000
#define MANY  60000
/* Values that were seen last are remembered. */
#define RECENT 1000

#define OWN_CALLS 50

static uint64_t n_events;

static int on_event(void *user, const struct tetra_event *event)
{
	n_events += tetra_event_get_kind(event) == TETRA_EVENT_KPROBE;
	return 0;
}

static struct tetra_policy *policy_lseek(const char *name, const char *action)
{
	return rig_policy(RIG_HEAD RIG_SEEKS RIG_OFFSET("GT") "      matchActions:\n"
							      "      - action: Post\n%s",
			  name, FIRST - 1, action);
}

static void drain(struct tetra_session *session)
{
	while (tetra_session_poll(session, 300) > 0)
		;
}

/* A call for each value from @first on; what came of them. */
static struct tetra_counts calls(struct tetra_session *session, const char *policy,
				 uint32_t first, uint32_t n)
{
	struct tetra_counts before = rig_counts(session, policy), after;

	for (uint32_t i = 0; i < n; i++) {
		(void)lseek(-1, FIRST + first + i, SEEK_SET);
		if (i % 1000 == 999)
			(void)tetra_session_dispatch(session, 0);
	}
	drain(session);
	after = rig_counts(session, policy);
	after.matched -= before.matched;
	after.posted -= before.posted;
	after.rate_limited -= before.rate_limited;
	after.lost -= before.lost;
	return after;
}

/* At least so many. */
static void told_most(uint64_t got, uint64_t least, const char *what)
{
	fact_told(got < least ? got : least, least, "%s, %" PRIu64, what, got);
}

static void rates(struct tetra_session *session)
{
	struct tetra_counts counts;
	uint64_t forgotten;

	rig_load(session, policy_lseek("rates", "        rateLimit: 1h\n"), 0);
	counts = calls(session, "rates", 0, FEW);
	fact_told(counts.posted, FEW, "the first event of each value is sent");
	counts = calls(session, "rates", 0, FEW);
	fact_told(counts.rate_limited, FEW, "no second one");
	fact_equal(rig_stats(session).rate_forgotten, 0, "nothing was forgotten");
	counts = calls(session, "rates", FEW, MANY);
	fact_told(counts.posted, MANY, "more values than there is room for");
	forgotten = rig_stats(session).rate_forgotten;
	fact(forgotten > (FEW + MANY) / 4 && forgotten < FEW + MANY,
	     "%" PRIu64 " limits were forgotten, and counted", forgotten);
	counts = calls(session, "rates", FEW + MANY - RECENT, RECENT);
	told_most(counts.rate_limited, RECENT * 99 / 100,
		  "the latest values are remembered");
	counts = calls(session, "rates", 0, RECENT);
	told_most(counts.posted, RECENT * 9 / 10, "the oldest are forgotten");
	fact_equal(counts.matched, counts.posted + counts.rate_limited + counts.lost,
		   "the books are in order");
	fact_equal(tetra_policy_unload(session, "rates", NULL), 0, "unload");
}

/* In a child: of this process group, or of its own; of this user or of another one. */
static void child_calls(bool same_group, uid_t uid)
{
	pid_t pid = fork();

	if (pid == 0) {
		if ((!same_group && setpgid(0, 0) < 0) || (uid && setuid(uid) < 0))
			_exit(1);
		for (int i = 0; i < OWN_CALLS; i++)
			(void)lseek(-1, FIRST + i, SEEK_SET);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

struct own_row {
	uint32_t flags;
	bool self, group; /* seen */
};

static uint64_t matched(struct tetra_session *session)
{
	drain(session);
	return rig_counts(session, "own").matched;
}

static void own_row(const struct own_row *row)
{
	struct tetra_session_opts opts = {
		.size = sizeof(opts), .flags = row->flags | TETRA_SESSION_QUIET_START
	};
	struct tetra_session *session = rig_session(&opts);
	uint64_t seen = 0, wanted = 0;

	tetra_subscribe(session, NULL, on_event, NULL, NULL);
	rig_load(session, policy_lseek("own", ""), 0);
	printf("     flags %u\n", row->flags);
	(void)calls(session, "own", 0, OWN_CALLS);
	wanted += row->self ? OWN_CALLS : 0;
	fact_told(matched(session), wanted, "calls of its own that match");
	child_calls(true, 0);
	wanted += row->group ? OWN_CALLS : 0;
	fact_told(matched(session), wanted, "and those of its process group");
	seen = rig_stats(session).skipped_own;
	fact_told(seen + wanted, 2 * OWN_CALLS, "the others were left out, and counted");
	child_calls(true, 1000);
	fact_told(matched(session), wanted += OWN_CALLS,
		  "another user in the group is seen");
	child_calls(false, 0);
	fact_told(matched(session), wanted += OWN_CALLS, "another group is seen");
	fact_equal(rig_stats(session).skipped_own, seen, "nothing more was left out");
	rig_end(session);
}

/* Processes that are ending get no signals: what did not happen is not counted as done. */
static void refused_signals(struct tetra_session *session)
{
	uint64_t before = rig_stats(session).signals_failed;

	rig_load(session,
		 rig_policy("apiVersion: cilium.io/v1alpha1\n"
			    "kind: TracingPolicy\n"
			    "metadata: {name: late}\n"
			    "spec:\n"
			    "  kprobes:\n"
			    "  - call: exit_files\n"
			    "    syscall: false\n"
			    "    selectors:\n"
			    "    - matchActions: [{action: Sigkill}]\n"),
		 0);
	child_calls(true, 0);
	drain(session);
	fact(rig_counts(session, "late").matched > 0, "a process ends");
	fact_equal(rig_counts(session, "late").signalled, 0, "it is not killed");
	fact_equal(rig_stats(session).signals_failed - before,
		   rig_counts(session, "late").matched,
		   "and each signal is counted as failed");
	fact_equal(tetra_policy_unload(session, "late", NULL), 0, "unload");
}

/* A policy that follows the children of so many programs: what loading it returns. */
static int roots_load(struct tetra_session *session, unsigned int n,
		      unsigned int *ret_findings)
{
	struct tetra_policy *policy;
	struct tetra_diag *diag;
	char *values = NULL;
	size_t bytes;
	FILE *text = open_memstream(&values, &bytes);
	int r;

	for (unsigned int i = 0; i < n; i++)
		fprintf(text, "%s/nowhere/%u", i ? ", " : "", i);
	fclose(text);
	policy =
		rig_policy("apiVersion: cilium.io/v1alpha1\n"
			   "kind: TracingPolicy\n"
			   "metadata: {name: roots}\n"
			   "spec:\n"
			   "  lsmhooks:\n"
			   "  - hook: file_open\n"
			   "    selectors:\n"
			   "    - matchBinaries:\n"
			   "      - {operator: In, followChildren: true, values: [%s]}\n",
			   values);
	free(values);
	if (tetra_diag_new(&diag) < 0)
		exit(EXIT_FAILURE);
	r = tetra_policy_load(session, policy, NULL, diag);
	*ret_findings = tetra_diag_count(diag, TETRA_SEVERITY_ERROR);
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
	return r;
}

/* TETRA_MAX_MARK_ROOTS. */
static void roots(struct tetra_session *session)
{
	unsigned int findings;

	fact_equal(roots_load(session, 1025, &findings), -E2BIG,
		   "1,025 programs to follow");
	fact_equal(findings, 1, "it is said");
	fact_equal(roots_load(session, 1024, &findings), 0, "1,024 programs to follow");
	fact_equal(tetra_policy_unload(session, "roots", NULL), 0, "unload");
}

int main(void)
{
	static const struct own_row rows[] = {
		{ 0, true, true },
		{ TETRA_SESSION_SKIP_SELF, false, true },
		{ TETRA_SESSION_SKIP_SELF | TETRA_SESSION_SKIP_GROUP, false, false },
	};
	struct tetra_session_opts opts = { .size = sizeof(opts), .ring_bytes = 4 << 20 };
	struct tetra_session *session = rig_session(&opts);

	/* Not that of the kernel's threads, which the first process leaves to its children. */
	fact(setpgid(0, 0) == 0 || getpgrp() == getpid(), "a process group of its own");
	tetra_subscribe(session, NULL, on_event, NULL, NULL);
	rates(session);
	refused_signals(session);
	roots(session);
	rig_end(session);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		own_row(&rows[i]);
	return fact_close();
}
