/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event costs in user space, from the record's bytes to the JSON line handed to
 * write(2): instructions, counted by the processor where it lets us, else by running this
 * under an instruction counter once for each workload:
 *
 *	bench-record kprobe|exec [EVENTS [FILE]]
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "tests/unit/record-build.h"

#define SH_STAMP UINT64_C(500000000000)

struct sink {
	int fd;
	uint64_t bytes;
};

static struct sink sink;

static void write_line(void *user, const struct tetra_event *event)
{
	static char line[65536];
	size_t n = tetra_event_to_json(event, line, sizeof(line) - 1);

	line[n] = '\n';
	if (write(sink.fd, line, n + 1) != (ssize_t)n + 1)
		abort();
	sink.bytes += n + 1;
}

static const struct event_group_arg args[] = {
	{ .slot = 0, .kind = TETRA_ARG_FILE, .yaml_type = "file" },
	{ .slot = 1, .kind = TETRA_ARG_INT32, .yaml_type = "int" },
};

static const struct event_group group = {
	.id = 1,
	.kind = TETRA_EVENT_KPROBE,
	.policy_name = "file-monitoring",
	.function_name = "security_file_permission",
	.args = args,
	.n_args = 2,
};

static const struct build_exec shell = {
	.tgid = 4120,
	.stamp = SH_STAMP,
	.parent_tgid = 1,
	.parent_stamp = 10000000,
	.flags = TETRA_EXEC_CLONE,
	.uid = 1000,
	.login_uid = 1000,
	.filename = "/usr/bin/bash",
	.exe = "/usr/bin/bash",
	.cwd = "/home/ana",
	BUILD_ARGS("bash\0-l"),
};

static const struct process_seed init = {
	.tgid = 1,
	.stamp = 10000000,
	.exe = "/usr/lib/systemd/systemd",
	.cwd = "/",
	.cmdline = "/sbin/init",
	.cmdline_bytes = 11,
};

static struct desk desk;
static struct build build;

static void run_kprobe(uint64_t events)
{
	struct tetra_record *head =
		build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);

	build_path(head, 0, TETRA_ARG_FILE, 0100644,
		   "/etc/ssl/certs/ca-certificates.crt");
	build_int(head, 1, TETRA_ARG_INT32, 4);
	while (events--) {
		head->time_ns += 1000;
		desk_feed(&desk, head);
	}
}

/* fork, exec, exit: two events */
static void run_exec(uint64_t pairs)
{
	static struct build fork_build, exec_build, exit_build;
	struct build_exec exec = shell;
	struct tetra_record *fork, *run, *exit;
	uint64_t i, stamp;

	exec.parent_tgid = 4120;
	exec.parent_stamp = SH_STAMP;
	exec.filename = exec.exe = "/usr/bin/curl";
	exec.args = "curl\0-s\0https://example.test/a b";
	exec.args_len = sizeof("curl\0-s\0https://example.test/a b");
	fork = build_fork(&fork_build, 5000, 1, 4120, SH_STAMP);
	run = build_exec(&exec_build, &exec);
	exit = build_exit(&exit_build, 5000, 1, 1, 0);
	for (i = 0; i < pairs; i++) {
		stamp = SH_STAMP + 1000000 * (i + 1);
		fork->tgid = run->tgid = exit->tgid = 5000 + (uint32_t)(i % 20000);
		fork->stamp = fork->time_ns = stamp;
		run->stamp = run->time_ns = stamp + 300000;
		((struct tetra_record_exec *)run)->old_stamp = stamp;
		exit->stamp = stamp + 300000;
		exit->time_ns = stamp + 900000;
		desk_feed(&desk, fork);
		desk_feed(&desk, run);
		desk_feed(&desk, exit);
	}
}

static int counter_open(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t counter_read(int fd)
{
	uint64_t value = 0;

	return fd >= 0 && read(fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

int main(int argc, char **argv)
{
	bool exec = argc > 1 && str_equal(argv[1], "exec");
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000, before, used;
	const struct decoder_opts opts = { .deliver = write_line };
	int counter = counter_open();

	sink.fd = open(argc > 3 ? argv[3] : "/dev/null", O_WRONLY | O_CREAT | O_CLOEXEC,
		       0600);
	if (sink.fd < 0 || !events)
		return EXIT_FAILURE;
	desk_init(&desk, &opts);
	desk.groups[1] = &group;
	(void)decoder_seed(desk.decoder, &init, false);
	desk_feed(&desk, build_exec(&build, &shell));
	sink.bytes = 0;
	before = counter_read(counter);
	if (exec)
		run_exec(events);
	else
		run_kprobe(events);
	used = counter_read(counter) - before;
	printf("%s: %llu events, %llu bytes each", exec ? "exec+exit" : "kprobe",
	       (unsigned long long)events, (unsigned long long)(sink.bytes / events));
	if (used)
		printf(", %llu instructions each\n", (unsigned long long)(used / events));
	else
		printf(", instructions not countable here\n");
	desk_done(&desk);
	closep(&sink.fd);
	closep(&counter);
	return EXIT_SUCCESS;
}
