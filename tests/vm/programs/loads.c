/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loads: one session that loads the policy of each file whose name comes in, and unloads it
 * again. Nothing enforces, and nobody listens. For each it prints the findings, one a line and
 * as tetra-mini prints them, then how each hook is attached, "hook INDEX ATTACH", whether it could
 * also be loaded to enforce, "as written loads" or "as written refused", and at last "loaded",
 * "refused" or "failed WHY".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "tests/vm/programs/rig.h"

static void findings_print(struct tetra_diag *diag)
{
	char line[4096];

	for (unsigned int i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		fputs(line, stdout);
}

/* Records that nobody reads would be counted as lost, and slow down what comes next. */
static void records_drop(struct tetra_session *session)
{
	while (tetra_session_dispatch(session, 0) > 0)
		;
}

static void hooks_print(struct tetra_session *session, const char *name)
{
	struct tetra_hook_status hook = { .size = sizeof(hook) };

	for (unsigned int i = 0;
	     tetra_policy_get_hook_status(session, name, i, &hook) == 0; i++)
		printf("hook %u %s\n", hook.index, hook.attach);
}

/* Adds the policy to a transaction in the mode that it asks for, and abandons that. */
static void try_as_written(struct tetra_session *session, struct tetra_policy *policy)
{
	struct tetra_txn *txn;
	int r = tetra_txn_begin(session, &txn);

	if (r == 0)
		r = tetra_txn_load(txn, policy, NULL, NULL);
	printf("as written %s\n", r == 0 ? "loads" : "refused");
	tetra_txn_free(txn);
}

static void load(struct tetra_session *session, const char *path, struct tetra_diag *diag)
{
	const struct tetra_load_opts opts = { .size = sizeof(opts),
					      .mode = TETRA_MODE_MONITOR };
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse_file(&policy, path, NULL, diag);

	if (r >= 0) {
		r = tetra_policy_load(session, policy, &opts, diag);
		findings_print(diag);
		/* Attaching finds out of some functions that they cannot be traced. */
		if (r < 0)
			try_as_written(session, policy);
	} else {
		findings_print(diag);
	}
	if (r < 0) {
		puts("refused");
	} else {
		records_drop(session);
		hooks_print(session, tetra_policy_get_name(policy));
		r = tetra_policy_unload(session, tetra_policy_get_name(policy), NULL);
		try_as_written(session, policy);
		printf(r < 0 ? "failed not unloaded: %s\n" : "loaded\n", strerror(-r));
		records_drop(session);
	}
	tetra_policy_unref(policy);
}

int main(void)
{
	struct tetra_session *session = rig_session(NULL);
	char path[4096];

	puts("ready");
	fflush(stdout);
	while (fgets(path, sizeof(path), stdin)) {
		struct tetra_diag *diag;

		path[strcspn(path, "\n")] = '\0';
		if (tetra_diag_new(&diag) < 0)
			return EXIT_FAILURE;
		load(session, path, diag);
		tetra_diag_free(diag);
		fflush(stdout);
	}
	tetra_session_free(session);
	return EXIT_SUCCESS;
}
