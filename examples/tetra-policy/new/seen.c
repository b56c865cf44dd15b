/* SPDX-License-Identifier: Apache-2.0 */
#include "new/seen.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

/* The place of a text in the table, or a free one. */
static size_t place_of(const struct seen_values *values, const char *text)
{
	size_t at = hash_of(text) & (values->room - 1);

	while (values->table[at] &&
	       strcmp(values->items[values->table[at] - 1].text, text) != 0)
		at = (at + 1) & (values->room - 1);
	return at;
}

static void table_grow(struct seen *seen, struct seen_values *values)
{
	size_t i;

	values->room = values->room ? values->room * 2 : 64;
	values->table = arena_new(&seen->arena, values->room * sizeof(*values->table));
	for (i = 0; i < values->n; i++)
		values->table[place_of(values, values->items[i].text)] = (uint32_t)i + 1;
}

static struct seen_value *value_new(struct seen *seen, struct seen_values *values)
{
	struct seen_value *grown;

	/* Powers of two: a list that is full has twice the room after this. */
	if ((values->n & (values->n - 1)) == 0) {
		grown = arena_new(&seen->arena,
				  (values->n ? values->n * 2 : 1) * sizeof(*grown));
		if (values->n)
			memcpy(grown, values->items, values->n * sizeof(*grown));
		values->items = grown;
	}
	return &values->items[values->n++];
}

void seen_add(struct seen *seen, struct seen_values *values, const char *text,
	      const char *at)
{
	struct seen_value *value;
	size_t place;

	if (values->n * 2 >= values->room)
		table_grow(seen, values);
	place = place_of(values, text);
	if (values->table[place]) {
		values->items[values->table[place] - 1].count++;
		return;
	}
	value = value_new(seen, values);
	*value =
		(struct seen_value){ .text = arena_copy(&seen->arena, text, strlen(text)),
				     .count = 1,
				     .n_names = 1,
				     .at = arena_copy(&seen->arena, at, strlen(at)) };
	value->example = value->text;
	values->table[place] = (uint32_t)values->n;
}

static int is_same(const char *one, const char *other)
{
	return !one || !other ? one == other : strcmp(one, other) == 0;
}

struct seen_hook *seen_hook(struct seen *seen, enum seen_kind kind, const char *subsystem,
			    const char *name)
{
	struct seen_hook *hook;
	size_t i;

	for (i = 0; i < seen->n_hooks; i++) {
		hook = &seen->hooks[i];
		if (hook->kind == kind && is_same(hook->subsystem, subsystem) &&
		    is_same(hook->name, name))
			return hook;
	}
	seen->hooks = list_grow(seen->hooks, seen->n_hooks, sizeof(*seen->hooks));
	hook = &seen->hooks[seen->n_hooks++];
	hook->kind = kind;
	hook->subsystem =
		subsystem ? arena_copy(&seen->arena, subsystem, strlen(subsystem)) : NULL;
	hook->name = arena_copy(&seen->arena, name, strlen(name));
	return hook;
}

void seen_done(struct seen *seen)
{
	free(seen->hooks);
	arena_done(&seen->arena);
}
