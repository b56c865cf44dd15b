/* SPDX-License-Identifier: Apache-2.0 */
/* Mistakes in a selector. If the result is not a valid policy, it is not counted. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/mutate.h"

struct slips {
	struct arena *arena;
	const struct rule *rule;
	slip_fn *fn;
	void *user;
	int error; /* the first */
};

/* A row a line. */
/* clang-format off */
static const struct pair {
	const char *one, *other, *wider; /* wider: one that accepts more; NULL: none */
} pairs[] = {
	{ "Equal", "NotEqual", "Prefix" },
	{ "NotEqual", "Equal", "NotPrefix" },
	{ "In", "NotIn", "Prefix" },
	{ "NotIn", "In", "NotPrefix" },
	{ "Prefix", "NotPrefix", NULL },
	{ "NotPrefix", "Prefix", NULL },
	{ "Postfix", "NotPostfix", NULL },
	{ "NotPostfix", "Postfix", NULL },
	{ "GT", "LT", NULL },
	{ "LT", "GT", NULL },
	{ "GreaterThan", "LessThan", NULL },
	{ "LessThan", "GreaterThan", NULL },
	{ "Mask", "Equal", NULL },
	{ "SAddr", "NotSAddr", NULL },
	{ "NotSAddr", "SAddr", NULL },
	{ "DAddr", "NotDAddr", NULL },
	{ "NotDAddr", "DAddr", NULL },
	{ "SPort", "NotSPort", NULL },
	{ "NotSPort", "SPort", NULL },
	{ "DPort", "NotDPort", NULL },
	{ "NotDPort", "DPort", NULL },
	{ "SPortPriv", "NotSPortPriv", NULL },
	{ "NotSPortPriv", "SPortPriv", NULL },
	{ "DPortPriv", "NotDPortPriv", NULL },
	{ "NotDPortPriv", "DPortPriv", NULL },
	{ "FileType", "NotFileType", NULL },
	{ "NotFileType", "FileType", NULL },
	{ "InRange", "NotInRange", NULL },
	{ "NotInRange", "InRange", NULL },
	{ "SubString", "Equal", NULL },
	{ "InMap", "NotInMap", NULL },
	{ "NotInMap", "InMap", NULL },
};
/* clang-format on */

/* @path: below the rule. @with NULL: it is removed. */
static void slip(struct slips *slips, const struct node_path *path,
		 const struct node *with, const char *change, const struct node *place)
{
	struct node_path whole = slips->rule->path;
	size_t i;

	if (slips->error)
		return;
	for (i = 0; i < path->n; i++)
		whole.at[whole.n++] = path->at[i];
	slips->error = slips->fn(
		slips->user, slips->rule,
		node_replace(slips->arena, slips->rule->root, &whole, with),
		arena_text(slips->arena, "%s%s", slips->rule->name, change), place->line);
}

static struct node_path below(struct node_path path, size_t at)
{
	path.at[path.n++] = at;
	return path;
}

static void change_at(struct slips *slips, const struct node_path *path,
		      const char *where, const struct node *old, const char *text,
		      const struct node *place)
{
	const struct node *with = node_scalar(slips->arena, old, text, old->is_plain);

	slip(slips, path, with,
	     arena_text(slips->arena, "%s: %s -> %s", where, old->text, text), place);
}

static void change_scalar(struct slips *slips, const struct node_path *path,
			  const char *where, const struct node *old, const char *text)
{
	change_at(slips, path, where, old, text, old);
}

static void slip_operator(struct slips *slips, struct node_path path, const char *where,
			  const struct node *filter)
{
	const struct node *operator= node_get(filter, "operator");
	size_t i;

	if (!node_text(operator))
		return;
	path = below(path, node_index(filter, "operator"));
	where = arena_text(slips->arena, "%s.operator", where);
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (strcasecmp(pairs[i].one, operator->text) != 0)
			continue;
		change_at(slips, &path, where, operator, pairs[i].other, filter);
		if (pairs[i].wider)
			change_at(slips, &path, where, operator, pairs[i].wider, filter);
	}
}

/* "80" -> "81", "79": a number in a text is one, too. */
static void slip_number(struct slips *slips, const struct node_path *path,
			const char *where, const struct node *value, long long number)
{
	if (number < LLONG_MAX)
		change_scalar(slips, path, where, value,
			      arena_text(slips->arena, "%lld", number + 1));
	if (number > 0)
		change_scalar(slips, path, where, value,
			      arena_text(slips->arena, "%lld", number - 1));
}

/* What comes after the last '/' or ':': a mask, the end of a range. */
static void slip_end(struct slips *slips, const struct node_path *path, const char *where,
		     const struct node *value, const char *end)
{
	long long number = strtoll(end + 1, NULL, 0);
	int is_last = number == LLONG_MIN || number == LLONG_MAX;
	int n = (int)(end + 1 - value->text), step;

	for (step = -1; step <= 1 && !is_last; step += 2)
		change_scalar(slips, path, where, value,
			      arena_text(slips->arena, "%.*s%lld", n, value->text,
					 number + step));
}

static void slip_text(struct slips *slips, const struct node_path *path,
		      const char *where, const struct node *value, int is_end)
{
	struct arena *arena = slips->arena;

	change_scalar(slips, path, where, value,
		      arena_text(arena, is_end ? "x%s" : "%sx", value->text));
	if (value->n < 2)
		return;
	change_scalar(slips, path, where, value,
		      is_end ? value->text + 1
			     : arena_text(arena, "%.*s", (int)value->n - 1, value->text));
}

static int is_whole_number(const char *text, long long *ret)
{
	char *end;

	*ret = strtoll(text, &end, 0);
	return *text && !*end;
}

/* "10.0.0.0/8", "1:10" */
static const char *end_of(const struct node *value)
{
	const char *end = strrchr(value->text, '/');
	long long number;

	if (!end || end == value->text)
		end = strrchr(value->text, ':');
	return end && is_whole_number(end + 1, &number) ? end : NULL;
}

static void slip_value(struct slips *slips, const struct node_path *path,
		       const char *where, const struct node *filter,
		       const struct node *value)
{
	const char *operator= node_get_text(filter, "operator");
	const char *end;
	long long number;

	if (value->kind != NODE_SCALAR)
		return;
	end = end_of(value);
	if (is_whole_number(value->text, &number))
		slip_number(slips, path, where, value, number);
	else if (end)
		slip_end(slips, path, where, value, end);
	else
		slip_text(slips, path, where,
			  value, operator&& strstr(operator, "ostfix") != NULL);
}

/* A list without one of its values, and with another one. */
static void slip_values(struct slips *slips, struct node_path path, const char *where,
			const struct node *filter, const char *key)
{
	const struct node *values = node_get(filter, key);
	struct node_path one;
	size_t i;

	if (!values || values->kind != NODE_LIST)
		return;
	path = below(path, node_index(filter, key));
	for (i = 0; i < values->n; i++) {
		const char *name = arena_text(slips->arena, "%s.%s[%zu]", where, key, i);

		one = below(path, i);
		slip_value(slips, &one, name, filter, values->items[i]);
		if (values->n > 1)
			slip(slips, &one, NULL,
			     arena_text(slips->arena, "%s: dropped", name),
			     values->items[i]);
	}
}

/* Its position is that of the next filter, and the other way round. */
static void slip_index(struct slips *slips, struct node_path path, const char *where,
		       const struct node *list, size_t i)
{
	const struct node *one = node_get(list->items[i], "index");
	const struct node *other =
		i + 1 < list->n ? node_get(list->items[i + 1], "index") : NULL;
	struct node_path mine = { .at = { i }, .n = 1 },
			 next = { .at = { i + 1 }, .n = 1 };
	const struct node *swapped;

	if (!node_text(one) || !node_text(other) || strcmp(one->text, other->text) == 0)
		return;
	mine = below(mine, node_index(list->items[i], "index"));
	next = below(next, node_index(list->items[i + 1], "index"));
	swapped = node_replace(slips->arena, list, &mine, other);
	swapped = node_replace(slips->arena, swapped, &next, one);
	path.n--;
	slip(slips, &path, swapped,
	     arena_text(slips->arena, "%s.index: swapped with the next filter's", where),
	     list->items[i]);
}

static void slip_filter(struct slips *slips, size_t list, size_t i)
{
	const struct node *selector = slips->rule->node;
	const struct node *filters = selector->items[list], *filter = filters->items[i];
	struct node_path path = { .at = { list, i }, .n = 2 };
	struct node_path all = { .at = { list }, .n = 1 };
	const char *where =
		arena_text(slips->arena, ".%s[%zu]", selector->keys[list]->text, i);

	slip(slips, filters->n == 1 ? &all : &path, NULL,
	     arena_text(slips->arena, "%s: dropped", where), filter);
	if (filter->kind != NODE_MAP)
		return;
	slip_operator(slips, path, where, filter);
	slip_values(slips, path, where, filter, "values");
	slip_index(slips, path, where, filters, i);
}

static struct node *action_of(struct arena *arena, const struct node *place,
			      const char *name)
{
	struct node *ret = node_new(arena, NODE_MAP, place);

	node_add(arena, ret, node_scalar(arena, place, "action", 1),
		 node_scalar(arena, place, name, 1));
	return ret;
}

static void slip_action(struct slips *slips, size_t key, size_t i)
{
	const struct node *list = slips->rule->node->items[key];
	const struct node *action = list->items[i];
	const char *name = node_get_text(action, "action"), *weaker;
	struct node_path path = { .at = { key, i }, .n = 2 };
	static const char *const enforcing[] = { "Sigkill", "Signal", "Override",
						 "NotifyEnforcer", NULL };
	size_t k;

	if (!name)
		return;
	weaker = strcasecmp(name, "Post") == 0 ? "NoPost" : NULL;
	for (k = 0; enforcing[k]; k++)
		if (strcasecmp(name, enforcing[k]) == 0)
			weaker = "Post";
	if (weaker)
		slip(slips, &path, action_of(slips->arena, action, weaker),
		     arena_text(slips->arena, ".matchActions[%zu].action: %s -> %s", i,
				name, weaker),
		     action);
}

static void slip_actions(struct slips *slips)
{
	const struct node *selector = slips->rule->node;
	size_t key = node_index(selector, "matchActions"), i;
	struct node_path none = {};
	struct node *quiet, *list;

	if (key < selector->n && selector->items[key]->kind == NODE_LIST) {
		for (i = 0; i < selector->items[key]->n; i++)
			slip_action(slips, key, i);
		return;
	}
	quiet = node_clone(slips->arena, selector);
	list = node_new(slips->arena, NODE_LIST, selector);
	node_add(slips->arena, list, NULL, action_of(slips->arena, selector, "NoPost"));
	/* The clone's lists have no room to grow. */
	quiet->items = NULL;
	quiet->keys = NULL;
	quiet->n = 0;
	for (i = 0; i < selector->n; i++)
		node_add(slips->arena, quiet, selector->keys[i], selector->items[i]);
	node_add(slips->arena, quiet,
		 node_scalar(slips->arena, selector, "matchActions", 1), list);
	slip(slips, &none, quiet, ": NoPost added", selector);
}

/* Of the list of selectors: this one is dropped, or swapped with the next. */
static void slip_selector(struct slips *slips)
{
	const struct rule *rule = slips->rule;
	struct node_path none = {};
	struct node *hook = node_new(slips->arena, NODE_LIST, rule->node);
	const struct node *list = rule->root;
	struct node_path path = rule->path;
	size_t i;

	slip(slips, &none, NULL, ": dropped", rule->node);
	if (rule->selector + 1 >= rule->n_selectors || slips->error)
		return;
	path.n--;
	for (i = 0; i < path.n; i++)
		list = list->items[path.at[i]];
	for (i = 0; i < list->n; i++)
		node_add(slips->arena, hook, NULL,
			 list->items[i == rule->selector       ? i + 1
				     : i == rule->selector + 1 ? i - 1
							       : i]);
	slips->error = slips->fn(
		slips->user, rule, node_replace(slips->arena, rule->root, &path, hook),
		arena_text(slips->arena, "%s: swapped with the next", rule->name),
		rule->node->line);
}

int slips_of(struct arena *arena, const struct rule *rule, slip_fn *fn, void *user)
{
	struct slips slips = { .arena = arena, .rule = rule, .fn = fn, .user = user };
	size_t i, k;

	slip_selector(&slips);
	for (i = 0; i < rule->node->n; i++)
		for (k = 0; is_filters(rule->node->keys[i], rule->node->items[i]) &&
			    k < rule->node->items[i]->n;
		     k++)
			slip_filter(&slips, i, k);
	slip_actions(&slips);
	return slips.error;
}
