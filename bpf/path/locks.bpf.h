/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two locks of the kernel that count: everything that gives a dentry another name or parent holds
 * rename_lock, everything that mounts a mount elsewhere holds mount_lock, and each counts before and
 * after. While the count is even and the same, so was all that it protects. So a walk that
 * compares the counts need not look at each dentry and mount again. Renames anywhere disturb such a
 * walk; then the far walk (far.bpf.h) decides, which only its own dentries can disturb.
 *
 * Loads are not reordered with other loads on this architecture.
 */
#ifndef TETRA_BPF_LOCKS_H
#define TETRA_BPF_LOCKS_H

#include "bpf/path/cast.bpf.h"

/* Constants to the verifier, 0 where the address is not known; see lib/load/cast.h. */
#define LOCK_AT(placeholder)                                                             \
	({                                                                               \
		__u64 at_;                                                               \
		asm volatile("%0 = %1 ll" : "=r"(at_) : "i"(placeholder));               \
		at_;                                                                     \
	})
#define RENAME_LOCK LOCK_AT(TETRA_AT_RENAME_LOCK)
#define MOUNT_LOCK  LOCK_AT(TETRA_AT_MOUNT_LOCK)

/* The count of a lock whose address is known, read as the sequence of a dentry. */
static __always_inline __u64 lock_count(__u64 lock)
{
	return far_sequence(far_dentry(
		lock - bpf_core_field_offset(struct dentry, d_seq.seqcount.sequence)));
}

/* 1 if nothing of what the lock protects has changed since its count was @before. */
static __always_inline __u64 lock_is_same(__u64 lock, __u64 before)
{
	return !(before & 1) && lock_count(lock) == before;
}

#endif
