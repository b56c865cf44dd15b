/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matchActions: where an action is allowed, what it needs, and which keys belong to it.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/policy/build.h"
#include "lib/document/number.h"

/* Largest error number, as in include/linux/err.h. */
#define MAX_ERRNO 4095
/* The last real-time signal of every architecture we know. */
#define MAX_SIGNAL 64

static bool is_true(doc_value value)
{
	return value && value->number;
}

static void error_check(struct build_hook *hook, const struct doc_action *doc,
			struct policy_action *ret)
{
	struct report *report = hook->build->report;
	bool registers = hook->section->section == SECTION_UPROBE;
	char hint[128];

	if (!doc->error) {
		if (!registers && !node_get(doc->node, "argError"))
			(void)report_missing(
				report, doc->node, "argError", doc->action,
				"without it the caller thinks that the call was "
				"done; -1 is EPERM");
		return;
	}
	ret->error = (int32_t)doc->error->number;
	if (registers || (ret->error <= 0 && ret->error >= -MAX_ERRNO))
		return;
	/* For some functions a positive result has a meaning; no LSM hook may return one. */
	if (hook->section->section == SECTION_KPROBE && ret->error > 0 &&
	    ret->error <= MAX_ERRNO)
		return;
	snprintf(hint, sizeof(hint), "did you mean '-%d'?", ret->error);
	(void)report_error(report, doc->error, "out-of-range",
			   ret->error > 0 && ret->error <= MAX_ERRNO ? hint : NULL,
			   "%d is not a negative error number; most callers take it for "
			   "success",
			   ret->error);
}

static bool is_stoppable(const char *symbol)
{
	return str_has_prefix(symbol, "security_") ||
	       str_has_prefix(symbol, "__x64_sys_") ||
	       str_has_prefix(symbol, "__ia32_sys_") ||
	       str_has_prefix(symbol, "__arm64_sys_");
}

/* Where the kernel lets a program change the result of a kprobe's function. */
static bool is_overridable(struct build_hook *hook)
{
	doc_value name = hook->doc->name;
	const struct doc_list_def *list;
	uint32_t i;

	if (hook->section->section != SECTION_KPROBE || !name)
		return true;
	list = list_find(hook->build, name->text);
	if (!list)
		return hook->hook->syscall || is_stoppable(name->text);
	for (i = 0; i < list->values.n && !hook->hook->syscall; i++)
		if (list->values.items[i] && !is_stoppable(list->values.items[i]->text))
			return false;
	return true;
}

static void override_check(struct build_hook *hook, const struct doc_action *doc,
			   struct policy_action *ret)
{
	if (hook->section->section == SECTION_UPROBE)
		report_unsupported(hook->build->report, doc->action,
				   "Override at a uprobe is not yet supported");
	if (!is_overridable(hook))
		(void)report_error(hook->build->report, doc->action, "not-allowed",
				   "hook the system call or the security_ function",
				   "only system calls and security_ functions can be "
				   "overridden");
	error_check(hook, doc, ret);
	/* A result of 0 lets the call run: nothing is enforced, and what another policy denies
	 * stays denied. The program of a uprobe does return 0. */
	if (doc->error && !ret->error && hook->section->section != SECTION_UPROBE)
		ret->kind = TETRA_ACTION_POST;
}

static void signal_check(struct build_hook *hook, const struct doc_action *doc,
			 struct policy_action *ret)
{
	if (!doc->sig) {
		if (!node_get(doc->node, "argSig"))
			(void)report_missing(hook->build->report, doc->node, "argSig",
					     doc->action, "signal 0 does nothing");
		return;
	}
	if (doc->sig->number < 1 || doc->sig->number > MAX_SIGNAL)
		(void)report_error(hook->build->report, doc->sig, "out-of-range", NULL,
				   "%.80s is not a signal", doc->sig->text);
	ret->signal = (uint32_t)doc->sig->number;
}

static void enforcer_check(struct build_hook *hook, const struct doc_action *doc,
			   struct policy_action *ret)
{
	const struct doc_spec *spec = hook->build->doc->spec;

	if (!spec->enforcers.n)
		(void)report_missing(hook->build->report, spec->node, "enforcers",
				     doc->action, NULL);
}

/* @value: a position in the list of arguments. */
static bool position_check(struct build_hook *hook, doc_value value)
{
	if (value->number < MIN(hook->doc->args.n, HOOK_MAX_ARGS))
		return true;
	(void)report_error(hook->build->report, value, "bad-reference", NULL,
			   "the hook has %u arguments; positions count from 0",
			   hook->doc->args.n);
	return false;
}

/* Elsewhere it has no effect. */
static void set_check(struct build_hook *hook, const struct doc_action *doc,
		      struct policy_action *ret)
{
	if (doc->index && hook->section->section == SECTION_USDT)
		(void)position_check(hook, doc->index);
}

static void sock_check(struct build_hook *hook, const struct doc_action *doc,
		       struct policy_action *ret)
{
	struct report *report = hook->build->report;
	const struct type_row *type;

	if (!doc->sock || !position_check(hook, doc->sock))
		return;
	type = hook->args[doc->sock->number];
	if (type && !(type->classes & TETRA_CLASS_SOCK))
		(void)report_error(report, doc->sock, "type-mismatch", NULL,
				   "the argument is a %s, not a socket", type->name);
}

/* The services that the agent contacts for an event. */
static void lookup_check(struct build_hook *hook, const struct doc_action *doc,
			 doc_value target, const char *field)
{
	if (!node_get(doc->node, field))
		(void)report_missing(hook->build->report, doc->node, field, doc->action,
				     "without it there is nothing to look up");
	else if (target && !target->n)
		(void)report_error(hook->build->report, target, "bad-value", NULL,
				   "%s must not be empty", field);
}

static void url_check(struct build_hook *hook, const struct doc_action *doc,
		      struct policy_action *ret)
{
	lookup_check(hook, doc, doc->url, "argUrl");
}

static void dns_check(struct build_hook *hook, const struct doc_action *doc,
		      struct policy_action *ret)
{
	lookup_check(hook, doc, doc->fqdn, "argFqdn");
}

static void kill_check(struct build_hook *hook, const struct doc_action *doc,
		       struct policy_action *ret)
{
	ret->signal = SIGKILL;
}

static uint64_t rate_unit_ms(char suffix)
{
	switch (tolower((unsigned char)suffix)) {
	case '\0':
	case 's':
		return 1000;
	case 'm':
		return 60 * 1000;
	case 'h':
		return 3600 * 1000;
	default:
		return 0;
	}
}

static void rate_check(struct build_hook *hook, const struct doc_action *doc,
		       struct policy_action *ret)
{
	const char *text = doc->rate_limit->text;
	size_t digits = strspn(text, "0123456789");
	uint64_t n, unit = rate_unit_ms(text[digits]);
	char number[16];

	snprintf(number, sizeof(number), "%.*s", (int)MIN(digits, (size_t)15), text);
	if (!unit || (text[digits] && text[digits + 1]) || digits > 10 ||
	    number_parse_decimal(number, &n) < 0 || n > UINT32_MAX) {
		(void)report_error(hook->build->report, doc->rate_limit, "bad-value",
				   "write seconds, minutes or hours: '5', '5m', '1h'",
				   Q " is not a time", text);
		return;
	}
	ret->rate_ms = (uint32_t)MIN(n * unit, (uint64_t)UINT32_MAX);
}

static void post_check(struct build_hook *hook, const struct doc_action *doc,
		       struct policy_action *ret)
{
	struct report *report = hook->build->report;

	if (doc->rate_limit)
		rate_check(hook, doc, ret);
	if (doc->rate_scope)
		ret->rate_scope = word_number(&rate_scopes, doc->rate_scope->word);
	if (hook->section->section != SECTION_LSM && is_true(doc->kernel_stack))
		report_unsupported_key(report, doc->kernel_stack,
				       "'kernelStackTrace' is not yet supported");
	if (hook->section->section != SECTION_LSM && is_true(doc->user_stack))
		report_unsupported_key(report, doc->user_stack,
				       "'userStackTrace' is not yet supported");
	if (hook->section->section == SECTION_LSM && is_true(doc->ima))
		report_unsupported_key(report, doc->ima,
				       "'imaHash' is not yet supported");
}

static void stack_check(struct build_hook *hook, uint32_t kind, doc_value wanted)
{
	if (!is_true(wanted))
		return;
	if (hook->section->section == SECTION_LSM)
		(void)report_error_key(hook->build->report, wanted, "not-allowed", NULL,
				       "LSM hooks have no stack traces");
	else if (kind != TETRA_ACTION_POST)
		(void)report_error_key(hook->build->report, wanted, "not-allowed", NULL,
				       "stack traces belong to the action Post");
}

/* A jump is specified by one of three keys. */
static void jump_check(struct build_hook *hook, const struct doc_action *doc)
{
	const struct node *child;
	bool first = true;

	node_for_each(child, doc->node)
	{
		if (child != doc->new_symbol && child != doc->new_addr &&
		    child != doc->new_offset)
			continue;
		if (!first)
			(void)report_error_key(hook->build->report, child, "conflict",
					       NULL,
					       "only one of argNewSymbol, argNewAddr and "
					       "argNewOffset can say where to go");
		first = false;
	}
}

/* They change a program's registers, which kernel functions do not have. */
static void registers_check(struct build_hook *hook, const struct doc_action *doc)
{
	const struct node *const fields[] = { doc->new_symbol, doc->new_addr,
					      doc->new_offset, doc->regs.node };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i] && hook->section->section != SECTION_UPROBE)
			report_unsupported_key(hook->build->report, fields[i],
					       "'%s' is not yet supported",
					       fields[i]->key->text);
}

static void fields_check(struct build_hook *hook, const struct doc_action *doc,
			 uint32_t kind)
{
	uint32_t i;

	if (doc->rate_limit && kind != TETRA_ACTION_POST)
		(void)report_error_key(hook->build->report, doc->rate_limit,
				       "not-allowed", NULL,
				       "rateLimit belongs to the action Post");
	stack_check(hook, kind, doc->kernel_stack);
	stack_check(hook, kind, doc->user_stack);
	jump_check(hook, doc);
	registers_check(hook, doc);
	for (i = 0; i < doc->regs.n; i++)
		if (doc->regs.items[i])
			register_set_check(hook, doc->regs.items[i]);
}

/* What each action reads, and what it needs. */
static void (*const checks[TETRA_ACTION_END])(struct build_hook *hook,
					      const struct doc_action *doc,
					      struct policy_action *ret) = {
	[TETRA_ACTION_POST] = post_check,
	[TETRA_ACTION_SIGKILL] = kill_check,
	[TETRA_ACTION_SIGNAL] = signal_check,
	[TETRA_ACTION_OVERRIDE] = override_check,
	[TETRA_ACTION_GET_URL] = url_check,
	[TETRA_ACTION_DNS_LOOKUP] = dns_check,
	[TETRA_ACTION_SET] = set_check,
	[TETRA_ACTION_TRACK_SOCK] = sock_check,
	[TETRA_ACTION_UNTRACK_SOCK] = sock_check,
	[TETRA_ACTION_NOTIFY_ENFORCER] = enforcer_check,
};

static void action_build(struct build_hook *hook, const struct doc_action *doc,
			 struct policy_action *ret)
{
	uint32_t kind = doc_action_kind(doc->action);
	const struct action_row *row = action_row(kind);

	ret->mark = doc->node->mark;
	if (!kind)
		return;
	ret->kind = kind;
	if (!(row->sections & hook->section->section))
		(void)report_error(hook->build->report, doc->action, "not-allowed", NULL,
				   "action '%s' cannot be used in %s", row->name,
				   hook->section->name);
	else if (!row->supported)
		report_unsupported(hook->build->report, doc->action,
				   "action '%s' is not yet supported", row->name);
	fields_check(hook, doc, kind);
	if (checks[kind])
		checks[kind](hook, doc, ret);
	if (action_enforces(ret->kind) && row->supported)
		hook->build->policy->enforces = 1;
}

static int default_action(struct build *build, const struct doc_selector *doc,
			  struct policy_selector *selector)
{
	selector->actions = arena_alloc(build->arena, sizeof(*selector->actions));
	if (!selector->actions)
		return -ENOMEM;
	selector->n_actions = 1;
	selector->actions[0].mark = doc->node->mark;
	selector->actions[0].kind = TETRA_ACTION_POST;
	return 0;
}

int actions_build(struct build_hook *hook, const struct doc_selector *doc,
		  struct policy_selector *selector)
{
	uint8_t enforces = hook->build->policy->enforces;
	struct policy_action unused;
	uint32_t i;

	hook->build->report->quiet++;
	for (i = 0; i < doc->return_actions.n; i++)
		if (doc->return_actions.items[i].node)
			action_build(hook, &doc->return_actions.items[i], &unused);
	hook->build->report->quiet--;
	hook->build->policy->enforces = enforces;
	if (!doc->actions.n)
		return default_action(hook->build, doc, selector);
	selector->actions = arena_array(hook->build->arena, doc->actions.n,
					sizeof(*selector->actions));
	if (!selector->actions)
		return -ENOMEM;
	for (i = 0; i < doc->actions.n; i++)
		if (doc->actions.items[i].node)
			action_build(hook, &doc->actions.items[i],
				     &selector->actions[selector->n_actions++]);
	return 0;
}
