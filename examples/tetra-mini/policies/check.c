/* SPDX-License-Identifier: Apache-2.0 */
#include "policies/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "common/name.h"
#include "status.h"

/* A collector per file: memory stays that of the largest one. */
static int check_file(const char *name)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name, .lint = TETRA_LINT_HERE);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(policy_unrefp) struct tetra_policy *policy = NULL;
	int r = tetra_diag_new(&diag), printed;
	char safe[NAME_BYTES];

	if (r == 0)
		r = tetra_policy_parse_file(&policy, name, &opts, diag);
	printed = findings_print(diag, stderr);
	if (r == 0)
		r = printed;
	if (r < 0 && (r == -ENOMEM || !tetra_diag_count(diag, TETRA_SEVERITY_ERROR)))
		fprintf(stderr, "%s: error: %s\n", name_safe(safe, name),
			r == -ENOMEM ? "memory ran out; not everything was checked"
				     : strerror(-r));
	return r;
}

int check_run(const struct config *config)
{
	_cleanup_(files_done) struct files files = {};
	int status = STATUS_OK;
	char name[NAME_BYTES];
	unsigned int i;
	size_t k;

	for (i = 0; i < config->n_paths; i++) {
		int r = files_add(&files, config->paths[i]);

		if (r < 0) {
			fprintf(stderr, "tetra-mini: %s: %s\n",
				name_safe(name, config->paths[i]), strerror(-r));
			status = STATUS_POLICY;
		}
	}
	for (k = 0; k < files.n_names; k++)
		if (check_file(files.names[k]) < 0)
			status = STATUS_POLICY;
	if (files.n_names == 0 && status == STATUS_OK) {
		fprintf(stderr, "tetra-mini: error: there is no policy to check\n");
		status = STATUS_POLICY;
	}
	return status;
}
