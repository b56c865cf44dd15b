/* SPDX-License-Identifier: Apache-2.0 */
/* Options, a row each: the command line is read and the help printed from the same rows. */
#ifndef TETRA_EXAMPLES_OPTION_H
#define TETRA_EXAMPLES_OPTION_H

#include <getopt.h>

/* In one list of rows. */
#define OPTION_MAX_ROWS 64u
/* Of the letters that option_list() writes, with their colons and the end. */
#define OPTION_LETTERS (2 * OPTION_MAX_ROWS + 1)

struct option_row {
	char letter;	      /* or 0 */
	const char *name;     /* NULL: the end of the list */
	const char *argument; /* as the help calls it; NULL: it has none */
	/*
	 * @config: what the options are read into; @text: the argument, or NULL.
	 * Return: 0; -EINVAL after a complaint; -ENOMEM.
	 */
	int (*read)(void *config, const char *text);
	const char *help; /* lines */
};

/* The lines of the help. */
void option_print(const struct option_row *row);

/*
 * What getopt_long() is to look for: @list, for OPTION_MAX_ROWS and an empty one, and @letters.
 * @rows: or NULL.
 */
void option_list(const struct option_row *rows, struct option *list, char *letters);

/* The row that getopt_long() has found; NULL: none, and it has complained. */
const struct option_row *option_of(const struct option_row *rows, int found);

#endif
