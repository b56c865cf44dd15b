/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attach ladder: ways to a hook point, best first, each with what it serves, what it
 * needs of the kernel and what may stand against it. A hook point gets up to three programs:
 * one that sees the call, one that sees the result, one that denies; a program that can do
 * more than one of these does so. What was passed over is told in the reason.
 *
 * Where something is to be denied, the LSM hook comes first: of all programs only LSM ones
 * are never skipped. They do not run, though, where another security module has denied
 * before them, so a function that is also observed keeps an entry program for its events.
 */
#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"
#include "lib/plan/stoppers.h"

/* Registers of a call: what trampolines of all our kernels hand over. */
#define TRAMPOLINE_PARAMS 6u

#define LSM_PREFIX "bpf_lsm_"

/* What a rung serves. */
enum role { ROLE_ENTRY, ROLE_RETURN, ROLE_DENY, ROLE_END };

#define AT(KIND) (1u << PLAN_POINT_##KIND)
#define AT_CODE	 (AT(FUNCTION) | AT(SYSCALL))

struct ladder {
	const struct plan_use *use;
	uint32_t needs;
	struct tetra_kernel *kernel;
	struct kernel_function function; /* of the point; of system calls: the call */
	struct kernel_function hook;	 /* the LSM hook, if .has_hook */
	bool has_hook;
	const struct rung *chosen[ROLE_END];
	struct strbuf passed; /* "NAME: why not; " of each rung passed over */
};

struct rung {
	uint32_t program;
	enum role role;
	uint32_t points;	     /* AT() */
	enum kernel_feature feature; /* KERNEL_FEATURE_END: none */
	const char *(*obstacle)(const struct ladder *ladder); /* NULL: it fits */
};

static const char *trampoline_obstacle(const struct ladder *ladder)
{
	const struct kernel_function *function = &ladder->function;
	uint32_t i;

	if (!function->btf_id)
		return "the kernel's BTF does not describe the function";
	/* The wrappers of system calls have one parameter, whatever the call has. */
	if (ladder->use->kind != PLAN_POINT_SYSCALL) {
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
		return "the function cannot be traced: inlined, or marked so";
	return NULL;
}

/* What fprobe takes by name is what ftrace lists. */
static const char *multi_obstacle(const struct ladder *ladder)
{
	if (!kernel_function_traceable(ladder->kernel, ladder->function.target))
		return "ftrace does not reach the function";
	return NULL;
}

/*
 * Two probes of one call, of which the first keeps the arguments, are of one kind. The one
 * that denies is a kprobe: what comes of a result that is changed from fprobe differs among
 * kernels.
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

/* A refusal is a negative error number. */
static const char *result_obstacle(const struct kernel_function *function)
{
	const struct kernel_param *ret = &function->ret;

	if (!ret->size)
		return "it returns nothing";
	if (ret->is_pointer || ret->is_struct || !ret->is_signed || ret->size < 4)
		return "it returns no error number";
	return NULL;
}

/*
 * Hooks that kernels bar from BPF programs (kernel/bpf/bpf_lsm.c, bpf_lsm_disabled_hooks;
 * since 6.9, and in stable kernels before). A policy that names the hook itself hears it from
 * the kernel; behind a function there is another way.
 */
static const char *const barred_hooks[] = {
	"vm_enough_memory",   "inode_need_killpriv", "inode_getsecurity",
	"inode_listsecurity", "inode_copy_up_xattr", "getselfattr",
	"getprocattr",	      "setprocattr",	     "ismaclabel",
	"secid_to_secctx",    "secctx_to_secid",     "key_getsecurity",
	"audit_rule_match",   "xfrm_state_pol_flow_match",
};

static bool hook_is_barred(const char *name)
{
	if (str_has_prefix(name, LSM_PREFIX))
		name += strlen(LSM_PREFIX);
	for (size_t i = 0; i < ARRAY_SIZE(barred_hooks); i++)
		if (str_equal(name, barred_hooks[i]))
			return true;
	return false;
}

static const char *lsm_obstacle(const struct ladder *ladder)
{
	if (!ladder->has_hook)
		return "no LSM hook has the same parameters";
	if (ladder->use->kind == PLAN_POINT_FUNCTION && hook_is_barred(ladder->hook.name))
		return "later kernels bar the LSM hook from BPF programs";
	return result_obstacle(&ladder->hook);
}

static const char *modify_obstacle(const struct ladder *ladder)
{
	const char *obstacle = trampoline_obstacle(ladder);

	if (!obstacle)
		obstacle = result_obstacle(&ladder->function);
	if (!obstacle && ladder->use->kind == PLAN_POINT_SYSCALL)
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

/* Best first, role by role. */
/* clang-format off */
static const struct rung rungs[] = {
	{ PLAN_FENTRY, ROLE_ENTRY, AT_CODE, KERNEL_FENTRY, trampoline_obstacle },
	{ PLAN_KPROBE_MULTI, ROLE_ENTRY, AT_CODE, KERNEL_KPROBE_MULTI, multi_obstacle },
	{ PLAN_KPROBE, ROLE_ENTRY, AT_CODE, KERNEL_KPROBE, NULL },
	{ PLAN_SYS_ENTER, ROLE_ENTRY, AT(SYSCALL), KERNEL_RAW_TP, number_obstacle },
	{ PLAN_LSM, ROLE_ENTRY, AT(LSM), KERNEL_LSM_BPF, NULL },
	{ PLAN_TP_BTF, ROLE_ENTRY, AT(RAW_TRACEPOINT), KERNEL_TP_BTF, NULL },
	{ PLAN_RAW_TP, ROLE_ENTRY, AT(RAW_TRACEPOINT), KERNEL_RAW_TP, NULL },
	{ PLAN_TRACEPOINT, ROLE_ENTRY, AT(TRACEPOINT), KERNEL_FEATURE_END, NULL },

	{ PLAN_FEXIT, ROLE_RETURN, AT_CODE, KERNEL_FENTRY, trampoline_obstacle },
	{ PLAN_KRETPROBE_MULTI, ROLE_RETURN, AT_CODE, KERNEL_KPROBE_MULTI,
	  multi_return_obstacle },
	{ PLAN_KRETPROBE, ROLE_RETURN, AT_CODE, KERNEL_KPROBE, NULL },
	{ PLAN_SYS_EXIT, ROLE_RETURN, AT(SYSCALL), KERNEL_RAW_TP, number_obstacle },

	{ PLAN_LSM, ROLE_DENY, AT(FUNCTION) | AT(LSM), KERNEL_LSM_BPF, lsm_obstacle },
	{ PLAN_FMOD_RET, ROLE_DENY, AT_CODE, KERNEL_FMODRET_SECURITY, modify_obstacle },
	{ PLAN_KPROBE, ROLE_DENY, AT_CODE, KERNEL_OVERRIDE_RETURN, override_obstacle },
};
/* clang-format on */

static const char *rung_obstacle(const struct ladder *ladder, const struct rung *rung)
{
	if (rung->feature != KERNEL_FEATURE_END &&
	    !kernel_has(ladder->kernel, rung->feature))
		return kernel_feature_reason(ladder->kernel, rung->feature);
	return rung->obstacle ? rung->obstacle(ladder) : NULL;
}

/* Of functions, those of the security framework have LSM hooks. */
static bool rung_applies(const struct ladder *ladder, const struct rung *rung)
{
	const struct plan_use *use = ladder->use;

	return rung->points & 1u << use->kind &&
	       (rung->program != PLAN_LSM || use->kind != PLAN_POINT_FUNCTION ||
		str_has_prefix(use->symbol, "security_"));
}

/* Rungs of two roles may be passed over for one reason. */
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

/* The first that fits; NULL if none does. The others are noted. */
static const struct rung *ladder_walk(struct ladder *ladder, enum role role)
{
	const char *obstacle;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rungs); i++) {
		if (rungs[i].role != role || !rung_applies(ladder, &rungs[i]))
			continue;
		obstacle = rung_obstacle(ladder, &rungs[i]);
		if (!obstacle)
			return &rungs[i];
		rung_passed(ladder, &rungs[i], obstacle);
	}
	return NULL;
}

/* What is at the point, again: a use holds names only. */
static int ladder_resolve(struct ladder *ladder)
{
	const char *symbol = ladder->use->symbol;
	int r = 0;

	switch (ladder->use->kind) {
	case PLAN_POINT_SYSCALL:
		return kernel_find_syscall(ladder->kernel, symbol, &ladder->function);
	case PLAN_POINT_LSM:
		if (!kernel_lsm_hook(ladder->kernel, symbol, &ladder->hook))
			return -ENOENT;
		ladder->has_hook = true;
		ladder->function = ladder->hook;
		return 0;
	case PLAN_POINT_RAW_TRACEPOINT:
		return kernel_find_raw_tracepoint(ladder->kernel, symbol,
						  &ladder->function);
	case PLAN_POINT_TRACEPOINT:
		return 0;
	default:
		break;
	}
	r = kernel_find_function(ladder->kernel, symbol, &ladder->function);
	if (r == -ENOENT && kernel_has_symbol(ladder->kernel, symbol)) {
		ladder->function =
			(struct kernel_function){ .name = symbol, .target = symbol };
		return 0;
	}
	ladder->has_hook =
		r == 0 && kernel_lsm_hook_of(ladder->kernel, symbol, &ladder->hook);
	return r;
}

/* Its words have BTF types. */
static bool is_typed(uint32_t program)
{
	return program == PLAN_FENTRY || program == PLAN_FEXIT ||
	       program == PLAN_FMOD_RET || program == PLAN_LSM || program == PLAN_TP_BTF;
}

static void target_set(struct plan_instance *instance, const char *target)
{
	snprintf(instance->target, sizeof(instance->target), "%s", target);
}

static void instance_describe(const struct ladder *ladder, struct plan_instance *instance)
{
	const struct kernel_function *function = &ladder->function;
	bool syscall = ladder->use->kind == PLAN_POINT_SYSCALL;

	switch (instance->program) {
	case PLAN_LSM:
		target_set(instance, ladder->hook.name + strlen(LSM_PREFIX));
		instance->n_params = ladder->hook.n_params;
		instance->has_return = ladder->hook.ret.size != 0;
		return;
	case PLAN_SYS_ENTER:
	case PLAN_SYS_EXIT:
		/* (registers, number) and (registers, result) */
		target_set(instance, instance->program == PLAN_SYS_ENTER ? "sys_enter"
									 : "sys_exit");
		instance->n_params = instance->program == PLAN_SYS_ENTER ? 2 : 1;
		instance->has_return = instance->program == PLAN_SYS_EXIT;
		instance->syscall_number = function->syscall_number;
		instance->syscall = 1;
		return;
	case PLAN_TRACEPOINT:
		target_set(instance, strchr(ladder->use->key, ':') + 1);
		return;
	case PLAN_TP_BTF:
	case PLAN_RAW_TP:
		target_set(instance, ladder->use->symbol);
		instance->n_params = function->n_params;
		return;
	default:
		target_set(instance, function->target);
		instance->n_params = syscall ? 1 : function->n_params;
		instance->has_return = function->ret.size != 0;
		instance->syscall = syscall;
		return;
	}
}

static void instance_add(const struct ladder *ladder, struct plan_ladder *ret,
			 uint32_t program, uint32_t phase)
{
	struct plan_instance *instance = &ret->instances[ret->n_instances++];

	instance->program = program;
	instance->phase = phase;
	instance->typed = is_typed(program);
	instance->syscall_number = -1;
	instance_describe(ladder, instance);
}

/* The program that denies sees every call that the point has. */
static bool denier_is_entry(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	return deny && (deny->program != PLAN_LSM || ladder->use->kind == PLAN_POINT_LSM);
}

/* What puts the arguments where an exit program finds them; PLAN_PROGRAM_END: it has them. */
static uint32_t program_saving_for(uint32_t exit)
{
	if (exit == PLAN_KRETPROBE_MULTI)
		return PLAN_KPROBE_MULTI;
	return exit == PLAN_KRETPROBE ? PLAN_KPROBE : PLAN_PROGRAM_END;
}

/*
 * With a result: the exit program sends the events. Signals and refusals must come before
 * the function runs. A kretprobe finds the arguments where a kprobe has put them.
 */
static void assemble_return(const struct ladder *ladder, struct plan_ladder *ret)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];
	uint32_t exit = ladder->chosen[ROLE_RETURN]->program;
	uint32_t entry = ladder->chosen[ROLE_ENTRY]->program;
	uint32_t enforcing = PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE;
	bool enforces = ladder->needs & enforcing;
	uint32_t saver = program_saving_for(exit);
	bool saves = saver != PLAN_PROGRAM_END;

	if (deny) {
		if (saves && deny->program != saver)
			instance_add(ladder, ret, saver, 0);
	} else if (enforces) {
		instance_add(ladder, ret, saves ? saver : entry, TETRA_PHASE_SIGNAL);
	} else if (saves) {
		instance_add(ladder, ret, saver, 0);
	}
	/* A kprobe that denies ends the call: it comes first, so that it also saves. */
	if (deny && saves)
		instance_add(ladder, ret, deny->program,
			     TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY);
	instance_add(ladder, ret, exit,
		     TETRA_PHASE_EVENT | TETRA_PHASE_RETURN |
			     (enforces ? 0 : TETRA_PHASE_SIGNAL));
	if (deny && !saves)
		instance_add(ladder, ret, deny->program,
			     TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY);
}

static void assemble(const struct ladder *ladder, struct plan_ladder *ret)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];
	uint32_t sees = TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL;

	if (ladder->chosen[ROLE_RETURN]) {
		assemble_return(ladder, ret);
	} else if (denier_is_entry(ladder)) {
		instance_add(ladder, ret, deny->program, sees | TETRA_PHASE_DENY);
	} else {
		instance_add(ladder, ret, ladder->chosen[ROLE_ENTRY]->program, sees);
		if (deny)
			instance_add(ladder, ret, deny->program, TETRA_PHASE_DENY);
	}
	ret->can_deny = deny != NULL;
}

static void instance_tell(struct strbuf *text, const struct plan_instance *instance)
{
	const char *and = "";

	strbuf_format(text, "%s%s ", text->len ? ", " : "",
		      plan_program_name(instance->program));
	if (!instance->phase) {
		strbuf_puts(text, "keeps the arguments");
		return;
	}
	if (instance->phase & TETRA_PHASE_EVENT) {
		strbuf_puts(text, instance->phase & TETRA_PHASE_RETURN
					  ? "sends the events with the result"
					  : "sends the events");
		and = " and ";
	}
	if (instance->phase & TETRA_PHASE_DENY)
		strbuf_format(text, "%sdenies", and);
	else if (instance->phase == TETRA_PHASE_SIGNAL)
		strbuf_puts(text, "signals");
}

/* What holds for some of the programs, and what would have been better. */
static int reason_tell(const struct ladder *ladder, struct plan_ladder *ret)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	bool lsm = false, skipped = false, numbers = false;
	uint32_t i;

	for (i = 0; i < ret->n_instances; i++) {
		uint32_t program = ret->instances[i].program;

		instance_tell(&text, &ret->instances[i]);
		lsm |= program == PLAN_LSM;
		skipped |= program != PLAN_LSM && program != PLAN_SYS_ENTER;
		numbers |= program == PLAN_SYS_ENTER;
	}
	if (skipped && ret->can_deny)
		strbuf_puts(&text, lsm ? " (preempted runs may be skipped, but for those "
					 "of lsm programs)"
				       : " (preempted runs may be skipped, and then "
					 "nothing is denied)");
	if (numbers)
		strbuf_puts(&text, " (64-bit calls; not those that the kernel makes)");
	if (ladder->passed.len)
		strbuf_format(&text, "; not %s", strbuf_get(&ladder->passed));
	if (text.failed || ladder->passed.failed)
		return -ENOMEM;
	snprintf(ret->reason, sizeof(ret->reason), "%s", strbuf_get(&text));
	return 0;
}

static int ladder_refuse(const struct ladder *ladder, const struct diag_place *place,
			 struct tetra_diag *diag, const char *what)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (ladder->needs & PLAN_NEEDS_OVERRIDE &&
	    stopper_find(ladder->kernel, ladder->use, &hint))
		strbuf_puts(&hint, " can deny it; ");
	strbuf_puts(&hint, ladder->passed.len
				   ? strbuf_get(&ladder->passed)
				   : "nothing at such a place can change what happens");
	return diag_error(diag, place, -EOPNOTSUPP, "not-possible-here",
			  strbuf_get(&hint), "%s '%s' on this kernel", what,
			  ladder->use->symbol);
}

static void warn_not_prevented(const struct ladder *ladder,
			       const struct diag_place *place, struct tetra_diag *diag)
{
	_cleanup_(strbuf_done) struct strbuf hint = {};

	if (stopper_find(ladder->kernel, ladder->use, &hint))
		strbuf_format(&hint, " would stop it%s", ladder->passed.len ? "; " : "");
	strbuf_puts(&hint, strbuf_get(&ladder->passed));
	diag_warning(diag, place, "does-not-prevent", hint.len ? strbuf_get(&hint) : NULL,
		     "kills, but the call may complete: nothing can deny '%s' on this "
		     "kernel",
		     ladder->use->symbol);
}

static int ladder_choose(struct ladder *ladder, const struct diag_place *place,
			 struct tetra_diag *diag)
{
	uint32_t needs = ladder->needs;

	if (needs & (PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL) &&
	    !kernel_has(ladder->kernel, KERNEL_SEND_SIGNAL)) {
		strbuf_puts(&ladder->passed, kernel_feature_need(KERNEL_SEND_SIGNAL));
		return ladder_refuse(ladder, place, diag, "cannot signal at");
	}
	if (needs & (PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE)) {
		ladder->chosen[ROLE_DENY] = ladder_walk(ladder, ROLE_DENY);
		if (!ladder->chosen[ROLE_DENY] && needs & PLAN_NEEDS_OVERRIDE)
			return ladder_refuse(ladder, place, diag,
					     "cannot change the result of");
	}
	if (!denier_is_entry(ladder) || needs & PLAN_NEEDS_RETURN) {
		ladder->chosen[ROLE_ENTRY] = ladder_walk(ladder, ROLE_ENTRY);
		if (!ladder->chosen[ROLE_ENTRY])
			return ladder_refuse(ladder, place, diag, "cannot see");
	}
	if (needs & PLAN_NEEDS_RETURN) {
		ladder->chosen[ROLE_RETURN] = ladder_walk(ladder, ROLE_RETURN);
		if (!ladder->chosen[ROLE_RETURN])
			return ladder_refuse(ladder, place, diag,
					     "cannot see the result of");
	}
	if (needs & PLAN_NEEDS_KILL && !ladder->chosen[ROLE_DENY])
		warn_not_prevented(ladder, place, diag);
	return 0;
}

int plan_ladder(struct plan_ladder *ret, const struct plan_use *use, uint32_t needs,
		const struct diag_place *place, struct tetra_kernel *kernel,
		struct tetra_diag *diag)
{
	struct ladder ladder = { .use = use, .needs = needs, .kernel = kernel };
	struct plan_ladder result = {};
	int r;

	r = ladder_resolve(&ladder);
	if (r < 0)
		r = diag_error(diag, place, -EOPNOTSUPP, "not-possible-here", NULL,
			       "'%s' is not there any more", use->symbol);
	if (r == 0)
		r = ladder_choose(&ladder, place, diag);
	if (r == 0) {
		assemble(&ladder, &result);
		r = reason_tell(&ladder, &result);
	}
	strbuf_done(&ladder.passed);
	if (r == 0)
		*ret = result;
	return r;
}

const char *plan_program_name(uint32_t program)
{
	static const char *const names[] = {
#define X(NAME, text) [PLAN_##NAME] = text,
		PLAN_PROGRAMS(X)
#undef X
	};

	return program < ARRAY_SIZE(names) ? names[program] : "?";
}
