/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The algebra: two automata run at once, and a state is a pair of theirs. What is not needed of
 * the one or the other (nothing can change the answer any more) is forgotten at once.
 */
#include "lib/judge/set.h"

#include "lib/judge/automaton.h"

enum operation { OP_AND, OP_OR, OP_MINUS };

static bool combine(enum operation op, bool a, bool b)
{
	switch (op) {
	case OP_AND:
		return a && b;
	case OP_OR:
		return a || b;
	default:
		return a && !b;
	}
}

struct pair {
	uint32_t a, b;
};

/* A pair whose answer is known is the same for all of its kind. */
static struct pair pair_reduce(enum operation op, uint32_t a, uint32_t b)
{
	static const struct pair nowhere = { NOWHERE, NOWHERE };

	if (op == OP_AND && (a == NOWHERE || b == NOWHERE))
		return nowhere;
	if (op == OP_OR && (a == EVERYWHERE || b == EVERYWHERE))
		return (struct pair){ EVERYWHERE, EVERYWHERE };
	if (op == OP_MINUS && (a == NOWHERE || b == EVERYWHERE))
		return nowhere;
	return (struct pair){ a, b };
}

/* Pairs in the order in which they were met; the table finds them again. */
struct pairs {
	const struct set_space *space;
	const struct set *a, *b;
	enum operation op;
	struct pair *items;
	uint32_t *table; /* number of a pair, and one; 0: free */
	uint32_t n, room;
};

static void pairs_done(struct pairs *pairs)
{
	free(pairs->items);
	free(pairs->table);
}

static uint32_t *pair_slot(const struct pairs *pairs, struct pair pair)
{
	uint64_t hash = ((uint64_t)pair.a << 32 | pair.b) * UINT64_C(0x9e3779b97f4a7c15);
	uint32_t mask = pairs->room * 2 - 1, i = (uint32_t)(hash >> 32) & mask;

	while (pairs->table[i] && (pairs->items[pairs->table[i] - 1].a != pair.a ||
				   pairs->items[pairs->table[i] - 1].b != pair.b))
		i = (i + 1) & mask;
	return &pairs->table[i];
}

static int pairs_grow(struct pairs *pairs)
{
	uint32_t room = pairs->room ? pairs->room * 2 : 64;
	struct pair *items = reallocarray(pairs->items, room, sizeof(*items));

	if (!items)
		return -ENOMEM;
	pairs->items = items;
	free(pairs->table);
	pairs->table = calloc((size_t)room * 2, sizeof(*pairs->table));
	if (!pairs->table)
		return -ENOMEM;
	pairs->room = room;
	for (uint32_t i = 0; i < pairs->n; i++)
		*pair_slot(pairs, items[i]) = i + 1;
	return 0;
}

/* The number of a pair, which is added if it is new; an error is negative. */
static int64_t pair_number(struct pairs *pairs, uint32_t a, uint32_t b)
{
	struct pair pair = pair_reduce(pairs->op, a, b);
	uint32_t *slot;
	int r;

	if (pairs->n == pairs->room) {
		r = pairs_grow(pairs);
		if (r < 0)
			return r;
	}
	slot = pair_slot(pairs, pair);
	if (*slot)
		return *slot - 1;
	if (!*pairs->space->steps || pairs->n == SET_MAX_STATES)
		return -E2BIG;
	(*pairs->space->steps)--;
	pairs->items[pairs->n++] = pair;
	*slot = pairs->n;
	return pairs->n - 1;
}

static bool pair_accepts(const struct pairs *pairs, uint32_t i)
{
	return combine(pairs->op, pairs->a->states[pairs->items[i].a].accepts,
		       pairs->b->states[pairs->items[i].b].accepts);
}

typedef void (*edge_fn)(void *user, unsigned int last, uint32_t to);

/* Adds the pairs that follow a pair; @edge hears of each edge. */
static int pair_follow(struct pairs *pairs, uint32_t i, edge_fn edge, void *user)
{
	struct pair pair = pairs->items[i];
	const uint32_t *a = &pairs->a->edges[pairs->a->states[pair.a].first];
	const uint32_t *b = &pairs->b->edges[pairs->b->states[pair.b].first];
	uint32_t last;
	int64_t to;

	do {
		last = MIN(EDGE_LAST(*a), EDGE_LAST(*b));
		to = pair_number(pairs, EDGE_TO(*a), EDGE_TO(*b));
		if (to < 0)
			return (int)to;
		if (edge)
			edge(user, last, (uint32_t)to);
		a += EDGE_LAST(*a) == last;
		b += EDGE_LAST(*b) == last;
	} while (last < 255);
	return 0;
}

struct product {
	struct draft draft;
	uint32_t state;
};

static void product_edge(void *user, unsigned int last, uint32_t to)
{
	struct product *product = user;

	draft_edge(&product->draft, product->state, last, FIRST_STATE + to);
}

static int set_combine(const struct set_space *space, enum operation op,
		       const struct set *a, const struct set *b, const struct set **ret)
{
	_cleanup_(pairs_done) struct pairs pairs = {
		.space = space, .a = a, .b = b, .op = op
	};
	struct product product;
	int64_t r;

	draft_init(&product.draft, space);
	r = pair_number(&pairs, a->start, b->start);
	for (uint32_t i = 0; r >= 0 && i < pairs.n; i++) {
		product.state = draft_state(&product.draft, pair_accepts(&pairs, i));
		r = pair_follow(&pairs, i, product_edge, &product);
		if (r >= 0)
			r = product.draft.error;
	}
	if (r >= 0)
		r = draft_finish(&product.draft, FIRST_STATE, ret);
	draft_done(&product.draft);
	return (int)r;
}

int set_and(const struct set_space *space, const struct set *a, const struct set *b,
	    const struct set **ret)
{
	return set_combine(space, OP_AND, a, b, ret);
}

int set_or(const struct set_space *space, const struct set *a, const struct set *b,
	   const struct set **ret)
{
	return set_combine(space, OP_OR, a, b, ret);
}

int set_minus(const struct set_space *space, const struct set *a, const struct set *b,
	      const struct set **ret)
{
	return set_combine(space, OP_MINUS, a, b, ret);
}

/* 1 if some word is accepted, 0 if none is. */
static int set_finds(const struct set_space *space, enum operation op,
		     const struct set *a, const struct set *b)
{
	_cleanup_(pairs_done) struct pairs pairs = {
		.space = space, .a = a, .b = b, .op = op
	};
	int64_t r = pair_number(&pairs, a->start, b->start);

	for (uint32_t i = 0; r >= 0 && i < pairs.n; i++) {
		if (pair_accepts(&pairs, i))
			return 1;
		r = pair_follow(&pairs, i, NULL, NULL);
	}
	return (int)MIN(r, 0);
}

int set_is_within(const struct set_space *space, const struct set *a, const struct set *b)
{
	int r = set_finds(space, OP_MINUS, a, b);

	return r < 0 ? r : !r;
}

int set_overlaps(const struct set_space *space, const struct set *a, const struct set *b)
{
	return set_finds(space, OP_AND, a, b);
}

bool set_is_empty(const struct set *set)
{
	return set->start == NOWHERE;
}

bool set_has(const struct set *set, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	uint32_t state = set->start;

	for (size_t i = 0; i < n && state != NOWHERE; i++)
		state = state_next(set, state, at[i]);
	return set->states[state].accepts;
}

int set_tagged(const struct set_space *space, const struct set *const *rests, size_t n,
	       const struct set **ret)
{
	struct draft draft;
	uint32_t row[256] = {}, start;
	int r;

	draft_init(&draft, space);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (rests[i] && rests[k] != rests[i])
			k++;
		if (rests[i])
			row[i] = k < i ? row[k] : draft_copy(&draft, rests[i]);
	}
	start = draft_state(&draft, false);
	draft_row(&draft, start, row);
	r = draft_finish(&draft, start, ret);
	draft_done(&draft);
	return r;
}

/* One of the bytes from @low to @high: a letter, a digit, one that is printed, any. */
static uint8_t nicest(unsigned int low, unsigned int high)
{
	static const struct {
		uint8_t low, high;
	} nice[] = { { 'a', 'z' }, { 'A', 'Z' }, { '0', '9' }, { '!', '~' } };

	for (size_t i = 0; i < ARRAY_SIZE(nice); i++)
		if (MAX(low, nice[i].low) <= MIN(high, nice[i].high))
			return (uint8_t)MAX(low, nice[i].low);
	return (uint8_t)low;
}

/* How a state was first reached. */
struct arrival {
	uint32_t from; /* NO_STATE: not yet */
	uint8_t byte;
};

static void arrivals_add(const struct set *set, uint32_t state, struct arrival *arrivals,
			 uint32_t *todo, uint32_t *n_todo)
{
	unsigned int low = 0;

	for (uint32_t i = 0; i < set->states[state].n_edges; i++) {
		uint32_t edge = set->edges[set->states[state].first + i];
		uint32_t to = EDGE_TO(edge);

		if (to != NOWHERE && arrivals[to].from == NO_STATE) {
			arrivals[to] =
				(struct arrival){ state, nicest(low, EDGE_LAST(edge)) };
			todo[(*n_todo)++] = to;
		}
		low = EDGE_LAST(edge) + 1;
	}
}

static int word_of(const struct set *set, const struct arrival *arrivals, uint32_t state,
		   struct arena *arena, struct set_word *ret)
{
	size_t n = 0;
	char *bytes;

	for (uint32_t at = state; at != set->start; at = arrivals[at].from)
		n++;
	bytes = arena_alloc(arena, n + 1);
	if (!bytes)
		return -ENOMEM;
	*ret = (struct set_word){ bytes, n };
	for (uint32_t at = state; at != set->start; at = arrivals[at].from)
		bytes[--n] = (char)arrivals[at].byte;
	return 0;
}

int set_sample(const struct set_space *space, const struct set *set, struct set_word *ret)
{
	_cleanup_(freep) struct arrival *arrivals =
		calloc(set->n_states, sizeof(*arrivals));
	_cleanup_(freep) uint32_t *todo = calloc(set->n_states, sizeof(*todo));
	uint32_t n = 0;

	if (!arrivals || !todo)
		return -ENOMEM;
	if (set_is_empty(set))
		return -ENOENT;
	for (uint32_t i = 0; i < set->n_states; i++)
		arrivals[i].from = NO_STATE;
	arrivals[set->start].from = set->start;
	todo[n++] = set->start;
	for (uint32_t i = 0; i < n; i++) {
		if (set->states[todo[i]].accepts)
			return word_of(set, arrivals, todo[i], space->arena, ret);
		arrivals_add(set, todo[i], arrivals, todo, &n);
	}
	return -ENOENT;
}
