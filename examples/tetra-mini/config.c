/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/guard.h"
#include "common/name.h"
#include "option.h"

void config_print_help(void)
{
	printf("Usage: tetra-mini [OPTION]...\n"
	       "       tetra-mini --check FILE...\n"
	       "Loads TracingPolicies and prints their events, one JSON object per line.\n"
	       "\n");
	for (const struct option_row *row = option_rows; row->name; row++)
		option_print(row);
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

int config_parse(struct config *config, int argc, char **argv)
{
	struct option list[OPTION_MAX_ROWS + 1];
	char letters[OPTION_LETTERS];
	const struct option_row *row;
	int option, r;

	*config = (struct config){ .format = OUTPUT_JSON };
	config->paths = calloc((size_t)argc + 1, sizeof(*config->paths));
	if (!config->paths)
		return -ENOMEM;
	option_list(option_rows, list, letters);
	while ((option = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		row = option_of(option_rows, option);
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
