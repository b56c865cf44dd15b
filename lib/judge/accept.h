/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a selector accepts: in each dimension that it looks at, a set of values. An event is
 * accepted if each of its values is in the set of that dimension; it is the same verdict as
 * the evaluator's, which is tested. Dimensions that are not listed may have any value.
 */
#ifndef TETRA_LIB_ACCEPT_H
#define TETRA_LIB_ACCEPT_H

#include "lib/judge/dimension.h"

struct accept_side {
	struct dimension dimension;
	const struct set *set;
};

struct accept {
	struct accept_side *sides; /* one for each dimension */
	uint32_t n;
};

/* In memory of @space. 0, -ENOMEM or -E2BIG. */
int accept_selector(const struct set_space *space, const struct policy_hook *hook,
		    uint32_t selector, struct accept *ret);

/* 1 if the event is accepted, else 0; -ENOMEM. @hook: that of the selector. */
int accept_has(const struct set_space *space, const struct accept *accept,
	       const struct policy_hook *hook, const struct eval_event *event);

#endif
