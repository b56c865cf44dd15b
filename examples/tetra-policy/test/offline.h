/* SPDX-License-Identifier: Apache-2.0 */
/* What a suite says without a kernel: event cases and proofs. */
#ifndef TETRA_POLICY_OFFLINE_H
#define TETRA_POLICY_OFFLINE_H

#include <tetra/simulate.h>

#include "test/result.h"

/* Each event case becomes a result. Return: 0; a negative errno. */
int offline_case(struct suite_result *result, struct tetra_sim *sim,
		 const struct suite_case *one);
int offline_sim(struct suite_result *result, struct tetra_sim **ret);
int offline_prove(struct suite_result *result);

/* Appends the result of a case; @reason NULL: its expectation holds. Known gaps are seen to. */
void result_add(struct suite_result *result, const struct suite_case *one,
		const char *reason, double seconds);
void result_add_other(struct suite_result *result, const struct suite_case *one,
		      enum outcome outcome, const char *reason);

#endif
