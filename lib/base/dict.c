/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/dict.h"

#define FIRST_SIZE 16u

/* FNV-1a: names come from users who may load policies, so collision attacks do not matter. */
static uint64_t text_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ull;
	return hash ^ hash >> 32;
}

/* Where @text is, or the free entry where it would be. The table is never full. */
static struct dict_entry *entry_find(const struct dict *dict, const char *text,
				     uint64_t hash)
{
	uint32_t mask = dict->size - 1, i;

	for (i = hash & mask; dict->entries[i].text; i = (i + 1) & mask)
		if (dict->entries[i].hash == hash &&
		    str_equal(dict->entries[i].text, text))
			break;
	return &dict->entries[i];
}

static int dict_grow(struct dict *dict)
{
	struct dict_entry *old = dict->entries;
	uint32_t old_size = dict->size, i;
	struct dict_entry *entries;

	if (dict->n * 2 < dict->size)
		return 0;
	entries = calloc(old_size ? old_size * 2 : FIRST_SIZE, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	dict->entries = entries;
	dict->size = old_size ? old_size * 2 : FIRST_SIZE;
	for (i = 0; i < old_size; i++)
		if (old[i].text)
			*entry_find(dict, old[i].text, old[i].hash) = old[i];
	free(old);
	return 0;
}

int dict_put(struct dict *dict, const char *text, uint32_t value)
{
	uint64_t hash = text_hash(text);
	struct dict_entry *entry;
	int r = dict_grow(dict);

	if (r < 0)
		return r;
	entry = entry_find(dict, text, hash);
	if (!entry->text) {
		entry->text = strdup(text);
		if (!entry->text)
			return -ENOMEM;
		entry->hash = hash;
		dict->n++;
	}
	entry->value = value;
	return 0;
}

bool dict_get(const struct dict *dict, const char *text, uint32_t *ret)
{
	struct dict_entry *entry;

	if (!dict->size)
		return false;
	entry = entry_find(dict, text, text_hash(text));
	if (entry->text)
		*ret = entry->value;
	return entry->text != NULL;
}

void dict_remove(struct dict *dict, const char *text)
{
	uint32_t mask = dict->size - 1, hole, i;

	if (!dict->size)
		return;
	hole = entry_find(dict, text, text_hash(text)) - dict->entries;
	if (!dict->entries[hole].text)
		return;
	free(dict->entries[hole].text);
	dict->n--;
	/* Entries after it that the hole would hide move up. */
	for (i = (hole + 1) & mask; dict->entries[i].text; i = (i + 1) & mask) {
		uint32_t home = dict->entries[i].hash & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		dict->entries[hole] = dict->entries[i];
		hole = i;
	}
	dict->entries[hole] = (struct dict_entry){};
}

void dict_done(struct dict *dict)
{
	for (uint32_t i = 0; i < dict->size; i++)
		free(dict->entries[i].text);
	free(dict->entries);
	*dict = (struct dict){};
}
