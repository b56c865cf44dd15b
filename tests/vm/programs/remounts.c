/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remounts [SECONDS]: a mount is moved there and back between two folders while a process opens
 * files in it. What forbids all that is below the two folders' folder must hold each time, and
 * what allows nothing else must not hit it, unless the path cannot be read at all: while it is
 * moved, a mount is mounted nowhere, and its root is not the root of everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define SECONDS 8u
#define LAB	"/tmp/lab"
#define FAR	"/f/f/f/f/f/f/f/f/f/f/f/f"

/* The names that the policies go by. */
#define BOUND "bound"
#define FREE  "free"

static const char free_policy[] = RIG_HEAD RIG_OPEN
	"    args:\n"
	"    - index: 0\n"
	"      type: file\n"
	"    selectors:\n"
	"    - matchArgs:\n"
	"      - {index: 0, operator: Postfix, values: [/" FREE "]}\n"
	"      - {index: 0, operator: NotPrefix, values: ['" LAB "/']}\n"
	"      matchActions:\n"
	"      - {action: Override, argError: -1}\n";

static const char bound_policy[] = RIG_HEAD RIG_OPEN
	"    args:\n"
	"    - index: 0\n"
	"      type: file\n"
	"    selectors:\n"
	"    - matchArgs:\n"
	"      - {index: 0, operator: Prefix, values: ['" LAB "/one', '" LAB "/two']}\n"
	"      - {index: 0, operator: NotPostfix, values: [/" FREE "]}\n"
	"      matchActions:\n"
	"      - {action: Override, argError: -1}\n";

/* Of the quick walk's paths and of longer ones. */
static const char *const folders[] = { LAB "/one", LAB "/one" FAR };

struct shared {
	uint32_t over;
	uint64_t moves;
	struct rig_tally bound[2], free[2];
} * shared;

static bool is_over(void)
{
	return __atomic_load_n(&shared->over, __ATOMIC_SEQ_CST);
}

static void opener_run(void)
{
	int fds[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < 2; i++)
		if ((fds[i] = open(folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
			_exit(EXIT_FAILURE);
	for (int i = 0; !is_over(); i ^= 1) {
		rig_open(&shared->bound[i], fds[i], BOUND);
		rig_open(&shared->free[i], fds[i], FREE);
	}
	_exit(EXIT_SUCCESS);
}

static void mover_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (; !is_over(); shared->moves += 2)
		if (mount(LAB "/one", LAB "/two", NULL, MS_MOVE, NULL) < 0 ||
		    mount(LAB "/two", LAB "/one", NULL, MS_MOVE, NULL) < 0)
			_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static void mounts_make(void)
{
	char folder[256] = LAB "/one";

	rig_file(LAB "/two", LAB "/two/none");
	rig_file(LAB "/one", LAB "/one/none");
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	fact(mount("moved", LAB "/one", "tmpfs", 0, NULL) == 0, "there is a mount");
	for (const char *name = FAR; *name; name += 2) {
		strncat(folder, "/f", sizeof(folder) - strlen(folder) - 1);
		mkdir(folder, 0755);
	}
	for (int i = 0; i < 2; i++) {
		snprintf(folder, sizeof(folder), "%s/" BOUND, folders[i]);
		rig_file(folders[i], folder);
		snprintf(folder, sizeof(folder), "%s/" FREE, folders[i]);
		rig_file(folders[i], folder);
	}
}

static void report(int i, uint64_t unreadable)
{
	const struct rig_tally *bound = &shared->bound[i], *free = &shared->free[i];

	printf("     %s: %" PRIu64 " and %" PRIu64 " attempts\n", folders[i],
	       bound->opened + bound->denied, free->opened + free->denied);
	fact(bound->denied > 0, "what is bound was denied");
	fact_equal(bound->opened, 0, "openings of what is bound");
	fact(free->opened > 0, "what is free was opened");
	fact(free->denied <= unreadable,
	     "%" PRIu64 " denials of what is free, all of paths that could not be read",
	     free->denied);
	fact_equal(bound->other + free->other, 0, "other outcomes");
}

static uint64_t unreadable_count(struct tetra_session *session)
{
	uint64_t count = 0, all = 0;
	const char *cause;

	for (uint32_t i = 0; tetra_stats_unreadable(session, i, &cause, &count) == 0;
	     i++) {
		if (count)
			printf("     %" PRIu64 " %s\n", count, cause);
		all += count;
	}
	return all;
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : SECONDS;
	struct tetra_session *session;
	pid_t pids[2];
	int status;

	shared = rig_share(sizeof(*shared));
	mounts_make();
	session = rig_session(NULL);
	rig_load(session, rig_policy(bound_policy, BOUND), 0);
	rig_load(session, rig_policy(free_policy, FREE), 0);
	pids[0] = rig_child(opener_run);
	/* It has its folders by then. */
	while (!shared->bound[1].denied)
		usleep(1000);
	pids[1] = rig_child(mover_run);
	for (int64_t end = rig_now_ms() + seconds * 1000; rig_now_ms() < end;) {
		(void)tetra_session_dispatch(session, 0);
		usleep(10000);
	}
	__atomic_store_n(&shared->over, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 2; i++)
		fact(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
		     "process %d ended in order", i);
	printf("     %" PRIu64 " moves\n", shared->moves);
	fact(shared->moves > 100, "the mount was moved");
	for (int i = 0; i < 2; i++)
		report(i, unreadable_count(session));
	tetra_session_free(session);
	return fact_close();
}
