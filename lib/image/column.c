/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/image/column.h"

int column_new(struct column **ret, enum column_shape shape, struct rows *rows,
	       const uint64_t *all_rules)
{
	struct column *column = calloc(1, sizeof(*column));

	if (!column)
		return -ENOMEM;
	column->shape = shape;
	column->rows = rows;
	memcpy(column->unfiltered, all_rules, sizeof(column->unfiltered));
	memcpy(column->accepting, all_rules, sizeof(column->accepting));
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

uint32_t column_count_filters(const struct column *column)
{
	return column ? column->n_filters : 0;
}

void column_move_rules(struct column *column, const uint32_t *to,
		       const uint64_t *all_rules)
{
	if (!column)
		return;
	memcpy(column->unfiltered, all_rules, sizeof(column->unfiltered));
	memcpy(column->accepting, all_rules, sizeof(column->accepting));
	memset(column->failing, 0, sizeof(column->failing));
	for (uint32_t i = 0; i < column->n_filters; i++) {
		struct column_filter *filter = &column->filters[i];

		filter->rule = to[filter->rule];
		column->unfiltered[filter->rule / 64] &= ~(1ull << filter->rule % 64);
		if (!filter->negated)
			rule_fails(column, filter->rule);
	}
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

int column_add_bits(struct column *column, uint32_t filter, uint64_t bits)
{
	struct column_literal literal = { .filter = filter, .bits = bits };

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

/* A filter that no literal decides holds if its rule accepts a fault. */
static bool filter_turns(const struct column_filter *filter)
{
	return !filter->n_hits &&
	       filter->negated != !!(filter->leniency & COLUMN_ACCEPTS_FAULT);
}

void column_maybe(struct column *column, uint32_t filter)
{
	struct column_filter *f = &column->filters[filter];

	if (f->n_maybes++ || !filter_turns(f))
		return;
	if (f->negated)
		rule_fails(column, f->rule);
	else
		rule_holds(column, f->rule);
}

void column_unmaybe(struct column *column, uint32_t filter)
{
	struct column_filter *f = &column->filters[filter];

	if (--f->n_maybes || !filter_turns(f))
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

bool column_distrusts(const struct column *column)
{
	if (column->shape != COLUMN_PATH_HEAD && !column->exe && !column->path)
		return false;
	for (uint32_t i = 0; i < column->n_filters; i++)
		if (filter_distrusts(&column->filters[i]))
			return true;
	return false;
}

int column_fill_none(const struct column_place *at, const struct policy_filter *filter)
{
	return -EINVAL;
}

int column_build_none(struct column *column, struct cells *cells, struct tetra_dim *dim)
{
	return 0;
}
