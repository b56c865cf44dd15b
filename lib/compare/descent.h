/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the process of a witness descends from: ancestors that are on the lists that it is to
 * be on, and on none of the others.
 */
#ifndef TETRA_LIB_COMPARE_DESCENT_H
#define TETRA_LIB_COMPARE_DESCENT_H

#include "lib/compare/witness.h"

/* One ancestor: what is NULL is on no list. */
struct ancestor {
	const struct policy_value *binary, *pid, *ns_pid;
	bool foreign; /* of the binary: a name that may be false */
};

struct descent {
	struct ancestor *ancestors;
	uint32_t n;
	bool unreadable;	   /* nothing is known of its ancestors */
	bool name_unknown;	   /* the name of one could not be read */
	bool ends;		   /* from others it does not descend */
	bool names, pids, ns_pids; /* what of ancestors some list looks at */
};

static inline bool axis_is_descent(const struct axis *axis)
{
	return axis->binaries || axis->pids;
}

/* Whether there are such ancestors, as far as the first @n axes of the order say. */
bool descent_is_possible(const struct lists *lists, const struct witness *witness,
			 uint32_t n);
/* Of a whole witness; in memory of the lists. 0 or -ENOMEM. */
int descent_make(const struct lists *lists, const struct witness *witness,
		 struct descent *ret);
/* A pid that is on no list. */
uint64_t descent_free_pid(const struct lists *lists);
/* Whether some list has the program. */
bool descent_has_name(const struct lists *lists, char *name);

#endif
