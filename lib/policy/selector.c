/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A selector: filters that must all hold, and what is done then.
 */
#include "lib/base/nearest.h"
#include "lib/policy/build.h"

/* Filters on arguments and data in one selector. */
#define MAX_FILTERS 5u

static void filters_limit(struct build_hook *hook, const struct doc_selector *doc)
{
	const struct node *item;
	uint32_t i, before = 0;

	if (doc->args.n + doc->data.n <= MAX_FILTERS)
		return;
	item = doc->args.n > MAX_FILTERS ? doc->args.node->first : doc->data.node->first;
	before = doc->args.n > MAX_FILTERS ? 0 : doc->args.n;
	for (i = before; i < MAX_FILTERS; i++)
		item = item->next;
	(void)report_error(hook->build->report, item, "too-many", NULL,
			   "a selector has %u filters on arguments at most", MAX_FILTERS);
}

/* Filters or actions of what is returned: something must be. */
static bool returns_check(struct build_hook *hook, const struct doc_selector *doc,
			  const struct node *list)
{
	uint32_t functions = SECTION_KPROBE | SECTION_FENTRY | SECTION_UPROBE;
	struct report *report = hook->build->report;

	if (!(hook->section->section & functions)) {
		(void)report_error_key(report, list, "not-allowed", NULL,
				       "there is no return value in %s",
				       hook->section->name);
		return false;
	}
	if (!hook->doc->returns || !hook->doc->returns->number)
		(void)report_missing(report, doc->node, "return", list,
				     "set return: true and returnArg on the hook");
	return true;
}

static int return_filters(struct build_hook *hook, const struct doc_selector *doc,
			  struct policy_selector *selector)
{
	if (!doc->return_args.node) {
		if (doc->return_actions.node)
			(void)returns_check(hook, doc, doc->return_actions.node);
		return 0;
	}
	if (!returns_check(hook, doc, doc->return_args.node))
		return 0;
	return filters_build(hook, doc->return_args.items, doc->return_args.n,
			     FILTER_RETURN, &selector->return_args,
			     &selector->n_return_args);
}

/* Which lists a selector has: a macro and its user may not both have the same one. */
static const struct node *list_node(const struct doc_selector *doc, unsigned int i)
{
	const struct node *const nodes[] = {
		doc->args.node,		doc->data.node,
		doc->return_args.node,	doc->pids.node,
		doc->binaries.node,	doc->parents.node,
		doc->namespaces.node,	doc->namespace_changes.node,
		doc->capabilities.node, doc->capability_changes.node,
		doc->actions.node,	doc->return_actions.node,
	};

	return nodes[i];
}

#define N_LISTS 12u

/* The macro of that name; NULL if there is none. What is near is added to @nearest, if given. */
static const struct doc_selector *macro_named(struct build *build, doc_value name,
					      struct nearest *nearest)
{
	const struct doc_spec *spec = build->doc->spec;

	for (uint32_t i = 0; i < spec->macros.n; i++) {
		const struct doc_selector *macro = &spec->macros.items[i];

		if (!macro->node)
			continue;
		if (str_equal(macro->node->key->text, name->text))
			return macro;
		if (nearest)
			nearest_offer(nearest, macro->node->key->text);
	}
	return NULL;
}

static const struct doc_selector *macro_find(struct build *build, doc_value name)
{
	const struct doc_selector *macro;
	struct nearest nearest;
	char hint[128];

	nearest_init(&nearest, report_seek(build->report, name->text));
	macro = macro_named(build, name, &nearest);
	if (!macro)
		(void)report_error(build->report, name, "bad-reference",
				   hint_name(&hint, nearest.best),
				   "no macro " Q " in spec.selectorsMacros", name->text);
	return macro;
}

static void macros_check(struct build_hook *hook, const struct doc_selector *doc)
{
	const struct doc_selector *macro;
	bool taken[N_LISTS];
	uint32_t i, k;

	for (k = 0; k < N_LISTS; k++)
		taken[k] = list_node(doc, k);
	for (i = 0; i < doc->macros.n; i++) {
		macro = doc->macros.items[i]
				? macro_find(hook->build, doc->macros.items[i])
				: NULL;
		for (k = 0; macro && k < N_LISTS; k++) {
			if (!list_node(macro, k))
				continue;
			if (taken[k])
				(void)report_error(hook->build->report,
						   doc->macros.items[i], "conflict", NULL,
						   "macro " Q
						   " and this selector both have %s",
						   doc->macros.items[i]->text,
						   list_node(macro, k)->key->text);
			taken[k] = true;
		}
	}
}

/*
 * User memory of a system call that cannot be read is usually the caller's own mistake, and
 * the call fails anyway: it matches only on request.
 */
static void selector_settle(const struct tetra_policy *policy,
			    struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_actions; i++)
		selector->enforces |= action_enforces(selector->actions[i].kind);
	selector->accepts_fault = policy->unreadable == POLICY_UNREADABLE_MATCH;
	selector->accepts_unreadable = policy->unreadable == POLICY_UNREADABLE_DEFAULT
					       ? selector->enforces
					       : selector->accepts_fault;
}

/* What depends on the selectors that follow. */
static void selectors_settle(const struct tetra_policy *policy, struct policy_hook *hook)
{
	bool enforces = false;

	for (uint32_t i = hook->n_selectors; i-- > 0;) {
		struct policy_selector *selector = &hook->selectors[i];

		selector->exempts = enforces && !selector->enforces;
		/* With each option: an exception does not let pass what cannot be judged. */
		if (selector->exempts)
			selector->accepts_unreadable = selector->accepts_fault = false;
		enforces |= selector->enforces;
		selector->distrusts =
			policy->user_namespaces == POLICY_USER_NAMESPACES_DEFAULT
				? enforces
				: policy->user_namespaces ==
					  POLICY_USER_NAMESPACES_DISTRUST;
	}
}

/* For selectors added later: what their own types do not show. */
static void later_check(struct build_hook *hook, const struct doc_selector *doc)
{
	struct report *report = hook->build->report;
	uint32_t i;

	if (doc->cel && doc->cel->expr && !doc->cel->expr->n)
		(void)report_error(report, doc->cel->expr, "too-short", NULL,
				   "the expression must not be empty");
	if (doc->callers.n && hook->section->section != SECTION_UPROBE)
		(void)report_error_key(report, doc->callers.node, "not-allowed", NULL,
				       "matchUserCallers is for uprobes");
	for (i = 0; i < doc->callers.n; i++)
		if (doc->callers.items[i].path && !doc->callers.items[i].path->n)
			(void)report_error(report, doc->callers.items[i].path,
					   "bad-value", NULL,
					   "the path must not be empty");
}

/* matchArgs and matchData: all have to match. */
static int args_build(struct build_hook *hook, const struct doc_selector *doc,
		      struct policy_selector *ret)
{
	struct policy_filter *args, *data;
	uint32_t n_args, n_data;
	int r = filters_build(hook, doc->args.items, doc->args.n, FILTER_ARGS, &args,
			      &n_args);

	if (r >= 0)
		r = filters_build(hook, doc->data.items, doc->data.n, FILTER_DATA, &data,
				  &n_data);
	if (r < 0)
		return r;
	ret->n_args = n_args + n_data;
	ret->args = arena_array(hook->build->arena, ret->n_args, sizeof(*ret->args));
	if (!ret->args)
		return -ENOMEM;
	for (uint32_t i = 0; i < ret->n_args; i++)
		ret->args[i] = i < n_args ? args[i] : data[i - n_args];
	return 0;
}

/* What a selector says of the hook's arguments, and what it does. */
static int parts_build(struct build_hook *hook, const struct doc_selector *doc,
		       struct policy_selector *ret)
{
	int r = args_build(hook, doc, ret);

	if (r >= 0)
		r = return_filters(hook, doc, ret);
	return r < 0 ? r : actions_build(hook, doc, ret);
}

/* The parts of a macro, as the hook that uses it has them; a macro's faults are said once. */
static int macro_parts_check(struct build_hook *hook, const struct doc_selector *macro)
{
	struct build *build = hook->build;
	uint8_t enforces = build->policy->enforces;
	uint64_t i = (uint64_t)(macro - build->doc->spec->macros.items);
	uint64_t bit = i < 64 ? UINT64_C(1) << i : 0;
	unsigned int before = build->report->n_errors + build->report->n_warnings;
	struct policy_selector unused = {};
	int r;

	if (build->wrong_macros & bit)
		return 0;
	filters_limit(hook, macro);
	build->report->quiet++;
	r = parts_build(hook, macro, &unused);
	build->report->quiet--;
	build->policy->enforces = enforces;
	if (build->report->n_errors + build->report->n_warnings != before)
		build->wrong_macros |= bit;
	return r;
}

static int macros_build(struct build_hook *hook, const struct doc_selector *doc)
{
	const struct doc_selector *macro;
	int r = 0;

	for (uint32_t i = 0; i < doc->macros.n && r >= 0; i++) {
		macro = doc->macros.items[i]
				? macro_named(hook->build, doc->macros.items[i], NULL)
				: NULL;
		if (macro)
			r = macro_parts_check(hook, macro);
	}
	return r;
}

static int selector_build(struct build_hook *hook, const struct doc_selector *doc,
			  struct policy_selector *ret)
{
	int r;

	ret->mark = doc->node->mark;
	if (doc->label && doc->label->n)
		ret->label =
			arena_text(hook->build->arena, doc->label->text, doc->label->n);
	if (doc->label && doc->label->n && !ret->label)
		return -ENOMEM;
	filters_limit(hook, doc);
	later_check(hook, doc);
	macros_check(hook, doc);
	r = macros_build(hook, doc);
	if (r >= 0)
		r = parts_build(hook, doc, ret);
	if (r >= 0)
		r = scopes_build(hook->build, doc, ret);
	if (r >= 0)
		selector_settle(hook->build->policy, ret);
	return r;
}

bool selector_doubts_names(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_binaries; i++)
		if (selector_doubts(selector,
				    operator_is_negated(selector->binaries[i].op)))
			return true;
	for (uint32_t i = 0; i < selector->n_args; i++)
		if (selector_doubts(selector, operator_is_negated(selector->args[i].op)))
			return true;
	return false;
}

void selector_check_macro(struct build *build, const struct doc_selector *macro)
{
	struct policy_selector unused = {};

	if (macro->macros.n)
		(void)report_error_key(build->report, macro->macros.node, "not-allowed",
				       NULL, "a macro cannot use macros");
	(void)scopes_build(build, macro, &unused);
}

int selectors_build(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	uint32_t i;
	int r = 0;

	hook->hook->selectors = arena_array(hook->build->arena, doc->selectors.n,
					    sizeof(*hook->hook->selectors));
	if (!hook->hook->selectors)
		return -ENOMEM;
	hook->hook->n_selectors = doc->selectors.n;
	for (i = 0; i < doc->selectors.n && r >= 0; i++)
		if (doc->selectors.items[i].node)
			r = selector_build(hook, &doc->selectors.items[i],
					   &hook->hook->selectors[i]);
	selectors_settle(hook->build->policy, hook->hook);
	return r;
}
