/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/lint.h"

const struct type_row *lint_filter_type(const struct lint *lint,
					const struct doc_filter *filter)
{
	const struct doc_hook *hook = lint->hook;
	int64_t index = filter->index ? filter->index->number : 0;
	const struct doc_arg *arg = NULL;
	uint32_t i;

	if (filter->args.n && filter->args.items[0]) {
		if (filter->args.items[0]->number < hook->args.n)
			arg = &hook->args.items[filter->args.items[0]->number];
	} else {
		for (i = 0; i < hook->args.n && !arg; i++)
			if (hook->args.items[i].index &&
			    hook->args.items[i].index->number == index)
				arg = &hook->args.items[i];
	}
	return arg && arg->type ? arg->type->word : NULL;
}

const char *lint_action_name(const struct doc_action *action)
{
	return action->action ? action->action->text : "";
}

bool lint_enforces(const struct doc_selector *selector)
{
	uint32_t i;

	for (i = 0; i < selector->actions.n; i++) {
		doc_value action = selector->actions.items[i].action;

		if (action && ((const struct action_row *)action->word)->enforces)
			return true;
	}
	return false;
}

bool lint_is_syscall(const struct lint *lint)
{
	static const char *const prefixes[] = { "__x64_sys_", "__ia32_sys_",
						"__arm64_sys_" };
	const struct doc_hook *hook = lint->hook;
	size_t i;

	if (!(lint->section->section & (SECTION_KPROBE | SECTION_FENTRY)) || !hook->name)
		return false;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(hook->name->text, prefixes[i]))
			return true;
	return str_has_prefix(hook->name->text, "sys_") &&
	       (!hook->syscall || hook->syscall->number);
}

const char *lint_call(const struct lint *lint)
{
	const char *name = lint->hook->name ? lint->hook->name->text : "", *sys;

	sys = str_has_prefix(name, "__") ? strstr(name, "_sys_") : NULL;
	return sys && lint_is_syscall(lint) ? sys + 1 : name;
}

static void rules_run(const struct lint_rule *rules, const struct lint *lint)
{
	for (; rules->check; rules++)
		rules->check(lint);
}

static void hook_run(struct lint lint, const struct doc_hook *hook)
{
	uint32_t i;

	lint.hook = hook;
	rules_run(lint_hook_rules, &lint);
	for (i = 0; i < hook->selectors.n; i++) {
		if (!hook->selectors.items[i].node)
			continue;
		lint.selector = &hook->selectors.items[i];
		lint.i_selector = i;
		rules_run(lint_value_rules, &lint);
		rules_run(lint_action_rules, &lint);
	}
}

void lint_run(struct build *build)
{
	struct lint lint = { .build = build,
			     .report = build->report,
			     .spec = build->doc->spec };
	uint32_t i, k;

	rules_run(lint_policy_rules, &lint);
	for (i = 0; i < N_SECTIONS; i++) {
		lint.section = &sections[i];
		for (k = 0; k < lint.spec->hooks[i].n; k++)
			if (lint.spec->hooks[i].items[k].node)
				hook_run(lint, &lint.spec->hooks[i].items[k]);
	}
}
