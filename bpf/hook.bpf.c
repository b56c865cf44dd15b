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

SEC("?kprobe")
int tetra_kprobe(void *ctx)
{
	hook_run(ctx, PARAM_REGS);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
