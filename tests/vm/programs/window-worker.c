/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window-worker MODE...: the processes of window, as /tmp/lab/evil or /tmp/lab/good. Static
 * and small: hundreds of them are executed, and the session is what takes the time.
 *
 *   storm              forks and executes itself until it is over
 *   act                tries the vaults
 *   become             once the other end of its input is closed, becomes evil and tries them
 *   later TURN         tries them after a while
 *   loiter             executes programs as another user, at idle priority, until it is over
 *   chain N PATH       opens the file after so many forks; the status is the errno
 *   apart N PATH       the same in a user namespace of its own
 *   child N PATH       the same, and the last one is good before it opens
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/window.h"

/* Workers at a time; the longest that one waits before it acts. */
#define WORKERS	  12u
#define WORKER_MS 400u
/* Between two forks: the sessions want a processor as well. */
#define PAUSE_US   5000u
#define OTHER_USER 1000u

static struct shared *shared;

static void shared_map(void)
{
	int fd = open(LAB "/shared", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		exit(EXIT_FAILURE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		exit(EXIT_FAILURE);
	close(fd);
}

static int open_errno(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int is_over(void)
{
	return (int)__atomic_load_n(&shared->over, __ATOMIC_SEQ_CST);
}

static uint32_t session_now(void)
{
	return __atomic_load_n(&shared->session, __ATOMIC_SEQ_CST);
}

static void tally_add(uint64_t *count)
{
	__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
}

/* One try; it counts if one session's policy was in force before and after it. */
static void worker_try(const char *path)
{
	uint32_t before = session_now();
	int error = open_errno(path);

	if (!(before & 1) || before != session_now())
		return;
	if (!error)
		tally_add(&shared->workers.opened);
	else if (error == EPERM)
		tally_add(&shared->workers.refused);
	else
		tally_add(&shared->workers.other);
}

/* Evil is on the first one's list, and not on the second one's. */
static void worker_act(void)
{
	worker_try(VAULT);
	worker_try(VAULT "2");
}

/* Until now it was one that may open the second vault. */
static void worker_become(void)
{
	char byte;

	tally_add(&shared->ready);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	execl(EVIL, EVIL, "act", (char *)NULL);
	_exit(EXIT_FAILURE);
}

static void worker_wait(void)
{
	srand((unsigned int)getpid());
	usleep((useconds_t)(rand() % (int)WORKER_MS) * 1000);
}

/*
 * A worker is a fork, a fork's fork whose parent ends, or one of these that executes the same
 * program again; by its turn.
 */
static void worker_run(unsigned int turn)
{
	char text[32];

	if (turn % 2 && fork())
		_exit(EXIT_SUCCESS);
	if (turn % 3 == 0) {
		worker_wait();
		snprintf(text, sizeof(text), "%u", turn);
		execl(EVIL, EVIL, "later", text, (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	worker_wait();
	worker_act();
	_exit(EXIT_SUCCESS);
}

static void storm_run(void)
{
	unsigned int live = 0, turn = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What starts a session goes first: else the storm is all that ever runs. */
	(void)nice(19);
	for (; !is_over(); turn++) {
		if (fork() == 0)
			worker_run(turn);
		usleep(PAUSE_US);
		if (++live >= WORKERS && waitpid(-1, NULL, 0) > 0)
			live--;
	}
	_exit(EXIT_SUCCESS);
}

static void become_good(const char *path)
{
	execl(GOOD, GOOD, "chain", "0", path, (char *)NULL);
	_exit(EXIT_FAILURE);
}

/* Forks so often, then opens a file; each waits for the next. The status is the errno. */
static int chain(int length, const char *path, bool becomes_good)
{
	for (; length > 0; length--) {
		pid_t pid = fork();
		int status;

		if (pid > 0) {
			waitpid(pid, &status, 0);
			return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
		}
	}
	if (becomes_good)
		become_good(path);
	return open_errno(path);
}

/* Idle priority, and never out of the kernel: preempted wherever it happens to be. */
static void loiter(void)
{
	const struct sched_param none = { 0 };

	if (sched_setscheduler(0, SCHED_IDLE, &none) < 0 || setgid(OTHER_USER) < 0 ||
	    setuid(OTHER_USER) < 0)
		_exit(EXIT_FAILURE);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!is_over()) {
		pid_t pid = fork();

		if (pid == 0)
			become_good(VAULT);
		waitpid(pid, NULL, 0);
	}
	_exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (!strcmp(mode, "apart") && unshare(CLONE_NEWUSER) < 0)
		return EXIT_FAILURE;
	if (argc == 4)
		return chain(atoi(argv[2]), argv[3], !strcmp(mode, "child"));
	shared_map();
	if (!strcmp(mode, "storm"))
		storm_run();
	if (!strcmp(mode, "loiter"))
		loiter();
	if (!strcmp(mode, "become"))
		worker_become();
	if (!strcmp(mode, "later"))
		worker_wait();
	if (strcmp(mode, "later") != 0 && strcmp(mode, "act") != 0)
		return EXIT_FAILURE;
	worker_act();
	return EXIT_SUCCESS;
}
