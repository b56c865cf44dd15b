/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Taking and giving back working memory. Where the kernel is preemptible a second task can
 * run a program on the same processor while the first is inside one, and interrupts nest; a
 * slot therefore has a count, and the one who raised it from 0 to 1 owns the slot. A plain
 * atomic add without its result is enough, which kernels before 5.12 have too.
 *
 * How many tasks are preempted inside programs at one moment has no bound but the number of
 * tasks. So on a preemptible kernel a run that finds its processor's slots taken makes itself
 * a spare one, which is freed when it ends. A number says which: of a slot, or a spare's key.
 * Elsewhere the branches on cfg.spares are gone before the verifier looks.
 */
#ifndef TETRA_BPF_SCRATCH_BPF_H
#define TETRA_BPF_SCRATCH_BPF_H

#include "bpf/common/maps.bpf.h"

/* Keeps the compiler and the verifier from knowing a value: one state instead of several. */
#define opaque(value) asm volatile("" : "+r"(value))

/*
 * A word at any address. Bytes are what clang makes of a word in an array of bytes, where it
 * cannot see that it is aligned; this machine does not mind.
 */
static __always_inline __u64 word_get(const void *from)
{
	__u64 word;

	asm volatile("%0 = *(u64 *)(%1 + 0)" : "=r"(word) : "r"(from) : "memory");
	return word;
}

static __always_inline void word_put(void *to, __u64 word)
{
	asm volatile("*(u64 *)(%0 + 0) = %1" : : "r"(to), "r"(word) : "memory");
}

/* @bytes: a constant, of whole words. Offsets are part of the instructions: two a word. */
static __always_inline void words_copy(void *to, const void *from, __u32 bytes)
{
	__u64 word;
	__u32 i;

#pragma clang loop unroll(full)
	for (i = 0; i < bytes; i += 8) {
		asm volatile("%0 = *(u64 *)(%1 + %2)"
			     : "=r"(word)
			     : "r"(from), "i"(i)
			     : "memory");
		asm volatile("*(u64 *)(%0 + %2) = %1"
			     :
			     : "r"(to), "r"(word), "i"(i)
			     : "memory");
	}
}

/* Likewise. */
static __always_inline void words_zero(void *to, __u32 bytes)
{
	__u32 i;

#pragma clang loop unroll(full)
	for (i = 0; i < bytes; i += 8)
		asm volatile("*(u64 *)(%0 + %2) = %1"
			     :
			     : "r"(to), "r"(0ull), "i"(i)
			     : "memory");
}

/* 32 bytes of ones, then zeroes: at 32 - n begins the mask of the first n bytes of 32. */
const __u8 tetra_mask_bytes[96] = { [0 ... 31] = 0xff };

/* Word @w of the mask of the first @bytes (at most 32) bytes of a chunk. */
static __always_inline __u64 mask_at(__u64 at, __u32 w)
{
	/* What the compiler knows, the verifier may not: the bound must stay. */
	opaque(at);
	return word_get(&tetra_mask_bytes[(at & 63) + w * 8]);
}

static __always_inline __u64 mask_head(__u64 bytes, __u32 w)
{
	return mask_at(32 - bytes, w);
}

/* The last @bytes bytes are what the first 32 - @bytes are not. */
static __always_inline __u64 mask_tail(__u64 bytes, __u32 w)
{
	return ~mask_at(bytes, w);
}

/*
 * The value, of which the verifier then knows nothing: it comes out of a map. What a branch
 * depends on must be known exactly, and before Linux 6.5 then everything must, in all functions
 * that are being called: no two ways there are alike, and each is followed by itself.
 */
static __always_inline __u64 unknown(struct tetra_scratch *s, __u64 value)
{
	*(volatile __u64 *)&s->unknown = value;
	return *(volatile __u64 *)&s->unknown;
}

extern const volatile struct tetra_hook_config cfg;

/* Keys of spares: the task, and how many of its runs are nested in one another. */
#define SPARE_KEY(task, level) (TETRA_SPARE | (level) << 24 | ((task)&0xffffff))
#define SPARE_LEVELS	       4

/* The differential test has its own, where user space puts what a program would have read. */
#ifndef TETRA_SCRATCH_GET
static __always_inline struct tetra_scratch *scratch_get(__u32 slot)
{
	struct tetra_scratch *s;

	if (cfg.spares) {
		s = slot & TETRA_SPARE ? bpf_map_lookup_elem(&tetra_spares, &slot)
				       : bpf_map_lookup_elem(&tetra_scratch, &slot);
		/* Kept apart from the call below, which is all that most kernels need. */
		opaque(s);
		return s;
	}
	return bpf_map_lookup_elem(&tetra_scratch, &slot);
}
#endif

static __always_inline struct tetra_scratch *scratch_try(__u32 slot)
{
	struct tetra_scratch *s = bpf_map_lookup_elem(&tetra_scratch, &slot);

	if (!s)
		return 0;
	__sync_fetch_and_add(&s->claims, 1);
	if (*(volatile __u64 *)&s->claims == 1)
		return s;
	__sync_fetch_and_add(&s->claims, -1ull);
	return 0;
}

/*
 * A spare of the task's own, or 0. What it begins with does not matter, so it is made as a
 * copy of what is at hand. Levels: of an idle task there is one per processor, and interrupts
 * come while a task has its spare.
 */
static __noinline __u32 spare_claim(void)
{
	__u32 zero = 0, task = bpf_get_current_pid_tgid(), level, key;
	struct tetra_scratch *from = bpf_map_lookup_elem(&tetra_scratch, &zero);

	for (level = 0; from && level < SPARE_LEVELS; level++) {
		key = SPARE_KEY(task, level);
		if (bpf_map_update_elem(&tetra_spares, &key, from, BPF_NOEXIST) == 0)
			return key;
	}
	return 0;
}

/* Zero, which the verifier does not know: it has no idea that both are the same. */
static __always_inline __u32 no_known_zero(void)
{
	__u64 left = bpf_get_current_pid_tgid(), right = left;

	asm volatile("%0 -= %1" : "+r"(left) : "r"(right));
	return left;
}

/* A slot behind the first or a spare, or TETRA_SCRATCH_SLOTS if there is none. */
static __noinline __u32 scratch_claim_nested(void)
{
	__u32 slot, spare;

	for (slot = 1; slot < TETRA_SCRATCH_SLOTS; slot++)
		if (scratch_try(slot))
			break;
	if (cfg.spares && slot == TETRA_SCRATCH_SLOTS) {
		spare = spare_claim();
		if (spare)
			return spare;
	}
	return slot + no_known_zero();
}

/* Takes a slot; s->number says which. NULL if there is no more memory. */
static __always_inline struct tetra_scratch *scratch_claim(void)
{
	struct tetra_scratch *s = scratch_try(0);

	if (!s) {
		__u32 slot = scratch_claim_nested();

		s = scratch_get(slot);
		/* The first slot's number is what the memory begins with. */
		if (s)
			s->number = slot;
	}
	return s;
}

static __always_inline void scratch_release(struct tetra_scratch *s)
{
	if (cfg.spares) {
		__u32 slot = s->number;

		if (slot & TETRA_SPARE) {
			bpf_map_delete_elem(&tetra_spares, &slot);
			return;
		}
	}
	__sync_fetch_and_add(&s->claims, -1ull);
}

#endif
