/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy help: what a command does, or what a finding means. */
#include "help/help.h"

#include <tetra/tetra.h>

#include "help/codes.h"
#include "command.h"
#include "near.h"
#include "options.h"
#include "text.h"

void help_print(FILE *out)
{
	const struct command *command;

	fprintf(out, "Usage: tetra-policy COMMAND [OPTION]... [OPERAND]...\n"
		     "Says what a TracingPolicy does before it runs.\n"
		     "\n");
	for (command = commands; command->name; command++)
		fprintf(out, "  %-11s %s\n", command->name, command->summary);
	fprintf(out,
		"\n"
		"  -h, --help     print this; after a command: its options\n"
		"  -V, --version  print the version\n"
		"\n"
		"Status: 0 good, 1 findings, differences or failed cases, 2 could not run,\n"
		"3 everything was skipped.\n");
}

/* Neither a command nor a code. */
static void name_unknown(const char *name)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	const struct command *command;
	struct near near;
	unsigned int i;

	near_init(&near, name);
	for (command = commands; command->name; command++)
		near_offer(&near, command->name);
	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		near_offer(&near, text.code);
	complain_start("no command and no finding is called '");
	text_print(stderr, name);
	fputc('\'', stderr);
	if (near.best)
		fprintf(stderr, "; did you mean '%s'?", near.best);
	fprintf(stderr, "\ntetra-policy: tetra-policy help lists all of them\n");
}

int help_run(const struct command *command, int argc, char **argv)
{
	const struct command *other;
	int first = options_read(command, argc, argv, NULL);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (argc - first > 1)
		return options_refuse(command, "takes one name");
	if (first == argc) {
		help_print(stdout);
		printf("\nFindings that 'tetra-policy help CODE' explains:\n\n");
		codes_list(stdout);
		return STATUS_GOOD;
	}
	other = command_find(argv[first]);
	if (other)
		options_print_help(other);
	else if (codes_explain(stdout, argv[first]) < 0) {
		name_unknown(argv[first]);
		return STATUS_BROKEN;
	}
	return STATUS_GOOD;
}
