/* SPDX-License-Identifier: Apache-2.0 */
/* What became of suites. */
#ifndef TETRA_POLICY_RESULT_H
#define TETRA_POLICY_RESULT_H

#include <stdint.h>

#include <tetra/compare.h>

#include "suite/suite.h"

/* A row a line: of a case, how it is called in JSON and in texts. */
/* A row a line. */
/* clang-format off */
#define OUTCOMES(X)                          \
	X(PASSED, "passed", "ok")            \
	X(FAILED, "failed", "FAILED")        \
	X(KNOWN_GAP, "known-gap", "gap")     \
	X(SKIPPED, "skipped", "skipped")     \
	X(ERROR, "error", "ERROR")
/* clang-format on */

#define X(name, json, text) OUTCOME_##name,
enum outcome { OUTCOMES(X) };
#undef X

struct case_result {
	const struct suite_case *one;
	enum outcome outcome;
	const char *reason; /* or NULL */
	double seconds;
};

struct coverage {
	size_t n_filters, n_covered;
	const char **missing; /* "kprobes[0].selectors[0].matchArgs[1] never false" */
	const char **cases;   /* for each, a case that would cover it; NULL: none can */
	size_t n_missing;
};

struct survivor {
	const char *change, *cure; /* cure: a case that would kill it; or NULL */
	unsigned int line;
};

struct mutants {
	size_t n_made, n_equivalent, n_killed, n_survived;
	struct survivor *survived;
};

/* What a baseline knows of: "verdict" of a case, "mechanism" of a hook, "fields" of a case. */
struct fact {
	const char *kind, *name, *text;
};

struct suite_result {
	struct suite suite;
	enum outcome outcome; /* of all of it; not KNOWN_GAP */
	const char *reason;   /* ERROR: why it could not be run */
	const char *kernel;   /* NULL: without one */
	struct case_result *cases;
	size_t n_cases;
	struct tetra_proofs *proofs; /* or NULL */
	int is_strict;		     /* what is not decided or not noticed fails */
	const char *keep;	     /* a folder for what failed; or NULL */
	const char *filter;	   /* proofs whose text lacks it are left out; or NULL */
	struct coverage *coverage; /* or NULL */
	struct mutants *mutants;   /* or NULL */
	struct fact *facts;
	size_t n_facts;
	const char **differences; /* from the baseline */
	size_t n_differences;
	size_t n_passed, n_failed, n_skipped, n_gaps;
};

void result_note(struct suite_result *result, const char *kind, const char *name,
		 const char *text);
const char *outcome_name(enum outcome outcome);
/* 1 and the proof at @i; 0: the filter excludes it; -ENOENT past the last. */
int result_proof(const struct suite_result *result, size_t i, struct tetra_proof *ret);
int result_is_refuted(const struct suite_result *result, const struct tetra_proof *proof);
/* Why the suite fails although its cases and proofs do not; NULL past the last. */
const char *result_failure(const struct suite_result *result, size_t i);

#endif
