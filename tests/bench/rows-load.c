/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what loading a policy costs, in instructions and in the kernel's memory. */
#include <stdio.h>
#include <sys/resource.h>

#include "tests/bench/attempt.h"
#include "tests/bench/meter.h"

#define FURTHER 20

/* Kernel time by the tick of the scheduler: coarse, and enough to see who works. */
static uint64_t kernel_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_stime.tv_sec * 1000000000u +
	       (uint64_t)usage.ru_stime.tv_usec * 1000u;
}

/* Processor time of loading one policy. */
static int load_cost(struct attempt *attempt, const struct bench *bench, const char *file,
		     uint32_t number, uint64_t *ret_ns)
{
	uint64_t before;
	int r;

	sleep(1);
	before = meter_own_ns();
	r = attempt_load(attempt, bench, file, number, 1);
	*ret_ns = meter_own_ns() - before;
	return r;
}

/* What one round of the first policy took. */
struct first {
	uint64_t open_ns, open_kernel_ns;
	uint64_t load_ns, load_kernel_ns;
	uint64_t verified; /* instructions that the verifier looked at */
};

static int first_run(struct first *ret, const struct bench *bench)
{
	static struct meter before, after;
	struct attempt attempt;
	uint64_t own = meter_own_ns(), kernel = kernel_ns();
	int r = attempt_open(&attempt, 0);

	ret->open_ns = meter_own_ns() - own;
	ret->open_kernel_ns = kernel_ns() - kernel;
	if (r == 0)
		r = meter_read(&before);
	kernel = kernel_ns();
	if (r == 0)
		r = load_cost(&attempt, bench, "file-prefix-nopost.yaml", 0,
			      &ret->load_ns);
	ret->load_kernel_ns = kernel_ns() - kernel;
	if (r == 0)
		r = meter_read(&after);
	if (r == 0)
		ret->verified = meter_verified(&after) - meter_verified(&before);
	attempt_done(&attempt);
	return r;
}

static int run_first(const struct bench *bench, const struct bench_row *row)
{
	struct first best = { .load_ns = UINT64_MAX }, first = {};
	int i, r;

	for (i = 0; i < BENCH_ROUNDS; i++) {
		r = first_run(&first, bench);
		if (r < 0)
			return bench_fail(row, "%s", strerror(-r));
		if (first.load_ns < best.load_ns)
			best = first;
	}
	bench_report(
		row, (double)best.load_ns,
		"processor time, %.0f M of it in the kernel, where the verifier looked "
		"at %llu instructions; opening the session: %.0f M, %.0f M of it in "
		"the kernel",
		(double)best.load_kernel_ns / 1e6, (unsigned long long)best.verified,
		(double)best.open_ns / 1e6, (double)best.open_kernel_ns / 1e6);
	return 0;
}

static int run_further(const struct bench *bench, const struct bench_row *row)
{
	uint64_t best = UINT64_MAX, last = 0;
	struct attempt attempt;
	uint32_t i;
	int r = attempt_open(&attempt, 0);

	if (r == 0)
		r = attempt_load(&attempt, bench, "file-prefix-nopost.yaml", 0, 1);
	for (i = 0; i < FURTHER && r == 0; i++) {
		r = load_cost(&attempt, bench, "file-prefix-many.yaml", i, &last);
		best = i < BENCH_ROUNDS ? MIN(best, last) : best;
	}
	attempt_done(&attempt);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)best, "processor time; %.0f as number %d", (double)last,
		     FURTHER + 1);
	return 0;
}

static uint64_t session_bytes(struct attempt *attempt)
{
	struct tetra_session_stats stats = { .size = sizeof(stats) };

	tetra_stats_session(attempt->session, &stats);
	return stats.kernel_bytes;
}

static int run_policy_bytes(const struct bench *bench, const struct bench_row *row)
{
	int64_t before = 0, after = 0, base;
	uint64_t told = 0;
	struct attempt attempt;
	uint32_t i;
	int r = attempt_open(&attempt, 0);

	base = meter_map_bytes();
	if (r == 0)
		r = attempt_load(&attempt, bench, "file-prefix-nopost.yaml", 0, 1);
	if (r == 0) {
		before = meter_map_bytes();
		told = session_bytes(&attempt);
	}
	for (i = 0; i < FURTHER && r == 0; i++)
		r = attempt_load(&attempt, bench, "file-ten-values.yaml", i, 1);
	if (r == 0) {
		after = meter_map_bytes();
		told = session_bytes(&attempt) - told;
	}
	attempt_done(&attempt);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)(after - before) / FURTHER,
		     "mean of %d; the session says %.0f; the first policy: %lld", FURTHER,
		     (double)told / FURTHER, (long long)(before - base));
	return 0;
}

static int run_base_bytes(const struct bench *bench, const struct bench_row *row)
{
	int64_t before = meter_map_bytes(), after;
	struct attempt attempt;
	uint64_t told;
	int r = attempt_open(&attempt, 0);

	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	after = meter_map_bytes();
	told = session_bytes(&attempt);
	attempt_done(&attempt);
	bench_report(row, (double)(after - before), "the session says %llu",
		     (unsigned long long)told);
	return 0;
}

const struct bench_row bench_load_rows[] = {
	{ "load_first", run_first },
	{ "load_further", run_further },
	{ "policy_kernel_bytes", run_policy_bytes },
	{ "base_kernel_bytes", run_base_bytes },
	{},
};
