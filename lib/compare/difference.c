/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/compare/difference.h"

void difference_init(struct difference *difference, struct arena *arena, uint64_t *steps)
{
	*difference = (struct difference){ .arena = arena };
	difference->lists.space = (struct set_space){ arena, steps };
	hash_table_init(&difference->keys, arena);
}

void difference_done(struct difference *difference)
{
	lists_done(&difference->lists);
	boxes_done(&difference->boxes);
	hash_table_done(&difference->keys);
	free(difference->leaves);
}

/* The more it does, the more it is the one that decides. */
static unsigned int weight(const struct effect *effect)
{
	return effect_blocks(effect) ? 4 : effect->signals ? 3 : effect->told ? 2 : 1;
}

static void leaf_make(const struct lists *lists, const uint32_t *winners,
		      struct leaf *ret)
{
	*ret = (struct leaf){ .rules = { BITS_NONE, BITS_NONE } };
	for (uint32_t g = 0; g < lists->n_groups; g++) {
		enum side side = lists->groups[g].side;
		uint32_t *decides = &ret->rules[side];
		const struct effect *effect;

		if (winners[g] == BITS_NONE)
			continue;
		effect = &lists->rules[winners[g]].effect;
		effect_add(&ret->effects[side], effect);
		if (*decides == BITS_NONE ||
		    weight(effect) > weight(&lists->rules[*decides].effect))
			*decides = winners[g];
	}
}

/* The same effects by the same selectors are one leaf. */
static int leaf_key(const struct lists *lists, const struct leaf *leaf, uint64_t *words)
{
	uint32_t n = 0;

	for (uint32_t side = 0; side < SIDES; side++) {
		const struct effect *effect = &leaf->effects[side];
		uint32_t rule = leaf->rules[side];

		words[n++] = effect->told | effect->silent << 1 | effect->kill << 2;
		words[n++] = effect->signals;
		for (uint32_t i = 0; i < EFFECT_ERRORS; i++)
			words[n++] = (uint32_t)effect->errors[i];
		words[n++] = rule == BITS_NONE
				     ? UINT64_MAX
				     : (uint64_t)lists->rules[rule].group << 32 |
					       lists->rules[rule].selector;
	}
	return (int)n;
}

static int leaf_of(void *user, const uint32_t *winners)
{
	struct difference *difference = user;
	uint64_t words[SIDES * (3 + EFFECT_ERRORS)], *kept;
	struct hash_key key = { words, 0 };
	struct leaf leaf;
	uint32_t number;
	int r;

	leaf_make(&difference->lists, winners, &leaf);
	if (difference->matters
		    ? !difference->matters(difference->user, leaf.effects)
		    : effect_is_equal(&leaf.effects[SIDE_OLD], &leaf.effects[SIDE_NEW]))
		return NO_LEAF;
	key.n = (uint32_t)leaf_key(&difference->lists, &leaf, words);
	r = hash_table_add(&difference->keys, key, &number, &kept);
	if (r == 1 && array_reserve(&difference->leaves, number, &difference->room,
				    sizeof(*difference->leaves)) < 0)
		return -ENOMEM;
	if (r == 1) {
		difference->leaves[number] = leaf;
		difference->n_leaves++;
	}
	return r < 0 ? r : (int)number + 1;
}

int difference_find(struct difference *difference, uint64_t max_states)
{
	int r = lists_finish(&difference->lists);

	if (r >= 0)
		r = walk(&difference->lists, max_states, !difference->matters, leaf_of,
			 difference, &difference->boxes);
	difference->complete = r >= 0;
	return r == -E2BIG ? 0 : r;
}
