/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about filters that accept nothing, or everything.
 */
#include <stdio.h>

#include "lib/meaning/box.h"
#include "lib/lint/rules.h"

/* What the filters of a selector accept, and which of them were already reported as wrong. */
struct whole {
	const struct lint_sets *sets;
	bool reported[LINT_MAX_SETS];
	bool empty[LINT_MAX_SETS]; /* because each of their values accepts nothing */
};

static bool is_known(const struct whole *whole, uint32_t i)
{
	return whole->sets->items[i].kind != LINT_SET_UNKNOWN && !whole->reported[i];
}

static const struct node *place_of(const struct lint_set *set)
{
	return set->op ? set->op : set->node;
}

static const char *empty_reason(const struct lint_set *set)
{
	switch (set->kind) {
	case LINT_SET_MASK:
		return "a mask of 0 has no bit to test";
	case LINT_SET_GREATER:
		return "no number of this type is greater";
	case LINT_SET_LESS:
		return "no number of this type is less";
	case LINT_SET_EQUAL:
		return "nothing has this number here";
	case LINT_SET_NAMESPACE:
		return "no namespace of this type has this number";
	default:
		return "nothing is accepted by this value";
	}
}

/* A positive result where errors are negative. */
static const char *error_hint(const struct lint *lint, const struct lint_set *set,
			      uint32_t i, char (*ret)[64])
{
	const char *text = set->values->items[i]->text;

	if (set->subject.list != LINT_RETURN || set->kind != LINT_SET_EQUAL ||
	    !str_has_prefix(lint_call(lint), "security_") || strspn(text, "-0x"))
		return NULL;
	snprintf(*ret, sizeof(*ret), "did you mean -%.20s?", text);
	return *ret;
}

/* Values that accept nothing, regardless of the other filters. */
static void empty_values(const struct lint *lint, struct whole *whole)
{
	const struct lint_set *set;
	struct lint_box all;
	struct lint_term term;
	char hint[64];
	uint32_t i, k, n;

	lint_box_init(lint, &all);
	for (i = 0; i < whole->sets->n; i++) {
		set = &whole->sets->items[i];
		if (!is_known(whole, i) || set->negated)
			continue;
		for (k = n = 0; k < set->values->n; k++) {
			term = (struct lint_term){ .set = set, .one = true, .i = k };
			if (!set->values->items[k] || lint_box_meets(lint, &all, &term))
				continue;
			n++;
			/* For a text, the next rule says why. */
			if (!lint_set_is_path(set))
				report_warning(lint->report, set->values->items[k],
					       "never-matches",
					       error_hint(lint, set, k, &hint), "%s",
					       empty_reason(set));
		}
		whole->empty[i] = n && n == set->values->n;
		whole->reported[i] = whole->empty[i];
	}
}

static void contradicts(const struct lint *lint, const struct lint_set *set,
			const struct lint_set *early)
{
	static const char hint[] = "filters of one selector must all match; use two "
				   "selectors";

	if (early)
		report_warning(lint->report, place_of(set), "never-matches", hint,
			       "no value passes both this filter and the one in line %u",
			       early->node->mark.line);
	else
		report_warning(lint->report, place_of(set), "never-matches", hint,
			       "no value passes this filter and all those before it");
}

/* The filter @i and one before it accept nothing together: that one, or NULL. */
static const struct lint_set *opponent_of(const struct lint *lint,
					  const struct whole *whole, uint32_t i)
{
	struct lint_term term = { .set = &whole->sets->items[i] };
	struct lint_box box;
	uint32_t k;

	lint_box_init(lint, &box);
	lint_box_add(lint, &box, &term);
	for (k = 0; k < i; k++) {
		term.set = &whole->sets->items[k];
		if (term.set->kind != LINT_SET_UNKNOWN && !whole->empty[k] &&
		    !lint_box_meets(lint, &box, &term))
			return term.set;
	}
	return NULL;
}

/* Filters that accept nothing, because of one before them, or all before them. */
static void contradictions(const struct lint *lint, struct whole *whole)
{
	const struct lint_set *early;
	struct lint_term term = {};
	struct lint_box none, before;
	uint32_t i;

	lint_box_init(lint, &none);
	lint_box_init(lint, &before);
	for (i = 0; i < whole->sets->n; i++) {
		if (!is_known(whole, i))
			continue;
		term.set = &whole->sets->items[i];
		early = opponent_of(lint, whole, i);
		whole->reported[i] = true;
		if (early)
			contradicts(lint, term.set, early);
		else if (!lint_box_meets(lint, &none, &term))
			/* Because of what the function is called with. */
			report_warning(lint->report, place_of(term.set), "never-matches",
				       NULL, "nothing passes this filter");
		else if (!lint_box_meets(lint, &before, &term))
			contradicts(lint, term.set, NULL);
		else
			whole->reported[i] = false;
		if (!whole->reported[i])
			lint_box_add(lint, &before, &term);
	}
}

/* What the known filters but @left_out leave; whether there are any. */
static bool others_of(const struct lint *lint, const struct whole *whole,
		      uint32_t left_out, struct lint_box *ret)
{
	uint32_t i, n = 0;

	lint_box_init(lint, ret);
	for (i = 0; i < whole->sets->n; i++) {
		if (i == left_out || !is_known(whole, i))
			continue;
		n++;
		lint_box_add(lint, ret,
			     &(struct lint_term){ .set = &whole->sets->items[i] });
	}
	return n;
}

/* Values of which the other filters leave nothing. */
static void lost_values(const struct lint *lint, struct whole *whole)
{
	struct lint_box all, others;
	const struct lint_set *set;
	struct lint_term term;
	uint32_t i, k;

	lint_box_init(lint, &all);
	for (i = 0; i < whole->sets->n; i++) {
		set = &whole->sets->items[i];
		if (!is_known(whole, i) || !others_of(lint, whole, i, &others))
			continue;
		for (k = 0; k < set->values->n; k++) {
			term = (struct lint_term){ set, set->negated, true, k };
			if (!set->values->items[k] ||
			    lint_box_meets(lint, &others, &term) ||
			    !lint_box_meets(lint, &all, &term))
				continue;
			report_warning(lint->report, set->values->items[k],
				       set->negated ? "ignored-field" : "never-matches",
				       NULL,
				       "no value passes this and the other filters of "
				       "the selector");
		}
	}
}

/* Both let pass what the other does. */
static bool is_same(const struct lint *lint, const struct lint_set *a,
		    const struct lint_set *b)
{
	const struct lint_term terms[] = { { .set = a }, { .set = b } };
	struct lint_box boxes[2];
	uint32_t i;

	if (!lint_same_subject(&a->subject, &b->subject))
		return false;
	for (i = 0; i < 2; i++) {
		struct lint_term other = { .set = terms[1 - i].set, .complement = true };

		lint_box_init(lint, &boxes[i]);
		lint_box_add_plainly(lint, &boxes[i], &terms[i]);
		lint_box_add_plainly(lint, &boxes[i], &other);
	}
	return boxes[0].empty && boxes[1].empty;
}

/*
 * Filters that change nothing: every value passes, or there is already the same filter.
 * Filters that are less strict than another one are not reported: that is a way to write an
 * exception.
 */
static void idle_filters(const struct lint *lint, struct whole *whole)
{
	const struct lint_set *set;
	uint32_t i, k;

	for (i = 0; i < whole->sets->n; i++) {
		if (!is_known(whole, i))
			continue;
		set = &whole->sets->items[i];
		if (lint_set_is_idle(lint, set)) {
			report_warning(lint->report, place_of(set), "ignored-field",
				       "remove it", "every value passes this filter");
			continue;
		}
		for (k = 0; k < i; k++)
			if (is_known(whole, k) &&
			    is_same(lint, &whole->sets->items[k], set))
				break;
		if (k < i)
			report_warning(lint->report, place_of(set), "ignored-field",
				       "remove it",
				       "the filter in line %u accepts the same values",
				       whole->sets->items[k].node->mark.line);
	}
}

static void never_passed(const struct lint *lint)
{
	struct whole whole = { .sets = lint->sets };

	empty_values(lint, &whole);
	contradictions(lint, &whole);
	lost_values(lint, &whole);
	idle_filters(lint, &whole);
}

/* In nothing is never, not in nothing is always. */
static void empty_list(const struct lint *lint, const struct node *node, doc_value op,
		       const struct doc_values *values)
{
	if (!node || !op || !values->node || values->n)
		return;
	if (operator_is_negated(doc_operator(op)))
		report_warning_key(lint->report, values->node, "ignored-field", NULL,
				   "without values, this filter matches everything");
	else
		report_warning_key(lint->report, values->node, "never-matches", NULL,
				   "without values, this filter matches nothing");
}

static void empty_lists(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i;

	for (i = 0; i < doc->pids.n; i++)
		empty_list(lint, doc->pids.items[i].node, doc->pids.items[i].op,
			   &doc->pids.items[i].values);
	for (i = 0; i < doc->namespaces.n; i++)
		empty_list(lint, doc->namespaces.items[i].node,
			   doc->namespaces.items[i].op, &doc->namespaces.items[i].values);
	for (i = 0; i < doc->capabilities.n; i++)
		empty_list(lint, doc->capabilities.items[i].node,
			   doc->capabilities.items[i].op,
			   &doc->capabilities.items[i].values);
}

static void empty_binaries(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i;

	for (i = 0; i < doc->binaries.n; i++)
		if (doc->binaries.items[i].node && !doc->binaries.items[i].values.n)
			report_warning(
				lint->report, doc->binaries.items[i].node,
				"ignored-field", NULL,
				"without values, matchBinaries matches everything");
}

/* With namespace numbers and followForks, processes in the root pid namespace never pass. */
static void first_namespace(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i, k;

	for (i = 0; i < doc->pids.n; i++) {
		const struct doc_pids *pids = &doc->pids.items[i];

		if (!pids->node || !pids->namespace_pid || !pids->namespace_pid->number ||
		    !pids->follow_forks || !pids->follow_forks->number)
			continue;
		for (k = 0; k < pids->values.n; k++)
			if (pids->values.items[k] && !pids->values.items[k]->number)
				report_warning(lint->report, pids->values.items[k],
					       "never-matches", "leave it out",
					       "with followForks and isNamespacePID, a "
					       "process of the first namespace passes "
					       "neither In nor NotIn");
	}
}

/* Every process but kernel threads is the first or descends from it. */
static void all_descend(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i, k;

	for (i = 0; i < doc->pids.n; i++) {
		const struct doc_pids *pids = &doc->pids.items[i];

		if (!pids->node || !pids->op || !pids->follow_forks ||
		    !pids->follow_forks->number ||
		    (pids->namespace_pid && pids->namespace_pid->number))
			continue;
		for (k = 0; k < pids->values.n; k++)
			if (pids->values.items[k] && pids->values.items[k]->number == 1)
				break;
		if (k == pids->values.n)
			continue;
		report_warning(lint->report, pids->values.items[k],
			       !operator_is_negated(doc_operator(pids->op))
				       ? "ignored-field"
				       : "never-matches",
			       "for the first process of a container, add "
			       "isNamespacePID: true",
			       "with followForks, 1 stands for every process but kernel "
			       "threads");
	}
}

/* One value is returned: there is nothing to choose by index. */
static void return_index(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct doc_arg *returned = lint->hook->return_arg;
	uint32_t i;

	for (i = 0; i < doc->return_args.n; i++) {
		const struct doc_filter *filter = &doc->return_args.items[i];
		int64_t index = returned && returned->index ? returned->index->number : 0;

		if (filter->index && filter->index->number != index &&
		    filter->index->number)
			report_warning_key(lint->report, filter->index, "ignored-field",
					   NULL, "a function returns one value");
		if (filter->args.n)
			report_warning_key(lint->report, filter->args.node,
					   "ignored-field", NULL,
					   "a function returns one value");
	}
	for (i = 0; i < doc->args.n; i++)
		if (doc->args.items[i].args.n && doc->args.items[i].index)
			report_warning_key(lint->report, doc->args.items[i].index,
					   "ignored-field", NULL,
					   "the position in 'args' comes before 'index'");
}

const struct lint_rule lint_never_rules[] = {
	{ "ignored-field", empty_binaries },

	{ "ignored-field", empty_lists },
	{ "ignored-field", return_index },
	{ "never-matches", never_passed },
	{ "never-matches", lint_never_a_path },
	{ "never-matches", first_namespace },
	{ "never-matches", all_descend },
	{},
};
