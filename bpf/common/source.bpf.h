/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The reader of sources: where the value of a slot, and the size of a buffer, come from. What
 * it does is in the configuration, so that each program has the code of its own sources only.
 */
#ifndef TETRA_BPF_SOURCE_H
#define TETRA_BPF_SOURCE_H

#include "bpf/common/operand.bpf.h"
#include "bpf/common/param.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* Of a tracepoint's record: a number, or where its data is. */
static __always_inline __u64 source_record(void *ctx, __u32 from, __u32 at, __u32 bytes)
{
	if (from == TETRA_FROM_ARRAY)
		return (__u64)ctx + at;
	if (from == TETRA_FROM_LOC)
		return (__u64)ctx + (param_load(ctx + at, 4) & 0xffff);
	if (from == TETRA_FROM_REL_LOC)
		return (__u64)ctx + at + 4 + (param_load(ctx + at, 4) & 0xffff);
	if (from == TETRA_FROM_LOC_BYTES)
		return param_load(ctx + at, 4) >> 16;
	if (from == TETRA_FROM_CONSTANT)
		return at;
	if (from == TETRA_FROM_NONE)
		return 0;
	return param_load(ctx + at, bytes);
}

static __always_inline __u64 source_registers(void *ctx, enum program program)
{
	if (program == PROGRAM_REGS && !cfg.syscall)
		return (__u64)ctx;
	if (program == PROGRAM_REGS)
		return param_register(ctx, 0);
	if (program == PROGRAM_TYPED && cfg.syscall)
		return param_load(ctx, 8);
	if (program == PROGRAM_SYSCALL)
		return param_word(ctx, 0);
	return 0;
}

/* @from: source->from, or the start of its steps. */
static __always_inline __u64 source_start(void *ctx, enum program program,
					  const volatile struct tetra_source *source,
					  __u32 from)
{
	if (from == TETRA_FROM_TASK)
		return bpf_get_current_task();
	if (program == PROGRAM_RECORD)
		return source_record(ctx, from, source->at, source->bytes);
	if (from == TETRA_FROM_WORD)
		return param_get(ctx, program, source->at, 0);
	if (from == TETRA_FROM_RESULT)
		return param_get(ctx, program, 0, 1);
	if (from == TETRA_FROM_REGISTERS)
		return source_registers(ctx, program);
	if (program == PROGRAM_TYPED && from == TETRA_FROM_COPY)
		return param_copy(ctx, source->at);
	if (program == PROGRAM_TYPED && from == TETRA_FROM_RESULT_COPY)
		return param_load(ctx + cfg.n_params * 8, 8);
	return 0;
}

/* Otherwise the compiler merges the calls into one, whose size the verifier does not know. */
#define STEP_LOAD(number)                                                                \
	if (bytes == (number)) {                                                         \
		error = bpf_probe_read_kernel(ret, number, from);                        \
		asm volatile("# " #number : "+r"(error));                                \
		return error;                                                            \
	}

/* What is at @at, of 8, 4, 2 or 1 bytes; 0, or an error. */
static __noinline long step_load(__u64 *ret, __u64 at, __u32 bytes)
{
	const void *from = (const void *)at;
	long error;

	*ret = 0;
	STEP_LOAD(8)
	STEP_LOAD(4)
	STEP_LOAD(2)
	STEP_LOAD(1)
	return -1;
}
#undef STEP_LOAD

/* Takes the steps of slot @slot from s->raw, where it leaves the value. Global: verified once. */
__noinline int source_walk(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	const volatile struct tetra_source *source;
	__u64 value, next;
	__u32 i;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	source = &cfg.slots[slot].value;
	value = s->raw[slot];
	s->unread &= ~(1ull << slot);
	match_rolled
	for (i = 0; i < TETRA_MAX_STEPS; i++) {
		if (i >= source->n_steps)
			break;
		/* Members of a null pointer are not read. */
		next = value + source->steps[i].offset;
		if (!value || (source->steps[i].load &&
			       step_load(&next, next, source->steps[i].load) < 0)) {
			s->unread |= 1ull << slot;
			s->sizes[slot] = i + 1;
			value = 0;
			break;
		}
		value = next;
	}
	s->raw[slot] = value;
	return 0;
}

/* A slot of list @list may be unread. */
static __always_inline int list_walks(__u32 list)
{
	return cfg.walks & 1u << list;
}

/* A step to the value of slot @slot could not be taken in this run. */
static __always_inline int slot_is_unread(const struct tetra_scratch *s, __u32 slot)
{
	return cfg.slots[slot].walks && s->unread >> slot & 1;
}

/*
 * A typed parameter that is a pointer stays one for the verifier, which allows no arithmetic
 * on it. Read back from @place, in a map, it is a number.
 */
static __always_inline __u64 source_number(__u64 value, __u64 *place)
{
	*(volatile __u64 *)place = value;
	return *(volatile __u64 *)place;
}

static __always_inline __u64 slot_value(void *ctx, enum program program,
					struct tetra_scratch *s, __u32 slot)
{
	const volatile struct tetra_source *source = &cfg.slots[slot].value;
	__u32 from = source->from;
	__u64 value;

	if (program == PROGRAM_REGS && cfg.operands)
		return operand_value(ctx, s, slot, 0);
	if (from == TETRA_FROM_STEPS)
		from = source->start;
	value = source_start(ctx, program, source, from);
	if (source->from != TETRA_FROM_STEPS)
		return value;
	source_number(value, &s->raw[slot]);
	source_walk(s->number, slot);
	return s->raw[slot];
}

static __always_inline __u64 slot_size(void *ctx, enum program program, __u32 slot)
{
	const volatile struct tetra_source *source = &cfg.slots[slot].size;
	__u32 shift = cfg.slots[slot].size_shift;

	return source_start(ctx, program, source, source->from) << shift >> shift;
}

/* The number in slot @slot, extended from its own width to 64 bits. */
static __always_inline __u64 source_extend(__u64 value, __u32 slot)
{
	__u32 shift = cfg.slots[slot].shift;

	if (cfg.slots[slot].extends) {
		/* Or both are computed, and one is taken. */
		opaque(value);
		return (__s64)(value << shift) >> shift;
	}
	return value << shift >> shift;
}

#endif
