/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes from a program what its configuration excludes, before it is loaded. The kernel would
 * do so as well, but late: it verifies or at least analyses every function that a program
 * contains, removes unused instructions a few at a time, for each of which it moves all that
 * follow, and leaves the loads and comparisons that decided.
 *
 * - Branches that the configuration excludes, and functions that are only called there.
 * - Jumps that the configuration decides, and loads of its values if nothing else needs them.
 *
 * Nothing is assumed but that the configuration does not change: it is a frozen map.
 */
#ifndef TETRA_LIB_TRIM_TRIM_H
#define TETRA_LIB_TRIM_TRIM_H

#include <linux/bpf.h>

#include "lib/trim/known.h"

/* A program and its functions; changed in place, never longer than before. */
struct trim_program {
	struct bpf_insn *insns;
	uint32_t n_insns;
	/* Records of the kernel's format: the first word is the index of an instruction. */
	void *funcs;
	uint32_t n_funcs, func_bytes;
};

/*
 * A program with an instruction that is not understood stays as it is, and so does one that older
 * kernels would not take without the rest (graph.h). Return: 0, -ENOMEM.
 */
int trim_program(struct trim_program *program, const struct known_data *data);

#endif
