// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs of hook points, one per way to attach. An instance loads one of them, with
 * its own configuration; all instances of a session share the other maps.
 */
#include "bpf/common/hook.bpf.h"

const volatile struct tetra_hook_config cfg = {};

SEC("?fentry/tetra_hook_placeholder")
int tetra_fentry(void *ctx)
{
	hook_run(ctx, PARAM_TYPED);
	return 0;
}

SEC("?fexit/tetra_hook_placeholder")
int tetra_fexit(void *ctx)
{
	hook_run(ctx, PARAM_TYPED);
	return 0;
}

/* Returns 64 bits: the result of a system call is a long. */
SEC("?fmod_ret/tetra_hook_placeholder")
long tetra_fmod_ret(void *ctx)
{
	long before = param_word(ctx, cfg.n_params);
	long verdict = hook_run(ctx, PARAM_TYPED);

	return before ? before : verdict;
}

/* An earlier program's refusal stands. 64 bits: verifiers check the range of all of them. */
SEC("?lsm/tetra_hook_placeholder")
long tetra_lsm(void *ctx)
{
	long before = cfg.has_return ? (int)param_word(ctx, cfg.n_params) : 0;
	long verdict = hook_run(ctx, PARAM_TYPED);

	if (!cfg.has_return)
		return 0;
	if (before)
		verdict = before;
	if (verdict < -4095 || verdict > 0)
		verdict = -ACT_EPERM;
	return verdict;
}

SEC("?tp_btf/tetra_hook_placeholder")
int tetra_tp_btf(void *ctx)
{
	hook_run(ctx, PARAM_TYPED);
	return 0;
}

SEC("?raw_tp")
int tetra_raw_tp(void *ctx)
{
	hook_run(ctx, PARAM_WORDS);
	return 0;
}

SEC("?tp")
int tetra_tracepoint(void *ctx)
{
	hook_run(ctx, PARAM_RECORD);
	return 0;
}

/* Registers hold the first six parameters; what the return side needs is saved. */
static __always_inline void call_save(void *ctx)
{
	struct tetra_call_key key = { .thread = bpf_get_current_pid_tgid(),
				      .hook = cfg.hook };
	struct tetra_call call = {};
	__u32 i;

	for (i = 0; i < TETRA_SAVED_PARAMS; i++)
		call.words[i] = param_register(ctx, i);
	if (bpf_map_update_elem(&tetra_calls, &key, &call, BPF_ANY) < 0)
		loss_count(TETRA_LOST_RECURSION);
}

SEC("?kprobe")
int tetra_kprobe(void *ctx)
{
	long verdict;

	if (cfg.saves)
		call_save(ctx);
	if (!cfg.phase)
		return 0;
	verdict = hook_run(ctx, PARAM_REGS);
	if (cfg.phase & TETRA_PHASE_DENY && verdict)
		bpf_override_return(ctx, verdict);
	return 0;
}

SEC("?kretprobe")
int tetra_kretprobe(void *ctx)
{
	struct tetra_call_key key = { .thread = bpf_get_current_pid_tgid(),
				      .hook = cfg.hook };
	struct tetra_call *call = bpf_map_lookup_elem(&tetra_calls, &key);
	__u64 result;

	if (!call)
		return 0;
	asm volatile("%0 = *(u64 *)(%1 + 80)" : "=r"(result) : "r"(ctx));
	call->words[TETRA_SAVED_PARAMS] = result;
	hook_run(call, PARAM_SAVED);
	bpf_map_delete_elem(&tetra_calls, &key);
	return 0;
}

/* 64-bit system calls only: a number means another call in the 32-bit table. */
#define SYSCALL_SEGMENT_64 0x33

static __always_inline int syscall_is_ours(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];

	return BPF_CORE_READ(regs, cs) == SYSCALL_SEGMENT_64;
}

SEC("?raw_tp")
int tetra_sys_enter(__u64 *ctx)
{
	if (ctx[1] != cfg.syscall_number || !syscall_is_ours(ctx))
		return 0;
	hook_run(ctx, PARAM_SYSCALL);
	return 0;
}

SEC("?raw_tp")
int tetra_sys_exit(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];

	if (BPF_CORE_READ(regs, orig_ax) != cfg.syscall_number || !syscall_is_ours(ctx))
		return 0;
	hook_run(ctx, PARAM_SYSCALL);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
