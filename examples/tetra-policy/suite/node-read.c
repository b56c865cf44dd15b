/* SPDX-License-Identifier: Apache-2.0 */
/* YAML becomes nodes. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "common/guard.h"
#include "suite/node.h"
#include "suite/report.h"

/* Aliases make a tree larger than its text; a suite is never so deep or large. */
#define MAX_DEPTH 64u
#define MAX_NODES 200000u
#define MAX_BYTES (16u << 20)

struct reader {
	struct arena *arena;
	struct report *report;
	yaml_document_t document;
	const struct node *
		*seen; /* by number of the document's node; each is made once */
	size_t *sizes; /* of those: nodes, as if no alias shared any */
	size_t n;      /* of the whole tree so far */
	unsigned int depth;
	int is_broken;
	char open[4], close[4]; /* brackets of indices, hidden from the parser */
};

static const struct node *convert(struct reader *reader, int number);

static int compare_keys(const void *a, const void *b)
{
	const struct node *one = *(const struct node *const *)a;
	const struct node *other = *(const struct node *const *)b;
	int r = strcmp(one->text, other->text);

	if (r == 0)
		r = one->line < other->line ? -1 : one->line > other->line;
	return r ? r : one->column < other->column ? -1 : one->column > other->column;
}

/* Of equal keys, all but the first are reported. */
static void keys_check(struct reader *reader, const struct node *map)
{
	const struct node **sorted =
		arena_new(reader->arena, (map->n + 1) * sizeof(*sorted));
	size_t i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->keys[i]->kind == NODE_SCALAR)
			sorted[n++] = map->keys[i];
		else
			report_add(reader->report, map->keys[i], "write a name",
				   "a key must be a text");
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (i = 1; i < n; i++)
		if (strcmp(sorted[i]->text, sorted[i - 1]->text) == 0)
			report_add(reader->report, sorted[i], "remove one of them",
				   "duplicate key '%s'", sorted[i]->text);
}

static void convert_map(struct reader *reader, const yaml_node_t *yaml, struct node *ret)
{
	const yaml_node_pair_t *pair = yaml->data.mapping.pairs.start;

	for (; pair < yaml->data.mapping.pairs.top && !reader->is_broken; pair++) {
		const struct node *key = convert(reader, pair->key);
		const struct node *item = key ? convert(reader, pair->value) : NULL;

		if (!item)
			return;
		node_add(reader->arena, ret, key, item);
	}
	keys_check(reader, ret);
}

static void convert_list(struct reader *reader, const yaml_node_t *yaml, struct node *ret)
{
	const yaml_node_item_t *at = yaml->data.sequence.items.start;

	for (; at < yaml->data.sequence.items.top && !reader->is_broken; at++) {
		const struct node *item = convert(reader, *at);

		if (item)
			node_add(reader->arena, ret, NULL, item);
	}
}

/*
 * YAML does not allow brackets in a flow mapping's words, and {decided-by: kprobes[0]} is how
 * suites are written: an index after a name is read as a part of it. For the parser each of its
 * brackets is a character of the private use area, so that columns stay what they are; one that
 * the text does not have, neither as it is nor by its number.
 */
#define PRIVATE_FIRST 0xe000u
#define PRIVATE_LAST  0xf8ffu
#define BRACKET	      3u /* bytes */

/* Return: the first such character from @from on, written to @ret; 0: none is left. */
static unsigned int unused_find(const char *text, unsigned int from, char ret[static 4])
{
	unsigned int at;
	char number[8];

	for (at = from; at <= PRIVATE_LAST; at++) {
		ret[0] = (char)(0xe0 | at >> 12);
		ret[1] = (char)(0x80 | (at >> 6 & 0x3f));
		ret[2] = (char)(0x80 | (at & 0x3f));
		ret[3] = '\0';
		snprintf(number, sizeof(number), "%04x", at);
		if (!strstr(text, ret) && !strcasestr(text, number))
			return at;
	}
	return 0;
}

static int brackets_choose(struct reader *reader, const char *text)
{
	struct node place = { .line = 1, .column = 1 };
	unsigned int at = unused_find(text, PRIVATE_FIRST, reader->open);

	if (at && unused_find(text, at + 1, reader->close))
		return 0;
	report_add(reader->report, &place, NULL,
		   "the file has all characters of the private use area");
	return -1;
}

static size_t index_bytes(const char *text, size_t at)
{
	size_t n = at && text[at] == '[' && isalnum((unsigned char)text[at - 1])
			   ? strspn(text + at + 1, "0123456789")
			   : 0;

	return n && text[at + 1 + n] == ']' ? n + 2 : 0;
}

static char *hide_indices(const struct reader *reader, const char *text, size_t len,
			  size_t *ret_len)
{
	char *ret = arena_new(reader->arena, len * BRACKET + 1), *to = ret;
	size_t at, n;

	for (at = 0; at < len; at++) {
		n = index_bytes(text, at);
		if (!n) {
			*to++ = text[at];
			continue;
		}
		to = mempcpy(to, reader->open, BRACKET);
		to = mempcpy(to, text + at + 1, n - 2);
		to = mempcpy(to, reader->close, BRACKET);
		at += n - 1;
	}
	*ret_len = (size_t)(to - ret);
	return ret;
}

static size_t show_indices(const struct reader *reader, char *text)
{
	char *from = text, *to = text;

	while (*from) {
		int is_open = strncmp(from, reader->open, BRACKET) == 0;
		int is_close = strncmp(from, reader->close, BRACKET) == 0;

		*to++ = is_open ? '[' : is_close ? ']' : *from;
		from += is_open || is_close ? BRACKET : 1;
	}
	*to = '\0';
	return (size_t)(to - text);
}

static void convert_scalar(struct reader *reader, const yaml_node_t *yaml,
			   struct node *ret)
{
	char *text = arena_copy(reader->arena, (const char *)yaml->data.scalar.value,
				yaml->data.scalar.length);

	ret->n = yaml->data.scalar.length;
	ret->text = text;
	ret->is_plain = yaml->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (strlen(ret->text) != ret->n)
		report_add(reader->report, ret, NULL, "a text must not contain NUL");
	ret->n = show_indices(reader, text);
}

/* What an alias repeats counts again: all who walk the tree meet it again. */
static int is_too_large(struct reader *reader, const struct node *place, size_t more)
{
	reader->n += more;
	if (reader->n <= MAX_NODES)
		return 0;
	report_add(reader->report, place, NULL, "the file has too many parts");
	reader->is_broken = 1;
	return 1;
}

static const struct node *convert(struct reader *reader, int number)
{
	const yaml_node_t *yaml = yaml_document_get_node(&reader->document, number);
	struct node place = { .line = (unsigned int)yaml->start_mark.line + 1,
			      .column = (unsigned int)yaml->start_mark.column + 1 };
	size_t before = reader->n;
	struct node *ret;

	if (is_too_large(reader, &place,
			 reader->seen[number] ? reader->sizes[number] : 1))
		return NULL;
	if (reader->seen[number])
		return reader->seen[number];
	if (++reader->depth > MAX_DEPTH) {
		report_add(reader->report, &place, NULL,
			   "more than %u levels deep, or a part of itself", MAX_DEPTH);
		reader->is_broken = 1;
		return NULL;
	}
	ret = node_new(reader->arena,
		       yaml->type == YAML_MAPPING_NODE	  ? NODE_MAP
		       : yaml->type == YAML_SEQUENCE_NODE ? NODE_LIST
							  : NODE_SCALAR,
		       &place);
	if (ret->kind == NODE_MAP)
		convert_map(reader, yaml, ret);
	else if (ret->kind == NODE_LIST)
		convert_list(reader, yaml, ret);
	else
		convert_scalar(reader, yaml, ret);
	reader->depth--;
	reader->seen[number] = ret;
	reader->sizes[number] = reader->n - before;
	return ret;
}

static const struct node *convert_all(struct reader *reader)
{
	const struct node *ret;
	size_t n = (size_t)(reader->document.nodes.top - reader->document.nodes.start);
	struct node place = { .line = 1, .column = 1 };

	if (!n) {
		report_add(reader->report, &place, NULL, "the file is empty");
		return NULL;
	}
	reader->seen = arena_new(reader->arena, (n + 1) * sizeof(*reader->seen));
	reader->sizes = arena_new(reader->arena, (n + 1) * sizeof(*reader->sizes));
	ret = convert(reader, 1);
	return reader->is_broken ? NULL : ret;
}

static const struct node *parse(struct reader *reader, yaml_parser_t *parser)
{
	const struct node *ret = NULL;
	struct node place;

	if (yaml_parser_load(parser, &reader->document)) {
		ret = convert_all(reader);
		yaml_document_delete(&reader->document);
		return ret;
	}
	place.line = (unsigned int)parser->problem_mark.line + 1;
	place.column = (unsigned int)parser->problem_mark.column + 1;
	report_add(reader->report, &place, NULL, "%s%s%s",
		   parser->problem ? parser->problem : "cannot be read",
		   parser->context ? ", " : "", parser->context ? parser->context : "");
	return NULL;
}

static int read_whole(const char *name, char **ret, size_t *ret_len)
{
	FILE *file = fopen(name, "re");
	char *text = NULL;
	int r = file ? 0 : -errno;

	if (!file)
		return r;
	text = malloc(MAX_BYTES + 1);
	*ret_len = text ? fread(text, 1, MAX_BYTES + 1, file) : 0;
	if (!text)
		r = -ENOMEM;
	else if (ferror(file))
		r = errno ? -errno : -EIO;
	else if (*ret_len > MAX_BYTES)
		r = -EFBIG;
	else
		text[*ret_len] = '\0';
	fclose(file);
	*ret = text;
	return r;
}

const struct node *node_read(struct arena *arena, struct report *report, const char *file)
{
	struct reader reader = { .arena = arena, .report = report };
	_cleanup_(freep) char *text = NULL;
	const struct node *ret = NULL;
	const char *hidden;
	yaml_parser_t parser;
	size_t len = 0;
	int r = read_whole(file, &text, &len);

	if (r < 0) {
		report_add(report, NULL, NULL, "%s", strerror(-r));
		return NULL;
	}
	report_source(report, arena_copy(arena, text, len));
	if (brackets_choose(&reader, text) < 0)
		return NULL;
	hidden = hide_indices(&reader, text, len, &len);
	if (!yaml_parser_initialize(&parser)) {
		report_add(report, NULL, NULL, "%s", strerror(ENOMEM));
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)hidden, len);
	ret = parse(&reader, &parser);
	yaml_parser_delete(&parser);
	return ret;
}
