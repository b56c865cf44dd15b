/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column's literals and tables, by its shape. What the shapes share is in column.c.
 */
#include "lib/image/column.h"

static const struct {
	int (*fill)(const struct column_place *at, const struct policy_filter *filter);
	int (*build)(struct column *column, struct cells *cells, struct tetra_dim *dim);
} shapes[] = {
#define X(NAME, number, column, built, filled)                                           \
	[COLUMN_##NAME] = { column_fill_##filled, column_build_##built },
	TETRA_TABLES(X)
#undef X
};

int column_fill(const struct column_place *at, const struct policy_filter *filter)
{
	return shapes[at->column->shape].fill(at, filter);
}

static int column_build_table(struct column *column, struct cells *cells,
			      struct tetra_dim *ret)
{
	struct tetra_dim dim = { 0 };
	struct row row;
	int r;

	r = column_row(column, &row);
	if (r < 0)
		return r;
	dim.miss_bits = row.bits;
	dim.miss_row = row.row;
	r = shapes[column->shape].build(column, cells, &dim);
	if (r < 0)
		return r;
	*ret = dim;
	return 0;
}

/* The table for names that are distrusted; *@ret is its dimension's cell. */
static int column_build_foreign(struct column *column, struct cells *cells, uint32_t *ret)
{
	struct tetra_dim dim;
	uint32_t cell;
	int r;

	r = cells_add(cells, 1, &cell);
	if (r < 0)
		return r;
	column->foreign = 1;
	r = column_build_table(column, cells, &dim);
	column->foreign = 0;
	if (r < 0)
		return r;
	cells->items[cell].dim = dim;
	*ret = cell;
	return 0;
}

static int column_build_aside(struct column *column, struct cells *cells, uint32_t *ret)
{
	struct tetra_aside aside = { 0 };
	uint32_t state;
	int r;

	for (state = TETRA_VALUE_ABSENT; state <= TETRA_VALUE_LATER; state++) {
		struct row row;

		r = column_row_aside(column, state, &row);
		if (r < 0)
			return r;
		aside.bits[state - 1] = row.bits;
		aside.rows[state - 1] = row.row;
	}
	if (column_distrusts(column)) {
		r = column_build_foreign(column, cells, &aside.foreign);
		if (r < 0)
			return r;
	}
	if (column->cut)
		aside.cut = column->cut;
	r = cells_add(cells, 1, ret);
	if (r < 0)
		return r;
	cells->items[*ret].aside = aside;
	return 0;
}

int column_build(struct column *column, struct cells *cells, struct tetra_dim *ret)
{
	int r = column_build_table(column, cells, ret);

	if (r == 0 && column->aside)
		r = column_build_aside(column, cells, &ret->aside);
	return r;
}
