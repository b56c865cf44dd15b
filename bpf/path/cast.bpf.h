/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Addresses as pointers of kernel types, on kernels that let a program cast them
 * (bpf_rdonly_cast, Linux 6.2). A load through such a pointer cannot fail: where nothing is mapped
 * it gives zero.
 */
#ifndef TETRA_BPF_CAST_H
#define TETRA_BPF_CAST_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* The address as a pointer of a type; lib/load/cast.c puts the function and the type here. */
#define KERNEL_CAST(type, address)                                                       \
	({                                                                               \
		void *cast_;                                                             \
		asm volatile("r1 = %1\n\tr2 = %2\n\tcall %3\n\t%0 = r0"                  \
			     : "=r"(cast_)                                               \
			     : "r"(address), "i"(type), "i"(TETRA_CALL_CAST)             \
			     : "r0", "r1", "r2", "r3", "r4", "r5");                      \
		cast_;                                                                   \
	})

static __always_inline struct dentry *far_dentry(__u64 address)
{
	return KERNEL_CAST(TETRA_BTF_DENTRY, address);
}

/* From the address of its vfsmount. */
static __always_inline struct mount *far_mount(__u64 vfsmount)
{
	return KERNEL_CAST(TETRA_BTF_MOUNT,
			   vfsmount - bpf_core_field_offset(struct mount, mnt));
}

/* A pointer as a number: typed pointers cannot be added up or compared. */
static __always_inline __u64 far_number(struct tetra_scratch *s, const void *pointer)
{
	*(const void *volatile *)&s->unknown = pointer;
	return *(volatile __u64 *)&s->unknown;
}

/* Volatile: the sequence is read before what it is of. */
static __always_inline __u32 far_sequence(struct dentry *at)
{
	return *(volatile __u32 *)&at->d_seq.seqcount.sequence;
}

#endif
