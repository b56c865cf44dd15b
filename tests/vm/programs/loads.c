/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loads: one session that loads the policy of each file whose name comes in, and unloads it
 * again. Nothing enforces, and nobody listens. For each it prints the findings, one a line and
 * as tetra-mini prints them, then "loaded", "refused" or "failed WHY".
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

static void load(struct tetra_session *session, const char *path, struct tetra_diag *diag)
{
	const struct tetra_load_opts opts = { .size = sizeof(opts),
					      .mode = TETRA_MODE_MONITOR };
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse_file(&policy, path, NULL, diag);

	if (r >= 0)
		r = tetra_policy_load(session, policy, &opts, diag);
	findings_print(diag);
	if (r < 0) {
		puts("refused");
	} else {
		records_drop(session);
		r = tetra_policy_unload(session, tetra_policy_get_name(policy), NULL);
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
