/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy needs to know of a function or a struct of the kernel: parameters, result,
 * where a member is.
 */
#ifndef TETRA_LIB_BTF_PROTOTYPE_H
#define TETRA_LIB_BTF_PROTOTYPE_H

#include "lib/base/base.h"

/* Parameters that are described: what a BPF trampoline can pass to a program. */
#define KERNEL_MAX_PARAMS 12u
/* Bytes of a type's text, NUL included. Longer ones are cut. */
#define KERNEL_TYPE_TEXT 64u

struct kernel_param {
	const char *name; /* "" if the kernel gives none */
	/* Of the struct pointed to, or of the integer: "file", "unsigned int"; else "" */
	const char *type_name;
	char c_type[KERNEL_TYPE_TEXT]; /* as C has it: "struct file *"; for messages */
	uint32_t size;		       /* bytes; 0: void or unknown */
	uint8_t is_pointer;
	uint8_t is_signed;
	uint8_t is_struct; /* a struct or union by value */
	/*
	 * It points to a pointer, a function, a number, const void, or a struct that is declared
	 * alone: to what BPF programs with typed parameters cannot load on all kernels.
	 */
	uint8_t is_opaque;
};

struct kernel_function {
	const char *name; /* the symbol */
	/*
	 * The same function under its name in BTF and ftrace. It differs for system calls
	 * without arguments: their wrappers, 64-bit and 32-bit, are aliases of one body.
	 */
	const char *target;
	uint32_t btf_id; /* in vmlinux; of the typedef, for a raw tracepoint; 0: none */
	/* Parameters below; a function of more than KERNEL_MAX_PARAMS sets has_more. */
	uint32_t n_params;
	struct kernel_param params[KERNEL_MAX_PARAMS];
	struct kernel_param ret;
	int32_t syscall_number; /* kernel_find_syscall(): else, or if unknown, -1 */
	uint8_t has_more;
	uint8_t is_variadic;
	/* The parameters are known. Always set, except for some system calls. */
	uint8_t has_params;
	uint8_t is_alias; /* .target is not .name */
	/* Of a system call: what its wrapper's registers are is declared alone. */
	uint8_t is_opaque;
};

/* A member of a struct of the kernel, in bytes. */
struct kernel_member {
	uint32_t offset, size;
};

/* Steps of a path through structs, including those that it does not name: as many as programs
 * take. */
#define KERNEL_MAX_STEPS 10u

struct kernel_step {
	uint16_t offset;
	/* Bytes of the pointer there, or in the last step of the value; 0: the place itself. */
	uint8_t load;
};

/* The path "mm.owner.pid" from a pointer, resolved. */
struct kernel_walk {
	/* 0; -ENOENT: .bad is not there, .near may be meant; -E2BIG: more than KERNEL_MAX_STEPS steps,
	 * or 64 kB from the beginning of a struct; -EOPNOTSUPP: a bit field, or a value of
	 * more than 8 bytes. */
	int error;
	const char *bad, *near; /* NULL: nothing is near */
	struct kernel_step steps[KERNEL_MAX_STEPS];
	uint32_t n_steps;
	/* What is at the end. A struct or an array is its address, which counts as a pointer to it. */
	struct kernel_param end;
};

#endif
