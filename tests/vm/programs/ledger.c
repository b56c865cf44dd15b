/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger [EVENTS]: a burst of events into a small ring without a reader, or with a slow one.
 * Afterwards every call is in exactly one column of the ledger, and every record that was sent
 * has become an event that was delivered or filtered.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define EVENTS	   1000000u
#define RING_BYTES (64u << 10)
/* Longer than a session waits before it looks for losses. */
#define SETTLE_MS 500

/* Offsets that lseek() is called with on no file at all: cheap, and told apart. */
#define OFFSET_POSTED  7001
#define OFFSET_SILENT  7002
#define OFFSET_LIMITED 7003
#define OFFSET_QUIET   7004

struct heard {
	uint64_t hooks, ends, errors;
	uint64_t lost_ring, lost_other;
	bool fails; /* the subscriber returns an error */
};

static struct heard heard;

static int on_hook(void *user, const struct tetra_event *event)
{
	heard.hooks++;
	if (!heard.fails)
		return 0;
	heard.errors++;
	return -1;
}

static int on_end(void *user, const struct tetra_event *event)
{
	uint64_t n = 0;
	const char *cause = tetra_event_get_lost(event, &n);

	heard.ends++;
	if (!cause)
		return 0;
	if (strcmp(cause, "ring") == 0)
		heard.lost_ring += n;
	else
		heard.lost_other += n;
	return 0;
}

static struct tetra_policy *policy_ledger(void)
{
	return rig_policy(RIG_HEAD_OF("ledger") RIG_SEEKS RIG_OFFSET("Equal") RIG_OFFSET(
				  "Equal") "      matchActions:\n"
					   "      - action: NoPost\n" RIG_OFFSET(
						   "Equal") "      matchActions:\n"
							    "      - action: Post\n"
							    "        rateLimit: 10m\n",
			  OFFSET_POSTED, OFFSET_SILENT, OFFSET_LIMITED);
}

/* On the same hook, and no subscriber wants its events. */
static struct tetra_policy *policy_quiet(void)
{
	return rig_policy(RIG_HEAD_OF("quiet") RIG_SEEKS RIG_OFFSET("Equal"),
			  OFFSET_QUIET);
}

static void subscribe(struct tetra_session *session)
{
	struct tetra_filter *hooks, *ends;
	int r = tetra_filter_new(&hooks);

	r = r < 0 ? r : tetra_filter_new(&ends);
	r = r < 0 ? r : tetra_filter_add_policy(hooks, "ledger");
	r = r < 0 ? r : tetra_filter_add_kind(ends, TETRA_EVENT_EXEC);
	r = r < 0 ? r : tetra_filter_add_kind(ends, TETRA_EVENT_EXIT);
	r = r < 0 ? r : tetra_filter_add_kind(ends, TETRA_EVENT_LOST);
	r = r < 0 ? r : tetra_subscribe(session, hooks, on_hook, NULL, NULL);
	r = r < 0 ? r : tetra_subscribe(session, ends, on_end, NULL, NULL);
	if (!fact_equal(r, 0, "two subscribers with different filters"))
		exit(EXIT_FAILURE);
	tetra_filter_unref(hooks);
	tetra_filter_unref(ends);
}

/* Of ten calls one each is silent, limited, and quiet; seven are sent. */
static const int burst_offsets[] = {
	OFFSET_POSTED, OFFSET_POSTED, OFFSET_SILENT, OFFSET_POSTED,  OFFSET_POSTED,
	OFFSET_QUIET,  OFFSET_POSTED, OFFSET_POSTED, OFFSET_LIMITED, OFFSET_POSTED,
};
#define BURST_ROUND (sizeof(burst_offsets) / sizeof(burst_offsets[0]))

static pid_t burst_start(unsigned int n)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (unsigned int i = 0; i < n; i++)
		(void)lseek(-1, burst_offsets[i % BURST_ROUND], SEEK_SET);
	_exit(0);
}

static bool burst_has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid;
}

static void settle(struct tetra_session *session)
{
	int64_t end = rig_now_ms() + SETTLE_MS;

	while (rig_now_ms() < end)
		(void)tetra_session_poll(session, SETTLE_MS / 10);
}

static void counts_check(const struct tetra_counts *counts, uint64_t calls,
			 const char *name)
{
	fact_told(counts->matched, calls, "%s: calls that matched", name);
	fact_equal(counts->posted + counts->not_posted + counts->rate_limited +
			   counts->lost,
		   counts->matched,
		   "%s: posted %" PRIu64 " + not_posted %" PRIu64
		   " + rate_limited %" PRIu64 " + lost %" PRIu64 " = matched",
		   name, counts->posted, counts->not_posted, counts->rate_limited,
		   counts->lost);
}

static void books_check(struct tetra_session *session, unsigned int n)
{
	struct tetra_counts ledger = rig_counts(session, "ledger");
	struct tetra_counts quiet = rig_counts(session, "quiet");
	struct tetra_session_stats stats = rig_stats(session);
	uint64_t round = n / BURST_ROUND;

	counts_check(&ledger, round * 9, "ledger");
	counts_check(&quiet, round, "quiet");
	fact_told(ledger.not_posted, round, "NoPost");
	/* The rate is one thread's: one call of each of the two children. */
	fact_told(ledger.rate_limited + 2, round, "all but two are above the rate");
	fact(ledger.lost > 0, "the ring was too small");
	fact_equal(heard.hooks, ledger.posted, "events of the policy, all delivered");
	fact_equal(stats.filtered, quiet.posted, "events that nobody wanted");
	fact_equal(stats.delivered, heard.hooks + heard.ends, "events delivered");
	fact(stats.records >= ledger.posted + quiet.posted &&
		     stats.records <= stats.delivered + stats.filtered + 16,
	     "records read: %" PRIu64, stats.records);
	fact_equal(heard.lost_ring, stats.lost_ring,
		   "LOST events name what found no room");
	/* Events of processes can find it full as well: the child's exit. */
	fact(stats.lost_ring >= ledger.lost + quiet.lost &&
		     stats.lost_ring <= ledger.lost + quiet.lost + 16,
	     "the ring's losses (%" PRIu64 ") are the policies' (%" PRIu64 ")",
	     stats.lost_ring, ledger.lost + quiet.lost);
	if (stats.lost_recursion) {
		fact_told(0, stats.lost_recursion, "runs of programs");
		return;
	}
	fact_equal(heard.lost_other + stats.lost_scratch + stats.lost_process +
			   stats.lost_fragment + stats.lost_decode + stats.lost_memory,
		   0, "losses of other causes");
}

/* First nobody reads at all, then somebody who is too slow. */
static void burst(struct tetra_session *session, unsigned int n)
{
	int64_t begin = rig_now_ms();
	pid_t pid = burst_start(n / 2);

	while (!burst_has_ended(pid))
		usleep(20000);
	pid = burst_start(n - n / 2);
	while (!burst_has_ended(pid)) {
		(void)tetra_session_dispatch(session, 50);
		usleep(20000);
	}
	settle(session);
	printf("     %u calls in %" PRId64 " ms\n", n, rig_now_ms() - begin);
}

/* Each dispatch stops at an error, and no event is lost by it. */
static void failing_subscriber(struct tetra_session *session)
{
	uint64_t hooks = heard.hooks, ends = heard.ends;
	int stopped = 0;
	int64_t end;
	pid_t pid;

	settle(session);
	hooks = heard.hooks;
	ends = heard.ends;
	heard.fails = true;
	pid = burst_start(BURST_ROUND);
	waitpid(pid, NULL, 0);
	for (end = rig_now_ms() + SETTLE_MS; rig_now_ms() < end;)
		stopped += tetra_session_poll(session, SETTLE_MS / 10) == -ECANCELED;
	heard.fails = false;
	fact_told(heard.hooks - hooks, 8,
		  "a subscriber that fails still gets all events");
	fact_equal(stopped, heard.errors, "each error stopped a dispatch");
	fact_told(heard.ends - ends, 1, "the other subscriber gets its event as well");
}

static int on_any(void *user, const struct tetra_event *event)
{
	uint64_t *n = user;

	++*n;
	return 0;
}

/* The event that stops the dispatch reaches those behind the one that asked for it. */
static void failing_first(struct tetra_session *session)
{
	struct tetra_filter *filter = NULL;
	struct tetra_sub *sub = NULL;
	uint64_t n = 0, hooks = heard.hooks;
	int64_t end;
	int r = tetra_filter_new(&filter);

	r = r < 0 ? r : tetra_filter_add_policy(filter, "ledger");
	r = r < 0 ? r : tetra_subscribe(session, filter, on_any, &n, &sub);
	fact_equal(r, 0, "a third subscriber, for the same events");
	tetra_filter_unref(filter);
	heard.fails = true;
	waitpid(burst_start(BURST_ROUND), NULL, 0);
	r = 0;
	for (end = rig_now_ms() + SETTLE_MS; r != -ECANCELED && rig_now_ms() < end;)
		r = tetra_session_poll(session, SETTLE_MS / 10);
	fact_equal(r, -ECANCELED, "dispatch says that it was stopped");
	fact_equal(heard.hooks - hooks, 1, "it stopped after one event");
	fact_equal(n, 1, "which the third subscriber has got");
	heard.fails = false;
	settle(session);
	fact_equal(n, heard.hooks - hooks, "the rest follows, to both");
	tetra_unsubscribe(sub);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : EVENTS;
	struct tetra_session_opts opts = { .size = sizeof(opts),
					   .flags = TETRA_SESSION_QUIET_START,
					   .ring_bytes = RING_BYTES };
	struct tetra_session *session = rig_session(&opts);

	n -= n % (2 * BURST_ROUND);
	subscribe(session);
	settle(session);
	rig_load(session, policy_ledger(), 0);
	rig_load(session, policy_quiet(), 0);
	burst(session, n);
	books_check(session, n);
	failing_subscriber(session);
	failing_first(session);
	rig_end(session);
	return fact_close();
}
