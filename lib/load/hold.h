/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holding the CPU: on kernels where programs may disable preemption around all that ours do,
 * a run that has scratch memory is never preempted.
 */
#ifndef TETRA_LIB_HOLD_H
#define TETRA_LIB_HOLD_H

#include <linux/bpf.h>

#include "lib/kernel/kernel.h"

/* Ids of the kernel's functions; 0: it has none that is of use, or never preempts. */
struct hold {
	uint32_t disable, enable;
};

struct hold hold_find(struct tetra_kernel *kernel);

/* Makes calls of the functions, or nothing, from the numbers in their place, TETRA_CALL_*. */
void hold_patch(const struct hold *hold, struct bpf_insn *insns, uint32_t n);

#endif
