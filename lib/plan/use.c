/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One policy's hook on this kernel: finds the hook point, or suggests what was meant if there
 * is none.
 */
#include "lib/plan/use.h"

#include <stdio.h>

/* Bytes of a hint; longer ones are cut. */
#define HINT_BYTES 512

#define LSM_PREFIX "bpf_lsm_"

static struct use_spot name_spot(const struct use_build *build)
{
	static const char *const members[] = {
		[POLICY_KPROBE] = "call",
		[POLICY_TRACEPOINT] = "event",
		[POLICY_RAW_TRACEPOINT] = "event",
		[POLICY_LSM] = "hook",
	};

	return (struct use_spot){ .mark = build->hook->name_mark,
				  .member = members[build->hook->kind] };
}

/*
 * There is no such hook point. Only a note if the policy allows that; the caller skips the
 * hook.
 */
static void use_unknown(struct use_build *build, const char *hint, const char *what)
{
	struct use_spot spot = name_spot(build);
	const char *name = build->hook->name;

	if (!build->hook->call_not_found_ok) {
		use_error(build, &spot, -ENOENT, "unknown-symbol", hint, "%s '%s'", what,
			  name);
		return;
	}
	use_note(build, &spot, "unknown-symbol", hint,
		 "%s '%s': the hook is left out, as the policy allows", what, name);
	build->error = -ENOENT;
}

/* The lookup itself failed. */
static void use_failed(struct use_build *build, int error)
{
	const char *reason = kernel_feature_reason(build->kernel, KERNEL_BTF);
	struct use_spot spot = name_spot(build);

	use_error(build, &spot, error, "no-kernel-facts", reason,
		  "cannot look up '%s' on this kernel", build->hook->name);
}

/* "did you mean 'x'?"; NULL if there is no x. */
static const char *did_you_mean(char (*buf)[HINT_BYTES], const char *name)
{
	if (!name || !*name)
		return NULL;
	snprintf(*buf, sizeof(*buf), "did you mean '%s'?", name);
	return *buf;
}

static int use_name(struct use_build *build, const char *space, const char *symbol)
{
	struct plan_use *use = build->use;
	int key, name;

	key = snprintf(use->key, sizeof(use->key), "%s:%s", space, symbol);
	name = snprintf(use->symbol, sizeof(use->symbol), "%s", symbol);
	return key < (int)sizeof(use->key) && name < (int)sizeof(use->symbol) ? 0
									      : -E2BIG;
}

static void syscall_unknown(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function function;
	char hint[HINT_BYTES];

	if (kernel_find_function(build->kernel, name, &function) == 0 ||
	    kernel_has_symbol(build->kernel, name))
		use_unknown(build,
			    "it is a function of the kernel: write 'syscall: false'; a "
			    "hook is for a system call by default",
			    "no system call");
	else
		use_unknown(
			build,
			did_you_mean(&hint, kernel_nearest_syscall(build->kernel, name)),
			"no system call");
}

/*
 * The 32-bit wrapper has other registers: bx, cx, dx, si, di, bp. Reading the registers of the
 * 64-bit one would apply a filter to the wrong argument.
 */
static void compat_check(struct use_build *build)
{
	struct use_spot spot = name_spot(build);
	uint32_t i;

	if (!str_has_prefix(build->use->symbol, "__ia32_"))
		return;
	for (i = 0; i < build->use->n_args; i++)
		if (build->use->args[i].kind != TETRA_ARG_NOP)
			break;
	if (i < build->use->n_args)
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "leave 'args' out, or hook the function that both entries call",
			  "the arguments of 32-bit system calls cannot be read");
}

static void use_syscall(struct use_build *build)
{
	struct kernel_function call;
	int r = kernel_find_syscall(build->kernel, build->hook->name, &call);

	build->use->kind = PLAN_POINT_SYSCALL;
	if (r == -ENOENT) {
		syscall_unknown(build);
		return;
	}
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	if (use_name(build, "syscall", call.name) < 0) {
		use_failed(build, -E2BIG);
		return;
	}
	use_plan_params(build, &call);
	use_plan_return(build, &call);
	compat_check(build);
}

static void function_unknown(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function call;
	char hint[HINT_BYTES];

	if (kernel_find_syscall(build->kernel, name, &call) == 0)
		use_unknown(build, "it is a system call: write 'syscall: true'",
			    "no kernel function");
	else
		use_unknown(
			build,
			did_you_mean(&hint, kernel_nearest_function(build->kernel, name)),
			"no kernel function");
}

static void use_function(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function function = { .name = name, .target = name };
	struct use_spot spot = name_spot(build);
	int r = kernel_find_function(build->kernel, name, &function);

	build->use->kind = PLAN_POINT_FUNCTION;
	if (r == -ENOENT && kernel_has_symbol(build->kernel, name)) {
		function = (struct kernel_function){ .name = name, .target = name };
		use_note(build, &spot, "no-types", NULL,
			 "the kernel's BTF does not describe '%s': its arguments are "
			 "read as the policy says, unchecked",
			 name);
		r = 0;
	}
	if (r == -ENOENT) {
		function_unknown(build);
		return;
	}
	if (r == 0)
		r = use_name(build, "function", name);
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	use_plan_params(build, &function);
	use_plan_return(build, &function);
}

static const char *lsm_meant(struct use_build *build)
{
	const char *name = kernel_nearest_lsm_hook(build->kernel, build->hook->name);

	if (name && str_has_prefix(name, LSM_PREFIX))
		return name + strlen(LSM_PREFIX);
	return name;
}

static void use_lsm(struct use_build *build)
{
	struct kernel_function hook;
	char hint[HINT_BYTES];

	build->use->kind = PLAN_POINT_LSM;
	if (!kernel_has(build->kernel, KERNEL_BTF)) {
		use_failed(build, -EOPNOTSUPP);
		return;
	}
	if (!kernel_lsm_hook(build->kernel, build->hook->name, &hook)) {
		use_unknown(build, did_you_mean(&hint, lsm_meant(build)), "no LSM hook");
		return;
	}
	if (use_name(build, "lsm", build->hook->name) < 0) {
		use_failed(build, -E2BIG);
		return;
	}
	use_plan_params(build, &hook);
}

/* The diagnostic points at the half of "sched/sched_switch" that is wrong. */
static void event_unknown(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	const char *subsystem = hook->subsystem ? hook->subsystem : "";
	const char *meant =
		kernel_nearest_tracepoint(build->kernel, subsystem, hook->name);
	struct use_spot spot = name_spot(build);
	char hint[HINT_BYTES];

	if (kernel_has_subsystem(build->kernel, subsystem)) {
		use_error(build, &spot, -ENOENT, "unknown-symbol",
			  did_you_mean(&hint, meant), "no event '%s/%s'", subsystem,
			  hook->name);
		return;
	}
	spot = (struct use_spot){ .mark = hook->subsystem_mark, .member = "subsystem" };
	use_error(build, &spot, -ENOENT, "unknown-symbol", did_you_mean(&hint, meant),
		  "no subsystem '%s'", subsystem);
}

static int event_name(struct use_build *build, const char *space)
{
	struct plan_use *use = build->use;
	const struct policy_hook *hook = build->hook;
	int key, name;

	key = snprintf(use->key, sizeof(use->key), "%s:%s/%s", space,
		       hook->subsystem ? hook->subsystem : "", hook->name);
	name = snprintf(use->symbol, sizeof(use->symbol), "%s", hook->name);
	return key < (int)sizeof(use->key) && name < (int)sizeof(use->symbol) ? 0
									      : -E2BIG;
}

static void use_tracepoint(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	struct kernel_event event;
	int r;

	build->use->kind = PLAN_POINT_TRACEPOINT;
	r = kernel_find_tracepoint_fields(build->kernel,
					  hook->subsystem ? hook->subsystem : "",
					  hook->name, &event);
	if (r == -ENOENT) {
		event_unknown(build);
		return;
	}
	if (r == 0)
		r = event_name(build, "tracepoint");
	if (r < 0) {
		struct use_spot spot = name_spot(build);

		use_error(build, &spot, r, "no-kernel-facts",
			  "needs tracefs mounted and readable",
			  "cannot read the format of '%s/%s'",
			  hook->subsystem ? hook->subsystem : "", hook->name);
		return;
	}
	use_plan_fields(build, &event);
}

static void use_raw_tracepoint(struct use_build *build)
{
	struct kernel_function event;
	int r;

	build->use->kind = PLAN_POINT_RAW_TRACEPOINT;
	r = kernel_find_raw_tracepoint(build->kernel, build->hook->name, &event);
	if (r == -ENOENT) {
		use_unknown(build, NULL, "no raw tracepoint");
		return;
	}
	if (r == 0)
		r = event_name(build, "raw");
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	use_plan_params(build, &event);
}

static uint32_t action_needs(uint32_t kind)
{
	switch (kind) {
	case TETRA_ACTION_SIGKILL:
		return PLAN_NEEDS_KILL;
	case TETRA_ACTION_SIGNAL:
		return PLAN_NEEDS_SIGNAL;
	case TETRA_ACTION_OVERRIDE:
		return PLAN_NEEDS_OVERRIDE;
	default:
		return 0;
	}
}

/* Monitor mode needs the same attach points: enforcing is then only a table change. */
static uint32_t hook_needs(const struct policy_hook *hook)
{
	uint32_t needs = PLAN_NEEDS_EVENT | (hook->wants_return ? PLAN_NEEDS_RETURN : 0);
	uint32_t i, k;

	for (i = 0; i < hook->n_selectors; i++) {
		if (hook->selectors[i].n_return_args)
			needs |= PLAN_NEEDS_RETURN;
		for (k = 0; k < hook->selectors[i].n_actions; k++)
			needs |= action_needs(hook->selectors[i].actions[k].kind);
	}
	return needs;
}

/* An enforcing rule compares a text in the process's own memory. */
static bool judges_memory(const struct use_build *build)
{
	uint32_t enforces = PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE;
	const struct plan_use *use = build->use;
	uint32_t i;

	if (!(use->needs & enforces))
		return false;
	for (i = 0; i < use->n_args; i++)
		if (use->args[i].user &&
		    arg_kind_class(use->args[i].kind) == TETRA_CLASS_TEXT &&
		    use_filters(build, i))
			return true;
	return false;
}

int plan_use(struct plan_use *ret, const struct policy_hook *hook, const char *file,
	     struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	static void (*const plans[])(struct use_build *) = {
		[POLICY_KPROBE] = use_function,
		[POLICY_TRACEPOINT] = use_tracepoint,
		[POLICY_RAW_TRACEPOINT] = use_raw_tracepoint,
		[POLICY_LSM] = use_lsm,
	};
	struct plan_use use = {};
	struct use_build build = {
		.use = &use,
		.hook = hook,
		.file = file,
		.kernel = kernel,
		.diag = diag,
	};

	if (!hook->name || hook->kind >= ARRAY_SIZE(plans) ||
	    hook->n_args > ARRAY_SIZE(use.args))
		return -EOPNOTSUPP;
	use.needs = hook_needs(hook);
	use.n_args = hook->n_args;
	if (hook->kind == POLICY_KPROBE && hook->syscall)
		use_syscall(&build);
	else
		plans[hook->kind](&build);
	if (build.error < 0)
		return build.error;
	if (judges_memory(&build))
		use.needs |= PLAN_NEEDS_MEMORY;
	*ret = use;
	return 0;
}
