/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a kprobe keeps of a call for its return side. A function may be called again before it
 * returns, by the same thread (an overlay's file and the file below it) or in an interrupt: such
 * calls end in the reverse order, so the depth identifies them. The stack shows calls whose return
 * was not seen: a live call's return address is above those of the calls inside it.
 */
#ifndef TETRA_BPF_CALL_H
#define TETRA_BPF_CALL_H

#include "bpf/common/param.bpf.h"
#include "bpf/process/task.bpf.h"

/* A kernel stack is aligned to its size; addresses on different ones are not comparable. */
#define STACK_BYTES 16384ull

/* As param_register(): what programs see of struct pt_regs. */
static __always_inline __u64 call_stack(void *ctx)
{
	__u64 stack;

	asm volatile("%0 = *(u64 *)(%1 + 152)" : "=r"(stack) : "r"(ctx));
	return stack;
}

static __always_inline __u64 call_result(void *ctx)
{
	__u64 result;

	asm volatile("%0 = *(u64 *)(%1 + 80)" : "=r"(result) : "r"(ctx));
	return result;
}

/* By the task's address: a thread that executes a program returns with another number. */
static __always_inline struct tetra_call_key call_key(void)
{
	struct tetra_call_key key = { .thread = bpf_get_current_task(),
				      .hook = cfg.hook };

	return key;
}

/* The return address at @inner is on the same stack as @outer, and further in. */
static __always_inline int stack_is_inside(__u64 inner, __u64 outer)
{
	return inner < outer && (inner ^ outer) < STACK_BYTES;
}

/* An interrupt has another stack. */
static __always_inline int call_is_inside(const struct tetra_call *call,
					  const struct tetra_call *outer)
{
	return (call->stack ^ outer->stack) >= STACK_BYTES || call->stack < outer->stack;
}

/* There is a call of this thread already: this one is inside it, or the other has ended. */
static __noinline int call_nest(struct tetra_call_key *key, const struct tetra_call *call)
{
	struct tetra_call *outer = bpf_map_lookup_elem(&tetra_calls, key);
	__u64 depth;

	if (outer && call_is_inside(call, outer)) {
		depth = ++outer->nested;
	} else {
		depth = 0; /* the other call's return was missed */
		loss_count(TETRA_LOST_RECURSION);
	}
	key->depth = depth;
	if (depth >= TETRA_CALL_DEPTHS ||
	    (int)bpf_map_update_elem(&tetra_calls, key, call, BPF_ANY) < 0)
		loss_count(TETRA_LOST_RECURSION);
	return 0;
}

/* Registers hold the first six parameters; what the return side needs is saved. */
static __always_inline void call_fill(struct tetra_call *call, void *ctx)
{
	__u32 i;

	for (i = 0; i < TETRA_SAVED_PARAMS; i++)
		call->words[i] = param_register(ctx, i);
	call->stack = call_stack(ctx);
}

static __always_inline void call_save(void *ctx)
{
	struct tetra_call_key key = call_key();
	struct tetra_call call = {};
	int r;

	call_fill(&call, ctx);
	/* Before Linux 6.4 the result is 32 bits of a register: see proc_put(). */
	r = bpf_map_update_elem(&tetra_calls, &key, &call, BPF_NOEXIST);
	if (r == -EEXIST)
		call_nest(&key, &call);
	else if (r < 0)
		loss_count(TETRA_LOST_RECURSION);
}

/* The innermost call inside @outer, or @outer; @key gets its depth. At its return @stack is near
 * the address of the return address: by 8 bytes above it, or below it. */
static __noinline struct tetra_call *
call_innermost(struct tetra_call *outer, struct tetra_call_key *key, __u64 stack)
{
	struct tetra_call *call;
	__u32 i;

	for (i = 0; i < TETRA_CALL_DEPTHS; i++) {
		key->depth = outer->nested;
		if (!key->depth)
			return outer;
		outer->nested--;
		call = bpf_map_lookup_elem(&tetra_calls, key);
		if (!call || !stack_is_inside(call->stack + 8, stack))
			return call;
		/* Its return was not seen: this is that of a call further out. */
		loss_count(TETRA_LOST_RECURSION);
		bpf_map_delete_elem(&tetra_calls, key);
	}
	return 0;
}

/* The call that returns, with its result; NULL if its entry was not seen. call_end() ends it. */
static __always_inline struct tetra_call *call_take(void *ctx, struct tetra_call_key *key)
{
	struct tetra_call *call;

	*key = call_key();
	call = bpf_map_lookup_elem(&tetra_calls, key);
	if (call && call->nested)
		call = call_innermost(call, key, call_stack(ctx));
	if (call)
		call->words[TETRA_SAVED_PARAMS] = call_result(ctx);
	return call;
}

static __always_inline void call_end(const struct tetra_call_key *key)
{
	bpf_map_delete_elem(&tetra_calls, key);
}

#endif
