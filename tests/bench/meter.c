/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/meter.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/base.h"

int meter_set_stats(int on)
{
	FILE *file = fopen("/proc/sys/kernel/bpf_stats_enabled", "w");
	int r;

	if (!file)
		return -errno;
	fprintf(file, "%d\n", on);
	r = fclose(file);
	return r < 0 ? -errno : 0;
}

static int program_read(struct meter_program *program, uint32_t id)
{
	_cleanup_(closep) int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		return -errno;
	*program = (struct meter_program){
		.id = id,
		.runs = info.run_cnt,
		.ns = info.run_time_ns,
		.verified = info.verified_insns,
	};
	memcpy(program->name, info.name, sizeof(program->name));
	return 0;
}

int meter_read(struct meter *ret)
{
	uint32_t id = 0;
	int r;

	ret->n = 0;
	while (bpf_prog_get_next_id(id, &id) == 0) {
		if (ret->n == METER_PROGRAMS)
			return -E2BIG;
		r = program_read(&ret->list[ret->n], id);
		if (r == -ENOENT) /* gone meanwhile */
			continue;
		if (r < 0)
			return r;
		ret->n++;
	}
	return errno == ENOENT ? 0 : -errno;
}

static const struct meter_program *meter_find(const struct meter *meter, uint32_t id)
{
	static const struct meter_program none;
	size_t i;

	for (i = 0; i < meter->n; i++)
		if (meter->list[i].id == id)
			return &meter->list[i];
	return &none;
}

void meter_subtract(struct meter *ret, const struct meter *after,
		    const struct meter *before)
{
	const struct meter_program *old;
	size_t i;

	ret->n = 0;
	for (i = 0; i < after->n; i++) {
		old = meter_find(before, after->list[i].id);
		if (after->list[i].runs == old->runs)
			continue;
		ret->list[ret->n] = after->list[i];
		ret->list[ret->n].runs -= old->runs;
		ret->list[ret->n].ns -= old->ns;
		ret->n++;
	}
}

uint64_t meter_total_ns(const struct meter *meter)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < meter->n; i++)
		total += meter->list[i].ns;
	return total;
}

uint64_t meter_total_runs(const struct meter *meter)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < meter->n; i++)
		total += meter->list[i].runs;
	return total;
}

uint64_t meter_verified(const struct meter *meter)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < meter->n; i++)
		total += meter->list[i].verified;
	return total;
}

void meter_describe(const struct meter *meter, uint64_t operations, char *buf,
		    size_t size)
{
	const struct meter_program *program;
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < meter->n && len < size; i++) {
		program = &meter->list[i];
		/* What ran a few times belongs to the start of the workload itself. */
		if (program->runs * 10 < operations)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s%.16s %.0f x %.2f",
					len ? ", " : "", program->name,
					(double)program->ns / (double)program->runs,
					(double)program->runs / (double)operations);
	}
}

/* Of a map or program. */
static int64_t locked_bytes(int fd)
{
	char path[64], line[128];
	long long bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %lld", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

static int64_t map_bytes(uint32_t id)
{
	_cleanup_(closep) int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return locked_bytes(fd);
}

/* Its instructions, and those of the processor that are made of them. */
static int64_t program_bytes(uint32_t id)
{
	_cleanup_(closep) int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);
	int64_t bytes;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		return -errno;
	bytes = locked_bytes(fd);
	return bytes < 0 ? bytes : bytes + info.jited_prog_len;
}

int64_t meter_program_bytes(void)
{
	int64_t total = 0, bytes;
	uint32_t id = 0;

	while (bpf_prog_get_next_id(id, &id) == 0) {
		bytes = program_bytes(id);
		if (bytes < 0)
			return bytes;
		total += bytes;
	}
	return errno == ENOENT ? total : -errno;
}

int64_t meter_map_bytes(void)
{
	int64_t total = 0, bytes;
	uint32_t id = 0;

	while (bpf_map_get_next_id(id, &id) == 0) {
		bytes = map_bytes(id);
		if (bytes < 0)
			return bytes;
		total += bytes;
	}
	return errno == ENOENT ? total : -errno;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t = {};

	if (clock_gettime(clock, &t) < 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t meter_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t meter_own_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t meter_child_ns(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : clock_ns(clock);
}
