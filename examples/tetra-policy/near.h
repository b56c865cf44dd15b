/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?": the name that a slip of the keyboard turned into a text. */
#ifndef TETRA_POLICY_NEAR_H
#define TETRA_POLICY_NEAR_H

#include <stddef.h>

/* Offer names one by one; .best stays NULL while none is near enough. */
struct near {
	const char *text; /* borrowed, as is .best */
	const char *best;
	unsigned int distance; /* of .best */
};

void near_init(struct near *near, const char *text);
void near_offer(struct near *near, const char *name);
/* How many letters to add, remove or replace, ignoring case. */
unsigned int near_distance(const char *a, const char *b);

#endif
