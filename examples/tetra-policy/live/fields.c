/* SPDX-License-Identifier: Apache-2.0 */
#include "live/fields.h"

#include <stdlib.h>
#include <string.h>

struct fields {
	struct arena *arena;
	const char **names;
	size_t n;
};

static void name_add(struct fields *fields, const char *name)
{
	size_t i;

	for (i = 0; i < fields->n; i++)
		if (strcmp(fields->names[i], name) == 0)
			return;
	fields->names = list_grow(fields->names, fields->n, sizeof(*fields->names));
	fields->names[fields->n++] = name;
}

static void walk(struct fields *fields, const char *name, yajl_val value)
{
	size_t i;

	if (YAJL_IS_OBJECT(value)) {
		for (i = 0; i < YAJL_GET_OBJECT(value)->len; i++)
			walk(fields,
			     arena_text(fields->arena, "%s%s%s", name, *name ? "." : "",
					YAJL_GET_OBJECT(value)->keys[i]),
			     YAJL_GET_OBJECT(value)->values[i]);
	} else if (YAJL_IS_ARRAY(value)) {
		for (i = 0; i < YAJL_GET_ARRAY(value)->len; i++)
			walk(fields, arena_text(fields->arena, "%s[]", name),
			     YAJL_GET_ARRAY(value)->values[i]);
	} else {
		name_add(fields, name);
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *fields_add(struct arena *arena, const char *text, yajl_val event)
{
	struct fields fields = { .arena = arena };
	char *copy = arena_copy(arena, text, strlen(text)), *at, *rest = NULL;
	const char *ret = "";
	size_t i;

	for (at = strtok_r(copy, ", ", &rest); at; at = strtok_r(NULL, ", ", &rest))
		name_add(&fields, at);
	walk(&fields, "", event);
	if (fields.n)
		qsort(fields.names, fields.n, sizeof(*fields.names), compare);
	for (i = 0; i < fields.n; i++)
		ret = arena_text(arena, "%s%s%s", ret, i ? ", " : "", fields.names[i]);
	free(fields.names);
	return ret;
}
