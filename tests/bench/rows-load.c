/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what loading a policy costs, in instructions and in the kernel's memory. */
#include <stdio.h>
#include <sys/resource.h>

#include "tests/bench/attempt.h"
#include "tests/bench/meter.h"

#define FURTHER 20

/* Hooks of a large session: one policy on each of so many system calls. */
#define HOOKS	   200
#define HOOK_BYTES 64

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

static bool is_hook(const char *line, char *ret)
{
	static const char prefix[] = " T __x64_sys_";
	const char *at = strstr(line, prefix);

	return at && sscanf(at + sizeof(prefix) - 1, "%40s", ret) == 1 &&
	       !str_equal(ret, "ni_syscall"); /* calls that are not there */
}

/* The first system calls that this kernel has, as it lists them. */
static int hooks_find(char (*names)[HOOK_BYTES])
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[256];
	int n = 0;

	if (!file)
		return -errno;
	while (n < HOOKS && fgets(line, sizeof(line), file))
		n += is_hook(line, names[n]);
	fclose(file);
	return n == HOOKS ? 0 : -ENOENT;
}

static int hook_load(struct attempt *attempt, const char *name, uint32_t number)
{
	char hook[128];
	const struct bench_row row = {
		.hook = hook,
		.rules = { "matchPIDs: [{operator: In, values: [7000000]}]" },
		.copies = 1,
	};

	snprintf(hook, sizeof(hook), "call: sys_%.40s, syscall: true", name);
	return attempt_load_rules(attempt, &row, number);
}

/* What a session with many hooks cost. */
struct many {
	uint64_t first_ns, all_ns; /* processor time */
	int64_t program_bytes;
	uint64_t close_ns; /* by the clock */
	uint64_t close_own_ns;
};

static int many_load(struct attempt *attempt, struct many *ret)
{
	static char names[HOOKS][HOOK_BYTES];
	uint64_t start = meter_own_ns();
	int64_t before = meter_program_bytes();
	uint32_t i;
	int r = hooks_find(names);

	for (i = 0; i < HOOKS && r == 0; i++) {
		r = hook_load(attempt, names[i], i);
		if (i == 0)
			ret->first_ns = meter_own_ns() - start;
	}
	ret->all_ns = meter_own_ns() - start;
	ret->program_bytes = meter_program_bytes() - before;
	return r;
}

static int many_run(struct many *ret)
{
	struct attempt attempt;
	uint64_t start, own;
	int r = attempt_open(&attempt, 0);

	if (r == 0)
		r = many_load(&attempt, ret);
	start = meter_now_ns();
	own = meter_own_ns();
	attempt_done(&attempt);
	ret->close_ns = meter_now_ns() - start;
	ret->close_own_ns = meter_own_ns() - own;
	return r;
}

static int run_each_hook(const struct bench *bench, const struct bench_row *row)
{
	struct many many;
	int r = many_run(&many);

	(void)bench; /* no policy of a file */
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)(many.all_ns - many.first_ns) / (HOOKS - 1),
		     "processor time; the first: %.0f M", (double)many.first_ns / 1e6);
	return 0;
}

static int run_hook_bytes(const struct bench *bench, const struct bench_row *row)
{
	struct many many;
	int r = many_run(&many);

	(void)bench; /* no policy of a file */
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)many.program_bytes / HOOKS, "mean of %d", HOOKS);
	return 0;
}

static int run_close(const struct bench *bench, const struct bench_row *row)
{
	struct many many;
	int r = many_run(&many);

	(void)bench; /* no policy of a file */
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	bench_report(row, (double)many.close_ns / 1e6,
		     "%d hooks, guest time; %.0f M of it processor time of the session's",
		     HOOKS, (double)many.close_own_ns / 1e6);
	return 0;
}

const struct bench_row bench_load_rows[] = {
	{ "load_first", run_first },
	{ "load_further", run_further },
	{ "load_each_hook", run_each_hook },
	{ "hook_program_bytes", run_hook_bytes },
	{ "close_200_ms", run_close },
	{ "policy_kernel_bytes", run_policy_bytes },
	{ "base_kernel_bytes", run_base_bytes },
	{},
};
