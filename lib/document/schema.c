/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "lib/base/nearest.h"
#include "lib/document/suggest.h"

/* Items after the last allowed one whose errors are also reported. */
#define MORE_ITEMS 32u

struct binder {
	struct report *report;
	struct arena *arena;
};

/* Every list member has this layout, regardless of its items. */
struct any_list {
	const struct node *node;
	uint32_t n;
	void *items;
};

static const char *node_describe(const struct node *node)
{
	static const char *const scalars[] = {
		[SCALAR_TEXT] = "a string",
		[SCALAR_NULL] = "nothing",
		[SCALAR_BOOL] = "a boolean",
		[SCALAR_INT] = "a number",
		[SCALAR_FLOAT] = "a number with a fraction",
		[SCALAR_MISTAGGED] = "a value of another type than its tag names",
	};

	if (node->type == NODE_SCALAR)
		return scalars[node->scalar];
	return node->type == NODE_SEQUENCE ? "a list" : "a mapping";
}

static const char *field_describe(const struct schema_field *field)
{
	switch ((enum field_type)field->type) {
	case FIELD_TEXT:
	case FIELD_WORD:
		return "a string";
	case FIELD_BOOL:
		return "a boolean";
	case FIELD_INTEGER:
		return "an integer";
	case FIELD_TEXTS:
	case FIELD_VALUES:
		return "a list of strings";
	case FIELD_INTEGERS:
	case FIELD_NUMERALS:
		return "a list of integers";
	case FIELD_OBJECTS:
		return "a list of mappings";
	default:
		return "a mapping";
	}
}

static void wrong_type(struct binder *binder, const struct node *node, const char *name,
		       const char *wanted, const char *hint)
{
	(void)report_error(binder->report, node, "wrong-type", hint,
			   "%s takes %s, not %s", name, wanted, node_describe(node));
}

/* Made by an escape, "\0": what follows it would never be compared. */
static bool has_nul(const struct node *node)
{
	return node->type == NODE_SCALAR && memchr(node->text, '\0', node->n);
}

static bool bind_text(struct binder *binder, const struct node *node, const char *name)
{
	if (node->type == NODE_SCALAR && node->scalar == SCALAR_TEXT)
		return true;
	wrong_type(binder, node, name, "a string",
		   node->type != NODE_SCALAR || node->scalar == SCALAR_NULL ? NULL
		   : node->scalar == SCALAR_MISTAGGED ? "leave the tag out"
						      : "write it in quotes");
	return false;
}

/* An unquoted number means its digits; a boolean could be "yes" or "true". */
static bool bind_value(struct binder *binder, const struct node *node, const char *name)
{
	if (node->type == NODE_SCALAR &&
	    (node->scalar == SCALAR_INT || node->scalar == SCALAR_FLOAT))
		return true;
	return bind_text(binder, node, name);
}

/* A text that is compared with our names, or that the model keeps as one. */
static bool bind_name(struct binder *binder, const struct schema_field *field,
		      const struct node *node, const char *name)
{
	if (!bind_text(binder, node, name))
		return false;
	if ((field->flags & FIELD_ANY_TEXT) || !has_nul(node))
		return true;
	(void)report_error(binder->report, node, "bad-value", NULL,
			   "%s has a NUL character after " Q, name, node->text);
	return false;
}

static bool bind_word(struct binder *binder, const struct schema *schema,
		      const struct schema_field *field, struct node *node)
{
	const char *const *removed = schema->removed;
	char hint[SUGGEST_BYTES];

	if (!bind_name(binder, field, node, field->name))
		return false;
	node->word = words_find(field->words, node->text);
	if (node->word)
		return true;
	for (; removed && *removed; removed++) {
		if (str_equal(*removed, node->text)) {
			(void)report_error(binder->report, node, "removed", NULL,
					   "%s " Q " was removed from the language",
					   field->name, node->text);
			return false;
		}
	}
	(void)report_error(
		binder->report, node, "bad-enum",
		suggest_word(&hint, field, report_seek(binder->report, node->text)),
		"unknown %s " Q, field->name, node->text);
	return false;
}

/* The correct spelling of what was meant; NULL if unknown. */
static const char *bool_hint(struct binder *binder, char (*buf)[128],
			     const struct node *node)
{
	static const char *const names[] = { "true", "false", NULL };

	if (node->type != NODE_SCALAR)
		return NULL;
	if (strcasecmp(node->text, "true") == 0 || strcasecmp(node->text, "false") == 0)
		return "write it without quotes";
	if (str_equal(node->text, "0") || str_equal(node->text, "1"))
		return hint_name(buf, names[node->text[0] == '0']);
	return hint_name(buf, nearest_of(report_seek(binder->report, node->text), names));
}

static bool bind_bool(struct binder *binder, const struct schema_field *field,
		      struct node *node)
{
	char hint[128];

	if (node->type != NODE_SCALAR || node->scalar != SCALAR_BOOL) {
		wrong_type(binder, node, field->name, "true or false",
			   bool_hint(binder, &hint, node));
		return false;
	}
	/* All words for true, and none for false, start like "yes", "true" or "on". */
	node->number = strchr("yYtT", node->text[0]) || strcasecmp(node->text, "on") == 0;
	return true;
}

static bool bind_integer(struct binder *binder, const struct schema_field *field,
			 struct node *node, bool quoted_too)
{
	struct node bare = *node;
	int64_t number;
	int r;

	if (quoted_too && node->type == NODE_SCALAR && !has_nul(node) &&
	    node->scalar != SCALAR_MISTAGGED)
		bare.scalar = SCALAR_INT;
	r = node_integer(&bare, &number);
	if (r == -EINVAL) {
		bare.scalar = SCALAR_INT;
		wrong_type(binder, node, field->name, "an integer",
			   node->type == NODE_SCALAR && node_integer(&bare, &number) == 0
				   ? "write it without quotes"
				   : field->hint);
		return false;
	}
	if (r < 0 || number < field->min || number > field->max) {
		(void)report_error(binder->report, node, "out-of-range", NULL,
				   "%s %.80s is not in %" PRId64 " to %" PRId64,
				   field->name, node->text, field->min, field->max);
		return false;
	}
	node->number = number;
	return true;
}

static bool bind_item(struct binder *binder, const struct schema_field *field,
		      struct node *node)
{
	switch ((enum field_type)field->type) {
	case FIELD_INTEGERS:
		return bind_integer(binder, field, node, false);
	case FIELD_NUMERALS:
		return bind_integer(binder, field, node, true);
	case FIELD_VALUES:
		return bind_value(binder, node, "an item");
	default:
		return bind_name(binder, field, node, "an item");
	}
}

/* Reports the first item too many; the items up to it are bound. */
static uint32_t list_limit(struct binder *binder, const struct schema_field *field,
			   const struct node *node)
{
	const struct node *child = node->first;
	uint32_t i;

	if (!field->max_items || node->n <= field->max_items)
		return node->n;
	for (i = 0; i < field->max_items; i++)
		child = child->next;
	(void)report_error(binder->report, child, "too-many", NULL,
			   "%s has %u items; at most %u are allowed", field->name,
			   node->n, field->max_items);
	return field->max_items;
}

static bool is_collection(struct binder *binder, const struct schema_field *field,
			  const struct node *node)
{
	bool map = field->type == FIELD_TEXT_MAP || field->type == FIELD_OBJECT_MAP ||
		   field->type == FIELD_OBJECT;

	if (node->type == (map ? NODE_MAPPING : NODE_SEQUENCE))
		return true;
	wrong_type(binder, node, field->name, field_describe(field),
		   !map && node->type != NODE_SEQUENCE ? "start each item with '- '"
						       : NULL);
	return false;
}

static int bind_scalars(struct binder *binder, const struct schema_field *field,
			const struct node *node, struct any_list *list)
{
	const struct node **items;
	unsigned int n_more = 0;
	struct node *child;

	if (!is_collection(binder, field, node))
		return 0;
	list->node = node;
	list->n = list_limit(binder, field, node);
	items = arena_array(binder->arena, list->n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	for (child = node->first;
	     child && items < (const struct node **)list->items + list->n;
	     child = child->next)
		*items++ = bind_item(binder, field, child) ? child : NULL;
	for (; child && n_more < MORE_ITEMS; child = child->next, n_more++)
		(void)bind_item(binder, field, child); /* for its errors */
	return 0;
}

static int bind_object(struct binder *binder, const struct schema *schema,
		       const struct node *node, void *ret);

static int bind_objects(struct binder *binder, const struct schema_field *field,
			const struct node *node, struct any_list *list)
{
	struct node *child;
	uint32_t i = 0;
	void *ret;
	int r = 0;

	if (!is_collection(binder, field, node))
		return 0;
	list->node = node;
	list->n = list_limit(binder, field, node);
	list->items = arena_array(binder->arena, list->n, field->schema->size);
	if (!list->items)
		return -ENOMEM;
	for (child = node->first; child && i < list->n + MORE_ITEMS && r >= 0;
	     child = child->next, i++) {
		ret = i < list->n ? (char *)list->items + i * field->schema->size
				  : arena_alloc(binder->arena, field->schema->size);
		if (!ret)
			return -ENOMEM;
		if (child->type != NODE_MAPPING)
			wrong_type(binder, child, field->schema->name, "a mapping", NULL);
		else
			r = bind_object(binder, field->schema, child, ret);
	}
	return r;
}

static int bind_one_object(struct binder *binder, const struct schema_field *field,
			   const struct node *node, void **ret)
{
	if (!is_collection(binder, field, node))
		return 0;
	*ret = arena_alloc(binder->arena, field->schema->size);
	if (!*ret)
		return -ENOMEM;
	return bind_object(binder, field->schema, node, *ret);
}

static int bind_field(struct binder *binder, const struct schema *schema,
		      const struct schema_field *field, struct node *node, void *member)
{
	bool good = true;

	switch ((enum field_type)field->type) {
	case FIELD_ANY:
		good = node->type != NODE_SCALAR || node->scalar != SCALAR_MISTAGGED;
		if (!good)
			(void)bind_text(binder, node, field->name);
		break;
	case FIELD_TEXT:
		good = bind_name(binder, field, node, field->name);
		break;
	case FIELD_WORD:
		good = bind_word(binder, schema, field, node);
		break;
	case FIELD_BOOL:
		good = bind_bool(binder, field, node);
		break;
	case FIELD_INTEGER:
		good = bind_integer(binder, field, node, false);
		break;
	case FIELD_OBJECT:
		return bind_one_object(binder, field, node, member);
	case FIELD_OBJECTS:
	case FIELD_OBJECT_MAP:
		return bind_objects(binder, field, node, member);
	default:
		return bind_scalars(binder, field, node, member);
	}
	if (good)
		*(const struct node **)member = node;
	return 0;
}

/* Exactly first; then as Go's decoder does, without case. */
static const struct schema_field *field_find(const struct schema *schema,
					     const char *name)
{
	size_t i;

	for (i = 0; i < schema->n_fields; i++)
		if (str_equal(schema->fields[i].name, name))
			return &schema->fields[i];
	for (i = 0; i < schema->n_fields; i++)
		if (strcasecmp(schema->fields[i].name, name) == 0)
			return &schema->fields[i];
	return NULL;
}

static void unknown_field(struct binder *binder, const struct schema *schema,
			  const struct node *node)
{
	const char *text = report_seek(binder->report, node->key->text);
	char hint[SUGGEST_BYTES];

	(void)report_error_key(binder->report, node, "unknown-field",
			       suggest_field(&hint, schema, text), "%s has no field " Q,
			       schema->name, node->key->text);
}

/* Written, but the same as not written. */
static bool is_idle(const struct node *node, bool map)
{
	if (node->type != NODE_SCALAR)
		return (map || node->type == NODE_SEQUENCE) && node->n == 0;
	if (node->scalar == SCALAR_BOOL)
		return strchr("nNfF", node->text[0]) ||
		       strcasecmp(node->text, "off") == 0;
	return node->n == 0 || node->scalar == SCALAR_NULL;
}

static int bind_known(struct binder *binder, const struct schema *schema,
		      const struct schema_field *field, struct node *node, void *member)
{
	bool quiet = field->flags & FIELD_UNSUPPORTED;
	int r;

	if ((field->flags & FIELD_NULLABLE) && node->type == NODE_SCALAR &&
	    node->scalar == SCALAR_NULL)
		return 0;
	if (field->flags & FIELD_REMOVED) {
		(void)report_error_key(binder->report, node, "removed", NULL,
				       "'%s' was removed from the language", field->name);
		return 0;
	}
	if (quiet && !is_idle(node, field->type == FIELD_OBJECT_MAP))
		report_unsupported_key(binder->report, node, "'%s' is not yet supported",
				       field->name);
	binder->report->quiet += quiet;
	r = bind_field(binder, schema, field, node, member);
	binder->report->quiet -= quiet;
	return r;
}

static int bind_object(struct binder *binder, const struct schema *schema,
		       const struct node *node, void *ret)
{
	const struct schema_field *field;
	uint64_t seen = 0, bit;
	struct node *child;
	size_t i;
	int r = 0;

	*(const struct node **)ret = node;
	node_for_each(child, node)
	{
		field = field_find(schema, child->key->text);
		if (!field) {
			unknown_field(binder, schema, child);
			continue;
		}
		bit = UINT64_C(1) << (field - schema->fields);
		if (seen & bit)
			(void)report_error_key(
				binder->report, child, "duplicate-key", NULL,
				"duplicate key '%s' (case is ignored)", field->name);
		else
			r = bind_known(binder, schema, field, child,
				       (char *)ret + field->offset);
		if (r < 0)
			return r;
		seen |= bit;
	}
	for (i = 0; i < schema->n_fields; i++)
		if ((schema->fields[i].flags & FIELD_REQUIRED) && !(seen >> i & 1))
			(void)report_missing(binder->report, node, schema->fields[i].name,
					     NULL, NULL);
	return 0;
}

int schema_bind(struct report *report, struct arena *arena, const struct schema *schema,
		const struct node *node, void *ret)
{
	struct binder binder = { .report = report, .arena = arena };

	return bind_object(&binder, schema, node, ret);
}
