/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk of a program's edges, as older kernels make it before they verify: of short programs, by
 * recursion, and thus another than lib/trim/graph.c.
 */
#ifndef TETRA_TESTS_EDGES_H
#define TETRA_TESTS_EDGES_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#define EDGES_SEEN 1
#define EDGES_OPEN 2

static inline bool edges_go_back(const struct bpf_insn *insns, uint8_t *state,
				 uint32_t i);

/* @may: the edge is a jump's, which may go back. */
static inline bool edge_goes_back(const struct bpf_insn *insns, uint8_t *state,
				  uint32_t to, bool may)
{
	return state[to] == EDGES_OPEN ? !may
				       : !state[to] && edges_go_back(insns, state, to);
}

/*
 * A non-jump instruction leads back to one on the way to it. @state: an entry per
 * instruction, zeroes at first.
 */
static inline bool edges_go_back(const struct bpf_insn *insns, uint8_t *state, uint32_t i)
{
	uint8_t class = BPF_CLASS(insns[i].code), operation = BPF_OP(insns[i].code);
	bool jumps = class == BPF_JMP || class == BPF_JMP32, back = false;
	uint32_t wide = insns[i].code == (BPF_LD | BPF_DW | BPF_IMM);

	if (jumps && operation == BPF_EXIT)
		return false;
	state[i] = EDGES_OPEN;
	jumps &= operation != BPF_CALL;
	if (!jumps || operation != BPF_JA)
		back = edge_goes_back(insns, state, i + 1 + wide, jumps);
	if (!back && jumps)
		back = edge_goes_back(insns, state, i + 1 + (uint32_t)insns[i].off, true);
	state[i] = EDGES_SEEN;
	return back;
}

#endif
