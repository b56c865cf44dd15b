/* SPDX-License-Identifier: Apache-2.0 */
/* Results for other programs: TAP 13, JUnit's XML, annotations of GitHub. */
#include <stdio.h>
#include <string.h>

#include "common/name.h"
#include "test/output.h"
#include "text.h"

#define WHOLE "the suite as a whole"

/* One line; '#' begins a directive of TAP. */
static void tap_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			printf("\\%c", *text);
		else
			putchar((unsigned char)*text < 0x20 ? ' ' : *text);
	}
}

static size_t count_all(const struct suite_result *results, size_t n)
{
	struct tetra_proof proof;
	size_t all = 0, i, k;
	int r;

	for (i = 0; i < n; i++) {
		all += results[i].n_cases + (results[i].outcome == OUTCOME_ERROR);
		for (k = 0; (r = result_proof(&results[i], k, &proof)) >= 0; k++)
			all += (size_t)r;
		for (k = 0; result_failure(&results[i], k); k++)
			all++;
	}
	return all;
}

static void tap_line(size_t *number, int is_ok, const struct suite_result *result,
		     const char *name)
{
	printf("%sok %zu - ", is_ok ? "" : "not ", ++*number);
	tap_text(result->suite.file);
	printf(": ");
	tap_text(name);
}

static void tap_case(size_t *number, const struct suite_result *result,
		     const struct case_result *one)
{
	tap_line(number,
		 one->outcome == OUTCOME_PASSED || one->outcome == OUTCOME_SKIPPED,
		 result, one->one->name);
	if (one->outcome == OUTCOME_SKIPPED)
		printf(" # SKIP ");
	else if (one->outcome == OUTCOME_KNOWN_GAP)
		printf(" # TODO ");
	else if (one->reason)
		printf("\n# ");
	if (one->reason)
		tap_text(one->reason);
	printf("\n");
}

static void tap_failure(size_t *number, const struct suite_result *result,
			const char *name, const char *reason)
{
	tap_line(number, 0, result, name);
	printf("\n# ");
	tap_text(reason ? reason : "");
	printf("\n");
}

static void tap_suite(size_t *number, const struct suite_result *result)
{
	struct tetra_proof proof;
	size_t i;
	int r;

	if (result->outcome == OUTCOME_ERROR)
		tap_failure(number, result, "could not run", result->reason);
	for (i = 0; i < result->n_cases; i++)
		tap_case(number, result, &result->cases[i]);
	for (i = 0; (r = result_proof(result, i, &proof)) >= 0; i++) {
		if (r == 0)
			continue;
		tap_line(number, proof.status == TETRA_PROVED, result, proof.text);
		printf(proof.status == TETRA_PROVED || result_is_refuted(result, &proof)
			       ? "\n"
			       : " # TODO not decided\n");
	}
	for (i = 0; result_failure(result, i); i++)
		tap_failure(number, result, WHOLE, result_failure(result, i));
}

int output_tap(const struct suite_result *results, size_t n)
{
	size_t number = 0, i;

	printf("TAP version 13\n1..%zu\n", count_all(results, n));
	for (i = 0; i < n; i++)
		tap_suite(&number, &results[i]);
	return 0;
}

/* What XML does not know, and what is not UTF-8, is a question mark. */
static void xml_text(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text), n;

	for (; left; at += n, left -= n) {
		n = name_utf8(at, left);
		if (n > 1)
			fwrite(at, 1, n, stdout);
		else if (*at == '<' || *at == '>' || *at == '&' || *at == '"')
			printf("&#%d;", *at);
		else if (*at == '\n' || *at == '\t')
			putchar(' ');
		else
			putchar(n && *at >= 0x20 ? *at : '?');
		n = n ? n : 1;
	}
}

static void xml_attribute(const char *name, const char *text)
{
	printf(" %s=\"", name);
	xml_text(text ? text : "");
	printf("\"");
}

static void junit_start(const struct suite_result *result, const char *name,
			double seconds)
{
	printf("    <testcase");
	xml_attribute("classname", result->suite.file);
	xml_attribute("name", name);
	printf(" time=\"%.3f\"", seconds);
}

static void junit_end(const char *element, const char *message)
{
	if (!element) {
		printf("/>\n");
		return;
	}
	printf(">\n      <%s", element);
	xml_attribute("message", message);
	printf("/>\n    </testcase>\n");
}

static void junit_cases(const struct suite_result *result)
{
	/* A known gap is not red. */
	static const char *const elements[] = { NULL, "failure", "skipped", "skipped",
						"error" };
	struct tetra_proof proof;
	size_t i;
	int r;

	if (result->outcome == OUTCOME_ERROR) {
		junit_start(result, "could not run", 0);
		junit_end("error", result->reason);
	}
	for (i = 0; i < result->n_cases; i++) {
		const struct case_result *one = &result->cases[i];

		junit_start(result, one->one->name, one->seconds);
		junit_end(elements[one->outcome], one->reason);
	}
	for (i = 0; (r = result_proof(result, i, &proof)) >= 0; i++) {
		if (r == 0)
			continue;
		junit_start(result, proof.text, 0);
		junit_end(proof.status == TETRA_PROVED	      ? NULL
			  : result_is_refuted(result, &proof) ? "failure"
							      : "skipped",
			  proof.status == TETRA_REFUTED ? proof.witness : proof.reason);
	}
	for (i = 0; result_failure(result, i); i++) {
		junit_start(result, WHOLE, 0);
		junit_end("failure", result_failure(result, i));
	}
}

int output_junit(const struct suite_result *results, size_t n)
{
	size_t i, k, errors, failures;

	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	for (i = 0; i < n; i++) {
		errors = 0;
		for (k = 0; k < results[i].n_cases; k++)
			errors += results[i].cases[k].outcome == OUTCOME_ERROR;
		failures = results[i].n_failed - errors;
		for (k = 0; result_failure(&results[i], k); k++)
			failures++;
		printf("  <testsuite");
		xml_attribute("name", results[i].suite.file);
		printf(" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		       count_all(&results[i], 1), failures,
		       errors + (results[i].outcome == OUTCOME_ERROR),
		       results[i].n_skipped + results[i].n_gaps);
		junit_cases(&results[i]);
		printf("  </testsuite>\n");
	}
	printf("</testsuites>\n");
	return 0;
}

/* Of a property of an annotation, or of its message. */
static void github_text(const char *text, int is_property)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || c == '%' ||
		    (is_property && (c == ':' || c == ',')))
			printf("%%%02X", c);
		else
			putchar(c);
	}
}

static void github_line(const char *kind, const struct suite_result *result,
			unsigned int line, const char *title, const char *message)
{
	printf("::%s file=", kind);
	github_text(result->suite.file, 1);
	printf(",line=%u,title=", line ? line : 1);
	github_text(title, 1);
	printf("::");
	github_text(message ? message : "", 0);
	printf("\n");
}

int output_github(const struct suite_result *results, size_t n)
{
	static const char *const kinds[] = { NULL, "error", "warning", "notice",
					     "error" };
	struct tetra_proof proof;
	size_t i, k;
	int r;

	for (i = 0; i < n; i++) {
		if (results[i].outcome == OUTCOME_ERROR)
			github_line("error", &results[i], 1, "could not run",
				    results[i].reason);
		for (k = 0; k < results[i].n_cases; k++) {
			const struct case_result *one = &results[i].cases[k];

			if (kinds[one->outcome])
				github_line(kinds[one->outcome], &results[i],
					    one->one->node->line, one->one->name,
					    one->reason);
		}
		for (k = 0; (r = result_proof(&results[i], k, &proof)) >= 0; k++)
			if (r && proof.status != TETRA_PROVED)
				github_line(result_is_refuted(&results[i], &proof)
						    ? "error"
						    : "warning",
					    &results[i], proof.line, proof.text,
					    proof.reason);
		for (k = 0; result_failure(&results[i], k); k++)
			github_line("error", &results[i], 1, WHOLE,
				    result_failure(&results[i], k));
	}
	return 0;
}
