/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean ...?": the candidate that a typo would have turned into the text.
 */
#ifndef TETRA_LIB_NEAREST_H
#define TETRA_LIB_NEAREST_H

#include "lib/base/base.h"

/* Feed candidates one by one; .best stays NULL while none is near enough. */
struct nearest {
	const char *text; /* borrowed; NUL-terminated */
	size_t len;
	const char *best;      /* borrowed from the caller of nearest_offer() */
	unsigned int distance; /* of .best */
};

void nearest_init(struct nearest *nearest, const char *text);
void nearest_offer(struct nearest *nearest, const char *candidate);
/*
 * If nothing was near: a large part of the one is the whole of the other ("Kill", "struct
 * file"). Only for short lists of words: in a long one, something matches by chance.
 */
void nearest_offer_part(struct nearest *nearest, const char *candidate);

/* The nearest of a list that ends with NULL, or NULL. */
const char *nearest_of(const char *text, const char *const *candidates);

#endif
