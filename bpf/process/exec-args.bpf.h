/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A program's arguments, from the new image's memory: the EXEC record has those that fit, and
 * records before it have the others.
 */
#ifndef TETRA_BPF_EXEC_ARGS_H
#define TETRA_BPF_EXEC_ARGS_H

#include "bpf/path/text.bpf.h"

/*
 * One fragment of the arguments, before the EXEC record: 1 to continue. Global: this keeps the
 * loop over it short for the verifier.
 */
__noinline int args_fragment(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_record_args *record;
	const __u32 total = sizeof(*record) + TETRA_ARGS_FRAGMENT;

	if (!s || s->args_bytes - s->args_sent <= TETRA_EXEC_ARGS_INLINE)
		return 0;
	record = (void *)s->record;
	if (bpf_probe_read_user(&s->record[sizeof(*record)], TETRA_ARGS_FRAGMENT,
				(void *)(s->args_from + s->args_sent)) < 0) {
		s->args_flags |= TETRA_EXEC_ARGS_FAULT;
		return 0;
	}
	head_fill(&record->head, TETRA_RECORD_ARGS, total, s->process.tgid,
		  s->process.stamp, s->process.stamp);
	record->offset = s->args_sent;
	record->bytes = TETRA_ARGS_FRAGMENT;
	s->args_flags |= TETRA_EXEC_ARGS_FRAGMENTS;
	if (bpf_ringbuf_output(&tetra_ring, s->record, total, 0) < 0) {
		loss_count(TETRA_LOST_FRAGMENT);
		s->args_flags |= TETRA_EXEC_ARGS_LOST;
	}
	s->args_sent += TETRA_ARGS_FRAGMENT;
	return 1;
}

#define ARGS_SOME_FRAGMENTS 16

__noinline int args_some(__u32 slot)
{
	__u32 i;

	for (i = 0; i < ARGS_SOME_FRAGMENTS; i++)
		if (!args_fragment(slot))
			return 0;
	return 1;
}

/* Arguments that do not fit into the record itself; s->args_* say what happened to them. */
static __noinline int args_fragments(__u32 slot)
{
	__u32 i;

	for (i = 0; i < TETRA_ARGS_FRAGMENTS / ARGS_SOME_FRAGMENTS; i++)
		if (!args_some(slot))
			break;
	return 0;
}

/* At most TETRA_TEXT_MAX bytes of the arguments, at s->spot; negative if unreadable. */
static __always_inline int args_take(struct tetra_scratch *s, __u32 left)
{
	struct tetra_record_exec *record = (void *)s->record;
	__u64 bytes = left;

	opaque(bytes);
	if (bytes > TETRA_TEXT_MAX)
		bytes = TETRA_TEXT_MAX;
	if (bpf_probe_read_user(&s->record[s->spot & RECORD_MASK], bytes,
				(void *)(s->args_from + s->args_sent)) < 0)
		return -1;
	record->args_inline_bytes += bytes;
	s->args_sent += bytes;
	s->spot += bytes;
	return 0;
}

/* The last part of the arguments: in two reads, because the record's margin is one. */
__noinline int args_inline(__u32 slot)
{
	struct tetra_scratch *s = scratch_get(slot);
	struct tetra_record_exec *record;
	__u32 left, room, i;

	if (!s)
		return 0;
	record = (void *)s->record;
	room = s->spot < TETRA_RECORD_MAX - 8 ? TETRA_RECORD_MAX - 8 - s->spot : 0;
	if (room > TETRA_EXEC_ARGS_INLINE)
		room = TETRA_EXEC_ARGS_INLINE;
	for (i = 0; i < TETRA_EXEC_ARGS_INLINE / TETRA_TEXT_MAX; i++) {
		left = s->args_bytes - s->args_sent;
		if (left > room)
			left = room;
		if (!left)
			break;
		if (args_take(s, left) < 0) {
			record->head.flags |= TETRA_EXEC_ARGS_FAULT;
			break;
		}
		room -= left > TETRA_TEXT_MAX ? TETRA_TEXT_MAX : left;
	}
	if (s->args_sent < s->args_bytes)
		record->head.flags |= TETRA_EXEC_ARGS_CUT;
	s->spot = (s->spot + 7) & ~7u;
	return 0;
}

static __always_inline void exec_args(struct tetra_scratch *s, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	__u64 from = mm->arg_start, to = mm->arg_end;

	s->args_from = from;
	s->args_sent = 0;
	s->args_flags = 0;
	s->args_bytes = to > from ? to - from : 0;
}

#endif
