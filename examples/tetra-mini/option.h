/* SPDX-License-Identifier: Apache-2.0 */
/* The options of tetra-mini, a row each: the command line and the help are made from it. */
#ifndef TETRA_MINI_OPTION_H
#define TETRA_MINI_OPTION_H

#include "config.h"

struct option_row {
	char letter; /* or 0 */
	const char *name;
	const char *argument; /* as the help calls it; NULL: it has none */
	/* @text: the argument. 0; -EINVAL after a complaint; -ENOMEM. */
	int (*read)(struct config *config, const char *text);
	const char *help; /* lines */
};

#define OPTION_MAX_ROWS 64u

extern const struct option_row option_rows[];
extern const unsigned int n_option_rows; /* at most OPTION_MAX_ROWS */

#endif
