/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of argument kinds and readers in bpf/abi/kinds.h, by number.
 */
#ifndef TETRA_LIB_KINDS_H
#define TETRA_LIB_KINDS_H

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"

struct kind_row {
	const char *name;	/* in YAML; NULL: no such kind */
	const char *of;		/* the kernel's struct that it points to; "" */
	const char *key;	/* of the value in an event's JSON */
	const char *parameters; /* letters of lib/linux/signatures.h; "": any */
	uint8_t support;	/* enum tetra_support */
	uint8_t shape;		/* enum tetra_shape */
	uint8_t reader;		/* enum tetra_reader */
	uint8_t slots;		/* enum tetra_slot_class of the reader */
	uint8_t is_direct; /* programs with typed parameters load its fields directly */
	uint8_t bits;	   /* of a number */
	uint8_t is_signed;
	uint8_t is_caller_memory; /* can change after the check */
	uint16_t classes;	  /* enum tetra_class */
};

extern const struct kind_row kind_rows[TETRA_ARG_END];

/* Never NULL: that of an unknown number is empty. */
static inline const struct kind_row *kind_row(uint32_t kind)
{
	return &kind_rows[kind < TETRA_ARG_END ? kind : 0];
}

static inline bool kind_has_class(uint32_t kind, uint32_t classes)
{
	return (kind_row(kind)->classes & classes) != 0;
}

/*
 * The bytes of a literal that are compared: NULs at its end come from the policy's author, not
 * from the text, except in a buffer. What the model holds has this length already.
 */
size_t kind_literal_bytes(uint32_t kind, const char *text, size_t len);

#endif
