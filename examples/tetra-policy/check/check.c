/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy check: reads policies and prints every finding. No kernel, no privilege. */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "input.h"
#include "options.h"
#include "text.h"

struct config {
	const struct check_form *form;
	int is_strict;
};

static int form_set(struct config *config, const struct check_form *form)
{
	if (config->form && config->form != form) {
		complain("check", "--json, --sarif and --github exclude each other");
		return -EINVAL;
	}
	config->form = form;
	return 0;
}

static int set_json(void *config, const char *text)
{
	(void)text;
	return form_set(config, &check_json);
}

static int set_sarif(void *config, const char *text)
{
	(void)text;
	return form_set(config, &check_sarif);
}

static int set_github(void *config, const char *text)
{
	(void)text;
	return form_set(config, &check_github);
}

static int set_strict(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_strict = 1;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row check_options[] = {
	{ 'j', "json", NULL, set_json,
	  "print the findings as one JSON document" },
	{ 0, "sarif", NULL, set_sarif,
	  "print them as SARIF 2.1.0, for code hosts and editors" },
	{ 0, "github", NULL, set_github,
	  "print them as annotations of GitHub Actions" },
	{ 's', "strict", NULL, set_strict,
	  "warnings fail, too" },
	{},
};
/* clang-format on */

/* @diag: what was found in one file. */
static void file_count(struct tetra_diag *diag, struct check_total *total)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	total->n_errors += tetra_diag_count(diag, TETRA_SEVERITY_ERROR);
	total->n_warnings += tetra_diag_count(diag, TETRA_SEVERITY_WARNING);
	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		total->is_incomplete |= strcmp(finding.code, "unreadable") == 0;
}

static int file_parse(const char *name, struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name, .lint = TETRA_LINT_HERE);
	_cleanup_(policy_unrefp) struct tetra_policy *policy = NULL;

	if (strcmp(name, "-") == 0)
		return input_parse(&policy, &opts, diag);
	return tetra_policy_parse_file(&policy, name, &opts, diag);
}

/* A collector per file: memory stays that of the largest one. */
static void file_check(const struct check_form *form, struct json *json, const char *name,
		       struct check_total *total)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r == 0) {
		r = file_parse(name, diag);
		if (r != -ENOMEM && tetra_diag_fold(diag, FINDINGS_FOLD) < 0)
			r = -ENOMEM;
		if (form->file(json, diag) < 0)
			r = -ENOMEM;
		file_count(diag, total);
	}
	if (r == -ENOMEM) {
		complain(name, "memory ran out; not everything was checked");
		total->is_incomplete = 1;
	}
}

static void files_find(struct files *files, char **paths, struct check_total *total)
{
	int r;

	for (; *paths; paths++) {
		r = files_add(files, *paths);
		if (r < 0) {
			complain(*paths, strerror(-r));
			total->is_incomplete = 1;
		}
	}
	if (files->n_names == 0 && !total->is_incomplete) {
		complain("check", "no policy to check");
		total->is_incomplete = 1;
	}
}

static int files_check(const struct config *config, const struct files *files,
		       struct check_total *total)
{
	const struct check_form *form = config->form ? config->form : &check_text;
	struct json json;
	size_t i;
	int r = json_init(&json, stdout);

	if (form->begin)
		form->begin(&json);
	for (i = 0; i < files->n_names; i++)
		file_check(form, &json, files->names[i], total);
	if (form->end)
		form->end(&json, total);
	r = json_done(&json);
	if (r == -ENOMEM)
		complain("check", strerror(-r));
	return r;
}

int check_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(files_done) struct files files = {};
	struct check_total total = {};
	struct config config = {};
	int first = options_read(command, argc, argv, &config);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (first == argc)
		return options_refuse(command, "needs a file");
	files_find(&files, argv + first, &total);
	if (files_check(&config, &files, &total) < 0 || total.is_incomplete)
		return STATUS_BROKEN;
	if (total.n_errors || (config.is_strict && total.n_warnings))
		return STATUS_FOUND;
	return STATUS_GOOD;
}
