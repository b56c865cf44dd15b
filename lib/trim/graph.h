/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How older kernels (5.10, 6.1) walk the edges of a program before they verify it: a loop goes back
 * by a jump. They refuse an instruction of another kind that leads to one from which the walk has
 * come, as before the middle of a loop that is entered there; all kernels refuse one to which nothing
 * leads.
 */
#ifndef TETRA_LIB_TRIM_GRAPH_H
#define TETRA_LIB_TRIM_GRAPH_H

#include <linux/bpf.h>

#include "lib/base/base.h"

/*
 * All ways out of an instruction lead to others of the program. Functions are walked from where they
 * are called or named. Return: 1 if such kernels refuse it; 0; -ENOMEM.
 */
int graph_is_refused(const struct bpf_insn *insns, uint32_t n_insns);

#endif
