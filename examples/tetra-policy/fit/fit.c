/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy fit: which machines can do what policies ask, and how. Needs no privilege, except
 * for the machine that it runs on.
 */
#include "fit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "options.h"
#include "text.h"

struct config {
	int is_json;
	uint32_t mode;
	struct fleet fleet;
};

static int set_json(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_json = 1;
	return 0;
}

static int set_kernel(void *config, const char *text)
{
	return fleet_add(&((struct config *)config)->fleet, text) < 0 ? -EINVAL : 0;
}

static int set_mode(void *config, const char *text)
{
	uint32_t *mode = &((struct config *)config)->mode;

	if (strcmp(text, "enforce") == 0) {
		*mode = TETRA_MODE_ENFORCE;
		return 0;
	}
	if (strcmp(text, "monitor") == 0) {
		*mode = TETRA_MODE_MONITOR;
		return 0;
	}
	complain(text, "expected 'enforce' or 'monitor'");
	return -EINVAL;
}

/* A row a line. */
/* clang-format off */
const struct option_row fit_options[] = {
	{ 'k', "kernel", "live|FACTS|DIR", set_kernel,
	  "judge for this machine, for the one that a file of\n"
	  "facts describes, or for all files of facts of a\n"
	  "directory; may be repeated (default: live)" },
	{ 'j', "json", NULL, set_json,
	  "print the answers as one JSON document" },
	{ 'm', "mode", "MODE", set_mode,
	  "as if loaded in this mode, 'enforce' or 'monitor'\n"
	  "(default: what each policy says)" },
	{},
};
/* clang-format on */

static void facts_freep(struct tetra_facts **facts)
{
	tetra_facts_free(*facts);
}

static void fits_done(struct fits *fits)
{
	size_t i, n = fits->policies.n * fits->fleet.n;

	for (i = 0; fits->cells && i < n; i++)
		tetra_fit_free(fits->cells[i]);
	free(fits->cells);
	policies_done(&fits->policies);
	fleet_done(&fits->fleet);
}

struct tetra_fit *fits_get(const struct fits *fits, size_t policy, size_t machine)
{
	return fits->cells[policy * fits->fleet.n + machine];
}

/* Every policy on one machine. */
static int judge_machine(const struct config *config, struct fits *fits, size_t machine)
{
	TETRA_OPTS(tetra_load_opts, opts, .mode = config->mode);
	_cleanup_(facts_freep) struct tetra_facts *facts = NULL;
	int r = machine_open(&fits->fleet.machines[machine], &facts);
	size_t i;

	for (i = 0; r == 0 && i < fits->policies.n; i++) {
		_cleanup_(diag_freep) struct tetra_diag *diag = NULL;

		r = tetra_diag_new(&diag);
		if (r == 0)
			r = tetra_fit(&fits->cells[i * fits->fleet.n + machine],
				      fits->policies.items[i], facts, &opts, diag);
		if (r < 0)
			findings_reason(diag, fits->fleet.machines[machine].label, r);
	}
	return r;
}

static int judge(const struct config *config, struct fits *fits)
{
	size_t i;
	int r = 0;

	fits->cells = calloc(fits->policies.n * fits->fleet.n + 1, sizeof(*fits->cells));
	if (!fits->cells)
		return -ENOMEM;
	for (i = 0; r == 0 && i < fits->fleet.n; i++)
		r = judge_machine(config, fits, i);
	return r;
}

/* The policies, and the machines of @config, which are taken. */
static int collect(struct config *config, struct fits *fits, const struct files *files)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < files->n_names; i++)
		r = policies_read(&fits->policies, files->names[i]);
	if (r == 0 && !config->fleet.n)
		r = fleet_add(&config->fleet, "live");
	if (r == 0)
		r = fleet_label(&config->fleet);
	fits->files = files->names;
	fits->fleet = config->fleet;
	config->fleet = (struct fleet){};
	return r;
}

static enum status status_of(const struct fits *fits)
{
	struct tetra_policy_fit verdict = { .size = sizeof(verdict) };
	size_t i, n = fits->policies.n * fits->fleet.n;

	for (i = 0; i < n; i++)
		if (tetra_fit_get_policy(fits->cells[i], &verdict) < 0 || !verdict.loads)
			return STATUS_FOUND;
	return STATUS_GOOD;
}

static enum status fit_files(struct config *config, const struct files *files)
{
	_cleanup_(fits_done) struct fits fits = {};
	int r = collect(config, &fits, files);

	if (r == 0)
		r = judge(config, &fits);
	if (r < 0)
		return STATUS_BROKEN;
	r = config->is_json ? fit_print_json(&fits) : fit_print_text(&fits);
	if (r < 0) {
		complain("fit", strerror(-r));
		return STATUS_BROKEN;
	}
	return status_of(&fits);
}

static void config_done(struct config *config)
{
	fleet_done(&config->fleet);
}

int fit_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(config_done) struct config config = {};
	_cleanup_(files_done) struct files files = {};
	int i, r = 0, first = options_read(command, argc, argv, &config);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (first == argc)
		return options_refuse(command, "no policy given");
	for (i = first; i < argc && r >= 0; i++) {
		r = files_add(&files, argv[i]);
		if (r < 0)
			complain(argv[i], strerror(-r));
	}
	if (r >= 0 && !files.n_names) {
		complain("fit", "no policy to judge");
		r = -ENOENT;
	}
	return r < 0 ? STATUS_BROKEN : (int)fit_files(&config, &files);
}
