/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/suite.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tetra/simulate.h>
#include <tetra/tetra.h>

#include "common/files.h"
#include "common/findings.h"
#include "common/guard.h"
#include "suite/expand.h"
#include "suite/form.h"
#include "suite/match.h"

/* What the library says of a part of the suite; its columns are those of another text. */
static void take_findings(struct suite *suite, struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		struct node place = { .line = finding.line };

		if (finding.severity == TETRA_SEVERITY_ERROR)
			report_add(&suite->report, finding.line ? &place : NULL,
				   finding.hint
					   ? arena_text(&suite->arena, "%s", finding.hint)
					   : NULL,
				   "%s", finding.message);
	}
}

const char *suite_path(struct suite *suite, const char *path)
{
	const char *slash = strrchr(suite->file, '/');
	int n = slash && path[0] != '/' ? (int)(slash - suite->file) + 1 : 0;

	return arena_text(&suite->arena, "%.*s%s", n, suite->file, path);
}

static void policy_add(struct suite *suite, struct tetra_policy *policy, const char *file,
		       const struct node *node)
{
	struct policies *all = &suite->policies;

	all->items = list_grow(all->items, all->n, sizeof(*all->items));
	suite->policy_files =
		list_grow(suite->policy_files, all->n, sizeof(*suite->policy_files));
	suite->policy_nodes =
		list_grow(suite->policy_nodes, all->n, sizeof(*suite->policy_nodes));
	all->items[all->n] = policy;
	suite->policy_files[all->n] = file;
	suite->policy_nodes[all->n++] = node;
}

static void policy_read_file(struct suite *suite, const struct node *node,
			     const char *file)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_policy_parse_file(&policy, file, NULL, diag);
	if (r >= 0) {
		policy_add(suite, policy, arena_text(&suite->arena, "%s", file), NULL);
		return;
	}
	if (diag && r != -ENOENT && r != -EPERM)
		findings_print(diag, stderr);
	report_add(&suite->report, node, "tetra-policy check explains it",
		   "policy '%s' cannot be used: %s", file, strerror(-r));
}

static void policy_read_path(struct suite *suite, const struct node *node)
{
	_cleanup_(files_done) struct files files = {};
	const char *path = suite_path(suite, node->text);
	int r = files_add(&files, path);
	size_t i;

	if (r < 0 || !files.n_names)
		report_add(&suite->report, node, "paths are relative to the suite",
			   "'%s': %s", path, r < 0 ? strerror(-r) : "no policies in it");
	for (i = 0; r >= 0 && i < files.n_names; i++)
		policy_read_file(suite, node, files.names[i]);
}

static void policy_read_inline(struct suite *suite, const struct node *node)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = suite->file);
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;
	size_t len;
	const char *text = node_dump(&suite->arena, node, 1, &len);
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_policy_parse(&policy, text, len, &opts, diag);
	if (r >= 0)
		policy_add(suite, policy, NULL, node);
	else if (diag)
		take_findings(suite, diag);
	else
		report_add(&suite->report, node, NULL, "%s", strerror(-r));
}

static void policies_take(struct suite *suite)
{
	const struct node *list = node_get(suite->root, "policies");
	size_t i, k;

	for (i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		if (list->items[i]->kind == NODE_SCALAR)
			policy_read_path(suite, list->items[i]);
		else if (list->items[i]->kind == NODE_MAP)
			policy_read_inline(suite, list->items[i]);
	}
	for (i = 0; i < suite->policies.n; i++)
		for (k = 0; k < i; k++)
			if (strcmp(tetra_policy_get_name(suite->policies.items[i]),
				   tetra_policy_get_name(suite->policies.items[k])) == 0)
				report_add(
					&suite->report, list, "names are metadata.name",
					"two policies are named '%s'",
					tetra_policy_get_name(suite->policies.items[i]));
}

static void check_event(struct suite *suite, const struct node *event)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_input *input = NULL;
	size_t len;
	const char *text = node_dump(&suite->arena, event, 1, &len);
	int r = tetra_diag_new(&diag);

	if (r >= 0)
		r = tetra_input_new(&input);
	if (r >= 0)
		r = tetra_input_read(input, text, len, suite->file, diag);
	if (r < 0 && diag && tetra_diag_count(diag, TETRA_SEVERITY_ERROR))
		take_findings(suite, diag);
	else if (r < 0)
		report_add(&suite->report, event, NULL, "%s", strerror(-r));
	tetra_input_free(input);
}

/* "kprobes[0].selectors[1]", with or without a policy. */
static void check_rule(struct suite *suite, const struct node *node)
{
	static const char form[] =
		"^(none|(.+/)?(kprobes|tracepoints|lsmhooks|uprobes|usdts)"
		"\\[[0-9]+\\](\\.selectors\\[[0-9]+\\])?)$";
	regex_t regex;

	if (!node_text(node) || regcomp(&regex, form, REG_EXTENDED | REG_NOSUB) != 0)
		return;
	if (regexec(&regex, node->text, 0, NULL, 0) != 0)
		report_add(&suite->report, node, "write kprobes[0].selectors[0]",
			   "'%s' does not name a selector", node->text);
	regfree(&regex);
}

/* A partial event has something to match, beside how often it comes. */
static void check_partial(struct suite *suite, const struct node *node)
{
	const struct node *count = node_get(node, "count");
	const struct node *least = node_get(node, "at-least");
	int64_t number;

	if (count && least)
		report_add(&suite->report, least, "remove one of them",
			   "'count' and 'at-least' exclude each other");
	if (count && (!node_number(count, &number) || number < 0))
		report_add(&suite->report, count, NULL, "'count' must be a number");
	if (least && (!node_number(least, &number) || number < 0))
		report_add(&suite->report, least, NULL, "'at-least' must be a number");
	if (node->kind == NODE_MAP &&
	    node->n == (size_t)(count != NULL) + (least != NULL))
		report_add(&suite->report, node, "for example process_kprobe: {..}",
			   "a partial event is empty");
	match_check(&suite->report, node);
}

static void check_exclusive(struct suite *suite, const struct node *map, const char *one,
			    const char *other)
{
	if (node_get(map, one) && node_get(map, other))
		report_add(&suite->report, node_get(map, other), "remove one of them",
			   "'%s' and '%s' exclude each other", one, other);
}

static void check_expect(struct suite *suite, const struct node *expect)
{
	const struct node *events = node_get(expect, "events");
	static const char *const texts[] = { "stdout", "stderr" };
	size_t i;

	check_exclusive(suite, expect, "signal", "exit");
	check_exclusive(suite, expect, "signal", "errno");
	check_rule(suite, node_get(expect, "decided-by"));
	if (node_get(expect, "only") && !events)
		report_add(&suite->report, node_get(expect, "only"), "add 'events'",
			   "'only' needs 'events'");
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (node_get(expect, texts[i]))
			match_check(&suite->report, node_get(expect, texts[i]));
	for (i = 0; events && events->kind == NODE_LIST && i < events->n; i++)
		check_partial(suite, events->items[i]);
}

static void check_until(struct suite *suite, const struct node *with)
{
	size_t i;

	for (i = 0; i < node_count(with); i++) {
		const struct node *until = node_get(node_item(with, i), "until");

		if (node_get(until, "stdout"))
			match_check(&suite->report, node_get(until, "stdout"));
		if (node_get(until, "event"))
			check_partial(suite, node_get(until, "event"));
	}
}

static void check_case(struct suite *suite, const struct suite_case *one)
{
	const struct node *node = one->node;
	size_t before = suite->report.n;

	form_check(&suite->report,
		   one->event && !one->run ? &form_event_case : &form_run_case, node,
		   "cases");
	if (suite->report.n > before)
		return;
	check_expect(suite, one->expect);
	check_until(suite, node_get(node, "with"));
	if (one->event)
		check_event(suite, one->event);
}

static void case_take(void *user, const struct node *node, const char *name)
{
	struct suite *suite = user;
	struct suite_case one = { .name = name,
				  .base = node_get_text(node, "name"),
				  .node = node,
				  .event = node_get(node, "event"),
				  .run = node_get(node, "run"),
				  .expect = node_get(node, "expect"),
				  .known_gap = node_get_text(node, "known-gap"),
				  .skip = node_get_text(node, "skip") };

	if (!one.base)
		one.base = name;
	check_case(suite, &one);
	suite->cases = list_grow(suite->cases, suite->n_cases, sizeof(one));
	suite->cases[suite->n_cases++] = one;
}

static int compare_names(const void *a, const void *b)
{
	const struct suite_case *one = *(const struct suite_case *const *)a;
	const struct suite_case *other = *(const struct suite_case *const *)b;
	int r = strcmp(one->name, other->name);

	return r ? r : one < other ? -1 : one > other;
}

/* Of cases with one name, all but the first are reported. */
static void check_names(struct suite *suite)
{
	const struct suite_case **sorted =
		arena_new(&suite->arena, (suite->n_cases + 1) * sizeof(*sorted));
	const struct node *name;
	size_t i;

	for (i = 0; i < suite->n_cases; i++)
		sorted[i] = &suite->cases[i];
	qsort(sorted, suite->n_cases, sizeof(*sorted), compare_names);
	for (i = 1; i < suite->n_cases; i++) {
		if (strcmp(sorted[i]->name, sorted[i - 1]->name) != 0)
			continue;
		name = node_get(sorted[i]->node, "name");
		report_add(&suite->report, name ? name : sorted[i]->node,
			   "names are unlike each other",
			   "the name '%s' is that of another case", sorted[i]->name);
	}
}

static void cases_take(struct suite *suite)
{
	const struct node *list = node_get(suite->root, "cases");
	size_t i;

	for (i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *node = list->items[i];
		const char *name = node_get_text(node, "name");

		if (node->kind != NODE_MAP)
			continue; /* the form has said so */
		if (!name)
			name = arena_text(&suite->arena, "case %zu", i + 1);
		expand_case(&suite->arena, &suite->report, node, name, case_take, suite);
	}
	check_names(suite);
}

/* Claims are checked by a proof of nothing: without policies it is short. */
static void claims_check(struct suite *suite)
{
	_cleanup_(diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_proofs *proofs = NULL;
	size_t len;
	const char *text;
	int r;

	if (!suite->claims || suite->claims->kind != NODE_LIST || !suite->claims->n)
		return;
	text = suite_claims(suite, &len);
	r = tetra_diag_new(&diag);
	if (r >= 0)
		r = tetra_prove(&proofs, NULL, 0, text, len, NULL, diag);
	tetra_proofs_free(proofs);
	if (r < 0 && diag && tetra_diag_count(diag, TETRA_SEVERITY_ERROR))
		take_findings(suite, diag);
	else if (r < 0)
		report_add(&suite->report, suite->claims, NULL, "%s", strerror(-r));
}

const char *suite_claims(struct suite *suite, size_t *ret_len)
{
	struct node nothing = { .kind = NODE_LIST, .line = 1 };

	return node_dump(&suite->arena, suite->claims ? suite->claims : &nothing, 1,
			 ret_len);
}

int suite_read(struct suite *ret, const char *filename)
{
	ret->file = filename;
	ret->report = (struct report){ .arena = &ret->arena, .file = filename };
	ret->root = node_read(&ret->arena, &ret->report, filename);
	if (ret->root) {
		form_check(&ret->report, &form_suite, ret->root, "suite");
		ret->claims = node_get(ret->root, "prove");
		policies_take(ret);
		cases_take(ret);
		claims_check(ret);
	}
	report_print(&ret->report, stderr);
	return ret->report.n ? -EINVAL : 0;
}

void suite_done(struct suite *suite)
{
	policies_done(&suite->policies);
	free(suite->policy_files);
	free(suite->policy_nodes);
	free(suite->cases);
	report_done(&suite->report);
	arena_done(&suite->arena);
}
