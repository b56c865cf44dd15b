/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All events of a hook at once: axis by axis, with the rules that are still alive. What was
 * seen from the same rules on is not seen again. The result is boxes: for each axis a set of
 * atoms; they do not overlap.
 */
#ifndef TETRA_LIB_SPACE_WALK_H
#define TETRA_LIB_SPACE_WALK_H

#include "lib/space/lists.h"
#include "lib/space/table.h"

/* Nothing is to be said about these events. */
#define NO_LEAF 0u

/* What is said of the events for which these rules win, by group (BITS_NONE: none): a number
 * from 1, or NO_LEAF; negative: -ENOMEM. */
typedef int (*leaf_fn)(void *user, const uint32_t *winners);

struct box {
	uint32_t leaf;
	uint32_t *sets; /* by axis: number in .atoms; 0: all */
};

struct boxes {
	struct box *items;
	uint32_t n, room;
	struct hash_table atoms[MAX_AXES]; /* sets of atoms; the first is of all */
	uint64_t n_states;
};

/*
 * @max_states: how many different sets of rules may be seen. @pairs: skip what is the same for
 * both sides. 0; -E2BIG if there are more; -ENOMEM. boxes_done() in any case.
 */
int walk(const struct lists *lists, uint64_t max_states, bool pairs, leaf_fn leaf,
	 void *user, struct boxes *ret);
void boxes_done(struct boxes *boxes);

/* boxes.c */

int boxes_init(struct boxes *boxes, const struct lists *lists);
/* The number of a set of atoms. */
int boxes_set(struct boxes *boxes, const struct lists *lists, uint32_t axis,
	      const uint64_t *atoms, uint32_t *ret);
int boxes_add(struct boxes *boxes, const struct lists *lists, uint32_t leaf,
	      const uint32_t *sets);
/* As few and as large boxes as merging two at a time makes. */
int boxes_merge(struct boxes *boxes, const struct lists *lists);

static inline const uint64_t *boxes_atoms(const struct boxes *boxes, uint32_t axis,
					  uint32_t set)
{
	return hash_table_key(&boxes->atoms[axis], set).words;
}

#endif
