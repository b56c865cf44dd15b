/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/guard.h"
#include "status.h"
#include "text.h"

struct arena_block {
	struct arena_block *next;
	_Alignas(max_align_t) char bytes[];
};

static void *must(void *memory)
{
	if (!memory) {
		complain("test", "out of memory");
		exit(STATUS_BROKEN);
	}
	return memory;
}

void *arena_new(struct arena *arena, size_t bytes)
{
	struct arena_block *block = must(calloc(1, sizeof(*block) + bytes));

	block->next = arena->blocks;
	arena->blocks = block;
	return block->bytes;
}

char *arena_copy(struct arena *arena, const char *text, size_t n)
{
	return memcpy(arena_new(arena, n + 1), text, n);
}

char *arena_text(struct arena *arena, const char *format, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		text = NULL;
	must(text);
	return arena_copy(arena, text, (size_t)n);
}

void arena_done(struct arena *arena)
{
	struct arena_block *block;

	while ((block = arena->blocks)) {
		arena->blocks = block->next;
		free(block);
	}
}

void *list_grow(void *items, size_t n, size_t item_bytes)
{
	char *grown = must(realloc(items, (n + 1) * item_bytes));

	memset(grown + n * item_bytes, 0, item_bytes);
	return grown;
}
