/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of tetra-policy, a row each: the dispatcher, the help and the completions are
 * made from the table, and a test compares the manual with it.
 */
#ifndef TETRA_POLICY_COMMAND_H
#define TETRA_POLICY_COMMAND_H

#include <stddef.h>

#include "common/option.h"
#include "status.h"

struct command {
	const char *name;     /* NULL: the end of the table */
	const char *operands; /* as the help calls them: "FILE..." */
	const char *summary;  /* one line, no full stop */
	const struct option_row
		*options; /* -h and --help are not among them; NULL: none */
	/* @argv[0] is the command's name. Return: enum status. */
	int (*run)(const struct command *command, int argc, char **argv);
};

/* In the order of the help. */
extern const struct command commands[];

/* NULL: there is none of this name. */
const struct command *command_find(const char *name);
/* Reports an unknown command and suggests a similar one. */
void command_unknown(const char *name);

/* One function for each row, in a file of its own. */
int check_run(const struct command *command, int argc, char **argv);
int completion_run(const struct command *command, int argc, char **argv);
int diff_run(const struct command *command, int argc, char **argv);
extern const struct option_row diff_options[];
int explain_run(const struct command *command, int argc, char **argv);
extern const struct option_row explain_options[];
int facts_run(const struct command *command, int argc, char **argv);
int fit_run(const struct command *command, int argc, char **argv);
extern const struct option_row fit_options[];
int help_run(const struct command *command, int argc, char **argv);
int new_run(const struct command *command, int argc, char **argv);
extern const struct option_row new_options[];
int prove_run(const struct command *command, int argc, char **argv);
extern const struct option_row prove_options[];
int run_run(const struct command *command, int argc, char **argv);
extern const struct option_row run_options[];
int schema_run(const struct command *command, int argc, char **argv);
int test_run(const struct command *command, int argc, char **argv);
extern const struct option_row test_options[];
int sim_run(const struct command *command, int argc, char **argv);
extern const struct option_row check_options[], sim_options[];

#endif
