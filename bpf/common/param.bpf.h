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

enum param_source {
	PARAM_TYPED,  /* fentry, fexit, fmod_ret, LSM, tp_btf: u64 words with BTF types */
	PARAM_REGS,   /* kprobe: registers */
	PARAM_SAVED,  /* kretprobe: what the entry saved */
	PARAM_WORDS,  /* raw tracepoint: u64 words */
	PARAM_RECORD, /* tracepoint: fields of a record */
	PARAM_CALL,   /* tracepoint that begins a system call: the words of its record */
	PARAM_SYSCALL, /* raw_tp/sys_enter and sys_exit: the caller's registers, one word */
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

/* A number of @bytes bytes at @place of a tracepoint's record, sign-extended if asked. */
static __always_inline __u64 param_field(void *ctx, __u32 offset, __u32 bytes)
{
	__u64 value = 0;

	if (bytes == 1)
		bpf_probe_read_kernel(&value, 1, ctx + offset);
	else if (bytes == 2)
		bpf_probe_read_kernel(&value, 2, ctx + offset);
	else if (bytes == 4)
		bpf_probe_read_kernel(&value, 4, ctx + offset);
	else
		bpf_probe_read_kernel(&value, 8, ctx + offset);
	return value;
}

/* Parameter @param, for any kind of program. */
static __always_inline __u64 param_get(void *ctx, enum param_source source, __u32 param)
{
	if (source == PARAM_TYPED) {
		if (cfg.syscall)
			return param_syscall_typed((void *)param_word(ctx, 0), param);
		return param_word(ctx, param);
	}
	if (source == PARAM_REGS) {
		if (cfg.syscall)
			return param_syscall((void *)param_register(ctx, 0), param);
		return param_register(ctx, param);
	}
	if (source == PARAM_SAVED) {
		const __u64 *saved = ctx;

		if (cfg.syscall)
			return param_syscall((void *)saved[0], param);
		return param < TETRA_SAVED_PARAMS ? saved[param] : 0;
	}
	if (source == PARAM_SYSCALL)
		return param_syscall((void *)param_word(ctx, 0), param);
	if (source == PARAM_CALL)
		return param_field(ctx, PARAM_CALL_RECORD + param * 8, 8);
	return param_word(ctx, param);
}

/*
 * A typed parameter that is a pointer stays one for the verifier, which allows no arithmetic
 * on it. Read back from @place, in a map, it is a number.
 */
static __always_inline __u64 param_number(__u64 value, __u64 *place)
{
	*(volatile __u64 *)place = value;
	return *(volatile __u64 *)place;
}

/* A number of a kind's width, extended to 64 bits. */
static __always_inline __u64 param_extend(__u64 value, __u32 kind)
{
	switch (kind) {
	case TETRA_ARG_INT8:
		return (__s64)(__s8)value;
	case TETRA_ARG_UINT8:
		return (__u8)value;
	case TETRA_ARG_INT16:
		return (__s64)(__s16)value;
	case TETRA_ARG_UINT16:
		return (__u16)value;
	case TETRA_ARG_INT32:
		return (__s64)(__s32)value;
	case TETRA_ARG_UINT32:
		return (__u32)value;
	}
	return value;
}

static __always_inline int kind_is_number(__u32 kind)
{
	return kind >= TETRA_ARG_INT8 && kind <= TETRA_ARG_SIZE;
}

static __always_inline int kind_is_signed(__u32 kind)
{
	return kind == TETRA_ARG_INT8 || kind == TETRA_ARG_INT16 ||
	       kind == TETRA_ARG_INT32 || kind == TETRA_ARG_INT64;
}

static __always_inline int kind_is_text(__u32 kind)
{
	return kind == TETRA_ARG_STRING || kind == TETRA_ARG_FILENAME ||
	       kind == TETRA_ARG_CHAR_BUF || kind == TETRA_ARG_CONST_BUF;
}

static __always_inline int kind_is_path(__u32 kind)
{
	return kind >= TETRA_ARG_FILE && kind <= TETRA_ARG_BINPRM;
}

#endif
