/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Literals of columns over texts: how long they may be.
 */
#include "bpf/abi/config.h"
#include "bpf/abi/record.h"
#include "lib/image/hook-rules.h"

/* Steps of a path's walk, one for each 32 bytes of a component; programs take one more, to see
 * that the path is over. */
#define PATH_MAX_STEPS (TETRA_PATH_STEPS - 1)

static int path_check(const struct column_place *at, struct mark mark,
		      const struct column_walk *walk)
{
	const struct ruleset_group *group = at->column->filters[at->filter].group;

	if (walk->components > TETRA_MAX_COMPONENTS)
		return group_error(at->diag, group, mark, -E2BIG,
				   "a path of %u components; the limit is %u",
				   walk->components, TETRA_MAX_COMPONENTS);
	if (walk->steps > PATH_MAX_STEPS)
		return group_error(
			at->diag, group, mark, -E2BIG,
			"a path of %u pieces (32 bytes of a component each); the "
			"limit is %u",
			walk->steps, PATH_MAX_STEPS);
	return 0;
}

int column_place_text(const struct column_place *at, const struct column_literal *literal,
		      struct mark mark, size_t max_bytes)
{
	struct column_walk walk;
	int r;

	if (literal->len > max_bytes)
		return group_error(at->diag, at->column->filters[at->filter].group, mark,
				   -E2BIG, "a literal of %zu bytes; the limit is %zu",
				   literal->len, max_bytes);
	r = column_add_text(at->column, literal, &walk);
	if (r < 0 || at->column->shape != COLUMN_PATH_HEAD)
		return r;
	return path_check(at, mark, &walk);
}

int column_fill_texts(const struct column_place *at, const struct policy_filter *filter)
{
	bool whole = operator_relation(filter->op) == TETRA_REL_IS;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++) {
		const struct policy_value *value = &filter->values[i];
		struct column_literal literal = { .filter = at->filter,
						  .whole = whole,
						  .text = value->text,
						  .len = value->len };

		r = column_place_text(at, &literal, value->mark, COLUMN_TEXT_BYTES);
	}
	return r;
}
