/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exceptions: "exception first, then deny" for each way to attach. The first selector exempts
 * one file and asks for an event, the second stops everything else in the folder. Every
 * program of a hook point must decide this way, regardless of the number of rules and
 * sessions, and their counts together must add up to one run per call.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/rig.h"

#define FOLDER "/tmp/lab/x"
#define EXEMPT FOLDER "/ok"
#define OTHER  FOLDER "/other"
/* Rules beside the policy's own: more than one word of them. */
#define CROWD 70u

/* As a policy is written. */
/* clang-format off */
#define SELECTORS(index)                                \
	"    selectors:\n"                              \
	"    - matchArgs:\n"                            \
	"      - index: " index "\n"                    \
	"        operator: Equal\n"                     \
	"        values: ['" EXEMPT "']\n"              \
	"    - matchArgs:\n"                            \
	"      - index: " index "\n"                    \
	"        operator: Prefix\n"                    \
	"        values: ['" FOLDER "/']\n"             \
	"      matchActions:\n"                         \
	"      - {action: %s}\n"
/* clang-format on */

static const struct place {
	const char *name;
	const char *policy; /* its name and the action are to be filled in */
} places[] = {
	{ "function", RIG_HEAD "  kprobes:\n"
			       "  - call: security_file_open\n"
			       "    syscall: false\n"
			       "    args: [{index: 0, type: file}]\n" SELECTORS("0") },
	{ "function-return",
	  RIG_HEAD "  kprobes:\n"
		   "  - call: security_file_open\n"
		   "    syscall: false\n"
		   "    return: true\n"
		   "    returnArg: {index: 0, type: int}\n"
		   "    args: [{index: 0, type: file}]\n" SELECTORS("0") },
	{ "lsm", RIG_HEAD "  lsmhooks:\n"
			  "  - hook: file_open\n"
			  "    args: [{index: 0, type: file}]\n" SELECTORS("0") },
	{ "path-argument",
	  RIG_HEAD "  kprobes:\n"
		   "  - call: security_path_truncate\n"
		   "    syscall: false\n"
		   "    args: [{index: 0, type: path}]\n" SELECTORS("0") },
};

static const char *const actions[] = { "Sigkill", "Override, argError: -1" };

/* What a child that acts on @path ends with: 0 done, 1 refused, -9 killed. */
static int act(const char *path, bool truncates)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (truncates)
			_exit(truncate(path, 0) < 0);
		_exit(open(path, O_RDONLY | O_CLOEXEC) < 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static struct tetra_counts selector_counts(struct tetra_session *session,
					   uint32_t selector)
{
	struct tetra_counts counts = { .size = sizeof(counts) };

	(void)tetra_stats_policy(session, "exception", 0, selector, &counts);
	return counts;
}

static void check_counts(struct tetra_session *session, bool kills, const char *what)
{
	struct tetra_counts first = selector_counts(session, 0);
	struct tetra_counts second = selector_counts(session, 1);

	fact_told(first.matched, 1, "%s: the exception matched once", what);
	fact_told(first.posted, 1, "%s: its event", what);
	fact_equal(first.signalled + first.overridden, 0, "%s: nothing done to it", what);
	fact_told(second.matched, 1, "%s: the other matched once", what);
	fact_equal(kills ? second.signalled : second.overridden, 1, "%s: enforced once",
		   what);
}

static void crowd_load(struct tetra_session *session, const struct place *place)
{
	struct tetra_txn *txn = rig_txn(session);

	for (uint32_t i = 0; i < CROWD; i++) {
		char name[32];

		snprintf(name, sizeof(name), "crowd-%u", i);
		rig_txn_load(txn, rig_policy(place->policy, name, "Sigkill"), 0);
	}
	fact_equal(rig_commit(txn), 0, "%s: %u more policies", place->name, CROWD);
}

static void drain(struct tetra_session *session)
{
	while (tetra_session_poll(session, 300) > 0)
		;
}

static void play_one(struct tetra_session *session, const struct place *place,
		     const char *action, const char *what)
{
	bool kills = strcmp(action, "Sigkill") == 0;
	bool truncates = strcmp(place->name, "path-argument") == 0;
	char text[128];

	snprintf(text, sizeof(text), "%s, %s, %s", place->name, action, what);
	rig_load(session, rig_policy(place->policy, "exception", action),
		 TETRA_LOAD_REPLACE);
	fact_equal(act(EXEMPT, truncates), 0, "%s: the exception passes", text);
	fact_equal(act(OTHER, truncates), kills ? -SIGKILL : 1,
		   "%s: the other is stopped", text);
	drain(session);
	check_counts(session, kills, text);
}

static void play(const struct place *place)
{
	struct tetra_session *session = rig_session(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		play_one(session, place, actions[i], "alone");
	rig_end(session);
}

static void play_twice(const struct place *place)
{
	struct tetra_session *first = rig_session(NULL), *second = rig_session(NULL);

	rig_load(first, rig_policy(place->policy, "exception", actions[0]), 0);
	play_one(second, place, actions[0], "two sessions");
	rig_end(first);
	rig_end(second);
}

/* Beyond one word of rules the programs are others, and the first has a successor. */
static void play_crowd(const struct place *place)
{
	static const char nowhere[] = "/tmp/lab/n";
	struct tetra_session *session = rig_session(NULL);
	char *text = strdup(place->policy), *at;
	struct place elsewhere = *place;

	while ((at = strstr(text, FOLDER)))
		memcpy(at, nowhere, strlen(FOLDER));
	elsewhere.policy = text;
	play_one(session, place, actions[1], "before the crowd");
	crowd_load(session, &elsewhere);
	fact_equal(tetra_policy_unload(session, "exception", NULL), 0, "unload");
	play_one(session, place, actions[1], "in a crowd");
	rig_end(session);
	free(text);
}

/* As a policy is written. */
/* clang-format off */
#define RESULT_FIRST(filter)                            \
	RIG_HEAD "  kprobes:\n"                         \
	"  - call: security_file_open\n"                \
	"    syscall: false\n"                          \
	"    return: true\n"                            \
	"    returnArg: {index: 0, type: int}\n"        \
	"    args: [{index: 0, type: file}]\n"          \
	"    selectors:\n"                              \
	"    - matchArgs:\n"                            \
	"      - {index: 0, operator: Prefix, values: ['" FOLDER "/']}\n" \
	"      matchReturnArgs:\n"                      \
	"      - {index: 0, operator: NotEqual, values: [77]}\n" \
	"    - matchArgs:\n"                            \
	"      - {index: 0, operator: Equal, values: ['" OTHER "']}\n" \
	filter                                          \
	"      matchActions:\n"                         \
	"      - {action: %s}\n"
/* clang-format on */

/*
 * A selector that waits for the result comes first. What the second has stopped at the entry is
 * booked to the second, by all programs, even if it filters a result that does not come.
 */
static void play_result(const char *policy, const char *action, const char *what)
{
	bool kills = strcmp(action, "Sigkill") == 0;
	struct tetra_session *session = rig_session(NULL);
	char text[128];

	snprintf(text, sizeof(text), "result first, %s, %s", action, what);
	rig_load(session, rig_policy(policy, "exception", action), 0);
	fact_equal(act(EXEMPT, false), 0, "%s: what is only watched passes", text);
	fact_equal(act(OTHER, false), kills ? -SIGKILL : 1, "%s: the other is stopped",
		   text);
	drain(session);
	check_counts(session, kills, text);
	rig_end(session);
}

static void play_results(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		play_result(RESULT_FIRST(""), actions[i], "no other filter");
		play_result(
			RESULT_FIRST(
				"      matchReturnArgs:\n"
				"      - {index: 0, operator: Equal, values: [77]}\n"),
			actions[i], "filters the result too");
	}
}

int main(void)
{
	rig_file(FOLDER, EXEMPT);
	rig_file(FOLDER, OTHER);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		play(&places[i]);
	play_twice(&places[0]);
	play_crowd(&places[0]);
	play_results();
	return fact_close();
}
