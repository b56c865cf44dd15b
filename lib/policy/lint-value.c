/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about the values of filters: they mean something else, or nothing.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

#include "lib/policy/lint.h"
#include "lib/policy/number.h"

typedef void (*values_fn)(const struct lint *lint, const struct doc_values *values);

static const struct operator_row *filter_operator(const struct doc_filter *filter)
{
	return filter->op ? filter->op->word : NULL;
}

/* Text operators of matchArgs and matchBinaries, without their negation. */
static bool operator_is(const char *name, const char *plain)
{
	return str_equal(str_has_prefix(name, "Not") ? name + 3 : name, plain);
}

static void for_each_values(const struct lint *lint, values_fn check)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i;

	for (i = 0; i < doc->args.n; i++)
		check(lint, &doc->args.items[i].values);
	for (i = 0; i < doc->data.n; i++)
		check(lint, &doc->data.items[i].values);
	for (i = 0; i < doc->return_args.n; i++)
		check(lint, &doc->return_args.items[i].values);
	for (i = 0; i < doc->pids.n; i++)
		check(lint, &doc->pids.items[i].values);
	for (i = 0; i < doc->binaries.n; i++)
		check(lint, &doc->binaries.items[i].values);
	for (i = 0; i < doc->parents.n; i++)
		check(lint, &doc->parents.items[i].values);
	for (i = 0; i < doc->namespaces.n; i++)
		check(lint, &doc->namespaces.items[i].values);
	for (i = 0; i < doc->capabilities.n; i++)
		check(lint, &doc->capabilities.items[i].values);
}

/* Values that are compared in pairs; longer lists are made by programs. */
#define MAX_PAIRS 1000u

static void duplicate_in(const struct lint *lint, const struct doc_values *values)
{
	uint32_t i, k;

	for (i = 1; i < values->n && values->n <= MAX_PAIRS; i++) {
		for (k = 0; values->items[i] && k < i; k++) {
			if (!values->items[k] ||
			    !node_equal(values->items[k], values->items[i]))
				continue;
			report_warning(lint->report, values->items[i], "duplicate-value",
				       NULL, Q " stands in this list twice",
				       values->items[i]->text);
			break;
		}
	}
}

static void duplicate_value(const struct lint *lint)
{
	for_each_values(lint, duplicate_in);
}

static void host_bits_of(const struct lint *lint, const struct node *value)
{
	struct policy_value parsed = {};
	char net[INET6_ADDRSTRLEN], hint[128];
	bool host_bits;

	if (address_parse(value->text, &parsed, &host_bits) < 0 || !host_bits)
		return;
	inet_ntop(parsed.addr_family == 4 ? AF_INET : AF_INET6, parsed.addr, net,
		  sizeof(net));
	snprintf(hint, sizeof(hint), "it means %s/%u", net, parsed.addr_bits);
	report_warning(lint->report, value, "host-bits", hint,
		       Q " has bits behind its prefix; they are not compared",
		       value->text);
}

static void host_bits(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct operator_row *op = filter_operator(&doc->args.items[i]);
		const struct doc_values *values = &doc->args.items[i].values;

		for (k = 0; op && op->grammar == GRAMMAR_ADDRESS && k < values->n; k++)
			if (values->items[k])
				host_bits_of(lint, values->items[k]);
	}
}

static void range_order_of(const struct lint *lint, const struct node *value)
{
	const char *colon = strchr(value->text, ':');
	struct number low, high;
	char first[64], hint[160];
	bool swapped;

	if (!colon || colon - value->text >= (long)sizeof(first))
		return;
	snprintf(first, sizeof(first), "%.*s", (int)(colon - value->text), value->text);
	if (number_parse(first, &low) < 0 || number_parse(colon + 1, &high) < 0)
		return;
	swapped = low.negative == high.negative
			  ? (low.negative ? low.magnitude < high.magnitude
					  : low.magnitude > high.magnitude)
			  : high.negative;
	if (!swapped)
		return;
	snprintf(hint, sizeof(hint), "write %.60s:%s", colon + 1, first);
	report_warning(lint->report, value, "range-order", hint,
		       "the lower bound of " Q " is the higher number", value->text);
}

static void range_order(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct operator_row *op = filter_operator(&doc->args.items[i]);
		const struct doc_values *values = &doc->args.items[i].values;

		if (!op || op->grammar == GRAMMAR_ADDRESS ||
		    op->grammar == GRAMMAR_TEXT || op->grammar == GRAMMAR_LITERAL)
			continue;
		for (k = 0; k < values->n; k++)
			if (values->items[k])
				range_order_of(lint, values->items[k]);
	}
}

static void merged_usr_of(const struct lint *lint, const struct doc_values *values,
			  const char *op)
{
	static const char *const folders[] = { "/bin/",	  "/sbin/",  "/lib/",
					       "/lib64/", "/lib32/", "/libx32/" };
	char hint[160];
	uint32_t i;
	size_t k;

	if (operator_is(op, "Postfix"))
		return;
	for (i = 0; i < values->n; i++) {
		for (k = 0; values->items[i] && k < ARRAY_SIZE(folders); k++)
			if (str_has_prefix(values->items[i]->text, folders[k]))
				break;
		if (!values->items[i] || k == ARRAY_SIZE(folders))
			continue;
		snprintf(hint, sizeof(hint), "write /usr%.120s", values->items[i]->text);
		report_warning(lint->report, values->items[i], "merged-usr-path", hint,
			       "on most systems %.*s is a link to /usr%.*s, and resolved "
			       "paths are compared",
			       (int)strlen(folders[k]) - 1, folders[k],
			       (int)strlen(folders[k]) - 1, folders[k]);
	}
}

static void merged_usr_path(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i;

	for (i = 0; i < doc->binaries.n; i++)
		if (doc->binaries.items[i].op)
			merged_usr_of(lint, &doc->binaries.items[i].values,
				      doc->binaries.items[i].op->text);
	for (i = 0; i < doc->args.n; i++) {
		type = lint_filter_type(lint, &doc->args.items[i]);
		if (type && (type->classes & TYPE_PATH) && doc->args.items[i].op)
			merged_usr_of(lint, &doc->args.items[i].values,
				      doc->args.items[i].op->text);
	}
}

/* "/etc/passwd" begins "/etc/passwd-" too; "/tmp/sess_" was meant to. */
static void prefix_sibling(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct doc_filter *filter = &doc->args.items[i];

		type = lint_filter_type(lint, filter);
		if (!type || !(type->classes & TYPE_PATH) || !filter->op ||
		    !operator_is(filter->op->text, "Prefix"))
			continue;
		for (k = 0; k < filter->values.n; k++) {
			doc_value value = filter->values.items[k];

			if (!value || value->n < 2 || value->text[0] != '/' ||
			    !isalnum((unsigned char)value->text[value->n - 1]))
				continue;
			report_warning(lint->report, value, "prefix-sibling",
				       "end a folder with '/', and use Equal for a file",
				       "the prefix also begins names like '%.80s-old'",
				       value->text);
		}
	}
}

/* Paths begin with '/': anything else is never equal to one and never begins one. */
static void never_a_path(const struct lint *lint, const struct doc_filter *filter,
			 const struct type_row *type)
{
	const char *name = filter->op->text;
	struct number number;
	uint32_t i;

	if (!(type->classes & TYPE_PATH) ||
	    (!operator_is(name, "Equal") && !operator_is(name, "Prefix")))
		return;
	for (i = 0; i < filter->values.n; i++) {
		doc_value value = filter->values.items[i];

		if (!value || !value->n || value->text[0] == '/')
			continue;
		report_warning(
			lint->report, value, "never-matches",
			number_parse(value->text, &number) == 0
				? "declare the argument as int to compare its number"
				: "paths begin with '/'",
			"a %s is compared by its path; " Q " is none", type->name,
			value->text);
	}
}

static void never_a_bit(const struct lint *lint, const struct doc_filter *filter,
			const struct type_row *type)
{
	struct number number;
	uint32_t i;

	if (!type->bits || !str_equal(filter->op->text, "Mask"))
		return;
	for (i = 0; i < filter->values.n; i++)
		if (filter->values.items[i] &&
		    number_parse(filter->values.items[i]->text, &number) == 0 &&
		    !number.magnitude)
			report_warning(lint->report, filter->values.items[i],
				       "never-matches", NULL,
				       "a mask of 0 has no bit to test");
}

static int64_t value_number(const struct node *value)
{
	struct number number = {};

	(void)number_parse(value->text, &number);
	return (int64_t)(number.negative ? 0 - number.magnitude : number.magnitude);
}

/* One value of @filter accepts @candidate; operators that we cannot judge accept. */
static bool value_accepts(const char *name, const struct type_row *type,
			  const struct node *value, const struct node *candidate)
{
	const char *a = candidate->text, *b = value->text;

	if (type->bits) {
		if (operator_is(name, "Equal"))
			return value_number(candidate) == value_number(value);
		if (str_equal(name, "GT") || str_equal(name, "GreaterThan"))
			return value_number(candidate) > value_number(value);
		if (str_equal(name, "LT") || str_equal(name, "LessThan"))
			return value_number(candidate) < value_number(value);
		return true;
	}
	if (operator_is(name, "Equal"))
		return node_equal(candidate, value);
	if (operator_is(name, "Prefix"))
		return str_has_prefix(a, b);
	if (operator_is(name, "Postfix"))
		return candidate->n >= value->n &&
		       str_equal(a + candidate->n - value->n, b);
	return true;
}

static bool filter_accepts(const struct doc_filter *filter, const struct type_row *type,
			   const struct node *candidate)
{
	const char *name = filter->op->text;
	bool negated = operator_is(name, "Equal") || operator_is(name, "Prefix") ||
		       operator_is(name, "Postfix");
	uint32_t i;

	negated = negated && str_has_prefix(name, "Not");
	for (i = 0; i < filter->values.n; i++)
		if (!filter->values.items[i] ||
		    value_accepts(name, type, filter->values.items[i], candidate))
			return !negated;
	return negated;
}

static bool same_argument(const struct doc_filter *a, const struct doc_filter *b)
{
	if (a->args.n || b->args.n)
		return a->args.n && b->args.n && node_equal(a->args.node, b->args.node);
	return (a->index ? a->index->number : 0) == (b->index ? b->index->number : 0);
}

/* None of the values that @equal allows passes @other. */
static bool is_contradiction(const struct doc_filter *equal,
			     const struct doc_filter *other, const struct type_row *type)
{
	uint32_t i;

	if (!str_equal(equal->op->text, "Equal") || !equal->values.n || !other->values.n)
		return false;
	for (i = 0; i < equal->values.n; i++)
		if (!equal->values.items[i] ||
		    filter_accepts(other, type, equal->values.items[i]))
			return false;
	return true;
}

static void contradiction(const struct lint *lint, uint32_t late)
{
	const struct doc_filter *filters = lint->selector->args.items;
	const struct doc_filter *b = &filters[late];
	const struct type_row *type = lint_filter_type(lint, b);
	uint32_t i;

	for (i = 0; i < late; i++) {
		const struct doc_filter *a = &filters[i];

		if (!a->op || !same_argument(a, b))
			continue;
		if (!is_contradiction(a, b, type) && !is_contradiction(b, a, type))
			continue;
		report_warning(lint->report, b->op, "never-matches",
			       "filters of one selector must all hold; use two selectors",
			       "no value passes both this filter and filter %u", i);
		return;
	}
}

static void never_matches(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i;

	for (i = 0; i < doc->args.n; i++) {
		type = lint_filter_type(lint, &doc->args.items[i]);
		if (!type || !doc->args.items[i].op)
			continue;
		never_a_path(lint, &doc->args.items[i], type);
		never_a_bit(lint, &doc->args.items[i], type);
		contradiction(lint, i);
	}
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

const struct lint_rule lint_value_rules[] = {
	{ "duplicate-value", duplicate_value }, { "host-bits", host_bits },
	{ "ignored-field", empty_binaries },	{ "merged-usr-path", merged_usr_path },
	{ "never-matches", never_matches },	{ "prefix-sibling", prefix_sibling },
	{ "range-order", range_order },		{},
};
