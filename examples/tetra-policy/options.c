/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static const struct option_row help_row = { 'h', "help", NULL, NULL, "print this" };

void options_print_help(const struct command *command)
{
	const struct option_row *row;

	printf("Usage: tetra-policy %s%s%s%s\n\n", command->name,
	       command->options ? " [OPTION]..." : "", command->operands[0] ? " " : "",
	       command->operands);
	text_wrap(stdout, 0, command->summary);
	printf("\n");
	for (row = command->options; row && row->name; row++)
		option_print(row);
	option_print(&help_row);
}

/* The options of a command and the one that all have. @ret: OPTION_MAX_ROWS + 1 rows. */
static void rows_of(const struct command *command, struct option_row *ret)
{
	const struct option_row *row = command->options;
	unsigned int n = 0;

	for (; row && row->name && n < OPTION_MAX_ROWS - 1; row++)
		ret[n++] = *row;
	ret[n++] = help_row;
	ret[n] = (struct option_row){};
}

static void options_see(const struct command *command)
{
	fprintf(stderr, "tetra-policy: see tetra-policy help %s\n", command->name);
}

int options_refuse(const struct command *command, const char *why)
{
	complain(command->name, why);
	options_see(command);
	return STATUS_BROKEN;
}

int options_read(const struct command *command, int argc, char **argv, void *config)
{
	struct option_row rows[OPTION_MAX_ROWS + 1];
	struct option list[OPTION_MAX_ROWS + 1];
	char letters[OPTION_LETTERS];
	const struct option_row *row;
	int option, r;

	rows_of(command, rows);
	option_list(rows, list, letters);
	optind = 0;
	while ((option = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		row = option_of(rows, option);
		if (row && !row->read) {
			options_print_help(command);
			return 0;
		}
		r = row ? row->read(config, optarg) : -EINVAL;
		if (r < 0) {
			options_see(command);
			return r;
		}
	}
	return optind;
}
