/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/variant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tetra/tetra.h>

#include "common/guard.h"
#include "test/judge.h"

static const char *const sections[] = { "kprobes", "tracepoints", "lsmhooks",
					"uprobes", "usdts",	  NULL };

int is_filters(const struct node *key, const struct node *item)
{
	const char *name = node_text(key);
	size_t n = name ? strlen(name) : 0;

	return n > 5 && strncmp(name, "match", 5) == 0 &&
	       (n < 7 || strcmp(name + n - 7, "Actions") != 0) && item->kind == NODE_LIST;
}

static void rule_add(struct suite *suite, struct rules *rules, const struct rule *hook,
		     size_t selector, const struct node *node)
{
	const char *policy = tetra_policy_get_name(suite->policies.items[hook->policy]);
	int is_whole = suite->policies.n > 1;
	struct rule rule = *hook;

	rule.selector = selector;
	rule.node = node;
	rule.path.at[rule.path.n++] = selector;
	rule.name = arena_text(&suite->arena, "%s%s%s[%zu].selectors[%zu]",
			       is_whole ? policy : "", is_whole ? "/" : "", rule.section,
			       rule.hook, selector);
	rules->items = list_grow(rules->items, rules->n, sizeof(rule));
	rules->items[rules->n++] = rule;
}

static void rules_of_hook(struct suite *suite, struct rules *rules, struct rule *hook,
			  const struct node *node)
{
	const struct node *selectors = node_get(node, "selectors");
	size_t i;

	if (!selectors || selectors->kind != NODE_LIST)
		return;
	hook->path.at[hook->path.n++] = node_index(node, "selectors");
	hook->n_selectors = selectors->n;
	for (i = 0; i < selectors->n; i++)
		if (selectors->items[i]->kind == NODE_MAP)
			rule_add(suite, rules, hook, i, selectors->items[i]);
}

static void rules_of_policy(struct suite *suite, struct rules *rules, size_t policy,
			    const struct node *root)
{
	const struct node *spec = node_get(root, "spec"), *hooks;
	size_t i, k;

	for (i = 0; sections[i]; i++) {
		hooks = node_get(spec, sections[i]);
		for (k = 0; hooks && hooks->kind == NODE_LIST && k < hooks->n; k++) {
			struct rule hook = { .policy = policy,
					     .root = root,
					     .section = sections[i],
					     .hook = k };

			hook.path =
				(struct node_path){ .at = { node_index(root, "spec"),
							    node_index(spec, sections[i]),
							    k },
						    .n = 3 };
			rules_of_hook(suite, rules, &hook, hooks->items[k]);
		}
	}
}

int rules_read(struct suite *suite, struct rules *ret)
{
	size_t i;

	for (i = 0; i < suite->policies.n; i++) {
		const struct node *root = suite->policy_nodes[i];
		struct report report = { .arena = &suite->arena,
					 .file = suite->policy_files[i] };

		if (!root)
			root = node_read(&suite->arena, &report, suite->policy_files[i]);
		report_print(&report, stderr);
		report_done(&report);
		if (!root)
			return -EINVAL;
		rules_of_policy(suite, ret, i, root);
	}
	return 0;
}

struct tetra_policy *variant_parse(struct suite *suite, const struct node *root)
{
	struct tetra_policy *policy = NULL;
	struct arena arena = {};
	size_t len;
	const char *text = node_dump(&arena, root, 1, &len);
	int r = tetra_policy_parse(&policy, text, len, NULL, NULL);

	(void)suite;
	arena_done(&arena);
	return r < 0 ? NULL : policy;
}

const struct node *variant_of_hook(struct arena *arena, const struct rule *rule,
				   const struct node *selectors)
{
	const struct node *spec = node_get(rule->root, "spec");
	const struct node *hooks = node_get(spec, rule->section);
	struct node *new_spec = node_new(arena, NODE_MAP, spec);
	struct node *new_hooks = node_new(arena, NODE_LIST, hooks);
	struct node_path to_selectors = { .at = { rule->path.at[3] }, .n = 1 };
	struct node_path to_spec = { .at = { rule->path.at[0] }, .n = 1 };
	size_t i, k;

	node_add(arena, new_hooks, NULL,
		 node_replace(arena, hooks->items[rule->hook], &to_selectors, selectors));
	for (i = 0; i < spec->n; i++) {
		for (k = 0; sections[k]; k++)
			if (strcmp(node_text(spec->keys[i]), sections[k]) == 0)
				break;
		if (!sections[k])
			node_add(arena, new_spec, spec->keys[i], spec->items[i]);
		else if (strcmp(sections[k], rule->section) == 0)
			node_add(arena, new_spec, spec->keys[i], new_hooks);
	}
	return node_replace(arena, rule->root, &to_spec, new_spec);
}

static const char *case_text(struct suite *suite, const char *name, const char *witness,
			     const struct judged *judged)
{
	const char *kind = tetra_verdict_kind_to_name(judged->kind), *rule = "";
	/* It holds values of policies, with quotes in them. */
	const char *quoted = node_dump(
		&suite->arena, node_scalar(&suite->arena, NULL, name, 0), 0, NULL);

	if (judged->kind != TETRA_VERDICT_NONE && judged->n_rules)
		rule = arena_text(&suite->arena, ", decided-by: \"%s\"",
				  judge_rule(&suite->arena, &judged->rules[0],
					     suite->policies.n > 1));
	return arena_text(&suite->arena,
			  "- name: %s\n  event: %s\n  expect: {verdict: %s%s}\n", quoted,
			  witness, kind, rule);
}

const char *variant_case(struct suite *suite, const char *name, const char *witness)
{
	const struct policies *all = &suite->policies;
	struct tetra_input *input = NULL;
	struct tetra_sim *sim = NULL;
	const char *ret = NULL;
	struct judged judged;

	if (tetra_input_new(&input) >= 0 &&
	    tetra_input_read(input, witness, strlen(witness), NULL, NULL) >= 0 &&
	    tetra_sim_new(&sim, all->items, all->n, NULL, NULL) >= 0) {
		if (judge(sim, input, &judged) >= 0)
			ret = case_text(suite, name, witness, &judged);
	}
	tetra_sim_free(sim);
	tetra_input_free(input);
	return ret;
}
