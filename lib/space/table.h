/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers for keys, in the order in which they were met: the same key has the same number. A
 * key is some words, copied into the arena.
 */
#ifndef TETRA_LIB_SPACE_TABLE_H
#define TETRA_LIB_SPACE_TABLE_H

#include "lib/base/arena.h"

struct hash_key {
	uint64_t *words;
	uint32_t n;
};

struct hash_table {
	struct arena *arena; /* borrowed */
	struct hash_entry {
		struct hash_key key;
		uint64_t hash;
	} * entries;
	uint32_t *slots; /* number of an entry, and one; 0: free */
	uint32_t n, room;
};

void hash_table_init(struct hash_table *table, struct arena *arena);
void hash_table_done(struct hash_table *table);

/* 1 if the key is new, else 0, with its number and its copy; or -ENOMEM. */
int hash_table_add(struct hash_table *table, struct hash_key key, uint32_t *ret,
		   uint64_t **ret_words);

static inline struct hash_key hash_table_key(const struct hash_table *table, uint32_t i)
{
	return table->entries[i].key;
}

#endif
