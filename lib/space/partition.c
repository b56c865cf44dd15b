/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state is what is left of the sets after some bytes: those that still depend on what
 * follows, each with its own state, and those that have everything that follows. The others are
 * forgotten, so that literals, which soon part, cost what they are long.
 */
#include "lib/base/array.h"
#include "lib/space/partition.h"

#include "lib/space/table.h"
#include "lib/judge/automaton.h"

/* A set that still depends on what follows. */
struct live {
	uint32_t set, state;
};

/* What is left of the sets; the words of .always come before .live in the key. */
struct left {
	uint32_t n_live;
	uint64_t *always;
	struct live *live;
};

struct maker {
	const struct set_space *space;
	const struct set *const *sets;
	uint32_t n_sets, n_words;
	bool readable;
	struct hash_table states, labels;
	struct left *lefts; /* by state */
	uint32_t room;
	uint32_t *first, *edges, n_edges, room_edges;
	/* The state that is being made. */
	uint64_t *always;
	struct live *live;
	uint32_t n_live;
	uint64_t *key;
	uint32_t *cursors;
};

static void maker_done(struct maker *maker)
{
	hash_table_done(&maker->states);
	hash_table_done(&maker->labels);
	free(maker->lefts);
	free(maker->first);
	free(maker->edges);
	free(maker->always);
	free(maker->live);
	free(maker->key);
	free(maker->cursors);
}

static int maker_init(struct maker *maker)
{
	uint32_t n = maker->n_sets;

	maker->n_words = BITS_WORDS(n);
	maker->always = calloc(maker->n_words, sizeof(*maker->always));
	maker->live = calloc(n, sizeof(*maker->live));
	maker->key = calloc((size_t)maker->n_words + n, sizeof(*maker->key));
	maker->cursors = calloc(n, sizeof(*maker->cursors));
	hash_table_init(&maker->states, maker->space->arena);
	hash_table_init(&maker->labels, maker->space->arena);
	return maker->always && maker->live && maker->key && maker->cursors ? 0 : -ENOMEM;
}

static int spend(const struct set_space *space, uint64_t steps)
{
	if (*space->steps < steps)
		return -E2BIG;
	*space->steps -= steps;
	return 0;
}

static void left_clear(struct maker *maker)
{
	memset(maker->always, 0, maker->n_words * sizeof(*maker->always));
	maker->n_live = 0;
}

static void left_add(struct maker *maker, uint32_t set, uint32_t state)
{
	if (state == EVERYWHERE)
		bits_add(maker->always, set);
	else if (state != NOWHERE)
		maker->live[maker->n_live++] = (struct live){ set, state };
}

/* The number of the state that was put together; it is added if it is new. */
static int left_number(struct maker *maker, uint32_t *ret)
{
	struct hash_key key = { maker->key, maker->n_words + maker->n_live };
	struct left *left;
	uint64_t *kept;
	int r;

	bits_copy(maker->key, maker->always, maker->n_words);
	for (uint32_t i = 0; i < maker->n_live; i++)
		maker->key[maker->n_words + i] =
			(uint64_t)maker->live[i].set << 32 | maker->live[i].state;
	r = hash_table_add(&maker->states, key, ret, &kept);
	if (r <= 0)
		return r;
	if (array_reserve(&maker->lefts, *ret, &maker->room, sizeof(*maker->lefts)) < 0)
		return -ENOMEM;
	left = &maker->lefts[*ret];
	*left = (struct left){ .n_live = maker->n_live, .always = kept };
	left->live =
		arena_array(maker->space->arena, maker->n_live + 1, sizeof(*left->live));
	if (!left->live)
		return -ENOMEM;
	memcpy(left->live, maker->live, maker->n_live * sizeof(*maker->live));
	return spend(maker->space, 1 + maker->n_live / 8);
}

static int edge_add(struct maker *maker, uint32_t state, unsigned int last, uint32_t to)
{
	uint32_t n = maker->n_edges;

	if (n > maker->first[state] && EDGE_TO(maker->edges[n - 1]) == to) {
		maker->edges[n - 1] = EDGE(last, to);
		return 0;
	}
	if (array_reserve(&maker->edges, n, &maker->room_edges, sizeof(*maker->edges)) <
	    0)
		return -ENOMEM;
	maker->edges[maker->n_edges++] = EDGE(last, to);
	return 0;
}

/* The edge of a live set that the cursor is at. */
static uint32_t edge_at(const struct maker *maker, const struct left *left, uint32_t i)
{
	const struct set *set = maker->sets[left->live[i].set];

	return set->edges[set->states[left->live[i].state].first + maker->cursors[i]];
}

/* What is left after the bytes up to the next one where some set goes another way. */
static unsigned int left_follow(struct maker *maker, const struct left *left)
{
	unsigned int last = 255;
	uint32_t edge;

	bits_copy(maker->always, left->always, maker->n_words);
	maker->n_live = 0;
	for (uint32_t i = 0; i < left->n_live; i++) {
		edge = edge_at(maker, left, i);
		last = MIN(last, EDGE_LAST(edge));
		left_add(maker, left->live[i].set, EDGE_TO(edge));
	}
	for (uint32_t i = 0; i < left->n_live; i++)
		maker->cursors[i] += EDGE_LAST(edge_at(maker, left, i)) == last;
	return last;
}

/* Outside of the domain nothing matters. */
static bool left_is_outside(const struct maker *maker)
{
	return !bits_has(maker->always, 0) && !(maker->n_live && maker->live[0].set == 0);
}

static int state_follow(struct maker *maker, uint32_t state)
{
	struct left left = maker->lefts[state];
	unsigned int last;
	uint32_t to;
	int r;

	memset(maker->cursors, 0, left.n_live * sizeof(*maker->cursors));
	do {
		last = left_follow(maker, &left);
		if (left_is_outside(maker))
			left_clear(maker);
		r = left_number(maker, &to);
		if (r >= 0)
			r = edge_add(maker, state, last, to);
		if (r >= 0)
			r = spend(maker->space, left.n_live / 64);
		if (r < 0)
			return r;
	} while (last < 255);
	return 0;
}

static int states_make(struct maker *maker)
{
	uint32_t start, room = 0;
	int r;

	/* State 0 is outside. */
	left_clear(maker);
	r = left_number(maker, &start);
	for (uint32_t i = 0; i < maker->n_sets; i++)
		left_add(maker, i, maker->sets[i]->start);
	if (r >= 0)
		r = left_number(maker, &start);
	for (uint32_t i = 0; r >= 0 && i < maker->states.n; i++) {
		if (array_reserve(&maker->first, i + 1, &room, sizeof(*maker->first)) < 0)
			return -ENOMEM;
		maker->first[i] = maker->n_edges;
		r = state_follow(maker, i);
		maker->first[i + 1] = maker->n_edges;
	}
	return MIN(r, 0);
}

/* The atom of words that end in a state; NO_ATOM. */
static int state_label(struct maker *maker, uint32_t state, uint32_t *ret)
{
	const struct left *left = &maker->lefts[state];
	struct hash_key key = { maker->always, maker->n_words };
	uint64_t *kept;

	bits_copy(maker->always, left->always, maker->n_words);
	for (uint32_t i = 0; i < left->n_live; i++)
		if (maker->sets[left->live[i].set]->states[left->live[i].state].accepts)
			bits_add(maker->always, left->live[i].set);
	*ret = NO_ATOM;
	if (!bits_has(maker->always, 0))
		return 0;
	return hash_table_add(&maker->labels, key, ret, &kept);
}

static int labels_make(struct maker *maker, struct partition *ret)
{
	int r = 0;

	ret->atoms = arena_array(maker->space->arena, ret->n_states, sizeof(*ret->atoms));
	if (!ret->atoms)
		return -ENOMEM;
	for (uint32_t i = 0; r >= 0 && i < ret->n_states; i++)
		r = state_label(maker, i, &ret->atoms[i]);
	if (r < 0)
		return r;
	ret->n_atoms = maker->labels.n;
	ret->members =
		arena_array(maker->space->arena, (size_t)ret->n_atoms * ret->n_words + 1,
			    sizeof(*ret->members));
	if (!ret->members)
		return -ENOMEM;
	for (uint32_t i = 0; i < ret->n_atoms; i++)
		bits_copy(&ret->members[(size_t)i * ret->n_words],
			  hash_table_key(&maker->labels, i).words, ret->n_words);
	return 0;
}

/* How a state was first reached. */
struct arrival {
	uint32_t from; /* NO_ATOM: not yet */
	uint32_t length;
	uint8_t byte;
};

static bool has_letter(unsigned int low, unsigned int high)
{
	return low <= 'z' && high >= 'a';
}

static uint8_t byte_from(unsigned int low, unsigned int high, bool readable)
{
	static const struct {
		uint8_t low, high;
	} nice[] = { { 'a', 'z' }, { 'A', 'Z' }, { '0', '9' }, { '!', '~' } };

	for (size_t i = 0; readable && i < ARRAY_SIZE(nice); i++)
		if (MAX(low, nice[i].low) <= MIN(high, nice[i].high))
			return (uint8_t)MAX(low, nice[i].low);
	return (uint8_t)low;
}

struct search {
	const struct partition *partition;
	struct arrival *arrivals;
	uint32_t *todo, n_todo;
	bool readable;
};

/* The states after a state: those that a letter leads to first, then the others. */
static void search_from(struct search *search, uint32_t state, bool letters)
{
	const struct partition *partition = search->partition;
	unsigned int low = 0;

	for (uint32_t i = partition->first[state]; i < partition->first[state + 1]; i++) {
		uint32_t to = EDGE_TO(partition->edges[i]);
		unsigned int high = EDGE_LAST(partition->edges[i]);

		if (to && search->arrivals[to].from == NO_ATOM &&
		    (!search->readable || has_letter(low, high) == letters)) {
			search->arrivals[to] = (struct arrival){
				state, search->arrivals[state].length + 1,
				byte_from(low, high, search->readable)
			};
			search->todo[search->n_todo++] = to;
		}
		low = high + 1;
	}
}

static int sample_make(const struct search *search, uint32_t state, struct arena *arena,
		       struct set_word *ret)
{
	uint32_t n = search->arrivals[state].length;
	char *bytes = arena_alloc(arena, n + 1);

	if (!bytes)
		return -ENOMEM;
	*ret = (struct set_word){ bytes, n };
	for (uint32_t at = state; n; at = search->arrivals[at].from)
		bytes[--n] = (char)search->arrivals[at].byte;
	return 0;
}

static int samples_find(struct search *search, struct arena *arena, struct partition *ret)
{
	uint32_t atom;
	int r = 0;

	for (uint32_t i = 0; i < ret->n_states; i++)
		search->arrivals[i].from = NO_ATOM;
	search->arrivals[1].from = 1;
	search->todo[search->n_todo++] = 1;
	for (uint32_t i = 0; r >= 0 && i < search->n_todo; i++) {
		atom = ret->atoms[search->todo[i]];
		if (atom != NO_ATOM && !ret->samples[atom].bytes)
			r = sample_make(search, search->todo[i], arena,
					&ret->samples[atom]);
		search_from(search, search->todo[i], true);
		if (search->readable)
			search_from(search, search->todo[i], false);
	}
	return r;
}

static int samples_make(const struct maker *maker, struct partition *ret)
{
	_cleanup_(freep) struct arrival *arrivals =
		calloc(ret->n_states, sizeof(*arrivals));
	_cleanup_(freep) uint32_t *todo = calloc(ret->n_states, sizeof(*todo));
	struct search search = { ret, arrivals, todo, 0, maker->readable };

	ret->samples =
		arena_array(maker->space->arena, ret->n_atoms + 1, sizeof(*ret->samples));
	if (!arrivals || !todo || !ret->samples)
		return -ENOMEM;
	/* The domain is empty: there is only the outside. */
	return ret->n_states < 2 ? 0 : samples_find(&search, maker->space->arena, ret);
}

static int partition_keep(struct maker *maker, struct partition *ret)
{
	struct arena *arena = maker->space->arena;
	int r;

	*ret = (struct partition){ .n_sets = maker->n_sets,
				   .n_words = maker->n_words,
				   .n_states = maker->states.n };
	ret->first = arena_array(arena, ret->n_states + 1, sizeof(*ret->first));
	ret->edges = arena_array(arena, maker->n_edges, sizeof(*ret->edges));
	if (!ret->first || !ret->edges)
		return -ENOMEM;
	memcpy(ret->first, maker->first, (ret->n_states + 1) * sizeof(*ret->first));
	memcpy(ret->edges, maker->edges, maker->n_edges * sizeof(*ret->edges));
	r = labels_make(maker, ret);
	return r < 0 ? r : samples_make(maker, ret);
}

int partition_make(const struct set_space *space, const struct set *const *sets,
		   uint32_t n_sets, bool readable, struct partition *ret)
{
	_cleanup_(maker_done) struct maker maker = {
		.space = space, .sets = sets, .n_sets = n_sets, .readable = readable
	};
	int r;

	r = maker_init(&maker);
	if (r >= 0)
		r = states_make(&maker);
	return r < 0 ? r : partition_keep(&maker, ret);
}

uint32_t partition_find(const struct partition *partition, struct set_word word)
{
	uint32_t state = partition->n_states < 2 ? 0 : 1;

	for (size_t i = 0; i < word.n && state; i++) {
		const uint32_t *edge = &partition->edges[partition->first[state]];

		while (EDGE_LAST(*edge) < (uint8_t)word.bytes[i])
			edge++;
		state = EDGE_TO(*edge);
	}
	return partition->atoms[state];
}
