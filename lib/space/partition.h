/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The atoms of a dimension: values of which each of some sets has all or none. All sets are run
 * at once, as one automaton whose words end at the number of their atom; so finding the atom
 * of a value takes as long as reading it.
 */
#ifndef TETRA_LIB_SPACE_PARTITION_H
#define TETRA_LIB_SPACE_PARTITION_H

#include "lib/space/bits.h"
#include "lib/judge/set.h"

/* The value is not in the domain. */
#define NO_ATOM UINT32_MAX

struct partition {
	uint32_t n_sets, n_words; /* of a row of .members */
	uint32_t n_states, *first,
		*edges;	 /* as in lib/judge/automaton.h; state 0: outside */
	uint32_t *atoms; /* by state; NO_ATOM: no word of the domain ends here */
	uint32_t n_atoms;
	uint64_t *members;	  /* by atom: the sets that have it */
	struct set_word *samples; /* by atom: a short word */
};

/*
 * The first of the sets is the domain: values outside of it are in no atom. @readable: prefer
 * letters in samples, else the lowest bytes. 0, -ENOMEM, or -E2BIG if the space's steps do not
 * suffice.
 */
int partition_make(const struct set_space *space, const struct set *const *sets,
		   uint32_t n_sets, bool readable, struct partition *ret);

static inline const uint64_t *partition_members(const struct partition *partition,
						uint32_t atom)
{
	return &partition->members[(size_t)atom * partition->n_words];
}

/* NO_ATOM if it is outside of the domain. */
uint32_t partition_find(const struct partition *partition, struct set_word word);

#endif
