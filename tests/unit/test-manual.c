/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts about findings: each example gets the finding it is an example of. Whether each
 * code that the sources use has a row is for tests/unit/codes.py.
 */
#include <ctype.h>
#include <stdio.h>

#include "lib/manual/findings.h"
#include "tests/unit/suite.h"
#include "tetra/policy.h"

#define EXAMPLE_BYTES 4096

static const char head[] = "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
			   "metadata: {name: example}\nspec:\n";

static bool is_spec(const char *example)
{
	static const char *const sections[] = { "kprobes:", "lsmhooks:", "tracepoints:",
						"options:", "lists:" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		if (str_has_prefix(example, sections[i]))
			return true;
	return false;
}

/* Lines of @example below the head, two blanks deeper. */
static void example_print(char *ret, const char *example)
{
	size_t len = 0;

	if (!is_spec(example)) {
		snprintf(ret, EXAMPLE_BYTES, "%s", example);
		return;
	}
	len = (size_t)snprintf(ret, EXAMPLE_BYTES, "%s", head);
	while (*example) {
		size_t n = strcspn(example, "\n") + 1;

		len += (size_t)snprintf(ret + len, EXAMPLE_BYTES - len, "  %.*s", (int)n,
					example);
		example += n;
	}
	ck_assert_uint_lt(len, EXAMPLE_BYTES);
}

static bool has_code(struct tetra_diag *diag, const struct tetra_finding_text *text)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;
	bool found = false;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		found |= str_equal(finding.code, text->code) &&
			 (!text->severity || text->severity == finding.severity);
		if (finding.severity == TETRA_SEVERITY_ERROR &&
		    text->severity == TETRA_SEVERITY_WARNING)
			printf("%s: the example also gets %s: %s\n", text->code,
			       finding.code, finding.message);
	}
	return found;
}

static bool example_shows(const struct tetra_finding_text *text)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = TETRA_LINT_TEXT);
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	char yaml[EXAMPLE_BYTES];
	bool shows;

	example_print(yaml, text->example);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	(void)tetra_policy_parse(&policy, yaml, strlen(yaml), &opts, diag);
	shows = has_code(diag, text);
	if (!shows)
		printf("%s: its example does not get it, but %u others\n", text->code,
		       tetra_diag_count(diag, 0));
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
	return shows;
}

TEST(each_example_gets_its_finding)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i, n_examples = 0, n_bad = 0;

	for (i = 0; tetra_finding_list(i, &text) == 0; i++) {
		if (!text.example)
			continue;
		n_examples++;
		n_bad += !example_shows(&text);
	}
	ck_assert_uint_eq(n_bad, 0);
	ck_assert_uint_ge(n_examples, 45);
}

TEST(texts_are_sentences)
{
	struct tetra_finding_text text = { .size = sizeof(text) };
	unsigned int i;

	for (i = 0; tetra_finding_list(i, &text) == 0; i++) {
		ck_assert_msg(isupper((unsigned char)text.title[0]) &&
				      text.title[strlen(text.title) - 1] != '.',
			      "%s: '%s'", text.code, text.title);
		ck_assert_msg(strlen(text.title) <= 60, "%s: its title is long",
			      text.code);
		ck_assert_msg(text.text[strlen(text.text) - 1] == '.', "%s", text.code);
		ck_assert_msg(!strpbrk(text.text, "\n\t") && !strpbrk(text.cure, "\n\t"),
			      "%s: has lines", text.code);
	}
}

TEST(codes_are_found_and_listed_once)
{
	struct tetra_finding_text text = { .size = sizeof(text) },
				  found = { .size = sizeof(found) };
	unsigned int i;

	for (i = 0; tetra_finding_list(i, &text) == 0; i++) {
		ck_assert_int_eq(tetra_finding_describe(text.code, &found), 0);
		ck_assert_msg(found.title == text.title, "%s is listed twice", text.code);
	}
	ck_assert_int_eq(tetra_finding_list(i, &text), -ENOENT);
	ck_assert_int_eq(tetra_finding_describe("no-such-code", &text), -ENOENT);
	ck_assert_int_eq(tetra_finding_describe(NULL, &text), -ENOENT);
	text.size = 0;
	ck_assert_int_eq(tetra_finding_describe("evasion", &text), -EINVAL);
	ck_assert_int_eq(tetra_finding_list(0, NULL), -EINVAL);
}

TEST(rows_are_in_the_order_of_their_codes)
{
	static const struct finding_rows *const tables[] = { &findings_language,
							     &findings_lints,
							     &findings_machine };
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (k = 1; k < tables[i]->n; k++)
			ck_assert_str_lt(tables[i]->rows[k - 1].code,
					 tables[i]->rows[k].code);
}
