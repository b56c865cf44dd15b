/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy completion: scripts for shells, from the table of commands. */
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "command.h"
#include "options.h"
#include "text.h"

/* Between single quotes of any of the shells; of several lines the first. */
static void quoted(const char *text)
{
	putchar('\'');
	for (; *text && *text != '\n'; text++)
		if (*text == '\'')
			printf("'\\''");
		else
			putchar(*text);
	putchar('\'');
}

/* The words that help takes, with a blank in front of each. */
static void names_print(void)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	const struct command *command;
	unsigned int i;

	for (command = commands; command->name; command++)
		printf(" %s", command->name);
	for (i = 0; tetra_finding_list(i, &text) == 0; i++)
		printf(" %s", text.code);
}

static void bash_command(const struct command *command)
{
	const struct option_row *row;

	printf("\t%s)\n\t\toptions='--help", command->name);
	for (row = command->options; row && row->name; row++)
		printf(" --%s", row->name);
	printf("'\n");
	if (strcmp(command->name, "help") == 0) {
		printf("\t\twords='");
		names_print();
		printf("'\n");
	}
	printf("\t\t;;\n");
}

static void bash_print(void)
{
	const struct command *command;

	printf("# Printed by tetra-policy completion bash.\n"
	       "_tetra_policy() {\n"
	       "\tlocal current=${COMP_WORDS[COMP_CWORD]} options='--help --version' words=''\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	       "\t\twords='");
	for (command = commands; command->name; command++)
		printf("%s%s", command == commands ? "" : " ", command->name);
	printf("'\n\tfi\n"
	       "\t[ \"$COMP_CWORD\" -eq 1 ] || case ${COMP_WORDS[1]} in\n");
	for (command = commands; command->name; command++)
		bash_command(command);
	printf("\tesac\n"
	       "\t# Without an answer, names of files are completed.\n"
	       "\tcase $current in\n"
	       "\t-*) words=$options ;;\n"
	       "\tesac\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
	       "}\n"
	       "complete -o default -F _tetra_policy tetra-policy\n");
}

static void zsh_command(const struct command *command)
{
	const struct option_row *row;

	printf("\t%s)\n\t\toptions=(--help", command->name);
	for (row = command->options; row && row->name; row++)
		printf(" --%s", row->name);
	printf(")\n");
	if (strcmp(command->name, "help") == 0) {
		printf("\t\tnames=(");
		names_print();
		printf(")\n");
	}
	printf("\t\t;;\n");
}

static void zsh_print(void)
{
	const struct command *command;

	printf("#compdef tetra-policy\n"
	       "# Printed by tetra-policy completion zsh.\n"
	       "local -a commands options names\n"
	       "commands=(\n");
	for (command = commands; command->name; command++) {
		printf("\t%s:", command->name);
		quoted(command->summary);
		printf("\n");
	}
	printf(")\n"
	       "if (( CURRENT == 2 )); then\n"
	       "\t_describe command commands\n"
	       "\tcompadd -- --help --version\n"
	       "\treturn\n"
	       "fi\n"
	       "case $words[2] in\n");
	for (command = commands; command->name; command++)
		zsh_command(command);
	printf("esac\n"
	       "if [[ $PREFIX == -* ]]; then\n"
	       "\tcompadd -- $options\n"
	       "elif (( $#names )); then\n"
	       "\tcompadd -- $names\n"
	       "else\n"
	       "\t_files\n"
	       "fi\n");
}

static void fish_options(const struct command *command)
{
	const struct option_row *row;

	for (row = command->options; row && row->name; row++) {
		printf("complete -c tetra-policy -n '__fish_seen_subcommand_from %s'",
		       command->name);
		if (row->letter)
			printf(" -s %c", row->letter);
		printf(" -l %s%s -d ", row->name, row->argument ? " -r" : "");
		quoted(row->help);
		printf("\n");
	}
}

static void fish_print(void)
{
	const struct command *command;

	printf("# Printed by tetra-policy completion fish.\n"
	       "complete -c tetra-policy -s h -l help -d 'print the help'\n");
	for (command = commands; command->name; command++) {
		printf("complete -c tetra-policy -n __fish_use_subcommand -f -a %s -d ",
		       command->name);
		quoted(command->summary);
		printf("\n");
		fish_options(command);
	}
	printf("complete -c tetra-policy -n '__fish_seen_subcommand_from help' -f -a '");
	names_print();
	printf("'\n");
}

static const struct shell {
	const char *name;
	void (*print)(void);
} shells[] = { { "bash", bash_print }, { "fish", fish_print }, { "zsh", zsh_print }, {} };

int completion_run(const struct command *command, int argc, char **argv)
{
	const struct shell *shell = shells;
	int first = options_read(command, argc, argv, NULL);

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (argc - first != 1)
		return options_refuse(command, "needs the name of a shell");
	while (shell->name && strcmp(shell->name, argv[first]) != 0)
		shell++;
	if (!shell->name)
		return options_refuse(command, "knows bash, fish and zsh");
	shell->print();
	return STATUS_GOOD;
}
