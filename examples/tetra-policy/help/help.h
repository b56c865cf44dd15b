/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_POLICY_HELP_H
#define TETRA_POLICY_HELP_H

#include <stdio.h>

/* The commands, a line each, and what all of them have. */
void help_print(FILE *out);

#endif
