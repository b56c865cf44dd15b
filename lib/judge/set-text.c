/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that begin with, end in, contain or are one of several literals. The literals are a
 * trie. To find them at the end or inside of a text, each node knows where to go on when the
 * next byte does not fit: to the longest end of what was read that is a node too (Aho and
 * Corasick).
 */
#include "lib/judge/automaton.h"

struct trie_node {
	uint32_t child,
		sibling; /* the first, the next; 0: none. In the order of bytes. */
	uint32_t fallback;
	uint8_t byte;
	bool ends; /* a literal */
};

struct trie {
	struct trie_node *nodes;
	uint32_t n, room;
	enum set_shape shape;
};

static bool folds(enum set_shape shape)
{
	return shape == SET_PART_NOCASE;
}

static bool falls_back(enum set_shape shape)
{
	return shape == SET_POSTFIX || shape == SET_PART || shape == SET_PART_NOCASE;
}

/* What comes after a literal does not matter. */
static bool is_open(enum set_shape shape)
{
	return shape != SET_EQUAL && shape != SET_POSTFIX;
}

static uint8_t byte_of(enum set_shape shape, char c)
{
	return folds(shape) && c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : (uint8_t)c;
}

static uint32_t node_child(const struct trie *trie, uint32_t node, uint8_t byte)
{
	uint32_t child = trie->nodes[node].child;

	while (child && trie->nodes[child].byte != byte)
		child = trie->nodes[child].sibling;
	return child;
}

static uint32_t node_add(struct trie *trie, uint32_t parent, uint8_t byte)
{
	struct trie_node *nodes = trie->nodes;
	uint32_t *link = &nodes[parent].child;

	while (*link && nodes[*link].byte < byte)
		link = &nodes[*link].sibling;
	nodes[trie->n] = (struct trie_node){ .byte = byte, .sibling = *link };
	*link = trie->n;
	return trie->n++;
}

static void trie_add(struct trie *trie, struct set_word literal)
{
	uint32_t node = 0, child;

	for (size_t i = 0; i < literal.n; i++) {
		uint8_t byte = byte_of(trie->shape, literal.bytes[i]);

		child = node_child(trie, node, byte);
		node = child ? child : node_add(trie, node, byte);
	}
	trie->nodes[node].ends = true;
}

/* Nodes by their depth. */
static void trie_order(const struct trie *trie, uint32_t *ret)
{
	uint32_t n = 0;

	ret[n++] = 0;
	for (uint32_t i = 0; i < trie->n; i++)
		for (uint32_t child = trie->nodes[ret[i]].child; child;
		     child = trie->nodes[child].sibling)
			ret[n++] = child;
}

/* Of the children of @node; parents are done first. */
static void trie_link(struct trie *trie, uint32_t node)
{
	struct trie_node *nodes = trie->nodes;
	uint32_t to, found;

	for (uint32_t child = nodes[node].child; child; child = nodes[child].sibling) {
		to = node;
		found = 0;
		while (to && !found) {
			to = nodes[to].fallback;
			found = node_child(trie, to, nodes[child].byte);
		}
		nodes[child].fallback = found;
		nodes[child].ends |= nodes[found].ends;
	}
}

static uint32_t node_state(const struct trie *trie, uint32_t node)
{
	return is_open(trie->shape) && trie->nodes[node].ends ? EVERYWHERE
							      : FIRST_STATE + node;
}

/* Where bytes lead that are those of no child. */
static void row_begin(const struct trie *trie, const struct draft *draft, uint32_t node,
		      uint32_t (*row)[256])
{
	uint32_t other = falls_back(trie->shape) ? FIRST_STATE : NOWHERE;
	const struct state *state;
	unsigned int byte = 0;

	if (!falls_back(trie->shape) || !node) {
		for (; byte < 256; byte++)
			(*row)[byte] = other;
		return;
	}
	state = &draft->states[FIRST_STATE + trie->nodes[node].fallback];
	for (uint32_t i = 0; i < state->n_edges; i++)
		for (; byte <= EDGE_LAST(draft->edges[state->first + i]); byte++)
			(*row)[byte] = EDGE_TO(draft->edges[state->first + i]);
}

static void node_emit(const struct trie *trie, struct draft *draft, uint32_t node)
{
	uint32_t row[256];

	row_begin(trie, draft, node, &row);
	for (uint32_t child = trie->nodes[node].child; child;
	     child = trie->nodes[child].sibling) {
		uint8_t byte = trie->nodes[child].byte;

		row[byte] = node_state(trie, child);
		if (folds(trie->shape) && byte >= 'a' && byte <= 'z')
			row[byte & ~0x20] = row[byte];
	}
	draft_row(draft, FIRST_STATE + node, row);
}

/* @order: room for all nodes. */
static int trie_emit(struct trie *trie, const struct set_space *space, uint32_t *order,
		     const struct set **ret)
{
	struct draft draft;
	int r;

	trie_order(trie, order);
	for (uint32_t i = 0; falls_back(trie->shape) && i < trie->n; i++)
		trie_link(trie, order[i]);
	draft_init(&draft, space);
	for (uint32_t i = 0; i < trie->n; i++)
		(void)draft_state(&draft, trie->nodes[i].ends);
	for (uint32_t i = 0; i < trie->n && !draft.error; i++)
		node_emit(trie, &draft, order[i]);
	r = draft_finish(&draft, node_state(trie, 0), ret);
	draft_done(&draft);
	return r;
}

int set_of_texts(const struct set_space *space, enum set_shape shape,
		 const struct set_word *literals, size_t n, const struct set **ret)
{
	_cleanup_(freep) struct trie_node *nodes = NULL;
	_cleanup_(freep) uint32_t *order = NULL;
	struct trie trie = { .shape = shape, .n = 1 };
	size_t bytes = 1;

	for (size_t i = 0; i < n; i++)
		bytes += literals[i].n;
	/* Each byte can be a node. */
	if (bytes > SET_MAX_STATES - FIRST_STATE || bytes > *space->steps)
		return -E2BIG;
	nodes = calloc(bytes, sizeof(*nodes));
	order = calloc(bytes, sizeof(*order));
	if (!nodes || !order)
		return -ENOMEM;
	trie.nodes = nodes;
	for (size_t i = 0; i < n; i++)
		trie_add(&trie, literals[i]);
	return trie_emit(&trie, space, order, ret);
}

int set_of_paths(const struct set_space *space, const struct set **ret)
{
	struct draft draft;
	uint32_t start, root, name, slash;
	int r;

	draft_init(&draft, space);
	start = draft_state(&draft, false);
	root = draft_state(&draft, true); /* "/" alone */
	name = draft_state(&draft, true);
	slash = draft_state(&draft, false);
	draft_edge(&draft, start, '/' - 1, NOWHERE);
	draft_edge(&draft, start, '/', root);
	draft_edge(&draft, start, 255, NOWHERE);
	for (uint32_t state = root; state <= slash; state++) {
		draft_edge(&draft, state, 0, NOWHERE);
		draft_edge(&draft, state, '/' - 1, name);
		draft_edge(&draft, state, '/', state == name ? slash : NOWHERE);
		draft_edge(&draft, state, 255, name);
	}
	r = draft_finish(&draft, start, ret);
	draft_done(&draft);
	return r;
}
