/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow: followChildren and followForks hold for all descendants, and for nobody else: whether
 * they were there before the policy, whatever they execute, whoever has ended, when policies are
 * replaced or others are loaded in their place; and names that a user namespace made or that
 * nobody can read do not help.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/follow.h"
#include "tests/vm/programs/rig.h"

#define VAULT	 LAB "/vault"
#define MAX_STEP 24
/* Until processes have done what comes before their wait. */
#define BEGIN_US 700000
/* How long an answer may take. */
#define ANSWER_MS 20000
#define NOBODY	  LAB "/nobody"
#define EVIL	  LAB "/evil"
#define GOOD	  LAB "/box/good"

/* As a policy is written. */
/* clang-format off */
#define HEAD                                                                    \
	RIG_HEAD
#define OPENS                                                                   \
	"  kprobes:\n"                                                          \
	"  - call: security_file_open\n"                                        \
	"    syscall: false\n"                                                  \
	"    args: [{index: 0, type: file}]\n"                                  \
	"    selectors:\n"
#define DENIED                                                                  \
	"      matchArgs: [{index: 0, operator: Equal, values: ['" VAULT "']}]\n" \
	"      matchActions: [{action: Override, argError: -1}]\n"
#define CHILDREN                                                                \
	"    - matchBinaries: [{operator: %s, values: [%s], followChildren: true}]\n" DENIED
#define FORKS                                                                   \
	"    - matchPIDs: [{operator: %s, values: [%d], followForks: true}]\n" DENIED
/* clang-format on */

static struct tetra_session *session;
static unsigned int n_groups;

static void load_children(const char *name, const char *op, const char *list)
{
	rig_load(session, rig_policy(HEAD OPENS CHILDREN, name, op, list),
		 TETRA_LOAD_REPLACE);
}

static void load_forks(const char *name, const char *op, pid_t pid)
{
	rig_load(session, rig_policy(HEAD OPENS FORKS, name, op, pid),
		 TETRA_LOAD_REPLACE);
}

static void unload(const char *name)
{
	fact_equal(tetra_policy_unload(session, name, NULL), 0, "%s is unloaded", name);
}

/* @steps: words; "GO" is the group's file, "OUT" the process's. The first is the program. */
static pid_t start(const char *const *steps, unsigned int group, unsigned int number)
{
	static char go[32], out[32];
	char *argv[MAX_STEP + 1];
	pid_t pid;
	int n;

	snprintf(go, sizeof(go), "go-%u", group);
	snprintf(out, sizeof(out), "%u-%u", group, number);
	for (n = 0; steps[n] && n < MAX_STEP; n++)
		argv[n] = !strcmp(steps[n], "GO")    ? go
			  : !strcmp(steps[n], "OUT") ? out
						     : (char *)steps[n];
	argv[n] = NULL;
	pid = fork();
	if (pid == 0) {
		execv(argv[0], argv);
		_exit(EXIT_FAILURE);
	}
	return pid;
}

static void touch(const char *format, unsigned int number)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), format, number);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	fact(fd >= 0, "%s", path);
	close(fd);
}

/* What a worker answered, or -1. */
static int answer(unsigned int group, unsigned int number)
{
	int64_t end = rig_now_ms() + ANSWER_MS;
	char path[64], text[32];
	ssize_t n = 0;

	snprintf(path, sizeof(path), LAB "/out/%u-%u", group, number);
	while (n <= 0 && rig_now_ms() < end) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n <= 0)
			usleep(20000);
	}
	if (n <= 0)
		return -1;
	text[n] = '\0';
	return atoi(text);
}

/* Ways to descend from evil, or not to. */
static const struct way {
	const char *name;
	bool descends;
	const char *steps[MAX_STEP];
} ways[] = {
	{ "itself", true, { EVIL, "out", "OUT", "wait", "GO", "act", VAULT } },
	{ "its child",
	  true,
	  { EVIL, "out", "OUT", "fork", "exec", LAB "/other", "wait", "GO", "act",
	    VAULT } },
	{ "its orphan",
	  true,
	  { EVIL, "out", "OUT", "orphan", "exec", LAB "/other", "wait", "GO", "act",
	    VAULT } },
	{ "what it executed",
	  true,
	  { EVIL, "out", "OUT", "exec", LAB "/other", "wait", "GO", "act", VAULT } },
	{ "its parent's child",
	  true,
	  { EVIL, "out", "OUT", "parent", "exec", LAB "/other", "wait", "GO", "act",
	    VAULT } },
	{ "an orphan of another program of an orphan",
	  true,
	  { EVIL, "out", "OUT", "orphan", "exec", LAB "/third", "orphan", "exec",
	    LAB "/other", "wait", "GO", "act", VAULT } },
	{ "a program from memory",
	  true,
	  { EVIL, "out", "OUT", "fork", "memfd", "wait", "GO", "act", VAULT } },
	{ "another", false, { LAB "/other", "out", "OUT", "wait", "GO", "act", VAULT } },
	{ "another's orphan",
	  false,
	  { LAB "/third", "out", "OUT", "orphan", "exec", LAB "/other", "wait", "GO",
	    "act", VAULT } },
	{ "another from memory",
	  false,
	  { LAB "/other", "out", "OUT", "memfd", "wait", "GO", "act", VAULT } },
};

static unsigned int crowd_start(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		(void)start(ways[i].steps, n_groups, i);
	usleep(BEGIN_US);
	return n_groups++;
}

/* They act; @evil and @others: what they should get. */
static void crowd_act(unsigned int group, int evil, int others, const char *what)
{
	touch(LAB "/go-%u", group);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		fact_equal(answer(group, i), ways[i].descends ? evil : others, "%s: %s",
			   what, ways[i].name);
}

static void crowd_check(int evil, int others, const char *what)
{
	crowd_act(crowd_start(), evil, others, what);
}

static void check_before(void)
{
	unsigned int group = crowd_start();

	load_children("before", "In", EVIL);
	crowd_act(group, EPERM, 0, "there before the policy");
	crowd_check(EPERM, 0, "there after the policy");
	unload("before");
}

static void check_replaced(void)
{
	unsigned int again, grown, other;

	load_children("replaced", "In", EVIL);
	again = crowd_start();
	grown = crowd_start();
	other = crowd_start();
	load_children("replaced", "In", EVIL);
	crowd_act(again, EPERM, 0, "the same policy again");
	load_children("replaced", "In", EVIL ", " NOBODY);
	crowd_act(grown, EPERM, 0, "the policy with one more name");
	load_children("replaced", "In", NOBODY);
	load_children("replaced", "In", NOBODY);
	crowd_act(other, 0, 0, "two policies later, another name");
	crowd_check(0, 0, "started later, another name");
	unload("replaced");
}

static void check_unloaded(void)
{
	unsigned int none, all, again;

	load_children("first", "In", EVIL);
	none = crowd_start();
	all = crowd_start();
	again = crowd_start();
	unload("first");
	load_children("second", "In", NOBODY);
	crowd_act(none, 0, 0, "a list without it");
	crowd_check(0, 0, "started later, a list without it");
	unload("second");
	load_children("third", "NotIn", NOBODY);
	crowd_act(all, EPERM, EPERM, "an allow-list without it");
	crowd_check(EPERM, EPERM, "started later, an allow-list without it");
	unload("third");
	load_children("first", "In", EVIL);
	crowd_act(again, EPERM, 0, "its list once more");
	unload("first");
}

/* A policy about the same, and one about something else, come and go. */
static void check_beside(void)
{
	unsigned int group;

	load_children("first", "In", EVIL);
	load_children("beside", "In", NOBODY);
	group = crowd_start();
	load_children("same", "In", EVIL);
	unload("beside");
	unload("first");
	crowd_act(group, EPERM, 0, "the policy that remains");
	unload("same");
}

static const char *const forks[] = { LAB "/third", "stay", "stay",	 "out",	 "OUT",
				     "orphan",	   "exec", LAB "/other", "wait", "GO",
				     "act",	   VAULT,  NULL };

static void check_pids_once(const char *op, bool before, bool replaced, const char *what)
{
	unsigned int group = n_groups++;
	bool in = !strcmp(op, "In");
	pid_t pid;

	if (before) {
		pid = start(forks, group, 0);
		usleep(BEGIN_US);
		load_forks("forks", op, pid);
	} else {
		static const char *const waits[] = { LAB "/third", "wait",   "GO",
						     "stay",	   "stay",   "out",
						     "OUT",	   "orphan", "exec",
						     LAB "/other", "wait",   "later",
						     "act",	   VAULT,    NULL };

		pid = start(waits, group, 0);
		usleep(BEGIN_US);
		load_forks("forks", op, pid);
		touch(LAB "/go-%u", group);
		usleep(BEGIN_US);
	}
	if (replaced)
		load_forks("forks", op, pid);
	touch(before ? LAB "/go-%u" : LAB "/later", group);
	fact_equal(answer(group, 0), in ? EPERM : 0, "%s of the pid, %s", op, what);
	unlink(LAB "/later");
	kill(pid, SIGKILL);
	unload("forks");
}

static void check_pids(void)
{
	static const char *const ops[] = { "In", "NotIn" };

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		check_pids_once(ops[i], true, false, "there before the policy");
		check_pids_once(ops[i], true, true, "there before, replaced");
		check_pids_once(ops[i], false, false, "there after the policy");
		check_pids_once(ops[i], false, true, "there after, replaced");
	}
	/* The bits that were used are nobody's. */
	load_forks("forks", "In", 4194303);
	crowd_check(0, 0, "In of a pid that is nobody's");
	load_forks("forks", "NotIn", 4194303);
	crowd_check(EPERM, EPERM, "NotIn of a pid that is nobody's");
	unload("forks");
}

struct trick {
	const char *name;
	int answer;
	const char *steps[MAX_STEP];
};

static void trick_play(const struct trick *trick, const char *what)
{
	unsigned int group = n_groups++;

	(void)start(trick->steps, group, 0);
	touch(LAB "/go-%u", group);
	fact_equal(answer(group, 0), trick->answer, "%s: %s", what, trick->name);
}

#define USER "uid", "1000"

static const struct trick spoofs[] = {
	{ "the allowed program", 0, { GOOD, "out", "OUT", "act", VAULT } },
	{ "its child", 0, { GOOD, "out", "OUT", "fork", "exec", EVIL, "act", VAULT } },
	{ "its child, under a name of its own making",
	  0,
	  { GOOD, "out", "OUT", "fork", "spoof", GOOD, "act", VAULT } },
	{ "another", EPERM, { EVIL, "out", "OUT", "act", VAULT } },
	{ "another under its name",
	  EPERM,
	  { EVIL, "out", "OUT", "spoof", GOOD, "act", VAULT } },
	{ "a user's under its name",
	  EPERM,
	  { EVIL, "out", "OUT", USER, "spoof", GOOD, "act", VAULT } },
	{ "a child of that",
	  EPERM,
	  { EVIL, "out", "OUT", USER, "spoof", GOOD, "fork", "exec", EVIL, "act",
	    VAULT } },
	{ "what that executed",
	  EPERM,
	  { EVIL, "out", "OUT", USER, "spoof", GOOD, "exec", EVIL, "act", VAULT } },
};

static void check_spoofs(void)
{
	static const struct trick trusted = {
		"a user's under its name",
		0,
		{ EVIL, "out", "OUT", USER, "spoof", GOOD, "act", VAULT },
	};
	static const struct trick denied = {
		"the name in a deny-list",
		EPERM,
		{ EVIL, "out", "OUT", USER, "spoof", GOOD, "fork", "act", VAULT },
	};

	/* Beside it a list of the same names that does believe them, for another file. */
	rig_load(session,
		 rig_policy(HEAD OPENS
			    "    - matchBinaries: [{operator: In, values: [" GOOD
			    "], followChildren: true}]\n"
			    "      matchArgs: [{index: 0, operator: Equal, values: ['" LAB
			    "/nothing']}]\n"
			    "      matchActions: [{action: Override, argError: -1}]\n",
			    "believes"),
		 0);
	load_children("spoof", "NotIn", GOOD);
	for (size_t i = 0; i < ARRAY_SIZE(spoofs); i++)
		trick_play(&spoofs[i], "names of user namespaces");
	rig_load(session,
		 rig_policy(
			 HEAD OPENS
			 "    - matchBinaries: [{operator: In, values: [" GOOD
			 "], followChildren: true}]\n"
			 "    - matchArgs: [{index: 0, operator: Equal, values: ['" VAULT
			 "']}]\n"
			 "      matchActions: [{action: Override, argError: -1}]\n",
			 "spoof"),
		 TETRA_LOAD_REPLACE);
	for (size_t i = 0; i < ARRAY_SIZE(spoofs); i++)
		trick_play(&spoofs[i], "an exception by such names");
	load_children("spoof", "In", GOOD);
	trick_play(&denied, "names of user namespaces");
	rig_load(session,
		 rig_policy(HEAD
			    "  options: [{name: user-namespaces, value: trust}]\n" OPENS
				    CHILDREN,
			    "spoof", "NotIn", GOOD),
		 TETRA_LOAD_REPLACE);
	trick_play(&trusted, "where names are trusted");
	unload("spoof");
	unload("believes");
}

#define TREE "tree", LAB "/dir", "evil"

static const struct trick trees[] = {
	{ "itself", EPERM, { LAB "/other", "out", "OUT", TREE, "act", VAULT } },
	{ "its child",
	  EPERM,
	  { LAB "/other", "out", "OUT", TREE, "fork", "act", VAULT } },
	{ "its child, another program",
	  EPERM,
	  { LAB "/other", "out", "OUT", TREE, "fork", "exec", LAB "/other", "act",
	    VAULT } },
	{ "its orphan, another program",
	  EPERM,
	  { LAB "/other", "out", "OUT", TREE, "orphan", "exec", LAB "/other", "act",
	    VAULT } },
	{ "what it executed",
	  EPERM,
	  { LAB "/other", "out", "OUT", TREE, "exec", LAB "/other", "act", VAULT } },
	{ "what it executed from memory",
	  EPERM,
	  { LAB "/other", "out", "OUT", TREE, "memfd", "act", VAULT } },
	{ "another from memory, and its child",
	  0,
	  { LAB "/other", "out", "OUT", "memfd", "fork", "exec", LAB "/other", "act",
	    VAULT } },
	{ "another", 0, { LAB "/other", "out", "OUT", "act", VAULT } },
};

/* A program on a mount that is in no namespace has no name that could be read. */
static void check_trees(void)
{
	static const struct trick waits = {
		"there before the policy",
		EPERM,
		{ LAB "/other", "out", "OUT", TREE, "orphan", "exec", LAB "/other",
		  "wait", "GO", "act", VAULT },
	};
	static const struct trick pid = { "no matter for pids",
					  0,
					  { LAB "/other", "out", "OUT", TREE, "act",
					    VAULT } };
	unsigned int group = n_groups++;

	(void)start(waits.steps, group, 0);
	usleep(BEGIN_US);
	load_children("tree", "In", LAB "/dir/evil");
	touch(LAB "/go-%u", group);
	fact_equal(answer(group, 0), waits.answer, "unreadable names: %s", waits.name);
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++)
		trick_play(&trees[i], "unreadable names");
	unload("tree");
	load_forks("forks", "In", 4194303);
	trick_play(&pid, "unreadable names");
	unload("forks");
}

/* Forks and execs while filters come, stay and go. */
static void check_storm(void)
{
	static const char *const steps[] = { EVIL, "out", "OUT", "storm", VAULT, NULL };
	unsigned int group = n_groups++, i;
	char path[64];
	struct stat st;

	load_children("storm", "In", EVIL);
	for (i = 0; i < 4; i++)
		(void)start(steps, group, i);
	for (i = 0; i < 24; i++) {
		char list[64];

		snprintf(list, sizeof(list), EVIL ", " LAB "/nobody-%u", i);
		load_children("storm", "In", i % 3 ? list : EVIL);
		load_children("beside", i % 2 ? "NotIn" : "In", i % 2 ? EVIL : NOBODY);
		unload("beside");
		rig_step("replaced", i, 24);
	}
	touch(LAB "/over", 0);
	usleep(BEGIN_US);
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), LAB "/out/%u-%u", group, i);
		fact(stat(path, &st) == 0 && st.st_size == 0,
		     "no child of storm %u passed", i);
	}
	unload("storm");
}

int main(void)
{
	signal(SIGCHLD, SIG_IGN);
	session = rig_session(NULL);
	check_before();
	check_replaced();
	check_unloaded();
	check_beside();
	check_pids();
	check_spoofs();
	check_trees();
	check_storm();
	tetra_session_free(session);
	return fact_close();
}
