/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a program's registers and of its stack before it runs: numbers or some of their
 * bits, and addresses of constants.
 */
#ifndef TETRA_LIB_TRIM_KNOWN_H
#define TETRA_LIB_TRIM_KNOWN_H

#include <linux/bpf.h>

#include "lib/trim/bits.h"

/* Of a frame: 512 bytes. */
#define KNOWN_SLOTS 64

enum known_kind {
	KNOWN_NOT,    /* any value, but no address in the frame */
	KNOWN_BITS,   /* a number with some known bits */
	KNOWN_PLACE,  /* the address of this offset in the data */
	KNOWN_FRAME,  /* the address of this offset from the frame's end */
	KNOWN_FRAMES, /* any value, perhaps an address in the frame */
};

struct known_value {
	struct bits bits; /* an offset is a number */
	uint8_t kind;
};

struct known {
	/* Registers 0 to 9; the tenth is the frame. */
	struct known_value regs[MAX_BPF_REG - 1];
	bool seen; /* some way leads here */
	/* Addresses in the frame are where they are not followed: nothing is known of it again. */
	bool is_lost;
	uint8_t n_losses; /* how often less was known than before */
	/* 8 bytes each, from the end of the frame downwards; only the first @n_slots have values. */
	uint32_t n_slots;
	struct known_value slots[KNOWN_SLOTS];
};

/* A frozen map from which programs load values at known places (BPF_PSEUDO_MAP_VALUE). */
struct known_data {
	const uint8_t *bytes;
	uint32_t n_bytes;
	int fd;
	bool calls_back; /* helpers may run functions of the program: found by reach_follow() */
};

/* Where an instruction goes on. */
enum known_way {
	KNOWN_NEXT = 1,
	KNOWN_JUMP = 2,
	KNOWN_BOTH = 3,
};

/* The first half of a load of 64 bits, which is two instructions. */
bool known_is_wide(const struct bpf_insn *insn);
/* A call of a function of the program, or its address. Its @imm is relative. */
bool known_names_function(const struct bpf_insn *insn);

/* The frame's own register is at offset 0 of it. */
struct known_value known_reg(const struct known *known, uint32_t reg);
void known_set(struct known *known, uint32_t reg, struct known_value value);
bool known_is_number(struct known_value value);
/* Loads from there do nothing but fill a register. */
bool known_is_safe(struct known_value address);

/*
 * Makes of what is known before an instruction what is known after it. Return: enum known_way;
 * 0 at an exit; -EOPNOTSUPP if the instruction is not understood.
 */
int known_step(struct known *known, const struct bpf_insn *insn,
	       const struct known_data *data);

/* Adds what is known because a jump that was not decided was taken, or was not. */
void known_assume(struct known *known, const struct bpf_insn *insn, bool is_taken);

/* Where a jump goes, relative to the instruction after it. */
int32_t known_jump(const struct bpf_insn *insn);

void known_copy(struct known *to, const struct known *from);

/*
 * Keeps in @into what also holds in @from. Return: whether that is less than before. A loop that
 * counts would lose a bit in each turn: after some, a value that differs is any.
 */
bool known_merge(struct known *into, const struct known *from);

#endif
