/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who: matchPIDs, matchBinaries, matchNamespaces, matchCapabilities, and their relatives
 * that are only checked.
 */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "lib/base/nearest.h"
#include "lib/linux/names.h"
#include "lib/policy/build.h"
#include "lib/document/number.h"
#include "lib/document/suggest.h"

/* Of a whole path; parts of one are as long as other texts. */
#define BINARY_BYTES 255u

static bool is_true(doc_value value)
{
	return value && value->number;
}

static bool is_negated(doc_value op)
{
	return operator_is_negated(doc_operator(op));
}

/* A number written as such. */
static int number_add(struct build *build, doc_value node, uint64_t number,
		      struct policy_value *ret)
{
	ret->mark = node->mark;
	ret->min = ret->max = number;
	ret->len = node->n;
	ret->text = arena_text(build->arena, node->text, node->n);
	return ret->text ? 0 : -ENOMEM;
}

static int pids_build(struct build *build, const struct doc_pids *doc,
		      struct policy_pids *ret)
{
	uint32_t i;
	int r = 0;

	ret->mark = doc->node->mark;
	ret->negated = is_negated(doc->op);
	ret->follow_forks = is_true(doc->follow_forks);
	ret->namespace_pid = is_true(doc->namespace_pid);
	ret->values = arena_array(build->arena, doc->values.n, sizeof(*ret->values));
	if (!ret->values)
		return -ENOMEM;
	for (i = 0; i < doc->values.n && r >= 0; i++)
		if (doc->values.items[i])
			r = number_add(build, doc->values.items[i],
				       (uint64_t)doc->values.items[i]->number,
				       &ret->values[ret->n_values++]);
	return r;
}

static int binary_add(struct build *build, doc_value node, uint32_t max,
		      struct policy_binaries *ret)
{
	struct policy_value *value = &ret->values[ret->n_values];
	uint32_t len = kind_literal_bytes(TETRA_ARG_PATH, node->text, node->n);

	if (!len)
		(void)report_error(build->report, node, "bad-value", NULL,
				   "a path must not be empty");
	else if (memchr(node->text, '\0', len))
		(void)report_error(build->report, node, "bad-value", NULL,
				   "a path cannot contain a NUL character, as this one "
				   "does after " Q,
				   node->text);
	if (len > max)
		(void)report_error(build->report, node, "too-long", NULL,
				   "the path has %u bytes; %u can be compared", len, max);
	value->mark = node->mark;
	value->len = len;
	value->text = arena_text(build->arena, node->text, len);
	ret->n_values++;
	return value->text ? 0 : -ENOMEM;
}

static int binaries_build(struct build *build, const struct doc_binaries *doc,
			  struct policy_binaries *ret)
{
	uint32_t op = doc->op ? doc_operator(doc->op) : TETRA_OP_EQUAL, max, i;
	bool whole = operator_relation(op) == TETRA_REL_IS;
	int r = 0;

	max = whole ? BINARY_BYTES : operator_max_bytes(operator_row(op));
	ret->mark = doc->node->mark;
	ret->op = op;
	ret->follow_children = is_true(doc->follow_children);
	if (ret->follow_children && !whole)
		(void)report_error_key(build->report, doc->follow_children, "not-allowed",
				       NULL,
				       "followChildren needs the operator In or NotIn");
	ret->values = arena_array(build->arena, doc->values.n, sizeof(*ret->values));
	if (!ret->values)
		return -ENOMEM;
	for (i = 0; i < doc->values.n && r >= 0; i++)
		if (doc->values.items[i])
			r = binary_add(build, doc->values.items[i], max, ret);
	return r;
}

static int namespace_add(struct build *build, doc_value node,
			 struct policy_namespace *ret)
{
	static const char *const words[] = { "host_ns", NULL };
	char hint[128];
	uint64_t number;

	if (str_equal(node->text, words[0]) && strlen(words[0]) == node->n) {
		ret->host_ns = 1;
		return 0;
	}
	if (memchr(node->text, '\0', node->n)) {
		(void)report_error(build->report, node, "bad-value", NULL,
				   "the value has a NUL character after " Q, node->text);
		return 0;
	}
	if (number_parse_decimal(node->text, &number) < 0 || number > UINT32_MAX) {
		(void)report_error(
			build->report, node, "bad-value",
			hint_name(&hint,
				  nearest_of(report_seek(build->report, node->text),
					     words)),
			Q " is neither a namespace's number nor host_ns", node->text);
		return 0;
	}
	return number_add(build, node, number, &ret->values[ret->n_values++]);
}

static int namespace_build(struct build *build, const struct doc_namespaces *doc,
			   struct policy_namespace *ret)
{
	uint32_t i;
	int r = 0;

	ret->mark = doc->node->mark;
	ret->negated = is_negated(doc->op);
	if (doc->namespace)
		ret->ns = word_number(&namespaces, doc->namespace->word);
	ret->values = arena_array(build->arena, doc->values.n, sizeof(*ret->values));
	if (!ret->values)
		return -ENOMEM;
	for (i = 0; i < doc->values.n && r >= 0; i++)
		if (doc->values.items[i])
			r = namespace_add(build, doc->values.items[i], ret);
	return r;
}

/* Blanks around a capability's name and the case of its letters do not matter. */
static bool capability_parse(struct build *build, doc_value node, uint32_t *ret)
{
	const char *text = node->text + strspn(node->text, " \t");
	char name[64], hint[128];
	size_t len = strlen(text), i;

	while (len && strchr(" \t", text[len - 1]))
		len--;
	snprintf(name, sizeof(name), "%.*s", (int)MIN(len, sizeof(name) - 1), text);
	for (i = 0; name[i]; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
	if (names_number(&names_capabilities, name, ret) == 0)
		return true;
	(void)report_error(
		build->report, node, "bad-enum",
		strchr(name, ',')
			? "write one a value"
			: hint_name(&hint,
				    names_nearest(&names_capabilities,
						  report_seek(build->report, name))),
		"unknown capability " Q, node->text);
	return false;
}

static void capabilities_build(struct build *build, const struct doc_capabilities *doc,
			       struct policy_capabilities *ret)
{
	uint32_t i, bit;

	ret->mark = doc->node->mark;
	ret->negated = is_negated(doc->op);
	ret->is_namespace_capability = is_true(doc->in_namespace);
	ret->set = TETRA_CAPSET_EFFECTIVE;
	if (doc->type)
		ret->set = word_number(&capability_sets, doc->type->word);
	for (i = 0; i < doc->values.n; i++)
		if (doc->values.items[i] &&
		    capability_parse(build, doc->values.items[i], &bit))
			ret->mask |= UINT64_C(1) << bit;
}

static void namespace_changes_check(struct build *build, const struct doc_namespaces *doc)
{
	char hint[128];
	doc_value node;
	uint32_t i;
	size_t k;

	for (i = 0; i < doc->values.n; i++) {
		node = doc->values.items[i];
		for (k = 0; node && k < namespaces.n; k++)
			if (!strcasecmp(((const char *const *)namespaces.rows)[k],
					node->text))
				break;
		if (!node || k < namespaces.n)
			continue;
		(void)report_error(
			build->report, node, "bad-enum",
			hint_name(&hint,
				  words_nearest(&namespaces,
						report_seek(build->report, node->text))),
			"unknown namespace " Q, node->text);
	}
}

/* Unsupported filters: their values are checked, nothing is kept. */
static int changes_check(struct build *build, const struct doc_selector *doc)
{
	struct policy_capabilities capabilities;
	struct policy_binaries binaries = {};
	uint32_t i;
	int r = 0;

	build->report->quiet++;
	for (i = 0; i < doc->namespace_changes.n; i++)
		if (doc->namespace_changes.items[i].node)
			namespace_changes_check(build, &doc->namespace_changes.items[i]);
	for (i = 0; i < doc->capability_changes.n; i++)
		if (doc->capability_changes.items[i].node)
			capabilities_build(build, &doc->capability_changes.items[i],
					   &capabilities);
	for (i = 0; i < doc->parents.n && r >= 0; i++)
		if (doc->parents.items[i].node)
			r = binaries_build(build, &doc->parents.items[i], &binaries);
	if (doc->workloads)
		workloads_check(build, doc->workloads);
	build->report->quiet--;
	return r;
}

static int processes_build(struct build *build, const struct doc_selector *doc,
			   struct policy_selector *selector)
{
	uint32_t i;
	int r = 0;

	selector->pids = arena_array(build->arena, doc->pids.n, sizeof(*selector->pids));
	selector->binaries =
		arena_array(build->arena, doc->binaries.n, sizeof(*selector->binaries));
	if (!selector->pids || !selector->binaries)
		return -ENOMEM;
	for (i = 0; i < doc->pids.n && r >= 0; i++)
		if (doc->pids.items[i].node)
			r = pids_build(build, &doc->pids.items[i],
				       &selector->pids[selector->n_pids++]);
	/* Without values there is nothing to match: the element has no effect. */
	for (i = 0; i < doc->binaries.n && r >= 0; i++)
		if (doc->binaries.items[i].values.n)
			r = binaries_build(build, &doc->binaries.items[i],
					   &selector->binaries[selector->n_binaries++]);
	return r;
}

int scopes_build(struct build *build, const struct doc_selector *doc,
		 struct policy_selector *selector)
{
	uint32_t i;
	int r = processes_build(build, doc, selector);

	selector->namespaces = arena_array(build->arena, doc->namespaces.n,
					   sizeof(*selector->namespaces));
	selector->capabilities = arena_array(build->arena, doc->capabilities.n,
					     sizeof(*selector->capabilities));
	if (!selector->namespaces || !selector->capabilities)
		return -ENOMEM;
	for (i = 0; i < doc->namespaces.n && r >= 0; i++)
		if (doc->namespaces.items[i].node)
			r = namespace_build(
				build, &doc->namespaces.items[i],
				&selector->namespaces[selector->n_namespaces++]);
	for (i = 0; i < doc->capabilities.n; i++)
		if (doc->capabilities.items[i].node)
			capabilities_build(
				build, &doc->capabilities.items[i],
				&selector->capabilities[selector->n_capabilities++]);
	return r < 0 ? r : changes_check(build, doc);
}
