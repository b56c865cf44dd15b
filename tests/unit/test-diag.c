/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/base/diag.h"
#include "tests/unit/suite.h"

static struct tetra_diag *diag;

static void setup(void)
{
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	diag = tetra_diag_free(diag);
}

static void add(const char *file, uint32_t line, uint32_t column, const char *message)
{
	struct diag_place place = { .file = file, .line = line, .column = column };

	ck_assert_int_eq(
		diag_error(diag, &place, -EINVAL, "bad-value", NULL, "%s", message),
		-EINVAL);
}

static void expect_text(unsigned int index, const char *wanted)
{
	char text[1024];
	int n = tetra_diag_render(diag, index, text, sizeof(text));

	ck_assert_str_eq(text, wanted);
	ck_assert_int_eq(n, (int)strlen(wanted));
}

TEST(diag_takes_no_collector)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	ck_assert_int_eq(diag_error(NULL, NULL, -ENOENT, "x", NULL, "y"), -ENOENT);
	diag_warning(NULL, NULL, "x", NULL, "y");
	ck_assert_int_eq(diag_set_source(NULL, "f", "t", 1), 0);
	ck_assert_uint_eq(tetra_diag_count(NULL, 0), 0);
	ck_assert_int_eq(tetra_diag_get(NULL, 0, &finding), -ENOENT);
	ck_assert_int_eq(tetra_diag_render(NULL, 0, NULL, 0), -ENOENT);
	tetra_diag_clear(NULL);
	ck_assert_ptr_null(tetra_diag_free(NULL));
}

TEST(diag_counts_by_severity)
{
	add("f", 1, 1, "one");
	diag_warning(diag, NULL, "w", NULL, "two");
	diag_note(diag, NULL, "n", "do it", "three");
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 3);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR), 1);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_WARNING), 1);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_NOTE), 1);
	tetra_diag_clear(diag);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 0);
}

TEST(diag_sorts_by_place_and_keeps_the_order_of_arrival)
{
	static const char *const wanted[] = { "a", "b", "c", "d", "e", "f" };
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	add("g", 1, 1, "f");
	add("f", 0, 0, "e");
	add("f", 2, 1, "c");
	add("f", 2, 9, "d");
	add("f", 1, 5, "a");
	add("f", 1, 5, "b");
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		ck_assert_int_eq(tetra_diag_get(diag, i, &finding), 0);
		ck_assert_str_eq(finding.message, wanted[i]);
	}
	ck_assert_int_eq(tetra_diag_get(diag, i, &finding), -ENOENT);
}

TEST(diag_get_respects_the_callers_size)
{
	struct tetra_finding finding = { .size = offsetof(struct tetra_finding, column) };

	add("f", 3, 4, "x");
	finding.column = 77;
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_uint_eq(finding.line, 3);
	ck_assert_uint_eq(finding.column, 77);
	finding.size = 0;
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), -EINVAL);
}

TEST(diag_renders_the_line_and_a_caret)
{
	static const char source[] = "one\n\ttwo three\r\nfour";

	ck_assert_int_eq(diag_set_source(diag, "f.yaml", source, strlen(source)), 0);
	add("f.yaml", 2, 6, "wrong");
	add("f.yaml", 3, 5, "ends");
	expect_text(0, "f.yaml:2:6: error: wrong [bad-value]\n"
		       "    2 | \ttwo three\n"
		       "      | \t    ^\n");
	expect_text(1, "f.yaml:3:5: error: ends [bad-value]\n"
		       "    3 | four\n"
		       "      |     ^\n");
}

TEST(diag_renders_without_a_source_or_a_place)
{
	diag_warning(diag, NULL, "code", "try again", "no place");
	add("g", 4, 2, "no source");
	expect_text(0, "warning: no place [code]\n  hint: try again\n");
	expect_text(1, "g:4:2: error: no source [bad-value]\n");
}

TEST(diag_aligns_wide_characters_and_skips_the_byte_order_mark)
{
	static const char source[] = "\xef\xbb\xbf読む: x";

	ck_assert_int_eq(diag_set_source(diag, "f", source, strlen(source)), 0);
	add("f", 1, 5, "wide");
	expect_text(0, "f:1:5: error: wide [bad-value]\n"
		       "    1 | 読む: x\n"
		       "      |       ^\n");
}

TEST(diag_shows_a_window_of_a_long_line)
{
	static char source[100001];
	char text[1024];

	memset(source, 'x', sizeof(source) - 1);
	ck_assert_int_eq(diag_set_source(diag, "f", source, sizeof(source) - 1), 0);
	add("f", 1, 50000, "far out");
	ck_assert_int_lt(tetra_diag_render(diag, 0, text, sizeof(text)), 300);
	ck_assert_ptr_nonnull(strchr(text, '^'));
}

TEST(diag_makes_texts_safe_for_a_terminal)
{
	static const char source[] = "a\x1b[2Jb\xff";

	add("dir\n/\x1b[2J\xc2\x9b\xff.yaml", 1, 1, "x");
	expect_text(0, "dir\\n/\\x1b[2J\\x9b\\xff.yaml:1:1: error: x [bad-value]\n");
	tetra_diag_clear(diag);
	ck_assert_int_eq(diag_set_source(diag, "f", source, strlen(source)), 0);
	add("f", 1, 1, "\x1b[31mred\nline \xff \xe2\x80\xae");
	expect_text(0, "f:1:1: error: \\x1b[31mred\\nline \\xff \\u202e [bad-value]\n"
		       "    1 | a?[2Jb?\n"
		       "      | ^\n");
}

TEST(diag_cuts_to_the_buffer)
{
	char text[8] = "zzzzzzz";
	int whole;

	add("f", 1, 1, "message");
	whole = tetra_diag_render(diag, 0, NULL, 0);
	ck_assert_int_eq(tetra_diag_render(diag, 0, text, sizeof(text)), whole);
	ck_assert_str_eq(text, "f:1:1: ");
}

TEST(diag_keeps_a_thousand_bytes_of_a_message)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	char text[1002];
	size_t n;

	for (n = 1000; n <= 1001; n++) {
		memset(text, 'a', sizeof(text));
		text[n] = '\0';
		text[999] = 'z';
		tetra_diag_clear(diag);
		add("f", 1, 1, text);
		ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
		ck_assert_uint_eq(strlen(finding.message), 1000);
		ck_assert_int_eq(finding.message[999], 'z');
	}
}

TEST(diag_takes_many_findings)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; i < 1000; i++)
		add("f", 1000 - i, 1, "x");
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_uint_eq(finding.line, 1);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 1000);
}

static void add_at(struct tetra_diag *into, const char *kind, uint32_t line)
{
	struct diag_place place = {
		.file = "f", .line = line, .column = 2, .kind = kind
	};

	diag_warning(into, &place, "bad-value", "mend it", "value %u", line);
}

TEST(diag_folds_by_kind)
{
	static const char one[] = "one", other[] = "other";
	struct tetra_finding finding = { .size = sizeof(finding) };
	_cleanup_(tetra_diag_freep) struct tetra_diag *found = NULL;
	char text[256];
	uint32_t i;

	ck_assert_int_eq(tetra_diag_new(&found), 0);
	for (i = 1; i <= 5; i++)
		add_at(found, one, i * 10);
	for (i = 1; i <= 3; i++)
		add_at(found, other, i * 10 + 1);
	add_at(found, NULL, 1);
	ck_assert_int_eq(tetra_diag_fold(found, 3), 4);
	ck_assert_uint_eq(tetra_diag_count(found, 0), 5);
	ck_assert_int_eq(tetra_diag_get(found, 1, &finding), 0);
	ck_assert_uint_eq(finding.line, 10);
	ck_assert_uint_eq(finding.count, 5);
	ck_assert_uint_eq(finding.n_places, 4);
	ck_assert_uint_eq(finding.places[3].line, 50);
	ck_assert_uint_eq(finding.places[3].column, 2);
	ck_assert_int_gt(tetra_diag_render(found, 1, text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(
		strstr(text, "4 more like this, at 20:2, 30:2, 40:2, 50:2"));
	/* Once is enough. */
	ck_assert_int_eq(tetra_diag_fold(found, 3), 0);
}

TEST(diag_prints_odd_file_names_on_one_line)
{
	struct diag_place place = { .file = "a\033[2J\nb", .line = 1, .column = 1 };
	_cleanup_(tetra_diag_freep) struct tetra_diag *found = NULL;
	char text[256];

	ck_assert_int_eq(tetra_diag_new(&found), 0);
	diag_warning(found, &place, "bad-value", NULL, "x");
	ck_assert_int_gt(tetra_diag_render(found, 0, text, sizeof(text)), 0);
	ck_assert_str_eq(text, "a\\x1b[2J\\nb:1:1: warning: x [bad-value]\n");
}

FIXTURE(setup, teardown)
