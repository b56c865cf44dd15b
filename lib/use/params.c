/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are parameters of a function: which word holds them.
 */
#include "lib/kernel/syscalls.h"
#include "lib/linux/signatures.h"
#include "lib/use/fit.h"
#include "lib/use/layout.h"
#include "lib/use/build.h"

/* Words that arrive in registers. */
#define MAX_WORDS 6u
/* Parameters of a system call. */
#define SYSCALL_PARAMS 6u

/* The parameters are in the caller's registers. */
static bool is_call(const struct use_build *build)
{
	return build->use->point.kind == PLAN_POINT_SYSCALL;
}

/* Pointers are to the memory of the process. */
static bool is_in_user(const struct use_build *build)
{
	return is_call(build) || build->use->point.kind == PLAN_POINT_UPROBE;
}

/*
 * Says how well a type fits. False if the argument at @position is left unread: a type that
 * cannot read what is there, which no filter needs. A result that is asked for and cannot be
 * read is always an error.
 */
static bool fit_report(struct use_build *build, const struct use_spot *spot,
		       const struct policy_arg *arg, const struct kernel_param *param,
		       uint32_t position, enum fit fit)
{
	bool is_result = position == POLICY_ARG_RETURN;
	const char *what = is_result ? "the result" : "the parameter";
	const char *symbol = build->use->point.symbol, *text;
	char hint[128];

	if (fit == FIT_GOOD)
		return true;
	text = fit_param_hint(&hint, param, is_call(build));
	if (fit == FIT_BAD) {
		use_warning(build, spot, "arg-type-mismatch", text,
			    "type '%s' does not fit: %s of '%s' is '%s'", arg->type, what,
			    symbol, param->c_type);
		return true;
	}
	if (is_result || use_filters(build, position)) {
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", text,
			  "type '%s' cannot be read: %s of '%s' is '%s'", arg->type, what,
			  symbol, param->c_type);
		return true;
	}
	use_warning(build, spot, "arg-type-mismatch", text,
		    "type '%s' cannot be read: %s of '%s' is '%s'; it is reported "
		    "as unsupported",
		    arg->type, what, symbol, param->c_type);
	return false;
}

/* A security function's parameter is read in its LSM hook as well. */
static bool param_is_direct(struct use_build *build,
			    const struct kernel_function *function, uint32_t index,
			    uint32_t kind)
{
	struct kernel_function hook;

	/* What leads to the struct is not the struct. */
	if (is_call(build) || layout_has_step(kind) ||
	    !fit_is_direct(kind, &function->params[index]))
		return false;
	return build->use->point.kind != PLAN_POINT_FUNCTION ||
	       !kernel_lsm_hook_of(build->kernel, function->name, &hook) ||
	       index >= hook.n_params || fit_is_direct(kind, &hook.params[index]);
}

/* Number of parameters whose location is known, declared or not. */
static uint32_t params_there(const struct use_build *build,
			     const struct kernel_function *function)
{
	if (!function->has_params)
		return MAX_WORDS;
	return function->n_params;
}

/*
 * The parameter does not exist. A system call still has the register, which is read; a function
 * has nothing to read, and a filter would compare garbage.
 */
static void param_beyond(struct use_build *build, const struct use_spot *spot,
			 const struct kernel_function *function, uint32_t position)
{
	uint32_t index = build->hook->args[position].index;
	bool is_read = is_call(build) && index < SYSCALL_PARAMS;
	bool is_left_out = !is_call(build) && !use_filters(build, position) &&
			   build->use->point.kind != PLAN_POINT_RAW_TRACEPOINT;

	if (!is_read && !is_left_out) {
		use_error(build, spot, -EOPNOTSUPP, "out-of-range", NULL,
			  "'%s' has no parameter %u: it has %u, numbered from 0",
			  build->use->point.symbol, index, function->n_params);
		return;
	}
	use_warning(build, spot, "arg-beyond-parameters", NULL,
		    "'%s' has no parameter %u: it has %u, numbered from 0%s",
		    build->use->point.symbol, index, function->n_params,
		    is_read ? "" : "; nothing is read");
	if (is_left_out)
		use_leave_out(build, position);
}

/* Whether a register holds the parameter; says so if none does. */
static bool param_is_there(struct use_build *build, const char *list,
			   const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->index_mark, list, "index" };

	if (arg->index >= params_there(build, function)) {
		param_beyond(build, &spot, function, position);
		return false;
	}
	if (fit_param_word(function, arg->index) < MAX_WORDS)
		return true;
	use_error(build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
		  "parameter %u of '%s' is not in a register", arg->index,
		  build->use->point.symbol);
	return false;
}

/*
 * The bytes of parameter @index, and its sign. 0: all of the register, or unknown. A system call
 * that the kernel does not describe is looked up in the table of signatures.
 */
static uint32_t param_bytes(const struct kernel_function *function, uint32_t index,
			    bool *is_signed)
{
	const char *call = syscall_name_of(function->name), *types;

	*is_signed = true;
	if (function->has_params && index < function->n_params) {
		const struct kernel_param *param = &function->params[index];

		*is_signed = param->is_signed;
		return param->is_pointer ? 0 : param->size;
	}
	types = !function->has_params && call ? signature_of_call(call) : NULL;
	if (!types || index + 1 >= strlen(types))
		return 0;
	return types[index + 1] == SIGNATURE_INT || types[index + 1] == SIGNATURE_FD ? 4
										     : 0;
}

static struct tetra_source word_source(uint32_t word)
{
	return (struct tetra_source){ .from = TETRA_FROM_WORD, .at = word };
}

/* sizeArgIndex counts from 1. */
static void size_plan(struct use_build *build, const char *list,
		      const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->mark, list, "sizeArgIndex" };
	struct tetra_slot_config *slot = &build->use->args[position];
	uint32_t index = arg->size_index - 1;
	const struct kernel_param *param;
	bool is_signed;

	if (kind_row(arg->kind)->reader != TETRA_READ_BUFFER || !arg->size_index)
		return;
	if (index >= params_there(build, function)) {
		use_error(build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
			  "'%s' has no parameter %u: it has %u, numbered from 1 here",
			  build->use->point.symbol, arg->size_index, function->n_params);
		return;
	}
	slot->size = word_source(fit_param_word(function, index));
	fit_size_width(slot, param_bytes(function, index, &is_signed));
	if (!function->has_params)
		return;
	param = &function->params[index];
	if (param->is_pointer || param->is_struct)
		use_warning(
			build, &spot, "arg-type-mismatch",
			"sizeArgIndex counts parameters from 1",
			"parameter %u of '%s' has type '%s', which cannot be a length",
			arg->size_index, build->use->point.symbol, param->c_type);
}

/* What the type reads there. */
static void param_type_plan(struct use_build *build, const char *list,
			    const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->type_mark, list, "type" };
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct kernel_param *param = &function->params[arg->index];
	enum fit fit;

	if (!function->has_params) {
		use_plan_layout(build, &spot, position);
		return;
	}
	fit = param->is_struct && param->size > FIT_STRUCT_BYTES
		      ? FIT_NONE
		      : fit_param(arg, param, slot->user);
	if (!fit_report(build, &spot, arg, param, position, fit)) {
		use_leave_out(build, position);
		return;
	}
	use_plan_layout(build, &spot, position);
	slot->typed = param_is_direct(build, function, arg->index, arg->kind);
}

static void resolve_plan(struct use_build *build, const char *list,
			 const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->resolve_mark, list, "resolve" };

	if (is_call(build))
		use_error(
			build, &spot, -EOPNOTSUPP, "not-possible-here",
			"hook a kernel function that gets the struct",
			"arguments of system calls point to the program's memory, which "
			"'resolve' does not read");
	else if (!function->has_params)
		use_error(
			build, &spot, -EOPNOTSUPP, "no-kernel-facts", NULL,
			"the kernel's BTF does not describe '%s', so the place of '%s' is "
			"not known",
			build->use->point.symbol, arg->resolve);
	else
		use_plan_resolve(build, list, function, position);
}

static void param_plan(struct use_build *build, const struct kernel_function *function,
		       uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	char list[USE_LIST_BYTES];
	bool is_signed;
	uint32_t bytes;

	use_print_list(&list, build->hook, position);
	if (position >= build->hook->n_args - build->hook->n_data) {
		use_plan_data(build, list, position);
		return;
	}
	fit_slot(slot, arg->kind);
	slot->value = word_source(fit_param_word(function, arg->index));
	slot->user = is_in_user(build);
	if (arg->kind == TETRA_ARG_NOP ||
	    !param_is_there(build, list, function, position))
		return;
	size_plan(build, list, function, position);
	if (arg->resolve) {
		resolve_plan(build, list, function, position);
		return;
	}
	bytes = param_bytes(function, arg->index, &is_signed);
	fit_width(slot, bytes, is_signed);
	param_type_plan(build, list, function, position);
}

void use_plan_params(struct use_build *build, const struct kernel_function *function)
{
	uint32_t i;

	for (i = 0; i < build->use->n_args; i++)
		param_plan(build, function, i);
}

/* A function without a result still returns: the event comes then, without a value. */
static void return_missing(struct use_build *build, const struct use_spot *spot)
{
	if (use_filters(build, POLICY_ARG_RETURN))
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", NULL,
			  "'%s' returns nothing that a filter could look at",
			  build->use->point.symbol);
	else
		use_warning(build, spot, "arg-type-mismatch", NULL,
			    "'%s' returns nothing", build->use->point.symbol);
	fit_slot(&build->use->return_arg, 0);
}

static void return_unwanted(struct use_build *build)
{
	const struct use_spot spot = { build->hook->mark, NULL, "return" };

	if (build->use->needs & PLAN_NEEDS_RETURN)
		use_error(build, &spot, -EOPNOTSUPP, "missing-field",
			  "add 'return: true'",
			  "matchReturnArgs looks at a result that is not asked for");
}

void use_plan_return(struct use_build *build, const struct kernel_function *function)
{
	const struct policy_arg *arg = &build->hook->return_arg;
	const struct use_spot spot = { arg->type_mark, "returnArg", "type" };
	struct tetra_slot_config *slot = &build->use->return_arg;
	const struct kernel_param *result = &function->ret;

	if (!build->hook->wants_return) {
		return_unwanted(build);
		return;
	}
	if (arg->kind == TETRA_ARG_NOP)
		return;
	fit_slot(slot, arg->kind);
	slot->value.from = TETRA_FROM_RESULT;
	slot->user = is_in_user(build);
	use_plan_layout(build, &spot, POLICY_ARG_RETURN);
	if (!function->btf_id && !function->has_params)
		return;
	if (!result->size) {
		return_missing(build, &spot);
		return;
	}
	if (!result->is_pointer)
		fit_width(slot, result->size, result->is_signed);
	(void)fit_report(build, &spot, arg, result, POLICY_ARG_RETURN,
			 fit_param(arg, result, slot->user));
}
