/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack [COMMITS [moves]]: the rule set changes with every commit, and every state of it
 * forbids one act. Two processes try that act continuously: no attempt may succeed. With
 * "moves" each commit moves the rule from one hook to another, so that programs are added and
 * removed.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define COMMITS	  2000u
#define ATTACKERS 2
/* On average, at least. */
#define ATTEMPTS_A_COMMIT 20u
/* More than 64 rules: beyond a word, the programs evaluate them in another way. */
#define MANY_RULES 70u
#define MANY_EVERY 50u
/* Of the process that commits, where the attackers have a processor besides its own: they would
 * otherwise have most of both, and most attempts would meet no commit. */
#define COMMITS_NICE -20

#define FOLDER "/tmp/lab/closed"
#define FILE_  FOLDER "/file"

enum phase {
	PHASE_CONTROL, /* no rules yet */
	PHASE_START,   /* the first commit is on its way: nothing counts */
	PHASE_ATTACK,  /* every state forbids the act */
	PHASE_OVER,
};

struct tally {
	uint64_t attempts, denied, successes, other;
};

struct shared {
	uint32_t phase;
	uint32_t commits;	   /* done so far */
	uint32_t hole, hole_until; /* around the last success under attack */
	struct tally control[ATTACKERS], attack[ATTACKERS];
} * shared;

static uint32_t phase_get(void)
{
	return __atomic_load_n(&shared->phase, __ATOMIC_SEQ_CST);
}

static void phase_set(uint32_t phase)
{
	__atomic_store_n(&shared->phase, phase, __ATOMIC_SEQ_CST);
}

static void tally_add(struct tally *tally, int error)
{
	tally->attempts++;
	if (error == EPERM)
		tally->denied++;
	else if (error == 0)
		tally->successes++;
	else
		tally->other++;
}

static void attacker_run(unsigned int number)
{
	uint32_t phase;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The session waits for processors that it shares with two endless loops. */
	(void)nice(10);
	/* An attempt belongs to the phase in which it began. */
	while ((phase = phase_get()) != PHASE_OVER) {
		uint32_t before = __atomic_load_n(&shared->commits, __ATOMIC_SEQ_CST);
		int error = rig_open_errno(FILE_);

		if (phase == PHASE_CONTROL)
			tally_add(&shared->control[number], error);
		if (phase == PHASE_ATTACK)
			tally_add(&shared->attack[number], error);
		if (phase == PHASE_ATTACK && !error) {
			shared->hole = before;
			shared->hole_until =
				__atomic_load_n(&shared->commits, __ATOMIC_SEQ_CST);
		}
	}
	_exit(0);
}

/* A rule more than others need, in each state another one. */
static struct tetra_policy *policy_prefix(const char *name, unsigned int i)
{
	return rig_policy(RIG_DENY "    - matchArgs:\n"
				   "      - index: 0\n"
				   "        operator: Prefix\n"
				   "        values: ['/tmp/lab/elsewhere-%u/']\n",
			  name, FOLDER "/", i);
}

static struct tetra_policy *policy_equal(const char *name, unsigned int i)
{
	return rig_policy(RIG_DENY "    - matchArgs:\n"
				   "      - index: 0\n"
				   "        operator: Equal\n"
				   "        values: ['%s', '/tmp/lab/other-%u']\n"
				   "      matchActions:\n"
				   "      - action: Override\n"
				   "        argError: -1\n",
			  name, "/tmp/lab/nowhere/", FILE_, i);
}

/* Stands beside the others on the same hook, and speaks of other files. */
static struct tetra_policy *policy_beside(const char *name, unsigned int i)
{
	char prefix[64];

	snprintf(prefix, sizeof(prefix), "/tmp/lab/beside-%u/", i);
	return rig_policy(RIG_DENY, name, prefix);
}

static struct tetra_policy *policy_many(unsigned int number)
{
	char name[32], prefix[64];

	snprintf(name, sizeof(name), "many-%u", number);
	snprintf(prefix, sizeof(prefix), "/tmp/lab/many-%u/", number);
	return rig_policy(RIG_DENY, name, prefix);
}

static int txn_load(struct tetra_txn *txn, struct tetra_policy *policy)
{
	return rig_txn_load(txn, policy, TETRA_LOAD_REPLACE);
}

static int change_many(struct tetra_txn *txn, bool add)
{
	int r = 0;

	for (unsigned int i = 0; i < MANY_RULES && r == 0; i++) {
		char name[32];

		snprintf(name, sizeof(name), "many-%u", i);
		r = add ? txn_load(txn, policy_many(i))
			: tetra_txn_unload(txn, name, NULL);
	}
	return r;
}

/*
 * One step of a round of eight: after each, one of "first" and "second" forbids the act.
 * "first" alone in another form; "beside" comes; "second" takes the place of "first" in
 * one transaction; "beside" changes and goes; "first" comes in front of both; and so on.
 */
static int change(struct tetra_txn *txn, unsigned int i)
{
	int r;

	switch (i % 8) {
	case 0:
		return txn_load(txn, policy_prefix("first", i));
	case 1:
		return txn_load(txn, policy_beside("beside", i));
	case 2:
		r = tetra_txn_unload(txn, "first", NULL);
		return r < 0 ? r : txn_load(txn, policy_equal("second", i));
	case 3:
		r = tetra_txn_set_enabled(txn, "beside", 0, NULL);
		return r < 0 ? r : txn_load(txn, policy_prefix("second", i));
	case 4:
		return tetra_txn_unload(txn, "beside", NULL);
	case 5:
		return txn_load(txn, policy_equal("first", i));
	case 6:
		r = tetra_txn_unload(txn, "second", NULL);
		return r < 0 ? r : txn_load(txn, policy_prefix("first", i));
	default:
		return txn_load(txn, policy_equal("first", i));
	}
}

#define MOVES_LSM RIG_DENY_ON("  lsmhooks:\n  - hook: file_open\n")

static int change_hook(struct tetra_txn *txn, unsigned int i)
{
	const char *format = i % 2 ? MOVES_LSM : RIG_DENY;

	return txn_load(txn, rig_policy(format, "mover", FOLDER "/"));
}

static bool moves;

static int commit(struct tetra_session *session, unsigned int i)
{
	struct tetra_txn *txn = rig_txn(session);
	int r = moves ? change_hook(txn, i) : change(txn, i);

	if (r == 0 && moves)
		return rig_commit(txn);
	if (r == 0 && i % MANY_EVERY == MANY_EVERY - 2)
		r = change_many(txn, true);
	if (r == 0 && i % MANY_EVERY == MANY_EVERY - 1)
		r = change_many(txn, false);
	if (r < 0) {
		tetra_txn_free(txn);
		return r;
	}
	return rig_commit(txn);
}

static struct tally tally_sum(const struct tally *tallies)
{
	struct tally sum = { 0 };

	for (int i = 0; i < ATTACKERS; i++) {
		sum.attempts += tallies[i].attempts;
		sum.denied += tallies[i].denied;
		sum.successes += tallies[i].successes;
		sum.other += tallies[i].other;
	}
	return sum;
}

static void attackers_start(pid_t *pids)
{
	for (unsigned int i = 0; i < ATTACKERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			attacker_run(i);
		if (pids[i] < 0)
			exit(EXIT_FAILURE);
	}
}

static void attackers_stop(const pid_t *pids)
{
	int status;

	phase_set(PHASE_OVER);
	for (int i = 0; i < ATTACKERS; i++)
		fact(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
		     "attacker %d ended in order", i);
}

static void campaign(struct tetra_session *session, unsigned int n)
{
	int64_t begin = rig_now_ms();
	unsigned int i, n_open = 0;
	int r = 0;

	phase_set(PHASE_START);
	for (i = 0; i < n && r == 0; i++) {
		r = commit(session, i);
		__atomic_store_n(&shared->commits, i + 1, __ATOMIC_SEQ_CST);
		if (i == 0)
			phase_set(PHASE_ATTACK);
		/* Who changes the rules is bound by them as well. */
		if (r == 0 && rig_open_errno(FILE_) != EPERM && n_open++ == 0)
			fact(false, "commit %u does not deny", i);
		/* Nobody listens; the records make room. */
		(void)tetra_session_dispatch(session, 0);
		rig_step("commit", i + 1, n);
	}
	fact_equal(r, 0, "no commit failed");
	fact_equal(rig_stats(session).commits, n, "commits in force");
	fact_equal(n_open, 0, "commits after which the act works");
	printf("     %" PRId64 " ms\n", rig_now_ms() - begin);
}

static void report(unsigned int n)
{
	struct tally control = tally_sum(shared->control);
	struct tally attack = tally_sum(shared->attack);

	printf("     control: %" PRIu64 " attempts, %" PRIu64 " successes\n",
	       control.attempts, control.successes);
	printf("     attack: %" PRIu64 " attempts, %" PRIu64 " denied, %" PRIu64
	       " successes\n",
	       attack.attempts, attack.denied, attack.successes);
	if (attack.successes)
		printf("     the last success began after %u commits and ended after %u\n",
		       shared->hole, shared->hole_until);
	fact(control.successes && control.successes == control.attempts,
	     "without a policy every attempt succeeds");
	for (int i = 0; i < ATTACKERS; i++)
		fact(shared->attack[i].denied > 0, "attacker %d was denied", i);
	fact(attack.attempts >= ATTEMPTS_A_COMMIT * n, "%u attempts for each commit",
	     ATTEMPTS_A_COMMIT);
	fact_equal(attack.successes, 0, "successes under attack");
	fact_equal(attack.other, 0, "attempts that ended otherwise");
	fact_equal(attack.attempts, attack.denied, "attempts, all of them denied");
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : COMMITS;
	struct tetra_session *session;
	pid_t pids[ATTACKERS];

	moves = argc > 2 && strcmp(argv[2], "moves") == 0;
	rig_file(FOLDER, FILE_);
	shared = rig_share(sizeof(*shared));
	attackers_start(pids);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
	    setpriority(PRIO_PROCESS, 0, COMMITS_NICE) < 0)
		exit(EXIT_FAILURE);
	while (!shared->control[0].attempts || !shared->control[1].attempts)
		usleep(1000);
	session = rig_session(NULL);
	campaign(session, n);
	attackers_stop(pids);
	report(n);
	fact_equal(rig_open_errno(FILE_), EPERM, "the last state denies");
	tetra_session_free(session);
	fact_equal(rig_open_errno(FILE_), 0, "after the session the act works again");
	return fact_close();
}
