/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as text on standard error. */
#ifndef TETRA_MINI_FINDINGS_H
#define TETRA_MINI_FINDINGS_H

struct tetra_diag;

/*
 * Prints every finding, with its source line and a caret where they are known; many of one
 * kind as one. 0, or -ENOMEM: something could not be printed.
 */
int findings_print(struct tetra_diag *diag);

/*
 * Prints "tetra-mini: WHAT: REASON", in one line: the first error among the findings, or
 * else the text of @error, a negative errno.
 */
void findings_reason(struct tetra_diag *diag, const char *what, int error);

#endif
