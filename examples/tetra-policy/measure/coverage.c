/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each filter was seen if an event made it true, and another one made it false while the rest of
 * its selector was true, and no earlier selector decided. For each filter there are two policies:
 * its hook with that filter alone, and with all others of its selector. All are simulated together.
 */
#include "measure/coverage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/tetra.h>

#include "common/guard.h"
#include "test/judge.h"
#include "measure/variant.h"

struct filter {
	const struct rule *rule;
	const char *name;	  /* "kprobes[0].selectors[0].matchArgs[1]" */
	const struct node *rest;  /* the selector without it */
	size_t alone_at, rest_at; /* positions in .policies */
	int seen_true, seen_false;
};

struct measure {
	struct suite_result *result;
	struct rules rules;
	struct filter *filters;
	size_t n_filters;
	struct tetra_policy **policies;
	size_t n_policies;
	struct tetra_sim *variants, *whole;
	uint32_t *
		kinds; /* by position in .policies, of the event at hand; 0: not hooked */
};

static int policy_add(struct measure *measure, const struct rule *rule,
		      const struct node *selector)
{
	struct suite *suite = &measure->result->suite;
	struct node *selectors = node_new(&suite->arena, NODE_LIST, rule->node);
	struct tetra_policy *policy;

	node_add(&suite->arena, selectors, NULL, selector);
	policy = variant_parse(suite, variant_of_hook(&suite->arena, rule, selectors));
	if (!policy)
		return 0;
	measure->policies = list_grow(measure->policies, measure->n_policies,
				      sizeof(*measure->policies));
	measure->policies[measure->n_policies++] = policy;
	return 1;
}

/* A selector without its filters, or with one of them alone. */
static const struct node *only_filter(struct arena *arena, const struct node *selector,
				      size_t list, size_t at)
{
	struct node *ret = node_new(arena, NODE_MAP, selector), *one;
	size_t i;

	for (i = 0; i < selector->n; i++) {
		if (!is_filters(selector->keys[i], selector->items[i])) {
			node_add(arena, ret, selector->keys[i], selector->items[i]);
		} else if (i == list) {
			one = node_new(arena, NODE_LIST, selector->items[i]);
			node_add(arena, one, NULL, selector->items[i]->items[at]);
			node_add(arena, ret, selector->keys[i], one);
		}
	}
	return ret;
}

static const struct node *without_filter(struct arena *arena, const struct node *selector,
					 size_t list, size_t at)
{
	struct node_path one = { .at = { list, at }, .n = 2 };
	struct node_path all = { .at = { list }, .n = 1 };

	return node_replace(arena, selector, selector->items[list]->n == 1 ? &all : &one,
			    NULL);
}

/* What cannot be taken apart is not counted. */
static void filter_add(struct measure *measure, const struct rule *rule, size_t list,
		       size_t at)
{
	struct arena *arena = &measure->result->suite.arena;
	struct filter filter = { .rule = rule, .alone_at = measure->n_policies };

	if (!policy_add(measure, rule, only_filter(arena, rule->node, list, at)))
		return;
	filter.rest = without_filter(arena, rule->node, list, at);
	filter.rest_at = measure->n_policies;
	if (!policy_add(measure, rule, filter.rest))
		return;
	filter.name = arena_text(arena, "%s.%s[%zu]", rule->name,
				 rule->node->keys[list]->text, at);
	measure->filters =
		list_grow(measure->filters, measure->n_filters, sizeof(filter));
	measure->filters[measure->n_filters++] = filter;
}

static int measure_start(struct measure *measure)
{
	struct suite *suite = &measure->result->suite;
	size_t i, k, j;
	int r = rules_read(suite, &measure->rules);

	for (i = 0; r >= 0 && i < measure->rules.n; i++) {
		const struct rule *rule = &measure->rules.items[i];

		for (k = 0; k < rule->node->n; k++)
			for (j = 0;
			     is_filters(rule->node->keys[k], rule->node->items[k]) &&
			     j < rule->node->items[k]->n;
			     j++)
				filter_add(measure, rule, k, j);
	}
	measure->kinds = calloc(measure->n_policies + 1, sizeof(*measure->kinds));
	if (r >= 0 && !measure->kinds)
		r = -ENOMEM;
	if (r >= 0)
		r = tetra_sim_new(&measure->variants, measure->policies,
				  measure->n_policies, NULL, NULL);
	if (r >= 0)
		r = tetra_sim_new(&measure->whole, suite->policies.items,
				  suite->policies.n, NULL, NULL);
	return r;
}

/* Whether a selector before the rule decided the event, which so does not reach it. */
static int is_before(const struct measure *measure, const struct rule *rule, int n)
{
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	int i;

	for (i = 0; i < n; i++) {
		char hook[64];

		if (tetra_sim_get_verdict(measure->whole, (unsigned int)i, &verdict) <
			    0 ||
		    verdict.policy != rule->policy)
			continue;
		snprintf(hook, sizeof(hook), "%s[%zu]", rule->section, rule->hook);
		if (strcmp(hook, verdict.hook_name) == 0)
			return verdict.kind != TETRA_VERDICT_NONE &&
			       verdict.kind != TETRA_VERDICT_UNKNOWN &&
			       verdict.selector >= 0 &&
			       (size_t)verdict.selector < rule->selector;
	}
	return 0;
}

static int is_true(uint32_t kind)
{
	return kind && kind != TETRA_VERDICT_NONE && kind != TETRA_VERDICT_UNKNOWN;
}

static int measure_event(struct measure *measure, const struct tetra_input *input)
{
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	int n = tetra_sim_run(measure->variants, input), i;
	size_t k;

	memset(measure->kinds, 0, measure->n_policies * sizeof(*measure->kinds));
	for (i = 0; i < n; i++)
		if (tetra_sim_get_verdict(measure->variants, (unsigned int)i, &verdict) >=
		    0)
			measure->kinds[verdict.policy] = verdict.kind;
	if (n >= 0)
		n = tetra_sim_run(measure->whole, input);
	if (n < 0)
		return n;
	for (k = 0; k < measure->n_filters; k++) {
		struct filter *filter = &measure->filters[k];
		uint32_t alone = measure->kinds[filter->alone_at];

		if (!alone || is_before(measure, filter->rule, n))
			continue;
		filter->seen_true |= is_true(alone);
		filter->seen_false |= alone == TETRA_VERDICT_NONE &&
				      is_true(measure->kinds[filter->rest_at]);
	}
	return 0;
}

static int measure_events(struct measure *measure)
{
	struct suite_result *result = measure->result;
	size_t i;
	int r;

	for (i = 0; i < result->n_cases; i++) {
		const struct case_result *one = &result->cases[i];
		struct tetra_input *input;

		if (!one->one->event || one->outcome == OUTCOME_SKIPPED)
			continue;
		input = judge_input(&result->suite, one->one->event);
		if (!input)
			return -ENOMEM;
		r = measure_event(measure, input);
		tetra_input_free(input);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A comparison treats NoPost alone like no rule at all. */
static const struct node *visible(struct arena *arena, const struct node *selector)
{
	const struct node *actions = node_get(selector, "matchActions");
	struct node_path path = { .n = 1 };
	const char *action;
	size_t i;

	for (i = 0; actions && actions->kind == NODE_LIST && i < actions->n; i++) {
		action = node_get_text(actions->items[i], "action");
		if (!action || strcmp(action, "NoPost") != 0)
			return selector;
	}
	if (!actions)
		return selector;
	path.at[0] = node_index(selector, "matchActions");
	return node_replace(arena, selector, &path, NULL);
}

/* The hook with the selectors before the rule, and this one. NULL: without. */
static struct tetra_policy *until(struct measure *measure, const struct rule *rule,
				  const struct node *selector)
{
	struct suite *suite = &measure->result->suite;
	struct node *selectors = node_new(&suite->arena, NODE_LIST, rule->node);
	size_t i;

	for (i = 0; i < measure->rules.n; i++) {
		const struct rule *other = &measure->rules.items[i];

		if (other->root == rule->root && other->section == rule->section &&
		    other->hook == rule->hook && other->selector < rule->selector)
			node_add(&suite->arena, selectors, NULL, other->node);
	}
	if (selector)
		node_add(&suite->arena, selectors, NULL,
			 visible(&suite->arena, selector));
	if (!selectors->n)
		return NULL;
	return variant_parse(suite, variant_of_hook(&suite->arena, rule, selectors));
}

/* A case with an event for which both differ. */
static const char *missing_case(struct measure *measure, const struct filter *filter,
				int is_false)
{
	struct suite *suite = &measure->result->suite;
	struct tetra_policy *without =
		until(measure, filter->rule, is_false ? filter->rule->node : NULL);
	struct tetra_policy *with = until(measure, filter->rule,
					  is_false ? filter->rest : filter->rule->node);
	struct tetra_region region = { .size = sizeof(region) };
	struct tetra_diff *diff = NULL;
	const char *ret = NULL;

	if (with &&
	    tetra_diff(&diff, &without, without != NULL, &with, 1, NULL, NULL) == 0 &&
	    tetra_diff_get(diff, 0, &region) == 0 && region.witness)
		ret = variant_case(suite,
				   arena_text(&suite->arena, "%s is %s", filter->name,
					      is_false ? "false" : "true"),
				   region.witness);
	tetra_diff_free(diff);
	tetra_policy_unref(with);
	tetra_policy_unref(without);
	return ret;
}

static void missing_add(struct measure *measure, struct coverage *coverage,
			const struct filter *filter, int is_false)
{
	size_t n = coverage->n_missing;

	coverage->missing = list_grow(coverage->missing, n, sizeof(*coverage->missing));
	coverage->cases = list_grow(coverage->cases, n, sizeof(*coverage->cases));
	coverage->missing[n] = arena_text(&measure->result->suite.arena, "%s never %s",
					  filter->name, is_false ? "false" : "true");
	coverage->cases[n] = missing_case(measure, filter, is_false);
	coverage->n_missing++;
}

static void measure_tell(struct measure *measure, struct coverage *coverage)
{
	size_t i;

	coverage->n_filters = measure->n_filters;
	for (i = 0; i < measure->n_filters; i++) {
		const struct filter *filter = &measure->filters[i];

		coverage->n_covered += filter->seen_true && filter->seen_false;
		if (!filter->seen_true)
			missing_add(measure, coverage, filter, 0);
		if (!filter->seen_false)
			missing_add(measure, coverage, filter, 1);
	}
}

static void measure_done(struct measure *measure)
{
	size_t i;

	tetra_sim_free(measure->variants);
	tetra_sim_free(measure->whole);
	for (i = 0; i < measure->n_policies; i++)
		tetra_policy_unref(measure->policies[i]);
	free(measure->policies);
	free(measure->filters);
	free(measure->kinds);
	free(measure->rules.items);
}

int coverage_measure(struct suite_result *result)
{
	struct measure measure = { .result = result };
	int r = measure_start(&measure);

	if (r >= 0)
		r = measure_events(&measure);
	if (r >= 0) {
		result->coverage =
			arena_new(&result->suite.arena, sizeof(*result->coverage));
		measure_tell(&measure, result->coverage);
	}
	measure_done(&measure);
	return r;
}

unsigned int coverage_percent(const struct coverage *coverage)
{
	return coverage->n_filters
		       ? (unsigned int)(coverage->n_covered * 100 / coverage->n_filters)
		       : 100;
}
