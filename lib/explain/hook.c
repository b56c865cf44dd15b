/* SPDX-License-Identifier: Apache-2.0 */
/* One hook: its rules as sets, which of them can decide, and a row for each. */
#include "lib/compare/hooks.h"
#include "lib/explain/explanation.h"

/* Enough for policies as they are; beyond, all rows count as ones that may decide. */
#define MAX_STATES 50000u

static int leaf_of(void *user, const uint32_t *winners)
{
	struct table *table = user;

	if (winners[0] != BITS_NONE)
		table->decides[winners[0]] = true;
	return NO_LEAF;
}

/* A filter that does not count: what rules leave to those below them is not known. */
static bool has_late_filter(const struct policy_hook *hook)
{
	for (uint32_t i = 0; i < hook->n_selectors; i++)
		if (hook->selectors[i].enforces && hook->selectors[i].n_return_args)
			return true;
	return false;
}

/* Which rules decide for some event. */
static int decides_find(struct table *table)
{
	struct boxes boxes = {};
	int r;

	if (has_late_filter(table->hook))
		return 0;
	table->decides = arena_array(table->lists.space.arena, table->lists.n_rules + 1,
				     sizeof(*table->decides));
	if (!table->decides)
		return -ENOMEM;
	r = walk(&table->lists, MAX_STATES, false, leaf_of, table, &boxes);
	boxes_done(&boxes);
	if (r < 0)
		table->decides = NULL;
	return r == -E2BIG ? 0 : r;
}

static int rows_room(struct tetra_explanation *ret, uint32_t n)
{
	uint32_t room = ret->room_rows ? ret->room_rows : 16;
	struct tetra_explained_row *grown;

	while (room < ret->policy.n_rows + n)
		room *= 2;
	if (room == ret->room_rows)
		return 0;
	grown = reallocarray(ret->rows, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	ret->rows = grown;
	ret->room_rows = room;
	return 0;
}

static int rows_make(struct table *table, bool is_exact)
{
	struct tetra_explanation *ret = table->ret;
	uint32_t n = table->hook->n_selectors;
	int r = rows_room(ret, n + 1);

	for (uint32_t i = 0; r >= 0 && i < n; i++)
		r = row_make(table, i, is_exact, &ret->rows[ret->policy.n_rows + i]);
	if (r >= 0)
		r = row_otherwise(table, &ret->rows[ret->policy.n_rows + n]);
	if (r >= 0)
		ret->policy.n_rows += n + 1;
	return r;
}

static int hook_make(struct table *table, bool is_exact)
{
	struct tetra_explanation *ret = table->ret;
	const struct policy_hook *hook = table->hook;
	struct tetra_explained_hook *made = &ret->hooks[table->i_hook];
	const char *path = hook->yaml_path;
	struct strbuf text = {};
	uint32_t first = ret->policy.n_rows;
	int r = rows_make(table, is_exact);

	if (r < 0)
		return r;
	if (str_has_prefix(path, "spec."))
		path += strlen("spec.");
	sentence_hook(table->policy, hook, is_exact, &text);
	*made = (struct tetra_explained_hook){
		.size = sizeof(*made),
		.line = hook->mark.line,
		.first_row = first,
		.n_rows = ret->policy.n_rows - first,
		.is_exact = is_exact,
		.path = arena_text(ret->arena, path, strlen(path)),
		.function = hook_place_name(ret->arena, hook),
		.kind = hook_place_kind(hook),
		.text = explanation_keep(ret, &text),
	};
	return made->path && made->function && made->text ? 0 : -ENOMEM;
}

/* "auto" is a type that follows from the tracepoint's format on a machine. */
static bool has_open_type(const struct policy_hook *hook)
{
	for (uint32_t i = 0; i < hook->n_selectors; i++)
		for (uint32_t k = 0; k < hook->selectors[i].n_args; k++)
			if (!hook->args[hook->selectors[i].args[k].arg].kind)
				return true;
	return false;
}

static void arena_done(struct arena **arena)
{
	*arena = arena_free(*arena);
}

int explain_hook(struct tetra_explanation *ret, const struct tetra_policy *policy,
		 uint32_t i_hook)
{
	_cleanup_(arena_done) struct arena *arena = NULL;
	struct table *table;
	uint64_t steps = COMPARE_STEPS;
	uint32_t first = ret->policy.n_rows;
	int r = arena_new(&arena);

	if (r < 0)
		return r;
	table = arena_alloc(arena, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table->ret = ret;
	table->policy = policy;
	table->hook = &policy->hooks[i_hook];
	table->i_hook = i_hook;
	table->lists.space = (struct set_space){ arena, &steps };
	r = has_open_type(table->hook)
		    ? -E2BIG
		    : lists_add_hook(&table->lists, SIDE_NEW, policy, table->hook);
	if (r >= 0)
		r = lists_finish(&table->lists);
	if (r >= 0)
		r = decides_find(table);
	if (r >= 0)
		r = hook_make(table, true);
	/* Too much for sets, or not known: the filters are shown as they are written. */
	if (r == -E2BIG) {
		ret->policy.n_rows = first;
		table->decides = NULL;
		r = hook_make(table, false);
	}
	lists_done(&table->lists);
	return r;
}
