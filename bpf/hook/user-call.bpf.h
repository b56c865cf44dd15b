/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a uprobe keeps of a call for its return side: as call.bpf.h, for the calls of programs. Each
 * is in one of a few slots of its thread, which the address of its return address and the hook give.
 */
#ifndef TETRA_BPF_USER_CALL_H
#define TETRA_BPF_USER_CALL_H

#include "bpf/hook/call.bpf.h"

#define USER_CALL_MIX 0x9e3779b1u

static __always_inline __u64 user_call_slot(__u64 stack, __u32 way)
{
	__u32 mixed = ((__u32)(stack >> 3) + cfg.hook * 31) * USER_CALL_MIX;

	return ((mixed >> 16) + way) % TETRA_USER_CALL_SLOTS;
}

static __always_inline int user_call_is(const struct tetra_user_call *saved, __u64 stack)
{
	return saved->call.stack == stack && saved->hook == cfg.hook;
}

/* Whether the kernel follows no more returns of this thread. */
static __always_inline int user_returns_are_full(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 depth = BPF_CORE_READ(task, utask, depth);

	return depth >= TETRA_USER_RETURNS;
}

/*
 * Chooses the slot of a call: a free one, or that of a call at the same place, which has ended; or
 * else of a call further in, which has also ended if it was on this stack. Whether one is forgotten.
 */
static __noinline int user_call_place(struct tetra_user_call_key *key, __u64 stack)
{
	__u64 over = user_call_slot(stack, 0);
	struct tetra_user_call *other;
	__u32 way;

	for (way = 0; way < TETRA_USER_CALL_WAYS; way++) {
		key->slot = user_call_slot(stack, way);
		other = bpf_map_lookup_elem(&tetra_user_calls, key);
		if (!other)
			return 0;
		if (user_call_is(other, stack))
			return 1;
		if (other->call.stack < stack)
			over = key->slot;
	}
	key->slot = over;
	return 1;
}

static __always_inline void user_call_save(void *ctx)
{
	struct tetra_user_call_key key = { .thread = bpf_get_current_task() };
	struct tetra_user_call saved = { .hook = cfg.hook };

	if (user_returns_are_full()) {
		loss_count(TETRA_LOST_RECURSION);
		return;
	}
	call_fill(&saved.call, ctx);
	if (user_call_place(&key, saved.call.stack))
		loss_count(TETRA_LOST_RECURSION);
	if ((int)bpf_map_update_elem(&tetra_user_calls, &key, &saved, BPF_ANY) < 0)
		loss_count(TETRA_LOST_RECURSION);
}

static __noinline struct tetra_call *user_call_find(struct tetra_user_call_key *key,
						    __u64 stack)
{
	struct tetra_user_call *saved;
	__u32 way;

	for (way = 0; way < TETRA_USER_CALL_WAYS; way++) {
		key->slot = user_call_slot(stack, way);
		saved = bpf_map_lookup_elem(&tetra_user_calls, key);
		if (saved && user_call_is(saved, stack))
			return &saved->call;
	}
	return 0;
}

/* As call_take(). The return has taken the address from the stack. */
static __always_inline struct tetra_call *user_call_take(void *ctx,
							 struct tetra_user_call_key *key)
{
	struct tetra_call *call;

	key->thread = bpf_get_current_task();
	call = user_call_find(key, call_stack(ctx) - 8);
	if (call)
		call->words[TETRA_SAVED_PARAMS] = call_result(ctx);
	else
		loss_count(TETRA_LOST_RECURSION);
	return call;
}

static __always_inline void user_call_end(const struct tetra_user_call_key *key)
{
	bpf_map_delete_elem(&tetra_user_calls, key);
}

#endif
