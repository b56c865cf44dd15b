/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of tetra-mini as a whole process: delivery, start, resident memory. */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tests/bench/meter.h"
#include "tests/bench/stage.h"
#include "tests/bench/user.h"

/* Fits into the ring while nobody reads it. */
#define EVENTS	      1500
#define EXECS	      300
#define START_SECONDS 30

static int mini_start(struct stage_daemon *daemon, const struct bench *bench,
		      const char *policy)
{
	char path[4096];
	char *with[] = { (char *)bench->daemon, (char *)"--policy", path, NULL };
	char *without[] = { (char *)bench->daemon, NULL };

	snprintf(path, sizeof(path), "%s/%s", bench->policies, policy ? policy : "");
	return stage_start(daemon, policy ? with : without);
}

static int mini_start_ready(struct stage_daemon *daemon, const struct bench *bench,
			    const char *policy)
{
	int r = mini_start(daemon, bench, policy);

	if (r == 0)
		r = stage_wait_ready(daemon);
	if (r == 0)
		sleep(5);
	return r;
}

static uint64_t mini_settled_ns(const struct stage_daemon *daemon)
{
	sleep(1);
	return meter_child_ns(daemon->pid);
}

/*
 * What the events of a workload cost in tetra-mini, in instructions. Stopped until the
 * workload has ended: a batch of events, and nothing else runs meanwhile. Else it is woken
 * as they come.
 */
static int events_cost(const struct stage_daemon *daemon, const struct bench_row *row,
		       bool stopped, uint64_t *ret_ns)
{
	uint64_t elapsed, before = mini_settled_ns(daemon);
	int r;

	if (stopped)
		kill(daemon->pid, SIGSTOP);
	r = stage_run(row->op, row->n, row->path, &elapsed);
	kill(daemon->pid, SIGCONT);
	*ret_ns = mini_settled_ns(daemon) - before;
	return r;
}

static int events_rounds(const struct stage_daemon *daemon, const struct bench_row *row,
			 bool stopped, uint64_t *ret_ns)
{
	uint64_t ns;
	int i, r;

	*ret_ns = UINT64_MAX;
	for (i = 0; i < BENCH_ROUNDS; i++) {
		r = events_cost(daemon, row, stopped, &ns);
		if (r < 0)
			return r;
		*ret_ns = MIN(*ret_ns, ns);
	}
	return 0;
}

static int events_report(const struct stage_daemon *daemon, const struct bench_row *row,
			 double user)
{
	int64_t lines, expected = 2 * BENCH_ROUNDS * (int64_t)user_count_lines(row);
	uint64_t batch, woken;
	struct stat st = {};
	int r = events_rounds(daemon, row, true, &batch);

	if (r == 0)
		r = events_rounds(daemon, row, false, &woken);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	lines = stage_count_lines(user_line_mark(row));
	if (lines != expected)
		return bench_fail(row, "%lld lines instead of %lld", (long long)lines,
				  (long long)expected);
	stat(STAGE_EVENTS, &st);
	bench_report(
		row, user,
		"in user space, from the ring to the file; tetra-mini, kernel and all: "
		"%.0f in one batch, %.0f when woken as they come; %.0f bytes of JSON",
		(double)batch / row->n, (double)woken / row->n,
		(double)st.st_size / (double)lines);
	return 0;
}

static int run_events(const struct bench *bench, const struct bench_row *row)
{
	struct stage_daemon daemon = {};
	double user;
	int r = meter_set_stats(0);

	if (r == 0)
		r = user_events_cost(bench, row, &user);
	if (r < 0)
		return bench_fail(row, "in this process: %s", strerror(-r));
	r = mini_start_ready(&daemon, bench, row->policy);
	if (r < 0)
		bench_fail(row, "tetra-mini: %s", strerror(-r));
	else
		r = events_report(&daemon, row, user);
	stage_stop(&daemon);
	return r;
}

/* One round of the whole: with what tetra-mini has still to do when the workload ends. */
static int delivery_round(const struct stage_daemon *daemon, const struct bench_row *row,
			  uint64_t *ret_ns, uint64_t *ret_late)
{
	uint64_t elapsed, at_end;
	int r;

	sleep(1);
	r = stage_run(row->op, row->n, row->path, &elapsed);
	if (r < 0)
		return r;
	at_end = meter_child_ns(daemon->pid);
	*ret_late = mini_settled_ns(daemon) - at_end;
	*ret_ns = elapsed + *ret_late;
	return 0;
}

static int delivery_run(const struct stage_daemon *daemon, const struct bench_row *row,
			uint64_t bare)
{
	uint64_t best = UINT64_MAX, best_late = 0, ns, late;
	int64_t lines;
	int i, r;

	for (i = 0; i < BENCH_ROUNDS; i++) {
		r = delivery_round(daemon, row, &ns, &late);
		if (r < 0)
			return bench_fail(row, "%s", strerror(-r));
		if (ns < best) {
			best = ns;
			best_late = late;
		}
	}
	lines = stage_count_lines(user_line_mark(row));
	if (lines != BENCH_ROUNDS * (int64_t)user_count_lines(row))
		return bench_fail(row, "%lld lines", (long long)lines);
	bench_report(row, (double)best / row->n,
		     "%.0f without a session; %.0f of it after the workload's end",
		     (double)bare / row->n, (double)best_late / row->n);
	return 0;
}

static int run_delivery(const struct bench *bench, const struct bench_row *row)
{
	uint64_t bare = UINT64_MAX, ns;
	struct stage_daemon daemon = {};
	int i, r = meter_set_stats(0);

	for (i = 0; i < BENCH_ROUNDS && r == 0; i++) {
		r = stage_run(row->op, row->n, row->path, &ns);
		bare = MIN(bare, ns);
	}
	if (r == 0)
		r = mini_start_ready(&daemon, bench, NULL);
	if (r < 0)
		bench_fail(row, "%s", strerror(-r));
	else
		r = delivery_run(&daemon, row, bare);
	stage_stop(&daemon);
	return r;
}

/* From the start to the line of an event that a policy asked for. */
static int run_start_ten(const struct bench *bench, const struct bench_row *row)
{
	struct stage_daemon daemon = {};
	uint64_t elapsed, idle = 0, ns = 0;
	int r = mini_start(&daemon, bench, "ten");

	if (r == 0)
		r = stage_wait_ready(&daemon);
	if (r == 0) {
		idle = mini_settled_ns(&daemon);
		r = stage_run("openclose", 1, "/tmp/w/m/file", &elapsed);
		ns = mini_settled_ns(&daemon);
	}
	stage_stop(&daemon);
	if (r < 0)
		return bench_fail(row, "%s", strerror(-r));
	if (stage_count_lines("\"process_kprobe\"") != 1)
		return bench_fail(row, "no event");
	bench_report(row, (double)ns,
		     "processor time of tetra-mini with ten hooks (a wait for a grace "
		     "period is none), %.0f of it for the event",
		     (double)(ns - idle));
	return 0;
}

/* Until the first line is in the file, by the guest's clock. Return: 0 if none came. */
static uint64_t first_line_ns(const struct bench *bench, const char *policy)
{
	struct stage_daemon daemon = {};
	uint64_t ns = 0;
	struct stat st;
	int i;

	if (mini_start(&daemon, bench, policy) == 0)
		for (i = 0; i < START_SECONDS * 2000 && !ns; i++) {
			usleep(500);
			if (stat(STAGE_EVENTS, &st) == 0 && st.st_size > 0)
				ns = meter_now_ns() - daemon.start_ns;
		}
	stage_stop(&daemon);
	return ns;
}

static int run_start_time(const struct bench *bench, const struct bench_row *row)
{
	uint64_t best = UINT64_MAX, ten = UINT64_MAX, ns;
	int i;

	for (i = 0; i < BENCH_ROUNDS; i++) {
		ns = first_line_ns(bench, NULL);
		if (!ns)
			return bench_fail(row, "no line");
		best = MIN(best, ns);
		ns = first_line_ns(bench, "ten");
		if (!ns)
			return bench_fail(row, "no line with ten policies");
		ten = MIN(ten, ns);
	}
	bench_report(row, (double)best / 1e6,
		     "without policies; %.0f with ten on ten hooks", (double)ten / 1e6);
	return 0;
}

/* A line of /proc/PID/status in bytes. */
static int64_t status_bytes(pid_t pid, const char *key)
{
	char path[64], line[256];
	long long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (kib < 0 && fgets(line, sizeof(line), file))
		if (str_has_prefix(line, key))
			sscanf(line + strlen(key), ": %lld kB", &kib);
	fclose(file);
	return kib < 0 ? -1 : kib * 1024;
}

static int run_resident(const struct bench *bench, const struct bench_row *row)
{
	struct stage_daemon daemon = {};
	int64_t all, anonymous, file, shared, most;
	int r = mini_start_ready(&daemon, bench, "ten");

	all = status_bytes(daemon.pid, "VmRSS");
	anonymous = status_bytes(daemon.pid, "RssAnon");
	file = status_bytes(daemon.pid, "RssFile");
	shared = status_bytes(daemon.pid, "RssShmem");
	most = status_bytes(daemon.pid, "VmHWM");
	stage_stop(&daemon);
	if (r < 0 || all < 0)
		return bench_fail(row, "tetra-mini did not start");
	bench_report(row, (double)all,
		     "%lld anonymous, %lld of files, %lld shared; %lld at most",
		     (long long)anonymous, (long long)file, (long long)shared,
		     (long long)most);
	return 0;
}

const struct bench_row bench_daemon_rows[] = {
	{ "forkexec_end_to_end", run_delivery, .op = "forkexec", .n = EXECS,
	  .path = "/tiny" },
	{ "user_kprobe_event", run_events, "file-prefix-post.yaml", .op = "openclose",
	  .n = EVENTS, .path = "/tmp/w/m/file" },
	{ "user_exec_exit_events", run_events, .op = "forkexec", .n = EXECS,
	  .path = "/tiny" },
	{ "load_ten", run_start_ten },
	{ "rss_idle_bytes", run_resident },
	{ "start_ms", run_start_time },
	{},
};
