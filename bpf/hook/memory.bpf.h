/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Memory that a parameter leads to: the kernel's, or the caller's. */
#ifndef TETRA_BPF_MEMORY_H
#define TETRA_BPF_MEMORY_H

#include "bpf/common/maps.bpf.h"

/* User memory is the lower half of the address space. A pointer passed to a system call is always
 * read as user memory, even if its value looks like a kernel address. */
static __always_inline int address_is_kernel(__u64 address, __u32 slot)
{
	return !cfg.slots[slot].user && (__s64)address < 0;
}

static __always_inline long memory_read(void *to, __u32 bytes, __u64 from, __u32 slot)
{
	if (address_is_kernel(from, slot))
		return bpf_probe_read_kernel(to, bytes, (void *)from);
	return bpf_probe_read_user(to, bytes, (void *)from);
}

static __always_inline long memory_read_text(void *to, __u32 bytes, __u64 from,
					     __u32 slot)
{
	if (address_is_kernel(from, slot))
		return bpf_probe_read_kernel_str(to, bytes, (void *)from);
	return bpf_probe_read_user_str(to, bytes, (void *)from);
}

/* The state of a value there that could not be read. */
static __always_inline __u32 memory_state(__u64 from, __u32 slot)
{
	if (cfg.slots[slot].user) {
		unreadable_count(TETRA_UNREADABLE_USER_MEMORY);
		return TETRA_VALUE_FAULT;
	}
	if (!from)
		return TETRA_VALUE_NONE;
	unreadable_count(TETRA_UNREADABLE_KERNEL_MEMORY);
	return TETRA_VALUE_UNREADABLE;
}

#endif
