/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading the parameters of a hooked function, by kind of program. A typed context (fentry and
 * similar) must be read at constant offsets, or the verifier loses the pointer's type; hence a
 * separate load per parameter.
 */
#ifndef TETRA_BPF_PARAM_H
#define TETRA_BPF_PARAM_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"

enum program {
	PROGRAM_TYPED, /* fentry, fexit, fmod_ret, LSM, tp_btf: u64 words with BTF types */
	PROGRAM_REGS,  /* kprobe: registers */
	PROGRAM_SAVED,	/* kretprobe: what the entry saved */
	PROGRAM_WORDS,	/* raw tracepoint: u64 words */
	PROGRAM_RECORD, /* tracepoint: fields of a record */
	PROGRAM_CALL, /* tracepoint that begins a system call: the words of its record */
	PROGRAM_SYSCALL, /* raw_tp/sys_enter and sys_exit: the caller's registers, one word */
};

extern const volatile struct tetra_hook_config cfg;

/* Where the arguments begin in the record of syscalls/sys_enter_*. */
#define PARAM_CALL_RECORD 16

/* The slots of one class; @i is the loop variable, a known number in each iteration. */
#define SLOTS_EACH(class, i, slot)                                                       \
	for (i = 0; i < TETRA_MAX_SLOTS && i < cfg.n_slots[class] &&                     \
		    ((slot = cfg.slots_of[class][i] & (TETRA_MAX_SLOTS - 1)), 1);        \
	     i++)

#define PARAM_LOAD(number, offset)                                                       \
	if (param == (number)) {                                                         \
		asm volatile("%0 = *(u64 *)(%1 + " #offset ")"                           \
			     : "=r"(value)                                               \
			     : "r"(ctx));                                                \
		return value;                                                            \
	}

/* Word @param of a context of u64 words. */
static __always_inline __u64 param_word(void *ctx, __u32 param)
{
	__u64 value = 0;

	PARAM_LOAD(0, 0)
	PARAM_LOAD(1, 8)
	PARAM_LOAD(2, 16)
	PARAM_LOAD(3, 24)
	PARAM_LOAD(4, 32)
	PARAM_LOAD(5, 40)
	PARAM_LOAD(6, 48)
	PARAM_LOAD(7, 56)
	PARAM_LOAD(8, 64)
	PARAM_LOAD(9, 72)
	PARAM_LOAD(10, 80)
	PARAM_LOAD(11, 88)
	return value;
}

/* Parameter @param of a system call, from the registers of its caller (x86-64). */
static __always_inline __u64 param_syscall_typed(const struct pt_regs *regs, __u32 param)
{
	if (param == 0)
		return regs->di;
	if (param == 1)
		return regs->si;
	if (param == 2)
		return regs->dx;
	if (param == 3)
		return regs->r10;
	if (param == 4)
		return regs->r8;
	return regs->r9;
}

static __always_inline __u64 param_syscall(const struct pt_regs *regs, __u32 param)
{
	if (param == 0)
		return BPF_CORE_READ(regs, di);
	if (param == 1)
		return BPF_CORE_READ(regs, si);
	if (param == 2)
		return BPF_CORE_READ(regs, dx);
	if (param == 3)
		return BPF_CORE_READ(regs, r10);
	if (param == 4)
		return BPF_CORE_READ(regs, r8);
	return BPF_CORE_READ(regs, r9);
}

/* Parameter @param of a function, from the registers at its entry (x86-64). The offsets are
 * those of the context that programs see, which is not the kernel's own struct pt_regs. */
static __always_inline __u64 param_register(void *ctx, __u32 param)
{
	__u64 value = 0;

	PARAM_LOAD(0, 112)
	PARAM_LOAD(1, 104)
	PARAM_LOAD(2, 96)
	PARAM_LOAD(3, 88)
	PARAM_LOAD(4, 72)
	PARAM_LOAD(5, 64)
	return value;
}

/* A number of @bytes bytes at @address, zero-extended. */
static __always_inline __u64 param_load(const void *address, __u32 bytes)
{
	__u64 value = 0;

	if (bytes == 1)
		bpf_probe_read_kernel(&value, 1, address);
	else if (bytes == 2)
		bpf_probe_read_kernel(&value, 2, address);
	else if (bytes == 4)
		bpf_probe_read_kernel(&value, 4, address);
	else
		bpf_probe_read_kernel(&value, 8, address);
	return value;
}

/* Parameter @param of a program with types, past the verifier: it comes from the kernel's stack. */
static __always_inline __u64 param_copy(void *ctx, __u32 param)
{
	if (cfg.syscall)
		return param_syscall((void *)param_load(ctx, 8), param);
	return param_load(ctx + param * 8, 8);
}

/* Parameter @param, or what the function returned, for any kind of program but a record's. */
static __always_inline __u64 param_get(void *ctx, enum program program, __u32 param,
				       int is_result)
{
	if (program == PROGRAM_TYPED) {
		/* The result follows the parameters. */
		if (is_result)
			return param_word(ctx, cfg.n_params);
		if (cfg.syscall)
			return param_syscall_typed((void *)param_word(ctx, 0), param);
		return param_word(ctx, param);
	}
	if (program == PROGRAM_SAVED) {
		const __u64 *saved = ctx;

		if (is_result)
			return saved[TETRA_SAVED_PARAMS];
		if (cfg.syscall)
			return param_syscall((void *)saved[0], param);
		return param < TETRA_SAVED_PARAMS ? saved[param] : 0;
	}
	if (program == PROGRAM_SYSCALL) {
		if (is_result)
			return param_word(ctx, 1);
		return param_syscall((void *)param_word(ctx, 0), param);
	}
	if (program == PROGRAM_REGS) {
		if (cfg.syscall)
			return param_syscall((void *)param_register(ctx, 0), param);
		return param_register(ctx, param);
	}
	if (program == PROGRAM_CALL)
		return param_load(ctx + PARAM_CALL_RECORD + param * 8, 8);
	return param_word(ctx, param);
}

#endif
