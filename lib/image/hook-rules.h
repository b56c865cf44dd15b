/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of one hook being compiled: which bit is which selector, and the columns that the
 * selectors' filters look at.
 */
#ifndef TETRA_LIB_HOOK_RULES_H
#define TETRA_LIB_HOOK_RULES_H

#include "lib/base/diag.h"
#include "lib/image/column.h"

#define HOOK_SLOT_COLUMNS (TETRA_MAX_SLOTS * TETRA_SLOT_COLUMNS)

struct hook_rule {
	const struct ruleset_group *group;	/* NULL: an unused bit */
	const struct policy_selector *selector; /* NULL: a hook without selectors */
	uint32_t group_position;
	uint32_t number; /* of the selector */
	uint64_t group_mask;
};

struct hook_rules {
	const struct ruleset *ruleset;
	const struct ruleset_hook *hook;
	struct tetra_diag *diag;
	struct hook_rule rules[TETRA_MAX_RULES];
	uint32_t n_rules; /* bits, those without a rule included */
	uint64_t all[TETRA_MAX_WORDS];
	struct rows rows;
	struct column *process[TETRA_PROCESS_COLUMNS]; /* NULL: not looked at */
	struct column *slots[HOOK_SLOT_COLUMNS];
	uint64_t scope_levels; /* TETRA_SCOPE_BIT() of each group in a scope */
	uint8_t follows;       /* a rule looks at marks */
};

/* Gives bits to the selectors of all groups and collects their filters into columns. */
int hook_rules_new(struct hook_rules **ret, const struct ruleset *ruleset,
		   const struct ruleset_hook *hook, struct tetra_diag *diag);
struct hook_rules *hook_rules_free(struct hook_rules *rules);

/* The filters of rule @bit, into columns. */
int hook_rules_collect(struct hook_rules *rules, uint32_t bit);

/* The scopes of all rules, into their column. */
int hook_rules_scope(struct hook_rules *rules);

/* finding.c. -E2BIG or -EOPNOTSUPP with a finding at @mark of the group's policy. */
int group_error(struct tetra_diag *diag, const struct ruleset_group *group,
		struct mark mark, int error, const char *format, ...) _printf_(5, 6);

static inline void hook_rules_freep(struct hook_rules **rules)
{
	hook_rules_free(*rules);
}

#endif
