/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as text. */
#ifndef TETRA_COMMON_FINDINGS_H
#define TETRA_COMMON_FINDINGS_H

#include <stdio.h>

struct tetra_diag;

/* Kinds with more findings than this in a file are shown as one. */
#define FINDINGS_FOLD 3u

/*
 * Prints every finding on @out, with its source line and a caret where they are known; many
 * of one kind as one. 0, or -ENOMEM: something could not be printed.
 */
int findings_print(struct tetra_diag *diag, FILE *out);

/*
 * Prints "PROGRAM: WHAT: REASON" on standard error, in one line: the first error among the
 * findings, or else the text of @error, a negative errno.
 */
void findings_reason(struct tetra_diag *diag, const char *what, int error);

#endif
