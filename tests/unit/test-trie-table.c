/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a trie: each key is found, and how much is looked at until then. */
#include <stdio.h>

#include "bpf/abi/match.h"
#include "lib/image/trie-table.h"
#include "tests/unit/suite.h"

TIMEOUT(60)

#define MANY 50000u

struct table {
	struct tetra_trie *trie;
	uint32_t n;
	struct cells cells;
	struct tetra_dim dim;
	int r;
};

/* Children of the root and of one another, under names that are alike. */
static struct table table_make(uint32_t n, const char *format)
{
	struct table table = { .trie = calloc(n, sizeof(*table.trie)), .n = n };

	for (uint32_t i = 0; i < n; i++) {
		char name[32] = "";
		struct tetra_trie *cell = &table.trie[i];

		snprintf(name, sizeof(name), format, i);
		*cell = (struct tetra_trie){ .state = i % 7 < 5 ? 0 : i / 3,
					     .next = i + 1,
					     .len = (uint8_t)strlen(name),
					     .used = 1,
					     .bits = i };
		memcpy(cell->name, name, sizeof(name));
	}
	table.r = trie_table_write(table.trie, n, &table.cells, &table.dim);
	return table;
}

static void table_done(struct table *table)
{
	free(table->trie);
	cells_done(&table->cells);
}

static const struct tetra_trie *table_find(const struct table *table,
					   const struct tetra_trie *wanted)
{
	const struct tetra_host_image image = { table->cells.items, table->cells.n };
	const struct tetra_match match = {
		.table = table->dim.table,
		.mask = table->dim.mask,
		.state = wanted->state + table->dim.root,
	};

	return trie_find(&image, &match, wanted->name, wanted->len, wanted->kind);
}

static void table_check(const struct table *table)
{
	ck_assert_int_eq(table->r, 0);
	for (uint32_t i = 0; i < table->n; i++) {
		const struct tetra_trie *found = table_find(table, &table->trie[i]);

		ck_assert_ptr_nonnull(found);
		ck_assert_uint_eq(found->bits, i);
		ck_assert_uint_eq(found->next, i + 1 + table->dim.root);
	}
}

static uint32_t table_reach(const struct table *table)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i <= table->dim.mask; i++)
		most = MAX(most, table->cells.items[table->dim.table + i].trie.reach);
	return most;
}

static const char *const formats[] = { "%u", "m%u", "file-%08x", "a-long-name-%016x" };

TEST(trie_table_small_tables_have_all_cells_at_their_first_place)
{
	for (uint32_t f = 0; f < ARRAY_SIZE(formats); f++)
		for (uint32_t n = 1; n <= 16; n++) {
			struct table table = table_make(n, formats[f]);

			table_check(&table);
			ck_assert_uint_eq(table_reach(&table), 0);
			ck_assert_uint_lt(table.dim.mask, 2 * TRIE_CALM_TIMES * n);
			table_done(&table);
		}
}

TEST(trie_table_at_and_past_the_limits_of_its_ways)
{
	static const uint32_t sizes[] = { TRIE_CALM_CELLS, TRIE_CALM_CELLS + 1,
					  TRIE_LOOSE_CELLS, TRIE_LOOSE_CELLS + 1 };

	for (uint32_t f = 0; f < ARRAY_SIZE(formats); f++)
		for (uint32_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct table table = table_make(sizes[i], formats[f]);

			table_check(&table);
			ck_assert_uint_lt(table.dim.mask, 16 * sizes[i]);
			table_done(&table);
		}
}

TEST(trie_table_of_many_cells_is_filled_well)
{
	struct table table = table_make(MANY, "file-%08x");

	table_check(&table);
	ck_assert_uint_lt(table.dim.mask, 3 * MANY);
	table_done(&table);
}

TEST(trie_table_misses_what_it_does_not_have)
{
	struct table table = table_make(100, "m%u"), other = table_make(300, "m%u");

	for (uint32_t i = 100; i < 300; i++)
		ck_assert_ptr_null(table_find(&table, &other.trie[i]));
	table_done(&table);
	table_done(&other);
}

TEST(trie_table_keys_with_the_same_places_are_too_many)
{
	struct table more = table_make(TETRA_PROBES + 1, "%u");

	for (uint32_t i = 1; i < more.n; i++)
		more.trie[i] = more.trie[0];
	cells_done(&more.cells);
	ck_assert_int_eq(
		trie_table_write(more.trie, TETRA_PROBES, &more.cells, &more.dim), 0);
	ck_assert_int_eq(trie_table_write(more.trie, more.n, &more.cells, &more.dim),
			 -E2BIG);
	table_done(&more);
}
