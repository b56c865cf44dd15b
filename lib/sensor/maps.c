/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>

#include "bpf/abi/kinds.h"
#include "bpf/process.skel.h"
#include "lib/base/diag.h"
#include "lib/kernel/memlock.h"
#include "lib/btf/quiet.h"
#include "lib/plan/shape.h"
#include "lib/load/cast.h"
#include "lib/load/hold.h"
#include "lib/load/log.h"
#include "lib/sensor/tasks.h"
#include "lib/load/template.h"

/*
 * Rows of the process map by default. If it grows with the number of processes, a higher limit
 * costs only its buckets. If all of it is allocated at once, half as many: 9 MB.
 */
#define SENSOR_PROCESSES      32768u
#define SENSOR_PROCESSES_HELD 16384u

/*
 * Runs that can have a spare scratch at the same time, 31 kB each while they last: twice what
 * a crowd of 600 processes was seen to need. The kernel allocates them when they are used, so
 * an idle machine pays only for the buckets.
 */
#define SENSOR_SPARES 1024u
/* Rows that are read at once, at first. */
#define PROCESS_BATCH 64u
/* The value of a map that no program uses. */
#define SENSOR_NO_SPARE_BYTES 8u

struct sensor {
	struct template *process; /* kept for what is loaded when it is first used */
	struct sensor_hooks hooks;
	struct sensor_own own;
	int config; /* of the process programs */
	struct tasks *tasks;
	struct tetra_seed seed;
	int gains; /* the link of the program that sees privileges change; -1: not needed */
	int maps[SENSOR_MAP_END];
	bool spares, keeps_forks;
	struct cast cast;
	uint32_t marking; /* mark roots that were made */
	int rates;	  /* the sets of rate limits; -1: not used yet */
	int n_cpus;
	failure_log_fn log;
	void *log_user;
};

int sensor_map_fd(const struct sensor *sensor, enum sensor_map map)
{
	return sensor->maps[map];
}

struct sensor_hooks *sensor_get_hooks(struct sensor *sensor)
{
	return &sensor->hooks;
}

const struct cast *sensor_get_cast(const struct sensor *sensor)
{
	return &sensor->cast;
}

void sensor_set_log(const struct sensor *sensor, struct failure *failure)
{
	failure->to = sensor->log;
	failure->user = sensor->log_user;
}

void sensor_configure(const struct sensor *sensor, struct tetra_hook_config *config)
{
	config->spares = sensor->spares;
	config->keeps_forks = sensor->keeps_forks;
	memcpy(config->seed, sensor->seed.k, sizeof(config->seed));
}

const struct sensor_own *sensor_get_own(const struct sensor *sensor)
{
	return &sensor->own;
}

void sensor_trim(struct sensor *sensor)
{
	template_free(sensor->hooks.template);
	sensor->hooks = (struct sensor_hooks){};
}

static int sensor_load_error(const struct sensor *sensor, int r, char *log,
			     const struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	struct failure failure = { .program = "a program that watches processes",
				   .step = "loaded",
				   .error = r,
				   .log = log };

	sensor_set_log(sensor, &failure);
	if (!log && memlock_may_be_why(kernel, r))
		return memlock_explain(kernel, r, diag);
	if ((r == -EPERM || r == -EACCES) && !log)
		return diag_error(diag, NULL, -EPERM, "no-privilege",
				  "run as root, or give CAP_BPF and CAP_PERFMON",
				  "loading BPF programs is not permitted: needs "
				  "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN");
	if (r == -ENOMEM)
		return diag_error(diag, NULL, -ENOMEM, "no-memory", NULL,
				  "no memory for the maps of the session");
	return failure_tell(&failure, kernel, NULL, diag);
}

/* Makes the maps; nothing runs yet. */
static int sensor_prepare(struct sensor *sensor, const struct sensor_opts *opts,
			  struct tetra_kernel *kernel)
{
	const bool grow = kernel_has(kernel, KERNEL_GROWING_MAPS);
	uint32_t rows = grow ? SENSOR_PROCESSES : SENSOR_PROCESSES_HELD;
	struct template_source source = {
		.max_entries = { [SENSOR_MAP_RING] = opts->ring_bytes,
				 [SENSOR_MAP_PROCS] = opts->max_processes ?: rows },
		.preallocate = !grow,
	};
	struct tetra_hook_config config;
	int r;

	sensor->spares =
		grow && kernel_is_preemptible(kernel) && !hold_find(kernel).disable;
	sensor->cast = cast_find(kernel);
	if (sensor->spares)
		source.max_entries[SENSOR_MAP_SPARES] = SENSOR_SPARES;
	else
		source.value_bytes[SENSOR_MAP_SPARES] = SENSOR_NO_SPARE_BYTES;
	sensor->keeps_forks = grow && tasks_keep_forks(opts->skips, kernel);
	if (sensor->keeps_forks)
		source.max_entries[SENSOR_MAP_FORKS] =
			source.max_entries[SENSOR_MAP_PROCS];
	shape_configure_tasks(&config);
	sensor_configure(sensor, &config);
	source.elf = process_bpf__elf_bytes(&source.bytes);
	r = template_new(&sensor->process, &source, sensor->maps, kernel);
	if (r < 0)
		return r;
	for (int i = 0; i < SENSOR_MAP_END; i++)
		if (sensor->maps[i] < 0)
			return -EINVAL;
	sensor->config = template_configure(sensor->process,
					    offsetof(struct process_bpf__rodata, cfg),
					    &config, sizeof(config));
	return MIN(sensor->config, 0);
}

/* Where the kernel has both the old and the new credentials of an exec. */
static int sensor_attach_gains(struct sensor *sensor, struct tetra_kernel *kernel,
			       char **ret_log)
{
	struct template_place place = { BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY };
	struct kernel_function target;
	_cleanup_(closep) int fd = -1;
	int r = kernel_find_function(kernel, "security_bprm_committing_creds", &target);

	if (r < 0)
		return r;
	place.btf_id = target.btf_id;
	fd = template_load(sensor->process, "tetra_creds", &place, sensor->config,
			   ret_log);
	if (fd < 0)
		return fd;
	sensor->gains = bpf_raw_tracepoint_open(NULL, fd);
	return MIN(sensor->gains, 0);
}

int sensor_new(struct sensor **ret, const struct sensor_opts *opts,
	       struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	_cleanup_(sensor_freep) struct sensor *sensor = calloc(1, sizeof(*sensor));
	_cleanup_(log_freep) char *log = NULL;
	QUIET;
	int r;

	if (!sensor)
		return -ENOMEM;
	sensor->config = sensor->gains = sensor->rates = -1;
	sensor->seed = opts->seed;
	memset(sensor->maps, -1, sizeof(sensor->maps));
	sensor->log = opts->log;
	sensor->log_user = opts->log_user;
	sensor->own = opts->own;
	sensor->n_cpus = libbpf_num_possible_cpus();
	r = sensor_prepare(sensor, opts, kernel);
	if (r == 0)
		r = tasks_new(&sensor->tasks, sensor->process, sensor->config,
			      opts->skips, kernel, &log);
	if (r == 0 && opts->wants_gains && sensor_attach_gains(sensor, kernel, &log) < 0)
		diag_warning(diag, NULL, "no-binary-properties", NULL,
			     "this kernel (%s) does not say which programs change "
			     "privileges: binary_properties is incomplete",
			     kernel_release(kernel));
	if (r < 0)
		return sensor_load_error(sensor, r, log, kernel, diag);
	*ret = TAKE_PTR(sensor);
	return 0;
}

struct sensor *sensor_free(struct sensor *sensor)
{
	if (!sensor)
		return NULL;
	sensor_trim(sensor);
	tasks_free(sensor->tasks);
	template_free(sensor->process);
	for (int i = 0; i < SENSOR_MAP_END; i++)
		closep(&sensor->maps[i]);
	closep(&sensor->config);
	closep(&sensor->gains);
	closep(&sensor->rates);
	free(sensor);
	return NULL;
}

/* "memlock" of a map's fdinfo: the kernel's own account. */
static uint64_t map_bytes(int fd)
{
	char path[64], line[128];
	unsigned long long bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

uint64_t sensor_get_kernel_bytes(const struct sensor *sensor)
{
	uint64_t bytes = 0;

	for (int i = 0; i < SENSOR_MAP_END; i++)
		bytes += map_bytes(sensor->maps[i]);
	return bytes + (sensor->rates >= 0 ? map_bytes(sensor->rates) : 0);
}

int sensor_make_rates(struct sensor *sensor)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_INNER_MAP);
	_cleanup_(closep) int fd = -1;
	const uint32_t zero = 0;
	int r;

	if (sensor->rates >= 0)
		return 0;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tetra_rate", sizeof(uint32_t),
			    sizeof(struct tetra_rate_set), TETRA_RATE_SETS, &opts);
	if (fd < 0)
		return fd == -EPERM ? -EPERM : -ENOMEM;
	r = bpf_map_update_elem(sensor->maps[SENSOR_MAP_RATES], &zero, &fd, BPF_ANY);
	if (r < 0)
		return r == -EPERM || r == -ENOMEM ? r : -EINVAL;
	sensor->rates = TAKE_FD(fd);
	return 0;
}

int sensor_get_loss(const struct sensor *sensor, uint32_t cause, uint64_t *ret)
{
	_cleanup_(freep) uint64_t *counts = calloc(sensor->n_cpus, sizeof(*counts));
	int r;

	if (!counts)
		return -ENOMEM;
	r = bpf_map_lookup_elem(sensor->maps[SENSOR_MAP_LOSSES], &cause, counts);
	if (r < 0)
		return r == -ENOMEM ? -ENOMEM : -EPERM;
	*ret = 0;
	for (int i = 0; i < sensor->n_cpus; i++)
		*ret += counts[i];
	return 0;
}

int sensor_get_unreadable(const struct sensor *sensor, uint32_t cause, uint64_t *ret)
{
	return sensor_get_loss(sensor, TETRA_LOST_END + cause, ret);
}

int sensor_seed(struct sensor *sensor, const struct tetra_proc *kernel)
{
	const uint32_t zero = 0;

	if (bpf_map_update_elem(sensor->maps[SENSOR_MAP_PROCS], &zero, kernel, BPF_ANY) <
	    0)
		return -ENOMEM;
	return tasks_seed(sensor->tasks) == 0 ? 0 : -EOPNOTSUPP;
}

int sensor_catch_up(struct sensor *sensor)
{
	uint64_t first;

	if (bpf_map_get_next_key(sensor->maps[SENSOR_MAP_FORKS], NULL, &first) < 0)
		return 0;
	return tasks_seed(sensor->tasks) == 0 ? 0 : -EINVAL;
}

int sensor_get_process(const struct sensor *sensor, uint32_t tgid, struct tetra_proc *ret)
{
	int r = bpf_map_lookup_elem(sensor->maps[SENSOR_MAP_PROCS], &tgid, ret);

	return r < 0 ? -ENOENT : 0;
}

uint64_t sensor_get_misses(const struct sensor *sensor)
{
	return tasks_get_misses(sensor->tasks);
}

int sensor_set_mark(struct sensor *sensor, const struct tetra_mark_key *key,
		    const struct tetra_mark_bits *bits)
{
	int fd = sensor->maps[SENSOR_MAP_MARKS], r;
	const uint32_t zero = 0;

	if (!bits->by_foreign[0]) {
		r = bpf_map_delete_elem(fd, key);
		return r == 0 || r == -ENOENT ? 0 : -EINVAL;
	}
	/* Rows store 16 bits of it; 0 means no root. */
	sensor->marking = sensor->marking % UINT16_MAX + 1;
	r = bpf_map_update_elem(sensor->maps[SENSOR_MAP_MARKING], &zero, &sensor->marking,
				BPF_ANY);
	if (r == 0)
		r = bpf_map_update_elem(fd, key, bits, BPF_ANY);
	if (r == -E2BIG || r == -ENOMEM)
		return r;
	return r < 0 ? -EINVAL : 0;
}

void sensor_find_root(struct sensor *sensor)
{
	tasks_find_root(sensor->tasks);
}

int sensor_mark_process(struct sensor *sensor, const struct sensor_mark *change)
{
	return tasks_mark(sensor->tasks, change);
}

struct process_batch {
	uint32_t size; /* rows that it has room for */
	uint32_t *tgids;
	struct tetra_proc *rows;
};

static void batch_done(struct process_batch *batch)
{
	free(batch->tgids);
	free(batch->rows);
}

static int batch_grow(struct process_batch *batch)
{
	uint32_t size = batch->size * 2 + PROCESS_BATCH;

	batch_done(batch);
	*batch = (struct process_batch){
		.size = size,
		.tgids = calloc(size, sizeof(*batch->tgids)),
		.rows = calloc(size, sizeof(*batch->rows)),
	};
	return batch->tgids && batch->rows ? 0 : -ENOMEM;
}

/* Bucket by bucket, so that no row is missed because another one goes away. */
int sensor_each_process(const struct sensor *sensor, sensor_process_fn fn, void *user)
{
	_cleanup_(batch_done) struct process_batch batch = { 0 };
	uint32_t at = 0, next = 0, n = 0;
	bool begun = false;
	int more = -ENOSPC, r = 0;

	while (r == 0 && more != -ENOENT) {
		if (more == -ENOSPC && (r = batch_grow(&batch)) < 0)
			break;
		n = batch.size;
		more = bpf_map_lookup_batch(sensor->maps[SENSOR_MAP_PROCS],
					    begun ? &at : NULL, &next, batch.tgids,
					    batch.rows, &n, NULL);
		/* A bucket with more rows than there is room for. */
		if (more == -ENOSPC)
			continue;
		if (more < 0 && more != -ENOENT)
			return more == -ENOMEM || more == -EPERM ? more : -EINVAL;
		for (uint32_t i = 0; i < n && r == 0; i++)
			r = fn(user, batch.tgids[i], &batch.rows[i]);
		at = next;
		begun = true;
	}
	return r;
}
