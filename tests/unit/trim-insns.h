/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions, and the data that they load from, for the tests of what is removed from programs. */
#ifndef TETRA_TESTS_UNIT_TRIM_INSNS_H
#define TETRA_TESTS_UNIT_TRIM_INSNS_H

#include <linux/bpf.h>

#include "lib/trim/trim.h"

#define INSN(c, d, s, o, i)                                                              \
	((struct bpf_insn){                                                              \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOVE(d, i)    INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOVE32(d, i)  INSN(BPF_ALU | BPF_MOV | BPF_K, d, 0, 0, i)
#define COPY(d, s)    INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ALU(op, d, i) INSN(BPF_ALU64 | (op), d, 0, 0, i)
#define DATA(d, place)                                                                   \
	INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_VALUE, 0, FD),                 \
		INSN(0, 0, 0, 0, place)
#define LOAD(size, d, s, o) INSN(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define JUMP(o)		    INSN(BPF_JMP | BPF_JA, 0, 0, o, 0)
#define LONG_JUMP(i)	    INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, i)
#define IF(op, d, i, o)	    INSN(BPF_JMP | (op), d, 0, o, i)
#define IF32(op, d, i, o)   INSN(BPF_JMP32 | (op), d, 0, o, i)
#define CALL(i)		    INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, i)
#define HELP(i)		    INSN(BPF_JMP | BPF_CALL, 0, 0, 0, i)
#define EXIT		    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define FD 77

static const uint8_t bytes[16] = { 0,	 1,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
				   0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
static const struct known_data data = { bytes, sizeof(bytes), FD };

struct record {
	uint32_t start, type;
};

#endif
