/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All arguments of an event.
 */
#ifndef TETRA_BPF_ARGS_H
#define TETRA_BPF_ARGS_H

#include "bpf/hook/fields.bpf.h"

/* A set of capabilities that could not be read. */
static __noinline int arg_put_no_caps(struct tetra_scratch *s, __u32 slot)
{
	__u32 header = s->spot;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!arg_open(s, slot))
		return 0;
	arg_at(s, header)->status = TETRA_ARG_FAULT;
	arg_close(s, slot, header, 0);
	return 0;
}

/* A number, or the address of a struct. */
static __always_inline void arg_put_number(struct tetra_scratch *s, __u32 scratch,
					   __u32 slot)
{
	if (cfg.slots[slot].reader == TETRA_READ_FIELDS)
		arg_put_fields(scratch, slot);
	else if (cfg.caps && cfg.slots[slot].reader == TETRA_READ_CAPS && s->sizes[slot])
		arg_put_no_caps(s, slot);
	else
		arg_put_word(s, slot);
}

/* Writes the unread slots, without a value. */
static __noinline void args_put_unread(struct tetra_scratch *s)
{
	__u32 slot, header;

	for (slot = 0; slot < TETRA_MAX_SLOTS; slot++) {
		header = s->spot;
		if (!slot_is_unread(s, slot) || !arg_open(s, slot))
			continue;
		arg_at(s, header)->status = TETRA_ARG_FAULT;
		if (!cfg.operands) {
			arg_at(s, header)->flags = TETRA_ARG_ON_WAY;
			arg_at(s, header)->size = s->sizes[slot];
		}
		arg_close(s, slot, header, 0);
	}
}

/* Writes every slot that is not in the record yet. Global: verified once, alone. */
__noinline int args_put(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 i, slot;

	if (!s)
		return 0;
	if (cfg.walks)
		args_put_unread(s);
	SLOTS_EACH (TETRA_SLOTS_NUMBER, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_number(s, scratch, slot);
	SLOTS_EACH (TETRA_SLOTS_SOCK, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_sock(s, slot);
	SLOTS_EACH (TETRA_SLOTS_PATH, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_path(scratch, slot);
	SLOTS_EACH (TETRA_SLOTS_TEXT, i, slot)
		if (!(s->run.done & 1u << slot))
			arg_put_text(scratch, slot);
	return 0;
}

#endif
