/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operands of a probe of user space: how a program says where its arguments are, in the notes of
 * <sys/sdt.h>. Those of x86-64: SIZE@OPERAND, the size negative if the number has a sign.
 */
#ifndef TETRA_LIB_HOST_OPERAND_H
#define TETRA_LIB_HOST_OPERAND_H

#include "lib/base/base.h"

/* Operands of one note. */
#define OPERAND_MAX	   12u
#define OPERAND_TEXT_BYTES 64u

/* What is wrong with an operand; its text is operand_error_text(). */
enum operand_error {
	OPERAND_GOOD,
	OPERAND_NO_SIZE,   /* not SIZE@ with 1, 2, 4 or 8 bytes */
	OPERAND_FLOATING,  /* a floating point number */
	OPERAND_VECTOR,	   /* in a register that BPF programs cannot read */
	OPERAND_SEGMENT,   /* relative to a segment, as thread-local variables are */
	OPERAND_NO_SYMBOL, /* names a symbol that the file does not have */
	OPERAND_SYMBOLS,   /* it has several of that name */
	OPERAND_MOVES,	   /* an address that is known only when the program runs */
	OPERAND_UNKNOWN,   /* in an unknown form */
	OPERAND_ERROR_END,
};

/*
 * The value is .number plus the registers; if .loads, what memory contains at that address. A
 * register is its place in struct pt_regs, in words, plus 1; 0: none.
 */
struct operand {
	uint8_t error; /* enum operand_error; the rest is valid if it is 0 */
	uint8_t bytes; /* 1, 2, 4, 8 */
	uint8_t is_signed;
	uint8_t loads;
	uint8_t base, index;
	uint8_t index_shift;
	uint8_t skip; /* bits of the register below the value: %ah */
	uint64_t number;
	char text[OPERAND_TEXT_BYTES]; /* as the note has it; a longer one is cut */
};

/* What operands may name. Where the probe is, as the file is linked. */
struct operand_file {
	/* 0 and the address; -ENOTUNIQ: several; another negative errno. */
	int (*find)(void *user, const char *name, size_t len, uint64_t *ret);
	void *user;
	uint64_t address;
	bool moves; /* the file is loaded anywhere: ET_DYN */
};

/*
 * The operands of a note, separated by blanks. Return: how many there are, also if some
 * are wrong; -E2BIG: more than OPERAND_MAX.
 */
int operands_parse(struct operand (*ret)[OPERAND_MAX], const char *text,
		   const struct operand_file *file);
const char *operand_error_text(uint32_t error);

#endif
