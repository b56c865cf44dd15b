/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pivots: the first mount namespace gets another root while policies are in force, and gets the
 * old one back. Names are those from the root of that moment, in rules and in events; a file system
 * that is moved over the root keeps the names of what is below.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define LAB  "/tmp/lab"
#define NEW  LAB "/new"
#define OLD  "/old"
#define DEEP "/f/f/f/f/f/f/f/f/f/f/f/f"
#define LONG "/a-name-that-is-longer-than-the-quick-walk-can-read"

/* The files of each place, and where their folder is before and after the pivot. */
enum place { PLACE_NEAR, PLACE_DEEP, PLACE_LONG, PLACE_OWN, PLACES };

static const struct {
	const char *before, *after;
} places[PLACES] = {
	[PLACE_NEAR] = { LAB, OLD LAB },
	[PLACE_DEEP] = { LAB DEEP, OLD LAB DEEP },
	[PLACE_LONG] = { LAB LONG, OLD LAB LONG },
	[PLACE_OWN] = { NEW, "" },
};

static int folders[PLACES];
static struct tetra_session *session;
static char seen[4096];

static int on_event(void *user, const struct tetra_event *event)
{
	(void)user;
	if (tetra_event_get_policy(event))
		(void)tetra_event_to_json(event, seen, sizeof(seen));
	return 0;
}

static void folder_make(const char *path)
{
	char part[256];

	for (size_t i = 1; i <= strlen(path); i++)
		if (path[i] == '/' || !path[i]) {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			(void)mkdir(part, 0755);
		}
}

static void files_make(void)
{
	char path[256];

	folder_make(NEW);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	fact(mount("new", NEW, "tmpfs", 0, NULL) == 0, "there is another root");
	folder_make(NEW OLD);
	for (int i = 0; i < PLACES; i++) {
		folder_make(places[i].before);
		for (int after = 0; after < 2; after++) {
			snprintf(path, sizeof(path), "%s/%s", places[i].before,
				 after ? "after" : "before");
			rig_file(places[i].before, path);
		}
		folders[i] = open(places[i].before, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
}

/* One policy denies what is called "before" by the names of before, the other "after". */
static void policies_load(void)
{
	static const char text[] = RIG_HEAD RIG_OPEN
		"    args:\n"
		"    - index: 0\n"
		"      type: file\n"
		"    selectors:\n"
		"    - matchArgs:\n"
		"      - {index: 0, operator: Equal, values: ['%s/%s', '%s/%s', '%s/%s', '%s/%s']}\n"
		"      matchActions:\n"
		"      - {action: Override, argError: -1}\n";

	rig_load(session,
		 rig_policy(text, "before", places[0].before, "before", places[1].before,
			    "before", places[2].before, "before", places[3].before,
			    "before"),
		 0);
	rig_load(session,
		 rig_policy(text, "after", places[0].after, "after", places[1].after,
			    "after", places[2].after, "after", places[3].after, "after"),
		 0);
}

/* Opens "before" and "after" everywhere: one is denied, and the event says by which name. */
static void try_all(const char *when, bool pivoted)
{
	const char *bound = pivoted ? "after" : "before";
	const char *loose = pivoted ? "before" : "after";
	char path[256];

	for (int i = 0; i < PLACES; i++) {
		struct rig_tally tally = {}, others = {};

		seen[0] = '\0';
		rig_open(&tally, folders[i], bound);
		(void)tetra_session_dispatch(session, 0);
		snprintf(path, sizeof(path), "\"%s/%s\"",
			 pivoted ? places[i].after : places[i].before, bound);
		fact(tally.denied == 1, "%s: %s is denied", when, path);
		if (fact_told(seen[0] != 0, 1, "%s: an event", when))
			fact(strstr(seen, path), "%s: the event says %s", when, path);
		rig_open(&others, folders[i], loose);
		fact(others.opened == 1, "%s: %s beside it is not", when, loose);
	}
}

static int pivot(const char *to, const char *old)
{
	return (int)syscall(SYS_pivot_root, to, old);
}

/* The names of what is below the mount on the root do not change. */
static void move_over_root(void)
{
	fact(fchdir(folders[PLACE_OWN]) == 0 && mount(".", "/", NULL, MS_MOVE, NULL) == 0,
	     "the other root is moved over the root");
	for (int i = 0; i < PLACE_OWN; i++) {
		struct rig_tally tally = {};

		rig_open(&tally, folders[i], "before");
		fact(tally.denied == 1, "moved over: %s/before is denied",
		     places[i].before);
	}
	for (int after = 0; after < 2; after++) {
		struct rig_tally tally = {};

		rig_open(&tally, folders[PLACE_OWN], after ? "after" : "before");
		fact(tally.denied == (uint64_t)after, "moved over: /%s is %s",
		     after ? "after" : "before", after ? "denied" : "opened");
	}
	fact(mount(".", NEW, NULL, MS_MOVE, NULL) == 0, "it is moved back");
}

int main(void)
{
	struct tetra_sub *sub = NULL;

	files_make();
	session = rig_session(NULL);
	fact_equal(tetra_subscribe(session, NULL, on_event, NULL, &sub), 0, "subscribe");
	policies_load();
	for (int round = 0; round < 2; round++) {
		try_all("before", false);
		fact(pivot(NEW, NEW OLD) == 0, "the other root is the root");
		try_all("after", true);
		fact(pivot(OLD, OLD NEW) == 0, "the root is what it was");
		try_all("again", false);
		/* The session looks for the root itself, once a second. */
		for (int64_t end = rig_now_ms() + 1500; !round && rig_now_ms() < end;) {
			(void)tetra_session_dispatch(session, 0);
			usleep(50000);
		}
	}
	move_over_root();
	rig_end(session);
	umount2(NEW, MNT_DETACH);
	return fact_close();
}
