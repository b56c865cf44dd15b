/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy facts: writes what is known of this machine, for fit on another. */
#include <stdio.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/findings.h"
#include "common/guard.h"
#include "options.h"

static void facts_freep(struct tetra_facts **facts)
{
	tetra_facts_free(*facts);
}

static int facts_write(const char *path)
{
	_cleanup_(facts_freep) struct tetra_facts *facts = NULL;
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = tetra_facts_read(&facts, diag);
	if (r == 0)
		r = tetra_facts_save(facts, path, diag);
	if (r < 0)
		findings_reason(diag, path, r);
	return r;
}

int facts_run(const struct command *command, int argc, char **argv)
{
	int first = options_read(command, argc, argv, NULL);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (argc - first != 1)
		return options_refuse(command, "needs the name of one file");
	return facts_write(argv[first]) < 0 ? STATUS_BROKEN : STATUS_GOOD;
}
