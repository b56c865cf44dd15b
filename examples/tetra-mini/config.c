/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "name.h"
#include "option.h"

/* Where the texts of the help begin. */
#define HELP_COLUMN 26

/* An option without a letter: its row, after all letters. */
#define ROW_BASE 256

static void row_print(const struct option_row *row)
{
	const char *at = row->help, *end;
	int column;

	column = row->letter ? printf("  -%c, --%s", row->letter, row->name)
			     : printf("      --%s", row->name);
	if (row->argument)
		column += printf(" %s", row->argument);
	/* At least two blanks. */
	printf("%*s", column + 2 < HELP_COLUMN ? HELP_COLUMN - column : 2, "");
	while ((end = strchr(at, '\n'))) {
		printf("%.*s\n%*s", (int)(end - at), at, HELP_COLUMN, "");
		at = end + 1;
	}
	printf("%s\n", at);
}

void config_print_help(void)
{
	unsigned int i;

	printf("Usage: tetra-mini [OPTION]...\n"
	       "       tetra-mini --check FILE...\n"
	       "Loads TracingPolicies and prints their events, one JSON object per line.\n"
	       "\n");
	for (i = 0; i < n_option_rows; i++)
		row_print(&option_rows[i]);
	printf("\n"
	       "INT, QUIT and TERM stop it in order; HUP reads the policies anew and opens "
	       "FILE again.\n"
	       "Status: 0 after a stop in order, 1 policy refused, 2 usage, 3 no privilege "
	       "or kernel not\n"
	       "supported, 4 policy not loaded, 5 failure while running.\n");
}

/* Only --check takes arguments after the options: its files. */
static int operands_read(struct config *config, int argc, char **argv)
{
	char name[NAME_BYTES];

	if (config->action == CONFIG_CHECK) {
		while (optind < argc)
			config->paths[config->n_paths++] = argv[optind++];
		if (config->n_paths == 0) {
			fprintf(stderr, "tetra-mini: --check needs a file\n");
			return -EINVAL;
		}
	}
	if (optind < argc && config->action == CONFIG_RUN) {
		name_safe(name, argv[optind]);
		fprintf(stderr, "tetra-mini: unexpected '%s' (--policy %s?)\n", name,
			name);
		return -EINVAL;
	}
	return 0;
}

/* What getopt_long() is to look for; ends with an empty row and '\0'. */
static void options_list(struct option *list, char *letters)
{
	unsigned int i;

	for (i = 0; i < n_option_rows; i++) {
		const struct option_row *row = &option_rows[i];

		list[i] = (struct option){
			row->name, row->argument ? required_argument : no_argument, NULL,
			row->letter ? row->letter : ROW_BASE + (int)i
		};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
	}
	list[i] = (struct option){};
	*letters = '\0';
}

static const struct option_row *row_of(int option)
{
	unsigned int i;

	for (i = 0; i < n_option_rows; i++)
		if (option == ROW_BASE + (int)i || option == option_rows[i].letter)
			return &option_rows[i];
	return NULL; /* getopt_long() has complained */
}

int config_parse(struct config *config, int argc, char **argv)
{
	struct option list[OPTION_MAX_ROWS + 1];
	char letters[2 * OPTION_MAX_ROWS + 1];
	const struct option_row *row;
	int option, r;

	*config = (struct config){ .format = OUTPUT_JSON };
	config->paths = calloc((size_t)argc + 1, sizeof(*config->paths));
	if (!config->paths)
		return -ENOMEM;
	options_list(list, letters);
	while ((option = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		row = row_of(option);
		r = row ? row->read(config, optarg) : -EINVAL;
		if (r < 0)
			return r;
		if (config->action == CONFIG_HELP || config->action == CONFIG_VERSION)
			return 0;
	}
	return operands_read(config, argc, argv);
}

void config_done(struct config *config)
{
	free(config->paths);
	tetra_filter_unref(config->filter);
}
