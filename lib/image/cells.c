/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/image/cells.h"
#include "lib/image/image.h"

#define CELL_WORDS 8

int cells_add(struct cells *cells, uint64_t n, uint32_t *ret_first)
{
	uint64_t needed = cells->n + n;
	struct tetra_cell *items;
	uint64_t size;

	if (needed > IMAGE_MAX_CELLS)
		return -E2BIG;
	if (needed > cells->size) {
		size = MAX(needed, MAX(64u, 2 * (uint64_t)cells->size));
		items = realloc(cells->items, size * sizeof(*items));
		if (!items)
			return -ENOMEM;
		cells->items = items;
		cells->size = size;
	}
	memset(cells->items + cells->n, 0, n * sizeof(*cells->items));
	*ret_first = cells->n;
	cells->n = needed;
	return 0;
}

void cells_done(struct cells *cells)
{
	free(cells->items);
	*cells = (struct cells){ 0 };
}

int rows_init(struct rows *rows, const uint64_t *all, uint32_t n_words)
{
	struct row row;

	*rows = (struct rows){ .n_words = n_words };
	return rows_intern(rows, all, &row);
}

static uint64_t rows_hash(const struct rows *rows, const uint64_t *words)
{
	uint64_t hash = 0;

	for (uint32_t k = 0; k < rows->n_words; k++) {
		hash = (hash ^ words[k]) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	return hash;
}

static bool rows_is(const struct rows *rows, uint32_t row, const uint64_t *words)
{
	return memcmp(rows->words + (size_t)row * rows->n_words, words,
		      rows->n_words * sizeof(*words)) == 0;
}

/* The spot that holds @words, or the free one where they belong. */
static uint32_t rows_spot(const struct rows *rows, const uint64_t *words)
{
	uint32_t mask = rows->n_spots - 1, spot = rows_hash(rows, words) & mask;

	while (rows->spots[spot] && !rows_is(rows, rows->spots[spot] - 1, words))
		spot = (spot + 1) & mask;
	return spot;
}

static int rows_grow(struct rows *rows)
{
	uint32_t size = MAX(64u, 2 * rows->size);
	uint64_t *words;
	uint32_t *spots;

	words = reallocarray(rows->words, (size_t)size * rows->n_words, sizeof(*words));
	if (!words)
		return -ENOMEM;
	rows->words = words;
	spots = calloc(2 * (size_t)size, sizeof(*spots));
	if (!spots)
		return -ENOMEM;
	free(rows->spots);
	rows->spots = spots;
	rows->n_spots = 2 * size;
	rows->size = size;
	for (uint32_t i = 0; i < rows->n; i++)
		spots[rows_spot(rows, words + (size_t)i * rows->n_words)] = i + 1;
	return 0;
}

static uint64_t words_summary(const uint64_t *words, uint32_t n_words)
{
	uint64_t summary = 0;

	for (uint32_t k = 0; k < n_words; k++)
		summary |= (uint64_t)(words[k] != 0) << k;
	return summary;
}

int rows_intern(struct rows *rows, const uint64_t *words, struct row *ret)
{
	uint32_t spot;

	if (rows->n_words == 1) {
		*ret = (struct row){ .bits = words[0] };
		return 0;
	}
	if (rows->n == rows->size && rows_grow(rows) < 0)
		return -ENOMEM;
	spot = rows_spot(rows, words);
	if (!rows->spots[spot]) {
		memcpy(rows->words + (size_t)rows->n * rows->n_words, words,
		       rows->n_words * sizeof(*words));
		rows->spots[spot] = ++rows->n;
	}
	*ret = (struct row){
		.bits = words_summary(words, rows->n_words),
		.row = rows->spots[spot] - 1,
	};
	return 0;
}

int rows_write(const struct rows *rows, struct cells *cells, uint32_t *ret_first,
	       uint32_t *ret_row_cells)
{
	uint32_t row_cells = (rows->n_words + CELL_WORDS - 1) / CELL_WORDS, first;
	int r;

	*ret_first = *ret_row_cells = 0;
	if (rows->n_words == 1)
		return 0;
	r = cells_add(cells, (uint64_t)rows->n * row_cells, &first);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < rows->n; i++)
		memcpy(cells->items[first + i * row_cells].w,
		       rows->words + (size_t)i * rows->n_words,
		       rows->n_words * sizeof(uint64_t));
	*ret_first = first;
	*ret_row_cells = row_cells;
	return 0;
}

void rows_done(struct rows *rows)
{
	free(rows->words);
	free(rows->spots);
	*rows = (struct rows){ 0 };
}
