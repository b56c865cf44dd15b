/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns over bits: masks, capability sets, marks. A rule is set by any of its bits and
 * cleared by any of its negated bits; a BITS table can express nothing else. So if a rule has
 * several positive filters, one must imply the others.
 */
#include "lib/image/column.h"

struct rule_bits {
	uint8_t filtered, positive;
	uint64_t set, clear;
};

/* A bit of any value. */
int column_fill_masks(const struct column_place *at, const struct policy_filter *filter)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < filter->n_values; i++)
		mask |= filter->values[i].min;
	return column_add_bits(at->column, at->filter, mask);
}

static int bits_count(uint64_t bits)
{
	return __builtin_popcountll(bits);
}

static uint64_t filter_bits(const struct column *column, uint32_t *literal,
			    uint32_t filter)
{
	uint64_t bits = 0;

	/* Literals are in the order of their filters. */
	while (*literal < column->n_literals &&
	       column->literals[*literal].filter == filter)
		bits |= column->literals[(*literal)++].bits;
	return bits;
}

static void rules_negate(const struct column *column, struct rule_bits *rules)
{
	uint32_t literal = 0;

	for (uint32_t i = 0; i < column->n_filters; i++) {
		struct rule_bits *rule = &rules[column->filters[i].rule];
		uint64_t bits = filter_bits(column, &literal, i);

		rule->filtered = 1;
		if (column->filters[i].negated)
			rule->clear |= bits;
	}
}

/* A value with a negated bit fails anyway, so those bits need not set the rule. The narrowest
 * filter of a rule represents all of them. */
static void rules_narrow(const struct column *column, struct rule_bits *rules)
{
	uint32_t literal = 0;

	for (uint32_t i = 0; i < column->n_filters; i++) {
		struct rule_bits *rule = &rules[column->filters[i].rule];
		uint64_t bits = filter_bits(column, &literal, i) & ~rule->clear;

		if (column->filters[i].negated)
			continue;
		if (rule->positive && bits_count(rule->set) <= bits_count(bits))
			continue;
		rule->set = bits;
		rule->positive = 1;
	}
}

/* It may represent them only if it implies each. */
static int rules_check(struct column *column, const struct rule_bits *rules)
{
	uint32_t literal = 0;

	for (uint32_t i = 0; i < column->n_filters; i++) {
		const struct rule_bits *rule = &rules[column->filters[i].rule];
		uint64_t bits = filter_bits(column, &literal, i);

		if (!column->filters[i].negated && (rule->set & ~bits)) {
			column->culprit = i;
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int bit_write(struct column *column, const struct rule_bits *rules, uint32_t bit,
		     struct tetra_bit_entry *ret)
{
	uint64_t set[TETRA_MAX_WORDS] = { 0 }, clear[TETRA_MAX_WORDS] = { 0 };
	struct row set_row, clear_row;
	int r;

	for (uint32_t i = 0; i < column->rows->n_words * 64; i++) {
		set[i / 64] |= (rules[i].set >> bit & 1) << i % 64;
		clear[i / 64] |= (rules[i].clear >> bit & 1) << i % 64;
	}
	r = rows_intern(column->rows, set, &set_row);
	if (r < 0)
		return r;
	r = rows_intern(column->rows, clear, &clear_row);
	if (r < 0)
		return r;
	*ret = (struct tetra_bit_entry){
		.set_bits = set_row.bits,
		.set_row = set_row.row,
		.clear_bits = clear_row.bits,
		.clear_row = clear_row.row,
	};
	return 0;
}

/* Without a bit of interest: rules unfiltered here, and those that only negate. */
static int bits_base(struct column *column, const struct rule_bits *rules,
		     struct tetra_dim *dim)
{
	uint64_t base[TETRA_MAX_WORDS];
	struct row row;
	int r;

	memcpy(base, column->unfiltered, sizeof(base));
	for (uint32_t i = 0; i < column->rows->n_words * 64; i++) {
		if (rules[i].filtered && !rules[i].positive)
			base[i / 64] |= 1ull << i % 64;
		dim->interest |= rules[i].set | rules[i].clear;
	}
	r = rows_intern(column->rows, base, &row);
	if (r < 0)
		return r;
	dim->miss_bits = row.bits;
	dim->miss_row = row.row;
	return 0;
}

int column_build_bits(struct column *column, struct cells *cells, struct tetra_dim *dim)
{
	_cleanup_(freep) struct rule_bits *rules =
		calloc(TETRA_MAX_RULES, sizeof(*rules));
	struct tetra_bit_entry entry;
	int r;

	if (!rules)
		return -ENOMEM;
	rules_negate(column, rules);
	rules_narrow(column, rules);
	r = rules_check(column, rules);
	if (r < 0)
		return r;
	r = bits_base(column, rules, dim);
	if (r < 0)
		return r;
	dim->type = TETRA_DIM_BITS;
	dim->n = dim->interest ? 64 - __builtin_clzll(dim->interest) : 0;
	r = cells_add(cells, (dim->n + 1) / 2, &dim->table);
	for (uint32_t bit = 0; r >= 0 && bit < dim->n; bit++) {
		r = bit_write(column, rules, bit, &entry);
		cells->items[dim->table + bit / 2].bit[bit % 2] = entry;
	}
	return r;
}
