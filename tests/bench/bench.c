/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench POLICIES PROGRAMS TETRA-MINI [ROW...]: measures rows, in the guest.
 *
 * Prints "value ROW NUMBER" and "remark ROW TEXT", or "failed ROW TEXT". PROGRAMS is the
 * folder with the built workload and tiny.
 */
#include "tests/bench/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

#include "tests/bench/meter.h"
#include "tests/bench/stage.h"

#define REST_SECONDS 60

static const struct bench_row *const tables[] = {
	bench_kernel_rows,
	bench_shape_rows,
	bench_daemon_rows,
	bench_load_rows,
};

void bench_report(const struct bench_row *row, double value, const char *format, ...)
{
	va_list args;

	printf("value %s %.2f\nremark %s ", row->name, value, row->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

int bench_fail(const struct bench_row *row, const char *format, ...)
{
	va_list args;

	printf("failed %s ", row->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return -ECANCELED;
}

/*
 * Has tetra-mini run once, to its end, however long that takes by the host's clock: its
 * pages are in memory when rows look at the guest's.
 */
static void pages_read(const struct bench *bench)
{
	char path[4096];
	pid_t pid = fork();

	snprintf(path, sizeof(path), "%s/ten/01-open.yaml", bench->policies);
	if (pid == 0) {
		execl(bench->daemon, bench->daemon, "--output", "none", "--duration", "1",
		      "--policy", path, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static bool row_is_wanted(const struct bench_row *row, char **names)
{
	char **name;

	for (name = names; *name; name++)
		if (str_equal(*name, row->name))
			return true;
	return !*names;
}

/* The kernel frees maps some time after their owner's end: they are no part of the next. */
static void rest_wait(int64_t at_rest)
{
	int i;

	for (i = 0; i < REST_SECONDS; i++) {
		sleep(1);
		if (meter_map_bytes() <= at_rest)
			return;
	}
}

/* Nothing that a row leaves in memory may count for the next one. */
static int row_run(const struct bench *bench, const struct bench_row *row)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		exit(row->run(bench, row) < 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return bench_fail(row, "no process: %s", strerror(errno));
	if (WIFSIGNALED(status))
		return bench_fail(row, "ended by signal %d", WTERMSIG(status));
	return status ? -ECANCELED : 0;
}

int main(int argc, char **argv)
{
	const struct bench bench = { argc > 3 ? argv[1] : NULL,
				     argc > 3 ? argv[3] : NULL };
	const struct bench_row *row;
	int64_t at_rest;
	size_t i;
	int r, status = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: bench POLICIES PROGRAMS TETRA-MINI [ROW...]\n");
		return 2;
	}
	r = stage_init(argv[2]);
	if (r < 0) {
		fprintf(stderr, "bench: no stage: %s\n", strerror(-r));
		return 1;
	}
	pages_read(&bench);
	sleep(5); /* what the machine does when it has started */
	at_rest = meter_map_bytes();
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (row = tables[i]; row->name; row++) {
			if (!row_is_wanted(row, argv + 4))
				continue;
			if (row_run(&bench, row) < 0)
				status = 1;
			rest_wait(at_rest);
		}
	return status;
}
