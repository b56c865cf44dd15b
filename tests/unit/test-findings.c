/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small policies with the findings that they must get, many to a file: see
 * tests/data/policy/cases/README. Each block is a case:
 *
 *	## name
 *	text of the policy; unless it begins with a key of its own, the part below "spec:"
 *	=> CODE PATH [~ TEXT]	a warning at this path; TEXT is in its message or hint
 *	=> !CODE PATH [~ TEXT]	an error
 *	=> -CODE		no finding with this code
 *	=> clean		no finding but "not-supported"
 *	=> once			one finding and no more
 *
 * PATH is the end of the finding's path; "-" is any.
 */
#include <dirent.h>
#include <stdio.h>

#include "lib/base/base.h"
#include "tetra/policy.h"
#include "tests/unit/suite.h"

/* All cases are one test. */
TIMEOUT(30)

#define MAX_TEXT  65536
#define MAX_WANTS 16

static const char head[] = "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
			   "metadata: {name: a}\nspec:\n";

struct want {
	char code[64], path[256], text[128];
};

struct findings_case {
	const char *file;
	char name[128], text[MAX_TEXT];
	struct want wants[MAX_WANTS];
	unsigned int n_wants;
};

static unsigned int n_cases, n_failed;

static bool ends_with(const char *text, const char *end)
{
	size_t len = text ? strlen(text) : 0, n = strlen(end);

	return str_equal(end, "-") || (len >= n && str_equal(text + len - n, end));
}

static bool contains(const char *text, const char *part)
{
	return text && strstr(text, part);
}

static bool finding_is(const struct tetra_finding *finding, const struct want *want)
{
	bool error = want->code[0] == '!';

	return (finding->severity == TETRA_SEVERITY_ERROR) == error &&
	       str_equal(finding->code, want->code + error) &&
	       ends_with(finding->path, want->path) &&
	       (!want->text[0] || contains(finding->message, want->text) ||
		contains(finding->hint, want->text));
}

static unsigned int count_code(struct tetra_diag *diag, const char *code)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i, n = 0;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		n += code ? str_equal(finding.code, code)
			  : !str_equal(finding.code, "not-supported");
	return n;
}

static bool want_is_met(struct tetra_diag *diag, const struct want *want)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	if (str_equal(want->code, "clean"))
		return count_code(diag, NULL) == 0;
	if (str_equal(want->code, "once"))
		return tetra_diag_count(diag, 0) == 1;
	if (want->code[0] == '-')
		return count_code(diag, want->code + 1) == 0;
	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (finding_is(&finding, want))
			return true;
	return false;
}

/* What no finding may ever hold, whatever was wrong. */
static bool finding_is_plain(const struct tetra_finding *finding)
{
	return !contains(finding->message, "\n") &&
	       !contains(finding->message, "\\x0a") && !contains(finding->hint, "\n") &&
	       !contains(finding->hint, "\\x0a") && !contains(finding->path, "\n") &&
	       !contains(finding->path, "\\x0a");
}

static void case_failed(const struct findings_case *test, struct tetra_diag *diag,
			const char *what)
{
	char text[2048];
	unsigned int i;

	fprintf(stderr, "%s: %s: %s\n", test->file, test->name, what);
	for (i = 0; tetra_diag_render(diag, i, text, sizeof(text)) >= 0; i++)
		fputs(text, stderr);
	n_failed++;
}

static void case_run(const struct findings_case *test)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = 1);
	struct tetra_finding finding = { .size = sizeof(finding) };
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	char what[512];
	unsigned int i;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	(void)tetra_policy_parse(&policy, test->text, strlen(test->text), &opts, diag);
	for (i = 0; i < test->n_wants; i++) {
		const struct want *want = &test->wants[i];

		if (want_is_met(diag, want))
			continue;
		snprintf(what, sizeof(what), "not so: %s %s %s", want->code, want->path,
			 want->text);
		case_failed(test, diag, what);
	}
	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (!finding_is_plain(&finding))
			case_failed(test, diag, "a raw line end");
	n_cases++;
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}

static void want_read(struct findings_case *test, char *line)
{
	struct want *want = &test->wants[test->n_wants++];
	char *text = strstr(line, " ~ ");

	ck_assert_uint_lt(test->n_wants, MAX_WANTS);
	memset(want, 0, sizeof(*want));
	if (text) {
		*text = '\0';
		snprintf(want->text, sizeof(want->text), "%s", text + 3);
	}
	strcpy(want->path, "-");
	ck_assert_int_ge(sscanf(line, "%63s %255s", want->code, want->path), 1);
}

static void case_begin(struct findings_case *test, const char *name)
{
	if (test->n_wants)
		case_run(test);
	snprintf(test->name, sizeof(test->name), "%.127s", name);
	test->n_wants = 0;
	test->text[0] = '\0';
}

static void line_add(struct findings_case *test, const char *line)
{
	size_t len = strlen(test->text);
	bool whole = str_has_prefix(line, "apiVersion") || strchr("-{&!%", line[0]);

	ck_assert_uint_lt(len + strlen(line) + sizeof(head), MAX_TEXT);
	if (!len && !whole)
		strcpy(test->text, head);
	len = strlen(test->text);
	sprintf(test->text + len, "%s%s\n", str_has_prefix(test->text, head) ? "  " : "",
		line);
}

static void file_run(const char *folder, const char *name)
{
	static struct findings_case test;
	char filename[4096], line[4096];
	FILE *file;

	snprintf(filename, sizeof(filename), "%s/%s", folder, name);
	file = fopen(filename, "r");
	ck_assert_ptr_nonnull(file);
	memset(&test, 0, sizeof(test));
	test.file = name;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (str_has_prefix(line, "## "))
			case_begin(&test, line + 3);
		else if (str_has_prefix(line, "=> "))
			want_read(&test, line + 3);
		else if (line[0] && line[0] != '#')
			line_add(&test, line);
	}
	case_begin(&test, "");
	fclose(file);
}

TEST(findings_are_as_listed)
{
	char folder[1024];
	struct dirent **names;
	int n, i;

	snprintf(folder, sizeof(folder), "%s/policy/cases", getenv("TETRA_TEST_DATA"));
	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (strstr(names[i]->d_name, ".cases"))
			file_run(folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	printf("%u cases, %u failed\n", n_cases, n_failed);
	ck_assert_uint_gt(n_cases, 0);
	ck_assert_uint_eq(n_failed, 0);
}
