/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hooks of a policy, section by section.
 */
#include "lib/linux/hook-names.h"
#include "lib/policy/build.h"

static enum policy_hook_kind hook_kind(const struct section_row *section,
				       const struct doc_hook *doc)
{
	if (section->kind == POLICY_TRACEPOINT && doc->raw && doc->raw->number)
		return POLICY_RAW_TRACEPOINT;
	return section->kind;
}

/* Of what can name one. */
static const struct doc_list_def *list_hooked(const struct build *build,
					      const struct section_row *section,
					      const struct doc_hook *doc)
{
	return doc->name && section->traits & SECTION_CALLS
		       ? list_find(build, doc->name->text)
		       : NULL;
}

static void name_check(struct build_hook *hook, doc_value value, const char *what)
{
	struct build *build = hook->build;

	if (!value)
		return;
	if (!value->n || strlen(value->text) != value->n)
		(void)report_error(build->report, value, "bad-value", NULL,
				   "the %s must not be empty", what);
	else if (!str_has_prefix(value->text, "list:"))
		return;
	else if (value != hook->doc->name || !(hook->section->traits & SECTION_CALLS))
		(void)report_error(build->report, value, "not-allowed",
				   "write a hook for each of its names",
				   "only 'call' takes a list");
	else if (list_reference(build, value))
		list_hook_check(build, hook->doc);
}

static int hook_text(struct build_hook *hook, doc_value value, char **ret)
{
	if (!value)
		return 0;
	*ret = arena_text(hook->build->arena, value->text, value->n);
	return *ret ? 0 : -ENOMEM;
}

/* Syscall hooks are the default, as in the schema of the language. */
static bool is_syscall(const struct build_hook *hook)
{
	const struct doc_list_def *list;

	if (!(hook->section->traits & SECTION_CALLS))
		return false;
	list = list_hooked(hook->build, hook->section, hook->doc);
	if (list && doc_list_traits(list) == LIST_OF_CALLS)
		return true;
	return !hook->doc->syscall || hook->doc->syscall->number;
}

static void return_action_check(struct build_hook *hook)
{
	doc_value action = hook->doc->return_action;

	if (!action)
		return;
	if (doc_action_kind(action) == TETRA_ACTION_POST)
		report_warning_key(hook->build->report, action, "ignored-field",
				   "remove it: the result is in the event anyway",
				   "returnArgAction Post has no effect");
	else
		report_unsupported_key(hook->build->report, action,
				       "'returnArgAction' is not yet supported");
}

static const char *name_hint(const char *text, bool function)
{
	if (strpbrk(text, "*?[^"))
		return function ? "use a list of type generated_ftrace with a pattern"
				: "there are no patterns: write a hook for each";
	if (strpbrk(text, ",|"))
		return function ? "write a hook for each, or a list"
				: "write a hook for each";
	if (!function && strpbrk(text, "/:"))
		return "write the part before it as 'subsystem', the part after it as "
		       "'event'";
	if (strchr(text, '('))
		return "leave the parentheses out";
	if (strchr(text, ':'))
		return "leave the module out";
	if (strchr(text, '+'))
		return "leave the offset out: functions are hooked where they begin";
	return strchr(text, ' ') ? "leave the blank out" : NULL;
}

/* No kernel has a symbol of that name; lists are recognised by their prefix. */
static void symbol_check(struct build_hook *hook, doc_value value, const char *what)
{
	bool function = hook->section->traits & SECTION_CALLS;

	if (!value || !value->n || strlen(value->text) != value->n ||
	    str_has_prefix(value->text, "list:") || symbol_is_name(value->text))
		return;
	(void)report_error(hook->build->report, value, "unknown-symbol",
			   name_hint(value->text, function), Q " is not the name of %s",
			   value->text, what);
}

/* Hooks are named without what their functions begin with. */
static void lsm_name_check(struct build_hook *hook)
{
	static const char *const prefixes[] = { "security_", "bpf_lsm_", "lsm/" };
	char buf[HOOK_NAME_BYTES], hint[128];
	doc_value name = hook->doc->name;
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(prefixes); i++) {
		if (!str_has_prefix(name->text, prefixes[i]))
			continue;
		(void)report_error(hook->build->report, name, "unknown-symbol",
				   hint_name(&hint, i ? name->text + strlen(prefixes[i])
						      : function_hook(name->text, &buf)),
				   "LSM hooks are named without '%s'", prefixes[i]);
		return;
	}
	symbol_check(hook, name, "an LSM hook");
}

static void symbols_check(struct build_hook *hook)
{
	switch (hook->section->section) {
	case SECTION_KPROBE:
	case SECTION_FENTRY:
		symbol_check(hook, hook->doc->name, "a function");
		break;
	case SECTION_TRACEPOINT:
		symbol_check(hook, hook->doc->name, "an event");
		symbol_check(hook, hook->doc->subsystem, "a subsystem");
		break;
	case SECTION_LSM:
		lsm_name_check(hook);
		break;
	}
}

static int hook_names(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	int r;

	name_check(hook, doc->name, hook->section->what);
	name_check(hook, doc->subsystem, "subsystem");
	name_check(hook, doc->provider, "provider");
	symbols_check(hook);
	r = hook_text(hook, doc->name, &hook->hook->name);
	if (r >= 0)
		r = hook_text(hook, doc->subsystem ?: doc->path, &hook->hook->subsystem);
	hook->hook->yaml_path = node_path_text(hook->build->arena, doc->node);
	return r < 0 ? r : hook->hook->yaml_path ? 0 : -ENOMEM;
}

static int hook_build(struct build *build, const struct section_row *section,
		      const struct doc_hook *doc, struct policy_hook *ret)
{
	struct build_hook hook = {
		.build = build, .section = section, .doc = doc, .hook = ret
	};
	int r;

	ret->mark = doc->node->mark;
	ret->name_mark = doc->name ? doc->name->mark : doc->node->mark;
	ret->subsystem_mark = doc->subsystem ? doc->subsystem->mark
			      : doc->path    ? doc->path->mark
					     : doc->node->mark;
	ret->kind = hook_kind(section, doc);
	ret->syscall = is_syscall(&hook);
	ret->syscall_given = doc->syscall != NULL;
	ret->call_not_found_ok = doc->ignore && doc->ignore->call_not_found &&
				 doc->ignore->call_not_found->number;
	name_check(&hook, doc->path, "path");
	if (section->section == SECTION_UPROBE)
		uprobe_check(&hook);
	if (section->section == SECTION_USDT)
		usdt_check(&hook);
	return_action_check(&hook);
	r = hook_names(&hook);
	if (r >= 0 && section->section == SECTION_USDT)
		r = usdt_name(&hook);
	if (r >= 0)
		r = texts_build(&hook);
	if (r >= 0)
		r = arguments_build(&hook);
	return r < 0 ? r : selectors_build(&hook);
}

/* How many symbols or places of a file a hook names in one; 0: it is one. */
static uint32_t hook_count_spread(const struct build *build,
				  const struct section_row *section,
				  const struct doc_hook *doc)
{
	const struct doc_list_def *list = list_hooked(build, section, doc);

	return list ? list->values.n : uprobe_count(doc);
}

static bool is_too_long(struct build *build, uint32_t n, const struct doc_hook *doc)
{
	if (n <= POLICY_MAX_LISTED - build->n_listed) {
		build->n_listed += n;
		return false;
	}
	(void)report_error(build->report, doc->name ?: doc->node, "too-many",
			   "split the policy, or hook a function that they all call",
			   "the hooks name more than %u symbols of lists and places of "
			   "programs",
			   POLICY_MAX_LISTED);
	return true;
}

/* A hook on a list is one on each of its symbols, alike but for the name. */
static int hook_spread(struct build *build, const struct doc_list_def *list,
		       const struct policy_hook *first)
{
	struct policy_hook *hook;
	const char *symbol;
	uint32_t at = 0;

	while ((symbol = list_next(list, &at))) {
		hook = &build->policy->hooks[build->policy->n_hooks++];
		*hook = *first;
		hook->name_mark = list->values.items[at - 1]->mark;
		hook->name_path =
			node_path_text(build->arena, list->values.items[at - 1]);
		hook->name = arena_text(build->arena, symbol, strlen(symbol));
		if (!hook->name_path || !hook->name)
			return -ENOMEM;
	}
	return 0;
}

static int hooks_build_item(struct build *build, const struct section_row *section,
			    const struct doc_hook *doc)
{
	const struct doc_list_def *list = list_hooked(build, section, doc);
	uint32_t n = hook_count_spread(build, section, doc);
	struct policy_hook first = {};
	int r;

	r = hook_build(build, section, doc, &first);
	if (r >= 0 && n && !is_too_long(build, n, doc))
		return list ? hook_spread(build, list, &first)
			    : uprobe_spread(build, doc, &first);
	build->policy->hooks[build->policy->n_hooks++] = first;
	return r;
}

static int section_build(struct build *build, uint32_t i)
{
	const struct doc_hooks *hooks = &build->doc->spec->hooks[i];
	uint32_t k;
	int r = 0;

	build->report->quiet += !sections[i].supported;
	for (k = 0; k < hooks->n && r >= 0; k++)
		if (hooks->items[k].node)
			r = hooks_build_item(build, &sections[i], &hooks->items[k]);
	build->report->quiet -= !sections[i].supported;
	return r;
}

static uint64_t hooks_listed(const struct build *build, uint32_t section)
{
	const struct doc_hooks *hooks = &build->doc->spec->hooks[section];
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; i < hooks->n; i++)
		n += hook_count_spread(build, &sections[section], &hooks->items[i]);
	return n;
}

int hooks_build(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint64_t listed = 0;
	uint32_t i, n = 0;
	int r = 0;

	for (i = 0; i < N_SECTIONS; i++) {
		n += spec->hooks[i].n;
		listed += hooks_listed(build, i);
	}
	build->policy->hooks =
		arena_array(build->arena, n + MIN(listed, POLICY_MAX_LISTED),
			    sizeof(*build->policy->hooks));
	if (!build->policy->hooks)
		return -ENOMEM;
	for (i = 0; i < N_SECTIONS && r >= 0; i++)
		r = section_build(build, i);
	return r;
}
