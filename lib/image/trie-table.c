/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/image/trie-table.h"

#include "bpf/abi/match.h"

#define NONE UINT32_MAX
/* Numberings of the states that a small table tries at each size. */
#define CALM_TRIES 64u
/* Cells that make room for one before a table is taken to be full. */
#define MAX_MOVES 500u

struct trie_table {
	const struct tetra_trie *trie;
	uint32_t n;
	uint32_t size;	 /* of the table, a power of two */
	uint32_t root;	 /* added to each state: other numbers, other places */
	uint32_t *owner; /* for each position, the number of its cell, or NONE */
	uint32_t turn;	 /* which of its four places a cell takes next */
};

/* A place of a cell in the table; place 0 is where lookups begin. */
static uint32_t cell_place(const struct trie_table *table, uint32_t number,
			   uint32_t place)
{
	const struct tetra_trie *cell = &table->trie[number];
	bool cut = cell->kind == TETRA_CHUNK_CUT;
	uint32_t len = cut ? cell->lens : cell->len, spot;
	__u64 key[4];

	for (uint32_t i = 0; i < ARRAY_SIZE(key); i++)
		key[i] = cell->name[i] & (cut ? chunk_mask(i, len, 0) : ~0ull);
	spot = trie_spot(cell->state + table->root, key, len, cell->kind);
	return trie_place(spot, place) & (table->size - 1);
}

static void table_clear(struct trie_table *table)
{
	memset(table->owner, 0xff, table->size * sizeof(*table->owner));
}

/* All cells at their first place. */
static bool table_fill_calm(struct trie_table *table)
{
	table_clear(table);
	for (uint32_t i = 0; i < table->n; i++) {
		uint32_t at = cell_place(table, i, 0);

		if (table->owner[at] != NONE)
			return false;
		table->owner[at] = i;
	}
	return true;
}

static bool table_settle(struct trie_table *table, uint32_t number)
{
	for (uint32_t place = 0; place < TETRA_PROBES; place++) {
		uint32_t at = cell_place(table, number, place);

		if (table->owner[at] == NONE) {
			table->owner[at] = number;
			return true;
		}
	}
	return false;
}

/* A cell without a free place takes one, and who stood there looks for another. */
static bool table_insert(struct trie_table *table, uint32_t number)
{
	for (uint32_t moves = 0; moves < MAX_MOVES; moves++) {
		uint32_t at, displaced;

		if (table_settle(table, number))
			return true;
		at = cell_place(table, number, table->turn++ % TETRA_PROBES);
		displaced = table->owner[at];
		table->owner[at] = number;
		number = displaced;
	}
	return false;
}

/* Cells whose first place became free go there. */
static void table_go_home(struct trie_table *table)
{
	for (uint32_t at = 0; at < table->size; at++) {
		uint32_t number = table->owner[at], home;

		if (number == NONE)
			continue;
		home = cell_place(table, number, 0);
		if (table->owner[home] != NONE)
			continue;
		table->owner[home] = number;
		table->owner[at] = NONE;
	}
}

static bool table_fill(struct trie_table *table)
{
	table_clear(table);
	for (uint32_t i = 0; i < table->n; i++)
		if (!table_insert(table, i))
			return false;
	table_go_home(table);
	return true;
}

static int table_resize(struct trie_table *table, uint32_t size)
{
	uint32_t *owner = reallocarray(table->owner, size, sizeof(*owner));

	if (!owner)
		return -ENOMEM;
	table->owner = owner;
	table->size = size;
	return 0;
}

static uint32_t power_of_two(uint32_t least)
{
	uint32_t size = 1;

	while (size < least)
		size *= 2;
	return size;
}

/* 1 if there is such a table, 0 if not. */
static int table_make_calm(struct trie_table *table)
{
	uint32_t most = power_of_two(TRIE_CALM_TIMES * table->n);

	if (table->n > TRIE_CALM_CELLS)
		return 0;
	for (uint32_t size = power_of_two(table->n); size <= most; size *= 2) {
		if (table_resize(table, size) < 0)
			return -ENOMEM;
		for (uint32_t i = 0; i < CALM_TRIES; i++) {
			table->root = i * (TRIE_CALM_CELLS + 1);
			if (table_fill_calm(table))
				return 1;
		}
	}
	table->root = 0;
	return 0;
}

static int table_make(struct trie_table *table)
{
	uint32_t spare = table->n <= TRIE_LOOSE_CELLS ? table->n : table->n / 4;
	uint32_t size = power_of_two(table->n + spare);
	int r = table_make_calm(table);

	if (r)
		return r < 0 ? r : 0;
	for (; size <= table_max_cells(table->n); size *= 2) {
		r = table_resize(table, size);
		if (r < 0 || table_fill(table))
			return r;
	}
	return -E2BIG;
}

/* The number of the place that the cell occupies: the reach that its first place must store. */
static uint32_t cell_reach(const struct trie_table *table, uint32_t number, uint32_t at)
{
	uint32_t place = 0;

	while (place < TETRA_PROBES - 1 && cell_place(table, number, place) != at)
		place++;
	return place;
}

static void table_store_cell(const struct trie_table *table, struct tetra_cell *cells,
			     uint32_t at)
{
	uint32_t number = table->owner[at], reach = cell_reach(table, number, at);
	struct tetra_trie *cell = &cells[at].trie, *home;
	uint32_t own = cell->reach;

	*cell = table->trie[number];
	cell->state += table->root;
	if (cell->next)
		cell->next += table->root;
	cell->reach = own;
	home = &cells[cell_place(table, number, 0)].trie;
	home->reach = MAX(home->reach, reach);
}

int trie_table_write(const struct tetra_trie *trie, uint32_t n, struct cells *cells,
		     struct tetra_dim *dim)
{
	struct trie_table table = { .trie = trie, .n = n };
	uint32_t first;
	int r = table_make(&table);

	if (r == 0)
		r = cells_add(cells, table.size, &first);
	if (r == 0) {
		for (uint32_t at = 0; at < table.size; at++)
			if (table.owner[at] != NONE)
				table_store_cell(&table, cells->items + first, at);
		dim->table = first;
		dim->mask = table.size - 1;
		dim->root = table.root;
	}
	free(table.owner);
	return r;
}
