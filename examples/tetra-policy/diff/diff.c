/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy diff: where two policies differ, over all events. No kernel, no privilege. */
#include "diff/diff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/findings.h"
#include "common/guard.h"
#include "options.h"
#include "policies.h"
#include "text.h"

struct config {
	int is_json, only_tightens;
};

static int set_json(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_json = 1;
	return 0;
}

static int set_only_tightens(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->only_tightens = 1;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row diff_options[] = {
	{ 'j', "json", NULL, set_json,
	  "print the differences as one JSON document" },
	{ 0, "only-tightens", NULL, set_only_tightens,
	  "fail only if NEW allows or hides anything that OLD stopped\n"
	  "or told" },
	{},
};
/* clang-format on */

static void diff_freep(struct tetra_diff **diff)
{
	tetra_diff_free(*diff);
}

static enum status status_of(const struct config *config, const struct tetra_diff *diff)
{
	int good = config->only_tightens ? tetra_diff_only_tightens(diff)
					 : tetra_diff_is_equal(diff);

	/* What was found is true, but there may be more. */
	if (!tetra_diff_is_complete(diff) && !tetra_diff_count(diff))
		return STATUS_BROKEN;
	return good ? STATUS_GOOD : STATUS_FOUND;
}

static enum status compare(const struct config *config, const struct policies *old,
			   const struct policies *new)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(diff_freep) struct tetra_diff *diff = NULL;
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = tetra_diff(&diff, old->items, old->n, new->items, new->n, NULL, diag);
	if (diag)
		findings_print(diag, stderr);
	if (r == 0)
		r = config->is_json ? diff_print_json(diff) : diff_print_text(diff);
	if (r < 0) {
		complain("diff", strerror(-r));
		return STATUS_BROKEN;
	}
	return status_of(config, diff);
}

int diff_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(policies_done) struct policies old = {}, new = {};
	struct config config = {};
	int first = options_read(command, argc, argv, &config);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (argc - first != 2)
		return options_refuse(command, "needs two files");
	if (policies_read(&old, argv[first]) < 0 ||
	    policies_read(&new, argv[first + 1]) < 0)
		return STATUS_BROKEN;
	return (int)compare(&config, &old, &new);
}
