/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places the cells of a trie in its table. A key has four places (match.h); a lookup goes
 * from the first to the last that the position of the first says is used. So a miss costs one
 * look if no key that begins there had to go elsewhere. In a small table none has; a large one
 * is filled well instead.
 */
#ifndef TETRA_LIB_TRIE_TABLE_H
#define TETRA_LIB_TRIE_TABLE_H

#include "lib/image/cells.h"

/* The largest trie all of whose cells shall be at their first place. */
#define TRIE_CALM_CELLS 64u
/* How much larger than the trie such a table may be. */
#define TRIE_CALM_TIMES 8u
/* The largest trie whose table is at most half full. */
#define TRIE_LOOSE_CELLS 4096u

/*
 * Writes @n cells, states counted from 0; sets table, mask and root of @dim: states in the table
 * begin with the root's. -E2BIG if too many keys have the same places.
 */
int trie_table_write(const struct tetra_trie *trie, uint32_t n, struct cells *cells,
		     struct tetra_dim *dim);

#endif
