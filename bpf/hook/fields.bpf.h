/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments that are some members of a struct: the configuration says which, and where in the
 * payload each goes.
 */
#ifndef TETRA_BPF_FIELDS_H
#define TETRA_BPF_FIELDS_H

#include "bpf/hook/arg.bpf.h"

/* Bytes of a member, as a mask: TETRA_FIELD_MAX at most. */
#define FIELD_MASK 63u

/* One member; not 0 if it cannot be read. No branch: the loop has one path. */
static __always_inline long field_copy(struct tetra_scratch *s,
				       const volatile struct tetra_field *field)
{
	__u64 base = word_get(&s->record[(s->spot + field->base) & RECORD_MASK]);
	void *to = &s->record[(s->spot + field->place) & RECORD_MASK];

	return bpf_probe_read_kernel(to, field->bytes & FIELD_MASK,
				     (void *)(base + field->offset));
}

/*
 * The text that comes after the members of slot @slot, in the place where addresses were kept. If
 * it cannot be read it is empty, and the argument's flag says that it is cut. Returns its bytes.
 */
static __always_inline __u32 fields_text(struct tetra_scratch *s, __u32 slot,
					 __u32 header)
{
	__u64 from = word_get(&s->record[(s->spot + cfg.slots[slot].text) & RECORD_MASK]);
	void *to = &s->record[(s->spot + cfg.slots[slot].n_bytes) & RECORD_MASK];
	long n;

	if (!from)
		return 0;
	if (cfg.slots[slot].text_user)
		n = bpf_probe_read_user_str(to, TETRA_FIELDS_TEXT, (void *)from);
	else
		n = bpf_probe_read_kernel_str(to, TETRA_FIELDS_TEXT, (void *)from);
	if (n <= 0 || n == TETRA_FIELDS_TEXT)
		arg_at(s, header)->flags |= TETRA_ARG_CUT;
	return n > 0 ? (n - 1) & (TETRA_FIELDS_TEXT - 1) : 0;
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
	} else if (cfg.slots[slot].text) {
		bytes += fields_text(s, slot, header);
	}
	arg_close(s, slot, header, bytes);
	return 0;
}

#endif
