/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a place in a program has put an argument: see struct tetra_operand. All operands are the
 * configuration's, so places of one probe that differ have programs of their own.
 */
#ifndef TETRA_BPF_OPERAND_H
#define TETRA_BPF_OPERAND_H

#include "bpf/common/param.bpf.h"
#include "bpf/common/scratch.bpf.h"

/* An address that cannot be read. */
#define OPERAND_NOWHERE (~0ull)

/* A register by its number plus 1; 0: none. Not by a load: the verifier needs constant offsets. */
static __always_inline __u64 operand_register(void *ctx, __u32 number)
{
	return number ? param_load(ctx + (number - 1) * 8, 8) : 0;
}

static __always_inline long operand_load(__u64 *value, __u32 bytes, __u64 from)
{
	*value = 0;
	if (bytes == 1)
		return bpf_probe_read_user(value, 1, (void *)from);
	if (bytes == 2)
		return bpf_probe_read_user(value, 2, (void *)from);
	if (bytes == 4)
		return bpf_probe_read_user(value, 4, (void *)from);
	return bpf_probe_read_user(value, 8, (void *)from);
}

/* The value in slot @slot, not extended; if its memory cannot be read, its bit is in s->unread. */
static __noinline __u64 operand_value(void *ctx, struct tetra_scratch *s, __u32 slot,
				      __u32 is_size)
{
	const volatile struct tetra_source *source;
	__u64 value;

	slot &= TETRA_MAX_SLOTS - 1;
	source = is_size ? &cfg.slots[slot].size : &cfg.slots[slot].value;
	if (source->from != TETRA_FROM_OPERAND)
		return 0;
	if (!is_size)
		s->unread &= ~(1ull << slot);
	value = source->operand.number[0] | (__u64)source->operand.number[1] << 32;
	value += operand_register(ctx, source->operand.base);
	value += operand_register(ctx, source->operand.index)
		 << (source->operand.index_shift & 3);
	if (!source->operand.loads)
		return value >> (source->operand.skip & 15);
	if (operand_load(&value, source->bytes, value) < 0) {
		s->unread |= 1ull << slot;
		return OPERAND_NOWHERE;
	}
	return value;
}

/* If its size cannot be read, the buffer cannot be read either. */
static __always_inline void operand_size(void *ctx, struct tetra_scratch *s, __u32 slot,
					 __u32 shift)
{
	__u64 size = operand_value(ctx, s, slot, 1) << shift >> shift;

	if (s->unread >> slot & 1) {
		s->raw[slot] = OPERAND_NOWHERE;
		size = 1;
	}
	s->sizes[slot] = size;
}

#endif
