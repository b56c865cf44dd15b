/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "json/json-copy.h"
#include "json/json.h"
#include "test/output.h"

static void print_cases(struct json *json, const struct suite_result *result)
{
	size_t i;

	json_list(json, "cases");
	for (i = 0; i < result->n_cases; i++) {
		const struct case_result *one = &result->cases[i];

		json_map(json, NULL);
		json_text(json, "name", one->one->name);
		json_text(json, "status", outcome_name(one->outcome));
		json_text(json, "reason", one->reason);
		json_seconds(json, "seconds", one->seconds);
		json_map_end(json);
	}
	json_list_end(json);
}

static void print_proofs(struct json *json, const struct suite_result *result)
{
	struct tetra_proof proof;
	size_t i;
	int r;

	json_list(json, "proofs");
	for (i = 0; (r = result_proof(result, i, &proof)) >= 0; i++) {
		if (r == 0)
			continue;
		json_map(json, NULL);
		json_text(json, "text", proof.text);
		json_text(json, "status", proof.status_name);
		json_text(json, "reason", proof.reason);
		json_copy(json, "witness", proof.witness);
		json_map_end(json);
	}
	json_list_end(json);
}

static void print_coverage(struct json *json, const struct coverage *coverage)
{
	size_t i;

	json_map(json, "coverage");
	json_number(json, "filters", (int64_t)coverage->n_filters);
	json_number(json, "covered", (int64_t)coverage->n_covered);
	json_list(json, "missing");
	for (i = 0; i < coverage->n_missing; i++)
		json_text(json, NULL, coverage->missing[i]);
	json_list_end(json);
	json_list(json, "cases");
	for (i = 0; i < coverage->n_missing; i++)
		json_text(json, NULL, coverage->cases[i]);
	json_list_end(json);
	json_map_end(json);
}

static void print_mutants(struct json *json, const struct mutants *mutants)
{
	size_t i;

	json_map(json, "mutants");
	json_number(json, "made", (int64_t)mutants->n_made);
	json_number(json, "equivalent", (int64_t)mutants->n_equivalent);
	json_number(json, "killed", (int64_t)mutants->n_killed);
	json_list(json, "survived");
	for (i = 0; i < mutants->n_survived; i++) {
		json_map(json, NULL);
		json_text(json, "change", mutants->survived[i].change);
		json_number(json, "line", mutants->survived[i].line);
		json_text(json, "case", mutants->survived[i].cure);
		json_map_end(json);
	}
	json_list_end(json);
	json_map_end(json);
}

static void print_suite(struct json *json, const struct suite_result *result)
{
	size_t i;

	json_map(json, NULL);
	json_text(json, "file", result->suite.file);
	json_text(json, "kernel", result->kernel);
	json_text(json, "status", outcome_name(result->outcome));
	json_text(json, "reason", result->reason);
	print_cases(json, result);
	print_proofs(json, result);
	json_list(json, "differences");
	for (i = 0; i < result->n_differences; i++)
		json_text(json, NULL, result->differences[i]);
	json_list_end(json);
	if (result->coverage)
		print_coverage(json, result->coverage);
	if (result->mutants)
		print_mutants(json, result->mutants);
	json_map_end(json);
}

int output_json(const struct suite_result *results, size_t n)
{
	size_t passed = 0, failed = 0, skipped = 0, gaps = 0, i;
	struct json json;

	if (json_init(&json, stdout) == 0) {
		json_map(&json, NULL);
		json_list(&json, "suites");
		for (i = 0; i < n; i++) {
			print_suite(&json, &results[i]);
			passed += results[i].n_passed;
			failed += results[i].n_failed;
			skipped += results[i].n_skipped;
			gaps += results[i].n_gaps;
		}
		json_list_end(&json);
		json_number(&json, "passed", (int64_t)passed);
		json_number(&json, "failed", (int64_t)failed);
		json_number(&json, "skipped", (int64_t)skipped);
		json_number(&json, "known_gaps", (int64_t)gaps);
		json_map_end(&json);
		json_line(&json);
	}
	return json_done(&json);
}
