// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of hook points, one per way to attach. An instance loads one of them, with
 * its own configuration; all instances of a session share the other maps.
 */
#include "bpf/hook/user-call.bpf.h"
#include "bpf/hook/hook.bpf.h"
#include "bpf/hook/touch.bpf.h"

const volatile struct tetra_hook_config cfg = {};

/*
 * Each program exists twice: NAME for hooks of up to 64 rules, NAME_wide for more. The loader
 * decides for each instance how it is loaded and attached.
 */
#define HOOK_PROGRAM(name, type, context, ...)                                           \
	static __always_inline type name##_run(context ctx, int wide)                    \
		__VA_ARGS__ SEC("tetra/" #name) type                                     \
		name(context ctx)                                                        \
	{                                                                                \
		return name##_run(ctx, 0);                                               \
	}                                                                                \
	SEC("tetra/" #name)                                                              \
	type name##_wide(context ctx)                                                    \
	{                                                                                \
		return name##_run(ctx, 1);                                               \
	}

HOOK_PROGRAM(tetra_fentry, int, void *, {
	hook_run(ctx, PROGRAM_TYPED, wide);
	return 0;
})

HOOK_PROGRAM(tetra_fexit, int, void *, {
	hook_run(ctx, PROGRAM_TYPED, wide);
	return 0;
})

/* Returns 64 bits: the result of a system call is a long. */
HOOK_PROGRAM(tetra_fmod_ret, long, void *, {
	long before = param_word(ctx, cfg.n_params);
	long verdict = hook_run(ctx, PROGRAM_TYPED, wide);

	return before ? before : verdict;
})

/* An earlier program's denial is kept. 64 bits: verifiers check the range of all of them. */
HOOK_PROGRAM(tetra_lsm, long, void *, {
	long before = cfg.has_return ? (int)param_word(ctx, cfg.n_params) : 0;
	long verdict = hook_run(ctx, PROGRAM_TYPED, wide);

	if (!cfg.has_return)
		return 0;
	if (before)
		verdict = before;
	if (verdict < -4095 || verdict > 0)
		verdict = -ACT_EPERM;
	return verdict;
})

HOOK_PROGRAM(tetra_tp_btf, int, void *, {
	hook_run(ctx, PROGRAM_TYPED, wide);
	return 0;
})

HOOK_PROGRAM(tetra_raw_tp, int, void *, {
	hook_run(ctx, PROGRAM_WORDS, wide);
	return 0;
})

HOOK_PROGRAM(tetra_tracepoint, int, void *, {
	hook_run(ctx, PROGRAM_RECORD, wide);
	return 0;
})

HOOK_PROGRAM(tetra_kprobe, int, void *, {
	long verdict;

	if (cfg.saves && cfg.user_stack)
		user_call_save(ctx);
	else if (cfg.saves)
		call_save(ctx);
	if (!cfg.phase)
		return 0;
	verdict = hook_run(ctx, PROGRAM_REGS, wide);
	if (cfg.phase & TETRA_PHASE_DENY && verdict)
		bpf_override_return(ctx, verdict);
	return 0;
})

/* A call that did nothing ends with an error number. Above a result that is an int may be
 * anything; 0xffffffff as a long is a success. */
static __always_inline int call_failed(const struct tetra_call *call)
{
	__u32 shift = cfg.result_shift;
	__s64 result = (__s64)(call->words[TETRA_SAVED_PARAMS] << shift) >> shift;

	return result < 0 && result >= -4095;
}

/* A preemptible kernel may have skipped the program that denies. */
static __always_inline void call_catch(const struct tetra_call *call, long verdict)
{
	if (!verdict || call_failed(call))
		return;
	signal_send(ACT_SIGKILL);
	loss_count(TETRA_LOST_PASSED);
}

HOOK_PROGRAM(tetra_kretprobe, int, void *, {
	struct tetra_user_call_key in_user;
	struct tetra_call_key key;
	struct tetra_call *call;
	long verdict;

	call = cfg.user_stack ? user_call_take(ctx, &in_user) : call_take(ctx, &key);
	if (!call)
		return 0;
	verdict = hook_run(call, PROGRAM_SAVED, wide);
	if (cfg.phase & TETRA_PHASE_CATCH)
		call_catch(call, verdict);
	if (cfg.user_stack)
		user_call_end(&in_user);
	else
		call_end(&key);
	return 0;
})

/* 64-bit system calls only: a number means another call in the 32-bit table. */
#define SYSCALL_SEGMENT_64 0x33

static __always_inline int syscall_is_ours(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];

	return BPF_CORE_READ(regs, cs) == SYSCALL_SEGMENT_64;
}

HOOK_PROGRAM(tetra_sys_enter, int, __u64 *, {
	if (ctx[1] != cfg.syscall_number || !syscall_is_ours(ctx))
		return 0;
	hook_run(ctx, PROGRAM_SYSCALL, wide);
	return 0;
})

static __always_inline int syscall_is_leaving(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];

	return BPF_CORE_READ(regs, orig_ax) == cfg.syscall_number && syscall_is_ours(ctx);
}

HOOK_PROGRAM(tetra_sys_exit, int, __u64 *, {
	if (syscall_is_leaving(ctx))
		hook_run(ctx, PROGRAM_SYSCALL, wide);
	return 0;
})

/* The two programs that may wait look at no rule. */
SEC("tetra/tetra_touch")
int tetra_touch(void *ctx)
{
	touch_run(ctx, PROGRAM_TYPED);
	return 0;
}

SEC("tetra/tetra_touch_record")
int tetra_touch_record(void *ctx)
{
	touch_run(ctx, PROGRAM_CALL);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
