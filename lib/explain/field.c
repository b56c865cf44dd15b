/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A field of the language: its place, type and limits from the tables that bind policies, the
 * rest from lib/manual/fields-*.c.
 */
#include <ctype.h>
#include <strings.h>

#include "lib/base/opts.h"
#include "lib/base/strbuf.h"
#include "lib/document/language.h"
#include "lib/explain/explanation.h"
#include "lib/manual/fields.h"

/* The language is not as deep. */
#define MAX_DEPTH  16u
#define MAX_NAMES  16u
#define NAME_BYTES 64u

#define KERNEL_ANY "any that the library supports: Linux 5.10 and later with BTF"

struct tetra_field {
	struct arena *arena;
	struct tetra_field_text text;
};

/* A path as it was asked for: the names in it. */
struct question {
	char names[MAX_NAMES][NAME_BYTES];
	uint32_t n;
};

/* Fields from the root on. */
struct place {
	const struct schema *of[MAX_DEPTH]; /* that has the field */
	const struct schema_field *fields[MAX_DEPTH];
	uint32_t n;
};

struct search {
	const struct question *question;
	struct place at, best;
	uint32_t best_rank;
};

static bool question_add(struct question *ret, const char *name, size_t len)
{
	if (ret->n == MAX_NAMES || len >= NAME_BYTES)
		return false;
	memcpy(ret->names[ret->n], name, len);
	ret->names[ret->n++][len] = '\0';
	return true;
}

/* "spec.kprobes[0].call" without its indices; false: it is not a path. */
static bool question_read(const char *path, struct question *ret)
{
	bool is_root = !*path;

	*ret = (struct question){};
	while (*path) {
		size_t len = strcspn(path, ".[");

		if (len && !question_add(ret, path, len))
			return false;
		path += len;
		if (*path == '[')
			path += strcspn(path, "]");
		if (*path)
			path++;
	}
	return is_root || ret->n;
}

static const struct field_row *row_of(const struct place *place, uint32_t i)
{
	return field_row(place->of[i]->name, place->fields[i]->name);
}

static bool is_later(const struct place *place)
{
	for (uint32_t i = 0; i < place->n; i++) {
		const struct field_row *row = row_of(place, i);

		if (place->fields[i]->flags & FIELD_UNSUPPORTED || (row && row->later))
			return true;
	}
	return false;
}

static bool is_meant(const struct search *search)
{
	const struct question *question = search->question;
	uint32_t first;

	if (!question->n || search->at.n < question->n)
		return false;
	first = search->at.n - question->n;
	for (uint32_t i = 0; i < question->n; i++)
		if (strcasecmp(question->names[i], search->at.fields[first + i]->name) !=
		    0)
			return false;
	return true;
}

/* What is supported first, then what has fewer names before it. */
static uint32_t rank_of(const struct search *search)
{
	return search->at.n + (is_later(&search->at) ? MAX_DEPTH : 0);
}

static void search_schema(struct search *search, const struct schema *schema)
{
	struct place *at = &search->at;

	if (at->n == MAX_DEPTH)
		return;
	at->n++;
	for (size_t i = 0; i < schema->n_fields; i++) {
		at->of[at->n - 1] = schema;
		at->fields[at->n - 1] = &schema->fields[i];
		if (is_meant(search) && rank_of(search) < search->best_rank) {
			search->best = *at;
			search->best_rank = rank_of(search);
		}
		if (schema->fields[i].schema)
			search_schema(search, schema->fields[i].schema);
	}
	at->n--;
}

/* What is said of a field */

static const char *type_text(const struct schema_field *field)
{
	static const char *const types[] = {
		[FIELD_ANY] = "anything",
		[FIELD_TEXT] = "text",
		[FIELD_WORD] = "one of the words",
		[FIELD_BOOL] = "true or false",
		[FIELD_INTEGER] = "integer",
		[FIELD_TEXTS] = "list of texts",
		[FIELD_INTEGERS] = "list of integers",
		[FIELD_NUMERALS] = "list of integers, which may be quoted",
		[FIELD_VALUES] = "list of texts and integers",
		[FIELD_TEXT_MAP] = "mapping of texts",
		[FIELD_OBJECT] = "object",
		[FIELD_OBJECTS] = "list of objects",
		[FIELD_OBJECT_MAP] = "mapping of objects",
	};

	return types[field->type];
}

static bool is_list(const struct schema_field *field)
{
	return field->type >= FIELD_TEXTS && field->type <= FIELD_VALUES
		       ? true
		       : field->type == FIELD_OBJECTS;
}

static const char *path_text(struct arena *arena, const struct place *place)
{
	struct strbuf path = {};
	const char *kept;

	for (uint32_t i = 0; i < place->n; i++)
		strbuf_format(&path, "%s%s%s", i ? "." : "", place->fields[i]->name,
			      is_list(place->fields[i]) ? "[]" : "");
	kept = path.failed ? NULL : arena_text(arena, strbuf_get(&path), path.len);
	strbuf_done(&path);
	return kept;
}

static const char *status_text(const struct place *place)
{
	const struct schema_field *field = place->fields[place->n - 1];

	if (field->flags & FIELD_REMOVED)
		return "removed";
	if (is_later(place))
		return "not yet supported";
	if (field->type != FIELD_ANY)
		return "supported";
	return str_equal(place->of[place->n - 1]->name, "metadata") ? "ignored"
								    : "rejected";
}

static bool word_is_later(const struct words *words, size_t i)
{
	const char *row = (const char *)words->rows + i * words->stride;

	if (words == &argument_types) {
		uint32_t kind = ((const struct type_row *)(const void *)row)->kind;

		return kind && kind_row(kind)->support == TETRA_KIND_NOT_YET;
	}
	if (words == &actions || words == &sock_actions)
		return !action_row(((const struct action_word *)(const void *)row)->kind)
				->supported;
	if (words == &operators)
		return !operator_row(
				((const struct operator_word *)(const void *)row)->op)
				->supported;
	return false;
}

/* The row's text, and which words are not supported. */
static const char *meaning_text(struct arena *arena, const struct field_row *row,
				const struct schema_field *field)
{
	struct strbuf text = {};
	const char *kept, *separator = " Not yet supported: ";

	strbuf_puts(&text, row->text);
	for (size_t i = 0; field->words && i < field->words->n; i++) {
		if (!word_is_later(field->words, i))
			continue;
		strbuf_format(&text, "%s%s", separator, word_name(field->words, i));
		separator = ", ";
	}
	if (separator[0] == ',')
		strbuf_putc(&text, '.');
	kept = text.failed ? NULL : arena_text(arena, strbuf_get(&text), text.len);
	strbuf_done(&text);
	return kept;
}

static int words_put(struct arena *arena, const struct words *words,
		     struct tetra_field_text *ret)
{
	const char **names = arena_array(arena, words ? words->n + 1 : 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; words && i < words->n; i++)
		names[i] = word_name(words, i);
	ret->words = names;
	ret->n_words = words ? (uint32_t)words->n : 0;
	return 0;
}

static int fields_put(struct arena *arena, const struct schema *schema,
		      struct tetra_field_text *ret)
{
	const char **names =
		arena_array(arena, schema ? schema->n_fields + 1 : 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; schema && i < schema->n_fields; i++)
		names[i] = schema->fields[i].name;
	ret->fields = names;
	ret->n_fields = schema ? (uint32_t)schema->n_fields : 0;
	return 0;
}

static bool has_range(const struct schema_field *field)
{
	return field->type == FIELD_INTEGER || field->type == FIELD_INTEGERS ||
	       field->type == FIELD_NUMERALS;
}

static int field_fill(struct arena *arena, const struct place *place,
		      struct tetra_field_text *ret)
{
	const struct schema_field *field = place->fields[place->n - 1];
	const struct field_row *row = row_of(place, place->n - 1);
	int r;

	/* The test of fields finds every one that has none. */
	if (!row)
		return -ENOENT;
	*ret = (struct tetra_field_text){
		.size = sizeof(*ret),
		.is_required = field->flags & FIELD_REQUIRED,
		.has_range = has_range(field),
		.max_items = field->max_items,
		.minimum = has_range(field) ? field->min : 0,
		.maximum = has_range(field) ? field->max : 0,
		.path = path_text(arena, place),
		.type = type_text(field),
		.status = status_text(place),
		.text = meaning_text(arena, row, field),
		.default_text = field->flags & FIELD_REQUIRED ? NULL : row->without,
		.kernel = row->kernel ? row->kernel : KERNEL_ANY,
		.tetragon = row->tetragon,
	};
	r = words_put(arena, field->words, ret);
	if (r >= 0)
		r = fields_put(arena, field->schema, ret);
	return r < 0 ? r : ret->path && ret->text ? 0 : -ENOMEM;
}

static int root_fill(struct arena *arena, struct tetra_field_text *ret)
{
	*ret = (struct tetra_field_text){
		.size = sizeof(*ret),
		.is_required = 1,
		.path = "",
		.type = "object",
		.status = "supported",
		.text = "A policy: YAML or JSON, one document.",
		.kernel = KERNEL_ANY,
	};
	return MIN(words_put(arena, NULL, ret), fields_put(arena, &language_policy, ret));
}

int tetra_field_find(struct tetra_field **ret, const char *path)
{
	struct search search = { .best_rank = UINT32_MAX };
	struct question question;
	struct tetra_field *field;
	int r;

	if (!ret || !path)
		return -EINVAL;
	if (!question_read(path, &question))
		return -ENOENT;
	search.question = &question;
	search_schema(&search, &language_policy);
	if (question.n && !search.best.n)
		return -ENOENT;
	field = calloc(1, sizeof(*field));
	if (!field)
		return -ENOMEM;
	r = arena_new(&field->arena);
	if (r >= 0)
		r = question.n ? field_fill(field->arena, &search.best, &field->text)
			       : root_fill(field->arena, &field->text);
	if (r < 0) {
		tetra_field_free(field);
		return r;
	}
	*ret = field;
	return 0;
}

struct tetra_field *tetra_field_free(struct tetra_field *field)
{
	if (!field)
		return NULL;
	arena_free(field->arena);
	free(field);
	return NULL;
}

int tetra_field_get(const struct tetra_field *field, struct tetra_field_text *ret)
{
	if (!field || !opts_can_fill(ret))
		return -EINVAL;
	return opts_fill(ret, &field->text, sizeof(field->text));
}
