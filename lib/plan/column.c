/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/column.h"

int column_new(struct column **ret, enum column_shape shape, struct rows *rows,
	       const uint64_t *all_rules)
{
	struct column *column = calloc(1, sizeof(*column));

	if (!column)
		return -ENOMEM;
	column->shape = shape;
	column->rows = rows;
	memcpy(column->unfiltered, all_rules, rows->n_words * sizeof(*all_rules));
	memcpy(column->accepting, all_rules, rows->n_words * sizeof(*all_rules));
	*ret = column;
	return 0;
}

struct column *column_free(struct column *column)
{
	if (!column)
		return NULL;
	free(column->filters);
	free(column->literals);
	free(column);
	return NULL;
}

/* Room for one more element; 0 or -ENOMEM. */
static int array_reserve(void *array, uint32_t n, uint32_t *size, size_t element)
{
	uint32_t wanted = MAX(8u, 2 * *size);
	void *grown;

	if (n < *size)
		return 0;
	grown = reallocarray(*(void **)array, wanted, element);
	if (!grown)
		return -ENOMEM;
	*(void **)array = grown;
	*size = wanted;
	return 0;
}

static void rule_fails(struct column *column, uint32_t rule)
{
	if (column->failing[rule]++ == 0)
		column->accepting[rule / 64] &= ~(1ull << rule % 64);
}

static void rule_holds(struct column *column, uint32_t rule)
{
	if (--column->failing[rule] == 0)
		column->accepting[rule / 64] |= 1ull << rule % 64;
}

int column_add_filter(struct column *column, uint32_t rule, bool negated,
		      uint32_t leniency, const struct ruleset_group *group,
		      struct mark mark)
{
	if (array_reserve(&column->filters, column->n_filters, &column->filters_size,
			  sizeof(*column->filters)) < 0)
		return -ENOMEM;
	column->filters[column->n_filters] = (struct column_filter){
		.rule = rule,
		.negated = negated,
		.leniency = leniency,
		.group = group,
		.mark = mark,
	};
	column->unfiltered[rule / 64] &= ~(1ull << rule % 64);
	if (!negated)
		rule_fails(column, rule);
	return (int)column->n_filters++;
}

int column_add_literal(struct column *column, const struct column_literal *literal)
{
	if (array_reserve(&column->literals, column->n_literals, &column->literals_size,
			  sizeof(*column->literals)) < 0)
		return -ENOMEM;
	column->literals[column->n_literals++] = *literal;
	return 0;
}

int column_add_range(struct column *column, uint32_t filter, uint64_t min, uint64_t max)
{
	struct column_literal literal = { .filter = filter };

	if ((min ^ column->flip) > (max ^ column->flip))
		return 0;
	literal.min.low = min;
	literal.max.low = max;
	return column_add_literal(column, &literal);
}

static bool filter_distrusts(const struct column_filter *filter)
{
	return filter->leniency &
	       (filter->negated ? COLUMN_DOUBTS_NEGATED : COLUMN_DOUBTS_POSITIVE);
}

void column_hit(struct column *column, uint32_t filter)
{
	struct column_filter *f = &column->filters[filter];

	if (f->n_hits++ || (column->foreign && filter_distrusts(f)))
		return;
	if (f->negated)
		rule_fails(column, f->rule);
	else
		rule_holds(column, f->rule);
}

void column_unhit(struct column *column, uint32_t filter)
{
	struct column_filter *f = &column->filters[filter];

	if (--f->n_hits || (column->foreign && filter_distrusts(f)))
		return;
	if (f->negated)
		rule_holds(column, f->rule);
	else
		rule_fails(column, f->rule);
}

int column_row(const struct column *column, struct row *ret)
{
	return rows_intern(column->rows, column->accepting, ret);
}

static bool filter_accepts(const struct column *column,
			   const struct column_filter *filter, uint32_t state)
{
	switch (state) {
	case TETRA_VALUE_NONE:
		return filter->negated && !filter->positive &&
		       (!column->exe || filter->leniency & COLUMN_ACCEPTS_UNREADABLE);
	case TETRA_VALUE_UNREADABLE:
		return filter->leniency & COLUMN_ACCEPTS_UNREADABLE;
	case TETRA_VALUE_FAULT:
		return filter->leniency & COLUMN_ACCEPTS_FAULT;
	case TETRA_VALUE_LATER:
		return filter->leniency & COLUMN_ENFORCES;
	}
	return false;
}

int column_row_aside(const struct column *column, uint32_t state, struct row *ret)
{
	uint64_t words[TETRA_MAX_WORDS];

	memcpy(words, column->unfiltered, sizeof(words));
	for (uint32_t i = 0; i < column->n_filters; i++) {
		uint32_t rule = column->filters[i].rule;

		words[rule / 64] |= 1ull << rule % 64;
	}
	for (uint32_t i = 0; i < column->n_filters; i++) {
		uint32_t rule = column->filters[i].rule;

		if (!filter_accepts(column, &column->filters[i], state))
			words[rule / 64] &= ~(1ull << rule % 64);
	}
	return rows_intern(column->rows, words, ret);
}

static int column_build_table(struct column *column, struct cells *cells,
			      struct tetra_dim *ret, uint32_t *ret_filter)
{
	struct tetra_dim dim = { 0 };
	struct row row;
	int r;

	r = column_row(column, &row);
	if (r < 0)
		return r;
	dim.miss_bits = row.bits;
	dim.miss_row = row.row;
	switch (column->shape) {
	case COLUMN_EXACT:
		r = column_build_exact(column, cells, &dim);
		break;
	case COLUMN_NUMBER:
		r = column_build_number(column, cells, &dim);
		break;
	case COLUMN_ADDRESS:
		r = column_build_address(column, cells, &dim);
		break;
	case COLUMN_BITS:
		r = column_build_bits(column, cells, &dim, ret_filter);
		break;
	case COLUMN_TEXT_HEAD:
	case COLUMN_TEXT_TAIL:
	case COLUMN_PATH_HEAD:
		r = column_build_trie(column, cells, &dim);
		break;
	}
	if (r < 0)
		return r;
	*ret = dim;
	return 0;
}

/* Only names can be forged. */
static bool column_distrusts(const struct column *column)
{
	if (column->shape != COLUMN_PATH_HEAD && !column->exe && !column->path)
		return false;
	for (uint32_t i = 0; i < column->n_filters; i++)
		if (filter_distrusts(&column->filters[i]))
			return true;
	return false;
}

/* The table for names that are distrusted; *@ret is its dimension's cell. */
static int column_build_foreign(struct column *column, struct cells *cells, uint32_t *ret)
{
	struct tetra_dim dim;
	uint32_t filter, cell;
	int r;

	r = cells_add(cells, 1, &cell);
	if (r < 0)
		return r;
	column->foreign = 1;
	r = column_build_table(column, cells, &dim, &filter);
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
	r = cells_add(cells, 1, ret);
	if (r < 0)
		return r;
	cells->items[*ret].aside = aside;
	return 0;
}

int column_build(struct column *column, struct cells *cells, struct tetra_dim *ret,
		 uint32_t *ret_filter)
{
	int r = column_build_table(column, cells, ret, ret_filter);

	if (r == 0 && column->aside)
		r = column_build_aside(column, cells, &ret->aside);
	return r;
}
