/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "test/output.h"
#include "text.h"

/* A word in colour on a terminal. */
static void print_word(const char *word, const char *colour)
{
	if (isatty(STDOUT_FILENO))
		printf("  \033[%sm%-12s\033[0m", colour, word);
	else
		printf("  %-12s", word);
}

static void print_indented(const char *what, const char *text)
{
	if (!text)
		return;
	printf("              %s", what);
	text_print(stdout, text);
	printf("\n");
}

static void print_case(const struct case_result *one)
{
#define X(name, json, text) [OUTCOME_##name] = text,
	static const char *const words[] = { OUTCOMES(X) };
#undef X
	static const char *const colours[] = { "32", "31", "33", "36", "31" };

	print_word(words[one->outcome], colours[one->outcome]);
	text_print(stdout, one->one->name);
	printf("\n");
	print_indented("", one->reason);
}

static void print_proofs(const struct suite_result *result)
{
	static const char *const colours[] = { "0", "32", "31", "33" };
	struct tetra_proof proof;
	size_t i;
	int r;

	for (i = 0; (r = result_proof(result, i, &proof)) >= 0; i++) {
		if (r == 0)
			continue;
		print_word(proof.status_name, colours[proof.status]);
		text_print(stdout, proof.text);
		printf("\n");
		print_indented("for ", proof.reason);
		print_indented("e.g. ", proof.witness);
	}
}

/* What is ready to paste is not indented. */
static void print_coverage(const struct coverage *coverage)
{
	size_t i;

	printf("  coverage: %zu of %zu filters were seen true, and false while the rest of "
	       "their selector was true\n",
	       coverage->n_covered, coverage->n_filters);
	for (i = 0; i < coverage->n_missing; i++) {
		print_word("missing", "33");
		text_print(stdout, coverage->missing[i]);
		printf("%s\n", coverage->cases[i] ? "" : " (no event can show it)");
	}
	for (i = 0; i < coverage->n_missing; i++)
		if (coverage->cases[i])
			printf("%s", coverage->cases[i]);
}

static void print_mutants(const struct mutants *mutants)
{
	size_t i;

	printf("  mutants: %zu made, %zu equivalent, %zu killed, %zu survived\n",
	       mutants->n_made, mutants->n_equivalent, mutants->n_killed,
	       mutants->n_survived);
	for (i = 0; i < mutants->n_survived; i++) {
		print_word("survived", "33");
		printf("line %u: ", mutants->survived[i].line);
		text_print(stdout, mutants->survived[i].change);
		printf("\n");
	}
	for (i = 0; i < mutants->n_survived; i++)
		if (mutants->survived[i].cure)
			printf("%s", mutants->survived[i].cure);
}

static void print_suite(const struct suite_result *result)
{
	size_t i;

	text_print(stdout, result->suite.file);
	if (result->kernel)
		printf(" (%s)", result->kernel);
	printf("\n");
	if (result->reason)
		print_indented("", result->reason);
	for (i = 0; i < result->n_cases; i++)
		print_case(&result->cases[i]);
	print_proofs(result);
	for (i = 0; i < result->n_differences; i++) {
		print_word("baseline", "31");
		text_print(stdout, result->differences[i]);
		printf("\n");
	}
	if (result->coverage)
		print_coverage(result->coverage);
	if (result->mutants)
		print_mutants(result->mutants);
}

int output_text(const struct suite_result *results, size_t n)
{
	size_t passed = 0, failed = 0, skipped = 0, gaps = 0, i;

	for (i = 0; i < n; i++) {
		print_suite(&results[i]);
		passed += results[i].n_passed;
		failed += results[i].n_failed;
		skipped += results[i].n_skipped;
		gaps += results[i].n_gaps;
	}
	printf("%zu passed, %zu failed, %zu known gaps, %zu skipped\n", passed, failed,
	       gaps, skipped);
	return 0;
}
