/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/resource.h>

#include "bpf/abi/kinds.h"
#include "bpf/process.skel.h"
#include "lib/base/diag.h"
#include "lib/sensor/log.h"

struct sensor {
	struct process_bpf *skeleton;
	int maps[SENSOR_MAP_END];
	int n_cpus;
};

const char *sensor_map_name(enum sensor_map map)
{
	static const char *const names[] = {
#define X(NAME, text) [SENSOR_MAP_##NAME] = text,
		SENSOR_MAPS(X)
#undef X
	};

	return names[map];
}

int sensor_map_fd(const struct sensor *sensor, enum sensor_map map)
{
	return sensor->maps[map];
}

/* Kernels before 5.11 charge maps to the memory lock limit of the process. */
static void memlock_raise(void)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	(void)setrlimit(RLIMIT_MEMLOCK, &none); /* newer kernels do without */
}

static int sensor_load_error(int r, char *log, struct tetra_diag *diag)
{
	if (r == -EPERM || r == -EACCES) {
		if (!*log)
			return diag_error(diag, NULL, -EPERM, "no-privilege",
					  "run as root, or give CAP_BPF and CAP_PERFMON",
					  "loading BPF programs is not permitted: needs "
					  "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN");
	}
	if (r == -ENOMEM)
		return diag_error(diag, NULL, -ENOMEM, "no-memory", NULL,
				  "no memory for the maps of the session");
	return diag_error(diag, NULL, -EOPNOTSUPP, "load-failed", NULL,
			  "the process programs cannot be loaded: %s%s%s", strerror(-r),
			  *log ? ": " : "", log_last_lines(log));
}

static int sensor_collect_maps(struct sensor *sensor)
{
	for (int i = 0; i < SENSOR_MAP_END; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(sensor->skeleton->obj,
								   sensor_map_name(i));

		if (!map)
			return -EINVAL;
		sensor->maps[i] = bpf_map__fd(map);
	}
	return 0;
}

static int sensor_open(struct sensor *sensor, const struct sensor_opts *opts, char *log)
{
	struct bpf_program *program;
	int r;

	sensor->skeleton = process_bpf__open();
	if (!sensor->skeleton)
		return -errno;
	sensor->skeleton->rodata->seed.k[0] = opts->seed.k[0];
	sensor->skeleton->rodata->seed.k[1] = opts->seed.k[1];
	sensor->skeleton->rodata->seed.k[2] = opts->seed.k[2];
	sensor->skeleton->rodata->seed.k[3] = opts->seed.k[3];
	r = bpf_map__set_max_entries(sensor->skeleton->maps.tetra_ring, opts->ring_bytes);
	if (r == 0)
		r = bpf_map__set_max_entries(sensor->skeleton->maps.tetra_procs,
					     opts->max_processes);
	bpf_object__for_each_program(program, sensor->skeleton->obj)
		bpf_program__set_log_buf(program, log, LOG_BYTES);
	return r;
}

int sensor_new(struct sensor **ret, const struct sensor_opts *opts, struct tetra_diag *diag)
{
	_cleanup_(sensor_freep) struct sensor *sensor = calloc(1, sizeof(*sensor));
	_cleanup_(freep) char *log = calloc(1, LOG_BYTES);
	int r;

	if (!sensor || !log)
		return -ENOMEM;
	memlock_raise();
	sensor->n_cpus = libbpf_num_possible_cpus();
	r = sensor_open(sensor, opts, log);
	if (r == 0)
		r = process_bpf__load(sensor->skeleton);
	if (r < 0)
		return sensor_load_error(r, log, diag);
	r = sensor_collect_maps(sensor);
	if (r == 0)
		r = process_bpf__attach(sensor->skeleton);
	if (r < 0)
		return sensor_load_error(r, log, diag);
	*ret = TAKE_PTR(sensor);
	return 0;
}

struct sensor *sensor_free(struct sensor *sensor)
{
	if (!sensor)
		return NULL;
	if (sensor->skeleton)
		process_bpf__destroy(sensor->skeleton);
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
	return bytes;
}

uint64_t sensor_get_loss(const struct sensor *sensor, uint32_t cause)
{
	_cleanup_(freep) uint64_t *counts = calloc(sensor->n_cpus, sizeof(*counts));
	uint64_t sum = 0;

	if (!counts ||
	    bpf_map_lookup_elem(sensor->maps[SENSOR_MAP_LOSSES], &cause, counts) < 0)
		return 0;
	for (int i = 0; i < sensor->n_cpus; i++)
		sum += counts[i];
	return sum;
}

int sensor_seed_process(struct sensor *sensor, uint32_t tgid, const struct tetra_proc *row)
{
	int r = bpf_map_update_elem(sensor->maps[SENSOR_MAP_PROCS], &tgid, row, BPF_NOEXIST);

	if (r == -EEXIST || r == 0)
		return 0;
	return r == -ENOMEM ? -ENOMEM : -E2BIG;
}

int sensor_set_mark(struct sensor *sensor, const struct tetra_mark_key *key, uint64_t bits)
{
	int fd = sensor->maps[SENSOR_MAP_MARKS], r;
	const uint32_t zero = 0, some = 1;

	if (!bits) {
		(void)bpf_map_delete_elem(fd, key); /* gone is what was wanted */
		return 0;
	}
	r = bpf_map_update_elem(sensor->maps[SENSOR_MAP_MARKING], &zero, &some, BPF_ANY);
	if (r == 0)
		r = bpf_map_update_elem(fd, key, &bits, BPF_ANY);
	if (r == -E2BIG || r == -ENOMEM)
		return r;
	return r < 0 ? -EINVAL : 0;
}

/*
 * In the kernel, where the row is written too: a copy to user space and back could undo an
 * exec in between.
 */
int sensor_mark_process(struct sensor *sensor, uint32_t tgid, uint64_t pid_bits,
			uint64_t binary_bits)
{
	uint64_t words[3] = { tgid, pid_bits, binary_bits };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = words, .ctx_size_in = sizeof(words));

	return bpf_prog_test_run_opts(
		bpf_program__fd(sensor->skeleton->progs.tetra_mark), &opts);
}
