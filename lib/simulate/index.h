/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which selectors an event can match at all, by its program: one that lists programs (In,
 * without followChildren) matches no other one, whatever else is not known.
 */
#ifndef TETRA_LIB_SIMULATE_INDEX_H
#define TETRA_LIB_SIMULATE_INDEX_H

#include "lib/base/dict.h"
#include "lib/judge/eval.h"

struct sim_index {
	struct dict paths; /* number of the set of a program; others have set 0 */
	uint64_t *sets; /* of selectors: bits, by the numbers that they were added with */
	uint32_t n_sets, n_words, n_selectors;
};

/* The hooks' selectors in order; 0 or -ENOMEM. What is too large is not indexed. */
int sim_index_make(struct sim_index *index, const struct policy_hook *const *hooks,
		   uint32_t n);
void sim_index_done(struct sim_index *index);

/* NULL: every selector may match. */
const uint64_t *sim_index_find(const struct sim_index *index,
			       const struct eval_event *event);

static inline bool sim_index_has(const uint64_t *set, uint32_t selector)
{
	return !set || (set[selector / 64] >> selector % 64 & 1);
}

#endif
