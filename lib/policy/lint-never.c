/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about filters that nothing passes, or everything.
 */
#include "lib/policy/lint-set.h"
#include "lib/policy/lint.h"
#include "lib/policy/number.h"

static bool operator_is(const char *name, const char *plain)
{
	return str_equal(str_has_prefix(name, "Not") ? name + 3 : name, plain);
}

/* A step that no resolved path has: "//", "/./", "/../". */
static const char *odd_step(const char *text)
{
	static const char *const steps[] = { "//", "/./", "/../" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (strstr(text, steps[i]))
			return steps[i];
	return NULL;
}

/*
 * Paths are compared as the kernel resolves them: they begin with '/', have no empty steps
 * and no '/' at the end, and name a process by its number.
 */
static void path_check(const struct lint *lint, doc_value value, const char *op)
{
	bool whole = operator_is(op, "Equal") || operator_is(op, "In");
	bool postfix = operator_is(op, "Postfix");
	const char *text = value->text, *hint = "paths begin with '/'", *odd;
	struct number number;

	if (!value->n || (!whole && !postfix && !operator_is(op, "Prefix")))
		return;
	odd = odd_step(text);
	if (!postfix && text[0] != '/') {
		if (number_parse(text, &number) == 0)
			hint = "declare the argument as int to compare its number";
	} else if (odd) {
		hint = "write the path as it is when all links are followed";
	} else if ((whole || postfix) && value->n > 1 && text[value->n - 1] == '/') {
		hint = postfix ? "leave the last '/' out"
			       : "leave the last '/' out, or use Prefix for what is "
				 "below";
	} else if (strchr(text, '*')) {
		hint = "'*' stands for itself; use Prefix or Postfix";
	} else if (!postfix && str_has_prefix(text, "/proc/self/")) {
		hint = "/proc/self is a link to the number of the process";
	} else {
		return;
	}
	report_warning(lint->report, value, "never-matches", hint,
		       "resolved paths are compared; " Q " is none", text);
}

static void never_a_path(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct type_row *type;
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct doc_filter *filter = &doc->args.items[i];

		type = lint_filter_type(lint, filter);
		if (!type || !(type->classes & TYPE_PATH) || !filter->op)
			continue;
		for (k = 0; k < filter->values.n; k++)
			if (filter->values.items[k])
				path_check(lint, filter->values.items[k],
					   filter->op->text);
	}
	for (i = 0; i < doc->binaries.n; i++) {
		const struct doc_binaries *binaries = &doc->binaries.items[i];

		for (k = 0; binaries->op && k < binaries->values.n; k++)
			if (binaries->values.items[k])
				path_check(lint, binaries->values.items[k],
					   binaries->op->text);
	}
}

static void empty_values(const struct lint *lint, const struct doc_filter *filters,
			 uint32_t n, bool returned)
{
	struct lint_set set;
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		set = lint_set_of_filter(&filters[i],
					 returned ? lint_return_type(lint)
						  : lint_filter_type(lint, &filters[i]));
		for (k = 0; k < filters[i].values.n; k++) {
			if (!lint_set_value_is_empty(&set, k))
				continue;
			report_warning(lint->report, filters[i].values.items[k],
				       "never-matches", NULL,
				       set.kind == LINT_SET_MASK
					       ? "a mask of 0 has no bit to test"
				       : set.kind == LINT_SET_GREATER
					       ? "no number of this type is greater"
					       : "no number of this type is less");
		}
	}
}

static void never_a_number(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;

	empty_values(lint, doc->args.items, doc->args.n, false);
	empty_values(lint, doc->return_args.items, doc->return_args.n, true);
}

static void contradicts(const struct lint *lint, doc_value op, uint32_t early)
{
	report_warning(lint->report, op, "never-matches",
		       "filters of one selector must all hold; use two selectors",
		       "no value passes both this filter and filter %u", early);
}

static void contradiction_in(const struct lint *lint, const struct doc_filter *filters,
			     uint32_t n, bool returned)
{
	struct lint_set a, b;
	uint32_t i, k;

	for (i = 1; i < n; i++) {
		b = lint_set_of_filter(&filters[i],
				       returned ? lint_return_type(lint)
						: lint_filter_type(lint, &filters[i]));
		for (k = 0; k < i; k++) {
			if (!returned && !lint_same_argument(&filters[k], &filters[i]))
				continue;
			a = lint_set_of_filter(&filters[k], b.type);
			if (!lint_set_is_disjoint(&a, &b, lint->steps))
				continue;
			contradicts(lint, filters[i].op, k);
			break;
		}
	}
}

static void contradiction_of_process(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	struct lint_set a, b;
	uint32_t i, k;

	for (i = 1; i < doc->pids.n; i++)
		for (k = 0; k < i; k++) {
			a = lint_set_of_pids(&doc->pids.items[k]);
			b = lint_set_of_pids(&doc->pids.items[i]);
			if (lint_same_pids(&doc->pids.items[k], &doc->pids.items[i]) &&
			    lint_set_is_disjoint(&a, &b, lint->steps))
				contradicts(lint, doc->pids.items[i].op, k);
		}
	for (i = 1; i < doc->namespaces.n; i++)
		for (k = 0; k < i; k++) {
			a = lint_set_of_namespaces(&doc->namespaces.items[k]);
			b = lint_set_of_namespaces(&doc->namespaces.items[i]);
			if (lint_same_word(doc->namespaces.items[k].namespace,
					   doc->namespaces.items[i].namespace) &&
			    lint_set_is_disjoint(&a, &b, lint->steps))
				contradicts(lint, doc->namespaces.items[i].op, k);
		}
	for (i = 1; i < doc->capabilities.n; i++)
		for (k = 0; k < i; k++) {
			a = lint_set_of_capabilities(&doc->capabilities.items[k]);
			b = lint_set_of_capabilities(&doc->capabilities.items[i]);
			if (lint_same_capabilities(&doc->capabilities.items[k],
						   &doc->capabilities.items[i]) &&
			    lint_set_is_disjoint(&a, &b, lint->steps))
				contradicts(lint, doc->capabilities.items[i].op, k);
		}
}

static void contradiction(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;

	contradiction_in(lint, doc->args.items, doc->args.n, false);
	contradiction_in(lint, doc->return_args.items, doc->return_args.n, true);
	contradiction_of_process(lint);
}

/* In nothing is never, not in nothing is always. */
static void empty_list(const struct lint *lint, const struct node *node, doc_value op,
		       const struct doc_values *values)
{
	if (!node || !op || !values->node || values->n)
		return;
	if (str_has_prefix(op->text, "Not"))
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
	{ "never-matches", contradiction },
	{ "never-matches", never_a_number },
	{ "never-matches", never_a_path },
	{},
};
