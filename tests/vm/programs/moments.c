/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moments [SECONDS]: a file is in turn ok/f.x and no/f.log while a process opens it. Everything
 * is forbidden but what is below ok/ and ends in .log. The beginning and the end of a path are
 * looked at one after the other, and must be those of one moment: the file must never open. One
 * that is in turn ok/f.log and ok/g.log must, unless its path cannot be read.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/rig.h"

#define SECONDS 3u
#define LAB	"/tmp/lab/"
#define D10	"/d/d/d/d/d/d/d/d/d/d"
/* Openings of the free file for one denial, of a path that was renamed each time that it was
 * read; and denials that are few for any number of openings. */
#define OPENED_PER_DISTURBED 100
#define DISTURBED_FEW	     3

/* Paths for each of the walks, by how deep they are; "mounted" is a mount of its own. */
static const struct place {
	const char *top, *folders;
} places[] = {
	{ "near", "" },
	{ "deep", D10 },
	{ "deeper", D10 D10 D10 D10 },
	{ "deepest", D10 D10 D10 D10 D10 D10 D10 },
	{ "mounted", "" },
};

static const char policy[] = RIG_HEAD RIG_OPEN
	"    args:\n"
	"    - index: 0\n"
	"      type: file\n"
	"    selectors:\n"
	"    - matchArgs:\n"
	"      - {index: 0, operator: Prefix, values: ['" LAB "%s/ok/']}\n"
	"      - {index: 0, operator: Postfix, values: [.log]}\n"
	"      matchActions:\n"
	"      - {action: NoPost}\n"
	"    - matchArgs:\n"
	"      - {index: 0, operator: Prefix, values: ['" LAB "%s/']}\n"
	"      matchActions:\n"
	"      - {action: Override, argError: -1}\n";

struct shared {
	uint32_t over;
	uint64_t renames;
	struct rig_tally bound, free;
} * shared;

static bool is_over(void)
{
	return __atomic_load_n(&shared->over, __ATOMIC_SEQ_CST);
}

/* Where the bound file is in turn, and the free one. */
enum name { BOUND_OK, BOUND_NO, FREE_ONE, FREE_OTHER, NAMES };

static char names[NAMES][256];

/* Folders on the way to a name, from the lab on. */
static void folders_make(const char *name)
{
	char part[256];

	for (size_t i = strlen(LAB); name[i]; i++)
		if (name[i] == '/') {
			snprintf(part, sizeof(part), "%.*s", (int)i, name);
			rig_file(part, "/dev/null");
		}
}

static void names_make(const struct place *place)
{
	static const char *const parts[NAMES][2] = {
		[BOUND_OK] = { "ok", "f.x" },
		[BOUND_NO] = { "no", "f.log" },
		[FREE_ONE] = { "ok", "f.log" },
		[FREE_OTHER] = { "ok", "g.log" },
	};

	for (int i = 0; i < NAMES; i++) {
		snprintf(names[i], sizeof(names[i]), LAB "%s/%s%s/%s", place->top,
			 parts[i][0], place->folders, parts[i][1]);
		folders_make(names[i]);
	}
}

/* The file is held: its name may be any when it is opened again. */
static int file_hold(const char *name, char again[32])
{
	int fd;

	close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	fd = open(name, O_PATH | O_CLOEXEC);
	snprintf(again, 32, "/proc/self/fd/%d", fd);
	return fd;
}

static void opener_run(const char *bound, const char *free)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!is_over()) {
		rig_open(&shared->bound, AT_FDCWD, bound);
		rig_open(&shared->free, AT_FDCWD, free);
	}
	_exit(EXIT_SUCCESS);
}

static void rename_both(enum name one, enum name other)
{
	if (rename(names[one], names[other]) < 0 || rename(names[other], names[one]) < 0)
		_exit(EXIT_FAILURE);
	shared->renames += 2;
}

static void renamer_run(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!is_over()) {
		rename_both(BOUND_OK, BOUND_NO);
		rename_both(FREE_ONE, FREE_OTHER);
	}
	_exit(EXIT_SUCCESS);
}

static uint64_t count_disturbed(struct tetra_session *session)
{
	const char *cause;
	uint64_t count = 0;

	fact_equal(tetra_stats_unreadable(session, 0, &cause, &count), 0,
		   "the first cause");
	return count;
}

/* @disturbed: paths that could not be read. */
static void report(const struct place *place, uint64_t disturbed)
{
	const struct rig_tally *bound = &shared->bound, *free = &shared->free;

	printf("     %s: %" PRIu64 " renames, %" PRIu64 " and %" PRIu64 " attempts\n",
	       place->top, shared->renames, bound->opened + bound->denied,
	       free->opened + free->denied);
	fact(shared->renames > 100, "%s: files were renamed", place->top);
	fact(bound->denied > 0, "%s: the bound file was denied", place->top);
	fact_equal(bound->opened, 0, "%s: openings of the bound file", place->top);
	fact(free->denied <= disturbed,
	     "%s: %" PRIu64
	     " denials of the free file, all of paths that could not be read",
	     place->top, free->denied);
	fact(free->denied <= DISTURBED_FEW + free->opened / OPENED_PER_DISTURBED,
	     "%s: such denials are rare", place->top);
	fact_equal(bound->other + free->other, 0, "%s: other outcomes", place->top);
}

static void try_place(struct tetra_session *session, const struct place *place,
		      unsigned int seconds)
{
	uint64_t disturbed = count_disturbed(session);
	char bound[32], free[32];
	int fds[2], status;
	pid_t pids[2];

	names_make(place);
	fds[0] = file_hold(names[BOUND_OK], bound);
	fds[1] = file_hold(names[FREE_ONE], free);
	rig_load(session, rig_policy(policy, place->top, place->top, place->top), 0);
	memset(shared, 0, sizeof(*shared));
	if ((pids[0] = fork()) == 0)
		opener_run(bound, free);
	if ((pids[1] = fork()) == 0)
		renamer_run();
	for (int64_t end = rig_now_ms() + seconds * 1000; rig_now_ms() < end;) {
		(void)tetra_session_dispatch(session, 0);
		usleep(10000);
	}
	__atomic_store_n(&shared->over, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 2; i++)
		fact(waitpid(pids[i], &status, 0) == pids[i] && status == 0,
		     "process %d ended in order", i);
	report(place, count_disturbed(session) - disturbed);
	close(fds[0]);
	close(fds[1]);
	fact_equal(tetra_policy_unload(session, place->top, NULL), 0, "it is unloaded");
}

int main(int argc, char **argv)
{
	unsigned int seconds = argc > 1 ? strtoul(argv[1], NULL, 10) : SECONDS;
	struct tetra_session *session;

	rig_file("/tmp/lab", "/dev/null");
	rig_file(LAB "mounted", "/dev/null");
	fact(mount("lab", LAB "mounted", "tmpfs", 0, NULL) == 0, "a mount");
	shared = rig_share(sizeof(*shared));
	session = rig_session(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		try_place(session, &places[i], seconds);
	tetra_session_free(session);
	umount2(LAB "mounted", MNT_DETACH);
	return fact_close();
}
