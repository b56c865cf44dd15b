/* SPDX-License-Identifier: Apache-2.0 */
/* Cases that run a command, on this kernel. */
#ifndef TETRA_POLICY_LIVE_H
#define TETRA_POLICY_LIVE_H

#include "test/result.h"

struct live;

/*
 * Loads the suite's policies. Return: 0; 1: *ret_why says what is missing, and the cases are to be
 * skipped; a negative errno: they cannot be run, *ret_why says why.
 */
int live_start(struct live **ret, struct suite_result *result, const char **ret_why);
void live_case(struct live *live, const struct suite_case *one);
void live_done(struct live *live);

#endif
