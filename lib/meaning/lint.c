/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/meaning/lint.h"

#include <stdio.h>

#include "lib/linux/hook-names.h"
#include "lib/linux/acts.h"

/* Numbers of parameters that are not declared; positions are small. */
#define UNDECLARED 1000u

uint32_t lint_filter_position(const struct lint *lint, const struct doc_filter *filter)
{
	const struct doc_hook *hook = lint->hook;
	int64_t index = filter->index ? filter->index->number : 0;
	uint32_t i;

	if (filter->args.n)
		return filter->args.items[0] ? (uint32_t)filter->args.items[0]->number
					     : UNDECLARED;
	for (i = 0; i < hook->args.n; i++)
		if (hook->args.items[i].index &&
		    hook->args.items[i].index->number == index)
			return i;
	/* A tracepoint's fields count from 4 or so: a small number is a position. */
	if (lint->section->section == SECTION_TRACEPOINT && index < hook->args.n)
		return (uint32_t)index;
	return UNDECLARED + (uint32_t)index;
}

const struct type_row *lint_filter_type(const struct lint *lint,
					const struct doc_filter *filter)
{
	uint32_t position = lint_filter_position(lint, filter);
	const struct doc_arg *arg;

	if (position >= lint->hook->args.n)
		return NULL;
	arg = &lint->hook->args.items[position];
	return arg->type ? arg->type->word : NULL;
}

uint32_t lint_data_position(const struct doc_filter *filter)
{
	if (filter->args.n)
		return filter->args.items[0] ? (uint32_t)filter->args.items[0]->number
					     : UNDECLARED;
	return filter->index ? (uint32_t)filter->index->number : 0;
}

const struct type_row *lint_data_type(const struct lint *lint,
				      const struct doc_filter *filter)
{
	uint32_t position = lint_data_position(filter);
	const struct doc_arg *arg;

	if (position >= lint->hook->data.n)
		return NULL;
	arg = &lint->hook->data.items[position];
	return arg->type ? arg->type->word : NULL;
}

const struct type_row *lint_return_type(const struct lint *lint)
{
	const struct doc_arg *arg = lint->hook->return_arg;

	return arg && arg->type ? arg->type->word : NULL;
}

const struct doc_selector *lint_macro(const struct lint *lint, doc_value name)
{
	uint32_t i;

	for (i = 0; name && i < lint->spec->macros.n; i++)
		if (lint->spec->macros.items[i].node &&
		    str_equal(lint->spec->macros.items[i].node->key->text, name->text))
			return &lint->spec->macros.items[i];
	return NULL;
}

bool lint_spend(const struct lint *lint, uint64_t steps)
{
	if (steps > *lint->steps)
		return false;
	*lint->steps -= steps;
	return true;
}

bool lint_known(const struct lint *lint, int r)
{
	*lint->failed |= r == -ENOMEM;
	return r >= 0;
}

const char *lint_text(const struct lint *lint, const struct strbuf *text)
{
	*lint->failed |= text->failed;
	return strbuf_get(text);
}

static bool actions_enforce(const struct doc_selector *selector)
{
	uint32_t i;

	for (i = 0; i < selector->actions.n; i++)
		if (action_enforces(doc_action_kind(selector->actions.items[i].action)))
			return true;
	return false;
}

bool lint_enforces(const struct lint *lint, const struct doc_selector *selector)
{
	const struct doc_selector *macro;
	uint32_t i;

	for (i = 0; i < selector->macros.n; i++) {
		macro = lint_macro(lint, selector->macros.items[i]);
		if (macro && actions_enforce(macro))
			return true;
	}
	return actions_enforce(selector);
}

const struct doc_action *lint_action_at(const struct lint *lint, uint32_t i)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t k;

	for (k = 0; doc && i >= doc->actions.n; k++) {
		i -= doc->actions.n;
		while (k < lint->selector->macros.n &&
		       !lint_macro(lint, lint->selector->macros.items[k]))
			k++;
		doc = k < lint->selector->macros.n
			      ? lint_macro(lint, lint->selector->macros.items[k])
			      : NULL;
	}
	return doc ? &doc->actions.items[i] : NULL;
}

const struct doc_action *lint_action_find(const struct lint *lint, uint32_t kind)
{
	const struct doc_action *action;
	uint32_t i;

	for (i = 0; (action = lint_action_at(lint, i)); i++)
		if (doc_action_kind(action->action) == kind)
			return action;
	return NULL;
}

bool lint_is_listed(const char *const *patterns, const char *name)
{
	for (; *patterns; patterns++) {
		size_t len = strlen(*patterns);

		if ((*patterns)[len - 1] == '*' ? !strncmp(*patterns, name, len - 1)
						: str_equal(*patterns, name))
			return true;
	}
	return false;
}

void lint_event_name(const struct lint *lint, char (*ret)[LINT_NAME_BYTES])
{
	const struct doc_hook *hook = lint->hook;

	if (lint->section->section == SECTION_TRACEPOINT && !lint->call[0] &&
	    hook->subsystem && hook->name)
		snprintf(*ret, sizeof(*ret), "%.60s/%.60s", hook->subsystem->text,
			 hook->name->text);
	else
		snprintf(*ret, sizeof(*ret), "%.100s", lint_call(lint));
}

bool lint_filters_namespace(const struct doc_selector *doc)
{
	const uint32_t wanted = 1u << TETRA_NS_USER | 1u << TETRA_NS_MNT;

	for (uint32_t i = 0; i < doc->namespaces.n; i++) {
		doc_value name = doc->namespaces.items[i].namespace;

		if (name && wanted >> word_number(&namespaces, name->word) & 1)
			return true;
	}
	return false;
}

void lint_safer_add(const struct lint *lint, struct strbuf *ret)
{
	const struct way_row *way = way_find(lint_call(lint));

	if (way && way->act && act_has_hook(way->act))
		act_describe(way->act, NULL, NULL, ret);
	else
		strbuf_puts(ret, "the security_ function of this act");
}

bool lint_is_syscall(const struct lint *lint)
{
	static const char *const prefixes[] = { "__x64_sys_", "__ia32_sys_",
						"__arm64_sys_" };
	const struct doc_hook *hook = lint->hook;
	size_t i;

	if (lint->call[0] && lint->section->section == SECTION_TRACEPOINT)
		return true;
	if (lint->call[0] && lint->section->section != SECTION_LSM)
		return str_has_prefix(lint->call, "sys_");
	if (!(lint->section->traits & SECTION_CALLS) || !hook->name)
		return false;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(hook->name->text, prefixes[i]))
			return true;
	return str_has_prefix(hook->name->text, "sys_") &&
	       (!hook->syscall || hook->syscall->number);
}

const char *lint_call_of(const char *name)
{
	const char *slash = strchr(name, '/');
	const char *sys;

	if (slash)
		name = slash + 1;
	sys = str_has_prefix(name, "__") ? strstr(name, "_sys_") : NULL;
	return sys ? sys + 1 : name;
}

const struct doc_list_def *lint_list_hooked(const struct lint *lint)
{
	return lint_list_named(lint, lint->hook->name ? lint->hook->name->text : "");
}

const struct doc_list_def *lint_list_named(const struct lint *lint, const char *name)
{
	uint32_t i;

	if (!str_has_prefix(name, "list:"))
		return NULL;
	name += strlen("list:");
	for (i = 0; i < lint->spec->lists.n; i++)
		if (lint->spec->lists.items[i].name &&
		    str_equal(lint->spec->lists.items[i].name->text, name))
			return &lint->spec->lists.items[i];
	return NULL;
}

const char *lint_call(const struct lint *lint)
{
	const char *name = lint->hook->name ? lint->hook->name->text : "", *sys;

	if (lint->call[0])
		return lint->call;
	sys = str_has_prefix(name, "__") ? strstr(name, "_sys_") : NULL;
	return sys && lint_is_syscall(lint) ? sys + 1 : name;
}
