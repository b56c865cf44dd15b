/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs programs, to compare what can be seen of two: calls, what they are given, and the result. A
 * call gives and changes what it likes: helpers of an odd number the memory of frames, too.
 */
#ifndef TETRA_TESTS_UNIT_TRIM_MACHINE_H
#define TETRA_TESTS_UNIT_TRIM_MACHINE_H

#include <linux/bpf.h>

#include "lib/base/base.h"

#define MACHINE_FRAME 32 /* bytes */
#define MACHINE_DEPTH 4	 /* frames */

/* What an instruction of this code makes of two numbers, and whether it jumps. */
uint64_t machine_compute(uint8_t code, uint64_t a, uint64_t b);
bool machine_decides(uint8_t code, uint64_t a, uint64_t b);

/* What is seen; all registers have a value at the start, which depends on @seed. */
uint64_t machine_see(const struct bpf_insn *insns, uint64_t seed);

#endif
