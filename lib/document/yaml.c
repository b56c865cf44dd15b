/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libyaml's events, one at a time, into nodes. The builder is a stack of open collections
 * (the parent chain of .open); an alias copies the subtree of its anchor, so that the nodes of
 * an alias bomb are counted like any others and stop at the same limit.
 *
 * libyaml's own marks: lines and columns from 0, columns in characters.
 */
#include "lib/document/yaml.h"

#include <yaml.h>

#include "lib/base/utf8.h"
#include "lib/document/number.h"
#include "lib/document/report.h"
#include "tetra/policy.h"

/* A mapping with more keys than this uses a hash to find duplicates. */
#define SMALL_MAPPING 16u
/* Comparisons that merge keys may cost: some hundredths of a second. */
#define MERGE_MAX_STEPS 10000000u

struct anchor {
	const char *name;
	struct node *node;
};

struct builder {
	struct arena *arena;
	struct report *report;
	const char *text; /* whole, without a byte order mark */
	size_t len;
	struct node *root, *open;
	struct node *key; /* of the open mapping, waiting for its value */
	struct anchor *anchors;
	unsigned int n_anchors, n_nodes, depth, n_documents;
	uint64_t merge_steps;
	bool stop;
};

static struct mark mark_of(yaml_mark_t mark)
{
	return (struct mark){ (uint32_t)mark.line + 1, (uint32_t)mark.column + 1 };
}

static int too_much(struct builder *builder, struct mark mark, const char *what,
		    unsigned int limit)
{
	(void)report_at(builder->report, mark, "resource-limit", NULL,
			"the document has more than %u %s", limit, what);
	return -E2BIG;
}

static int node_new(struct node **ret, struct builder *builder, enum node_type type,
		    struct mark mark)
{
	struct node *node;

	if (builder->n_nodes++ >= YAML_MAX_NODES)
		return too_much(builder, mark, "nodes, aliases expanded,",
				YAML_MAX_NODES);
	node = arena_alloc(builder->arena, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->type = type;
	node->mark = mark;
	*ret = node;
	return 0;
}

static void node_append(struct node *parent, struct node *child, struct node *key)
{
	child->parent = parent;
	child->key = key;
	child->next = NULL;
	child->index = parent->n++;
	if (key)
		key->parent = parent;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

struct node *node_get(const struct node *mapping, const char *key)
{
	struct node *child;

	node_for_each(child, mapping) if (child->key &&
					  str_equal(child->key->text, key)) return child;
	return NULL;
}

static bool key_equal(const struct node *a, const struct node *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* Adds or completes: a key waits for its value, a value takes its key. */
static int builder_add(struct builder *builder, struct node *node)
{
	struct node *parent = builder->open;

	if (!parent) {
		builder->root = node;
		return 0;
	}
	if (parent->type == NODE_SEQUENCE) {
		node_append(parent, node, NULL);
		return 0;
	}
	if (builder->key) {
		node_append(parent, node, builder->key);
		builder->key = NULL;
		return 0;
	}
	if (node->type != NODE_SCALAR)
		return report_at(builder->report, node->mark, "yaml-syntax", NULL,
				 "a key must be a single word, not a collection");
	if (node->scalar == SCALAR_MISTAGGED)
		return report_at(builder->report, node->mark, "yaml-syntax", NULL,
				 "the tag of this key does not fit its text");
	builder->key = node;
	return 0;
}

static int anchor_add(struct builder *builder, const yaml_char_t *name, struct node *node)
{
	struct anchor *anchor;

	if (!name)
		return 0;
	if (builder->n_anchors >= YAML_MAX_ANCHORS)
		return too_much(builder, node->mark, "anchors", YAML_MAX_ANCHORS);
	if (!builder->anchors)
		builder->anchors = arena_array(builder->arena, YAML_MAX_ANCHORS,
					       sizeof(*builder->anchors));
	if (!builder->anchors)
		return -ENOMEM;
	anchor = &builder->anchors[builder->n_anchors];
	anchor->name = arena_text(builder->arena, (const char *)name,
				  strlen((const char *)name));
	if (!anchor->name)
		return -ENOMEM;
	anchor->node = node;
	builder->n_anchors++;
	return 0;
}

/* The latest anchor of that name counts. */
static struct node *anchor_find(struct builder *builder, const char *name)
{
	unsigned int i;

	for (i = builder->n_anchors; i > 0; i--)
		if (str_equal(builder->anchors[i - 1].name, name))
			return builder->anchors[i - 1].node;
	return NULL;
}

static int node_copy(struct node **ret, struct builder *builder, const struct node *from,
		     unsigned int depth)
{
	struct node *node, *child, *copy, *key = NULL;
	int r;

	if (depth > YAML_MAX_DEPTH)
		return too_much(builder, from->mark, "levels", YAML_MAX_DEPTH);
	r = node_new(&node, builder, from->type, from->mark);
	if (r < 0)
		return r;
	node->scalar = from->scalar;
	node->plain = from->plain;
	if (from->type == NODE_SCALAR) {
		node->text = from->text;
		node->n = from->n;
		*ret = node;
		return 0;
	}
	node_for_each(child, from)
	{
		if (child->key)
			r = node_copy(&key, builder, child->key, depth);
		if (r >= 0)
			r = node_copy(&copy, builder, child, depth + 1);
		if (r < 0)
			return r;
		node_append(node, copy, key);
	}
	*ret = node;
	return 0;
}

static bool is_open(const struct builder *builder, const struct node *node)
{
	const struct node *open;

	for (open = builder->open; open; open = open->parent)
		if (open == node)
			return true;
	return false;
}

static int builder_alias(struct builder *builder, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct mark mark = mark_of(event->start_mark);
	struct node *target = anchor_find(builder, name), *copy;
	int r;

	if (!target)
		return report_at(builder->report, mark, "yaml-syntax", NULL,
				 "no anchor '&%.80s' before this alias", name);
	if (is_open(builder, target))
		return report_at(builder->report, mark, "yaml-syntax", NULL,
				 "the value of '&%.80s' contains itself", name);
	r = node_copy(&copy, builder, target, builder->depth + 1);
	if (r < 0)
		return r;
	return builder_add(builder, copy);
}

/*
 * Scalars of YAML 1.1 as Go's reader sees them: its words for booleans, no base 60.
 */
static bool word_in(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (str_equal(text, *words))
			return true;
	return false;
}

static const char *const words_true[] = { "y",	  "Y",	  "yes", "Yes", "YES", "true",
					  "True", "TRUE", "on",	 "On",	"ON",  NULL };
static const char *const words_false[] = { "n",	    "N",     "no",  "No",  "NO",  "false",
					   "False", "FALSE", "off", "Off", "OFF", NULL };
static const char *const words_null[] = { "", "~", "null", "Null", "NULL", NULL };

static int integer_parse(const char *text, int64_t *ret)
{
	struct number number;
	uint64_t value;
	int r;

	r = number_parse(text, &number);
	if (r >= 0)
		r = number_fit(&number, 64, true, &value);
	if (r >= 0)
		*ret = (int64_t)value;
	return r;
}

int node_integer(const struct node *node, int64_t *ret)
{
	if (node->type != NODE_SCALAR || node->scalar != SCALAR_INT)
		return -EINVAL;
	return integer_parse(node->text, ret);
}

static bool is_float(const char *text)
{
	char *end;

	if (str_equal(text, ".inf") || str_equal(text, "-.inf") ||
	    str_equal(text, ".nan"))
		return true;
	if (strspn(text, "0123456789.eE+-") != strlen(text) ||
	    !strpbrk(text, "0123456789"))
		return false;
	(void)strtod(text, &end);
	return !*end;
}

static enum scalar_type scalar_resolve(const char *text)
{
	int64_t number;

	if (word_in(text, words_null))
		return SCALAR_NULL;
	if (word_in(text, words_true) || word_in(text, words_false))
		return SCALAR_BOOL;
	if (integer_parse(text, &number) != -EINVAL)
		return SCALAR_INT;
	return is_float(text) ? SCALAR_FLOAT : SCALAR_TEXT;
}

static const struct {
	const char *tag;
	enum scalar_type type;
} scalar_tags[] = {
	{ "!", SCALAR_TEXT },
	{ YAML_STR_TAG, SCALAR_TEXT },
	{ YAML_INT_TAG, SCALAR_INT },
	{ YAML_BOOL_TAG, SCALAR_BOOL },
	{ YAML_FLOAT_TAG, SCALAR_FLOAT },
	{ YAML_NULL_TAG, SCALAR_NULL },
};

/* An integer is a number with a fraction as well; everything is a text. */
static enum scalar_type scalar_tagged(enum scalar_type tag, const char *text)
{
	enum scalar_type type = scalar_resolve(text);

	if (tag == SCALAR_TEXT || tag == type ||
	    (tag == SCALAR_FLOAT && type == SCALAR_INT))
		return tag;
	return SCALAR_MISTAGGED;
}

/* Explicit tags of YAML's own types; a plain scalar is resolved, others are text. */
static int scalar_type(struct builder *builder, struct node *node,
		       const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	size_t i;

	node->plain = !tag && plain;
	node->scalar = node->plain ? scalar_resolve(node->text) : SCALAR_TEXT;
	if (!tag)
		return 0;
	for (i = 0; i < ARRAY_SIZE(scalar_tags); i++) {
		if (!str_equal(scalar_tags[i].tag, tag))
			continue;
		node->scalar = scalar_tagged(scalar_tags[i].type, node->text);
		return 0;
	}
	return report_at(builder->report, node->mark, "yaml-syntax", NULL,
			 "the tag '%.80s' has no meaning in a policy", tag);
}

static int builder_scalar(struct builder *builder, const yaml_event_t *event)
{
	struct node *node;
	int r;

	r = node_new(&node, builder, NODE_SCALAR, mark_of(event->start_mark));
	if (r < 0)
		return r;
	node->text = arena_text(builder->arena, (const char *)event->data.scalar.value,
				event->data.scalar.length);
	if (!node->text)
		return -ENOMEM;
	node->n = (uint32_t)event->data.scalar.length;
	r = scalar_type(builder, node, event);
	if (r >= 0)
		r = anchor_add(builder, event->data.scalar.anchor, node);
	return r < 0 ? r : builder_add(builder, node);
}

static int collection_tag(struct builder *builder, const yaml_event_t *event,
			  enum node_type type)
{
	const char *tag =
		(const char *)(type == NODE_SEQUENCE ? event->data.sequence_start.tag
						     : event->data.mapping_start.tag);

	if (!tag || str_equal(tag, "!") ||
	    str_equal(tag, type == NODE_SEQUENCE ? YAML_SEQ_TAG : YAML_MAP_TAG))
		return 0;
	return report_at(builder->report, mark_of(event->start_mark), "yaml-syntax", NULL,
			 "the tag '%.80s' has no meaning in a policy", tag);
}

static int builder_open(struct builder *builder, const yaml_event_t *event,
			enum node_type type, const yaml_char_t *anchor)
{
	struct mark mark = mark_of(event->start_mark);
	struct node *node;
	int r;

	if (++builder->depth > YAML_MAX_DEPTH)
		return too_much(builder, mark, "levels", YAML_MAX_DEPTH);
	r = collection_tag(builder, event, type);
	if (r >= 0)
		r = node_new(&node, builder, type, mark);
	if (r >= 0)
		r = anchor_add(builder, anchor, node);
	if (r >= 0)
		r = builder_add(builder, node);
	if (r < 0)
		return r;
	/* The root of a mapping key was rejected above: every open node has its parent. */
	builder->open = node;
	return 0;
}

static void duplicate(struct builder *builder, struct node *child,
		      const struct node *first)
{
	(void)report_error_key(builder->report, child, "duplicate-key", NULL,
			       "duplicate key " Q ", first in line %u", child->key->text,
			       first->key->mark.line);
}

static uint32_t key_hash(const struct node *key)
{
	uint32_t hash = 2166136261u, i;

	for (i = 0; i < key->n; i++)
		hash = (hash ^ (unsigned char)key->text[i]) * 16777619u;
	return hash;
}

/* Unlinks every child whose key came before; "<<" may occur several times. */
static int keys_unique(struct builder *builder, struct node *mapping)
{
	struct node **slots = NULL, *child, *last = NULL, *other;
	uint32_t mask = 0, at;

	if (mapping->n > SMALL_MAPPING) {
		for (mask = 64; mask < mapping->n * 2; mask *= 2)
			;
		slots = calloc(mask--, sizeof(*slots));
		if (!slots)
			return -ENOMEM;
	}
	node_for_each(child, mapping)
	{
		other = NULL;
		if (slots) {
			at = key_hash(child->key) & mask;
			while (slots[at] && !key_equal(slots[at]->key, child->key))
				at = (at + 1) & mask;
			other = slots[at];
			slots[at] = other ? other : child;
		} else {
			for (other = mapping->first; other != child; other = other->next)
				if (key_equal(other->key, child->key))
					break;
			other = other == child ? NULL : other;
		}
		if (!other) {
			last = child;
			continue;
		}
		duplicate(builder, child, other);
		last->next = child->next;
		mapping->n--;
	}
	mapping->last = last;
	free(slots);
	return 0;
}

static bool is_merge(const struct node *child)
{
	return child->key->plain && str_equal(child->key->text, "<<");
}

/* The value of '<<' is a separate copy: its children can be moved. */
static int merge_mapping(struct builder *builder, struct node *mapping, struct node *from)
{
	struct node *child, *next;

	if (from->type != NODE_MAPPING)
		return report_at(builder->report, from->mark, "yaml-syntax", NULL,
				 "'<<' takes a mapping or a list of mappings");
	builder->merge_steps += (uint64_t)from->n * (mapping->n + 1);
	if (builder->merge_steps > MERGE_MAX_STEPS)
		return too_much(builder, from->mark, "comparisons of merged keys",
				MERGE_MAX_STEPS);
	for (child = from->first; child; child = next) {
		next = child->next;
		if (!node_get(mapping, child->key->text))
			node_append(mapping, child, child->key);
	}
	return 0;
}

/* Removes "<<" from the mapping. */
static struct node *merge_take(struct node *mapping)
{
	struct node *child, *before = NULL;

	for (child = mapping->first; child && !is_merge(child); child = child->next)
		before = child;
	if (!child)
		return NULL;
	if (before)
		before->next = child->next;
	else
		mapping->first = child->next;
	if (mapping->last == child)
		mapping->last = before;
	mapping->n--;
	return child;
}

/* Own keys win over merged ones, earlier merged ones over later. */
static int merge_keys(struct builder *builder, struct node *mapping)
{
	struct node *merge = merge_take(mapping), *item;
	int r = 0;

	if (!merge)
		return 0;
	if (merge->type != NODE_SEQUENCE)
		return merge_mapping(builder, mapping, merge);
	node_for_each(item, merge) if (r >= 0) r = merge_mapping(builder, mapping, item);
	return r;
}

static int builder_close(struct builder *builder)
{
	struct node *node = builder->open;
	int r = 0;

	if (node->type == NODE_MAPPING)
		r = keys_unique(builder, node);
	if (r >= 0 && node->type == NODE_MAPPING)
		r = merge_keys(builder, node);
	builder->open = node->parent;
	builder->depth--;
	return r;
}

/* The first document is still read; a marker with nothing after it is not a second one. */
static int second_document(struct builder *builder, const yaml_event_t *event)
{
	if (event->type == YAML_SCALAR_EVENT && !event->data.scalar.length)
		return 0;
	builder->stop = true;
	return report_at(builder->report, mark_of(event->start_mark),
			 "multiple-documents", "one file holds one policy: split it",
			 "a second document begins here");
}

static bool is_content(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT || event->type == YAML_ALIAS_EVENT ||
	       event->type == YAML_SEQUENCE_START_EVENT ||
	       event->type == YAML_MAPPING_START_EVENT;
}

static int builder_event(struct builder *builder, const yaml_event_t *event)
{
	if (builder->n_documents > 1 && is_content(event))
		return second_document(builder, event);
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		builder->n_documents++;
		return 0;
	case YAML_SCALAR_EVENT:
		return builder_scalar(builder, event);
	case YAML_ALIAS_EVENT:
		return builder_alias(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		return builder_open(builder, event, NODE_SEQUENCE,
				    event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return builder_open(builder, event, NODE_MAPPING,
				    event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return builder_close(builder);
	default:
		return 0;
	}
}

/* The parser stopped in white space before the first word of a line: where is the tab? */
static bool is_tab_indent(const struct builder *builder, struct mark *mark)
{
	const char *at = builder->text, *end = at + builder->len;
	uint32_t line = 1, column;
	size_t n;

	for (; at < end && line < mark->line; at += MAX(n, (size_t)1)) {
		n = utf8_break(at, (size_t)(end - at));
		line += n > 0;
	}
	for (column = 1; at < end && *at == ' '; at++)
		column++;
	if (at == end || *at != '\t')
		return false;
	mark->column = column;
	return true;
}

static int syntax_error(struct builder *builder, const yaml_parser_t *parser)
{
	struct mark mark = mark_of(parser->problem_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (is_tab_indent(builder, &mark))
		return report_at(builder->report, mark, "yaml-syntax",
				 "indent with spaces",
				 "a tab cannot be used for indentation");
	/* The end of the text does not show where an unclosed quote began. */
	if (parser->context &&
	    str_equal(parser->problem, "found unexpected end of stream"))
		mark = mark_of(parser->context_mark);
	if (parser->context)
		return report_at(builder->report, mark, "yaml-syntax", NULL,
				 "%s (%s that starts in line %u)",
				 parser->problem ? parser->problem : "not YAML",
				 parser->context, mark_of(parser->context_mark).line);
	return report_at(builder->report, mark, "yaml-syntax", NULL, "%s",
			 parser->problem ? parser->problem : "not YAML");
}

static int builder_run(struct builder *builder, yaml_parser_t *parser)
{
	yaml_event_type_t type;
	yaml_event_t event;
	int r;

	do {
		if (!yaml_parser_parse(parser, &event))
			return syntax_error(builder, parser);
		type = event.type;
		r = builder_event(builder, &event);
		yaml_event_delete(&event);
		if (builder->stop)
			return 0;
		if (r < 0)
			return r;
	} while (type != YAML_STREAM_END_EVENT);
	return 0;
}

/* Lines are counted as libyaml does. */
static int encoding_check(struct report *report, const char *text, size_t len)
{
	struct mark mark = { 1, 1 };
	size_t i, n;
	uint32_t c;

	for (i = utf8_bom(text, len); i < len; i += n) {
		n = utf8_decode(text + i, len - i, &c);
		if (!n)
			return report_at(
				report, mark, "encoding", "save the file as UTF-8",
				"byte 0x%02x is not UTF-8", (unsigned char)text[i]);
		if (!utf8_is_yaml(c))
			return report_at(report, mark, "encoding",
					 "write it as an escape in double quotes",
					 "control character U+%04X", c);
		mark.column++;
		n = MAX(n, utf8_break(text + i, len - i));
		if (utf8_break(text + i, len - i))
			mark = (struct mark){ mark.line + 1, 1 };
	}
	return 0;
}

static bool is_empty(const struct node *root)
{
	return !root || (root->type == NODE_SCALAR && root->scalar == SCALAR_NULL);
}

int yaml_parse(struct node **ret, struct arena *arena, const char *text, size_t len,
	       struct report *report)
{
	struct builder builder = { .arena = arena, .report = report };
	size_t bom = utf8_bom(text, len);
	yaml_parser_t parser;
	int r;

	if (len > TETRA_POLICY_MAX_BYTES) {
		(void)report_at(report, (struct mark){ 1, 1 }, "resource-limit", NULL,
				"the text has %zu bytes, more than %u", len,
				TETRA_POLICY_MAX_BYTES);
		return -E2BIG;
	}
	r = encoding_check(report, text, len);
	if (r < 0)
		return r;
	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	text += bom;
	builder.text = text;
	builder.len = len - bom;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len - bom);
	r = builder_run(&builder, &parser);
	yaml_parser_delete(&parser);
	if (r < 0)
		return r;
	if (is_empty(builder.root))
		return report_at(report, (struct mark){ 1, 1 }, "empty-document", NULL,
				 "there is no policy in this file");
	*ret = builder.root;
	return 0;
}

bool node_equal(const struct node *a, const struct node *b)
{
	const struct node *x, *y;

	if (a->type != b->type || a->n != b->n)
		return false;
	if (a->type == NODE_SCALAR)
		return key_equal(a, b);
	if (a->type == NODE_MAPPING) {
		node_for_each(x, a)
		{
			y = node_get(b, x->key->text);
			if (!y || !node_equal(x, y))
				return false;
		}
		return true;
	}
	for (x = a->first, y = b->first; x && y; x = x->next, y = y->next)
		if (!node_equal(x, y))
			return false;
	return true;
}
