/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/scope.h"

#include <inttypes.h>

#include "lib/base/diag.h"
#include "lib/host/cgroup-tree.h"

/* Groups of one scope: more than a machine can have, and sizes stay far from overflows. */
#define MAX_GROUPS (1u << 20)

static int tree_is_missing(int r, struct tetra_diag *diag)
{
	if (r == -ENOENT)
		return diag_error(diag, NULL, -EOPNOTSUPP, "bad-scope",
				  "mount -t cgroup2 none /sys/fs/cgroup",
				  "no control group tree of version 2 is mounted here");
	if (r == -EXDEV)
		return diag_error(
			diag, NULL, -EOPNOTSUPP, "bad-scope",
			"start the program in the control group namespace of "
			"the host",
			"only a part of the control group tree is visible here");
	return diag_error(diag, NULL, r, "bad-scope", NULL,
			  "cannot open the control group tree: %s", strerror(-r));
}

static int group_is_bad(int r, uint64_t id, struct tetra_diag *diag)
{
	if (r == -ENOENT)
		return diag_error(diag, NULL, r, "bad-scope",
				  "use the inode number of the group's folder below "
				  "/sys/fs/cgroup",
				  "no control group has the id %" PRIu64, id);
	if (r == -EPERM)
		return diag_error(diag, NULL, r, "bad-scope", "give CAP_DAC_READ_SEARCH",
				  "control groups cannot be looked up by their ids");
	if (r == -E2BIG)
		return diag_error(diag, NULL, r, "bad-scope", NULL,
				  "control group %" PRIu64
				  " is more than %u levels below the root",
				  id, TETRA_SCOPE_LEVELS - 1);
	return diag_error(diag, NULL, r, "bad-scope", NULL,
			  "cannot look up control group %" PRIu64 ": %s", id,
			  strerror(-r));
}

/* The ids above each group. Their number is not known before: the array grows. */
static int lineage_add(struct scope *scope, struct ruleset_cgroup *group, int tree,
		       size_t *used, struct tetra_diag *diag)
{
	uint64_t above[TETRA_SCOPE_LEVELS - 1], *grown;
	int n = cgroup_tree_above(tree, group->id, above, ARRAY_SIZE(above));

	if (n < 0)
		return group_is_bad(n, group->id, diag);
	if (n) {
		grown = reallocarray(scope->above, *used + n, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		scope->above = grown;
		memcpy(grown + *used, above, n * sizeof(*grown));
	}
	group->level = n;
	*used += n;
	return 0;
}

static int scope_look_up(struct scope *scope, struct ruleset_cgroup *groups,
			 struct tetra_diag *diag)
{
	_cleanup_(closep) int tree = cgroup_tree_open();
	size_t used = 0;
	int r = 0;

	if (tree < 0)
		return tree_is_missing(tree, diag);
	for (uint32_t i = 0; i < scope->groups.n && r == 0; i++)
		r = lineage_add(scope, &groups[i], tree, &used, diag);
	used = 0;
	for (uint32_t i = 0; i < scope->groups.n && r == 0; i++) {
		groups[i].above = scope->above + used;
		used += groups[i].level;
	}
	return r;
}

static int by_number(const void *a, const void *b)
{
	const struct ruleset_cgroup *one = a, *two = b;

	return one->id < two->id ? -1 : one->id > two->id;
}

static uint32_t groups_fill(struct ruleset_cgroup *groups, const uint64_t *ids, size_t n)
{
	uint32_t n_groups = 0;

	for (size_t i = 0; i < n; i++)
		groups[i].id = ids[i];
	qsort(groups, n, sizeof(*groups), by_number);
	for (size_t i = 0; i < n; i++)
		if (!n_groups || groups[n_groups - 1].id != groups[i].id)
			groups[n_groups++] = groups[i];
	return n_groups;
}

int scope_new(struct scope **ret, const uint64_t *ids, size_t n, struct tetra_diag *diag)
{
	struct ruleset_cgroup *groups;
	struct scope *scope;
	int r = 0;

	*ret = NULL;
	if (!ids)
		return 0;
	if (n > MAX_GROUPS)
		return diag_error(diag, NULL, -E2BIG, "bad-scope", NULL,
				  "a scope of %zu control groups: the limit is %u", n,
				  MAX_GROUPS);
	scope = calloc(1, sizeof(*scope));
	groups = calloc(n + 1, sizeof(*groups));
	if (!scope || !groups) {
		free(scope);
		free(groups);
		return -ENOMEM;
	}
	scope->n_refs = 1;
	scope->groups = (struct ruleset_scope){ groups, groups_fill(groups, ids, n) };
	if (n)
		r = scope_look_up(scope, groups, diag);
	if (r < 0)
		scope = scope_unref(scope);
	*ret = scope;
	return r;
}

struct scope *scope_ref(struct scope *scope)
{
	if (scope)
		scope->n_refs++;
	return scope;
}

struct scope *scope_unref(struct scope *scope)
{
	if (!scope || --scope->n_refs)
		return NULL;
	free((struct ruleset_cgroup *)scope->groups.groups);
	free(scope->above);
	free(scope);
	return NULL;
}

bool scope_is_same(const struct scope *a, const struct scope *b)
{
	if (!a || !b)
		return a == b;
	if (a->groups.n != b->groups.n)
		return false;
	for (uint32_t i = 0; i < a->groups.n; i++)
		if (a->groups.groups[i].id != b->groups.groups[i].id)
			return false;
	return true;
}
