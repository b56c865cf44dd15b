/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about arguments of calls and functions whose parameters are known without a kernel:
 * types that do not fit, parameters that do not exist, results that never come.
 */
#include <stdio.h>

#include "lib/base/kinds.h"
#include "lib/linux/acts.h"
#include "lib/lint/rules.h"
#include "lib/linux/signatures.h"
#include "lib/meaning/set.h"

/* Fields of a system call's tracepoint before its arguments. */
#define EVENT_FIELDS 5u

/* syscalls/sys_exit_NAME has the result as its only field of its own. */
static const char call_end[] = { SIGNATURE_NONE, SIGNATURE_LONG, '\0' };

static bool is_call_end(const struct lint *lint)
{
	return lint->hook->subsystem &&
	       str_equal(lint->hook->subsystem->text, "syscalls") &&
	       str_has_prefix(lint->hook->name->text, "sys_exit_");
}

/* Parameters of the hook, with the result first; NULL if they are not known. */
static const char *signature_of(const struct lint *lint)
{
	const char *call = lint_call(lint);

	if (lint->section->traits & SECTION_IN_USER)
		return NULL;
	if (lint->section->section == SECTION_LSM)
		return signature_of_lsm(lint->hook->name->text);
	if (lint_is_syscall(lint))
		return str_has_prefix(call, "sys_")
			       ? signature_of_call(call + strlen("sys_"))
			       : NULL;
	if (lint->section->section == SECTION_TRACEPOINT)
		return is_call_end(lint) ? call_end : NULL;
	return signature_of_function(call);
}

/* What to declare for such a parameter; NULL if it depends. */
static const char *type_for(char letter)
{
	static const struct {
		char letter;
		const char *type;
	} rows[] = {
		{ SIGNATURE_INT, "int" },
		{ SIGNATURE_LONG, "uint64" },
		{ SIGNATURE_FD, "fd, or int for its number" },
		{ SIGNATURE_STRING, "string" },
		{ SIGNATURE_FILE, "file" },
		{ SIGNATURE_PATH, "path" },
		{ SIGNATURE_DENTRY, "dentry" },
		{ SIGNATURE_BINPRM, "linux_binprm" },
		{ SIGNATURE_SOCK, "sock" },
		{ SIGNATURE_SOCKET, "socket" },
		{ SIGNATURE_SOCKADDR, "sockaddr" },
		{ SIGNATURE_CRED, "cred" },
		{ SIGNATURE_SKB, "skb" },
		{ SIGNATURE_FILENAME, "filename" },
		{ SIGNATURE_POINTER, "uint64 for the address alone" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter == letter)
			return rows[i].type;
	return NULL;
}

/* In a message: "a number". */
static const char *parameter_name(char letter)
{
	switch (letter) {
	case SIGNATURE_INT:
	case SIGNATURE_LONG:
		return "a number";
	case SIGNATURE_FD:
		return "a descriptor";
	case SIGNATURE_STRING:
		return "a text";
	case SIGNATURE_VOID:
	case SIGNATURE_POINTER:
		return "a pointer";
	default:
		return type_for(letter);
	}
}

/* Structs of one number pass as it. */
static bool fits(const struct type_row *type, char letter)
{
	const char *letters = kind_row(type->kind)->parameters;

	return letter == SIGNATURE_STRUCT || !letters[0] || strchr(letters, letter);
}

int64_t lint_parameter(const struct lint *lint, const struct doc_arg *arg)
{
	bool event = lint->section->section == SECTION_TRACEPOINT;

	return arg->index->number - (event ? EVENT_FIELDS : 0);
}

static void type_check(const struct lint *lint, const struct doc_arg *arg, char letter)
{
	const struct type_row *type = arg->type ? arg->type->word : NULL;
	const char *wanted = type_for(letter);
	char hint[80];

	if (!type || (arg->resolve && arg->resolve->n) || fits(type, letter))
		return;
	snprintf(hint, sizeof(hint), "write %s", wanted ? wanted : "uint64");
	report_warning(lint->report, arg->type, "arg-type-mismatch", hint,
		       "parameter %d of " Q " is %s, which is not read as '%s'",
		       (int)arg->index->number, lint_call(lint), parameter_name(letter),
		       type->name);
}

/* Parameters of system calls have 32 bits or more, but modes: of others, half would be read. */
static void width_check(const struct lint *lint, const struct doc_arg *arg, char letter)
{
	const struct type_row *type = arg->type ? arg->type->word : NULL;

	if (!type || !type->bits || type->bits >= 32 || !lint_is_syscall(lint) ||
	    !strchr("ilf", letter) ||
	    signature_is_mode(lint_call(lint), lint_parameter(lint, arg)))
		return;
	report_warning(lint->report, arg->type, "arg-type-mismatch",
		       letter == SIGNATURE_LONG ? "write uint64" : "write int",
		       "of parameter %d of " Q ", only the lowest %u of %u bits are read",
		       (int)lint_parameter(lint, arg), lint_call(lint), type->bits,
		       letter == SIGNATURE_LONG ? 64u : 32u);
}

/* The length of a buffer is a number; people count from 0, as for every other index. */
static void length_check(const struct lint *lint, const struct doc_arg *arg,
			 const char *types)
{
	int64_t at = arg->size_index ? arg->size_index->number : 0;
	int64_t n = (int64_t)strlen(types) - 1;
	char hint[80] = "";

	if (!at)
		return;
	if (at > n) {
		report_warning(lint->report, arg->size_index, "arg-beyond-parameters",
			       "sizeArgIndex counts from 1", Q " has %d parameter%s",
			       lint_call(lint), (int)n, n == 1 ? "" : "s");
		return;
	}
	if (strchr("ilfpv?", types[at]) && !(arg->index && at == arg->index->number + 1))
		return;
	if (at < n && strchr("il", types[at + 1]))
		snprintf(hint, sizeof(hint), "sizeArgIndex counts from 1: write %d",
			 (int)at + 1);
	report_warning(lint->report, arg->size_index, "arg-type-mismatch",
		       hint[0] ? hint : "sizeArgIndex counts from 1",
		       "parameter %d of " Q ", counted from 1, is %s and not a length",
		       (int)at, lint_call(lint), parameter_name(types[at]));
}

static void argument_check(const struct lint *lint, const struct doc_arg *arg,
			   const char *types)
{
	bool event = lint->section->section == SECTION_TRACEPOINT;
	int64_t at, n = (int64_t)strlen(types) - 1;

	if (!arg->node || !arg->index)
		return;
	at = lint_parameter(lint, arg);
	if (at < 0)
		return;
	if (at < n) {
		type_check(lint, arg, types[at + 1]);
		width_check(lint, arg, types[at + 1]);
	} else if (event)
		report_warning(lint->report, arg->index, "arg-beyond-parameters",
			       "its own fields are numbered from 5 on",
			       Q " has %d of its own", lint->hook->name->text, (int)n);
	else if (n)
		report_warning(lint->report, arg->index, "arg-beyond-parameters", NULL,
			       Q
			       " has %d parameter%s, numbered from 0, so there is no %d",
			       lint_call(lint), (int)n, n == 1 ? "" : "s", (int)at);
	else
		report_warning(lint->report, arg->index, "arg-beyond-parameters", NULL,
			       Q " has no parameters", lint_call(lint));
	if (!event)
		length_check(lint, arg, types);
}

/* Fields of all events: type, flags, count of preemption, pid. */
#define COMMON_FIELDS 4u
#define COMMON_PID    3u

/* People count an event's own fields from 0, or a call's arguments. */
static void common_field_check(const struct lint *lint, const struct doc_arg *arg)
{
	const struct type_row *type = arg->type ? arg->type->word : NULL;
	bool call = lint_is_syscall(lint);
	char hint[80];

	if (!arg->node || !arg->index || !type || arg->index->number < 0 ||
	    arg->index->number >= (call ? EVENT_FIELDS : COMMON_FIELDS) ||
	    (arg->index->number >= COMMON_PID &&
	     type->classes & (TETRA_CLASS_INT | TETRA_CLASS_AUTO)) ||
	    (arg->index->number >= COMMON_FIELDS && type->kind == TETRA_ARG_SYSCALL64))
		return;
	snprintf(hint, sizeof(hint), "its own fields are numbered from %u on",
		 call ? EVENT_FIELDS : COMMON_FIELDS);
	report_warning(lint->report, arg->index, "arg-type-mismatch", hint,
		       arg->index->number < COMMON_FIELDS
			       ? "field %d is one that all events have"
			       : "field %d is the number of the call",
		       (int)arg->index->number);
}

void lint_common_fields(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;

	if (lint->section->section != SECTION_TRACEPOINT || !hook->name ||
	    (hook->raw && hook->raw->number))
		return;
	for (uint32_t i = 0; i < hook->args.n; i++)
		common_field_check(lint, &hook->args.items[i]);
}

static void result_check(const struct lint *lint, char letter)
{
	const struct doc_hook *hook = lint->hook;
	const struct doc_arg *arg = hook->return_arg;
	const struct type_row *type = arg && arg->type ? arg->type->word : NULL;

	if (!type || !hook->returns || !hook->returns->number)
		return;
	if (letter == SIGNATURE_NONE)
		report_warning(lint->report, arg->type, "arg-type-mismatch",
			       "leave 'return' and returnArg out",
			       Q " returns nothing; the value is what happened to be in "
				 "the register",
			       lint_call(lint));
	else if (!fits(type, letter))
		report_warning(lint->report, arg->type, "arg-type-mismatch", "write int",
			       Q " returns %s, which is not read as '%s'",
			       lint_call(lint), parameter_name(letter), type->name);
}

void lint_argument_types(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	const char *types = hook->name ? signature_of(lint) : NULL;
	uint32_t i;

	if (!types)
		return;
	for (i = 0; i < hook->args.n; i++)
		argument_check(lint, &hook->args.items[i], types);
	result_check(lint, types[0]);
}

/* An error is a negative number, and without its sign larger than any result. */
void lint_unsigned_result(const struct lint *lint)
{
	const struct type_row *type = lint_return_type(lint);

	if (!type || !type->bits || type->is_signed || !lint_is_syscall(lint))
		return;
	for (uint32_t i = 0; i < lint->sets->n; i++) {
		const struct lint_set *set = &lint->sets->items[i];

		if (set->subject.list == LINT_RETURN && set->kind == LINT_SET_GREATER &&
		    !set->negated && set->op)
			report_warning(lint->report, set->op, "arg-type-mismatch",
				       type->bits == 64 ? "declare returnArg as int64"
							: "declare returnArg as int",
				       "errors are negative: read as %s, they are larger "
				       "than every result and pass",
				       type->name);
	}
}

/* The argument is text or an address that the call fills, and it is read at its entry. */
static bool is_filled_later(const struct lint *lint, const struct doc_arg *arg)
{
	const struct type_row *type = arg->type ? arg->type->word : NULL;
	const char *call = lint_call(lint);

	return arg->node && arg->index && type && !type->bits &&
	       !(arg->return_copy && arg->return_copy->number) &&
	       str_has_prefix(call, "sys_") && lint_is_syscall(lint) &&
	       signature_is_filled(call + strlen("sys_"), lint_parameter(lint, arg));
}

/* A filter of some selector looks at the argument; each is reported. */
static bool filters_filled(const struct lint *lint, uint32_t position)
{
	bool found = false;

	for (uint32_t i = 0; i < lint->hook->selectors.n; i++) {
		const struct lint_sets *sets = &lint->all_sets[i];

		for (uint32_t k = 0; k < sets->n; k++) {
			const struct lint_set *set = &sets->items[k];

			if (set->subject.list != LINT_ARGS ||
			    set->subject.position != position || !set->op)
				continue;
			found = true;
			report_warning(
				lint->report, set->op, "never-matches",
				"compare what the call is given, or hook what runs after",
				Q " fills this: before it, there is what happened to be "
				  "in memory",
				lint_call(lint));
		}
	}
	return found;
}

void lint_filled_later(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;

	for (uint32_t i = 0; i < hook->args.n; i++)
		if (is_filled_later(lint, &hook->args.items[i]) &&
		    !filters_filled(lint, i))
			report_warning(lint->report, hook->args.items[i].type,
				       "ignored-field",
				       "add returnCopy: true, or leave the argument out",
				       Q " fills parameter %d: before it, there is what "
					 "happened to be in memory",
				       lint_call(lint),
				       (int)lint_parameter(lint, &hook->args.items[i]));
}

/* Calls and functions that do not come back. */
void lint_never_returns(const struct lint *lint)
{
	static const char *const names[] = {
		"sys_exit",
		"sys_exit_group",
		"sys_rt_sigreturn",
		"do_exit",
		"do_group_exit",
		"make_task_dead",
		"panic",
		NULL,
	};
	const struct doc_hook *hook = lint->hook;

	if (hook->returns && hook->returns->number &&
	    !(lint->section->traits & SECTION_IN_USER) &&
	    lint_is_listed(names, lint_call(lint)))
		report_warning(lint->report, hook->returns, "never-posts",
			       "leave 'return' and returnArg out",
			       Q " does not return, so there is no result to report",
			       lint_call(lint));
}

bool lint_types_are_known(const struct lint *lint)
{
	return lint->hook->name && signature_of(lint);
}

char lint_result_type(const struct lint *lint)
{
	const char *types = lint->hook->name ? signature_of(lint) : NULL;

	return types ? types[0] : '\0';
}
