/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are parameters of a function: which word holds them, and whether the policy's
 * type agrees with the kernel's BTF.
 *
 * A type that does not fit is a warning, as in the reference. If the kind cannot read anything
 * at all, the argument arrives as unsupported. Its filters would then be silently false, so an
 * argument with a filter is rejected.
 */
#include <stdio.h>

#include "lib/plan/use.h"

/* A register's bytes. Structs by value up to two of them travel in registers. */
#define WORD_BYTES	 8u
#define STRUCT_MAX_BYTES (2 * WORD_BYTES)
/* Words that arrive in registers. */
#define MAX_WORDS 6u
/* Parameters of a system call. */
#define SYSCALL_PARAMS 6u

/* "args[7]" */
#define LIST_BYTES 24

enum fit {
	FIT_GOOD,
	FIT_BAD,  /* read anyway: a warning */
	FIT_NONE, /* nothing could be read */
};

/* Kinds that follow pointers through a struct of the kernel. */
static const struct {
	uint32_t kind;
	const char *name;
	uint8_t direct; /* programs with typed parameters load its fields directly */
} struct_kinds[] = {
	{ TETRA_ARG_FILE, "file", 1 },		 { TETRA_ARG_PATH, "path", 1 },
	{ TETRA_ARG_BINPRM, "linux_binprm", 1 }, { TETRA_ARG_SOCK, "sock", 0 },
	{ TETRA_ARG_FILENAME, "filename", 0 },
};

/* Structs that begin with a struct sock. */
static const char *const socks[] = {
	"sock",	     "inet_sock", "inet_connection_sock",
	"tcp_sock",  "udp_sock",  "raw_sock",
	"unix_sock", NULL,
};

static const struct {
	uint32_t kind, bytes;
	uint8_t is_signed;
} integers[] = {
	{ TETRA_ARG_INT8, 1, 1 },  { TETRA_ARG_UINT8, 1, 0 },
	{ TETRA_ARG_INT16, 2, 1 }, { TETRA_ARG_UINT16, 2, 0 },
	{ TETRA_ARG_INT32, 4, 1 }, { TETRA_ARG_UINT32, 4, 0 },
	{ TETRA_ARG_INT64, 8, 1 }, { TETRA_ARG_UINT64, 8, 0 },
	{ TETRA_ARG_SIZE, 8, 0 },
};

static const char *struct_of_kind(uint32_t kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(struct_kinds); i++)
		if (struct_kinds[i].kind == kind)
			return struct_kinds[i].name;
	return NULL;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (str_equal(name, *names))
			return true;
	return false;
}

static bool points_to(const struct kernel_param *param, uint32_t kind)
{
	if (!param->is_pointer)
		return false;
	if (kind == TETRA_ARG_SOCK)
		return is_one_of(param->type_name, socks);
	return str_equal(param->type_name, struct_of_kind(kind));
}

/* Policies use the type "int" for anything that fits into an int or a long. */
static enum fit integer_fit(const struct policy_arg *arg,
			    const struct kernel_param *param)
{
	bool is_enum = str_has_prefix(param->c_type, "enum ");
	size_t i = 0;

	while (integers[i].kind != arg->kind)
		i++;
	if (param->is_struct)
		return FIT_BAD;
	if (param->is_pointer)
		return integers[i].bytes == WORD_BYTES && !integers[i].is_signed
			       ? FIT_GOOD
			       : FIT_BAD;
	if (str_equal(arg->type, "int"))
		return param->size == 4 || param->size == WORD_BYTES ? FIT_GOOD : FIT_BAD;
	return integers[i].bytes == param->size &&
			       (is_enum || integers[i].is_signed == param->is_signed)
		       ? FIT_GOOD
		       : FIT_BAD;
}

static enum fit text_fit(uint32_t kind, const struct kernel_param *param)
{
	static const char *const strings[] = { "char", NULL };
	static const char *const buffers[] = { "char", "unsigned char", "u8",
					       "__u8", "void",		"",
					       NULL };

	if (!param->is_pointer)
		return FIT_NONE;
	return is_one_of(param->type_name, kind == TETRA_ARG_STRING ? strings : buffers)
		       ? FIT_GOOD
		       : FIT_BAD;
}

static enum fit param_fit(const struct use_build *build, const struct policy_arg *arg,
			  const struct kernel_param *param)
{
	if (struct_of_kind(arg->kind)) {
		/* The pointers of system calls are the caller's. */
		if (!param->is_pointer || build->use->kind == PLAN_POINT_SYSCALL)
			return FIT_NONE;
		return points_to(param, arg->kind) ? FIT_GOOD : FIT_BAD;
	}
	switch (arg->kind) {
	case TETRA_ARG_NOP:
		return FIT_GOOD;
	case TETRA_ARG_STRING:
	case TETRA_ARG_CHAR_BUF:
		return text_fit(arg->kind, param);
	case TETRA_ARG_FD:
		return !param->is_pointer && !param->is_struct && param->size >= 4
			       ? FIT_GOOD
			       : FIT_BAD;
	default:
		return integer_fit(arg, param);
	}
}

/* The type that reads such a parameter; NULL if none does. */
static const char *natural_type(const struct kernel_param *param, bool syscall)
{
	size_t i;

	if (param->is_struct)
		return NULL;
	if (param->is_pointer) {
		if (str_equal(param->type_name, "char"))
			return "string";
		if (!syscall && is_one_of(param->type_name, socks))
			return "sock";
		for (i = 0; !syscall && i < ARRAY_SIZE(struct_kinds); i++)
			if (str_equal(param->type_name, struct_kinds[i].name))
				return struct_kinds[i].name;
		return NULL;
	}
	for (i = 0; i < ARRAY_SIZE(integers); i++)
		if (integers[i].bytes == param->size &&
		    integers[i].is_signed == param->is_signed)
			return arg_kind_name(integers[i].kind);
	return NULL;
}

static const char *fit_hint(char (*buf)[128], const struct kernel_param *param,
			    bool syscall)
{
	const char *type = natural_type(param, syscall);

	if (!type)
		return NULL;
	snprintf(*buf, sizeof(*buf), "type '%s' reads it", type);
	return *buf;
}

/* False if the argument at @position, or the result, is left unread. */
static bool fit_report(struct use_build *build, const struct use_spot *spot,
		       const struct policy_arg *arg, const struct kernel_param *param,
		       uint32_t position, enum fit fit)
{
	const char *what = position == POLICY_ARG_RETURN ? "the result" : "the parameter";
	char hint[128];
	const char *text = fit_hint(&hint, param, build->use->kind == PLAN_POINT_SYSCALL);

	/* A requested result that cannot be read is a separate error. */
	if (fit == FIT_NONE && position != POLICY_ARG_RETURN &&
	    !use_filters(build, position)) {
		use_warning(
			build, spot, "arg-type-mismatch", text,
			"type '%s' cannot be read: %s of '%s' is '%s'; it is reported "
			"as unsupported",
			arg->type, what, build->use->symbol, param->c_type);
		return false;
	}
	if (fit == FIT_BAD)
		use_warning(build, spot, "arg-type-mismatch", text,
			    "type '%s' does not fit: %s of '%s' is '%s'", arg->type, what,
			    build->use->symbol, param->c_type);
	else if (fit == FIT_NONE)
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", text,
			  "type '%s' cannot be read: %s of '%s' is '%s'", arg->type, what,
			  build->use->symbol, param->c_type);
	return true;
}

/* Nothing is read; the event says so. */
static void arg_leave_out(struct use_build *build, uint32_t position)
{
	build->use->args[position].kind = TETRA_ARG_NOP;
	build->use->unsupported |= (uint8_t)(1u << position);
}

/*
 * The word in which parameter @index begins: structs by value take two, or none if they are on
 * the stack.
 */
static uint32_t param_word(const struct kernel_function *function, uint32_t index)
{
	uint32_t word = 0, i;

	for (i = 0; i < index && i < function->n_params; i++) {
		const struct kernel_param *param = &function->params[i];

		if (!param->is_struct)
			word++;
		else if (param->size <= STRUCT_MAX_BYTES)
			word += ROUND_UP(param->size, WORD_BYTES) / WORD_BYTES;
	}
	return word + (index > i ? index - i : 0);
}

/*
 * Loads through a parameter that the verifier accepts as a struct of the kind. It does not
 * accept it without a check if the kernel says, by the parameter's name, that the pointer may
 * be null.
 */
static bool is_direct(const struct kernel_param *param, uint32_t kind)
{
	static const char nullable[] = "__nullable";
	size_t len = strlen(param->name), i;

	if (len >= strlen(nullable) &&
	    str_equal(param->name + len - strlen(nullable), nullable))
		return false;
	for (i = 0; i < ARRAY_SIZE(struct_kinds); i++)
		if (struct_kinds[i].kind == kind && struct_kinds[i].direct)
			return points_to(param, kind);
	return false;
}

/* A security function's parameter is read in its LSM hook as well. */
static bool param_is_direct(struct use_build *build,
			    const struct kernel_function *function, uint32_t index,
			    uint32_t kind)
{
	struct kernel_function hook;

	if (build->use->kind == PLAN_POINT_SYSCALL ||
	    !is_direct(&function->params[index], kind))
		return false;
	return build->use->kind != PLAN_POINT_FUNCTION ||
	       !kernel_lsm_hook_of(build->kernel, function->name, &hook) ||
	       index >= hook.n_params || is_direct(&hook.params[index], kind);
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
 * There is no such parameter. The registers of a system call still exist. For a function
 * nothing is read; a filter would compare garbage.
 */
static void param_beyond(struct use_build *build, const struct use_spot *spot,
			 const struct kernel_function *function, uint32_t position)
{
	uint32_t index = build->hook->args[position].index;
	bool syscall = build->use->kind == PLAN_POINT_SYSCALL;

	if (syscall ? index < SYSCALL_PARAMS
		    : build->use->kind != PLAN_POINT_RAW_TRACEPOINT &&
			      !use_filters(build, position)) {
		use_warning(
			build, spot, "arg-beyond-parameters", NULL,
			"'%s' has %u parameters, numbered from 0, so there is no %u%s",
			build->use->symbol, function->n_params, index,
			syscall ? "" : ", and nothing is read");
		if (!syscall)
			arg_leave_out(build, position);
		return;
	}
	use_error(build, spot, -EOPNOTSUPP, "out-of-range", NULL,
		  "'%s' has %u parameters, numbered from 0, so there is no %u",
		  build->use->symbol, function->n_params, index);
}

/* sizeArgIndex counts from 1. */
static void size_plan(struct use_build *build, const char *list,
		      const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct use_spot spot = { arg->mark, list, "sizeArgIndex" };
	uint32_t index = arg->size_index - 1;
	const struct kernel_param *param;

	if (arg->kind != TETRA_ARG_CHAR_BUF || !arg->size_index)
		return;
	if (index >= params_there(build, function)) {
		use_error(
			build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
			"'%s' has %u parameters, numbered from 1 here, so there is no %u",
			build->use->symbol, function->n_params, arg->size_index);
		return;
	}
	build->use->args[position].size_param = (uint8_t)param_word(function, index);
	if (!function->has_params)
		return;
	param = &function->params[index];
	if (param->is_pointer || param->is_struct)
		use_warning(
			build, &spot, "arg-type-mismatch",
			"sizeArgIndex counts parameters from 1",
			"parameter %u of '%s' has type '%s', which cannot be a length",
			arg->size_index, build->use->symbol, param->c_type);
}

static void param_plan(struct use_build *build, const struct kernel_function *function,
		       uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct kernel_param *param;
	char list[LIST_BYTES];
	struct use_spot spot = { arg->index_mark, list, "index" };
	uint32_t word = param_word(function, arg->index);

	snprintf(list, sizeof(list), "args[%u]", position);
	slot->kind = (uint8_t)arg->kind;
	slot->param = (uint8_t)word;
	slot->user = build->use->kind == PLAN_POINT_SYSCALL;
	if (arg->kind == TETRA_ARG_NOP)
		return;
	if (arg->index >= params_there(build, function)) {
		param_beyond(build, &spot, function, position);
		return;
	}
	if (word >= MAX_WORDS) {
		use_error(build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
			  "parameter %u of '%s' is not in a register", arg->index,
			  build->use->symbol);
		return;
	}
	size_plan(build, list, function, position);
	if (!function->has_params)
		return;
	param = &function->params[arg->index];
	spot = (struct use_spot){ arg->type_mark, list, "type" };
	if (!fit_report(build, &spot, arg, param, position,
			param->is_struct && param->size > STRUCT_MAX_BYTES
				? FIT_NONE
				: param_fit(build, arg, param))) {
		arg_leave_out(build, position);
		return;
	}
	slot->typed = param_is_direct(build, function, arg->index, arg->kind);
}

void use_plan_params(struct use_build *build, const struct kernel_function *function)
{
	uint32_t i;

	for (i = 0; i < build->use->n_args; i++) {
		build->use->args[i].size_param = 0xff;
		param_plan(build, function, i);
	}
}

/* A function without a result still returns: the event comes then, without a value. */
static void return_missing(struct use_build *build, const struct use_spot *spot)
{
	if (use_filters(build, POLICY_ARG_RETURN))
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", NULL,
			  "'%s' returns nothing that a filter could look at",
			  build->use->symbol);
	else
		use_warning(build, spot, "arg-type-mismatch", NULL,
			    "'%s' returns nothing", build->use->symbol);
	build->use->return_arg.kind = 0;
}

void use_plan_return(struct use_build *build, const struct kernel_function *function)
{
	const struct policy_arg *arg = &build->hook->return_arg;
	struct tetra_slot_config *slot = &build->use->return_arg;
	struct use_spot spot = { arg->type_mark, "returnArg", "type" };

	slot->size_param = 0xff;
	if (!build->hook->wants_return) {
		spot = (struct use_spot){ build->hook->mark, NULL, "return" };
		if (build->use->needs & PLAN_NEEDS_RETURN)
			use_error(build, &spot, -EOPNOTSUPP, "missing-field",
				  "add 'return: true'",
				  "matchReturnArgs looks at a result that is not asked "
				  "for");
		return;
	}
	if (arg->kind == TETRA_ARG_NOP)
		return;
	slot->kind = (uint8_t)arg->kind;
	slot->user = build->use->kind == PLAN_POINT_SYSCALL;
	if (!function->btf_id && !function->has_params)
		return;
	if (!function->ret.size) {
		return_missing(build, &spot);
		return;
	}
	(void)fit_report(build, &spot, arg, &function->ret, POLICY_ARG_RETURN,
			 param_fit(build, arg, &function->ret));
}
