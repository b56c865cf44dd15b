/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the effects of two sides on one hook differ.
 */
#ifndef TETRA_LIB_COMPARE_DIFFERENCE_H
#define TETRA_LIB_COMPARE_DIFFERENCE_H

#include "lib/space/walk.h"

/* What both sides do somewhere. */
struct leaf {
	struct effect effects[SIDES];
	uint32_t rules[SIDES]; /* the one that decides; BITS_NONE */
};

struct difference {
	struct arena *arena; /* borrowed, as the steps in .lists */
	struct lists lists;
	struct boxes boxes;
	struct hash_table keys;
	struct leaf *leaves; /* a box's leaf is its number here, and one */
	uint32_t n_leaves, room;
	/* Which pairs of effects matter; NULL: those that are not equal. */
	bool (*matters)(void *user, const struct effect effects[SIDES]);
	void *user;
	bool complete;
};

/* Both sides' hooks are added to .lists between these. */
void difference_init(struct difference *difference, struct arena *arena, uint64_t *steps);
/* 0 also if it was not finished (.complete); -ENOMEM. */
int difference_find(struct difference *difference, uint64_t max_states);
void difference_done(struct difference *difference);

static inline const struct leaf *difference_leaf(const struct difference *difference,
						 const struct box *box)
{
	return &difference->leaves[box->leaf - 1];
}

#endif
