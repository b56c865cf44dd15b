/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* Longer texts are like no name of ours. */
#define NEAR_BYTES 64u

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int low = a < b ? a : b;

	return low < c ? low : c;
}

/* Dynamic programming over the edit distance, keeping one row. */
unsigned int near_distance(const char *a, const char *b)
{
	size_t n_a = strlen(a), n_b = strlen(b), i, k;
	unsigned int row[NEAR_BYTES + 1], corner, above;

	if (n_a > NEAR_BYTES || n_b > NEAR_BYTES)
		return UINT_MAX;
	for (k = 0; k <= n_b; k++)
		row[k] = (unsigned int)k;
	for (i = 1; i <= n_a; i++) {
		corner = row[0];
		row[0] = (unsigned int)i;
		for (k = 1; k <= n_b; k++) {
			above = row[k];
			row[k] = least(above + 1, row[k - 1] + 1,
				       corner + (tolower((unsigned char)a[i - 1]) !=
						 tolower((unsigned char)b[k - 1])));
			corner = above;
		}
	}
	return row[n_b];
}

void near_init(struct near *near, const char *text)
{
	/* A third of it may be wrong, and two letters of a short one. */
	size_t third = strlen(text) / 3;

	*near = (struct near){ .text = text,
			       .distance = (unsigned int)(third > 2 ? third : 2) + 1 };
}

void near_offer(struct near *near, const char *name)
{
	unsigned int distance = near_distance(near->text, name);

	/* The beginning of a name is meant to be it. */
	if (near->text[0] && strncmp(name, near->text, strlen(near->text)) == 0)
		distance = 0;
	if (distance >= near->distance || distance >= strlen(name))
		return;
	near->distance = distance;
	near->best = name;
}
