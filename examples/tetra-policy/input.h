/* SPDX-License-Identifier: Apache-2.0 */
/* A policy on standard input. */
#ifndef TETRA_POLICY_INPUT_H
#define TETRA_POLICY_INPUT_H

#include <tetra/policy.h>

/* As tetra_policy_parse_file(); reads standard input to its end. */
int input_parse(struct tetra_policy **ret, const struct tetra_parse_opts *opts,
		struct tetra_diag *diag);

#endif
