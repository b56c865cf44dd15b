/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/image/hook-order.h"

struct hook_rules *hook_rules_free(struct hook_rules *rules)
{
	if (!rules)
		return NULL;
	for (uint32_t i = 0; i < ARRAY_SIZE(rules->process); i++)
		column_free(rules->process[i]);
	for (uint32_t i = 0; i < ARRAY_SIZE(rules->slots); i++)
		column_free(rules->slots[i]);
	rows_done(&rules->rows);
	free(rules);
	return NULL;
}

/* Bits of one group stay in one word: the first match of a policy is one ctz. */
static int rules_add_group(struct hook_rules *rules, uint32_t position)
{
	const struct ruleset_group *group = &rules->hook->groups[position];
	uint32_t n = MAX(1u, group->hook->n_selectors), first = rules->n_rules;

	if (n > 64)
		return group_error(rules->diag, group, group->hook->mark, -E2BIG,
				   "more than 64 selectors on one hook");
	if (first % 64 + n > 64)
		first = ROUND_UP(first, 64);
	if (first + n > TETRA_MAX_RULES)
		return group_error(rules->diag, group, group->hook->mark, -E2BIG,
				   "more than %u rules (selectors) on '%s'",
				   TETRA_MAX_RULES, group->hook->name);
	for (uint32_t i = 0; i < n; i++) {
		rules->rules[first + i] = (struct hook_rule){
			.group = group,
			.selector = group->hook->n_selectors ? &group->hook->selectors[i]
							     : NULL,
			.group_position = position,
			.number = i,
			.group_mask = (n == 64 ? ~0ull : (1ull << n) - 1) << first % 64,
		};
		rules->all[first / 64] |= 1ull << (first + i) % 64;
	}
	rules->n_rules = first + n;
	return 0;
}

static int rules_number(struct hook_rules *rules)
{
	for (uint32_t i = 0; i < rules->hook->n_groups; i++) {
		int r;

		if (rules->hook->groups[i].disabled)
			continue;
		r = rules_add_group(rules, i);
		if (r < 0)
			return r;
	}
	return 0;
}

int hook_rules_new(struct hook_rules **ret, const struct ruleset *ruleset,
		   const struct ruleset_hook *hook, struct tetra_diag *diag)
{
	_cleanup_(hook_rules_freep) struct hook_rules *rules = calloc(1, sizeof(*rules));
	int r;

	if (!rules)
		return -ENOMEM;
	rules->ruleset = ruleset;
	rules->hook = hook;
	rules->diag = diag;
	r = rules_number(rules);
	if (r < 0)
		return r;
	rules->rows.n_words = MAX(1u, (rules->n_rules + 63) / 64);
	for (uint32_t i = 0; i < rules->n_rules; i++) {
		if (!rules->rules[i].selector)
			continue;
		r = hook_rules_collect(rules, i);
		if (r < 0)
			return r;
	}
	r = hook_rules_scope(rules);
	if (r < 0)
		return r;
	r = hook_rules_order(rules);
	if (r < 0)
		return r;
	r = rows_init(&rules->rows, rules->all, MAX(1u, (rules->n_rules + 63) / 64));
	if (r < 0)
		return r;
	*ret = TAKE_PTR(rules);
	return 0;
}
