/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/array.h"
#include "lib/space/walk.h"

/* A node of the diagram: a leaf, or where each atom of an axis leads to. */
#define LEAF_BIT (1u << 31)
#define NO_NODE	 0u

/* Words looked at for each state that is allowed. */
#define WORK_PER_STATE 512u
/* Boxes for each state, before they are merged. */
#define STATES_PER_BOX 8u

struct branch {
	uint32_t child;
	uint32_t set; /* of atoms */
};

struct node {
	uint32_t axis, n;
	struct branch *branches;
};

struct walker {
	const struct lists *lists;
	uint64_t max_states, work;
	bool pairs;
	leaf_fn leaf;
	void *user;
	struct boxes *boxes;
	struct hash_table memo, shapes; /* shapes: of nodes */
	uint32_t *nodes;		/* by state of the memo */
	struct node *shapes_nodes;	/* by shape */
	uint32_t room_nodes, room_shapes;
	uint32_t *last; /* by rule: the position after the last axis it looks at */
	uint32_t *
		suffixes; /* by position and rule: the same number, the same from here on */
	uint32_t *winners, *sequences;
	uint64_t *key;
};

static void walker_done(struct walker *walker)
{
	hash_table_done(&walker->memo);
	hash_table_done(&walker->shapes);
	free(walker->nodes);
	free(walker->shapes_nodes);
	free(walker->last);
	free(walker->suffixes);
	free(walker->winners);
	free(walker->sequences);
	free(walker->key);
}

static uint32_t *suffix_at(const struct walker *walker, uint32_t position, uint32_t rule)
{
	return &walker->suffixes[(size_t)position * walker->lists->n_rules + rule];
}

static bool rule_waits(const struct rule *rule)
{
	return rule->model && selector_waits(rule->model);
}

static bool rule_enforces(const struct rule *rule)
{
	return rule->model && rule->model->enforces;
}

/* What is the same for all events from the last axis on: the effect, and how the rule wins. */
static int effect_number(struct hash_table *table, const struct rule *rule, uint32_t *ret)
{
	const struct effect *effect = &rule->effect;
	uint64_t words[3 + EFFECT_ERRORS] = {
		effect->told | effect->silent << 1 | effect->kill << 2 |
			rule_waits(rule) << 3 | rule_enforces(rule) << 4,
		effect->signals,
		effect->n_errors,
	};
	struct hash_key key = { words, ARRAY_SIZE(words) };
	uint64_t *kept;

	for (uint32_t i = 0; i < effect->n_errors; i++)
		words[3 + i] = (uint32_t)effect->errors[i];
	return hash_table_add(table, key, ret, &kept);
}

static int suffixes_make(struct walker *walker)
{
	const struct lists *lists = walker->lists;
	struct hash_table table;
	uint64_t words[2], *kept;
	struct hash_key key = { words, 2 };
	int r = 0;

	hash_table_init(&table, lists->space.arena);
	for (uint32_t i = 0; r >= 0 && i < lists->n_rules; i++)
		r = effect_number(&table, &lists->rules[i],
				  suffix_at(walker, lists->n_axes, i));
	for (uint32_t p = lists->n_axes; r >= 0 && p-- > 0;)
		for (uint32_t i = 0; r >= 0 && i < lists->n_rules; i++) {
			uint32_t set = lists->rules[i].sets[lists->order[p]];

			*suffix_at(walker, p, i) = *suffix_at(walker, p + 1, i);
			if (!set)
				continue;
			words[0] = (uint64_t)p << 32 | set;
			words[1] = *suffix_at(walker, p + 1, i);
			r = hash_table_add(&table, key, suffix_at(walker, p, i), &kept);
			walker->last[i] = MAX(walker->last[i], p + 1);
		}
	hash_table_done(&table);
	return MIN(r, 0);
}

static int walker_init(struct walker *walker)
{
	const struct lists *lists = walker->lists;

	hash_table_init(&walker->memo, lists->space.arena);
	hash_table_init(&walker->shapes, lists->space.arena);
	walker->last = calloc(lists->n_rules + 1, sizeof(*walker->last));
	walker->suffixes = calloc((size_t)(lists->n_axes + 1) * lists->n_rules + 1,
				  sizeof(*walker->suffixes));
	walker->winners = calloc(lists->n_groups + 1, sizeof(*walker->winners));
	walker->sequences = calloc(2 * (size_t)(lists->n_rules + lists->n_groups + 1),
				   sizeof(*walker->sequences));
	walker->key = calloc((size_t)lists->n_words + 2, sizeof(*walker->key));
	if (!walker->last || !walker->suffixes || !walker->winners ||
	    !walker->sequences || !walker->key)
		return -ENOMEM;
	return suffixes_make(walker);
}

/* A rule that accepts all that is left ends its list, if none after it can have acted before. */
static void trim(const struct walker *walker, uint32_t position, uint64_t *alive)
{
	const struct lists *lists = walker->lists;

	for (uint32_t g = 0; g < lists->n_groups; g++) {
		const struct rule_group *group = &lists->groups[g];
		uint32_t i = bits_next(alive, group->first, group->end);

		while (i != BITS_NONE &&
		       (walker->last[i] > position || rule_waits(&lists->rules[i])))
			i = bits_next(alive, i + 1, group->end);
		while (i != BITS_NONE &&
		       (i = bits_next(alive, i + 1, group->end)) != BITS_NONE)
			bits_remove(alive, i);
	}
}

/* What each side does from here on, as a sequence; how long it is. */
static uint32_t sequence_of(const struct walker *walker, enum side side,
			    uint32_t position, const uint64_t *alive, uint32_t *ret)
{
	const struct lists *lists = walker->lists;
	uint32_t n = 0;

	for (uint32_t g = 0; g < lists->n_groups; g++) {
		const struct rule_group *group = &lists->groups[g];
		uint32_t before = n;

		if (group->side != side)
			continue;
		for (uint32_t i = bits_next(alive, group->first, group->end);
		     i != BITS_NONE; i = bits_next(alive, i + 1, group->end))
			ret[n++] = *suffix_at(walker, position, i);
		if (n > before)
			ret[n++] = BITS_NONE;
	}
	return n;
}

static bool is_same_for_both(const struct walker *walker, uint32_t position,
			     const uint64_t *alive)
{
	uint32_t *old = walker->sequences, *new, n;

	n = sequence_of(walker, SIDE_OLD, position, alive, old);
	new = old + n;
	return sequence_of(walker, SIDE_NEW, position, alive, new) == n &&
	       memcmp(old, new, n * sizeof(*old)) == 0;
}

static bool touches(const struct walker *walker, uint32_t position, const uint64_t *alive)
{
	const struct lists *lists = walker->lists;
	const struct axis *axis = lists->axes[lists->order[position]];

	for (uint32_t w = 0; w < lists->n_words; w++)
		if (alive[w] & axis->touched[w])
			return true;
	return false;
}

/* Facts that still matter. */
static uint64_t facts_left(const struct walker *walker, uint32_t position,
			   const uint64_t *alive, uint64_t facts)
{
	const struct lists *lists = walker->lists;
	uint64_t forbidden = 0;

	for (uint32_t p = position; facts && p < lists->n_axes; p++) {
		const struct axis *axis = lists->axes[lists->order[p]];

		if (touches(walker, p, alive))
			for (uint32_t a = 0; a < axis->partition.n_atoms; a++)
				forbidden |= axis->forbids[a];
	}
	return facts & forbidden;
}

/* The rule that wins in a group, of those that accept. As eval_policy_hook(). */
static uint32_t winner_of(const struct lists *lists, const uint64_t *alive,
			  const struct rule_group *group)
{
	uint32_t first = bits_next(alive, group->first, group->end), i = first;

	if (i == BITS_NONE || !rule_waits(&lists->rules[i]))
		return i;
	do
		i = bits_next(alive, i + 1, group->end);
	while (i != BITS_NONE && rule_waits(&lists->rules[i]));
	return i != BITS_NONE && rule_enforces(&lists->rules[i]) ? i : first;
}

static int leaf_of(struct walker *walker, const uint64_t *alive, uint32_t *ret)
{
	const struct lists *lists = walker->lists;
	int r;

	for (uint32_t g = 0; g < lists->n_groups; g++)
		walker->winners[g] = winner_of(lists, alive, &lists->groups[g]);
	r = walker->leaf(walker->user, walker->winners);
	*ret = r > 0 ? LEAF_BIT | (uint32_t)r : NO_NODE;
	return MIN(r, 0);
}

static int step(struct walker *walker, uint32_t position, const uint64_t *alive,
		uint64_t facts, uint32_t *ret);

struct pair {
	uint32_t child, atom;
};

static int pair_compare(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->child != b->child)
		return a->child < b->child ? -1 : 1;
	return a->atom < b->atom ? -1 : a->atom > b->atom;
}

/* Where each atom leads to, without those that cannot be. */
static int pairs_make(struct walker *walker, uint32_t position, const uint64_t *alive,
		      uint64_t facts, struct pair *pairs, uint32_t *ret_n)
{
	const struct lists *lists = walker->lists;
	const struct axis *axis = lists->axes[lists->order[position]];
	_cleanup_(freep) uint64_t *left = calloc(lists->n_words, sizeof(*left));
	uint32_t n = 0;
	int r = left ? 0 : -ENOMEM;

	for (uint32_t a = 0; r >= 0 && a < axis->partition.n_atoms; a++) {
		const uint64_t *row = axis_row(lists, axis, a);

		if (axis->forbids[a] & facts)
			continue;
		for (uint32_t w = 0; w < lists->n_words; w++)
			left[w] = alive[w] & row[w];
		pairs[n].atom = a;
		r = step(walker, position + 1, left, facts | axis->gives[a],
			 &pairs[n].child);
		n++;
	}
	*ret_n = n;
	return r;
}

/* The sets of atoms that lead to the same, as branches. */
static int branches_make(struct walker *walker, uint32_t axis, const struct pair *pairs,
			 uint32_t n, struct node *ret)
{
	uint32_t n_words =
		BITS_WORDS(MAX(walker->lists->axes[axis]->partition.n_atoms, 1u));
	_cleanup_(freep) uint64_t *atoms = calloc(n_words, sizeof(*atoms));
	int r = 0;

	*ret = (struct node){ .axis = axis };
	ret->branches =
		arena_array(walker->lists->space.arena, n + 1, sizeof(*ret->branches));
	if (!atoms || !ret->branches)
		return -ENOMEM;
	for (uint32_t i = 0; r >= 0 && i < n; i++) {
		bits_add(atoms, pairs[i].atom);
		if (i + 1 < n && pairs[i + 1].child == pairs[i].child)
			continue;
		if (pairs[i].child != NO_NODE) {
			struct branch *branch = &ret->branches[ret->n++];

			branch->child = pairs[i].child;
			r = boxes_set(walker->boxes, walker->lists, axis, atoms,
				      &branch->set);
		}
		memset(atoms, 0, n_words * sizeof(*atoms));
	}
	return MIN(r, 0);
}

/* The number of a node; the same one has the same number. */
static int node_number(struct walker *walker, const struct node *node, uint32_t *ret)
{
	uint64_t *words = calloc(node->n + 1, sizeof(*words)), *kept;
	struct hash_key key = { words, node->n + 1 };
	int r = words ? 0 : -ENOMEM;

	if (r >= 0) {
		words[0] = node->axis;
		for (uint32_t i = 0; i < node->n; i++)
			words[1 + i] = (uint64_t)node->branches[i].child << 32 |
				       node->branches[i].set;
		r = hash_table_add(&walker->shapes, key, ret, &kept);
	}
	free(words);
	if (r > 0) {
		r = array_reserve(&walker->shapes_nodes, *ret, &walker->room_shapes,
				  sizeof(*walker->shapes_nodes));
		if (r >= 0)
			walker->shapes_nodes[*ret] = *node;
	}
	/* Number 0 is NO_NODE. */
	++*ret;
	return MIN(r, 0);
}

static int node_make(struct walker *walker, uint32_t position, const uint64_t *alive,
		     uint64_t facts, uint32_t *ret)
{
	uint32_t axis = walker->lists->order[position], n;
	uint32_t n_atoms = walker->lists->axes[axis]->partition.n_atoms;
	_cleanup_(freep) struct pair *pairs = calloc(n_atoms + 1, sizeof(*pairs));
	uint64_t work = (uint64_t)n_atoms * walker->lists->n_words;
	struct node node;
	int r;

	if (!pairs)
		return -ENOMEM;
	if (walker->work < work)
		return -E2BIG;
	walker->work -= work;
	r = pairs_make(walker, position, alive, facts, pairs, &n);
	if (r < 0)
		return r;
	qsort(pairs, n, sizeof(*pairs), pair_compare);
	/* All that can be leads to the same. */
	if (!n || pairs[0].child == pairs[n - 1].child) {
		*ret = n ? pairs[0].child : NO_NODE;
		return 0;
	}
	r = branches_make(walker, axis, pairs, n, &node);
	return r < 0 ? r : node_number(walker, &node, ret);
}

/* A state that may have been seen; it is made if not. */
static int state_of(struct walker *walker, uint32_t position, const uint64_t *alive,
		    uint64_t facts, uint32_t *ret)
{
	uint32_t n_words = walker->lists->n_words, number, node;
	struct hash_key key = { walker->key, n_words + 2 };
	uint64_t *kept;
	int r;

	bits_copy(walker->key, alive, n_words);
	walker->key[n_words] = position;
	walker->key[n_words + 1] = facts;
	r = hash_table_add(&walker->memo, key, &number, &kept);
	if (r == 0)
		*ret = walker->nodes[number];
	if (r <= 0)
		return r;
	if (walker->memo.n > walker->max_states)
		return -E2BIG;
	r = array_reserve(&walker->nodes, number, &walker->room_nodes,
			  sizeof(*walker->nodes));
	if (r >= 0)
		r = node_make(walker, position, kept, facts, &node);
	if (r < 0)
		return r;
	walker->nodes[number] = *ret = node;
	return 0;
}

/* @alive is changed by nobody else while this runs: it is copied if it is needed. */
static int step(struct walker *walker, uint32_t position, const uint64_t *alive,
		uint64_t facts, uint32_t *ret)
{
	const struct lists *lists = walker->lists;
	uint64_t *left = (uint64_t *)alive;

	if (walker->work < lists->n_rules)
		return -E2BIG;
	walker->work -= lists->n_rules;
	trim(walker, position, left);
	while (position < lists->n_axes && !touches(walker, position, left))
		position++;
	if (walker->pairs && is_same_for_both(walker, position, left)) {
		*ret = NO_NODE;
		return 0;
	}
	if (position == lists->n_axes)
		return leaf_of(walker, left, ret);
	return state_of(walker, position, left, facts_left(walker, position, left, facts),
			ret);
}

/* Every way through the diagram is a box. */
static int boxes_collect(struct walker *walker, uint32_t number, uint32_t *sets)
{
	const struct node *node;
	int r = 0;

	if (number == NO_NODE)
		return 0;
	if (number & LEAF_BIT) {
		if (walker->boxes->n > walker->max_states / STATES_PER_BOX + 1)
			return -E2BIG;
		return boxes_add(walker->boxes, walker->lists, number & ~LEAF_BIT, sets);
	}
	node = &walker->shapes_nodes[number - 1];
	for (uint32_t i = 0; r >= 0 && i < node->n; i++) {
		sets[node->axis] = node->branches[i].set;
		r = boxes_collect(walker, node->branches[i].child, sets);
	}
	sets[node->axis] = 0;
	return r;
}

int walk(const struct lists *lists, uint64_t max_states, bool pairs, leaf_fn leaf,
	 void *user, struct boxes *ret)
{
	_cleanup_(walker_done) struct walker walker = {
		.lists = lists,
		.max_states = max_states,
		.work = max_states * WORK_PER_STATE,
		.pairs = pairs,
		.leaf = leaf,
		.user = user,
		.boxes = ret,
	};
	_cleanup_(freep) uint64_t *alive = calloc(lists->n_words, sizeof(*alive));
	_cleanup_(freep) uint32_t *sets = calloc(lists->n_axes + 1, sizeof(*sets));
	uint32_t root;
	int r;

	r = boxes_init(ret, lists);
	if (r >= 0)
		r = alive && sets ? walker_init(&walker) : -ENOMEM;
	for (uint32_t i = 0; r >= 0 && i < lists->n_rules; i++)
		bits_add(alive, i);
	if (r >= 0)
		r = step(&walker, 0, alive, 0, &root);
	if (r >= 0)
		r = boxes_collect(&walker, root, sets);
	ret->n_states = walker.memo.n;
	return r < 0 ? r : boxes_merge(ret, lists);
}
