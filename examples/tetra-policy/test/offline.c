/* SPDX-License-Identifier: Apache-2.0 */
#include "test/offline.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <tetra/simulate.h>
#include <tetra/tetra.h>

#include "common/findings.h"
#include "common/guard.h"
#include "test/judge.h"

void result_add_other(struct suite_result *result, const struct suite_case *one,
		      enum outcome outcome, const char *reason)
{
	result->cases = list_grow(result->cases, result->n_cases, sizeof(*result->cases));
	result->cases[result->n_cases++] =
		(struct case_result){ .one = one, .outcome = outcome, .reason = reason };
}

void result_add(struct suite_result *result, const struct suite_case *one,
		const char *reason, double seconds)
{
	struct arena *arena = &result->suite.arena;
	enum outcome outcome = reason ? OUTCOME_FAILED : OUTCOME_PASSED;

	if (one->known_gap && reason) {
		outcome = OUTCOME_KNOWN_GAP;
		reason = arena_text(arena, "%s: %s", one->known_gap, reason);
	} else if (one->known_gap) {
		outcome = OUTCOME_FAILED;
		reason = arena_text(
			arena, "the gap is closed, remove known-gap from the case: %s",
			one->known_gap);
	}
	result_add_other(result, one, outcome, reason);
	result->cases[result->n_cases - 1].seconds = seconds;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Whole, also if suites are run side by side. */
static int findings_tell(struct tetra_diag *diag)
{
	int r;

	flockfile(stderr);
	r = findings_print(diag, stderr);
	funlockfile(stderr);
	return r;
}

int offline_sim(struct suite_result *result, struct tetra_sim **ret)
{
	TETRA_OPTS(tetra_sim_opts, opts, .flags = TETRA_SIM_EXPLAIN);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	const struct policies *all = &result->suite.policies;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_sim_new(ret, all->items, all->n, &opts, diag);
	if (r >= 0)
		r = findings_tell(diag);
	return r;
}

int offline_case(struct suite_result *result, struct tetra_sim *sim,
		 const struct suite_case *one)
{
	struct suite *suite = &result->suite;
	struct tetra_input *input = judge_input(suite, one->event);
	double start = now();
	struct judged judged;
	int r = input ? judge(sim, input, &judged) : -ENOMEM;

	tetra_input_free(input);
	if (r < 0) {
		result_add_other(result, one, OUTCOME_ERROR, strerror(-r));
		return 0;
	}
	result_note(result, "verdict", one->name, judge_describe(&suite->arena, &judged));
	result_add(result, one, judge_compare(&suite->arena, one->expect, &judged),
		   now() - start);
	return 0;
}

int offline_prove(struct suite_result *result)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct suite *suite = &result->suite;
	const struct policies *all = &suite->policies;
	size_t len;
	const char *claims = suite_claims(suite, &len);
	int r;

	if (!suite->claims || !suite->claims->n)
		return 0;
	r = tetra_diag_new(&diag);
	if (r >= 0)
		r = tetra_prove(&result->proofs, all->items, all->n, claims, len, NULL,
				diag);
	if (diag)
		findings_tell(diag);
	return r;
}
