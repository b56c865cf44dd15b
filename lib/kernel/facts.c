/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/facts.h"

/* Initial slots; a session asks about tens of names. A power of two. */
#define FACTS_FIRST_SLOTS 64u

/* FNV-1a. */
static uint32_t facts_hash(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash;
}

static struct fact **facts_slot(const struct facts *facts, uint32_t hash,
				enum fact_kind kind, const char *key)
{
	size_t i = hash & (facts->n_slots - 1);
	struct fact *fact;

	while ((fact = facts->slots[i])) {
		if (fact->hash == hash && fact->kind == kind && str_equal(fact->key, key))
			break;
		i = (i + 1) & (facts->n_slots - 1);
	}
	return &facts->slots[i];
}

struct fact *facts_find(const struct facts *facts, enum fact_kind kind, const char *key)
{
	return facts->n_slots ? *facts_slot(facts, facts_hash(key), kind, key) : NULL;
}

static int facts_grow(struct facts *facts)
{
	struct facts grown = *facts;
	size_t i;

	grown.n_slots = facts->n_slots ? facts->n_slots * 2 : FACTS_FIRST_SLOTS;
	grown.slots = calloc(grown.n_slots, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (i = 0; i < facts->n_slots; i++) {
		struct fact *fact = facts->slots[i];

		if (fact)
			*facts_slot(&grown, fact->hash, fact->kind, fact->key) = fact;
	}
	free(facts->slots);
	*facts = grown;
	return 0;
}

struct fact *facts_get(struct facts *facts, struct arena *arena, enum fact_kind kind,
		       const char *key)
{
	struct fact *fact = facts_find(facts, kind, key);

	if (fact)
		return fact;
	if (facts->n_facts * 2 >= facts->n_slots && facts_grow(facts) < 0)
		return NULL;
	fact = arena_alloc(arena, sizeof(*fact));
	if (!fact)
		return NULL;
	fact->key = arena_text(arena, key, strlen(key));
	if (!fact->key)
		return NULL;
	fact->kind = kind;
	fact->hash = facts_hash(key);
	*facts_slot(facts, fact->hash, kind, key) = fact;
	facts->n_facts++;
	return fact;
}

void facts_done(struct facts *facts)
{
	free(facts->slots);
	memset(facts, 0, sizeof(*facts));
}
