/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of a program that the kernel skipped, as it counts them. */
#ifndef TETRA_LIB_MISSES_H
#define TETRA_LIB_MISSES_H

#include <bpf/bpf.h>

#include "lib/base/base.h"

/* 0 also if there is no such program, or if the kernel does not say. */
static inline uint64_t program_get_misses(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

/* The start of struct bpf_link_info of a kprobe.multi link, as in Linux 6.7. */
struct multi_link_info {
	uint32_t type, id, prog_id, hole;
	uint64_t addrs;
	uint32_t count, flags;
	uint64_t missed;
};

#define LINK_TYPE_KPROBE_MULTI 8u

/* Runs that did not reach the program: for fprobe probes, which have their own pool. */
static inline uint64_t link_get_misses(int fd)
{
	struct multi_link_info info = { 0 };
	uint32_t size = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return 0;
	return info.type == LINK_TYPE_KPROBE_MULTI ? info.missed : 0;
}

#endif
