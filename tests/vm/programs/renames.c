/* SPDX-License-Identifier: Apache-2.0 */
/*
 * renames [SECONDS]: folders are renamed continuously while processes open files below them. A
 * file that is never where the policy says must open each time, whenever its path is read,
 * unless the path cannot be read at all; a file that is always there must never open.
 *
 * "free" is in turn in t/p/a/b/c/d/y, in t/p/a/b/c/d/x and in t/q/a/b/c/d/y, so that a path
 * mixed from two moments is t/q/a/b/c/d/x, which the policy forbids; the folders between the
 * two names give the moments time to differ. "bound" is in turn in u/m and u/n, and everything
 * below u is forbidden.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define SECONDS 8u
#define LAB	"/tmp/lab"
#define BETWEEN "/a/b/c/d"
#define FREE	"/t/p" BETWEEN "/y"
#define BOUND	"/u/m"
/* Turns of the free file's folders for one of the bound file's. */
#define TURNS 8u

/* Each opener has a mount namespace: with the lab as its root, paths are on the root's mount and
 * short; from outside they cross a mount. */
enum opener { OPENER_INSIDE, OPENER_OUTSIDE, OPENERS };

struct shared {
	uint32_t over;
	uint64_t renames;
	struct rig_tally free_file[OPENERS], bound_file[OPENERS];
} * shared;

static bool is_over(void)
{
	return __atomic_load_n(&shared->over, __ATOMIC_SEQ_CST);
}

/* The folder is held open: its name may be any when the file is opened. */
static int folder_open(const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		_exit(EXIT_FAILURE);
	return fd;
}

/* The lab as the root of a mount namespace of our own. */
static void lab_enter(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || chdir(LAB) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		_exit(EXIT_FAILURE);
}

static void opener_run(enum opener opener)
{
	int free_folder, bound_folder;

	if (opener == OPENER_INSIDE)
		lab_enter();
	free_folder = folder_open(opener == OPENER_INSIDE ? FREE : LAB FREE);
	bound_folder = folder_open(opener == OPENER_INSIDE ? BOUND : LAB BOUND);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!is_over()) {
		rig_open(&shared->free_file[opener], free_folder, "free");
		rig_open(&shared->bound_file[opener], bound_folder, "bound");
	}
	_exit(EXIT_SUCCESS);
}

/* There and back. */
static void rename_both(const char *one, const char *other)
{
	if (rename(one, other) < 0 || rename(other, one) < 0)
		_exit(EXIT_FAILURE);
	shared->renames += 2;
}

static void renamer_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned int turn = 0; !is_over(); turn++) {
		rename_both(LAB "/t/p" BETWEEN "/y", LAB "/t/p" BETWEEN "/x");
		rename_both(LAB "/t/p", LAB "/t/q");
		if (turn % TURNS == 0)
			rename_both(LAB "/u/m", LAB "/u/n");
	}
	_exit(EXIT_SUCCESS);
}

/* A file in a folder below the lab, and every folder on the way, with a file of its own. */
static void folders_make(const char *path, const char *name)
{
	char folder[PATH_MAX], file[PATH_MAX + 16];

	snprintf(folder, sizeof(folder), "%s/", path);
	for (char *slash = folder + strlen(LAB) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		snprintf(file, sizeof(file), "%s/%s", folder, name);
		rig_file(folder, file);
		*slash = '/';
	}
}

static pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(EXIT_FAILURE);
	return pid;
}

static void policies_load(struct tetra_session *session)
{
	rig_load(session, rig_policy(RIG_DENY, "never-inside", "/t/q" BETWEEN "/x/"), 0);
	rig_load(session, rig_policy(RIG_DENY, "never-outside", LAB "/t/q" BETWEEN "/x/"),
		 0);
	rig_load(session, rig_policy(RIG_DENY, "always-inside", "/u/"), 0);
	rig_load(session, rig_policy(RIG_DENY, "always-outside", LAB "/u/"), 0);
}

/*
 * A processor may be held up in the middle of a rename, by its host for one, for longer than a
 * path is tried: then the path is unreadable, and a rule that denies takes it for its own.
 */
#define DISTURBED_MAX_PER_MILLE 1

static uint64_t count_disturbed(struct tetra_session *session)
{
	const char *cause;
	uint64_t count = 0;

	fact_equal(tetra_stats_unreadable(session, 0, &cause, &count), 0,
		   "the first cause");
	printf("     %" PRIu64 " %s\n", count, cause);
	return count;
}

static void report(enum opener opener, const char *from, uint64_t disturbed)
{
	const struct rig_tally *never = &shared->free_file[opener];
	const struct rig_tally *always = &shared->bound_file[opener];

	printf("     from %s: %" PRIu64 " and %" PRIu64 " attempts\n", from,
	       never->opened + never->denied, always->opened + always->denied);
	fact(never->opened > 0, "from %s: the free file was opened", from);
	fact(never->denied <= disturbed,
	     "from %s: %" PRIu64 " denials of the free file, all "
	     "of paths that could not be read",
	     from, never->denied);
	fact(never->denied * 1000 <= never->opened * DISTURBED_MAX_PER_MILLE,
	     "from %s: such denials are rare", from);
	fact(always->denied > 0, "from %s: the bound file was denied", from);
	fact_equal(always->opened, 0, "from %s: openings of the bound file", from);
	fact_equal(never->other + always->other, 0, "from %s: other outcomes", from);
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : SECONDS;
	pid_t pids[OPENERS + 1];
	struct tetra_session *session;
	int status;

	folders_make(LAB FREE, "free");
	folders_make(LAB BOUND, "bound");
	shared = rig_share(sizeof(*shared));
	session = rig_session(NULL);
	policies_load(session);
	for (int i = 0; i < OPENERS; i++)
		if ((pids[i] = child()) == 0)
			opener_run(i);
	/* The openers have their folders by then. */
	while (!shared->bound_file[0].denied || !shared->bound_file[1].denied)
		usleep(1000);
	if ((pids[OPENERS] = child()) == 0)
		renamer_run();
	for (int64_t end = rig_now_ms() + seconds * 1000; rig_now_ms() < end;) {
		(void)tetra_session_dispatch(session, 0);
		usleep(10000);
	}
	__atomic_store_n(&shared->over, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < OPENERS + 1; i++)
		fact(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
		     "process %d ended in order", i);
	printf("     %" PRIu64 " renames\n", shared->renames);
	fact(shared->renames > 100, "folders were renamed");
	report(OPENER_INSIDE, "inside", count_disturbed(session));
	report(OPENER_OUTSIDE, "outside", count_disturbed(session));
	tetra_session_free(session);
	return fact_close();
}
