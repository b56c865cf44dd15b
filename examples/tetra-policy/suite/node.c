/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct node *node_get(const struct node *node, const char *key)
{
	size_t i;

	if (!node || node->kind != NODE_MAP)
		return NULL;
	for (i = 0; i < node->n; i++)
		if (node->keys[i]->kind == NODE_SCALAR &&
		    strcmp(node->keys[i]->text, key) == 0)
			return node->items[i];
	return NULL;
}

const char *node_text(const struct node *node)
{
	return node && node->kind == NODE_SCALAR ? node->text : NULL;
}

const char *node_get_text(const struct node *node, const char *key)
{
	return node_text(node_get(node, key));
}

static int is_word_of(const struct node *node, const char *const *words)
{
	if (!node || node->kind != NODE_SCALAR || !node->is_plain)
		return 0;
	for (; *words; words++)
		if (strcasecmp(node->text, *words) == 0)
			return 1;
	return 0;
}

int node_is_null(const struct node *node)
{
	static const char *const words[] = { "", "~", "null", NULL };

	return is_word_of(node, words);
}

int node_is_true(const struct node *node)
{
	static const char *const words[] = { "true", "yes", "on", NULL };

	return is_word_of(node, words);
}

int node_is_truth(const struct node *node)
{
	static const char *const words[] = { "false", "no", "off", NULL };

	return node_is_true(node) || is_word_of(node, words);
}

int node_number(const struct node *node, int64_t *ret)
{
	char *end;

	if (!node || node->kind != NODE_SCALAR || !node->is_plain || !node->n)
		return 0;
	errno = 0;
	*ret = strtoll(node->text, &end, strncasecmp(node->text, "0x", 2) == 0 ? 16 : 10);
	return !errno && !*end;
}

size_t node_count(const struct node *node)
{
	if (!node)
		return 0;
	return node->kind == NODE_LIST ? node->n : 1;
}

const struct node *node_item(const struct node *node, size_t i)
{
	return node->kind == NODE_LIST ? node->items[i] : node;
}

struct node *node_new(struct arena *arena, enum node_kind kind, const struct node *place)
{
	struct node *node = arena_new(arena, sizeof(*node));

	node->kind = kind;
	node->line = place ? place->line : 1;
	node->column = place ? place->column : 1;
	return node;
}

struct node *node_scalar(struct arena *arena, const struct node *place, const char *text,
			 int is_plain)
{
	struct node *node = node_new(arena, NODE_SCALAR, place);

	node->n = strlen(text);
	node->text = arena_copy(arena, text, node->n);
	node->is_plain = is_plain;
	return node;
}

static const struct node **copy(struct arena *arena, const struct node *const *items,
				size_t n)
{
	const struct node **ret = arena_new(arena, (n + 1) * sizeof(*items));

	if (items)
		memcpy(ret, items, n * sizeof(*items));
	return ret;
}

struct node *node_clone(struct arena *arena, const struct node *node)
{
	struct node *ret = arena_new(arena, sizeof(*ret));

	*ret = *node;
	if (node->kind == NODE_SCALAR)
		return ret;
	ret->items = copy(arena, node->items, node->n);
	if (node->kind == NODE_MAP)
		ret->keys = copy(arena, node->keys, node->n);
	return ret;
}

struct node *node_without(struct arena *arena, const struct node *node, size_t i)
{
	struct node *ret = node_clone(arena, node);

	ret->n--;
	memmove(ret->items + i, ret->items + i + 1, (ret->n - i) * sizeof(*ret->items));
	if (ret->keys)
		memmove(ret->keys + i, ret->keys + i + 1,
			(ret->n - i) * sizeof(*ret->keys));
	return ret;
}

/* Room is made for a power of two. */
static void make_room(struct arena *arena, const struct node ***items, size_t n)
{
	const struct node **grown;

	if (n && (n & (n - 1)))
		return;
	grown = arena_new(arena, (n ? 2 * n : 1) * sizeof(*grown));
	if (n)
		memcpy(grown, *items, n * sizeof(*grown));
	*items = grown;
}

void node_add(struct arena *arena, struct node *node, const struct node *key,
	      const struct node *item)
{
	make_room(arena, &node->items, node->n);
	if (key) {
		make_room(arena, &node->keys, node->n);
		node->keys[node->n] = key;
	}
	node->items[node->n++] = item;
}

size_t node_index(const struct node *map, const char *key)
{
	size_t i;

	for (i = 0; i < map->n; i++)
		if (map->keys[i]->kind == NODE_SCALAR &&
		    strcmp(map->keys[i]->text, key) == 0)
			break;
	return i;
}

static const struct node *replace(struct arena *arena, const struct node *node,
				  const struct node_path *path, size_t depth,
				  const struct node *with)
{
	size_t at = path->at[depth];
	struct node *copy;

	if (depth + 1 == path->n && !with)
		return node_without(arena, node, at);
	copy = node_clone(arena, node);
	copy->items[at] = depth + 1 == path->n ? with
					       : replace(arena, node->items[at], path,
							 depth + 1, with);
	return copy;
}

const struct node *node_replace(struct arena *arena, const struct node *root,
				const struct node_path *path, const struct node *with)
{
	return path->n ? replace(arena, root, path, 0, with) : with;
}
