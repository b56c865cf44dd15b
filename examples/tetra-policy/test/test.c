/* SPDX-License-Identifier: Apache-2.0 */
/* tetra-policy test: runs suites. */
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/simulate.h>

#include "command.h"
#include "common/guard.h"
#include "options.h"
#include "live/live.h"
#include "live/stop.h"
#include "suite/form.h"
#include "measure/coverage.h"
#include "measure/mutate.h"
#include "test/baseline.h"
#include "test/offline.h"
#include "test/output.h"
#include "text.h"

#define MAX_JOBS 64u

struct config {
	output_fn *output;
	const char *filter, *keep;
	int is_offline, is_schema, is_strict;
	int is_coverage, is_mutating, is_updating;
	unsigned int threshold; /* percent; of filters that are covered */
	unsigned int jobs;	/* suites at a time; 0: one */
};

static int set_output(void *config, output_fn *output)
{
	struct config *it = config;

	if (it->output && it->output != output) {
		complain("test", "one form of output at a time");
		return -EINVAL;
	}
	it->output = output;
	return 0;
}

#define OUTPUT(name)                                                                     \
	static int set_##name(void *config, const char *text)                            \
	{                                                                                \
		(void)text;                                                              \
		return set_output(config, output_##name);                                \
	}
OUTPUT(json)
OUTPUT(tap)
OUTPUT(junit)
OUTPUT(github)

static int set_filter(void *config, const char *text)
{
	((struct config *)config)->filter = text;
	return 0;
}

static int set_keep(void *config, const char *text)
{
	((struct config *)config)->keep = text;
	return 0;
}

static int set_offline(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_offline = 1;
	return 0;
}

static int set_coverage(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_coverage = 1;
	return 0;
}

static int set_threshold(void *config, const char *text)
{
	struct config *it = config;
	char *end;
	unsigned long percent = strtoul(text, &end, 10);

	if (!*text || *end || percent > 100 || *text == '-') {
		complain(text, "is not a number from 0 to 100");
		return -EINVAL;
	}
	it->threshold = (unsigned int)percent;
	it->is_coverage = 1;
	return 0;
}

static int set_jobs(void *config, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || *text == '-' || !n || n > MAX_JOBS) {
		complain(text, "is not a number from 1 to 64");
		return -EINVAL;
	}
	((struct config *)config)->jobs = (unsigned int)n;
	return 0;
}

static int set_mutate(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_mutating = 1;
	return 0;
}

static int set_update(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_updating = 1;
	return 0;
}

static int set_schema(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_schema = 1;
	return 0;
}

static int set_strict(void *config, const char *text)
{
	(void)text;
	((struct config *)config)->is_strict = 1;
	return 0;
}

/* A row a line. */
/* clang-format off */
const struct option_row test_options[] = {
	{ 'o', "offline", NULL, set_offline,
	  "without a kernel: event cases and proofs only" },
	{ 'f', "filter", "NAME", set_filter,
	  "only cases of that name, or whose name matches the pattern or\n"
	  "contains the text" },
	{ 0, "jobs", "N", set_jobs,
	  "run N suites at a time; with --offline only" },
	{ 'j', "json", NULL, set_json,
	  "print the results as one JSON document" },
	{ 0, "tap", NULL, set_tap,
	  "print them as TAP" },
	{ 0, "junit", NULL, set_junit,
	  "print them as XML of JUnit" },
	{ 0, "github", NULL, set_github,
	  "print them as annotations of GitHub Actions" },
	{ 'c', "coverage", NULL, set_coverage,
	  "which filters no event case has seen true and false, and cases\n"
	  "that would" },
	{ 't', "threshold", "N", set_threshold,
	  "fail if less than N percent of the filters are covered" },
	{ 'm', "mutate", NULL, set_mutate,
	  "which slips in the policies no case and no claim notices" },
	{ 's', "strict", NULL, set_strict,
	  "what is not decided fails, and so do slips that are not noticed" },
	{ 'u', "update-baseline", NULL, set_update,
	  "write the baselines of the suites instead of comparing with them" },
	{ 'k', "keep", "DIR", set_keep,
	  "keep events, output, hooks and counters of commands that fail" },
	{ 0, "schema", NULL, set_schema,
	  "print the form of suites as a JSON Schema" },
	{},
};
/* clang-format on */

static int is_wanted(const struct config *config, const struct suite_case *one)
{
	const char *filter = config->filter;

	return !filter || fnmatch(filter, one->name, 0) == 0 ||
	       fnmatch(filter, one->base, 0) == 0 || strstr(one->name, filter);
}

static void broken(struct suite_result *result, const char *why)
{
	result->outcome = OUTCOME_ERROR;
	result->reason = why;
}

/* What cases are run with. */
struct stage {
	const struct config *config;
	struct suite_result *result;
	struct tetra_sim *sim;
	struct live *live;
	const char *skipped; /* why commands are not run; NULL: they are */
};

static int case_run(struct stage *stage, const struct suite_case *one)
{
	if (!is_wanted(stage->config, one))
		return 0;
	if (stop_signal())
		return -EINTR;
	if (one->skip)
		result_add_other(stage->result, one, OUTCOME_SKIPPED, one->skip);
	else if (one->event)
		return offline_case(stage->result, stage->sim, one);
	else if (stage->skipped)
		result_add_other(stage->result, one, OUTCOME_SKIPPED, stage->skipped);
	else
		live_case(stage->live, one);
	return 0;
}

static int has_command(const struct stage *stage)
{
	const struct suite *suite = &stage->result->suite;
	size_t i;

	for (i = 0; i < suite->n_cases; i++)
		if (suite->cases[i].run && !suite->cases[i].skip &&
		    is_wanted(stage->config, &suite->cases[i]))
			return 1;
	return 0;
}

static int stage_set(struct stage *stage)
{
	const char *why = "needs a kernel";
	int r = offline_sim(stage->result, &stage->sim), is_unmet = 1;

	if (r < 0)
		return r;
	if (!stage->config->is_offline && has_command(stage))
		r = is_unmet = live_start(&stage->live, stage->result, &why);
	if (r < 0)
		stage->result->reason = why;
	stage->skipped = is_unmet ? why : NULL;
	return r;
}

static int cases_run(const struct config *config, struct suite_result *result)
{
	struct stage stage = { .config = config, .result = result };
	int r = stage_set(&stage);
	size_t i;

	for (i = 0; r >= 0 && i < result->suite.n_cases; i++)
		r = case_run(&stage, &result->suite.cases[i]);
	live_done(stage.live);
	tetra_sim_free(stage.sim);
	if (stop_signal())
		result->reason = "interrupted";
	return stop_signal() ? -EINTR : r;
}

static void sum_cases(struct suite_result *result)
{
	size_t i;

	for (i = 0; i < result->n_cases; i++) {
		enum outcome outcome = result->cases[i].outcome;

		result->n_passed += outcome == OUTCOME_PASSED;
		result->n_failed += outcome == OUTCOME_FAILED || outcome == OUTCOME_ERROR;
		result->n_skipped += outcome == OUTCOME_SKIPPED;
		result->n_gaps += outcome == OUTCOME_KNOWN_GAP;
	}
}

static void sum_proofs(struct suite_result *result)
{
	struct tetra_proof proof;
	size_t i;
	int r;

	for (i = 0; (r = result_proof(result, i, &proof)) >= 0; i++) {
		if (r == 0)
			continue;
		result->n_passed += proof.status == TETRA_PROVED;
		result->n_failed += (size_t)result_is_refuted(result, &proof);
		result->n_gaps += proof.status != TETRA_PROVED &&
				  !result_is_refuted(result, &proof);
	}
}

/* Whether the suite says too little of its policies. */
static int is_below(const struct config *config, struct suite_result *result)
{
	if (result->coverage && coverage_percent(result->coverage) < config->threshold) {
		result->reason = arena_text(
			&result->suite.arena, "coverage is %u percent, less than %u",
			coverage_percent(result->coverage), config->threshold);
		return 1;
	}
	return result->is_strict && result->mutants && result->mutants->n_survived;
}

static void judge_suite(const struct config *config, struct suite_result *result)
{
	/* Asked first: it says why, even if something else is wrong. */
	if (is_below(config, result) || result->n_failed || result->n_differences)
		result->outcome = OUTCOME_FAILED;
	else if (result->n_skipped && !result->n_passed && !result->n_gaps)
		result->outcome = OUTCOME_SKIPPED;
	else
		result->outcome = OUTCOME_PASSED;
}

static void suite_run(const struct config *config, struct suite_result *result,
		      const char *file)
{
	int r = suite_read(&result->suite, file);

	if (r < 0) {
		broken(result, "the suite has errors");
		return;
	}
	result->filter = config->filter;
	result->keep = config->keep;
	result->is_strict = config->is_strict;
	r = cases_run(config, result);
	if (r >= 0)
		r = offline_prove(result);
	if (r >= 0)
		r = config->is_updating ? baseline_update(result)
					: baseline_compare(result);
	if (r >= 0 && config->is_coverage)
		r = coverage_measure(result);
	if (r >= 0 && config->is_mutating)
		r = mutate(result);
	sum_cases(result);
	if (result->proofs)
		sum_proofs(result);
	if (r < 0) {
		if (!result->reason)
			result->reason = strerror(-r);
		complain(file, result->reason);
		broken(result, result->reason);
		return;
	}
	judge_suite(config, result);
}

static void result_done(struct suite_result *result)
{
	tetra_proofs_free(result->proofs);
	if (result->coverage) {
		free(result->coverage->missing);
		free(result->coverage->cases);
	}
	if (result->mutants)
		free(result->mutants->survived);
	free(result->cases);
	free(result->facts);
	free(result->differences);
	suite_done(&result->suite);
}

static enum status status_of(const struct suite_result *results, size_t n)
{
	size_t n_by[OUTCOME_ERROR + 1] = {}, i;

	for (i = 0; i < n; i++)
		n_by[results[i].outcome]++;
	if (n_by[OUTCOME_ERROR])
		return STATUS_BROKEN;
	if (n_by[OUTCOME_FAILED])
		return STATUS_FOUND;
	return n_by[OUTCOME_SKIPPED] == n ? STATUS_SKIPPED : STATUS_GOOD;
}

/* A filter that fits nothing is a slip. */
static int is_something(const struct suite_result *results, size_t n)
{
	struct tetra_proof proof;
	size_t i, k;
	int r;

	for (i = 0; i < n; i++) {
		if (results[i].n_cases || results[i].outcome == OUTCOME_ERROR)
			return 1;
		for (k = 0; (r = result_proof(&results[i], k, &proof)) >= 0; k++)
			if (r)
				return 1;
	}
	return 0;
}

/* What threads share: a thread that is free takes the next suite. */
struct round {
	const struct config *config;
	struct suite_result *results;
	char **files;
	size_t n, next;
};

static void *round_work(void *user)
{
	struct round *round = user;
	size_t i;

	while ((i = __atomic_fetch_add(&round->next, 1, __ATOMIC_RELAXED)) < round->n)
		suite_run(round->config, &round->results[i], round->files[i]);
	return NULL;
}

/* A thread that cannot be made is one less. */
static void suites_share(struct round *round)
{
	pthread_t threads[MAX_JOBS];
	unsigned int n = 0;

	while (n + 1 < round->config->jobs && n + 1 < round->n &&
	       pthread_create(&threads[n], NULL, round_work, round) == 0)
		n++;
	round_work(round);
	while (n)
		pthread_join(threads[--n], NULL);
}

/* Return: how many were run. */
static size_t suites_run(const struct config *config, struct suite_result *results,
			 char **files, size_t n)
{
	struct round round = { config, results, files, n, 0 };
	size_t i;

	if (config->jobs > 1) {
		suites_share(&round);
		return n;
	}
	for (i = 0; i < n && !stop_signal(); i++)
		suite_run(config, &results[i], files[i]);
	return i;
}

static enum status test_all(const struct config *config, char **files, size_t n)
{
	struct suite_result *results = calloc(n, sizeof(*results));
	enum status status;
	size_t i;

	if (!results) {
		complain("test", strerror(ENOMEM));
		return STATUS_BROKEN;
	}
	n = suites_run(config, results, files, n);
	status = status_of(results, n);
	if ((config->output ? config->output : output_text)(results, n) < 0)
		status = STATUS_BROKEN;
	if (config->filter && !is_something(results, n)) {
		complain(config->filter, "no case has this name");
		status = STATUS_BROKEN;
	}
	for (i = 0; i < n; i++)
		result_done(&results[i]);
	free(results);
	return status;
}

int test_run(const struct command *command, int argc, char **argv)
{
	struct config config = {};
	int first = options_read(command, argc, argv, &config), status;

	if (first <= 0)
		return first < 0 ? STATUS_BROKEN : STATUS_GOOD;
	if (config.is_schema && first == argc) {
		form_print_schema(stdout);
		return STATUS_GOOD;
	}
	if (config.is_schema)
		return options_refuse(command, "--schema takes no operand");
	if (first == argc)
		return options_refuse(command, "needs a suite");
	/* Commands of two suites would be under the policies of both. */
	if (config.jobs > 1 && !config.is_offline)
		return options_refuse(command, "--jobs needs --offline");
	status = (int)test_all(&config, argv + first, (size_t)(argc - first));
	fflush(stdout);
	stop_obey();
	return status;
}
