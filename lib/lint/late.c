/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters of what is known only when the call returns, in hooks that enforce: whom a selector
 * stops is stopped at the entry, where there is nothing to compare yet. And exceptions that come
 * after what they are from.
 */
#include "lib/meaning/box.h"
#include "lib/lint/rules.h"

/* The argument is read when the function returns. */
static bool is_read_late(const struct lint *lint, uint32_t position)
{
	const struct doc_arg *arg =
		position < lint->hook->args.n ? &lint->hook->args.items[position] : NULL;

	return arg && arg->return_copy && arg->return_copy->number;
}

static const struct node *own_late_filter(const struct lint *lint,
					  const struct doc_selector *doc)
{
	if (doc->return_args.node)
		return doc->return_args.node;
	for (uint32_t i = 0; i < doc->args.n; i++)
		if (is_read_late(lint, lint_filter_position(lint, &doc->args.items[i])))
			return doc->args.items[i].node;
	return NULL;
}

/* The first of the selector and its macros that compares what comes late; NULL if none does. */
static const struct node *late_filter(const struct lint *lint,
				      const struct doc_selector *doc)
{
	const struct node *found = own_late_filter(lint, doc);

	for (uint32_t i = 0; i < doc->macros.n && !found; i++) {
		const struct doc_selector *macro = lint_macro(lint, doc->macros.items[i]);

		found = macro ? own_late_filter(lint, macro) : NULL;
	}
	return found;
}

static void result_comes_late(const struct lint *lint)
{
	const struct node *filter = late_filter(lint, lint->selector);

	if (filter && lint_enforces(lint, lint->selector))
		report_warning_key(
			lint->report, filter, "ignored-field",
			"filter arguments, or only watch (Post)",
			"filters of what the call returns do not restrict actions that "
			"enforce: they act before there is a result");
}

bool lint_is_late(const struct lint *lint, const struct lint_subject *subject)
{
	return subject->list == LINT_RETURN ||
	       (subject->list == LINT_ARGS && is_read_late(lint, subject->position));
}

static void add_early(const struct lint *lint, struct lint_box *box, uint32_t selector)
{
	const struct lint_sets *sets = &lint->all_sets[selector];

	for (uint32_t i = 0; i < sets->n; i++)
		if (!lint_is_late(lint, &sets->items[i].subject))
			lint_box_add(lint, box,
				     &(struct lint_term){ .set = &sets->items[i] });
}

/* Some call passes both, as far as that is known at its entry. */
static bool may_meet(const struct lint *lint, uint32_t a, uint32_t b)
{
	struct lint_box box;

	lint_box_init(lint, &box);
	add_early(lint, &box, a);
	add_early(lint, &box, b);
	return !box.empty;
}

/* An exception that filters the result is not there yet when a later selector enforces. */
static void late_exception(const struct lint *lint)
{
	const struct node *filter = late_filter(lint, lint->selector);
	const struct doc_selector *late;

	if (!filter || lint_enforces(lint, lint->selector))
		return;
	for (uint32_t i = lint->i_selector + 1; i < lint->hook->selectors.n; i++) {
		late = &lint->hook->selectors.items[i];
		if (!late->node || !lint_enforces(lint, late) ||
		    !may_meet(lint, lint->i_selector, i))
			continue;
		report_warning_key(
			lint->report, filter, "late-exception",
			"filter arguments or the process here, or leave these calls out "
			"of the later selector",
			"selector %u enforces before there is a result: what this "
			"selector filters of it exempts no call from that",
			i);
		return;
	}
}

/* It sends no event and does nothing else: an exception from later selectors. */
static bool is_exception(const struct doc_selector *doc)
{
	if (!doc->actions.n || doc->macros.n || doc->return_actions.n)
		return false;
	for (uint32_t i = 0; i < doc->actions.n; i++)
		if (doc_action_kind(doc->actions.items[i].action) != TETRA_ACTION_NOPOST)
			return false;
	return true;
}

/* It was meant for what an earlier selector takes, and no later one would take it. */
static void exception_too_late(const struct lint *lint)
{
	const struct doc_selector *items = lint->hook->selectors.items;
	bool meets_early = false;

	if (!lint->selector->node || !is_exception(lint->selector))
		return;
	for (uint32_t i = 0; i < lint->hook->selectors.n; i++) {
		if (i == lint->i_selector || !items[i].node || is_exception(&items[i]) ||
		    !may_meet(lint, i, lint->i_selector))
			continue;
		if (i > lint->i_selector)
			return;
		meets_early = true;
	}
	if (meets_early)
		report_warning(lint->report, lint->selector->node, "late-exception",
			       "put an exception before the selectors that it is one "
			       "from",
			       "the first matching selector wins, and no later one "
			       "matches what this one does: it keeps nothing back");
}

const struct lint_rule lint_late_rules[] = {
	{ "ignored-field", result_comes_late },
	{ "late-exception", late_exception },
	{ "late-exception", exception_too_late },
	{},
};
