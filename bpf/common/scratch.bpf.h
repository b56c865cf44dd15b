/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Claiming and releasing working memory. Interrupts nest, so each CPU has a few slots. A slot
 * has a count, and the run that raised it from 0 to 1 owns the slot. A plain atomic add
 * without its result is enough; kernels before 5.12 have it too.
 *
 * On a preemptible kernel a second task can run a program on the same CPU while the first is
 * inside one. Where programs can disable preemption, they do while they have a slot
 * (lib/load/hold.h). Elsewhere the number of tasks preempted inside programs at the same time is
 * limited only by the number of tasks: a run that finds its CPU's slots taken makes a spare
 * one, which is freed when the run ends (cfg.spares). A number identifies it: a slot's, or a
 * spare's key. On other kernels the branches on cfg.spares are removed before verification.
 */
#ifndef TETRA_BPF_SCRATCH_BPF_H
#define TETRA_BPF_SCRATCH_BPF_H

#include "bpf/common/maps.bpf.h"

/* Hides a value from the compiler and the verifier: one state instead of several. */
#define opaque(value) asm volatile("" : "+r"(value))

/*
 * A word at any address. In an array of bytes clang cannot see that a word is aligned and
 * would load single bytes; unaligned loads are fine on this architecture.
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

/* @bytes: a constant, of whole words. Offsets are part of the instructions: two per word. */
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

/* 32 bytes of ones, then zeroes: the mask of the first n bytes of 32 starts at 32 - n. */
const __u8 tetra_mask_bytes[96] = { [0 ... 31] = 0xff };

/* Word @w of the mask of the first @bytes (at most 32) bytes of a chunk. */
static __always_inline __u64 mask_at(__u64 at, __u32 w)
{
	/* The verifier may not know what the compiler knows: keep the bound. */
	opaque(at);
	return word_get(&tetra_mask_bytes[(at & 63) + w * 8]);
}

static __always_inline __u64 mask_head(__u64 bytes, __u32 w)
{
	return mask_at(32 - bytes, w);
}

/* All words of mask_head(), for mask_word(). */
static __always_inline const __u8 *mask_words(__u64 bytes)
{
	__u64 at = 32 - bytes;

	opaque(at);
	return &tetra_mask_bytes[at & 63];
}

/* @w: a constant. */
static __always_inline __u64 mask_word(const __u8 *mask, __u32 w)
{
	__u64 word;

	asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(word) : "r"(mask), "i"(w * 8));
	return word;
}

/* The last @bytes bytes: the inverse of the first 32 - @bytes. */
static __always_inline __u64 mask_tail(__u64 bytes, __u32 w)
{
	return ~mask_at(bytes, w);
}

/*
 * The value, as one that the verifier knows nothing about: it comes from a map. The verifier
 * must track exactly what a branch depends on; before Linux 6.5 it then tracks everything
 * exactly, in all functions on the call stack. No two paths there are equal, and each is
 * followed separately.
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
		/* Separate from the call below, which is all that most kernels need. */
		opaque(s);
		return s;
	}
	return bpf_map_lookup_elem(&tetra_scratch, &slot);
}
#endif

/* Zero, unknown to the verifier: to it the difference of two pointers is any number. */
static __always_inline __u32 no_known_zero(void)
{
	__u64 zero;

	asm volatile("%0 = r10\n\t%0 -= r10" : "=r"(zero));
	return zero;
}

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
 * The task's own spare, or 0. Its initial content does not matter, so it is made as a copy of
 * memory at hand. Levels: each CPU has its own idle task with the same pid, and interrupts
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

/* A slot after the first or a spare, or TETRA_SCRATCH_SLOTS if there is none. */
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

static void (*const cpu_hold)(void) = (void *)TETRA_CALL_PREEMPT_DISABLE;
static void (*const cpu_let_go)(void) = (void *)TETRA_CALL_PREEMPT_ENABLE;

/* Claims a slot and sets s->number to it. NULL if no memory is left. */
static __always_inline struct tetra_scratch *scratch_claim(void)
{
	struct tetra_scratch *s;

	cpu_hold();
	/* A known place of an array needs no check (Linux 6.15). That is another kind of
	 * pointer than that of a nested run, and the verifier would go through the whole
	 * program once for each. */
	s = scratch_try(no_known_zero());
	if (!s) {
		__u32 slot = scratch_claim_nested();

		s = scratch_get(slot);
		/* The first slot's number is its initial content. */
		if (s)
			s->number = slot;
		else
			cpu_let_go();
	}
	return s;
}

static __always_inline void scratch_release(struct tetra_scratch *s)
{
	if (cfg.spares) {
		__u32 slot = s->number;

		if (slot & TETRA_SPARE) {
			bpf_map_delete_elem(&tetra_spares, &slot);
			return; /* there is nothing to let go where there are spares */
		}
	}
	__sync_fetch_and_add(&s->claims, -1ull);
	cpu_let_go();
}

#endif
