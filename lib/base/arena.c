/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of blocks, each twice the size of the one before, up to a limit: a small policy
 * takes one small block, a large document few large ones.
 */
#include "lib/base/arena.h"

#include <stdarg.h>
#include <stdio.h>

/* Bytes. The first block holds a typical policy model. */
#define ARENA_FIRST_BYTES 2048u
/* Bytes. Larger blocks would not save many calls. */
#define ARENA_BLOCK_BYTES (1u << 20)

struct arena_block {
	struct arena_block *next;
	size_t size, used; /* of bytes[] */
	_Alignas(max_align_t) char bytes[];
};

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t next_bytes, total_bytes;
};

int arena_new(struct arena **ret)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return -ENOMEM;
	arena->next_bytes = ARENA_FIRST_BYTES;
	*ret = arena;
	return 0;
}

struct arena *arena_free(struct arena *arena)
{
	struct arena_block *block, *next;

	if (!arena)
		return NULL;
	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
	return NULL;
}

static struct arena_block *arena_grow(struct arena *arena, size_t size)
{
	size_t bytes = MAX(size, arena->next_bytes);
	struct arena_block *block;

	block = calloc(1, sizeof(*block) + bytes);
	if (!block)
		return NULL;
	block->size = bytes;
	arena->total_bytes += sizeof(*block) + bytes;
	arena->next_bytes = MIN(arena->next_bytes * 2, (size_t)ARENA_BLOCK_BYTES);
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = ROUND_UP(MAX(size, (size_t)1), sizeof(void *));
	if (!block || block->size - block->used < size)
		block = arena_grow(arena, size);
	if (!block)
		return NULL;
	memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		return NULL;
	return arena_alloc(arena, count * size);
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? arena_alloc(arena, len + 1) : NULL;

	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text = NULL;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
		text = arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	va_end(args);
	return text;
}

size_t arena_get_bytes(const struct arena *arena)
{
	return arena->total_bytes;
}
