/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed all at once. These calls do not return without it: the program says so
 * and ends with the status of what could not run.
 */
#ifndef TETRA_POLICY_ARENA_H
#define TETRA_POLICY_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *blocks;
};

/* Zeroed. */
void *arena_new(struct arena *arena, size_t bytes);
char *arena_copy(struct arena *arena, const char *text, size_t n);
__attribute__((format(printf, 2, 3))) char *arena_text(struct arena *arena,
						       const char *format, ...);
void arena_done(struct arena *arena);

/* A list that grows by one: room for an item more, zeroed, at its end. */
void *list_grow(void *items, size_t n, size_t item_bytes);

#endif
