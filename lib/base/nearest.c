/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edit distance with swaps of neighbours (optimal string alignment). Case costs nothing
 * if only case differs, so "equal" finds "Equal"; a missing prefix up to an underscore
 * ("ESTABLISHED", "tcp") costs one. A candidate is near if at most a third of it differs.
 */
#include "lib/base/nearest.h"

#include <ctype.h>
#include <strings.h>

/* Characters. Longer texts are not mistyped names. */
#define NEAREST_MAX_LEN 64u
/* Characters. Shorter parts are in many words. */
#define PART_MIN_LEN 3u

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int edit_distance(const char *a, size_t a_len, const char *b,
				  size_t b_len)
{
	unsigned int rows[3][NEAREST_MAX_LEN + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= a_len; i++) {
		now[0] = (unsigned int)i;
		for (j = 1; j <= b_len; j++) {
			unsigned int cost = last[j - 1] + !same(a[i - 1], b[j - 1]);

			cost = MIN(cost, last[j] + 1);
			cost = MIN(cost, now[j - 1] + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				cost = MIN(cost, before[j - 2] + 1);
			now[j] = cost;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

/* "TCP" in "IPPROTO_TCP": the whole of what follows the first underscore. */
static bool is_tail(const char *text, const char *candidate)
{
	const char *tail = strchr(candidate, '_');

	return tail && strcasecmp(tail + 1, text) == 0;
}

void nearest_init(struct nearest *nearest, const char *text)
{
	memset(nearest, 0, sizeof(*nearest));
	nearest->text = text;
	nearest->len = strnlen(text, NEAREST_MAX_LEN + 1);
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned int distance;
	size_t len;

	if (!nearest->len || nearest->len > NEAREST_MAX_LEN)
		return;
	len = strnlen(candidate, NEAREST_MAX_LEN + 1);
	if (len > NEAREST_MAX_LEN)
		return;
	distance = edit_distance(nearest->text, nearest->len, candidate, len);
	if (distance > 1 && is_tail(nearest->text, candidate))
		distance = 1;
	else if (distance * 3 > MAX(len, nearest->len))
		return;
	if (nearest->best && distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}

static bool contains(const char *whole, const char *part, size_t part_len)
{
	for (; strnlen(whole, part_len) == part_len; whole++)
		if (strncasecmp(whole, part, part_len) == 0)
			return true;
	return false;
}

void nearest_offer_part(struct nearest *nearest, const char *candidate)
{
	size_t len = strnlen(candidate, NEAREST_MAX_LEN + 1);
	size_t shorter = MIN(len, nearest->len), longer = MAX(len, nearest->len);
	const char *blank = strrchr(nearest->text, ' ');
	unsigned int distance = (unsigned int)(longer - shorter);

	if (longer > NEAREST_MAX_LEN || shorter < PART_MIN_LEN)
		return;
	if (blank && strcasecmp(blank + 1, candidate) == 0)
		distance = 0;
	else if (shorter * 5 < longer * 2 ||
		 !contains(len < nearest->len ? nearest->text : candidate,
			   len < nearest->len ? candidate : nearest->text, shorter))
		return;
	if (nearest->best && distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}

const char *nearest_of(const char *text, const char *const *candidates)
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; candidates[i]; i++)
		nearest_offer(&nearest, candidates[i]);
	if (nearest.best)
		return nearest.best;
	for (i = 0; candidates[i]; i++)
		nearest_offer_part(&nearest, candidates[i]);
	return nearest.best;
}
