/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Taking and giving back working memory. Where the kernel is preemptible a second task can
 * run a program on the same processor while the first is inside one, and interrupts nest; a
 * slot therefore has a count, and the one who raised it from 0 to 1 owns the slot. A plain
 * atomic add without its result is enough, which kernels before 5.12 have too.
 */
#ifndef TETRA_BPF_SCRATCH_BPF_H
#define TETRA_BPF_SCRATCH_BPF_H

#include "bpf/common/maps.bpf.h"

/* Keeps the compiler and the verifier from knowing a value: one state instead of several. */
#define opaque(value) asm volatile("" : "+r"(value))

static __always_inline int scratch_claim_slot(__u32 slot)
{
	__u64 *count = bpf_map_lookup_elem(&tetra_claims, &slot);

	if (!count)
		return 0;
	__sync_fetch_and_add(count, 1);
	if (*(volatile __u64 *)count == 1)
		return 1;
	__sync_fetch_and_add(count, -1ull);
	return 0;
}

/* Returns the slot, or TETRA_SCRATCH_SLOTS if all are taken. */
static __noinline __u32 scratch_claim(void)
{
	__u32 slot;

	for (slot = 0; slot < TETRA_SCRATCH_SLOTS; slot++)
		if (scratch_claim_slot(slot))
			break;
	opaque(slot);
	return slot;
}

static __always_inline struct tetra_scratch *scratch_get(__u32 slot)
{
	return bpf_map_lookup_elem(&tetra_scratch, &slot);
}

static __always_inline void scratch_release(__u32 slot)
{
	__u64 *count = bpf_map_lookup_elem(&tetra_claims, &slot);

	if (count)
		__sync_fetch_and_add(count, -1ull);
}

#endif
