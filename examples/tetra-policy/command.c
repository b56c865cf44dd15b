/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "near.h"
#include "text.h"

/* A row a command. */
/* clang-format off */
const struct command commands[] = {
	{ "check", "FILE|DIR|-...", "read policies and print every finding",
	  check_options, check_run },
	{ "completion", "bash|fish|zsh", "print a script that completes commands in a shell",
	  NULL, completion_run },
	{ "diff", "OLD NEW", "where two policies differ, over all events",
	  diff_options, diff_run },
	{ "explain", "FILE|DIR|-...|FIELD",
	  "what a policy does, in plain English; what a field means",
	  explain_options, explain_run },
	{ "facts", "FILE", "record this machine, for 'fit' on another one",
	  NULL, facts_run },
	{ "fit", "FILE|DIR...", "which machines can do what policies ask, and how",
	  fit_options, fit_run },
	{ "sim", "FILE|DIR... --events FILE|-", "what policies would have done with a recording",
	  sim_options, sim_run },
	{ "help", "[COMMAND|CODE]", "explain a command, or a finding by its code",
	  NULL, help_run },
	{ "new", "--from-events FILE|- [FILE...] | -- COMMAND...",
	  "propose a policy: allow what a recording shows, or what a command does",
	  new_options, new_run },
	{ "prove", "SUITE", "whether a suite's claims hold for all events",
	  prove_options, prove_run },
	{ "run", "FILE|DIR... -- COMMAND [ARGUMENT]...",
	  "run a command under policies that nothing else meets", run_options, run_run },
	{ "test", "SUITE...", "run suites: events, commands and claims, with what must come of them",
	  test_options, test_run },
	{ "schema", "", "print the language as a JSON Schema",
	  NULL, schema_run },
	{},
};
/* clang-format on */

const struct command *command_find(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

void command_unknown(const char *name)
{
	const struct command *command;
	struct near near;

	near_init(&near, name);
	for (command = commands; command->name; command++)
		near_offer(&near, command->name);
	complain_start("unknown command '");
	text_print(stderr, name);
	fputc('\'', stderr);
	if (near.best)
		fprintf(stderr, "; did you mean '%s'?", near.best);
	fprintf(stderr, "\n");
}
