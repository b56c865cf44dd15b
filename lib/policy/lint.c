/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/lint.h"

#include <stdio.h>

/* Comparisons that rules may make: some tenths of a second. */
#define MAX_STEPS 4000000u

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

const struct type_row *lint_return_type(const struct lint *lint)
{
	const struct doc_arg *arg = lint->hook->return_arg;

	return arg && arg->type ? arg->type->word : NULL;
}

bool lint_same_argument(const struct doc_filter *a, const struct doc_filter *b)
{
	if (a->args.n || b->args.n)
		return a->args.n && b->args.n && node_equal(a->args.node, b->args.node);
	return (a->index ? a->index->number : 0) == (b->index ? b->index->number : 0);
}

bool lint_same_word(doc_value a, doc_value b)
{
	return a && b ? node_equal(a, b) : a == b;
}

static bool same_flag(doc_value a, doc_value b)
{
	return (a && a->number) == (b && b->number);
}

bool lint_same_pids(const struct doc_pids *a, const struct doc_pids *b)
{
	return same_flag(a->follow_forks, b->follow_forks) &&
	       same_flag(a->namespace_pid, b->namespace_pid);
}

bool lint_same_capabilities(const struct doc_capabilities *a,
			    const struct doc_capabilities *b)
{
	static const char usual[] = "Effective";

	return str_equal(a->type ? a->type->text : usual,
			 b->type ? b->type->text : usual) &&
	       same_flag(a->in_namespace, b->in_namespace);
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

	if (lint->call[0] && lint->section->section == SECTION_TRACEPOINT)
		return true;
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

	if (lint->call[0])
		return lint->call;
	sys = str_has_prefix(name, "__") ? strstr(name, "_sys_") : NULL;
	return sys && lint_is_syscall(lint) ? sys + 1 : name;
}

static void rules_run(const struct lint_rule *rules, const struct lint *lint)
{
	for (; rules->check; rules++)
		rules->check(lint);
}

/* syscalls/sys_enter_NAME is a system call by another name, an LSM hook a function. */
static void call_find(struct lint *lint, const struct doc_hook *hook)
{
	static const char enter[] = "sys_enter_";
	const char *name = hook->name ? hook->name->text : "";

	lint->call[0] = '\0';
	if (lint->section->section == SECTION_TRACEPOINT && hook->subsystem &&
	    str_equal(hook->subsystem->text, "syscalls") && str_has_prefix(name, enter))
		snprintf(lint->call, sizeof(lint->call), "sys_%s", name + strlen(enter));
	else if (lint->section->section == SECTION_LSM)
		snprintf(lint->call, sizeof(lint->call), "security_%s", name);
}

static void hook_run(struct lint lint, const struct doc_hook *hook)
{
	uint32_t i;

	lint.hook = hook;
	call_find(&lint, hook);
	rules_run(lint_hook_rules, &lint);
	for (i = 0; i < hook->selectors.n; i++) {
		if (!hook->selectors.items[i].node)
			continue;
		lint.selector = &hook->selectors.items[i];
		lint.i_selector = i;
		rules_run(lint_value_rules, &lint);
		rules_run(lint_never_rules, &lint);
		rules_run(lint_action_rules, &lint);
	}
}

void lint_run(struct build *build)
{
	uint64_t steps = MAX_STEPS;
	struct lint lint = { .build = build,
			     .report = build->report,
			     .spec = build->doc->spec,
			     .steps = &steps };
	uint32_t i, k;

	rules_run(lint_policy_rules, &lint);
	for (i = 0; i < N_SECTIONS; i++) {
		lint.section = &sections[i];
		for (k = 0; k < lint.spec->hooks[i].n; k++)
			if (lint.spec->hooks[i].items[k].node)
				hook_run(lint, &lint.spec->hooks[i].items[k]);
	}
}
