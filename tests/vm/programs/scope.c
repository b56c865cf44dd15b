/* SPDX-License-Identifier: Apache-2.0 */
/* scope: policies that are loaded for some control groups, and who meets them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define CLOSED	    "/tmp/lab/closed/"
#define CLOSED_FILE CLOSED "file"

/* Offset of the lseek() that the policies look at. */
#define OFFSET 4711
#define MANY   1000
/* Of the many, each so-manieth is tried. */
#define MANY_STEP 111
/* What a killed child's status is in act(). */
#define KILLED	   1000
#define PATH_BYTES 256
#define NAME_BYTES 32

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char root[PATH_BYTES / 2];

static void find_root(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;

	while (mounts && (mount = getmntent(mounts)))
		if (strcmp(mount->mnt_type, "cgroup2") == 0)
			snprintf(root, sizeof(root), "%s", mount->mnt_dir);
	if (mounts)
		endmntent(mounts);
	fact(*root, "a tree of control groups is mounted");
}

static void path_of(char (*ret)[PATH_BYTES], const char *group, const char *file)
{
	snprintf(*ret, sizeof(*ret), "%s/%s/%s", root, group, file);
}

/* Makes the group, unless it is there. Return: its id. */
static uint64_t group_id(const char *group)
{
	char path[PATH_BYTES];
	struct stat stat_of;

	path_of(&path, group, "");
	mkdir(path, 0755);
	if (stat(path, &stat_of) < 0) {
		fact(false, "group %s: %s", group, strerror(errno));
		exit(fact_close());
	}
	return stat_of.st_ino;
}

static void group_remove(const char *group)
{
	char path[PATH_BYTES];

	path_of(&path, group, "");
	fact(rmdir(path) == 0, "group %s goes", group);
}

/* The calling process moves. */
static void join(const char *group)
{
	char path[PATH_BYTES];
	int fd;

	path_of(&path, group, "cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(255);
	close(fd);
}

enum act { ACT_OPEN, ACT_SEEK };

static int act_here(enum act act)
{
	if (act == ACT_OPEN)
		return rig_open_errno(CLOSED_FILE);
	return lseek(0, OFFSET, SEEK_SET) < 0 && errno != ESPIPE ? errno : 0;
}

static int status_of(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		return -1;
	return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What comes of the act in a process of that group: errno, 0, or KILLED and the signal. */
static int act(const char *group, enum act act)
{
	pid_t child = fork();

	if (child == 0) {
		join(group);
		_exit(act_here(act));
	}
	return status_of(child);
}

static struct tetra_policy *policy_deny(const char *name, int error)
{
	return rig_policy(RIG_HEAD RIG_OPEN RIG_FILES "      matchActions:\n"
						      "      - action: Override\n"
						      "        argError: %d\n",
			  name, CLOSED, error);
}

static struct tetra_policy *policy_seek(const char *name, const char *action)
{
	return rig_policy(RIG_HEAD RIG_SEEKS RIG_OFFSET("Equal") "      matchActions:\n"
								 "      - action: %s\n",
			  name, OFFSET, action);
}

static int load_for(struct tetra_session *session, struct tetra_policy *policy,
		    const uint64_t *ids, size_t n)
{
	TETRA_OPTS(tetra_load_opts, opts, .cgroups = ids, .n_cgroups = n);
	int r = tetra_policy_load(session, policy, &opts, NULL);

	tetra_policy_unref(policy);
	return r;
}

static int rescope(struct tetra_session *session, const char *name, const uint64_t *ids,
		   size_t n)
{
	return tetra_policy_set_scope(session, name, ids, n, NULL);
}

static void denies_inside(struct tetra_session *session)
{
	const uint64_t a = group_id("a");

	group_id("b");
	fact_equal(load_for(session, policy_deny("guard", -1), &a, 1), 0, "load for a");
	fact_equal(act("a", ACT_OPEN), EPERM, "in a: denied");
	fact_equal(act("b", ACT_OPEN), 0, "in b: not");
	fact_equal(act("", ACT_OPEN), 0, "in the root: not");
	group_id("a/later");
	group_id("a/later/still");
	fact_equal(act("a/later", ACT_OPEN), EPERM,
		   "in a group below, made later: denied");
	fact_equal(act("a/later/still", ACT_OPEN), EPERM, "in one below that: denied");
	fact_equal(rig_counts(session, "guard").matched, 3, "others do not count");
	fact_equal(rig_counts(session, "guard").overridden, 3, "nor do their results");
}

/* One process, which moves. */
static void moves(void)
{
	static const struct {
		const char *group;
		int wanted;
	} steps[] = { { "b", 0 },	    { "a", EPERM }, { "", 0 },
		      { "a/later", EPERM }, { "b", 0 },	    { "a", EPERM } };
	pid_t child = fork();
	size_t i;

	if (child == 0) {
		for (i = 0; i < LENGTH(steps); i++) {
			join(steps[i].group);
			if (act_here(ACT_OPEN) != steps[i].wanted)
				_exit((int)i + 1);
		}
		_exit(0);
	}
	fact_equal(status_of(child), 0,
		   "a process that moves in and out (the wrong step)");
}

static void changes(struct tetra_session *session)
{
	const uint64_t a = group_id("a"), b = group_id("b"), none = 0, wrong = ~0ull / 3;
	struct tetra_txn *txn = rig_txn(session);

	fact_equal(tetra_txn_set_scope(txn, "guard", &b, 1, NULL), 0, "to b");
	fact_equal(act("a", ACT_OPEN), EPERM, "before the commit: as before");
	tetra_txn_free(txn);
	fact_equal(act("a", ACT_OPEN), EPERM, "given up: as before");
	fact_equal(rescope(session, "guard", &b, 1), 0, "to b");
	fact_equal(act("a", ACT_OPEN), 0, "then a is free");
	fact_equal(act("b", ACT_OPEN), EPERM, "and b is not");
	fact_equal(rescope(session, "guard", &wrong, 1), -ENOENT,
		   "a group that is not there");
	fact_equal(rescope(session, "unknown", &a, 1), -ENOENT, "another policy");
	fact_equal(rescope(session, "guard", NULL, 1), -EINVAL, "a count alone");
	fact_equal(act("b", ACT_OPEN), EPERM, "all that changes nothing");
	fact_equal(rescope(session, "guard", &none, 0), 0, "nowhere");
	fact_equal(act("a", ACT_OPEN) + act("b", ACT_OPEN), 0, "then nothing is denied");
	fact_equal(rescope(session, "guard", NULL, 0), 0, "everywhere");
	fact_equal(act("b", ACT_OPEN), EPERM, "then b is denied");
	fact_equal(act("", ACT_OPEN), EPERM, "and the root");
	fact_equal(rescope(session, "guard", &a, 1), 0, "to a again");
	fact_equal(act("", ACT_OPEN), 0, "then the root is free");
}

/* Two policies on one hook; each errno says which one decided. */
static void two_policies(struct tetra_session *session)
{
	const uint64_t b = group_id("b"), inner = group_id("a/later");

	fact_equal(load_for(session, policy_deny("other", -5), &b, 1), 0,
		   "another for b");
	fact_equal(act("a", ACT_OPEN), EPERM, "a meets its own");
	fact_equal(act("b", ACT_OPEN), EIO, "b the other");
	fact_equal(act("", ACT_OPEN), 0, "the root none");
	fact_equal(rescope(session, "other", &inner, 1), 0,
		   "the other inside the first's");
	fact_equal(act("a", ACT_OPEN), EPERM, "outside of it the first decides");
	fact_equal(act("a/later/still", ACT_OPEN), EIO,
		   "inside the last that was loaded");
	fact_equal(act("b", ACT_OPEN), 0, "and b none");
	fact_equal(tetra_policy_unload(session, "other", NULL), 0, "the other goes");
	fact_equal(act("a/later/still", ACT_OPEN), EPERM, "the first stays");
}

static void kills_and_posts(struct tetra_session *session)
{
	const uint64_t both[] = { group_id("b"), group_id("a/later"), group_id("b") };
	const uint64_t a = group_id("a");

	fact_equal(load_for(session, policy_seek("told", "Post"), both, 3), 0, "a Post");
	fact_equal(act("b", ACT_SEEK) + act("a", ACT_SEEK) + act("", ACT_SEEK), 0,
		   "seeks");
	fact_told(rig_counts(session, "told").posted, 1, "one of them is told");
	fact_equal(act("a/later/still", ACT_SEEK), 0, "another");
	fact_told(rig_counts(session, "told").posted, 2, "is told too");
	fact_equal(load_for(session, policy_seek("kill", "Sigkill"), &a, 1), 0,
		   "a Sigkill");
	fact_equal(act("b", ACT_SEEK), 0, "b lives");
	fact_equal(act("", ACT_SEEK), 0, "the root, too");
	fact_equal(act("a", ACT_SEEK), KILLED + SIGKILL, "a does not");
	fact_equal(act("a/later", ACT_SEEK), KILLED + SIGKILL, "nor does what is in it");
	fact_equal(rig_counts(session, "kill").signalled, 2, "both are counted");
	fact_equal(tetra_policy_unload(session, "kill", NULL), 0, "unload");
	fact_equal(act("a", ACT_SEEK), 0, "then a lives");
	fact_equal(tetra_policy_unload(session, "told", NULL), 0, "unload");
}

static void many_name(char (*ret)[NAME_BYTES], unsigned int i)
{
	snprintf(*ret, sizeof(*ret), "many/%u", i);
}

static void many(struct tetra_session *session)
{
	static uint64_t ids[MANY];
	char name[NAME_BYTES];
	int64_t begin;
	unsigned int i;

	group_id("many");
	for (i = 0; i < MANY; i++) {
		many_name(&name, i);
		ids[i] = group_id(name);
		rig_step("groups", i, MANY);
	}
	begin = rig_now_ms();
	/* The last one is outside. */
	fact_equal(rescope(session, "guard", ids, MANY - 1), 0, "to many groups");
	printf("%d groups: %" PRId64 " ms\n", MANY - 1, rig_now_ms() - begin);
	for (i = 0; i < MANY - 1; i += MANY_STEP) {
		many_name(&name, i);
		fact_equal(act(name, ACT_OPEN), EPERM, "%s: denied", name);
	}
	fact_equal(act("many/999", ACT_OPEN), 0, "the one that is left out: not");
	fact_equal(act("many", ACT_OPEN), 0, "nor the one above them");
	for (i = 0; i < MANY; i++) {
		char path[PATH_BYTES];

		many_name(&name, i);
		path_of(&path, name, "");
		rmdir(path);
	}
	group_remove("many");
}

/* The scope names groups that are gone; other policies come and go. */
static void groups_go(struct tetra_session *session)
{
	const uint64_t two[] = { group_id("a"), group_id("b") };

	fact_equal(rescope(session, "guard", two, 2), 0, "to two groups");
	group_remove("b");
	fact_equal(load_for(session, policy_seek("told", "Post"), NULL, 0), 0,
		   "a policy is loaded after one is gone");
	fact_equal(act("a", ACT_OPEN), EPERM, "the other is still denied");
	group_id("b");
	fact_equal(act("b", ACT_OPEN), 0, "a new group of that name is another");
	fact_equal(tetra_policy_unload(session, "told", NULL), 0, "unload");
}

int main(void)
{
	TETRA_OPTS(tetra_session_opts, opts, .flags = TETRA_SESSION_RAISE_MEMLOCK);
	static const char *const groups[] = { "a/later/still", "a/later", "a", "b" };
	struct tetra_session *session;
	size_t i;

	find_root();
	rig_file(CLOSED, CLOSED_FILE);
	session = rig_session(&opts);
	denies_inside(session);
	moves();
	changes(session);
	two_policies(session);
	kills_and_posts(session);
	groups_go(session);
	many(session);
	rig_end(session);
	for (i = 0; i < LENGTH(groups); i++)
		group_remove(groups[i]);
	return fact_close();
}
