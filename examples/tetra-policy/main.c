/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tetra-policy: what can be known of a policy before it runs, by nothing but the public
 * interface of libtetra. Each command is a row of commands[] and a file of its own.
 */
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "common/streams.h"
#include "help/help.h"
#include "text.h"

static int is_option(const char *text, const char *letter, const char *name)
{
	return strcmp(text, letter) == 0 || strcmp(text, name) == 0;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command = command_find(argv[0]);

	if (command)
		return command->run(command, argc, argv);
	if (argv[0][0] == '-')
		complain(argv[0],
			 "no option of tetra-policy itself; commands come first");
	else
		command_unknown(argv[0]);
	fprintf(stderr, "tetra-policy: see tetra-policy --help\n");
	return STATUS_BROKEN;
}

int main(int argc, char **argv)
{
	int status = STATUS_GOOD;

	streams_open();
	if (argc < 2) {
		help_print(stderr);
		return STATUS_BROKEN;
	}
	if (is_option(argv[1], "-h", "--help"))
		help_print(stdout);
	else if (is_option(argv[1], "-V", "--version"))
		printf("tetra-policy %s\n", tetra_version());
	else
		status = dispatch(argc - 1, argv + 1);
	return text_is_out() ? status : STATUS_BROKEN;
}
