/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The column of scopes. Its table has every control group that some rule of the hook names; a
 * program looks up the nearest one of its task's. So the entry of a group accepts the rules that
 * name it and those that name a group above it.
 */
#include "lib/image/hook-rules.h"

struct scope_table {
	struct ruleset_cgroup *groups; /* those of all scopes, sorted, each once */
	size_t n;
};

static void scope_table_done(struct scope_table *table)
{
	free(table->groups);
}

static int by_id(const void *a, const void *b)
{
	const struct ruleset_cgroup *one = a, *two = b;

	return one->id < two->id ? -1 : one->id > two->id;
}

static bool scope_names(const struct ruleset_scope *scope, uint64_t id)
{
	const struct ruleset_cgroup key = { .id = id };

	return scope->n &&
	       bsearch(&key, scope->groups, scope->n, sizeof(*scope->groups), by_id);
}

static bool scope_contains(const struct ruleset_scope *scope,
			   const struct ruleset_cgroup *group)
{
	bool found = scope_names(scope, group->id);

	for (uint32_t i = 0; i < group->level && !found; i++)
		found = scope_names(scope, group->above[i]);
	return found;
}

static bool group_has_scope(const struct ruleset_group *group)
{
	return !group->disabled && group->scope;
}

static void scope_table_sort(struct scope_table *table)
{
	size_t n = 0;

	qsort(table->groups, table->n, sizeof(*table->groups), by_id);
	for (size_t i = 0; i < table->n; i++)
		if (!n || table->groups[n - 1].id != table->groups[i].id)
			table->groups[n++] = table->groups[i];
	table->n = n;
}

static int scope_table_make(struct scope_table *ret, const struct ruleset_hook *hook)
{
	size_t n = 0;

	for (uint32_t i = 0; i < hook->n_groups; i++)
		if (group_has_scope(&hook->groups[i]))
			n += hook->groups[i].scope->n;
	ret->groups = calloc(n + 1, sizeof(*ret->groups));
	if (!ret->groups)
		return -ENOMEM;
	for (uint32_t i = 0; i < hook->n_groups; i++) {
		const struct ruleset_scope *scope = hook->groups[i].scope;

		if (!group_has_scope(&hook->groups[i]))
			continue;
		for (uint32_t k = 0; k < scope->n; k++)
			ret->groups[ret->n++] = scope->groups[k];
	}
	scope_table_sort(ret);
	return 0;
}

/* A filter for rule @bit: the groups of its scope, and those below that are in the table. */
static int rule_add_scope(struct hook_rules *rules, const struct scope_table *table,
			  uint32_t bit)
{
	const struct ruleset_group *group = rules->rules[bit].group;
	struct column **column = &rules->process[TETRA_COL_SCOPE];
	int filter, r = 0;

	if (!*column)
		r = column_new(column, COLUMN_EXACT, &rules->rows, rules->all);
	if (r < 0)
		return r;
	filter = column_add_filter(*column, bit, false, 0, group, group->hook->mark);
	if (filter < 0)
		return filter;
	for (size_t i = 0; i < table->n && r == 0; i++)
		if (scope_contains(group->scope, &table->groups[i]))
			r = column_add_range(*column, (uint32_t)filter,
					     table->groups[i].id, table->groups[i].id);
	return r;
}

int hook_rules_scope(struct hook_rules *rules)
{
	_cleanup_(scope_table_done) struct scope_table table = {};
	int r = scope_table_make(&table, rules->hook);

	for (uint32_t bit = 0; bit < rules->n_rules && r == 0; bit++) {
		const struct ruleset_group *group = rules->rules[bit].group;

		if (group && group_has_scope(group))
			r = rule_add_scope(rules, &table, bit);
	}
	for (size_t i = 0; i < table.n; i++)
		rules->scope_levels |= TETRA_SCOPE_BIT(table.groups[i].level);
	return r;
}
