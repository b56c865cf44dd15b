/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about a policy as a whole and about its hooks.
 */
#include <stdio.h>

#include "lib/linux/names.h"
#include "lib/linux/acts.h"
#include "lib/lint/rules.h"
#include "lib/policy/text.h"

/* Values that are compared in pairs; longer lists are made by programs. */
#define MAX_PAIRS 1000u

static bool names_list(const struct node *value, const struct node *name)
{
	return value && str_has_prefix(value->text, "list:") &&
	       str_equal(value->text + strlen("list:"), name->text);
}

static bool selectors_use_list(const struct doc_hook *hook, const struct node *name)
{
	uint32_t i, k, v;

	for (i = 0; i < hook->selectors.n; i++) {
		const struct doc_selector *selector = &hook->selectors.items[i];

		for (k = 0; k < selector->args.n; k++)
			for (v = 0; v < selector->args.items[k].values.n; v++)
				if (names_list(selector->args.items[k].values.items[v],
					       name))
					return true;
	}
	return false;
}

static bool list_is_used(const struct doc_spec *spec, const struct node *name)
{
	uint32_t i, k;

	for (i = 0; i < spec->enforcers.n; i++)
		for (k = 0; k < spec->enforcers.items[i].calls.n; k++)
			if (names_list(spec->enforcers.items[i].calls.items[k], name))
				return true;
	for (i = 0; i < N_SECTIONS; i++)
		for (k = 0; k < spec->hooks[i].n; k++)
			if (names_list(spec->hooks[i].items[k].name, name) ||
			    selectors_use_list(&spec->hooks[i].items[k], name))
				return true;
	return false;
}

static bool macro_is_used(const struct doc_spec *spec, const char *name)
{
	uint32_t i, k, s, m;

	for (i = 0; i < N_SECTIONS; i++)
		for (k = 0; k < spec->hooks[i].n; k++)
			for (s = 0; s < spec->hooks[i].items[k].selectors.n; s++) {
				const struct doc_values *macros =
					&spec->hooks[i]
						 .items[k]
						 .selectors.items[s]
						 .macros;

				for (m = 0; m < macros->n; m++)
					if (macros->items[m] &&
					    str_equal(macros->items[m]->text, name))
						return true;
			}
	return false;
}

static void unused(const struct lint *lint)
{
	const struct doc_spec *spec = lint->spec;
	uint32_t i;

	for (i = 0; i < spec->lists.n; i++) {
		doc_value name = spec->lists.items[i].name;

		if (name && !list_is_used(spec, name))
			report_warning(lint->report, name, "unused", NULL,
				       "nothing in this policy uses the list " Q,
				       name->text);
	}
	for (i = 0; i < spec->macros.n; i++) {
		const struct node *node = spec->macros.items[i].node;

		if (node && !macro_is_used(spec, node->key->text))
			report_warning_key(lint->report, node, "unused", NULL,
					   "no selector uses the macro " Q,
					   node->key->text);
	}
}

static bool notifies(const struct doc_selector *selector)
{
	uint32_t i;

	for (i = 0; i < selector->actions.n; i++)
		if (doc_action_kind(selector->actions.items[i].action) ==
		    TETRA_ACTION_NOTIFY_ENFORCER)
			return true;
	return false;
}

static bool policy_notifies(const struct doc_spec *spec)
{
	uint32_t i, k, s;

	for (i = 0; i < spec->macros.n; i++)
		if (notifies(&spec->macros.items[i]))
			return true;
	for (i = 0; i < N_SECTIONS; i++)
		for (k = 0; k < spec->hooks[i].n; k++)
			for (s = 0; s < spec->hooks[i].items[k].selectors.n; s++)
				if (notifies(&spec->hooks[i].items[k].selectors.items[s]))
					return true;
	return false;
}

static void unused_enforcer(const struct lint *lint)
{
	const struct doc_spec *spec = lint->spec;

	if (spec->enforcers.n && spec->enforcers.items[0].node && !policy_notifies(spec))
		report_warning(lint->report, spec->enforcers.items[0].node, "unused",
			       "add the action NotifyEnforcer to a selector",
			       "no selector notifies the enforcer");
}

static void unused_pattern(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->spec->lists.n; i++) {
		const struct doc_list_def *list = &lint->spec->lists.items[i];

		if (list->pattern && !(doc_list_traits(list) & LIST_OF_PATTERN))
			report_warning_key(lint->report, list->pattern, "ignored-field",
					   "write type: generated_ftrace",
					   "only lists of type generated_ftrace have a "
					   "pattern");
	}
}

static bool policy_enforces(const struct lint *lint)
{
	const struct doc_spec *spec = lint->spec;
	uint32_t i, k, s;

	for (i = 0; i < N_SECTIONS; i++)
		for (k = 0; k < spec->hooks[i].n; k++)
			for (s = 0; s < spec->hooks[i].items[k].selectors.n; s++)
				if (lint_enforces(
					    lint,
					    &spec->hooks[i].items[k].selectors.items[s]))
					return true;
	return false;
}

static void unused_option(const struct lint *lint)
{
	const struct doc_spec *spec = lint->spec;
	uint32_t i;

	for (i = 0; i < spec->options.n; i++)
		if (spec->options.items[i].name &&
		    option_find(spec->options.items[i].name->text) ==
			    POLICY_OPTION_ENFORCEMENT &&
		    !policy_enforces(lint))
			report_warning(lint->report, spec->options.items[i].name,
				       "unused", NULL, "nothing in this policy enforces");
}

/* Types that are read through a pointer of the kernel's own. */
static void syscall_types(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	const struct type_row *type;
	uint32_t i;

	if (!lint_is_syscall(lint) || lint_types_are_known(lint))
		return;
	for (i = 0; i < hook->args.n; i++) {
		type = hook->args.items[i].type ? hook->args.items[i].type->word : NULL;
		if (type && *kind_row(type->kind)->of)
			report_warning(lint->report, hook->args.items[i].type,
				       "arg-type-mismatch",
				       "a path is a string, an open file an fd",
				       "a system call has no parameter of type '%s'",
				       type->name);
	}
}

static void truncated(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i;

	if (hook->message && hook->message->n > MESSAGE_MAX_BYTES)
		report_warning(lint->report, hook->message, "truncated", NULL,
			       "of the %u bytes of the message, %u are kept",
			       hook->message->n, MESSAGE_MAX_BYTES);
	for (i = 0; i < hook->tags.n; i++)
		if (hook->tags.items[i] && hook->tags.items[i]->n > TAG_MAX_BYTES)
			report_warning(lint->report, hook->tags.items[i], "truncated",
				       NULL, "of the %u bytes of the tag, %u are kept",
				       hook->tags.items[i]->n, TAG_MAX_BYTES);
}

static const char *without_prefix(const struct node *name)
{
	static const char *const prefixes[] = { "x64/", "__x64_" };
	const char *ret = name->text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(ret, prefixes[i]))
			ret += strlen(prefixes[i]);
	return ret;
}

/* "sys_mount" is "__x64_sys_mount", but not the entry of 32-bit programs. */
static bool is_same_name(const struct node *a, const struct node *b)
{
	const char *x = without_prefix(a), *y = without_prefix(b);

	return str_equal(x, y) && a->n - (x - a->text) == b->n - (y - b->text);
}

static void listed_twice(const struct lint *lint, const struct doc_values *values,
			 const char *what)
{
	uint32_t i, k;

	for (i = 1; i < values->n && values->n <= MAX_PAIRS; i++)
		for (k = 0; values->items[i] && k < i; k++) {
			if (!values->items[k] ||
			    !is_same_name(values->items[k], values->items[i]))
				continue;
			report_warning(lint->report, values->items[i], "duplicate-value",
				       NULL, "the %s " Q " is listed twice", what,
				       values->items[i]->text);
			break;
		}
}

static void duplicate_tag(const struct lint *lint)
{
	listed_twice(lint, &lint->hook->tags, "tag");
}

static void duplicate_call(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->spec->lists.n; i++)
		listed_twice(lint, &lint->spec->lists.items[i].values, "name");
	for (i = 0; i < lint->spec->enforcers.n; i++)
		listed_twice(lint, &lint->spec->enforcers.items[i].calls, "name");
}

/* Selectors that only hold events back, and none that sends one. */
static void never_posts(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i, k;

	for (i = 0; i < hook->selectors.n; i++) {
		const struct doc_selector *selector = &hook->selectors.items[i];

		if (selector->macros.n || selector->return_actions.n ||
		    !selector->actions.n)
			return;
		for (k = 0; k < selector->actions.n; k++)
			if (doc_action_kind(selector->actions.items[k].action) !=
			    TETRA_ACTION_NOPOST)
				return;
	}
	if (hook->selectors.n &&
	    (!hook->return_action ||
	     doc_action_kind(hook->return_action) == TETRA_ACTION_POST))
		report_warning(lint->report, hook->node, "never-posts",
			       "add a selector for the events that are wanted",
			       "all selectors of this hook end in NoPost: it does "
			       "nothing");
}

static void ignored_argument(const struct lint *lint, const struct doc_arg *arg)
{
	const struct type_row *type = arg->type ? arg->type->word : NULL;
	uint32_t kind = type ? type->kind : 0; /* and of auto */
	bool buffer = kind == TETRA_ARG_CHAR_BUF;
	bool sized = buffer || kind == TETRA_ARG_CHAR_IOVEC;

	if (sized && (!arg->size_index || !arg->size_index->number) &&
	    (!arg->return_copy || !arg->return_copy->number))
		report_warning(
			lint->report, arg->type, "truncated",
			buffer ? "name the parameter that has the length, from 1 on"
			       : "name the parameter that has the number of parts, "
				 "from 1 on",
			"without sizeArgIndex nothing of the buffer is read");
	if (arg->label && arg->label->n && lint->section->section == SECTION_TRACEPOINT)
		report_warning_key(lint->report, arg->label, "ignored-field", NULL,
				   "arguments of tracepoints carry no label in events");
	if (arg->max_data && arg->max_data->number && type && !buffer)
		report_warning_key(lint->report, arg->max_data, "ignored-field", NULL,
				   "maxData is for char_buf; a %s has one size",
				   type->name);
	if (arg->size_index && arg->size_index->number && kind && !sized)
		report_warning_key(lint->report, arg->size_index, "ignored-field", NULL,
				   "sizeArgIndex is for buffers, not for a %s",
				   type->name);
}

static void duplicate_argument(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i, k;

	for (i = 1; i < hook->args.n; i++)
		for (k = 0; hook->args.items[i].node && k < i; k++)
			if (hook->args.items[k].node &&
			    node_equal(hook->args.items[k].node,
				       hook->args.items[i].node)) {
				report_warning(lint->report, hook->args.items[i].node,
					       "duplicate-value", "remove it",
					       "the same argument is listed in line %u",
					       hook->args.items[k].node->mark.line);
				break;
			}
}

/* Programs look for arguments by their label. */
static void duplicate_label(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i, k;

	for (i = 1; i < hook->args.n; i++)
		for (k = 0; hook->args.items[i].label && k < i; k++) {
			doc_value label = hook->args.items[i].label,
				  other = hook->args.items[k].label;

			if (!other || !label->n || !node_equal(other, label) ||
			    node_equal(hook->args.items[k].node,
				       hook->args.items[i].node))
				continue;
			report_warning(lint->report, label, "duplicate-value",
				       "give each argument a label of its own",
				       "two arguments are labelled " Q, label->text);
			break;
		}
}

static void ignored_in_hook(const struct lint *lint)
{
	const struct doc_hook *hook = lint->hook;
	uint32_t i;

	for (i = 0; i < hook->args.n; i++)
		if (hook->args.items[i].node)
			ignored_argument(lint, &hook->args.items[i]);
	if (hook->return_arg && hook->return_arg->label && hook->return_arg->label->n)
		report_warning_key(lint->report, hook->return_arg->label, "ignored-field",
				   NULL, "the returned value carries no label in events");
	if (hook->return_arg && hook->return_arg->index &&
	    hook->return_arg->index->number)
		report_warning_key(lint->report, hook->return_arg->index, "ignored-field",
				   "write 0", "a function returns one value");
	if (hook->return_arg && hook->return_arg->node &&
	    (!hook->returns || !hook->returns->number))
		report_warning_key(lint->report, hook->return_arg->node, "ignored-field",
				   "write return: true",
				   "without 'return', returnArg is not "
				   "read");
}

/* The language has a default, "auto"; if that is an error, it was reported. */
static void untyped(const struct lint *lint, const struct doc_arg *arg, bool data)
{
	bool fields = lint->section->section == SECTION_TRACEPOINT &&
		      (!lint->hook->raw || !lint->hook->raw->number);
	bool resolved = arg->resolve && arg->resolve->n;

	if (!arg->node || node_get(arg->node, "type"))
		return;
	if (fields)
		report_warning_missing(lint->report, arg->node, "type",
				       "write type: auto if that is meant",
				       "the event's format on this kernel decides how "
				       "the field is read and compared");
	else if (data || (resolved && !(lint->section->traits & SECTION_CALLS)))
		report_warning_missing(lint->report, arg->node, "type",
				       "write the type of what 'resolve' leads to",
				       "filters compare by the type that is written");
}

static void missing_types(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->hook->args.n; i++)
		untyped(lint, &lint->hook->args.items[i], false);
	for (i = 0; i < lint->hook->data.n; i++)
		untyped(lint, &lint->hook->data.items[i], true);
}

/* The keys that say which function is hooked. */
static bool is_name_key(const struct node *value)
{
	return str_equal(value->key->text, "call") ||
	       str_equal(value->key->text, "syscall");
}

static bool rest_is_in(const struct node *a, const struct node *b)
{
	const struct node *value, *other;

	node_for_each(value, a)
	{
		other = node_get(b, value->key->text);
		if (!is_name_key(value) && (!other || !node_equal(value, other)))
			return false;
	}
	return true;
}

/* The same hook, also if the same system call has another of its names. */
static bool is_same_hook(const struct doc_hook *a, const struct doc_hook *b)
{
	bool calls = node_get(a->node, "call") && node_get(b->node, "call") && a->name &&
		     b->name;

	if (node_equal(a->node, b->node))
		return true;
	return calls && strstr(a->name->text, "sys_") &&
	       !str_has_prefix(a->name->text, "__ia32_") ==
		       !str_has_prefix(b->name->text, "__ia32_") &&
	       str_equal(lint_call_of(a->name->text), lint_call_of(b->name->text)) &&
	       rest_is_in(a->node, b->node) && rest_is_in(b->node, a->node);
}

/* Compared as a whole: if two differ, both may be wanted. */
static void duplicate_hook(const struct lint *lint)
{
	uint32_t i, k, m;

	for (i = 0; i < N_SECTIONS; i++) {
		const struct doc_hooks *hooks = &lint->spec->hooks[i];

		for (k = 1; k < hooks->n && hooks->n <= MAX_PAIRS; k++)
			for (m = 0; m < k; m++) {
				if (!hooks->items[m].node || !hooks->items[k].name ||
				    !hooks->items[k].node ||
				    !is_same_hook(&hooks->items[m], &hooks->items[k]))
					continue;
				report_warning(lint->report, hooks->items[k].name,
					       "duplicate-value", "remove it",
					       "the same hook is listed in line %u",
					       hooks->items[m].node->mark.line);
				break;
			}
	}
}

/* For generated lists the pattern decides. */
static void empty_list(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->spec->lists.n; i++) {
		const struct doc_list_def *list = &lint->spec->lists.items[i];

		if (!list->node || list->values.n ||
		    (list->type && str_has_prefix(list->type->text, "generated_")))
			continue;
		if (!list->values.node && !node_get(list->node, "values"))
			report_warning_missing(lint->report, list->node, "values", NULL,
					       "there is nothing in the list");
		else if (list->values.node)
			report_warning_key(lint->report, list->values.node,
					   "never-matches", NULL,
					   "there is nothing in the list");
	}
}

const struct lint_rule lint_policy_rules[] = {
	{ "duplicate-value", duplicate_call },
	{ "duplicate-value", duplicate_hook },
	{ "missing-field", empty_list },
	{ "unknown-symbol", lint_list_calls },
	{ "unused", unused },
	{ "unused", unused_enforcer },
	{ "unused", unused_option },
	{ "ignored-field", unused_pattern },
	{},
};

const struct lint_rule lint_hook_rules[] = {
	{ "hot-hook", lint_hot_hook },
	{ "arg-type-mismatch", syscall_types },
	{ "arg-type-mismatch", lint_argument_types },
	{ "arg-type-mismatch", lint_common_fields },
	{ "missing-field", missing_types },
	{ "syscall-default", lint_call_names },
	{ "unknown-symbol", lint_known_calls },
	{ "duplicate-value", duplicate_tag },
	{ "duplicate-value", duplicate_argument },
	{ "duplicate-value", duplicate_label },
	{ "never-posts", never_posts },
	{ "never-posts", lint_never_returns },
	{ "never-matches", lint_filled_later },
	{ "truncated", truncated },
	{ "ignored-field", ignored_in_hook },
	{ "shadowed-selector", lint_shadowed_selector },
	{},
};
