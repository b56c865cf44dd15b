/* SPDX-License-Identifier: Apache-2.0 */
/* What policies do with an event case, and whether that is what it expects. */
#ifndef TETRA_POLICY_JUDGE_H
#define TETRA_POLICY_JUDGE_H

#include <tetra/simulate.h>

#include "suite/suite.h"

/* Hooks of several policies may decide an event together; more are not named. */
#define JUDGED_RULES 8u

struct judged {
	uint32_t kind; /* enum tetra_verdict_kind: of all hooks together */
	struct tetra_verdict rules[JUDGED_RULES]; /* those that decide */
	size_t n_rules;
};

/* The event of a case; it was read before, so NULL is -ENOMEM. */
struct tetra_input *judge_input(struct suite *suite, const struct node *event);
/* Return: 0; a negative errno, and no verdict is known. */
int judge(struct tetra_sim *sim, const struct tetra_input *input, struct judged *ret);
/* NULL: it is what is expected. Otherwise why it is not. */
const char *judge_compare(struct arena *arena, const struct node *expect,
			  const struct judged *judged);
/* "kill by kprobes[0].selectors[0]" */
const char *judge_describe(struct arena *arena, const struct judged *judged);
/* Whether the verdict alone is what is expected. */
int judge_is_verdict(const struct node *expect, const struct judged *judged);
/* "kprobes[0].selectors[0]", with the policy in front if @is_whole. */
const char *judge_rule(struct arena *arena, const struct tetra_verdict *verdict,
		       int is_whole);

#endif
