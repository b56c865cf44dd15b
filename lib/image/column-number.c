/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns over numbers and addresses: a hash of keys if few values matter, otherwise the line
 * of all values cut into segments.
 */
#include "bpf/abi/match.h"
#include "lib/image/column.h"
#include "lib/image/image.h"

/* A range of this many values is cheaper as keys than as an ordered table. */
#define EXACT_RANGE_MAX 64
/* Maximum number of keys for all ranges of a column. */
#define EXACT_KEYS_MAX (1u << 20)

struct exact_key {
	struct column_number number;
	uint32_t filter;
};

int column_fill_ranges(const struct column_place *at, const struct policy_value *values,
		       uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++)
		r = column_add_range(at->column, at->filter, values[i].min,
				     values[i].max);
	return r;
}

/* ABOVE and BELOW: the range beyond each value, if any. */
static int add_beyond(const struct column_place *at, const struct policy_filter *filter,
		      bool above)
{
	uint64_t flip = at->column->flip, last = UINT64_MAX ^ flip, first = flip;
	int r = 0;

	at->column->ordered = 1;
	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++) {
		uint64_t value = filter->values[i].min;

		if (above && value != last)
			r = column_add_range(at->column, at->filter, value + 1, last);
		if (!above && value != first)
			r = column_add_range(at->column, at->filter, first, value - 1);
	}
	return r;
}

int column_fill_numbers(const struct column_place *at, const struct policy_filter *filter)
{
	uint32_t relation = operator_relation(filter->op);

	if (relation == TETRA_REL_ABOVE || relation == TETRA_REL_BELOW)
		return add_beyond(at, filter, relation == TETRA_REL_ABOVE);
	return column_fill_ranges(at, filter->values, filter->n_values);
}

static struct column_number address_number(const uint8_t *address, uint32_t bytes)
{
	struct column_number number = { 0 };

	for (uint32_t i = 0; i < bytes; i++) {
		number.high = number.high << 8 | number.low >> 56;
		number.low = number.low << 8 | address[i];
	}
	return number;
}

static int add_address(const struct column_place *at, const struct policy_value *value)
{
	struct column_literal literal = {
		.filter = at->filter,
		.ipv6 = value->addr_family != 4,
	};
	uint32_t bytes = literal.ipv6 ? 16 : 4;
	uint8_t last[16];

	memcpy(last, value->addr, sizeof(last));
	for (uint32_t bit = value->addr_bits; bit < bytes * 8; bit++)
		last[bit / 8] |= 0x80 >> bit % 8;
	literal.min = address_number(value->addr, bytes);
	literal.max = address_number(last, bytes);
	return column_add_literal(at->column, &literal);
}

int column_fill_addresses(const struct column_place *at,
			  const struct policy_filter *filter)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++)
		r = add_address(at, &filter->values[i]);
	return r;
}

static int number_compare(struct column_number a, struct column_number b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

static bool literal_is_short(const struct column_literal *literal)
{
	return literal->min.high == literal->max.high &&
	       literal->max.low - literal->min.low < EXACT_RANGE_MAX;
}

static int exact_key_compare(const void *a, const void *b)
{
	const struct exact_key *left = a, *right = b;
	int order = number_compare(left->number, right->number);

	/* By filter too: the same rule set gives the same bytes. */
	return order ? order
		     : (left->filter > right->filter) - (left->filter < right->filter);
}

static uint64_t exact_count(const struct column *column)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < column->n_literals; i++) {
		const struct column_literal *literal = &column->literals[i];
		uint64_t width = literal->max.low - literal->min.low;

		if (width >= EXACT_KEYS_MAX)
			return UINT64_MAX;
		n += width + 1;
	}
	return n;
}

/* The keys of all literals, sorted; ranges value by value. */
static int exact_collect(struct exact_key **ret, uint32_t *ret_n,
			 const struct column *column)
{
	uint64_t n = exact_count(column), at = 0;
	struct exact_key *keys;

	if (n > EXACT_KEYS_MAX)
		return -E2BIG;
	keys = calloc(n + 1, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < column->n_literals; i++) {
		const struct column_literal *literal = &column->literals[i];
		uint64_t width = literal->max.low - literal->min.low;

		for (uint64_t k = 0; k <= width; k++) {
			keys[at].filter = literal->filter;
			keys[at].number = literal->min;
			keys[at++].number.low += k;
		}
	}
	qsort(keys, n, sizeof(*keys), exact_key_compare);
	*ret = keys;
	*ret_n = n;
	return 0;
}

/* One entry for the equal keys from @first on; returns how many they are. */
static int exact_entry(struct column *column, const struct exact_key *keys, uint32_t n,
		       struct tetra_entry *ret)
{
	struct row row;
	uint32_t same;
	int r;

	for (same = 0; same < n; same++) {
		if (number_compare(keys[same].number, keys[0].number) != 0)
			break;
		column_hit(column, keys[same].filter);
	}
	r = column_row(column, &row);
	for (uint32_t i = 0; i < same; i++)
		column_unhit(column, keys[i].filter);
	if (r < 0)
		return r;
	*ret = (struct tetra_entry){
		.key = { keys[0].number.low, keys[0].number.high },
		.bits = row.bits,
		.row = row.row,
		.used = 1,
	};
	return (int)same;
}

/* The two keys that are not the hash of a name: for an unknown executable, and for a process
 * that has none. */
static int exact_nameless(const struct column *column, struct tetra_entry *entries,
			  uint32_t *n)
{
	static const struct {
		uint32_t state;
		uint64_t key;
	} nameless[] = { { TETRA_VALUE_UNREADABLE, TETRA_EXE_UNKNOWN },
			 { TETRA_VALUE_NONE, TETRA_EXE_NONE } };

	for (size_t i = 0; i < ARRAY_SIZE(nameless); i++) {
		struct row row;
		int r = column_row_aside(column, nameless[i].state, &row);

		if (r < 0)
			return r;
		entries[(*n)++] = (struct tetra_entry){ .key = { 0, nameless[i].key },
							.bits = row.bits,
							.row = row.row,
							.used = 1 };
	}
	return 0;
}

/* Entries of all keys that differ from a miss. */
static int exact_entries(struct column *column, const struct tetra_dim *dim,
			 struct tetra_entry **ret, uint32_t *ret_n)
{
	_cleanup_(freep) struct exact_key *keys = NULL;
	struct row miss = { dim->miss_bits, dim->miss_row };
	struct tetra_entry *entries;
	uint32_t n_keys, n = 0;
	int r;

	r = exact_collect(&keys, &n_keys, column);
	if (r < 0)
		return r;
	entries = calloc(n_keys + 2, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	*ret = entries;
	r = column->exe ? exact_nameless(column, entries, &n) : 0;
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n_keys; i += r) {
		r = exact_entry(column, keys + i, n_keys - i, &entries[n]);
		if (r < 0)
			return r;
		if (!row_equal((struct row){ entries[n].bits, entries[n].row }, miss))
			n++;
	}
	*ret_n = n;
	return 0;
}

static bool exact_place(struct tetra_cell *table, uint32_t mask,
			const struct tetra_entry *entry)
{
	uint32_t spot = exact_spot(entry->key[0], entry->key[1]);
	struct tetra_entry *home = &table[spot & mask].bucket.entries[0];

	for (uint32_t i = 0; i < TETRA_PROBES; i++) {
		struct tetra_bucket *bucket = &table[(spot + i) & mask].bucket;

		for (uint32_t k = 0; k < ARRAY_SIZE(bucket->entries); k++) {
			if (bucket->entries[k].used)
				continue;
			bucket->entries[k].key[0] = entry->key[0];
			bucket->entries[k].key[1] = entry->key[1];
			bucket->entries[k].bits = entry->bits;
			bucket->entries[k].row = entry->row;
			bucket->entries[k].used = 1;
			home->reach = MAX(home->reach, i);
			return true;
		}
	}
	return false;
}

static bool exact_fill(struct tetra_cell *table, uint32_t mask,
		       const struct tetra_entry *entries, uint32_t n)
{
	memset(table, 0, ((size_t)mask + 1) * sizeof(*table));
	for (uint32_t i = 0; i < n; i++)
		if (!exact_place(table, mask, &entries[i]))
			return false;
	return true;
}

int column_build_exact(struct column *column, struct cells *cells, struct tetra_dim *dim)
{
	_cleanup_(freep) struct tetra_entry *entries = NULL;
	uint32_t n = 0, size = 1, table, more;
	int r;

	r = exact_entries(column, dim, &entries, &n);
	if (r < 0)
		return r;
	while (size * 3ull < n * 2ull)
		size *= 2;
	r = cells_add(cells, size, &table);
	if (r < 0)
		return r;
	while (!exact_fill(cells->items + table, size - 1, entries, n)) {
		if (size >= table_max_cells(n))
			return -E2BIG;
		r = cells_add(cells, size, &more);
		if (r < 0)
			return r;
		size *= 2;
	}
	dim->type = TETRA_DIM_EXACT;
	dim->table = table;
	dim->mask = size - 1;
	dim->n = n;
	return 0;
}

/* A literal begins or, past its last value, ends. */
struct bound {
	struct column_number at;
	uint32_t filter;
	uint32_t ends;
};

static int bound_compare(const void *a, const void *b)
{
	const struct bound *left = a, *right = b;

	return number_compare(left->at, right->at);
}

/* Past the last possible value: no bound is needed. */
static bool number_next(struct column_number *number)
{
	return ++number->low != 0 || ++number->high != 0;
}

static int bounds_collect(struct bound **ret, uint32_t *ret_n,
			  const struct column *column, bool ipv6)
{
	struct bound *bounds =
		calloc(2 * (size_t)column->n_literals + 1, sizeof(*bounds));
	uint32_t n = 0;

	if (!bounds)
		return -ENOMEM;
	for (uint32_t i = 0; i < column->n_literals; i++) {
		const struct column_literal *literal = &column->literals[i];
		struct column_number min = literal->min, max = literal->max;

		if (literal->ipv6 != ipv6)
			continue;
		min.low ^= column->flip;
		max.low ^= column->flip;
		bounds[n++] = (struct bound){ min, literal->filter, 0 };
		if (number_next(&max))
			bounds[n++] = (struct bound){ max, literal->filter, 1 };
	}
	qsort(bounds, n, sizeof(*bounds), bound_compare);
	*ret = bounds;
	*ret_n = n;
	return 0;
}

/* Adds the segment that begins at @at, unless it is equal to the one before. */
static int segment_add(const struct column *column, struct tetra_entry *entries,
		       uint32_t *n, struct column_number at)
{
	struct row row;
	int r = column_row(column, &row);

	if (r < 0)
		return r;
	if (*n &&
	    row_equal((struct row){ entries[*n - 1].bits, entries[*n - 1].row }, row))
		return 0;
	entries[(*n)++] = (struct tetra_entry){
		.key = { at.high, at.low },
		.bits = row.bits,
		.row = row.row,
		.used = 1,
	};
	return 0;
}

/* Passes every bound at the same position. */
static uint32_t bounds_pass(struct column *column, const struct bound *bounds, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && number_compare(bounds[i].at, bounds[0].at) == 0; i++) {
		if (bounds[i].ends)
			column_unhit(column, bounds[i].filter);
		else
			column_hit(column, bounds[i].filter);
	}
	return i;
}

/* Literals that reach the last value have no end; the column is reset. */
static void bounds_rewind(struct column *column)
{
	for (uint32_t i = 0; i < column->n_filters; i++)
		while (column->filters[i].n_hits)
			column_unhit(column, i);
}

static int segments_fill(struct column *column, const struct bound *bounds,
			 uint32_t n_bounds, struct tetra_entry *entries, uint32_t *ret_n)
{
	uint32_t n = 0, i = 0;
	int r;

	*ret_n = 0;
	if (number_compare(bounds[0].at, (struct column_number){ 0 }) != 0) {
		r = segment_add(column, entries, &n, (struct column_number){ 0 });
		if (r < 0)
			return r;
	}
	while (i < n_bounds) {
		struct column_number at = bounds[i].at;

		i += bounds_pass(column, bounds + i, n_bounds - i);
		r = segment_add(column, entries, &n, at);
		if (r < 0)
			return r;
	}
	*ret_n = n;
	return 0;
}

/* The segments of one family (numbers have one); *@ret_n 0 if nothing looks at it. */
static int segments_build(struct column *column, struct cells *cells, bool ipv6,
			  uint32_t *ret_table, uint32_t *ret_n)
{
	_cleanup_(freep) struct bound *bounds = NULL;
	_cleanup_(freep) struct tetra_entry *entries = NULL;
	uint32_t n_bounds;
	int r;

	*ret_n = 0;
	r = bounds_collect(&bounds, &n_bounds, column, ipv6);
	if (r < 0 || !n_bounds)
		return r;
	entries = calloc((size_t)n_bounds + 1, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	r = segments_fill(column, bounds, n_bounds, entries, ret_n);
	bounds_rewind(column);
	if (r < 0)
		return r;
	if (*ret_n >= 1u << (MATCH_SEARCH_STEPS - 1))
		return -E2BIG;
	r = cells_add(cells, (*ret_n + 1) / 2, ret_table);
	if (r < 0)
		return r;
	memcpy(cells->items + *ret_table, entries, *ret_n * sizeof(*entries));
	return 0;
}

static bool column_wants_segments(const struct column *column)
{
	if (column->ordered)
		return true;
	for (uint32_t i = 0; i < column->n_literals; i++)
		if (!literal_is_short(&column->literals[i]))
			return true;
	return false;
}

int column_build_number(struct column *column, struct cells *cells, struct tetra_dim *dim)
{
	int r;

	/* GT of the greatest number leaves no bound at all: the empty hash expresses that. */
	if (!column->n_literals || !column_wants_segments(column))
		return column_build_exact(column, cells, dim);
	r = segments_build(column, cells, false, &dim->table, &dim->n);
	if (r < 0)
		return r;
	dim->type = TETRA_DIM_SEGMENTS;
	return 0;
}

int column_build_address(struct column *column, struct cells *cells,
			 struct tetra_dim *dim)
{
	int r;

	r = segments_build(column, cells, false, &dim->table, &dim->n);
	if (r < 0)
		return r;
	r = segments_build(column, cells, true, &dim->table6, &dim->n6);
	if (r < 0)
		return r;
	dim->type = TETRA_DIM_ADDRESS;
	return 0;
}
