/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/document/report.h"
#include "lib/document/yaml.h"
#include "tests/unit/suite.h"

static struct arena *arena;
static struct tetra_diag *diag;
static struct report report;

static void setup(void)
{
	ck_assert_int_eq(arena_new(&arena), 0);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	report = (struct report){ .diag = diag, .file = "f" };
}

static void teardown(void)
{
	arena_free(arena);
	tetra_diag_free(diag);
}

static int parse(const char *text, struct node **ret)
{
	*ret = NULL;
	return yaml_parse(ret, arena, text, strlen(text), &report);
}

static struct node *good(const char *text)
{
	struct node *root;

	ck_assert_int_eq(parse(text, &root), 0);
	ck_assert_uint_eq(report.n_errors, 0);
	return root;
}

/* Refused with @code at the place. */
static void bad(const char *text, int error, const char *code, uint32_t line,
		uint32_t column)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct node *root;

	tetra_diag_clear(diag);
	report.n_shown = 0;
	ck_assert_int_eq(parse(text, &root), error);
	report.n_errors = 0;
	ck_assert_ptr_null(root);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.code, code);
	ck_assert_uint_eq(finding.line, line);
	ck_assert_uint_eq(finding.column, column);
}

TEST(yaml_knows_the_place_of_every_node)
{
	struct node *root = good("# one\nä: [é, {ü: x}]\n");
	struct node *list = node_get(root, "ä"), *map;

	ck_assert_int_eq(list->type, NODE_SEQUENCE);
	ck_assert_uint_eq(list->key->mark.line, 2);
	ck_assert_uint_eq(list->key->mark.column, 1);
	ck_assert_uint_eq(list->mark.column, 4);
	ck_assert_uint_eq(list->first->mark.column, 5);
	map = list->last;
	ck_assert_int_eq(map->type, NODE_MAPPING);
	ck_assert_uint_eq(map->index, 1);
	ck_assert_uint_eq(map->first->mark.column, 12);
}

TEST(yaml_gives_every_node_a_path)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	struct node *root = good("a:\n- b: {c: 1}\n- x\n");

	node_path(node_get(node_get(root, "a")->first, "b")->first, &path);
	ck_assert_str_eq(strbuf_get(&path), "a[0].b.c");
	strbuf_clear(&path);
	node_path(root, &path);
	ck_assert_str_eq(strbuf_get(&path), "");
}

TEST(yaml_resolves_scalars_as_version_1_1)
{
	static const struct {
		const char *text;
		enum scalar_type type;
	} rows[] = {
		{ "yes", SCALAR_BOOL },
		{ "Off", SCALAR_BOOL },
		{ "'yes'", SCALAR_TEXT },
		{ "~", SCALAR_NULL },
		{ "''", SCALAR_TEXT },
		{ "12", SCALAR_INT },
		{ "-0x1F", SCALAR_INT },
		{ "0b11", SCALAR_INT },
		{ "017", SCALAR_INT },
		{ "0o17", SCALAR_INT },
		{ "1_000", SCALAR_INT },
		{ "_1", SCALAR_TEXT },
		{ "1.5", SCALAR_FLOAT },
		{ "1e3", SCALAR_FLOAT },
		{ ".inf", SCALAR_FLOAT },
		{ "1:30", SCALAR_TEXT },
		{ "10.0.0.1", SCALAR_TEXT },
		{ "-", SCALAR_TEXT },
		{ "99999999999999999999", SCALAR_INT },
		{ "!!str 12", SCALAR_TEXT },
		{ "!!int '12'", SCALAR_INT },
		{ "! 12", SCALAR_TEXT },
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), "a: %s%s", rows[i].text,
			 rows[i].text[1]	  ? ""
			 : rows[i].text[0] == '-' ? "-x"
						  : "");
		ck_assert_int_eq(good(text)->first->scalar, rows[i].type);
	}
}

TEST(yaml_reads_integers_in_all_bases)
{
	struct node *root =
		good("[12, -0x10, 0b101, 017, 0o17, 99999999999999999999, x]");
	static const int64_t wanted[] = { 12, -16, 5, 15, 15 };
	struct node *node = root->first;
	int64_t number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wanted); i++, node = node->next) {
		ck_assert_int_eq(node_integer(node, &number), 0);
		ck_assert_int_eq(number, wanted[i]);
	}
	ck_assert_int_eq(node_integer(node, &number), -E2BIG);
	ck_assert_int_eq(node_integer(node->next, &number), -EINVAL);
}

TEST(yaml_refuses_duplicate_key)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct node *root;

	ck_assert_int_eq(parse("a: 1\nb: {c: 1, 'c': 2}\na: 3\n", &root), 0);
	ck_assert_uint_eq(report.n_errors, 2);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.path, "b.c");
	ck_assert_uint_eq(finding.column, 11);
	/* The first value stays, so that the rest can be read. */
	ck_assert_str_eq(node_get(root, "a")->text, "1");
	ck_assert_uint_eq(root->n, 2);
	ck_assert_ptr_eq(root->last, node_get(root, "b"));
}

TEST(yaml_refuses_duplicate_key_among_many)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct node *root;
	unsigned int i;

	for (i = 0; i < 5000; i++)
		strbuf_format(&text, "key%u: 1\n", i % 4999);
	ck_assert_int_eq(parse(strbuf_get(&text), &root), 0);
	ck_assert_uint_eq(report.n_errors, 1);
	ck_assert_uint_eq(root->n, 4999);
}

TEST(yaml_copies_aliases)
{
	struct node *root = good("a: &x {b: [1]}\nc: [*x, *x]\nd: &x 2\ne: *x\n");
	struct node *copies = node_get(root, "c");

	ck_assert_uint_eq(copies->n, 2);
	ck_assert(node_equal(copies->first, node_get(root, "a")));
	ck_assert_ptr_ne(copies->first, copies->last);
	ck_assert_ptr_eq(copies->last->parent, copies);
	ck_assert_uint_eq(copies->first->mark.line, 1);
	ck_assert_str_eq(node_get(root, "e")->text, "2");
}

TEST(yaml_merges_keys)
{
	struct node *root = good("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
				 "c:\n  <<: [*a, *b]\n  x: 9\nd: {'<<': 1}\n");
	struct node *merged = node_get(root, "c");

	ck_assert_uint_eq(merged->n, 3);
	ck_assert_str_eq(node_get(merged, "x")->text, "9");
	ck_assert_str_eq(node_get(merged, "y")->text, "2");
	ck_assert_str_eq(node_get(merged, "z")->text, "4");
	ck_assert_ptr_eq(node_get(merged, "z")->parent, merged);
}

TEST(yaml_refuses_what_is_not_yaml)
{
	bad("a:\n\tb: c\n", -EINVAL, "yaml-syntax", 2, 1);
	bad("a: *none\n", -EINVAL, "yaml-syntax", 1, 4);
	bad("a: &a [*a]\n", -EINVAL, "yaml-syntax", 1, 8);
	bad("a: \"b\nc: d\n", -EINVAL, "yaml-syntax", 1, 4);
	bad("? [a]\n: b\n", -EINVAL, "yaml-syntax", 1, 3);
	bad("a: !x b\n", -EINVAL, "yaml-syntax", 1, 4);
	bad("a: !x [b]\n", -EINVAL, "yaml-syntax", 1, 4);
	bad("<<: 1\n", -EINVAL, "yaml-syntax", 1, 5);
}

TEST(yaml_refuses_what_is_not_utf8)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct node *root;

	bad("a: b\n# \xff\n", -EINVAL, "encoding", 2, 3);
	bad("# é\xc0\xaf\n", -EINVAL, "encoding", 1, 4);
	bad("a: \x01\n", -EINVAL, "encoding", 1, 4);
	bad("\xff\xfe"
	    "a",
	    -EINVAL, "encoding", 1, 1);
	tetra_diag_clear(diag);
	ck_assert_int_eq(yaml_parse(&root, arena, "a: b\0c", 6, &report), -EINVAL);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_str_eq(finding.code, "encoding");
	ck_assert_uint_eq(finding.column, 5);
}

TEST(yaml_takes_one_document)
{
	struct node *root;

	bad("", -EINVAL, "empty-document", 1, 1);
	bad("---\n...\n# x\n", -EINVAL, "empty-document", 1, 1);
	(void)good("\xef\xbb\xbf---\na: b\n...\n---\n");
	ck_assert_int_eq(parse("a: b\n---\nc: d\n", &root), 0);
	ck_assert_uint_eq(report.n_errors, 1);
	ck_assert_ptr_nonnull(node_get(root, "a"));
}

static void add_many(struct strbuf *buf, const char *text, unsigned int n)
{
	while (n--)
		strbuf_puts(buf, text);
}

TEST(yaml_takes_what_is_at_a_bound)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i;

	add_many(&text, "[", YAML_MAX_DEPTH);
	strbuf_puts(&text, "x");
	add_many(&text, "]", YAML_MAX_DEPTH);
	(void)good(strbuf_get(&text));
	strbuf_clear(&text);
	strbuf_puts(&text, "[");
	for (i = 0; i < YAML_MAX_ANCHORS; i++)
		strbuf_format(&text, "&a%u x,\n", i);
	strbuf_puts(&text, "]");
	(void)good(strbuf_get(&text));
}

TEST(yaml_bounds_its_nodes)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	/* The list is a node as well. */
	strbuf_puts(&text, "[");
	add_many(&text, "x,", YAML_MAX_NODES - 1);
	strbuf_puts(&text, "]");
	(void)good(strbuf_get(&text));
	strbuf_clear(&text);
	strbuf_puts(&text, "[");
	add_many(&text, "x,", YAML_MAX_NODES);
	strbuf_puts(&text, "]");
	bad(strbuf_get(&text), -E2BIG, "resource-limit", 1, YAML_MAX_NODES * 2);
}

TEST(yaml_bounds_its_work)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i;

	add_many(&text, "[", YAML_MAX_DEPTH + 1);
	bad(strbuf_get(&text), -E2BIG, "resource-limit", 1, YAML_MAX_DEPTH + 1);
	strbuf_clear(&text);
	add_many(&text, "- - - - ", YAML_MAX_DEPTH);
	bad(strbuf_get(&text), -E2BIG, "resource-limit", 1, YAML_MAX_DEPTH * 2 + 1);
	strbuf_clear(&text);
	strbuf_puts(&text, "[");
	for (i = 0; i <= YAML_MAX_ANCHORS; i++)
		strbuf_format(&text, "&a%u x,\n", i);
	bad(strbuf_get(&text), -E2BIG, "resource-limit", YAML_MAX_ANCHORS + 1, 1);
}

TEST(yaml_stops_an_alias_bomb)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i;

	strbuf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (i = 1; i < 9; i++) {
		strbuf_format(&text, "a%u: &a%u [", i, i);
		add_many(&text, (char[]){ '*', 'a', (char)('0' + i - 1), ',', 0 }, 10);
		strbuf_puts(&text, "]\n");
	}
	/* The complaint stands where the node was first. */
	bad(strbuf_get(&text), -E2BIG, "resource-limit", 1, 5);
	ck_assert_uint_lt(arena_get_bytes(arena), 128u << 20);
}

TEST(yaml_bounds_the_cost_of_merge_keys)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	struct node *root;
	unsigned int i;

	strbuf_puts(&text, "a: &a {");
	for (i = 0; i < 6000; i++)
		strbuf_format(&text, "k%u: 1, ", i);
	strbuf_puts(&text, "}\nb: {<<: [*a, *a]}\n");
	ck_assert_int_eq(parse(strbuf_get(&text), &root), -E2BIG);
}

TEST(yaml_compares_trees)
{
	struct node *root =
		good("[{a: 1, b: [x]}, {b: [x], a: '1'}, {a: 1}, {a: 1, b: [y]}]");
	struct node *first = root->first;

	ck_assert(node_equal(first, first->next));
	ck_assert(!node_equal(first, first->next->next));
	ck_assert(!node_equal(first, root->last));
}

FIXTURE(setup, teardown)
TIMEOUT(60)
