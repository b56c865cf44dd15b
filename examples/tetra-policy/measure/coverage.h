/* SPDX-License-Identifier: Apache-2.0 */
/* Which filters the event cases of a suite have seen true, and false. */
#ifndef TETRA_POLICY_COVERAGE_H
#define TETRA_POLICY_COVERAGE_H

#include "test/result.h"

/* After the cases were run. Return: 0; a negative errno. */
int coverage_measure(struct suite_result *result);
/* Of what was counted, in percent; 100 of nothing. */
unsigned int coverage_percent(const struct coverage *coverage);

#endif
