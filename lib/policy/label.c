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

bool label_is_value(const char *text)
{
	size_t len = strlen(text), i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    (i == 0 || i == len - 1 || !strchr("-_.", text[i])))
			return false;
	return len <= LABEL_MAX_LEN;
}

bool label_is_key(const char *text)
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

static void label_check(struct build *build, const struct doc_label *label)
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
}

void label_selector_check(struct build *build, const struct doc_label_selector *labels)
{
	doc_value value;
	uint32_t i;

	for (i = 0; labels && i < labels->labels.n; i++) {
		value = labels->labels.items[i];
		if (value && !label_is_value(value->text))
			(void)report_error(build->report, value, "bad-value", NULL,
					   Q " is not a label's value", value->text);
	}
	for (i = 0; labels && i < labels->expressions.n; i++)
		if (labels->expressions.items[i].node)
			label_check(build, &labels->expressions.items[i]);
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
	label_selector_check(build, workloads->pods);
	label_selector_check(build, workloads->containers);
	host_selector_check(build, workloads->hosts);
}
