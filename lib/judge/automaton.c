/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/judge/automaton.h"

/* Edges that cost as much as a state; most states have less. */
#define EDGES_PER_STEP 8u

static const struct state constant_states[] = { { 0, 1, false }, { 1, 1, true } };
static const uint32_t constant_edges[] = { EDGE(255, NOWHERE), EDGE(255, EVERYWHERE) };

const struct set set_nothing = { constant_states, constant_edges, NOWHERE, 2, 2 };
const struct set set_everything = { constant_states, constant_edges, EVERYWHERE, 2, 2 };

uint32_t state_next(const struct set *set, uint32_t state, uint8_t byte)
{
	const uint32_t *edge = &set->edges[set->states[state].first];

	while (EDGE_LAST(*edge) < byte)
		edge++;
	return EDGE_TO(*edge);
}

void draft_init(struct draft *draft, const struct set_space *space)
{
	*draft = (struct draft){ .space = space };
	(void)draft_state(draft, false);
	draft_edge(draft, NOWHERE, 255, NOWHERE);
	(void)draft_state(draft, true);
	draft_edge(draft, EVERYWHERE, 255, EVERYWHERE);
}

void draft_done(struct draft *draft)
{
	free(draft->states);
	free(draft->edges);
}

static void spend(struct draft *draft)
{
	if (draft->error)
		return;
	if (!*draft->space->steps)
		draft->error = -E2BIG;
	else
		(*draft->space->steps)--;
}

uint32_t draft_state(struct draft *draft, bool accepts)
{
	if (draft->n_states >= FIRST_STATE)
		spend(draft);
	if (!draft->error && draft->n_states == SET_MAX_STATES)
		draft->error = -E2BIG;
	if (!draft->error)
		draft->error = array_reserve(&draft->states, draft->n_states,
					     &draft->room_states, sizeof(*draft->states));
	if (draft->error)
		return NOWHERE;
	draft->states[draft->n_states] = (struct state){ draft->n_edges, 0, accepts };
	return draft->n_states++;
}

void draft_edge(struct draft *draft, uint32_t state, unsigned int last, uint32_t to)
{
	struct state *from = draft->error ? NULL : &draft->states[state];

	if (from && from->n_edges && EDGE_TO(draft->edges[draft->n_edges - 1]) == to) {
		draft->edges[draft->n_edges - 1] = EDGE(last, to);
		return;
	}
	if (draft->n_edges % EDGES_PER_STEP == EDGES_PER_STEP - 1)
		spend(draft);
	if (!draft->error)
		draft->error = array_reserve(&draft->edges, draft->n_edges,
					     &draft->room_edges, sizeof(*draft->edges));
	if (draft->error)
		return;
	if (!from->n_edges)
		from->first = draft->n_edges;
	draft->edges[draft->n_edges++] = EDGE(last, to);
	from->n_edges++;
}

void draft_row(struct draft *draft, uint32_t state, const uint32_t *row)
{
	for (unsigned int byte = 0; byte < 256; byte++)
		if (byte == 255 || row[byte] != row[byte + 1])
			draft_edge(draft, state, byte, row[byte]);
}

uint32_t draft_copy(struct draft *draft, const struct set *set)
{
	uint32_t base = draft->n_states - FIRST_STATE;

	for (uint32_t i = FIRST_STATE; i < set->n_states; i++)
		(void)draft_state(draft, set->states[i].accepts);
	for (uint32_t i = FIRST_STATE; i < set->n_states; i++) {
		const struct state *state = &set->states[i];

		for (uint32_t k = 0; k < state->n_edges; k++) {
			uint32_t edge = set->edges[state->first + k];
			uint32_t to = EDGE_TO(edge);

			draft_edge(draft, base + i, EDGE_LAST(edge),
				   to < FIRST_STATE ? to : base + to);
		}
	}
	return set->start < FIRST_STATE ? set->start : base + set->start;
}

/* The edges backwards: where each state can be reached from. */
struct sources {
	uint32_t *first; /* by state, and one more */
	uint32_t *items;
};

static void sources_done(struct sources *sources)
{
	free(sources->first);
	free(sources->items);
}

static int sources_find(const struct draft *draft, struct sources *ret)
{
	uint32_t n = draft->n_states;

	ret->first = calloc(n + 2, sizeof(*ret->first));
	ret->items = calloc(draft->n_edges, sizeof(*ret->items));
	if (!ret->first || !ret->items)
		return -ENOMEM;
	for (uint32_t i = 0; i < draft->n_edges; i++)
		ret->first[EDGE_TO(draft->edges[i]) + 2]++;
	for (uint32_t i = 2; i < n + 2; i++)
		ret->first[i] += ret->first[i - 1];
	/* One entry further on, so that first[i] is right when all have been filled in. */
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < draft->states[i].n_edges; k++) {
			uint32_t edge = draft->edges[draft->states[i].first + k];

			ret->items[ret->first[EDGE_TO(edge) + 1]++] = i;
		}
	return 0;
}

/* Marks the states from which one that @accepts (or does not) can be reached. */
static int reach(const struct draft *draft, const struct sources *sources, bool accepts,
		 bool *ret)
{
	_cleanup_(freep) uint32_t *todo = calloc(draft->n_states, sizeof(*todo));
	uint32_t n = 0, state;

	if (!todo)
		return -ENOMEM;
	for (uint32_t i = 0; i < draft->n_states; i++) {
		ret[i] = draft->states[i].accepts == accepts;
		if (ret[i])
			todo[n++] = i;
	}
	while (n) {
		state = todo[--n];
		for (uint32_t i = sources->first[state]; i < sources->first[state + 1];
		     i++) {
			uint32_t from = sources->items[i];

			if (!ret[from])
				todo[n++] = from;
			ret[from] = true;
		}
	}
	return 0;
}

/* The new number of each state. */
static int renumber(const struct draft *draft, uint32_t *ret, uint32_t *ret_n)
{
	_cleanup_(sources_done) struct sources sources = {};
	_cleanup_(freep) bool *good = calloc(draft->n_states, sizeof(*good));
	_cleanup_(freep) bool *bad = calloc(draft->n_states, sizeof(*bad));
	uint32_t n = FIRST_STATE;
	int r;

	if (!good || !bad)
		return -ENOMEM;
	r = sources_find(draft, &sources);
	if (r >= 0)
		r = reach(draft, &sources, true, good);
	if (r >= 0)
		r = reach(draft, &sources, false, bad);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < draft->n_states; i++)
		ret[i] = !good[i] ? NOWHERE : !bad[i] ? EVERYWHERE : n++;
	*ret_n = n;
	return 0;
}

/* Copies what is left, in place: states and edges only move towards the front. */
static void compact(struct draft *draft, const uint32_t *number, uint32_t n)
{
	uint32_t old = draft->n_states;
	struct state state;

	draft->n_states = FIRST_STATE;
	for (uint32_t i = FIRST_STATE; i < old; i++)
		if (number[i] >= FIRST_STATE)
			draft->states[draft->n_states++] = draft->states[i];
	for (uint32_t i = FIRST_STATE; i < n; i++) {
		state = draft->states[i];
		for (uint32_t k = state.first; k < state.first + state.n_edges; k++)
			draft->edges[k] = EDGE(EDGE_LAST(draft->edges[k]),
					       number[EDGE_TO(draft->edges[k])]);
	}
}

int draft_finish(struct draft *draft, uint32_t start, const struct set **ret)
{
	_cleanup_(freep) uint32_t *number = NULL;
	struct arena *arena = draft->space->arena;
	struct state *states;
	struct set *set;
	uint32_t *edges, n;
	int r;

	if (draft->error)
		return draft->error;
	number = calloc(draft->n_states, sizeof(*number));
	r = number ? renumber(draft, number, &n) : -ENOMEM;
	if (r < 0)
		return r;
	compact(draft, number, n);
	set = arena_alloc(arena, sizeof(*set));
	states = arena_array(arena, n, sizeof(*states));
	edges = arena_array(arena, draft->n_edges, sizeof(*edges));
	if (!set || !states || !edges)
		return -ENOMEM;
	*set = (struct set){ states, edges, number[start], n, 0 };
	for (uint32_t i = 0; i < n; i++) {
		const struct state *from = &draft->states[i];

		states[i] = (struct state){ set->n_edges, from->n_edges, from->accepts };
		memcpy(&edges[set->n_edges], &draft->edges[from->first],
		       from->n_edges * sizeof(*edges));
		set->n_edges += from->n_edges;
	}
	*ret = set;
	return 0;
}
