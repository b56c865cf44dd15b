/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TESTS_BENCH_USER_H
#define TETRA_TESTS_BENCH_USER_H

#include "tests/bench/bench.h"

/*
 * Processor time per operation of the row from the ring to JSON lines in a file, without
 * the time inside write(2): what is left are instructions in user space. The events lie in
 * the ring before the first is read. The best of the rounds.
 *
 * Return: 0; a negative errno; -ENOENT if lines are missing.
 */
int user_events_cost(const struct bench *bench, const struct bench_row *row,
		     double *ret_ns);

/* Lines that the row's workload makes in one round. */
uint32_t user_count_lines(const struct bench_row *row);

/* What each of those lines contains. */
const char *user_line_mark(const struct bench_row *row);

#endif
