/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/rungs.h"

#include <stdio.h>

#include "lib/linux/hook-names.h"

/* Registers of a call: what trampolines pass on in all our kernels. */
#define TRAMPOLINE_PARAMS 6u

#define AT(KIND) (1u << PLAN_POINT_##KIND)
#define AT_CODE	 (AT(FUNCTION) | AT(SYSCALL))

static const char *trampoline_obstacle(const struct ladder *ladder)
{
	const struct kernel_function *function = &ladder->function;
	uint32_t i;

	if (!function->btf_id)
		return "the kernel's BTF does not describe the function";
	/* A system call's wrapper has one parameter, however many the call has. */
	if (ladder->use->point.kind != PLAN_POINT_SYSCALL) {
		if (function->is_variadic)
			return "the function takes a variable number of parameters";
		if (function->n_params > TRAMPOLINE_PARAMS || function->has_more)
			return "the function has more than six parameters";
		for (i = 0; i < function->n_params; i++)
			if (function->params[i].is_struct)
				return "the function takes a struct by value";
		if (function->ret.is_struct)
			return "the function returns a struct by value";
	}
	if (!kernel_function_attachable(ladder->kernel, function->target))
		return "the function cannot be traced: it is inlined, or marked so";
	return NULL;
}

/* fprobe accepts by name what ftrace lists. */
static const char *multi_obstacle(const struct ladder *ladder)
{
	if (!kernel_function_traceable(ladder->kernel, ladder->function.target))
		return "ftrace does not reach the function";
	return NULL;
}

/* Kernels with ftrace refuse probes of functions that it does not list: copies of inline functions,
 * and those marked so. */
static const char *probe_obstacle(const struct ladder *ladder)
{
	if (ladder->use->point.kind == PLAN_POINT_FUNCTION &&
	    !kernel_function_traceable(ladder->kernel, ladder->function.target))
		return "the function cannot be probed: it is inlined, or marked so";
	return NULL;
}

/*
 * Two probes of one call, the first of which saves the arguments, are of the same kind. The
 * one that denies is a kprobe: kernels differ in how they treat a result overridden from
 * fprobe.
 */
static const char *multi_return_obstacle(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	if (deny && deny->program == PLAN_KPROBE)
		return "the probe that denies is a kprobe";
	return multi_obstacle(ladder);
}

static const char *number_obstacle(const struct ladder *ladder)
{
	return ladder->function.syscall_number < 0
		       ? "no number of this call in the 64-bit table is known"
		       : NULL;
}

/* A denial is a negative error number. */
static const char *result_obstacle(const struct kernel_function *function)
{
	const struct kernel_param *ret = &function->ret;

	if (!ret->size)
		return "it returns nothing";
	if (ret->is_pointer || ret->is_struct || !ret->is_signed || ret->size < 4)
		return "it returns no error number";
	return NULL;
}

/* Kernels that pass structs by value to programs note it of each parameter. */
static bool passes_structs(const struct ladder *ladder)
{
	struct kernel_member flags;

	return kernel_find_member(ladder->kernel, "btf_func_model.arg_flags", &flags) ==
	       0;
}

/* A hook that later kernels bar is not used on those that would still allow it either. */
static const char *hook_obstacle(const struct ladder *ladder)
{
	if (hook_is_closed(ladder->hook.name))
		return "later kernels bar the LSM hook from BPF programs";
	for (uint32_t i = 0; i < ladder->hook.n_params; i++)
		if (ladder->hook.params[i].is_struct && !passes_structs(ladder))
			return "the hook takes a struct by value (needs Linux 6.1)";
	return NULL;
}

static const char *lsm_obstacle(const struct ladder *ladder)
{
	if (!ladder->has_hook)
		return "no LSM hook has the same parameters";
	return hook_obstacle(ladder) ?: result_obstacle(&ladder->hook);
}

static const char *modify_obstacle(const struct ladder *ladder)
{
	const char *obstacle = trampoline_obstacle(ladder);

	if (!obstacle)
		obstacle = result_obstacle(&ladder->function);
	if (!obstacle && ladder->use->point.kind == PLAN_POINT_SYSCALL)
		obstacle = kernel_feature_reason(ladder->kernel, KERNEL_FMODRET_SYSCALL);
	if (obstacle ||
	    kernel_function_modifiable(ladder->kernel, ladder->function.target))
		return obstacle;
	return "the kernel allows it for security functions and those on its error "
	       "injection list only";
}

static const char *override_obstacle(const struct ladder *ladder)
{
	const char *obstacle = result_obstacle(&ladder->function);

	if (obstacle ||
	    kernel_function_injectable(ladder->kernel, ladder->function.target))
		return obstacle;
	return "the function is not on the kernel's error injection list";
}

/* The record of a system call's tracepoint is the call's arguments. */
static const char *carry_obstacle(const struct ladder *ladder)
{
	return ladder->has_call ? NULL : "no function has the tracepoint's arguments";
}

static const char *carry_multi_obstacle(const struct ladder *ladder)
{
	return ladder->has_call ? multi_obstacle(ladder) : carry_obstacle(ladder);
}

/* The tracepoint of a system call comes first, then probes of its function, then the trampoline. */
static const char *touch_obstacle(const struct ladder *ladder)
{
	uint32_t probes = 1u << PLAN_KPROBE | 1u << PLAN_KPROBE_MULTI;

	if (ladder->judges & probes)
		return "the probe that enforces runs before it";
	if (ladder->judges & 1u << PLAN_SYS_ENTER)
		return "the tracepoint's program that enforces runs before it";
	/* The kernel has the same requirements for both. */
	return modify_obstacle(ladder);
}

int ladder_call_event(const struct ladder *ladder, char (*ret)[PLAN_NAME_BYTES])
{
	const char *call = strstr(ladder->function.name, "sys_");
	struct kernel_event event;

	if (!call || ladder->function.syscall_number < 0)
		return -ENOENT;
	snprintf(*ret, sizeof(*ret), "sys_enter_%.128s", call + strlen("sys_"));
	return kernel_find_tracepoint_fields(ladder->kernel, PLAN_CALL_SUBSYSTEM, *ret,
					     &event);
}

static const char *touch_record_obstacle(const struct ladder *ladder)
{
	char target[PLAN_NAME_BYTES];

	if (ladder->judges & 1u << PLAN_SYS_ENTER)
		return "the tracepoint's program that enforces may run before it";
	if (ladder_call_event(ladder, &target) < 0)
		return "tracefs shows no tracepoint of this system call";
	return NULL;
}

#define STEADY KERNEL_FEATURE_END

/* Best first, role by role. */
/* A row a line. */
/* clang-format off */
static const struct rung rungs[] = {
	{ PLAN_FENTRY, ROLE_ENTRY, AT_CODE, KERNEL_FENTRY, KERNEL_STEADY_TRAMPOLINE,
	  trampoline_obstacle },
	{ PLAN_KPROBE_MULTI, ROLE_ENTRY, AT_CODE, KERNEL_KPROBE_MULTI, STEADY, multi_obstacle },
	{ PLAN_KPROBE, ROLE_ENTRY, AT_CODE, KERNEL_KPROBE, STEADY, probe_obstacle },
	{ PLAN_SYS_ENTER, ROLE_ENTRY, AT(SYSCALL), KERNEL_RAW_TP, KERNEL_STEADY_TRACEPOINT,
	  number_obstacle },
	{ PLAN_LSM, ROLE_ENTRY, AT(LSM), KERNEL_LSM_BPF, KERNEL_STEADY_LSM,
	  hook_obstacle },
	{ PLAN_TP_BTF, ROLE_ENTRY, AT(RAW_TRACEPOINT), KERNEL_TP_BTF,
	  KERNEL_STEADY_TRACEPOINT, NULL },
	{ PLAN_RAW_TP, ROLE_ENTRY, AT(RAW_TRACEPOINT), KERNEL_RAW_TP,
	  KERNEL_STEADY_TRACEPOINT, NULL },
	{ PLAN_TRACEPOINT, ROLE_ENTRY, AT(TRACEPOINT), KERNEL_FEATURE_END,
	  KERNEL_STEADY_TRACEPOINT, NULL },

	{ PLAN_UPROBE, ROLE_ENTRY, AT(UPROBE) | AT(USDT), KERNEL_UPROBE, STEADY, NULL },

	{ PLAN_FEXIT, ROLE_RETURN, AT_CODE, KERNEL_FENTRY, KERNEL_STEADY_TRAMPOLINE,
	  trampoline_obstacle },
	{ PLAN_KRETPROBE_MULTI, ROLE_RETURN, AT_CODE, KERNEL_KPROBE_MULTI, STEADY,
	  multi_return_obstacle },
	{ PLAN_KRETPROBE, ROLE_RETURN, AT_CODE, KERNEL_KPROBE, STEADY, NULL },
	{ PLAN_SYS_EXIT, ROLE_RETURN, AT(SYSCALL), KERNEL_RAW_TP, KERNEL_STEADY_TRACEPOINT,
	  number_obstacle },
	{ PLAN_URETPROBE, ROLE_RETURN, AT(UPROBE), KERNEL_UPROBE, STEADY, NULL },

	{ PLAN_LSM, ROLE_DENY, AT(FUNCTION) | AT(LSM), KERNEL_LSM_BPF, KERNEL_STEADY_LSM,
	  lsm_obstacle },
	{ PLAN_FMOD_RET, ROLE_DENY, AT_CODE, KERNEL_FMODRET_SECURITY,
	  KERNEL_STEADY_TRAMPOLINE, modify_obstacle },
	{ PLAN_KPROBE, ROLE_DENY, AT_CODE, KERNEL_OVERRIDE_RETURN, STEADY, override_obstacle },

	{ PLAN_KPROBE_MULTI, ROLE_CARRY, AT(TRACEPOINT), KERNEL_KPROBE_MULTI, STEADY,
	  carry_multi_obstacle },
	{ PLAN_KPROBE, ROLE_CARRY, AT(TRACEPOINT), KERNEL_KPROBE, STEADY, carry_obstacle },

	{ PLAN_FENTRY_SLEEPS, ROLE_TOUCH, AT(SYSCALL), KERNEL_FENTRY_SLEEPS,
	  KERNEL_STEADY_TRAMPOLINE, touch_obstacle },
	{ PLAN_TRACEPOINT_SLEEPS, ROLE_TOUCH, AT(SYSCALL) | AT(TRACEPOINT),
	  KERNEL_TRACEPOINT_SLEEPS, KERNEL_STEADY_TRACEPOINT, touch_record_obstacle },
};
/* clang-format on */

bool rung_can_skip(const struct ladder *ladder, const struct rung *rung)
{
	if (!kernel_is_preemptible(ladder->kernel))
		return false;
	/* A probe: not while a task that was preempted inside bpf(2) waits on its CPU. */
	if (rung->steady == STEADY)
		return kernel_bpf_is_free(ladder->kernel);
	return !kernel_has(ladder->kernel, rung->steady);
}

static const char *rung_need(const struct rung *rung)
{
	return rung->steady == STEADY ? KERNEL_BPF_CURE
				      : kernel_feature_need(rung->steady);
}

static const char *rung_obstacle(const struct ladder *ladder, const struct rung *rung)
{
	if (rung->feature != KERNEL_FEATURE_END &&
	    !kernel_has(ladder->kernel, rung->feature))
		return kernel_feature_reason(ladder->kernel, rung->feature);
	return rung->obstacle ? rung->obstacle(ladder) : NULL;
}

/* Only functions of the security framework have LSM hooks. */
static bool rung_applies(const struct ladder *ladder, const struct rung *rung)
{
	const struct plan_use *use = ladder->use;

	return rung->points & 1u << use->point.kind &&
	       (rung->program != PLAN_LSM || use->point.kind != PLAN_POINT_FUNCTION ||
		str_has_prefix(use->point.symbol, SECURITY_PREFIX));
}

/* Rungs of two roles may be passed over for the same reason. */
static void rung_passed(struct ladder *ladder, const struct rung *rung,
			const char *obstacle)
{
	char text[PLAN_REASON_BYTES];

	snprintf(text, sizeof(text), "%s: %s", plan_program_name(rung->program),
		 obstacle);
	if (strstr(strbuf_get(&ladder->passed), text))
		return;
	if (ladder->passed.len)
		strbuf_puts(&ladder->passed, "; ");
	strbuf_puts(&ladder->passed, text);
}

/*
 * If all can be skipped, a probe is best: only tasks inside bpf(2) make the kernel skip it, and the
 * policy need not move when that is forbidden again.
 */
const struct rung *ladder_walk(struct ladder *ladder, enum role role, bool steady)
{
	const struct rung *second = NULL;
	const char *obstacle;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rungs); i++) {
		if (rungs[i].role != role || !rung_applies(ladder, &rungs[i]))
			continue;
		obstacle = rung_obstacle(ladder, &rungs[i]);
		if (obstacle) {
			rung_passed(ladder, &rungs[i], obstacle);
		} else if (!steady || !rung_can_skip(ladder, &rungs[i])) {
			if (second)
				rung_passed(ladder, second, rung_need(second));
			return &rungs[i];
		} else if (!second ||
			   (second->steady != STEADY && rungs[i].steady == STEADY)) {
			if (second)
				rung_passed(ladder, second, rung_need(second));
			second = &rungs[i];
		}
	}
	return second;
}

const struct rung *rung_of_entry(uint32_t program)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rungs); i++)
		if (rungs[i].role == ROLE_ENTRY && rungs[i].program == program)
			return &rungs[i];
	return NULL;
}

const struct rung *rung_of(uint32_t program)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rungs); i++)
		if (rungs[i].program == program)
			return &rungs[i];
	return NULL;
}
