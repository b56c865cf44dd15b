/* SPDX-License-Identifier: Apache-2.0 */
#include "common/option.h"

#include <stdio.h>
#include <string.h>

/* Where the texts of the help begin. */
#define HELP_COLUMN 26

/* An option without a letter: its row, after all letters. */
#define ROW_BASE 256

void option_print(const struct option_row *row)
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

static int number_of(const struct option_row *rows, const struct option_row *row)
{
	return row->letter ? row->letter : ROW_BASE + (int)(row - rows);
}

void option_list(const struct option_row *rows, struct option *list, char *letters)
{
	const struct option_row *row;

	for (row = rows; row && row->name && row - rows < (long)OPTION_MAX_ROWS; row++) {
		*list++ =
			(struct option){ row->name,
					 row->argument ? required_argument : no_argument,
					 NULL, number_of(rows, row) };
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
	}
	*list = (struct option){};
	*letters = '\0';
}

const struct option_row *option_of(const struct option_row *rows, int found)
{
	for (const struct option_row *row = rows; row && row->name; row++)
		if (number_of(rows, row) == found)
			return row;
	return NULL;
}
