/* SPDX-License-Identifier: Apache-2.0 */
/* Results in each of their forms, on standard output. */
#ifndef TETRA_POLICY_OUTPUT_H
#define TETRA_POLICY_OUTPUT_H

#include "test/result.h"

/* Return: 0; a negative errno if it could not be written. */
typedef int output_fn(const struct suite_result *results, size_t n);
output_fn output_text, output_json, output_tap, output_junit, output_github;

#endif
