/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/tasks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/load/attach.h"
#include "lib/load/log.h"

/* What happens to tasks, in the order in which the programs are attached. */
enum task_moment {
	TASK_EXEC,
	TASK_FORK,
	TASK_EXIT,
	TASK_FREE,
	/* Of all tasks of the first mount namespace: it gets another root. */
	TASK_PIVOT,
	/* The same moments once more, a little earlier: what cannot be skipped, without a record.
	 * The rows of older images and of forkers are needed first. */
	TASK_IMAGE,
	TASK_CHILD,
	TASK_MOMENTS
};

/* How a program is attached there. */
enum task_way { TASK_TRACEPOINT, TASK_LSM, TASK_PROBE };

/*
 * The first row of a moment that works on this kernel is used. Tracepoints come first if they
 * cannot be skipped, and last if they can.
 */
static const struct task_row {
	enum task_moment moment;
	enum task_way way;
	const char *program, *target;
} task_rows[] = {
	{ TASK_EXEC, TASK_TRACEPOINT, "tetra_exec", "sched_process_exec" },
	{ TASK_EXEC, TASK_PROBE, "tetra_probe_exec", "finalize_exec" },
	{ TASK_FORK, TASK_TRACEPOINT, "tetra_fork", "sched_process_fork" },
	{ TASK_FORK, TASK_PROBE, "tetra_probe_fork", "wake_up_new_task" },
	{ TASK_EXIT, TASK_TRACEPOINT, "tetra_exit", "sched_process_exit" },
	{ TASK_EXIT, TASK_PROBE, "tetra_probe_exit", "exit_files" },
	{ TASK_FREE, TASK_TRACEPOINT, "tetra_free", "sched_process_free" },
	{ TASK_FREE, TASK_LSM, "tetra_lsm_free", "task_free" },
	{ TASK_FREE, TASK_PROBE, "tetra_probe_free", "release_task" },
	{ TASK_PIVOT, TASK_LSM, "tetra_lsm_pivot", "sb_pivotroot" },
	{ TASK_PIVOT, TASK_PROBE, "tetra_probe_pivot", "security_sb_pivotroot" },
	{ TASK_IMAGE, TASK_LSM, "tetra_lsm_image", "bprm_committed_creds" },
	{ TASK_CHILD, TASK_LSM, "tetra_lsm_fork", "task_alloc" },
};

struct tasks {
	const struct template *process;
	int config;
	const struct task_row
		*rows[TASK_MOMENTS]; /* those used; NULL: not needed, or not there */
	int programs[TASK_MOMENTS], links[TASK_MOMENTS];
	int mark; /* the program that marks a running process; -1: not used yet */
	int root; /* the program that finds the root; likewise */
	int seed; /* the iterator */
};

static bool row_serves(const struct task_row *row, struct tetra_kernel *kernel)
{
	struct kernel_function hook;

	if (row->way == TASK_LSM)
		return kernel_has(kernel, KERNEL_LSM_BPF) &&
		       kernel_lsm_hook(kernel, row->target, &hook);
	if (row->way == TASK_PROBE)
		return kernel_has(kernel, KERNEL_KPROBE) &&
		       kernel_has(kernel, KERNEL_CURRENT_TASK_BTF) &&
		       kernel_has_symbol(kernel, row->target);
	return true;
}

/* A tracepoint that holds needs no second program. */
static bool moment_is_needed(enum task_moment moment, bool skips)
{
	return moment < TASK_IMAGE || skips;
}

static const struct task_row *row_choose(enum task_moment moment, bool skips,
					 struct tetra_kernel *kernel)
{
	const struct task_row *last = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(task_rows); i++) {
		const struct task_row *row = &task_rows[i];

		if (row->moment != moment || !moment_is_needed(moment, skips))
			continue;
		if (row->way == TASK_TRACEPOINT && skips)
			last = row;
		else if (row_serves(row, kernel))
			return row;
	}
	return last;
}

bool tasks_keep_forks(bool skips, struct tetra_kernel *kernel)
{
	return row_choose(TASK_CHILD, skips, kernel) != NULL;
}

static int row_load(const struct tasks *tasks, const struct task_row *row,
		    struct tetra_kernel *kernel, char **ret_log)
{
	struct template_place place = { BPF_PROG_TYPE_KPROBE };
	struct kernel_function target = {};
	int r = 0;

	if (row->way == TASK_TRACEPOINT) {
		place = (struct template_place){ BPF_PROG_TYPE_TRACING,
						 BPF_TRACE_RAW_TP };
		r = kernel_find_raw_tracepoint(kernel, row->target, &target);
	} else if (row->way == TASK_LSM) {
		place = (struct template_place){ BPF_PROG_TYPE_LSM, BPF_LSM_MAC };
		r = kernel_lsm_hook(kernel, row->target, &target) ? 0 : -ENOENT;
	}
	if (r < 0)
		return r;
	place.btf_id = target.btf_id;
	return template_load(tasks->process, row->program, &place, tasks->config,
			     ret_log);
}

static int tasks_load(struct tasks *tasks, bool skips, struct tetra_kernel *kernel,
		      char **ret_log)
{
	int r = 0;

	for (int i = 0; i < TASK_MOMENTS && r >= 0; i++) {
		tasks->rows[i] = row_choose(i, skips, kernel);
		if (!tasks->rows[i])
			continue;
		r = tasks->programs[i] = row_load(tasks, tasks->rows[i], kernel, ret_log);
	}
	return MIN(r, 0);
}

static int tasks_attach(struct tasks *tasks, struct tetra_kernel *kernel)
{
	int r = 0;

	for (int i = 0; i < TASK_MOMENTS && r >= 0; i++) {
		const struct task_row *row = tasks->rows[i];
		struct attach_target target = { .kernel = kernel };

		if (!row)
			continue;
		target.name = row->target;
		r = row->way == TASK_PROBE ? attach_kprobe(tasks->programs[i], &target)
					   : attach_typed(tasks->programs[i], &target);
		tasks->links[i] = r;
	}
	return MIN(r, 0);
}

/* An iterator's program is loaded for a function that exists only in BTF. */
static int tasks_load_seed(struct tasks *tasks, struct tetra_kernel *kernel,
			   char **ret_log)
{
	struct template_place place = { BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER };
	struct btf *btf = kernel_btf(kernel);
	int id = btf ? btf__find_by_name_kind(btf, "bpf_iter_task", BTF_KIND_FUNC)
		     : -ENOENT;

	if (id < 0)
		return -EOPNOTSUPP;
	place.btf_id = (uint32_t)id;
	tasks->seed = template_load(tasks->process, "tetra_seed", &place, tasks->config,
				    ret_log);
	return MIN(tasks->seed, 0);
}

int tasks_new(struct tasks **ret, const struct template *process, int config, bool skips,
	      struct tetra_kernel *kernel, char **ret_log)
{
	_cleanup_(tasks_freep) struct tasks *tasks = calloc(1, sizeof(*tasks));
	int r;

	if (!tasks)
		return -ENOMEM;
	tasks->process = process;
	tasks->config = config;
	tasks->mark = tasks->root = tasks->seed = -1;
	memset(tasks->programs, -1, sizeof(tasks->programs));
	memset(tasks->links, -1, sizeof(tasks->links));
	r = tasks_load(tasks, skips, kernel, ret_log);
	if (r == 0)
		r = tasks_load_seed(tasks, kernel, ret_log);
	if (r == 0)
		r = tasks_attach(tasks, kernel);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(tasks);
	return 0;
}

struct tasks *tasks_free(struct tasks *tasks)
{
	if (!tasks)
		return NULL;
	for (int i = 0; i < TASK_MOMENTS; i++) {
		closep(&tasks->links[i]);
		closep(&tasks->programs[i]);
	}
	closep(&tasks->mark);
	closep(&tasks->root);
	closep(&tasks->seed);
	free(tasks);
	return NULL;
}

int tasks_seed(struct tasks *tasks)
{
	_cleanup_(closep) int link =
		bpf_link_create(tasks->seed, 0, BPF_TRACE_ITER, NULL);
	_cleanup_(closep) int iter = -1;
	ssize_t n;
	char byte;

	if (link < 0)
		return link;
	iter = bpf_iter_create(link);
	if (iter < 0)
		return iter;
	/* It prints nothing: a read ends when it has seen all tasks, or many. */
	do
		n = read(iter, &byte, sizeof(byte));
	while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : 0;
}

/*
 * Linux 5.10 warns in its log if a raw tracepoint program uses a map that allocates: it is
 * loaded only when needed.
 */
static int tasks_load_run(struct tasks *tasks, const char *name, int *ret_fd)
{
	const struct template_place place = { BPF_PROG_TYPE_RAW_TRACEPOINT };
	_cleanup_(log_freep) char *log = NULL;

	if (*ret_fd < 0)
		*ret_fd =
			template_load(tasks->process, name, &place, tasks->config, &log);
	return MIN(*ret_fd, 0);
}

void tasks_find_root(struct tasks *tasks)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	/* Without it, each path's root is looked at. */
	if (tasks_load_run(tasks, "tetra_root", &tasks->root) == 0)
		(void)bpf_prog_test_run_opts(tasks->root, &opts);
}

/*
 * In the kernel, where the row is also written: a copy to user space and back could undo an
 * exec in between.
 */
int tasks_mark(struct tasks *tasks, const struct sensor_mark *change)
{
	uint64_t words[] = { change->tgid,	change->start,	 change->gained[0],
			     change->gained[1], change->lost[0], change->lost[1] };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = words,
		    .ctx_size_in = sizeof(words));
	int r = tasks_load_run(tasks, "tetra_mark", &tasks->mark);

	return r < 0 ? r : bpf_prog_test_run_opts(tasks->mark, &opts);
}

uint64_t tasks_get_misses(const struct tasks *tasks)
{
	uint64_t misses = 0;

	for (int i = 0; i < TASK_MOMENTS; i++) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(tasks->programs[i], &info, &size) == 0)
			misses += info.recursion_misses;
	}
	return misses;
}
