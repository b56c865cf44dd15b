/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pointers: integers of every kind on parameters that are pointers, at every place whose words
 * have types, with and without a filter, with every action. All of them load, and what is
 * compared is the pointer's value cut to the kind's width: "not 1" holds for all calls.
 */
#include <stdio.h>

#include "tests/vm/rig.h"

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

static struct tetra_policy *policy_make(size_t place, const char *kind, size_t doing,
					bool filtered)
{
	/* Nothing that runs is hit: the binary is one that nobody starts. */
	return rig_policy(
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		"metadata: {name: pointers}\nspec:\n"
		"  options: [{name: enforcement, value: best-effort}]\n  %s, args: "
		"[{index: 0, type: %s}], selectors: [{matchBinaries: [{operator: In, values: "
		"[%s]}]%s, matchActions: [{%s}]}]}\n",
		places[place].hook, kind, NOBODY,
		filtered ? ", matchArgs: [{index: 0, operator: NotEqual, values: ['1']}]"
			 : "",
		doings[doing].actions);
}

static void load_one(struct tetra_session *session, size_t place, const char *kind,
		     size_t doing, bool filtered)
{
	struct tetra_policy *policy = policy_make(place, kind, doing, filtered);
	struct tetra_diag *diag = NULL;
	char text[1024] = "";
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = tetra_policy_load(session, policy, NULL, diag);
	for (unsigned int i = 0; r < 0; i++)
		if (tetra_diag_render(diag, i, text, sizeof(text)) <
		    0) /* the last one stays */
			break;
	fact(r == 0, "%s: %s%s, %s loads%s%s", places[place].name, kind,
	     filtered ? " with a filter" : "", doings[doing].name, r ? ": " : "", text);
	if (r == 0)
		(void)tetra_policy_unload(session, "pointers", NULL); /* it is there */
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}

int main(int argc, char **argv)
{
	struct tetra_session *session = rig_session(NULL);

	for (size_t place = 0; place < ARRAY_SIZE(places); place++)
		for (size_t doing = 0; doing < ARRAY_SIZE(doings); doing++) {
			if (doings[doing].denies && !places[place].denies)
				continue;
			for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
				for (int filtered = 0; filtered < 2; filtered++)
					load_one(session, place, kinds[kind], doing,
						 filtered);
		}
	tetra_session_free(session);
	return fact_close();
}
