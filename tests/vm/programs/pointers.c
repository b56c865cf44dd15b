/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pointers: integers of every kind on parameters that are pointers, at every place whose words
 * have types, with and without a filter, with every action. All of them load, and what is
 * compared is the pointer's value cut to the kind's width: "not 1" holds for all calls.
 */
#include <stdio.h>

#include "tests/vm/programs/rig.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define NOBODY "/tmp/lab/nobody"

static const char *const kinds[] = { "int8",   "uint8", "int16",  "uint16", "int",
				     "uint32", "int64", "uint64", "size_t" };

static const struct {
	const char *name, *hook;
	bool denies;
} places[] = {
	{ "function", "kprobes:\n  - {call: security_file_open, syscall: false", true },
	{ "function that returns",
	  "kprobes:\n  - {call: security_file_open, syscall: false, return: true, returnArg: "
	  "{index: 0, type: int}",
	  true },
	{ "LSM hook", "lsmhooks:\n  - {hook: file_open", true },
	{ "raw tracepoint",
	  "tracepoints:\n  - {subsystem: sched, event: sched_process_exec, raw: true",
	  false },
};

static const struct {
	const char *name, *actions;
	bool denies;
} doings[] = {
	{ "Post", "action: Post" },
	{ "Sigkill", "action: Sigkill" },
	{ "Override", "action: Override, argError: -1", true },
};

/* What one hook point can have together. */
#define KINDS_AT_ONCE 5

static struct tetra_policy *policy_make(size_t place, size_t kind, size_t doing,
					bool filtered)
{
	/* Nothing that runs is hit: the binary is one that nobody starts. */
	return rig_policy(
		RIG_HEAD_OF(
			"pointers-%zu") "  options: [{name: enforcement, value: best-effort}]\n  %s, args: "
					"[{index: 0, type: %s}], selectors: [{matchBinaries: [{operator: In, values: "
					"[%s]}]%s, matchActions: [{%s}]}]}\n",
		kind, places[place].hook, kinds[kind], NOBODY,
		filtered ? ", matchArgs: [{index: 0, operator: NotEqual, values: ['1']}]"
			 : "",
		doings[doing].actions);
}

/* One policy for each kind, from @first on, in one transaction. */
static void load_some(struct tetra_session *session, size_t place, size_t first,
		      size_t doing, bool filtered)
{
	struct tetra_txn *txn = rig_txn(session);
	char name[32];
	size_t i, n = ARRAY_SIZE(kinds) - first;
	int r = 0;

	n = n < KINDS_AT_ONCE ? n : KINDS_AT_ONCE;
	for (i = 0; i < n && r == 0; i++)
		r = rig_txn_load(txn, policy_make(place, first + i, doing, filtered), 0);
	if (r == 0)
		r = rig_commit(txn);
	else
		tetra_txn_free(txn);
	fact(r == 0, "%s: %s to %s%s, %s", places[place].name, kinds[first],
	     kinds[first + n - 1], filtered ? " with filters" : "", doings[doing].name);
	if (r < 0)
		return;
	txn = rig_txn(session);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "pointers-%zu", first + i);
		(void)tetra_txn_unload(txn, name, NULL); /* it is there */
	}
	(void)rig_commit(txn); /* nothing to refuse */
}

int main(int argc, char **argv)
{
	struct tetra_session *session = rig_session(NULL);
	size_t place, doing, first;

	for (place = 0; place < ARRAY_SIZE(places); place++)
		for (doing = 0; doing < ARRAY_SIZE(doings); doing++) {
			if (doings[doing].denies && !places[place].denies)
				continue;
			for (first = 0; first < ARRAY_SIZE(kinds);
			     first += KINDS_AT_ONCE) {
				if (!doing)
					load_some(session, place, first, doing, false);
				load_some(session, place, first, doing, true);
			}
		}
	tetra_session_free(session);
	return fact_close();
}
