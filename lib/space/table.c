/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/space/table.h"

#include "lib/space/bits.h"

#define FIRST_ROOM 64u

void hash_table_init(struct hash_table *table, struct arena *arena)
{
	*table = (struct hash_table){ .arena = arena };
}

void hash_table_done(struct hash_table *table)
{
	free(table->entries);
	free(table->slots);
	*table = (struct hash_table){};
}

static bool entry_is(const struct hash_entry *entry, struct hash_key key, uint64_t hash)
{
	return entry->hash == hash && entry->key.n == key.n &&
	       bits_equal(entry->key.words, key.words, key.n);
}

static uint32_t *slot_find(const struct hash_table *table, struct hash_key key,
			   uint64_t hash)
{
	uint32_t mask = table->room * 2 - 1, i = (uint32_t)(hash >> 32) & mask;

	while (table->slots[i] &&
	       !entry_is(&table->entries[table->slots[i] - 1], key, hash))
		i = (i + 1) & mask;
	return &table->slots[i];
}

static int table_grow(struct hash_table *table)
{
	uint32_t room = table->room ? table->room * 2 : FIRST_ROOM;
	struct hash_entry *entries = reallocarray(table->entries, room, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	free(table->slots);
	table->slots = calloc((size_t)room * 2, sizeof(*table->slots));
	if (!table->slots)
		return -ENOMEM;
	table->room = room;
	for (uint32_t i = 0; i < table->n; i++)
		*slot_find(table, entries[i].key, entries[i].hash) = i + 1;
	return 0;
}

int hash_table_add(struct hash_table *table, struct hash_key key, uint32_t *ret,
		   uint64_t **ret_words)
{
	uint64_t hash = bits_hash(key.words, key.n, key.n + 1), *words;
	uint32_t *slot;
	int r = table->n == table->room ? table_grow(table) : 0;

	if (r < 0)
		return r;
	slot = slot_find(table, key, hash);
	if (*slot) {
		*ret = *slot - 1;
		*ret_words = table->entries[*ret].key.words;
		return 0;
	}
	words = arena_array(table->arena, key.n + 1, sizeof(*words));
	if (!words)
		return -ENOMEM;
	bits_copy(words, key.words, key.n);
	table->entries[table->n] = (struct hash_entry){ { words, key.n }, hash };
	*ret = table->n++;
	*slot = table->n;
	*ret_words = words;
	return 1;
}
