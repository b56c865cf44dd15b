/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Casting an address to a kernel type: with bpf_rdonly_cast (Linux 6.2), programs walk paths
 * without probe reads (bpf/path/far.bpf.h).
 */
#ifndef TETRA_LIB_CAST_H
#define TETRA_LIB_CAST_H

#include <linux/bpf.h>

#include "lib/kernel/kernel.h"

/*
 * The kernel's numbers of the function and of the types; function 0: there is none of use. And
 * what is read through such a pointer: the locks that count renames and mounts, or 0.
 */
struct cast {
	uint32_t function, dentry, mount;
	uint64_t rename_lock, mount_lock;
};

/* Loads a small program to see whether it works. Once per session. */
struct cast cast_find(struct tetra_kernel *kernel);

/* Puts the numbers where programs have others in their place: TETRA_CALL_CAST, TETRA_BTF_*,
 * TETRA_AT_*. */
void cast_patch(const struct cast *cast, struct bpf_insn *insns, uint32_t n);

#endif
