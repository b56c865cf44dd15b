/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy explain: what a policy does, in sentences and as the table that its rules are
 * compiled to; or what a field of the language means. No kernel, no privilege.
 */
#include "explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "command.h"
#include "options.h"
#include "policies.h"
#include "text.h"
#include "common/guard.h"

struct config {
	int is_json;
};

static int set_json(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_json = 1;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row explain_options[] = {
	{ 'j', "json", NULL, set_json, "print one JSON document" },
	{},
};
/* clang-format on */

/* What was explained, until all of it can be printed. */
struct explanations {
	struct tetra_explanation **items;
	size_t n;
};

static void explanations_done(struct explanations *explanations)
{
	size_t i;

	for (i = 0; i < explanations->n; i++)
		tetra_explanation_free(explanations->items[i]);
	free(explanations->items);
}

static int explain_all(const struct policies *policies, struct explanations *ret)
{
	int r = 0;

	ret->items = calloc(policies->n + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	for (; r == 0 && ret->n < policies->n; ret->n += r == 0)
		r = tetra_explain(&ret->items[ret->n], policies->items[ret->n]);
	return r;
}

static enum status print_all(const struct config *config, const struct policies *policies)
{
	_cleanup_(explanations_done) struct explanations explanations = {};
	int r = explain_all(policies, &explanations);
	size_t i;

	if (r == 0 && config->is_json)
		r = explain_print_json(explanations.items, explanations.n);
	for (i = 0; r == 0 && !config->is_json && i < explanations.n; i++) {
		if (i)
			printf("\n");
		r = explain_print_text(explanations.items[i]);
	}
	if (r == 0)
		return STATUS_GOOD;
	complain("explain", strerror(-r));
	return STATUS_BROKEN;
}

/* A file is there, or the name cannot be that of a field. */
static int is_file(const char *name)
{
	return strcmp(name, "-") == 0 || strchr(name, '/') || access(name, F_OK) == 0;
}

static void field_freep(struct tetra_field **field)
{
	tetra_field_free(*field);
}

static enum status field_explain(const struct config *config, const char *name)
{
	_cleanup_(field_freep) struct tetra_field *field = NULL;
	struct tetra_field_text text = { .size = sizeof(text) };
	int r = tetra_field_find(&field, name);

	if (r == -ENOENT) {
		field_unknown(name);
		return STATUS_BROKEN;
	}
	if (r == 0)
		r = tetra_field_get(field, &text);
	if (r == 0)
		r = config->is_json ? field_print_json(&text) : field_print_text(&text);
	if (r == 0)
		return STATUS_GOOD;
	complain("explain", strerror(-r));
	return STATUS_BROKEN;
}

int explain_run(const struct command *command, int argc, char **argv)
{
	_cleanup_(policies_done) struct policies policies = {};
	struct config config = {};
	int first = options_read(command, argc, argv, &config), i;

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (first == argc)
		return options_refuse(command, "needs a file or the name of a field");
	if (argc - first == 1 && !is_file(argv[first]))
		return (int)field_explain(&config, argv[first]);
	for (i = first; i < argc; i++)
		if (policies_read(&policies, argv[i]) < 0)
			return STATUS_BROKEN;
	if (!policies.n) {
		complain("explain", "no policy to explain");
		return STATUS_BROKEN;
	}
	return (int)print_all(&config, &policies);
}
