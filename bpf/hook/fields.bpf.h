/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments that are some members of a struct: the configuration says which, and where in the
 * payload each goes.
 */
#ifndef TETRA_BPF_FIELDS_H
#define TETRA_BPF_FIELDS_H

#include "bpf/hook/arg.bpf.h"

/* Bytes of a member, as a mask: the largest has eight. */
#define FIELD_MASK 15u

/* One member; not 0 if it cannot be read. No branch: the loop has one path. */
static __always_inline long field_copy(struct tetra_scratch *s,
				       const volatile struct tetra_field *field)
{
	__u64 base = word_get(&s->record[(s->spot + field->base) & RECORD_MASK]);
	void *to = &s->record[(s->spot + field->place) & RECORD_MASK];

	return bpf_probe_read_kernel(to, field->bytes & FIELD_MASK,
				     (void *)(base + field->offset));
}

/* The argument in slot @slot. Global: verified alone. */
__noinline int arg_put_fields(__u32 scratch, __u32 slot)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 header, bytes, i;
	long failed = 0;

	slot &= TETRA_MAX_SLOTS - 1;
	if (!s)
		return 0;
	header = s->spot;
	if (!arg_open(s, slot))
		return 0;
	match_rolled
	for (i = 0; i < TETRA_FIELDS_BYTES; i += 8)
		word_put(&s->record[(s->spot + i) & RECORD_MASK], 0);
	word_put(&s->record[(s->spot + TETRA_FIELDS_BASE(0)) & RECORD_MASK],
		 s->raw[slot]);
	match_rolled
	for (i = 0; i < TETRA_MAX_FIELDS; i++) {
		if (i >= cfg.slots[slot].n_fields)
			break;
		failed |= field_copy(s, &cfg.slots[slot].fields[i]);
	}
	bytes = cfg.slots[slot].n_bytes;
	if (failed) {
		arg_at(s, header)->status = TETRA_ARG_FAULT;
		bytes = 0;
	}
	arg_close(s, slot, header, bytes);
	return 0;
}

#endif
