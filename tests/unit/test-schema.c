/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/language.h"
#include "tests/unit/suite.h"
#include "tetra/policy.h"

/* A small schema with every kind of field. */
struct item {
	const struct node *node;
	doc_value number;
};

struct thing {
	const struct node *node;
	doc_value text, flag, number, colour, any;
	struct doc_values texts, integers, numerals, values, map;
	struct item *object;
	DOC_LIST(struct item) objects, object_map;
};

static const char *const colour_rows[] = { "red", "green" };
static const struct words colours = WORDS(colour_rows);
static const char *const removed_colours[] = { "blue", NULL };

static const struct schema_field item_fields[] = {
	{ .name = "number",
	  .type = FIELD_INTEGER,
	  .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct item, number),
	  .min = -5,
	  .max = 5 },
};
static const struct schema item_schema = {
	.name = "an item",
	.size = sizeof(struct item),
	.fields = item_fields,
	.n_fields = 1,
};

#define FIELD(text, kind, member, ...)                                                   \
	{                                                                                \
		.name = text, .type = kind, .offset = offsetof(struct thing, member),    \
		##__VA_ARGS__                                                            \
	}

static const struct schema_field thing_fields[] = {
	FIELD("text", FIELD_TEXT, text),
	FIELD("flag", FIELD_BOOL, flag),
	FIELD("number", FIELD_INTEGER, number, .min = 0, .max = 10),
	FIELD("colour", FIELD_WORD, colour, .words = &colours),
	FIELD("any", FIELD_ANY, any),
	FIELD("gone", FIELD_ANY, any, .flags = FIELD_REMOVED),
	FIELD("later", FIELD_BOOL, any, .flags = FIELD_UNSUPPORTED),
	FIELD("maybe", FIELD_OBJECT, object, .schema = &item_schema,
	      .flags = FIELD_NULLABLE),
	FIELD("texts", FIELD_TEXTS, texts, .max_items = 3),
	FIELD("integers", FIELD_INTEGERS, integers, .min = 0, .max = 10),
	FIELD("numerals", FIELD_NUMERALS, numerals, .min = 0, .max = 10),
	FIELD("values", FIELD_VALUES, values),
	FIELD("map", FIELD_TEXT_MAP, map),
	FIELD("objects", FIELD_OBJECTS, objects, .schema = &item_schema),
	FIELD("objectMap", FIELD_OBJECT_MAP, object_map, .schema = &item_schema),
};
static const struct schema thing_schema = {
	.name = "a thing",
	.size = sizeof(struct thing),
	.fields = thing_fields,
	.n_fields = ARRAY_SIZE(thing_fields),
	.removed = removed_colours,
};

static struct arena *arena;
static struct tetra_diag *diag;
static struct report report;
static struct thing thing;

static void setup(void)
{
	ck_assert_int_eq(arena_new(&arena), 0);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	report = (struct report){ .diag = diag, .file = "f" };
	thing = (struct thing){};
}

static void teardown(void)
{
	arena_free(arena);
	tetra_diag_free(diag);
}

static void bind(const char *text)
{
	struct node *root;

	ck_assert_int_eq(yaml_parse(&root, arena, text, strlen(text), &report), 0);
	ck_assert_int_eq(schema_bind(&report, arena, &thing_schema, root, &thing), 0);
}

/* The only finding. */
static void refused(const char *text, const char *code, uint32_t column, const char *path,
		    const char *hint)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	tetra_diag_clear(diag);
	report = (struct report){ .diag = diag, .file = "f" };
	thing = (struct thing){};
	bind(text);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.code, code);
	ck_assert_uint_eq(finding.column, column);
	ck_assert_str_eq(finding.path, path);
	if (hint)
		ck_assert_str_eq(finding.hint, hint);
	else
		ck_assert_ptr_null(finding.hint);
}

TEST(schema_binds_every_type)
{
	bind("{text: a, flag: on, number: 0x7, colour: green, texts: [a, b], integers: [1],\n"
	     "numerals: [1, '2'], values: [a, 1, 1.5], map: {k: v}, maybe: {number: -5},\n"
	     "objects: [{number: 1}, {number: 2}], objectMap: {x: {number: 3}}}");
	ck_assert_uint_eq(report.n_errors, 0);
	ck_assert_str_eq(thing.text->text, "a");
	ck_assert_int_eq(thing.flag->number, 1);
	ck_assert_int_eq(thing.number->number, 7);
	ck_assert_ptr_eq(thing.colour->word, &colour_rows[1]);
	ck_assert_uint_eq(thing.texts.n, 2);
	ck_assert_int_eq(thing.numerals.items[1]->number, 2);
	ck_assert_str_eq(thing.values.items[2]->text, "1.5");
	ck_assert_str_eq(thing.map.items[0]->key->text, "k");
	ck_assert_int_eq(thing.object->number->number, -5);
	ck_assert_int_eq(thing.objects.items[1].number->number, 2);
	ck_assert_str_eq(thing.object_map.items[0].node->key->text, "x");
}

TEST(schema_takes_what_is_at_a_limit)
{
	bind("{number: 10, integers: [0, 10], numerals: [10, '0'], texts: [a, b, c],\n"
	     "maybe: {number: 5}}");
	ck_assert_uint_eq(report.n_errors, 0);
	ck_assert_int_eq(thing.number->number, 10);
	ck_assert_int_eq(thing.integers.items[1]->number, 10);
	ck_assert_int_eq(thing.numerals.items[0]->number, 10);
	ck_assert_int_eq(thing.object->number->number, 5);
	ck_assert_uint_eq(thing.texts.n, 3);
	refused("number: -1", "out-of-range", 9, "number", NULL);
	refused("integers: [11]", "out-of-range", 12, "integers[0]", NULL);
	refused("numerals: [11]", "out-of-range", 12, "numerals[0]", NULL);
	refused("maybe: {number: 6}", "out-of-range", 17, "maybe.number", NULL);
	refused("maybe: {number: -6}", "out-of-range", 17, "maybe.number", NULL);
	refused("texts: [a, b, c, d]", "too-many", 18, "texts[3]", NULL);
}

TEST(schema_ignores_the_case_of_keys)
{
	bind("TEXT: a\nobjectmap: {}\n");
	ck_assert_uint_eq(report.n_errors, 0);
	ck_assert_str_eq(thing.text->text, "a");
	refused("text: a\nText: b\n", "duplicate-key", 1, "Text", NULL);
}

TEST(schema_names_the_nearest_key)
{
	refused("txet: a", "unknown-field", 1, "txet", "did you mean 'text'?");
	refused("{objectsMap: {}}", "unknown-field", 2, "objectsMap",
		"did you mean 'objectMap'?");
	refused("zzz: 1", "unknown-field", 1, "zzz", NULL);
	/* What is gone is no advice. */
	refused("gon: 1", "unknown-field", 1, "gon", NULL);
}

TEST(schema_refuses_wrong_types_at_the_value)
{
	refused("text: 1", "wrong-type", 7, "text", "write it in quotes");
	refused("text: [a]", "wrong-type", 1, "text", NULL);
	refused("text:", "wrong-type", 1, "text", NULL);
	refused("flag: 'true'", "wrong-type", 7, "flag", "write it without quotes");
	refused("number: '1'", "wrong-type", 9, "number", "write it without quotes");
	refused("number: 1.0", "wrong-type", 9, "number", NULL);
	refused("number: 11", "out-of-range", 9, "number", NULL);
	refused("number: 99999999999999999999", "out-of-range", 9, "number", NULL);
	refused("texts: a", "wrong-type", 8, "texts", "start each item with '- '");
	refused("texts: [a, 1]", "wrong-type", 12, "texts[1]", "write it in quotes");
	refused("numerals: [a]", "wrong-type", 12, "numerals[0]", NULL);
	refused("values: [true]", "wrong-type", 10, "values[0]", "write it in quotes");
	refused("map: []", "wrong-type", 1, "map", NULL);
	refused("objects: [a]", "wrong-type", 11, "objects[0]", NULL);
}

TEST(schema_refuses_unknown_and_removed_words)
{
	refused("colour: gren", "bad-enum", 9, "colour", "did you mean 'green'?");
	refused("colour: Red", "bad-enum", 9, "colour", "did you mean 'red'?");
	refused("colour: x", "bad-enum", 9, "colour", "write 'red' or 'green'");
	refused("colour: blue", "removed", 9, "colour", NULL);
	refused("gone: 1", "removed", 1, "gone", NULL);
}

TEST(schema_reports_missing_and_surplus)
{
	refused("maybe: {}", "missing-field", 8, "maybe.number", NULL);
	refused("objects: [{number: 1}, {}]", "missing-field", 24, "objects[1].number",
		NULL);
	refused("texts: [a, b, c, d, e]", "too-many", 18, "texts[3]", NULL);
	ck_assert_uint_eq(thing.texts.n, 3);
}

TEST(schema_leaves_out_what_is_wrong)
{
	bind("text: 1\ntexts: [a, 1, b]\nobjects: [x, {number: 1}]\nmaybe: null\n");
	ck_assert_ptr_null(thing.text);
	ck_assert_uint_eq(thing.texts.n, 3);
	ck_assert_ptr_null(thing.texts.items[1]);
	ck_assert_ptr_null(thing.objects.items[0].node);
	ck_assert_ptr_null(thing.object);
	ck_assert_uint_eq(report.n_errors, 3);
}

TEST(schema_tells_what_is_not_supported_unless_it_says_nothing)
{
	refused("later: true", "not-supported", 1, "later", NULL);
	ck_assert_uint_eq(report.n_errors, 0);
	ck_assert_uint_eq(report.n_unsupported, 1);
	tetra_diag_clear(diag);
	bind("later: off");
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 0);
}

TEST(schema_stops_showing_after_many_findings)
{
	static const struct {
		uint32_t n, notes;
	} rows[] = {
		{ REPORT_MAX_FINDINGS, 0 },
		{ REPORT_MAX_FINDINGS + 1, 1 },
		{ 1000, 1 },
	};
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf text = {};

		tetra_diag_clear(diag);
		report = (struct report){ .diag = diag, .file = "f" };
		for (k = 0; k < rows[i].n; k++)
			strbuf_format(&text, "k%u: 1\n", k);
		bind(strbuf_get(&text));
		ck_assert_uint_eq(report.n_errors, rows[i].n);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR),
				  REPORT_MAX_FINDINGS);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_NOTE),
				  rows[i].notes);
	}
}

static void check_schema(const struct schema *schema, unsigned int depth)
{
	size_t i;

	ck_assert_uint_lt(depth, YAML_MAX_DEPTH / 2);
	ck_assert_uint_le(schema->n_fields, 64);
	for (i = 0; i < schema->n_fields; i++) {
		const struct schema_field *field = &schema->fields[i];
		bool nested = field->type == FIELD_OBJECT ||
			      field->type == FIELD_OBJECTS ||
			      field->type == FIELD_OBJECT_MAP;

		ck_assert_uint_lt(field->offset, schema->size);
		ck_assert_int_eq(nested, field->schema != NULL);
		ck_assert_int_eq(field->type == FIELD_WORD, field->words != NULL);
		if (nested)
			check_schema(field->schema, depth + 1);
	}
}

TEST(schema_of_the_language_is_sound)
{
	check_schema(&language_policy, 0);
}

TEST(schema_is_printed_as_far_as_there_is_room)
{
	int n = tetra_policy_schema(NULL, 0);
	char start[15], *whole = malloc((size_t)n + 1);

	ck_assert_int_gt(n, 10000);
	ck_assert_int_eq(tetra_policy_schema(NULL, 1), n);
	ck_assert_int_eq(tetra_policy_schema(start, sizeof(start)), n);
	ck_assert_str_eq(start, "{\n  \"$schema\":");
	ck_assert_int_eq(tetra_policy_schema(whole, (size_t)n + 1), n);
	ck_assert_uint_eq(strlen(whole), (size_t)n);
	free(whole);
}

FIXTURE(setup, teardown)
