/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of an axis: what many filters say alike is one. */
#include "lib/space/lists.h"
#include "lib/judge/automaton.h"

static uint64_t set_hash(const struct set *set)
{
	uint64_t hash = set->start ^ (uint64_t)set->n_states << 32;

	for (uint32_t i = 0; i < set->n_edges; i++) {
		hash = (hash ^ set->edges[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 31;
	}
	return hash;
}

static bool set_is_same(const struct set *a, const struct set *b)
{
	if (a->start != b->start || a->n_states != b->n_states ||
	    a->n_edges != b->n_edges ||
	    memcmp(a->edges, b->edges, a->n_edges * sizeof(*a->edges)) != 0)
		return false;
	for (uint32_t i = 0; i < a->n_states; i++)
		if (a->states[i].accepts != b->states[i].accepts ||
		    a->states[i].n_edges != b->states[i].n_edges)
			return false;
	return true;
}

int axis_add_set(const struct set_space *space, struct axis *axis, const struct set *set,
		 uint32_t *ret)
{
	uint64_t hash = set_hash(set);

	for (uint32_t i = 0; i < axis->n_sets; i++)
		if (axis->hashes[i] == hash && set_is_same(axis->sets[i], set)) {
			*ret = i;
			return 0;
		}
	if (axis->n_sets == axis->room) {
		uint32_t room = axis->room ? axis->room * 2 : 16;
		const struct set **sets = arena_array(space->arena, room, sizeof(*sets));
		uint64_t *hashes = arena_array(space->arena, room, sizeof(*hashes));

		if (!sets || !hashes)
			return -ENOMEM;
		if (axis->n_sets) {
			memcpy(sets, axis->sets, axis->n_sets * sizeof(*sets));
			bits_copy(hashes, axis->hashes, axis->n_sets);
		}
		axis->sets = sets;
		axis->hashes = hashes;
		axis->room = room;
	}
	axis->sets[axis->n_sets] = set;
	axis->hashes[axis->n_sets] = hash;
	*ret = axis->n_sets++;
	return 0;
}
