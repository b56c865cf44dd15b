/* SPDX-License-Identifier: Apache-2.0 */
/* Slips in a policy, made on purpose: which of them do a suite's cases and claims notice? */
#ifndef TETRA_POLICY_MUTATE_H
#define TETRA_POLICY_MUTATE_H

#include "test/result.h"
#include "measure/variant.h"

/* After the cases were run and the claims proved. Return: 0; a negative errno. */
int mutate(struct suite_result *result);

/* One slip: the policy as it would be. @line: of what is changed. */
typedef int slip_fn(void *user, const struct rule *rule, const struct node *root,
		    const char *change, unsigned int line);
/* All slips in a rule, one after the other. Return: the first negative one of @fn; 0. */
int slips_of(struct arena *arena, const struct rule *rule, slip_fn *fn, void *user);

#endif
