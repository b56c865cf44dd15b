/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How sets are represented, for the files that make them. A state has edges in the order of
 * their bytes: each leads all bytes after those of the edge before it, up to its own last byte,
 * to another state. The last edge is for byte 255.
 */
#ifndef TETRA_LIB_AUTOMATON_H
#define TETRA_LIB_AUTOMATON_H

#include "lib/judge/set.h"

#define EDGE(last, to)	((uint32_t)(last) << 24 | (to))
#define EDGE_LAST(edge) ((edge) >> 24)
#define EDGE_TO(edge)	((edge)&0xffffffu)

/* No word leads from NOWHERE to acceptance; every word is accepted from EVERYWHERE on. All
 * other states of a set are neither. */
#define NOWHERE	    0u
#define EVERYWHERE  1u
#define FIRST_STATE 2u
#define NO_STATE    UINT32_MAX

struct state {
	uint32_t first, n_edges; /* in edges */
	bool accepts;
};

struct set {
	const struct state *states;
	const uint32_t *edges;
	uint32_t start, n_states, n_edges;
};

/* An automaton that is being made; its memory is its own. */
struct draft {
	const struct set_space *space;
	struct state *states;
	uint32_t *edges;
	uint32_t n_states, n_edges, room_states, room_edges;
	int error; /* 0, -ENOMEM, -E2BIG: sticky, states are NOWHERE from then on */
};

/* With NOWHERE and EVERYWHERE. */
void draft_init(struct draft *draft, const struct set_space *space);
void draft_done(struct draft *draft);

/* A state without edges; its number. */
uint32_t draft_state(struct draft *draft, bool accepts);
/* The next edge of @state; all edges of a state are added before those of another one. */
void draft_edge(struct draft *draft, uint32_t state, unsigned int last, uint32_t to);
/* All edges of @state: where each byte leads to, in @row[256]. */
void draft_row(struct draft *draft, uint32_t state, const uint32_t *row);
/* The states of a set; the number of its start. */
uint32_t draft_copy(struct draft *draft, const struct set *set);

/* The set, with all states that lead nowhere (everywhere) made one. */
int draft_finish(struct draft *draft, uint32_t start, const struct set **ret);

uint32_t state_next(const struct set *set, uint32_t state, uint8_t byte);

#endif
