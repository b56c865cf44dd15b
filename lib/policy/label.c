/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels, as Kubernetes has them, and the selectors that look at them. Selectors are not
 * supported yet, but their errors are still reported.
 */
#include <ctype.h>

#include "lib/policy/build.h"

/* Characters of a label's value. */
#define LABEL_MAX_LEN 63u

static bool is_name_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c);
}

/* Labels of lower case letters, digits and dashes, joined by dots. */
bool is_subdomain(const char *text)
{
	const char *at;

	for (at = text; *at; at++) {
		bool edge = at == text || at[-1] == '.' || at[1] == '.' || !at[1];

		if (is_name_char(*at) || (!edge && (*at == '-' || *at == '.')))
			continue;
		return false;
	}
	return at != text;
}

static bool label_is_value(const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    (i == 0 || i == len - 1 || !strchr("-_.", text[i])))
			return false;
	return len <= LABEL_MAX_LEN;
}

/* As Kubernetes has them: [DNS.SUBDOMAIN/]NAME. */
static bool label_is_key(const char *text)
{
	const char *slash = strchr(text, '/'), *name = slash ? slash + 1 : text;
	_cleanup_(freep) char *prefix = NULL;

	if (!*name || !label_is_value(name))
		return false;
	if (!slash)
		return true;
	prefix = strndup(text, (size_t)(slash - text));
	return prefix && strlen(prefix) <= DOMAIN_MAX_LEN && is_subdomain(prefix);
}

static void key_check(struct report *report, const struct node *value)
{
	if (strlen(value->key->text) != value->key->n)
		(void)report_error_key(report, value, "bad-value", NULL,
				       "the name of a label has a NUL character after " Q,
				       value->key->text);
	else if (!label_is_key(value->key->text))
		(void)report_error_key(report, value, "bad-value",
				       "write NAME or DOMAIN/NAME",
				       Q " is not the name of a label", value->key->text);
}

static void value_check(struct report *report, const struct node *value)
{
	if (!label_is_value(value->text) || strlen(value->text) != value->n)
		(void)report_error(report, value, "bad-value", NULL,
				   Q " is not a label's value", value->text);
}

void labels_check(struct report *report, const struct doc_values *labels, bool values)
{
	doc_value value;
	uint32_t i;

	for (i = 0; i < labels->n; i++) {
		value = labels->items[i];
		if (value)
			key_check(report, value);
		if (value && values)
			value_check(report, value);
	}
}

/* The labels that a container has, and one that pods have beside those of Kubernetes. */
static const char *const container_keys[] = { "name", "repo", NULL };
#define POD_NAMESPACE "k8s:io.kubernetes.pod.namespace"

static bool list_has(const char *const *list, const char *text)
{
	while (*list && !str_equal(*list, text))
		list++;
	return *list;
}

static bool key_exists(const char *key, enum label_owner owner)
{
	if (owner == LABEL_OF_CONTAINER)
		return list_has(container_keys, key);
	return label_is_key(key) || str_equal(key, POD_NAMESPACE);
}

/* Only what nothing can have is told: the selector then selects nothing. */
static void selected_key_check(struct build *build, enum report_part part,
			       const struct node *node, const struct node *key,
			       enum label_owner owner)
{
	if (!key_exists(key->text, owner) || strlen(key->text) != key->n)
		(void)report_finding(build->report, REPORT_WARNING, part, node,
				     "never-matches",
				     owner == LABEL_OF_CONTAINER
					     ? "containers have the labels name and repo"
					     : "write NAME or DOMAIN/NAME",
				     "nothing has a label " Q, key->text);
}

static void selected_values_check(struct build *build, const struct doc_values *values)
{
	doc_value value;
	uint32_t i;

	for (i = 0; i < values->n; i++) {
		value = values->items[i];
		if (value &&
		    (!label_is_value(value->text) || strlen(value->text) != value->n))
			report_warning(build->report, value, "never-matches",
				       "letters, digits, '-', '_' and '.', 63 at most",
				       "no label has the value " Q, value->text);
	}
}

static void expression_check(struct build *build, const struct doc_label *label,
			     enum label_owner owner)
{
	const struct label_operator_row *op = label->op ? label->op->word : NULL;

	if (!op)
		return;
	if (op->takes_values && !label->values.n)
		(void)report_missing(build->report, label->node, "values", label->op,
				     NULL);
	else if (!op->takes_values && label->values.n)
		(void)report_error_key(build->report, label->values.node, "not-allowed",
				       NULL, "%s takes no values", op->name);
	if (label->key && !op->is_negated)
		selected_key_check(build, REPORT_VALUE, label->key, label->key, owner);
	if (owner != LABEL_OF_CONTAINER)
		selected_values_check(build, &label->values);
}

void label_selector_check(struct build *build, const struct doc_label_selector *labels,
			  enum label_owner owner)
{
	doc_value value;
	uint32_t i;

	for (i = 0; labels && i < labels->labels.n; i++) {
		value = labels->labels.items[i];
		if (!value)
			continue;
		selected_key_check(build, REPORT_KEY, value, value->key, owner);
		value_check(build->report, value);
	}
	for (i = 0; labels && i < labels->expressions.n; i++)
		if (labels->expressions.items[i].node)
			expression_check(build, &labels->expressions.items[i], owner);
}

void host_selector_check(struct build *build, const struct doc_label_selector *hosts)
{
	if (hosts && hosts->labels.node)
		(void)report_error_key(
			build->report, hosts->labels.node, "not-allowed", NULL,
			"a hostSelector has no labels; write hostSelector: {}");
	if (hosts && hosts->expressions.node)
		(void)report_error_key(
			build->report, hosts->expressions.node, "not-allowed", NULL,
			"a hostSelector has no labels; write hostSelector: {}");
}

void workloads_check(struct build *build, const struct doc_workloads *workloads)
{
	label_selector_check(build, workloads->pods, LABEL_OF_POD);
	label_selector_check(build, workloads->containers, LABEL_OF_CONTAINER);
	host_selector_check(build, workloads->hosts);
}
