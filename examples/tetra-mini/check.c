/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "files.h"
#include "findings.h"
#include "guard.h"

/* A collector per file: memory stays that of the largest one. */
static int check_file(const char *name)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name, .lint = 1);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(policy_unrefp) struct tetra_policy *policy = NULL;
	int r = tetra_diag_new(&diag), printed;

	if (r == 0)
		r = tetra_policy_parse_file(&policy, name, &opts, diag);
	printed = findings_print(diag);
	if (r == 0)
		r = printed;
	if (r < 0 && (r == -ENOMEM || !tetra_diag_count(diag, TETRA_SEVERITY_ERROR))) {
		name_print(name);
		fprintf(stderr, ": error: %s\n",
			r == -ENOMEM ? "memory ran out; not everything was checked"
				     : strerror(-r));
	}
	return r;
}

int check_run(const struct config *config)
{
	_cleanup_(files_done) struct files files = {};
	int status = 0;
	unsigned int i;
	size_t k;

	for (i = 0; i < config->n_paths; i++) {
		int r = files_add(&files, config->paths[i]);

		if (r < 0) {
			fputs("tetra-mini: ", stderr);
			name_print(config->paths[i]);
			fprintf(stderr, ": %s\n", strerror(-r));
			status = 1;
		}
	}
	for (k = 0; k < files.n_names; k++)
		if (check_file(files.names[k]) < 0)
			status = 1;
	return status;
}
