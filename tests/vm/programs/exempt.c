/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exempt PLACE-HOW[-WHERE]...: "exception first, then deny", as in exceptions, for the ways to
 * attach that not every kernel has, and beside other rules. The first selector exempts one file or
 * offset and asks for an event, the second stops the others. Every program of a hook point must
 * decide this way, and their counts together must add up to one run per call. WHERE is "twice", in
 * two sessions, or "crowd", in one that has many policies there.
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
/* Offsets that nothing else uses. */
#define EXEMPT_OFFSET 424100
#define OTHER_OFFSET  424200
#define TEXT_(x)      #x
#define TEXT(x)	      TEXT_(x)
/* Rules beside the policy's own: more than one word of them. */
#define CROWD 70u

/* As a policy is written. */
/* clang-format off */
#define HEAD RIG_HEAD "  options: [{name: enforcement, value: %s}]\n"
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
#define OFFSETS(index)                                                          \
	"    args: [{index: " index ", type: int64}]\n"                         \
	"    selectors:\n"                                                      \
	"    - matchArgs: [{index: " index ", operator: Equal, values: ['"       \
		TEXT(EXEMPT_OFFSET) "']}]\n"                                    \
	"    - matchArgs: [{index: " index ", operator: Equal, values: ['"       \
		TEXT(EXEMPT_OFFSET) "', '" TEXT(OTHER_OFFSET) "']}]\n"          \
	"      matchActions:\n"                                                 \
	"      - {action: %s}\n"
#define RESULT(type) "    return: true\n    returnArg: {index: 0, type: " type "}\n"
#define CALL "  kprobes:\n  - call: sys_lseek\n    syscall: true\n"
#define OPEN "  kprobes:\n  - call: security_file_open\n    syscall: false\n"
#define FILE_ "    args: [{index: 0, type: file}]\n"
/* clang-format on */

static const char *path_of(bool other)
{
	return other ? OTHER : EXEMPT;
}

/* These say whether it was refused. */

static bool do_open(bool other)
{
	return open(path_of(other), O_RDONLY | O_CLOEXEC) < 0;
}

static bool do_seek(bool other)
{
	off_t to = other ? OTHER_OFFSET : EXEMPT_OFFSET;

	return lseek(open(OTHER, O_RDONLY | O_CLOEXEC), to, SEEK_SET) != to;
}

static const struct place {
	const char *name;
	bool (*act)(bool other);
	const char *
		policy; /* its name, how it is enforced and the action are to be filled in */
} places[] = {
	{ "function", do_open, HEAD OPEN FILE_ SELECTORS("0") },
	{ "function-return", do_open, HEAD OPEN RESULT("int") FILE_ SELECTORS("0") },
	{ "lsm", do_open,
	  HEAD "  lsmhooks:\n  - hook: file_open\n" FILE_ SELECTORS("0") },
	{ "call", do_seek, HEAD CALL OFFSETS("1") },
	{ "call-return", do_seek, HEAD CALL RESULT("int64") OFFSETS("1") },
	{ "tracepoint", do_seek,
	  HEAD "  tracepoints:\n"
	       "  - subsystem: syscalls\n"
	       "    event: sys_enter_lseek\n" OFFSETS("6") },
};

/* How the other is stopped: the action, what the child ends with. */
static const struct how {
	const char *name, *enforcement, *action;
	int end; /* 1 refused, -9 killed */
} hows[] = {
	{ "kill", "strict", "Sigkill", -SIGKILL },
	{ "override", "strict", "Override, argError: -1", 1 },
	{ "signal", "strict", "Signal, argSig: 9", -SIGKILL },
	{ "best", "best-effort", "Override, argError: -1", 1 },
};

/* What a child that acts ends with: 0 done, 1 refused, -9 killed. */
static int act(const struct place *place, bool other)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(place->act(other));
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
		rig_txn_load(txn, rig_policy(place->policy, name, "strict", "Sigkill"),
			     0);
	}
	fact_equal(rig_commit(txn), 0, "%s: %u more policies", place->name, CROWD);
}

static void drain(struct tetra_session *session)
{
	while (tetra_session_poll(session, 300) > 0)
		;
}

static void play_one(struct tetra_session *session, const struct place *place,
		     const struct how *how, const char *what)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	char text[128];

	snprintf(text, sizeof(text), "%s, %s, %s", place->name, how->name, what);
	rig_load(session,
		 rig_policy(place->policy, "exception", how->enforcement, how->action),
		 TETRA_LOAD_REPLACE);
	if (tetra_policy_get_hook_status(session, "exception", 0, &status) == 0)
		printf("%s: %s\n", text, status.attach);
	fact_equal(act(place, false), 0, "%s: the exception passes", text);
	fact_equal(act(place, true), how->end, "%s: the other is stopped", text);
	drain(session);
	check_counts(session, how->end < 0, text);
}

static void play(const struct place *place, const struct how *how)
{
	struct tetra_session *session = rig_session(NULL);

	play_one(session, place, how, "alone");
	rig_end(session);
}

static void play_twice(const struct place *place, const struct how *how)
{
	struct tetra_session *first = rig_session(NULL), *second = rig_session(NULL);

	rig_load(first,
		 rig_policy(place->policy, "exception", how->enforcement, how->action),
		 0);
	play_one(second, place, how, "two sessions");
	rig_end(first);
	rig_end(second);
}

/* Beyond one word of rules the programs are others, and the first has a successor. */
static void play_crowd(const struct place *place, const struct how *how)
{
	static const char nowhere[] = "/tmp/lab/n";
	struct tetra_session *session = rig_session(NULL);
	char *text = strdup(place->policy), *at;
	struct place elsewhere = *place;

	while ((at = strstr(text, FOLDER)))
		memcpy(at, nowhere, strlen(FOLDER));
	elsewhere.policy = text;
	play_one(session, place, how, "before the crowd");
	crowd_load(session, &elsewhere);
	fact_equal(tetra_policy_unload(session, "exception", NULL), 0, "unload");
	play_one(session, place, how, "in a crowd");
	rig_end(session);
	free(text);
}

static const struct where {
	const char *name;
	void (*play)(const struct place *place, const struct how *how);
} wheres[] = { { "", play }, { "-twice", play_twice }, { "-crowd", play_crowd } };

/* True if @name is it. */
static bool play_if(const char *name, const struct place *place, const struct how *how,
		    const struct where *where)
{
	char text[128];

	snprintf(text, sizeof(text), "%s-%s%s", place->name, how->name, where->name);
	if (strcmp(text, name) != 0)
		return false;
	where->play(place, how);
	return true;
}

static bool play_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		for (size_t k = 0; k < ARRAY_SIZE(hows); k++)
			for (size_t n = 0; n < ARRAY_SIZE(wheres); n++)
				if (play_if(name, &places[i], &hows[k], &wheres[n]))
					return true;
	return false;
}

int main(int argc, char **argv)
{
	rig_file(FOLDER, EXEMPT);
	rig_file(FOLDER, OTHER);
	for (int i = 1; i < argc; i++)
		fact(play_named(argv[i]), "played '%s'", argv[i]);
	return fact_close();
}
