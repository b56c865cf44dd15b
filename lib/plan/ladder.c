/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attach ladder: ways to attach to a hook point, best first, each with what it serves,
 * what it needs of the kernel and what may rule it out. A hook point gets up to three
 * programs: one that sees the call, one that sees the result, one that denies; a program that
 * can do more than one of these does so. The reason names the rungs that were passed over.
 *
 * To deny, the LSM hook comes first. But its programs do not run if another security module
 * has denied before them, so a function that is also observed keeps an entry program for its
 * events.
 *
 * A preemptible kernel skips a trampoline's program while a task is preempted inside it, for
 * every task on that CPU; later kernels do so with tracepoints, earlier ones with LSM
 * programs. Enforcement is not put on such a rung if there is another; if there is none, the
 * need is "unheld". Kprobes run with preemption off; but they are skipped too while a task that was
 * preempted inside bpf(2) waits for the CPU, so they hold where not everybody may call that.
 */
#include <stdio.h>

#include "lib/linux/hook-names.h"
#include "lib/plan/ladder-tell.h"
#include "lib/plan/point.h"
#include "lib/use/fit.h"

static void target_set(struct plan_instance *instance, const char *target)
{
	snprintf(instance->target, sizeof(instance->target), "%s", target);
}

/*
 * A parameter that leads to the mount of a file. Functions of file systems are called for a layer
 * alone: only those of LSM hooks are known to be called for the file above it as well.
 */
static void describe_file(const struct kernel_function *function,
			  struct plan_instance *instance)
{
	static const struct {
		const char *type;
		uint8_t reader;
	} types[] = { { "file", TETRA_READ_FILE },
		      { "path", TETRA_READ_PATH },
		      { "linux_binprm", TETRA_READ_BINPRM } };

	if (!is_security_function(function->target) &&
	    !str_has_prefix(function->target, "bpf_lsm_"))
		return;
	for (uint32_t i = 0; i < MIN(function->n_params, 6u) && !instance->file_param;
	     i++)
		for (size_t k = 0; k < ARRAY_SIZE(types); k++)
			if (function->params[i].is_pointer &&
			    str_equal(function->params[i].type_name, types[k].type)) {
				instance->file_param = i + 1;
				instance->file_reader = types[k].reader;
			}
}

static void describe_opaque(const struct kernel_function *function,
			    struct plan_instance *instance)
{
	if (instance->syscall) {
		instance->opaque = function->is_opaque;
		return;
	}
	for (uint32_t i = 0; i < function->n_params; i++)
		instance->opaque |= ((uint32_t)function->params[i].is_opaque
				     << fit_param_word(function, i));
	instance->opaque |= (uint32_t)function->ret.is_opaque << instance->n_params;
}

static void describe_function(const struct ladder *ladder, struct plan_instance *instance)
{
	const struct kernel_function *function = &ladder->function;
	bool syscall = ladder->use->point.kind == PLAN_POINT_SYSCALL || ladder->has_call;

	target_set(instance, function->target);
	instance->n_params = syscall ? 1 : function->n_params;
	instance->has_return = function->ret.size != 0;
	instance->result_bytes = MIN(function->ret.size, 8u);
	instance->syscall = syscall;
	describe_opaque(function, instance);
	if (!syscall)
		describe_file(function, instance);
}

static void describe_hook(const struct ladder *ladder, struct plan_instance *instance)
{
	target_set(instance, ladder->hook.name + strlen(LSM_PREFIX));
	instance->n_params = fit_param_word(&ladder->hook, ladder->hook.n_params);
	instance->has_return = ladder->hook.ret.size != 0;
	describe_opaque(&ladder->hook, instance);
	describe_file(&ladder->hook, instance);
}

static void describe_event(const struct ladder *ladder, struct plan_instance *instance)
{
	target_set(instance, ladder->use->point.symbol);
	instance->n_params = ladder->function.n_params;
	describe_opaque(&ladder->function, instance);
}

static void describe_record(const struct ladder *ladder, struct plan_instance *instance)
{
	target_set(instance, ladder->use->point.symbol);
	snprintf(instance->subsystem, sizeof(instance->subsystem), "%s",
		 ladder->use->point.subsystem);
}

static void describe_call(const struct ladder *ladder, struct plan_instance *instance)
{
	(void)ladder_call_event(ladder, &instance->target); /* it exists */
	snprintf(instance->subsystem, sizeof(instance->subsystem), PLAN_CALL_SUBSYSTEM);
	instance->syscall = 1;
}

static void describe_entry(const struct ladder *ladder, struct plan_instance *instance)
{
	target_set(instance, "sys_enter");
	instance->n_params = 2;
	instance->syscall_number = ladder->function.syscall_number;
	instance->syscall = 1;
}

static void describe_exit(const struct ladder *ladder, struct plan_instance *instance)
{
	target_set(instance, "sys_exit");
	instance->n_params = 1;
	instance->has_return = 1;
	instance->syscall_number = ladder->function.syscall_number;
	instance->syscall = 1;
}

static void describe_file_place(const struct ladder *ladder,
				struct plan_instance *instance)
{
	const struct plan_point *point = &ladder->use->point;

	target_set(instance, point->symbol);
	snprintf(instance->subsystem, sizeof(instance->subsystem), "%s",
		 point->subsystem);
	instance->offset = ladder->file_offset;
	instance->counter = point->place.counter;
	instance->n_params = TETRA_SAVED_PARAMS;
	instance->has_return = 1;
	instance->result_bytes = 8;
	instance->in_user = 1;
}

static void instance_add(const struct ladder *ladder, struct plan_ladder *ret,
			 uint32_t program, uint32_t phase)
{
	static void (*const describe[])(const struct ladder *, struct plan_instance *) = {
		[PLAN_AT_FUNCTION] = describe_function,
		[PLAN_AT_HOOK] = describe_hook,
		[PLAN_AT_EVENT] = describe_event,
		[PLAN_AT_RECORD] = describe_record,
		[PLAN_AT_CALL] = describe_call,
		[PLAN_AT_ENTRY] = describe_entry,
		[PLAN_AT_EXIT] = describe_exit,
		[PLAN_AT_FILE] = describe_file_place,
	};
	struct plan_instance *instance = &ret->instances[ret->n_instances++];

	instance->program = program;
	instance->phase = phase;
	instance->syscall_number = -1;
	describe[plan_program_aim(program)](ladder, instance);
}

/* The program that denies sees every call that the point has. */
static bool denier_is_entry(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	return deny &&
	       (deny->program != PLAN_LSM || ladder->use->point.kind == PLAN_POINT_LSM);
}

/* What saves the arguments for an exit program; PLAN_PROGRAM_END: it has them itself. */
static uint32_t program_saving_for(uint32_t exit)
{
	if (exit == PLAN_KRETPROBE_MULTI)
		return PLAN_KPROBE_MULTI;
	if (exit == PLAN_URETPROBE)
		return PLAN_UPROBE;
	return exit == PLAN_KRETPROBE ? PLAN_KPROBE : PLAN_PROGRAM_END;
}

/* The program that denies here may be skipped, so another program sends the signals too. */
static bool signals_apart(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];
	const struct rung *entry = ladder->chosen[ROLE_ENTRY];

	return deny && entry && rung_can_skip(ladder, deny) &&
	       !rung_can_skip(ladder, entry) &&
	       ladder->needs & (PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL);
}

/*
 * With a result: the exit program sends the events. Signals and denials must come before the
 * function runs. A kretprobe finds the arguments where a kprobe has saved them.
 */
static void assemble_return(const struct ladder *ladder, struct plan_ladder *ret)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];
	uint32_t exit = ladder->chosen[ROLE_RETURN]->program;
	uint32_t entry = ladder->chosen[ROLE_ENTRY]->program;
	bool enforces = ladder->needs & PLAN_NEEDS_ENFORCE, apart = signals_apart(ladder);
	uint32_t saver = program_saving_for(exit);
	bool saves = saver != PLAN_PROGRAM_END;
	uint32_t denies = TETRA_PHASE_DENY | (apart ? 0 : TETRA_PHASE_SIGNAL);

	if (deny && !apart) {
		if (saves && deny->program != saver)
			instance_add(ladder, ret, saver, 0);
	} else if (enforces) {
		instance_add(ladder, ret, saves ? saver : entry, TETRA_PHASE_SIGNAL);
	} else if (saves) {
		instance_add(ladder, ret, saver, 0);
	}
	/* A kprobe that denies ends the call: it comes first, so that it also saves. */
	if (deny && saves)
		instance_add(ladder, ret, deny->program, denies);
	instance_add(ladder, ret, exit,
		     TETRA_PHASE_EVENT | TETRA_PHASE_RETURN |
			     (ladder->catches ? TETRA_PHASE_CATCH : 0) |
			     (enforces ? 0 : TETRA_PHASE_SIGNAL));
	if (deny && !saves)
		instance_add(ladder, ret, deny->program, denies);
}

/* A probe at the return kills if the denial did not stop the call. */
static void assemble_catch(const struct ladder *ladder, struct plan_ladder *ret)
{
	uint32_t exit = ladder->catches->program;

	instance_add(ladder, ret, program_saving_for(exit),
		     TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL);
	instance_add(ladder, ret, exit, TETRA_PHASE_RETURN | TETRA_PHASE_CATCH);
	instance_add(ladder, ret, ladder->chosen[ROLE_DENY]->program, TETRA_PHASE_DENY);
}

static void assemble(const struct ladder *ladder, struct plan_ladder *ret)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];
	uint32_t sees = TETRA_PHASE_EVENT | TETRA_PHASE_SIGNAL;

	if (ladder->chosen[ROLE_RETURN]) {
		assemble_return(ladder, ret);
	} else if (ladder->catches) {
		assemble_catch(ladder, ret);
	} else if (denier_is_entry(ladder) && !signals_apart(ladder)) {
		instance_add(ladder, ret, deny->program, sees | TETRA_PHASE_DENY);
	} else if (ladder->chosen[ROLE_CARRY]) {
		instance_add(ladder, ret, ladder->chosen[ROLE_ENTRY]->program,
			     TETRA_PHASE_EVENT);
		instance_add(ladder, ret, ladder->chosen[ROLE_CARRY]->program,
			     TETRA_PHASE_SIGNAL);
	} else {
		instance_add(ladder, ret, ladder->chosen[ROLE_ENTRY]->program, sees);
		if (deny)
			instance_add(ladder, ret, deny->program, TETRA_PHASE_DENY);
	}
	ret->can_deny = deny != NULL;
	ret->deny_skips = deny && rung_can_skip(ladder, deny);
}

static void instance_move_first(struct plan_ladder *ret)
{
	struct plan_instance last = ret->instances[ret->n_instances - 1];

	memmove(&ret->instances[1], &ret->instances[0],
		(ret->n_instances - 1) * sizeof(last));
	ret->instances[0] = last;
}

/*
 * The program that waits for pages must run before the others. They are attached in the order
 * of the instances. A trampoline runs the last attached program first, a tracepoint the first
 * one. If no rung fits, such memory is a fault, and a note says so; likewise if it can be skipped:
 * a task that waits in it for a page keeps it from running for others on that CPU.
 */
static void ladder_add_touch(struct ladder *ladder, struct plan_ladder *ret,
			     const struct diag_place *place, struct tetra_diag *diag)
{
	uint32_t i;

	if (!(ladder->needs & PLAN_NEEDS_MEMORY))
		return;
	for (i = 0; i < ret->n_instances; i++)
		if (ret->instances[i].phase & (TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY))
			ladder->judges |= 1u << ret->instances[i].program;
	ladder->chosen[ROLE_TOUCH] = ladder_walk(ladder, ROLE_TOUCH, false);
	if (!ladder->chosen[ROLE_TOUCH]) {
		if (ladder->asks & (PLAN_NEEDS_HOLD | PLAN_NEEDS_CATCH))
			note_not_resident(ladder, place, diag);
		return;
	}
	if (rung_can_skip(ladder, ladder->chosen[ROLE_TOUCH]) &&
	    ladder->asks & (PLAN_NEEDS_HOLD | PLAN_NEEDS_CATCH))
		note_wait_skippable(ladder, place, diag);
	instance_add(ladder, ret, ladder->chosen[ROLE_TOUCH]->program, TETRA_PHASE_TOUCH);
	if (ladder->chosen[ROLE_TOUCH]->program == PLAN_TRACEPOINT_SLEEPS)
		instance_move_first(ret);
}

/* Whether there is a program with one of @phases that is never skipped. */
static bool phase_is_held(const struct ladder *ladder, const struct plan_ladder *ret,
			  uint32_t phases)
{
	uint32_t i;

	for (i = 0; i < ret->n_instances; i++)
		if (ret->instances[i].phase & phases &&
		    !rung_can_skip(ladder, rung_of(ret->instances[i].program)))
			return true;
	return false;
}

/* A program that denies also kills. */
static void find_unheld(const struct ladder *ladder, struct plan_ladder *ret)
{
	static const struct {
		uint32_t need, phases;
	} rows[] = {
		{ PLAN_NEEDS_SIGNAL, TETRA_PHASE_SIGNAL },
		{ PLAN_NEEDS_KILL, TETRA_PHASE_SIGNAL | TETRA_PHASE_DENY },
		{ PLAN_NEEDS_OVERRIDE, TETRA_PHASE_DENY },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (ladder->needs & rows[i].need &&
		    !phase_is_held(ladder, ret, rows[i].phases))
			ret->unheld |= rows[i].need;
}

/* The role's rung, or an error that says @what cannot be done. */
static int ladder_take(struct ladder *ladder, enum role role, bool steady,
		       const char *what, const struct diag_place *place,
		       struct tetra_diag *diag)
{
	ladder->chosen[role] = ladder_walk(ladder, role, steady);
	return ladder->chosen[role] ? 0 : ladder_refuse(ladder, place, diag, what);
}

static int ladder_choose_deny(struct ladder *ladder, const struct diag_place *place,
			      struct tetra_diag *diag)
{
	if (!(ladder->needs & (PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE)))
		return 0;
	ladder->chosen[ROLE_DENY] = ladder_walk(ladder, ROLE_DENY, true);
	if (ladder->chosen[ROLE_DENY] || !(ladder->needs & PLAN_NEEDS_OVERRIDE))
		return 0;
	return ladder_refuse(ladder, place, diag, "cannot change the result of");
}

/* The entry program sends the signals. */
static bool entry_signals(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	if (ladder->needs & PLAN_NEEDS_SIGNAL)
		return true;
	return ladder->needs & PLAN_NEEDS_KILL && (!deny || rung_can_skip(ladder, deny));
}

static bool needs_entry(const struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY];

	return !denier_is_entry(ladder) || ladder->needs & PLAN_NEEDS_RETURN ||
	       (rung_can_skip(ladder, deny) && entry_signals(ladder));
}

/* A return probe that is never skipped, if the denial can be skipped and this is wanted. */
static void ladder_choose_catch(struct ladder *ladder)
{
	const struct rung *deny = ladder->chosen[ROLE_DENY], *exit;

	if (!deny || !rung_can_skip(ladder, deny) ||
	    !(ladder->needs & PLAN_NEEDS_OVERRIDE) || !(ladder->asks & PLAN_NEEDS_CATCH))
		return;
	exit = ladder_walk(ladder, ROLE_RETURN, true);
	if (!exit || program_saving_for(exit->program) == PLAN_PROGRAM_END)
		return;
	ladder->catches = exit;
	ladder->chosen[ROLE_ENTRY] = rung_of_entry(program_saving_for(exit->program));
	if (ladder->needs & PLAN_NEEDS_RETURN)
		ladder->chosen[ROLE_RETURN] = exit;
}

static int ladder_choose(struct ladder *ladder, const struct diag_place *place,
			 struct tetra_diag *diag)
{
	uint32_t needs = ladder->needs;
	int r;

	if (needs & (PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL) &&
	    !kernel_has(ladder->kernel, KERNEL_SEND_SIGNAL)) {
		strbuf_puts(&ladder->passed, kernel_feature_need(KERNEL_SEND_SIGNAL));
		return ladder_refuse(ladder, place, diag, "cannot signal at");
	}
	r = ladder_choose_deny(ladder, place, diag);
	if (r == 0 && needs_entry(ladder))
		r = ladder_take(ladder, ROLE_ENTRY, entry_signals(ladder), "cannot see",
				place, diag);
	if (r == 0 && needs & PLAN_NEEDS_RETURN)
		r = ladder_take(ladder, ROLE_RETURN, false, "cannot see the result of",
				place, diag);
	if (r < 0)
		return r;
	ladder_choose_catch(ladder);
	if (ladder->has_call && entry_signals(ladder) &&
	    rung_can_skip(ladder, ladder->chosen[ROLE_ENTRY]))
		ladder->chosen[ROLE_CARRY] = ladder_walk(ladder, ROLE_CARRY, true);
	/* A program that is killed where it calls a function of its own does not run it. */
	if (needs & PLAN_NEEDS_KILL && !ladder->chosen[ROLE_DENY] &&
	    ladder->use->point.kind != PLAN_POINT_UPROBE &&
	    ladder->use->point.kind != PLAN_POINT_USDT)
		warn_not_prevented(ladder, place, diag);
	return 0;
}

int plan_ladder(struct plan_ladder *ret, const struct plan_use *use, uint32_t needs,
		const struct diag_place *place, struct tetra_kernel *kernel,
		struct tetra_diag *diag)
{
	uint32_t asks = needs & (PLAN_NEEDS_HOLD | PLAN_NEEDS_CATCH);
	struct ladder ladder = {
		.use = use, .needs = needs & ~asks, .asks = asks, .kernel = kernel
	};
	struct plan_ladder result = {};
	int r;

	r = point_row(use->point.kind)->find(&ladder);
	if (r < 0)
		r = diag_error(diag, place, -EOPNOTSUPP, "not-possible-here", NULL,
			       "'%s' is not there any more", use->point.symbol);
	if (r == 0)
		r = ladder_choose(&ladder, place, diag);
	if (r == 0) {
		assemble(&ladder, &result);
		ladder_add_touch(&ladder, &result, place, diag);
		find_unheld(&ladder, &result);
		r = reason_tell(&ladder, &result);
	}
	if (r == 0)
		r = unheld_judge(&ladder, &result, place, diag);
	strbuf_done(&ladder.passed);
	if (r == 0)
		*ret = result;
	return r;
}

void plan_ladder_print(const struct plan_ladder *ladder, char (*ret)[PLAN_ATTACH_BYTES])
{
	size_t len = 0;

	(*ret)[0] = '\0';
	for (uint32_t i = 0; i < ladder->n_instances && len < sizeof(*ret); i++)
		len += (size_t)snprintf(*ret + len, sizeof(*ret) - len, "%s%s",
					i ? "+" : "",
					plan_program_name(ladder->instances[i].program));
}

bool plan_ladder_is_same(const struct plan_ladder *a, const struct plan_ladder *b)
{
	if (a->n_instances != b->n_instances)
		return false;
	for (uint32_t i = 0; i < a->n_instances; i++)
		if (a->instances[i].program != b->instances[i].program ||
		    a->instances[i].phase != b->instances[i].phase)
			return false;
	return true;
}
