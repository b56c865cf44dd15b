/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TESTS_BENCH_BENCH_H
#define TETRA_TESTS_BENCH_BENCH_H

/*
 * A row is one figure. Each is measured in a process of its own, by a function that calls
 * bench_report() once; what it prints is read by the script that booted the guest.
 */

#include <stdint.h>

#include "lib/base/base.h"

#define BENCH_ROUNDS 3
#define BENCH_RULES  4

struct bench {
	const char *policies; /* folder */
	const char *daemon;   /* tetra-mini */
};

struct bench_row {
	const char *name;
	int (*run)(const struct bench *bench, const struct bench_row *row);
	/* Of rows that run a workload under a policy; the rest is for those only. */
	const char *policy; /* file in the folder; NULL: none, or the next two */
	const char *hook;   /* its YAML on one line, without selectors */
	/* selectors: the first copy has the first, the next the next, and round again */
	const char *rules[BENCH_RULES];
	uint32_t copies; /* of the policy, numbered */
	const char *op;
	uint32_t n;
	const char *path;
	bool matches;
};

extern const struct bench_row bench_kernel_rows[], bench_shape_rows[],
	bench_daemon_rows[], bench_load_rows[];

/* What programs cost an operation under the row's policies. */
int bench_run_in_bpf(const struct bench *bench, const struct bench_row *row);

/* The row's figure, and a remark on where it comes from ("" for none). */
void bench_report(const struct bench_row *row, double value, const char *format, ...)
	_printf_(3, 4);

/* Why there is no figure. Return: -ECANCELED. */
int bench_fail(const struct bench_row *row, const char *format, ...) _printf_(2, 3);

#endif
