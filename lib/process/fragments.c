/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/fragments.h"

#include "lib/base/counter.h"

/* No list is longer, no matter what the records say. */
#define LIST_MAX ((size_t)TETRA_ARGS_FRAGMENTS * TETRA_ARGS_FRAGMENT + TETRA_RECORD_MAX)

void fragment_list_done(struct fragment_list *list)
{
	free(list->text);
	*list = (struct fragment_list){ 0 };
}

void fragments_done(struct fragments *fragments)
{
	size_t i;

	for (i = 0; i < FRAGMENT_LISTS; i++)
		fragment_list_done(&fragments->lists[i]);
}

static bool list_reserve(struct fragment_list *list, size_t bytes)
{
	size_t size = MAX(list->size, (size_t)TETRA_ARGS_FRAGMENT);
	char *text;

	if (list->len + bytes > LIST_MAX)
		return false;
	while (size < list->len + bytes)
		size *= 2;
	if (size == list->size)
		return true;
	text = realloc(list->text, size);
	if (!text)
		return false;
	list->text = text;
	list->size = size;
	return true;
}

void fragment_list_append(struct fragment_list *list, const char *text, size_t bytes)
{
	if (!list_reserve(list, bytes)) {
		list->hole = true;
		return;
	}
	if (bytes)
		memcpy(list->text + list->len, text, bytes);
	list->len += bytes;
}

static bool list_is(const struct fragment_list *list, struct process_key key)
{
	return list->age && list->key.tgid == key.tgid && list->key.stamp == key.stamp;
}

static struct fragment_list *find(struct fragments *fragments, struct process_key key)
{
	size_t i;

	for (i = 0; i < FRAGMENT_LISTS; i++)
		if (list_is(&fragments->lists[i], key))
			return &fragments->lists[i];
	return NULL;
}

static struct fragment_list *oldest(struct fragments *fragments)
{
	struct fragment_list *list = &fragments->lists[0];
	size_t i;

	for (i = 1; i < FRAGMENT_LISTS; i++)
		if (fragments->lists[i].age < list->age)
			list = &fragments->lists[i];
	return list;
}

static struct fragment_list *begin(struct fragments *fragments, struct process_key key)
{
	struct fragment_list *list = oldest(fragments);

	if (list->age)
		counter_add(&fragments->dropped, 1);
	fragment_list_done(list);
	list->key = key;
	list->age = ++fragments->age;
	return list;
}

void fragments_add(struct fragments *fragments, struct process_key key, uint32_t offset,
		   const char *text, size_t bytes)
{
	struct fragment_list *list = find(fragments, key);

	if (!list)
		list = begin(fragments, key);
	if (offset != list->len) {
		list->hole = true;
		return;
	}
	fragment_list_append(list, text, bytes);
}

struct fragment_list fragments_take(struct fragments *fragments, struct process_key key)
{
	struct fragment_list none = { .key = key, .hole = true }, list;
	struct fragment_list *found = find(fragments, key);

	if (!found)
		return none;
	list = *found;
	*found = (struct fragment_list){ 0 };
	return list;
}
