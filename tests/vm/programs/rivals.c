/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rivals [COMMITS]: two sessions that move their rules from hook to hook at the same time, first in
 * two threads of one process, then in two processes. Each forbids one file, by denial and by a
 * kill, and nobody empties its ring: no attempt may pass, and what both leave alone must open.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define COMMITS 2u
#define RIVALS	2u
#define LAB	"/tmp/lab"
/* As small as it can be: a page. */
#define RING 4096u

struct rival {
	uint32_t ready, done; /* commits */
	uint64_t full;	      /* events that found no room */
};

struct shared {
	uint32_t commits;
	uint32_t over, end; /* of the attacks, then of the sessions */
	struct rival rivals[RIVALS];
	struct rig_tally closed[RIVALS], open_file;
	uint64_t killed[RIVALS], survived[RIVALS];
} * shared;

static const char *const numbers[RIVALS] = { "0", "1" };

static uint32_t get(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static void move(struct tetra_session *session, unsigned int number, unsigned int i)
{
	static const char rules[] =
		"    args:\n"
		"    - index: 0\n"
		"      type: file\n"
		"    selectors:\n"
		"    - matchArgs:\n"
		"      - {index: 0, operator: Equal, values: [" LAB "/closed/%u]}\n"
		"      matchActions:\n"
		"      - {action: Override, argError: -1}\n"
		"    - matchArgs:\n"
		"      - {index: 0, operator: Equal, values: [" LAB "/killed/%u]}\n"
		"      matchActions:\n"
		"      - {action: Sigkill}\n";
	char name[16], text[2048];

	snprintf(name, sizeof(name), "rival-%u", number);
	snprintf(text, sizeof(text), rules, number, number);
	rig_load(session,
		 rig_policy(RIG_HEAD "%s%s", name,
			    i % 2 ? "  lsmhooks:\n  - hook: file_open\n" : RIG_OPEN,
			    text),
		 TETRA_LOAD_REPLACE);
}

static void *rival_run(void *user)
{
	unsigned int number = (unsigned int)(uintptr_t)user;
	struct tetra_session_opts opts = { .size = sizeof(opts), .ring_bytes = RING };
	struct tetra_session *session = rig_session(&opts);
	struct rival *rival = &shared->rivals[number];

	move(session, number, 0);
	set(&rival->ready, 1);
	for (unsigned int i = 1; i <= shared->commits; i++) {
		move(session, number, i);
		set(&rival->done, i);
	}
	while (!get(&shared->end))
		usleep(1000);
	rival->full = rig_stats(session).lost_ring;
	tetra_session_free(session);
	return NULL;
}

static void opener_run(void)
{
	int closed = open(LAB "/closed", O_PATH | O_DIRECTORY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)nice(10);
	while (!get(&shared->over)) {
		for (unsigned int i = 0; i < RIVALS; i++)
			rig_open(&shared->closed[i], closed, numbers[i]);
		rig_open(&shared->open_file, closed, "open");
	}
	_exit(EXIT_SUCCESS);
}

static void kill_try(unsigned int number)
{
	char path[64];
	pid_t pid;
	int status;

	snprintf(path, sizeof(path), LAB "/killed/%u", number);
	pid = fork();
	if (pid == 0)
		_exit(rig_open_errno(path));
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	    WTERMSIG(status) == SIGKILL)
		shared->killed[number]++;
	else
		shared->survived[number]++;
}

static void killed_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)nice(10);
	while (!get(&shared->over))
		for (unsigned int i = 0; i < RIVALS; i++)
			kill_try(i);
	_exit(EXIT_SUCCESS);
}

static bool are(bool (*done)(const struct rival *rival))
{
	for (unsigned int i = 0; i < RIVALS; i++)
		if (!done(&shared->rivals[i]))
			return false;
	return true;
}

static bool is_ready(const struct rival *rival)
{
	return get(&rival->ready);
}

static bool is_done(const struct rival *rival)
{
	return get(&rival->done) == shared->commits;
}

static void rivals_start(bool threads, pthread_t *thread, pid_t *pids)
{
	for (unsigned int i = 0; i < RIVALS; i++) {
		if (threads) {
			pthread_create(&thread[i], NULL, rival_run, (void *)(uintptr_t)i);
			continue;
		}
		pids[i] = fork();
		if (pids[i] == 0) {
			rival_run((void *)(uintptr_t)i);
			_exit(EXIT_SUCCESS);
		}
	}
}

static void play(const char *name, bool threads, unsigned int commits)
{
	pthread_t thread[RIVALS];
	pid_t pids[RIVALS], attackers[2];
	int64_t begin = rig_now_ms();
	int status;

	*shared = (struct shared){ .commits = commits };
	rivals_start(threads, thread, pids);
	while (!are(is_ready))
		usleep(1000);
	attackers[0] = rig_child(opener_run);
	attackers[1] = rig_child(killed_run);
	while (!are(is_done)) {
		rig_step(name, shared->rivals[0].done, commits);
		usleep(10000);
	}
	set(&shared->over, 1);
	for (unsigned int i = 0; i < RIVALS; i++)
		fact(waitpid(attackers[i], &status, 0) == attackers[i] && status == 0,
		     "%s: an attacker ended in order", name);
	set(&shared->end, 1);
	for (unsigned int i = 0; i < RIVALS; i++) {
		if (threads)
			fact(pthread_join(thread[i], NULL) == 0, "%s: a thread ended",
			     name);
		else
			fact(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
			     "%s: a process ended in order", name);
	}
	printf("     %s: %" PRId64 " ms\n", name, rig_now_ms() - begin);
	for (unsigned int i = 0; i < RIVALS; i++) {
		printf("     %" PRIu64 " denied, %" PRIu64 " killed, %" PRIu64 " lost\n",
		       shared->closed[i].denied, shared->killed[i],
		       shared->rivals[i].full);
		fact(shared->closed[i].denied > commits, "%s: file %u was denied", name,
		     i);
		fact_equal(shared->closed[i].opened + shared->closed[i].other, 0,
			   "%s: file %u, other outcomes", name, i);
		fact(shared->killed[i] > commits, "%s: openers of file %u were killed",
		     name, i);
		fact_equal(shared->survived[i], 0, "%s: who opened file %u and lives",
			   name, i);
	}
	fact(shared->open_file.opened > 0, "%s: the open file was opened", name);
	fact_equal(shared->open_file.denied + shared->open_file.other, 0,
		   "%s: the open file, other outcomes", name);
}

int main(int argc, char **argv)
{
	unsigned int commits = argc > 1 ? strtoul(argv[1], NULL, 10) : COMMITS;

	shared = rig_share(sizeof(*shared));
	rig_file(LAB, LAB "/none");
	for (unsigned int i = 0; i < RIVALS; i++) {
		char path[64];

		snprintf(path, sizeof(path), LAB "/closed/%u", i);
		rig_file(LAB "/closed", path);
		snprintf(path, sizeof(path), LAB "/killed/%u", i);
		rig_file(LAB "/killed", path);
	}
	rig_file(LAB "/closed", LAB "/closed/open");
	play("threads", true, commits);
	play("processes", false, commits);
	fact_equal(rig_open_errno(LAB "/closed/0"), 0, "afterwards all open");
	return fact_close();
}
