/* SPDX-License-Identifier: Apache-2.0 */
/* What the library says about the codes of findings. */
#ifndef TETRA_POLICY_CODES_H
#define TETRA_POLICY_CODES_H

#include <stdio.h>

/* All codes with their titles, a line each. */
void codes_list(FILE *out);

/* Return: 0; -ENOENT for an unknown code. */
int codes_explain(FILE *out, const char *code);

#endif
