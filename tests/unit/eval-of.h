/* SPDX-License-Identifier: Apache-2.0 */
/* Values of policies, and the verdict on one selector. */
#ifndef TETRA_TEST_EVAL_OF_H
#define TETRA_TEST_EVAL_OF_H

#include "lib/judge/eval.h"

#define TEXT(literal)                                                                    \
	{                                                                                \
		.text = (char *)(literal), .len = sizeof(literal) - 1                    \
	}
#define INT(number)                                                                      \
	{                                                                                \
		.min = (uint64_t)(number), .max = (uint64_t)(number)                     \
	}
#define RANGE(from, to)                                                                  \
	{                                                                                \
		.min = (uint64_t)(from), .max = (uint64_t)(to)                           \
	}
static inline int judge(struct policy_selector *selector, const struct eval_event *event)
{
	struct policy_hook hook = { .selectors = selector, .n_selectors = 1 };

	return eval_policy_hook(&hook, event);
}

#endif
