/* SPDX-License-Identifier: Apache-2.0 */
/* The forms in which differences are printed. */
#ifndef TETRA_POLICY_DIFF_H
#define TETRA_POLICY_DIFF_H

struct tetra_diff;

/* Return: 0; a negative errno. */
int diff_print_text(const struct tetra_diff *diff);
int diff_print_json(const struct tetra_diff *diff);

#endif
