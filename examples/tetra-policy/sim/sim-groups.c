/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "common/guard.h"
#include "sim/sim.h"

static struct sim_group *group_find(struct sim_groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->n; i++)
		if (strcmp(groups->items[i].name, name) == 0)
			return &groups->items[i];
	return NULL;
}

static struct sim_group *group_add(struct sim_groups *groups, const char *name)
{
	size_t size = groups->allocated ? groups->allocated * 2 : 16;
	struct sim_group *more = groups->items;

	if (groups->n == groups->allocated) {
		more = realloc(groups->items, size * sizeof(*more));
		if (!more)
			return NULL;
		groups->items = more;
		groups->allocated = size;
	}
	more += groups->n;
	*more = (struct sim_group){ .name = strdup(name) };
	if (!more->name)
		return NULL;
	groups->n++;
	return more;
}

int sim_groups_count(struct sim_groups *groups, const char *name, uint32_t kind)
{
	struct sim_group *group = group_find(groups, name);

	if (!group)
		group = group_add(groups, name);
	if (!group)
		return -ENOMEM;
	group->n++;
	group->kinds[kind]++;
	return 0;
}

/* The most frequent first, then by name. */
static int compare(const void *a, const void *b)
{
	const struct sim_group *left = a, *right = b;

	if (left->n != right->n)
		return left->n < right->n ? 1 : -1;
	return strcmp(left->name, right->name);
}

void sim_groups_sort(struct sim_groups *groups)
{
	if (groups->n)
		qsort(groups->items, groups->n, sizeof(groups->items[0]), compare);
}

void sim_groups_done(struct sim_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		free(groups->items[i].name);
	free(groups->items);
	*groups = (struct sim_groups){};
}
