/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a suite showed before: verdicts of events, how hooks were attached, the fields of events.
 * After an upgrade the differences are reported, also if all cases pass.
 */
#ifndef TETRA_POLICY_BASELINE_H
#define TETRA_POLICY_BASELINE_H

#include "test/result.h"

/*
 * Compares what was noted with the suite's file, as far as both have it. Differences become
 * result->differences. Without a file there is a remark. Return: 0; a negative errno.
 */
int baseline_compare(struct suite_result *result);
/* Writes the file; what this run did not see stays in it. Return: 0; a negative errno. */
int baseline_update(struct suite_result *result);

#endif
