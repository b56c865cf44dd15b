/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which instructions of a program can be reached, and what is known there: the program is followed
 * from its start and into each function that it names, all ways that the data does not exclude.
 */
#ifndef TETRA_LIB_TRIM_REACH_H
#define TETRA_LIB_TRIM_REACH_H

#include <linux/bpf.h>

#include "lib/trim/known.h"

/* Of an instruction. */
struct reach_fact {
	bool is_seen;
	bool is_number; /* it fills its register with @number, whichever way led to it */
	bool is_safe;	/* a load that does nothing but fill a register */
	uint8_t ways;	/* enum known_way */
	uint64_t number;
};

struct reach {
	const struct bpf_insn *insns; /* borrowed */
	struct known_data data;
	uint32_t n_insns;
	struct reach_fact *facts; /* of each instruction */
	uint32_t *
		joints; /* of each: 1 + where ways lead to it that it is in @known, or 0 */
	struct known *known; /* before a joint */
	uint8_t *waits;	     /* of each joint: it is to be looked at (again) */
};

/*
 * Return: 0; -ENOMEM; -EOPNOTSUPP if there is an instruction that is not understood. @ret is to
 * be freed in any case.
 */
int reach_follow(struct reach *ret, const struct bpf_insn *insns, uint32_t n_insns,
		 const struct known_data *data);
void reach_done(struct reach *reach);

/* Index of the next instruction, of the jump's target, of the function named. */
uint32_t reach_after(const struct bpf_insn *insns, uint32_t i);
uint32_t reach_target(const struct bpf_insn *insns, uint32_t i);
uint32_t reach_named(const struct bpf_insn *insns, uint32_t i);

#endif
