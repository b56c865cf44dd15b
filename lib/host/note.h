/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes that a program or library has put into its own code (USDT): each place of one has a note
 * in the section .note.stapsdt. Its numbers are never followed outside the file.
 */
#ifndef TETRA_LIB_HOST_NOTE_H
#define TETRA_LIB_HOST_NOTE_H

#include "lib/host/operand.h"
#include "lib/host/program.h"

/* Places of one probe: inlined functions have it many times. */
#define NOTE_MAX_PLACES 64u

/* One place of a probe. */
struct note {
	uint64_t offset; /* in the file */
	uint64_t
		counter; /* in the file: what the kernel counts up while probed; 0: none */
	struct operand operands[OPERAND_MAX];
	uint32_t n_operands;
};

struct notes {
	struct note *items;
	uint32_t n;
};

/*
 * All places of @provider's probe @name, in the order of the file. @ret is to be freed by
 * notes_done(), also after an error. Return: 0; -ENOENT: no such probe; -ENODATA: the file has no
 * notes of probes; -EBADMSG: the file ends before them; -EBADF: a note is not well formed; -EFAULT: a
 * place is outside the code; -ENXIO: a counter is outside of the file's data; -ERANGE: a counter is
 * too far in the file for the kernel; -EMLINK: more than NOTE_MAX_PLACES; -E2BIG: a note has more than
 * OPERAND_MAX operands; -ENOMEM.
 */
int notes_find(struct notes *ret, const struct program *program, const char *provider,
	       const char *name);
void notes_done(struct notes *notes);

bool notes_have_provider(const struct program *program, const char *provider);
/* Offers the names of @provider's probes; NULL: those of all providers. Valid as long as @program. */
void notes_offer(const struct program *program, const char *provider,
		 struct nearest *nearest);

#endif
