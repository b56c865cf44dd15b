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

#include "tests/bench/stage.h"

static const struct bench_row *const tables[] = {
	bench_kernel_rows,
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

static bool row_is_wanted(const struct bench_row *row, char **names)
{
	char **name;

	for (name = names; *name; name++)
		if (str_equal(*name, row->name))
			return true;
	return !*names;
}

/*
 * Nothing that a row leaves in memory may count for the next one; the kernel frees programs
 * and maps some time after their owner's end.
 */
static int row_run(const struct bench *bench, const struct bench_row *row)
{
	pid_t pid;
	int status;

	sleep(2);
	pid = fork();
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
	const struct bench bench = { argc > 3 ? argv[1] : NULL, argc > 3 ? argv[3] : NULL };
	const struct bench_row *row;
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
	sleep(5); /* what the machine does when it has started */
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (row = tables[i]; row->name; row++)
			if (row_is_wanted(row, argv + 4) && row_run(&bench, row) < 0)
				status = 1;
	return status;
}
