/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/attach.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "lib/base/base.h"

/*
 * Of the kprobe and uprobe PMUs: PERF_PROBE_CONFIG_IS_RETPROBE and
 * PERF_UPROBE_REF_CTR_OFFSET_SHIFT in kernel/events/core.c.
 */
#define PROBE_IS_RETURN	    1u
#define PROBE_COUNTER_SHIFT 32
/* A page. */
#define CODE_BYTES    4096
#define FD_PATH_BYTES 32

int attach_typed(int prog_fd, const struct attach_target *target)
{
	(void)target;
	return bpf_raw_tracepoint_open(NULL, prog_fd);
}

int attach_raw_tracepoint(int prog_fd, const struct attach_target *target)
{
	return bpf_raw_tracepoint_open(target->name, prog_fd);
}

/* A perf event for all processes that only runs the program. */
static int attach_perf(int prog_fd, struct perf_event_attr *attr)
{
	_cleanup_(closep) int fd = -1;

	attr->size = sizeof(*attr);
	fd = (int)syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog_fd) < 0 ||
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int attach_tracepoint(int prog_fd, const struct attach_target *target)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	struct kernel_event found;
	int r = kernel_find_tracepoint_fields(target->kernel, target->subsystem,
					      target->name, &found);

	if (r < 0)
		return r;
	attr.config = found.id;
	return attach_perf(prog_fd, &attr);
}

static int attach_probe(int prog_fd, const struct attach_target *target, const char *pmu,
			struct perf_event_attr *attr)
{
	int type = kernel_pmu_type(target->kernel, pmu);

	if (type < 0)
		return type;
	attr->type = (uint32_t)type;
	return attach_perf(prog_fd, attr);
}

static int attach_to_function(int prog_fd, const struct attach_target *target,
			      uint64_t config)
{
	struct perf_event_attr attr = { .config = config,
					.kprobe_func = (uintptr_t)target->name };

	return attach_probe(prog_fd, target, "kprobe", &attr);
}

int attach_kprobe(int prog_fd, const struct attach_target *target)
{
	return attach_to_function(prog_fd, target, 0);
}

int attach_kretprobe(int prog_fd, const struct attach_target *target)
{
	return attach_to_function(prog_fd, target, PROBE_IS_RETURN);
}

/*
 * The kernel looks at the instruction of a probe when it is in a process's memory, and says nothing if
 * that is later: a probe that it cannot place would never be reached. So one page of the code is in
 * ours meanwhile. MAP_FAILED: such a file cannot be mapped for programs either.
 */
static void *code_map(const struct attach_target *target, int fd)
{
	off_t page = (off_t)(target->offset & ~(uint64_t)(CODE_BYTES - 1));

	return mmap(NULL, CODE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, page);
}

static int attach_to_file(int prog_fd, const struct attach_target *target,
			  uint64_t config)
{
	_cleanup_(closep) int fd = -1;
	char path[FD_PATH_BYTES];
	struct perf_event_attr attr = {
		.config = config | target->counter << PROBE_COUNTER_SHIFT,
		.uprobe_path = (uintptr_t)path,
		.probe_offset = target->offset,
	};
	void *code;
	int r;

	if (target->counter > UINT32_MAX)
		return -EINVAL;
	/* The file at the path may be replaced at any moment. */
	fd = open(target->subsystem, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	code = code_map(target, fd);
	r = attach_probe(prog_fd, target, "uprobe", &attr);
	if (code != MAP_FAILED)
		munmap(code, CODE_BYTES);
	return r;
}

int attach_uprobe(int prog_fd, const struct attach_target *target)
{
	return attach_to_file(prog_fd, target, 0);
}

int attach_uretprobe(int prog_fd, const struct attach_target *target)
{
	return attach_to_file(prog_fd, target, PROBE_IS_RETURN);
}

static int attach_multi(int prog_fd, const struct attach_target *target, uint32_t flags)
{
	const char *symbol = target->name;
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.kprobe_multi.syms = &symbol;
	opts.kprobe_multi.cnt = 1;
	opts.kprobe_multi.flags = flags;
	return bpf_link_create(prog_fd, 0, BPF_TRACE_KPROBE_MULTI, &opts);
}

int attach_kprobe_multi(int prog_fd, const struct attach_target *target)
{
	return attach_multi(prog_fd, target, 0);
}

int attach_kretprobe_multi(int prog_fd, const struct attach_target *target)
{
	return attach_multi(prog_fd, target, BPF_F_KPROBE_MULTI_RETURN);
}
