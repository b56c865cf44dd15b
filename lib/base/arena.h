/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed together. Allocations are zeroed, aligned for any type, never freed
 * individually, and never move. A failed allocation returns NULL.
 */
#ifndef TETRA_LIB_ARENA_H
#define TETRA_LIB_ARENA_H

#include "lib/base/base.h"

struct arena;

int arena_new(struct arena **ret);
struct arena *arena_free(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* NULL also when @count elements of @size bytes do not fit a size_t. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of @len bytes followed by a NUL. */
char *arena_text(struct arena *arena, const char *text, size_t len);
char *arena_format(struct arena *arena, const char *format, ...) _printf_(2, 3);

/* Bytes taken from the system, for limits and figures. */
size_t arena_get_bytes(const struct arena *arena);

static inline void arena_freep(struct arena **arena)
{
	arena_free(*arena);
}

#endif
