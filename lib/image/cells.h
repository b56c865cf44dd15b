/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image while it grows: an array of cells, and the pool of rows (sets of rules) of
 * one hook. Equal rows are kept once. Cell pointers do not survive cells_add().
 */
#ifndef TETRA_LIB_CELLS_H
#define TETRA_LIB_CELLS_H

#include "bpf/abi/image.h"
#include "lib/base/base.h"

/*
 * The size at which a hash table with that many entries stops growing: keys that collide even
 * here do so by design, not by chance.
 */
static inline uint32_t table_max_cells(uint32_t n_entries)
{
	uint64_t cells = 64 * (uint64_t)n_entries;

	return cells < 4096 ? 4096 : MIN(cells, 1u << 22);
}

struct cells {
	struct tetra_cell *items;
	uint32_t n, size;
};

/* Adds @n zeroed cells; *@ret_first is the first. -E2BIG past IMAGE_MAX_CELLS. */
int cells_add(struct cells *cells, uint64_t n, uint32_t *ret_first);
void cells_done(struct cells *cells);

/* A set of rules as tables store it. */
struct row {
	uint64_t bits; /* the set, or its summary if the hook has several words */
	uint32_t row;  /* 0 if the hook has one word */
};

struct rows {
	uint32_t n_words;
	uint64_t *words; /* n_words for each row; row 0 holds all rules */
	uint32_t n, size;
	uint32_t *spots; /* row + 1, 0 empty */
	uint32_t n_spots;
};

static inline bool row_equal(struct row a, struct row b)
{
	return a.bits == b.bits && a.row == b.row;
}

int rows_init(struct rows *rows, const uint64_t *all, uint32_t n_words);
int rows_intern(struct rows *rows, const uint64_t *words, struct row *ret);
/* Writes the rows into cells; *@ret_first 0 and nothing is written for one word. */
int rows_write(const struct rows *rows, struct cells *cells, uint32_t *ret_first,
	       uint32_t *ret_row_cells);
void rows_done(struct rows *rows);

#endif
