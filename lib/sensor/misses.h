/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of a program that the kernel skipped, as it counts them. */
#ifndef TETRA_LIB_MISSES_H
#define TETRA_LIB_MISSES_H

#include <bpf/bpf.h>

#include "lib/base/base.h"

/* 0 also if there is no such program, or the kernel does not tell. */
static inline uint64_t program_get_misses(int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}

#endif
