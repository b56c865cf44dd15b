/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs and libraries: where their code is. All numbers of a file that is not well formed are
 * taken for wrong; none is followed outside of it.
 */
#ifndef TETRA_LIB_HOST_PROGRAM_H
#define TETRA_LIB_HOST_PROGRAM_H

#include "lib/base/nearest.h"

struct program;

/*
 * Return: 0; a negative errno if the file cannot be opened or read; -ENOEXEC: not an ELF program or
 * library of this machine.
 */
int program_open(struct program **ret, const char *path);
struct program *program_free(struct program *program);

/* What a file at the same path is told from. On an overlay, one that was copied up keeps its numbers:
 * that it changed is seen by the time, in nanoseconds. */
struct program_identity {
	uint64_t device, inode, changed;
};

struct program_identity program_identify(const struct program *program);

/* A program for 32-bit x86. */
bool program_is_32bit(const struct program *program);

/* It is loaded at any address. */
bool program_moves(const struct program *program);
/* The end of the file is missing, with the list of its sections. */
bool program_is_cut(const struct program *program);
/* libelf's. Valid as long as @program. */
struct Elf *program_get_elf(const struct program *program);

/* It has no table of all symbols; it may have one of those that other files use. */
bool program_is_stripped(const struct program *program);

/*
 * The address of a function, as the file is linked, and how many have the name (@symbol_len
 * bytes of @symbol), at most 64. Return: 0; -ENOENT: the symbol tables have none; -ENODATA: there are none;
 * -EBADMSG: the file ends before them; -ENOTSUP: the function is chosen when a program starts
 * (STT_GNU_IFUNC).
 */
int program_find_symbol(const struct program *program, const char *symbol,
			uint32_t symbol_len, uint64_t *ret_address, uint32_t *ret_count);
/* Offers the names of all functions. */
void program_offer_symbols(const struct program *program, struct nearest *nearest);

/*
 * The address of what a name means, function or variable, that the file itself contains. Return: 0;
 * -ENOENT; -ENOTUNIQ: there are several.
 */
int program_find_object(const struct program *program, const char *symbol,
			uint32_t symbol_len, uint64_t *ret_address);
/* The place in the file of two bytes of writable data; -ENOENT: there are none. */
int program_find_data(const struct program *program, uint64_t address, uint64_t *ret);

/* The place in the file of code at @address; -ENOENT: no code is there. */
int program_find_offset(const struct program *program, uint64_t address, uint64_t *ret);
/* Whether the code at @offset is in the middle of a function that the symbol tables have. */
bool program_is_inside(const struct program *program, uint64_t offset);
/* Whether the bytes at @offset are mapped as code. */
bool program_has_code(const struct program *program, uint64_t offset);
/*
 * Whether the instruction there is one that no kernel probes: a lock, a trap, input and output, or
 * a privileged one. Kernels refuse some others as well, and differ in which.
 */
bool program_is_unprobeable(const struct program *program, uint64_t offset);
/*
 * Whether the kernel finds a probe's counter at @offset: two bytes that are mapped from the file, and
 * stay writable once the program has started.
 */
bool program_has_counter(const struct program *program, uint64_t offset);

static inline void program_freep(struct program **program)
{
	program_free(*program);
}

#endif
