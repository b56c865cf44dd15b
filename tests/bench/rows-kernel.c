/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what a workload costs while policies are loaded. */
#include <stdio.h>

#include "tests/bench/attempt.h"
#include "tests/bench/meter.h"
#include "tests/bench/stage.h"

/* Room for all events of a round: what a full ring costs is another figure. */
#define RING_BYTES (16u << 20)

struct round {
	struct meter programs;
	uint64_t elapsed_ns;
};

static int round_run(struct round *ret, const struct bench_row *row)
{
	static struct meter before, after;
	int r = meter_read(&before);

	if (r == 0)
		r = stage_run(row->op, row->n, row->path, &ret->elapsed_ns);
	if (r == 0)
		r = meter_read(&after);
	if (r == 0)
		meter_subtract(&ret->programs, &after, &before);
	return r;
}

/* The cheapest of some rounds in BPF, and the shortest. */
static int rounds_run(struct round *ret, struct attempt *attempt,
		      const struct bench_row *row)
{
	static struct round round;
	uint64_t shortest = UINT64_MAX, cheapest = UINT64_MAX;
	int i, r;

	for (i = 0; i < BENCH_ROUNDS; i++) {
		sleep(1);
		r = round_run(&round, row);
		if (r < 0)
			return r;
		if (attempt)
			attempt_drain(attempt);
		if (meter_total_ns(&round.programs) < cheapest) {
			cheapest = meter_total_ns(&round.programs);
			*ret = round;
		}
		shortest = MIN(shortest, round.elapsed_ns);
	}
	ret->elapsed_ns = shortest;
	return 0;
}

static int row_load(struct attempt *attempt, const struct bench *bench,
		    const struct bench_row *row)
{
	int r = attempt_open(attempt, RING_BYTES);

	if (r == 0 && row->policy)
		r = attempt_load(attempt, bench, row->policy, 1, row->copies);
	else if (r == 0 && row->hook)
		r = attempt_load_rules(attempt, row, 1);
	return r;
}

/* A figure of a policy that did something else than the row says is none. */
static int row_verify(struct attempt *attempt, const struct bench_row *row,
		      const struct round *round)
{
	uint64_t matches = attempt_count_matches(attempt);
	uint64_t expected = row->matches ? (uint64_t)row->n * BENCH_ROUNDS : 0;

	if (matches != expected)
		return bench_fail(row, "%llu matches instead of %llu",
				  (unsigned long long)matches,
				  (unsigned long long)expected);
	if (meter_total_runs(&round->programs) < row->n)
		return bench_fail(row, "the programs did not run");
	return 0;
}

int bench_run_in_bpf(const struct bench *bench, const struct bench_row *row)
{
	static struct round round;
	struct attempt attempt;
	char remark[1024];
	int r = meter_set_stats(1);

	if (r == 0)
		r = row_load(&attempt, bench, row);
	if (r == 0)
		r = rounds_run(&round, &attempt, row);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	r = row_verify(&attempt, row, &round);
	if (r == 0) {
		meter_describe(&round.programs, row->n, remark, sizeof(remark));
		bench_report(row, (double)meter_total_ns(&round.programs) / row->n,
			     "%s: %s", attempt_get_way(&attempt), remark);
	}
	attempt_done(&attempt);
	return r;
}

/* The same workload without us goes into the remark. */
static int run_end_to_end(const struct bench *bench, const struct bench_row *row)
{
	static struct round bare, round;
	struct attempt attempt;
	int r = meter_set_stats(0);

	if (r == 0)
		r = rounds_run(&bare, NULL, row);
	if (r == 0)
		r = row_load(&attempt, bench, row);
	if (r == 0)
		r = rounds_run(&round, &attempt, row);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)round.elapsed_ns / row->n,
		     "%.0f without a session; %s, statistics of programs off",
		     (double)bare.elapsed_ns / row->n, attempt_get_way(&attempt));
	attempt_done(&attempt);
	return 0;
}

#define FAR    "/srv/x/file"   /* shares nothing with a rule's prefix */
#define NEAR   "/tmp/w/n/file" /* shares the folder above it */
#define INSIDE "/tmp/w/m/file"
#define OPENS  .op = "openclose", .n = 10000, .copies = 1
#define SEEKS  .op = "lseek", .n = 20000, .copies = 1

const struct bench_row bench_kernel_rows[] = {
	{ "file_prefix_nomatch_1", bench_run_in_bpf, "file-prefix-nopost.yaml", OPENS,
	  .path = FAR },
	{ "file_prefix_nomatch_1000", bench_run_in_bpf, "file-prefix-many.yaml",
	  .op = "openclose", .n = 10000, .copies = 1000, .path = FAR },
	{ "file_near_nomatch", bench_run_in_bpf, "file-prefix-nopost.yaml", OPENS,
	  .path = NEAR },
	{ "file_match_nopost", bench_run_in_bpf, "file-prefix-nopost.yaml", OPENS,
	  .path = INSIDE, .matches = true },
	{ "file_match_event", bench_run_in_bpf, "file-prefix-post.yaml", OPENS,
	  .path = INSIDE, .matches = true },
	{ "int_nomatch", bench_run_in_bpf, "lseek-int.yaml", SEEKS },
	{ "binary_nomatch", bench_run_in_bpf, "lseek-binary.yaml", SEEKS },
	{ "pid_nomatch", bench_run_in_bpf, "lseek-pid.yaml", SEEKS },
	{ "return_nomatch", bench_run_in_bpf, "lseek-return.yaml", SEEKS },
	{ "process_bpf", bench_run_in_bpf, .op = "forkexec", .n = 300, .path = "/tiny" },
	{ "open_end_to_end", run_end_to_end, "file-prefix-nopost.yaml", OPENS,
	  .path = NEAR },
	{},
};
