/* SPDX-License-Identifier: Apache-2.0 */
/*
 * innocents [N [ROUNDS]]: what a rule does not forbid works, no matter how busy the machine
 * is.
 *
 * N processes start at the same moment; each makes harmless calls to a hook that denies and to
 * one that kills, while two others keep the CPUs busy. So tasks are preempted inside the
 * programs, each holding its working memory. No harmless call may be denied, no process
 * killed, and no run may lack memory; and what is forbidden stays forbidden.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define PROCESSES 600u
#define ROUNDS	  3u
/* 600 * 3 * 20 = 36,000 */
#define CALLS 20u
#define HOGS  2

#define CLOSED "/tmp/lab/closed"
#define OPEN   "/tmp/lab/open"
#define DEADLY "/tmp/lab/deadly"

static struct shared {
	int go;
	uint32_t ready;
	uint64_t harmless, refused, forbidden, passed;
} * shared;

static void count(uint64_t *number)
{
	__atomic_fetch_add(number, 1, __ATOMIC_SEQ_CST);
}

static void moment_await(void)
{
	__atomic_fetch_add(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->go, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void innocent_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0,
			  0); /* the starter's, who goes first, is not ours */
	moment_await();
	for (unsigned int i = 0; i < CALLS; i++) {
		count(&shared->harmless);
		if (rig_open_errno(OPEN "/file") != 0)
			count(&shared->refused);
	}
	count(&shared->forbidden);
	if (rig_open_errno(CLOSED "/file") != EPERM)
		count(&shared->passed);
	_exit(EXIT_SUCCESS);
}

static void hog_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (volatile unsigned int i = 0;; i++)
		;
}

/* Returns how many of the crowd did not end in order. */
static unsigned int crowd(unsigned int n)
{
	unsigned int lost = 0;
	int status;

	shared->go = 0;
	shared->ready = 0;
	for (unsigned int i = 0; i < n; i++)
		rig_child(innocent_run);
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < n)
		usleep(2000);
	__atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->go, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
	for (unsigned int i = 0; i < n; i++) {
		if (wait(&status) < 0)
			exit(EXIT_FAILURE);
		lost += status != 0;
		rig_step("process", i + 1, n);
	}
	return lost;
}

/* A process that does what is deadly must die of it. */
static bool deadly_kills(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(rig_open_errno(DEADLY "/file"));
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

static void policies_load(struct tetra_session *session)
{
	rig_load(session, rig_policy(RIG_DENY, "denies", CLOSED "/"), 0);
	rig_load(session,
		 rig_policy(RIG_HEAD RIG_OPEN RIG_FILES "      matchActions:\n"
							"      - action: Sigkill\n",
			    "kills", DEADLY "/"),
		 0);
}

static void report(struct tetra_session *session, unsigned int lost, unsigned int n)
{
	struct tetra_session_stats stats = rig_stats(session);

	fact_equal(lost, 0, "processes that did not end in order");
	fact_equal(shared->harmless, n * CALLS, "harmless calls");
	fact_equal(shared->refused, 0, "harmless calls refused");
	fact_equal(shared->forbidden, n, "forbidden calls");
	fact_equal(shared->passed, 0, "forbidden calls that passed");
	fact_equal(stats.lost_scratch, 0, "runs without working memory");
	fact(deadly_kills(), "what is deadly kills");
	printf("     %" PRIu64 " bytes of maps\n", stats.kernel_bytes);
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : PROCESSES;
	unsigned int rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS;
	struct tetra_session *session;
	unsigned int lost = 0;
	pid_t hogs[HOGS];

	rig_file(OPEN, OPEN "/file");
	rig_file(CLOSED, CLOSED "/file");
	rig_file(DEADLY, DEADLY "/file");
	shared = rig_share(sizeof(*shared));
	session = rig_session(NULL);
	policies_load(session);
	for (int i = 0; i < HOGS; i++)
		hogs[i] = rig_child(hog_run);
	(void)setpriority(PRIO_PROCESS, 0, -5); /* else its children never all wait */
	for (unsigned int i = 0; i < rounds; i++)
		lost += crowd(n);
	for (int i = 0; i < HOGS; i++) {
		kill(hogs[i], SIGKILL);
		(void)waitpid(hogs[i], NULL, 0); /* it has no other end */
	}
	report(session, lost, n * rounds);
	tetra_session_free(session);
	return fact_close();
}
