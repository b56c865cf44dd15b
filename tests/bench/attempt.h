/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TESTS_BENCH_ATTEMPT_H
#define TETRA_TESTS_BENCH_ATTEMPT_H

/* A session with the policies of a row, on the public interface. */

#include <tetra/session.h>

#include "tests/bench/bench.h"

struct attempt {
	struct tetra_session *session;
	struct tetra_diag *diag;
};

/* On failure the findings are on standard error. @ring_bytes 0: the default. */
int attempt_open(struct attempt *ret, uint32_t ring_bytes);
void attempt_done(struct attempt *attempt);

/*
 * Loads copies of a policy file as one transaction; xxx in the text is each
 * copy's number, from @first.
 */
int attempt_load(struct attempt *attempt, const struct bench *bench, const char *file,
		 uint32_t first, uint32_t copies);

/* Likewise, but builds the row->copies policies from the row's hook and rules. */
int attempt_load_rules(struct attempt *attempt, const struct bench_row *row,
		       uint32_t first);

/* Calls that all rules of all policies matched. */
uint64_t attempt_count_matches(struct attempt *attempt);

/* How the first hook of the first policy is attached; "" without policies. */
const char *attempt_get_way(struct attempt *attempt);

/* Takes what is in the ring. */
void attempt_drain(struct attempt *attempt);

#endif
