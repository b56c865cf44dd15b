/* SPDX-License-Identifier: Apache-2.0 */
#include "policies.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "input.h"
#include "text.h"

static int add(struct policies *policies, struct tetra_policy *policy)
{
	struct tetra_policy **grown =
		realloc(policies->items, (policies->n + 1) * sizeof(*grown));

	if (!grown) {
		tetra_policy_unref(policy);
		return -ENOMEM;
	}
	policies->items = grown;
	grown[policies->n++] = policy;
	return 0;
}

static int file_read(struct policies *policies, const char *name)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;
	int r = tetra_diag_new(&diag);

	if (r < 0)
		return r;
	if (strcmp(name, "-") == 0)
		r = input_parse(&policy, &opts, diag);
	else
		r = tetra_policy_parse_file(&policy, name, &opts, diag);
	if (r < 0) {
		findings_reason(diag, name, r);
		return r;
	}
	return add(policies, policy);
}

int policies_read(struct policies *policies, const char *path)
{
	_cleanup_(files_done) struct files files = {};
	int r = files_add(&files, path);
	size_t i;

	if (r < 0)
		complain(path, strerror(-r));
	for (i = 0; r >= 0 && i < files.n_names; i++)
		r = file_read(policies, files.names[i]);
	return r;
}

void policies_done(struct policies *policies)
{
	size_t i;

	for (i = 0; i < policies->n; i++)
		tetra_policy_unref(policies->items[i]);
	free(policies->items);
}
