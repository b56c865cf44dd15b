/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the rules of all lists. What the rules share is in lint.c, which knows none of them.
 */
#include <stdio.h>

#include "lib/linux/hook-names.h"
#include "lib/lint/rules.h"
#include "lib/meaning/set.h"

/* Limit of comparisons by all rules: some tenths of a second. */
#define MAX_STEPS 4000000u

static void rules_run(const struct lint_rule *rules, const struct lint *lint)
{
	for (; rules->check; rules++)
		rules->check(lint);
}

/* What holds for the first of a list holds for the list. */
static const char *list_call(const struct lint *lint)
{
	const struct doc_list_def *list = lint_list_hooked(lint);

	return list && list->values.n && list->values.items[0]
		       ? lint_call_of(list->values.items[0]->text)
		       : NULL;
}

/* syscalls/sys_enter_NAME is a system call by another name, an LSM hook a function. */
static void call_find(struct lint *lint, const struct doc_hook *hook)
{
	static const char enter[] = "sys_enter_";
	const char *name = hook->name ? hook->name->text : "";
	char function[HOOK_NAME_BYTES];

	lint->call[0] = '\0';
	if (lint->section->section == SECTION_TRACEPOINT && hook->subsystem &&
	    str_equal(hook->subsystem->text, "syscalls") && str_has_prefix(name, enter))
		snprintf(lint->call, sizeof(lint->call), "sys_%s", name + strlen(enter));
	else if (list_call(lint))
		snprintf(lint->call, sizeof(lint->call), "%.63s", list_call(lint));
	else if (lint->section->section == SECTION_LSM)
		snprintf(lint->call, sizeof(lint->call), "%s",
			 hook_function(name, &function));
}

/* Parameters of all symbols of a list but the first, which counts as the hook's own. */
static void listed_run(struct lint lint)
{
	const struct doc_list_def *list = lint_list_hooked(&lint);
	uint32_t i;

	for (i = 1; list && i < list->values.n; i++) {
		if (!list->values.items[i] || !lint_spend(&lint, 100))
			continue;
		snprintf(lint.call, sizeof(lint.call), "%.63s",
			 lint_call_of(list->values.items[i]->text));
		lint_argument_types(&lint);
	}
}

static void selectors_run(struct lint lint)
{
	const struct doc_hook *hook = lint.hook;
	uint32_t i;

	rules_run(lint_hook_rules, &lint);
	listed_run(lint);
	for (i = 0; i < hook->selectors.n; i++) {
		if (!hook->selectors.items[i].node)
			continue;
		lint.selector = &hook->selectors.items[i];
		lint.i_selector = i;
		lint.sets = &lint.all_sets[i];
		rules_run(lint_value_rules, &lint);
		rules_run(lint_never_rules, &lint);
		rules_run(lint_action_rules, &lint);
		rules_run(lint_reach_rules, &lint);
		rules_run(lint_late_rules, &lint);
		rules_run(lint_evasion_rules, &lint);
		rules_run(lint_unjudged_rules, &lint);
	}
}

static int hook_run(struct lint lint, const struct doc_hook *hook)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct lint_members members = {};
	int r;

	r = arena_new(&arena);
	if (r < 0)
		return r;
	lint.hook = hook;
	call_find(&lint, hook);
	lint.space = (struct set_space){ arena, lint.steps };
	lint.members = &members;
	lint.all_sets = lint_sets_new(&lint);
	if (!lint.all_sets)
		return -ENOMEM;
	selectors_run(lint);
	return *lint.failed ? -ENOMEM : 0;
}

int lint_run(struct build *build)
{
	uint64_t steps = MAX_STEPS;
	uint32_t told = 0;
	bool failed = false;
	struct lint lint = { .build = build,
			     .report = build->report,
			     .spec = build->doc->spec,
			     .steps = &steps,
			     .failed = &failed,
			     .told = &told };
	uint32_t i, k;
	int r = 0;

	rules_run(lint_policy_rules, &lint);
	for (i = 0; i < N_SECTIONS; i++) {
		lint.section = &sections[i];
		for (k = 0; r >= 0 && k < lint.spec->hooks[i].n; k++)
			if (lint.spec->hooks[i].items[k].node)
				r = hook_run(lint, &lint.spec->hooks[i].items[k]);
	}
	return failed ? -ENOMEM : r;
}
