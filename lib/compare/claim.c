/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include "lib/compare/claim.h"

#include <stdio.h>

#include "lib/base/kinds.h"
#include "lib/compare/quote.h"
#include "lib/document/section.h"

static const char *const kind_names[CLAIM_KINDS] = {
	[CLAIM_NEVER_ALLOWED] = "never-allowed",
	[CLAIM_ALWAYS_TOLD] = "always-told",
	[CLAIM_NEVER_BLOCKED] = "never-blocked",
};

/* The keys of a matcher, and the operator that each is; a part's are those of sockets. */
static const struct matcher_row {
	const char *key, *operator;
} matchers[] = {
	{ "prefix", "Prefix" }, { "suffix", "Postfix" },    { "contains", "SubString" },
	{ "saddr", "SAddr" },	{ "daddr", "DAddr" },	    { "sport", "SPort" },
	{ "dport", "DPort" },	{ "protocol", "Protocol" }, { "family", "Family" },
	{ "state", "State" },
};

static void node_text(const struct node *node, struct strbuf *ret)
{
	const struct node *child;
	bool first = true;

	if (node->type == NODE_SCALAR) {
		if (node->plain)
			strbuf_add(ret, node->text, node->n);
		else
			quote(ret, node->text, node->n);
		return;
	}
	strbuf_puts(ret, node->type == NODE_MAPPING ? "{" : "[");
	node_for_each(child, node)
	{
		strbuf_puts(ret, first ? "" : ", ");
		first = false;
		if (child->key)
			strbuf_format(ret, "%.*s: ", (int)child->key->n,
				      child->key->text);
		node_text(child, ret);
	}
	strbuf_puts(ret, node->type == NODE_MAPPING ? "}" : "]");
}

void claim_text(const struct node *node, struct strbuf *ret)
{
	bool named = node->type == NODE_MAPPING && node->n == 1;

	if (named)
		strbuf_format(ret, "%.*s: ", (int)node->first->key->n,
			      node->first->key->text);
	node_text(named ? node->first : node, ret);
}

/* "values: [...]" of a scalar, a list, or {any: [...]}. */
static int put_values(struct report *report, const struct node *node, struct strbuf *ret)
{
	const struct node *any =
		node->type == NODE_MAPPING ? node_get(node, "any") : NULL;
	const struct node *child;
	bool first = true;

	node = any ? any : node;
	strbuf_puts(ret, "values: [");
	if (node->type == NODE_SCALAR) {
		quote(ret, node->text, node->n);
	} else if (node->type == NODE_SEQUENCE) {
		node_for_each(child, node)
		{
			if (child->type != NODE_SCALAR)
				return report_error(report, child, "wrong-type", NULL,
						    "expected a text or a number");
			strbuf_puts(ret, first ? "" : ", ");
			quote(ret, child->text, child->n);
			first = false;
		}
	} else {
		return report_error(report, node, "wrong-type", NULL,
				    "expected a text, a number or a list");
	}
	strbuf_puts(ret, "]");
	return 0;
}

struct filters {
	struct strbuf text;
	uint32_t n;
};

static int put_filter(struct report *report, struct filters *filters, const char *index,
		      const char *operator, const struct node * values)
{
	strbuf_format(&filters->text, "%s{%s, operator: %s, ", filters->n++ ? ", " : "",
		      index, operator);
	if (put_values(report, values, &filters->text) < 0)
		return -EINVAL;
	strbuf_puts(&filters->text, "}");
	return 0;
}

static int put_matcher(struct report *report, struct filters *filters, const char *index,
		       const struct node *node)
{
	const struct node *child;
	int r = 0;

	if (node->type != NODE_MAPPING || node_get(node, "any"))
		return put_filter(report, filters, index, "Equal", node);
	node_for_each(child, node)
	{
		const char *operator= NULL;

		for (size_t i = 0; i < ARRAY_SIZE(matchers); i++)
			if (str_equal(child->key->text, matchers[i].key))
				operator= matchers[i].operator;
		if (str_equal(child->key->text, "not"))
			operator= "NotEqual";
		if (!operator)
			return report_error_key(report, child, "unknown-field", NULL,
						"unknown matcher " Q, child->key->text);
		r = put_filter(report, filters, index, operator, child);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The word "any": every value will do. */
static bool is_any(const struct node *node)
{
	return node->type == NODE_SCALAR && node->plain && str_equal(node->text, "any");
}

static int put_args(struct report *report, const struct node *args,
		    const struct policy_hook *hook, struct strbuf *ret)
{
	struct filters filters = {};
	const struct node *node;
	uint32_t i = 0;
	int r = 0;

	if (!args)
		return 0;
	if (args->type != NODE_SEQUENCE)
		return report_error(report, args, "wrong-type", NULL, "expected a list");
	node_for_each(node, args)
	{
		char index[32];

		if (i == hook->n_args - hook->n_data) {
			r = report_error(report, node, "out-of-range", NULL,
					 "the policy reads only %u arguments there", i);
			break;
		}
		snprintf(index, sizeof(index), "args: [%u]", i++);
		if (!is_any(node))
			r = put_matcher(report, &filters, index, node);
		if (r < 0)
			break;
	}
	if (filters.n)
		strbuf_format(ret, "matchArgs: [%s], ", strbuf_get(&filters.text));
	strbuf_done(&filters.text);
	return r;
}

static int put_return(struct report *report, const struct node *node, struct strbuf *ret)
{
	int r;

	if (!node || is_any(node))
		return 0;
	strbuf_puts(ret, "matchReturnArgs: [{operator: Equal, ");
	r = put_values(report, node, ret);
	strbuf_puts(ret, "}], ");
	return r;
}

/* {binary: X} of a claim or of its exception. */
static int put_process(struct report *report, const struct node *mapping,
		       const char *const *others, struct strbuf *ret)
{
	const struct node *child, *values;
	const char *operator= "In";
	int r;

	node_for_each(child, mapping)
	{
		size_t i = 0;

		while (others[i] && !str_equal(child->key->text, others[i]))
			i++;
		if (others[i])
			continue;
		if (!str_equal(child->key->text, "binary"))
			return report_error_key(report, child, "unknown-field", NULL,
						"unknown field " Q, child->key->text);
		values = child;
		if (child->type == NODE_MAPPING && !node_get(child, "any")) {
			values = child->first;
			operator= values && str_equal(values->key->text, "prefix")
				? "Prefix"
			: values &&str_equal(values->key->text, "suffix") ? "Postfix"
									  : NULL;
		}
		if (!operator)
			return report_error(report, child, "wrong-type", NULL,
					    "expected a path, a list, {prefix: } or "
					    "{suffix: }");
		strbuf_format(ret, "matchBinaries: [{operator: %s, ", operator);
		r = put_values(report, values, ret);
		strbuf_puts(ret, "}], ");
		if (r < 0)
			return r;
	}
	return 0;
}

/* The selectors: first what is excepted, then the rest. */
static int put_selectors(struct report *report, const struct claim *claim,
			 struct strbuf *ret)
{
	static const char *const of_claim[] = { "function", "event",  "hook",
						"uprobe",   "usdt",   "args",
						"return",   "unless", NULL };
	static const char *const of_unless[] = { NULL };
	const struct node *unless = node_get(claim->node, "unless");
	int r = 0;

	strbuf_puts(ret, "selectors: [");
	for (int excepted = unless != NULL; r >= 0 && excepted >= 0; excepted--) {
		strbuf_puts(ret, "{");
		r = put_args(report, node_get(claim->node, "args"), claim->hook, ret);
		if (r >= 0)
			r = put_return(report, node_get(claim->node, "return"), ret);
		if (r >= 0 && excepted && unless->type != NODE_MAPPING)
			r = report_error(report, unless, "wrong-type", NULL,
					 "expected a mapping");
		if (r >= 0)
			r = put_process(report, excepted ? unless : claim->node,
					excepted ? of_unless : of_claim, ret);
		strbuf_format(ret, "matchActions: [{action: %s}]}%s",
			      excepted ? "NoPost" : "Post", excepted ? ", " : "");
	}
	strbuf_puts(ret, "]");
	return r;
}

static void put_text(struct strbuf *ret, const char *key, const char *text)
{
	if (!text)
		return;
	strbuf_format(ret, ", %s: ", key);
	quote(ret, text, strlen(text));
}

static void put_arg_items(const struct policy_hook *hook, const char *name, uint32_t from,
			  uint32_t to, struct strbuf *ret)
{
	strbuf_format(ret, "%s: [", name);
	for (uint32_t i = from; i < to; i++) {
		const struct policy_arg *arg = &hook->args[i];
		bool is_data = arg->index >= POLICY_ARG_REGISTERS;

		strbuf_format(ret, "%s{index: %u, type: ", i > from ? ", " : "",
			      is_data ? i - from : arg->index);
		quote(ret, arg->type, strlen(arg->type));
		if (is_data)
			put_text(ret, "source",
				 arg->index == POLICY_ARG_TASK ? "current_task"
							       : "pt_regs");
		put_text(ret, "resolve", arg->resolve);
		put_text(ret, "btfType", arg->btf_type);
		if (arg->size_index)
			strbuf_format(ret, ", sizeArgIndex: %u", arg->size_index);
		strbuf_puts(ret, "}");
	}
	strbuf_puts(ret, "], ");
}

static void put_arg_list(const struct policy_hook *hook, struct strbuf *ret)
{
	uint32_t n = hook->n_args - hook->n_data;

	put_arg_items(hook, "args", 0, n, ret);
	if (hook->n_data)
		put_arg_items(hook, "data", n, hook->n_args, ret);
	if (!hook->wants_return)
		return;
	strbuf_puts(ret, "return: true, returnArg: {index: 0, type: ");
	quote(ret, hook->return_arg.type, strlen(hook->return_arg.type));
	strbuf_puts(ret, "}, ");
}

static void put_place(const struct policy_hook *hook, struct strbuf *ret)
{
	const struct policy_place *place = &hook->place;

	if (place->kind == POLICY_AT_SYMBOL) {
		strbuf_puts(ret, ", symbols: [");
		quote(ret, hook->name, strlen(hook->name));
	} else {
		strbuf_format(ret, ", %s: [%" PRIu64,
			      place->kind == POLICY_AT_OFFSET ? "offsets" : "addrs",
			      place->at);
	}
	strbuf_puts(ret, "]");
}

static void put_hook(const struct policy_hook *hook, struct strbuf *ret)
{
	switch (hook->kind) {
	case POLICY_TRACEPOINT:
	case POLICY_RAW_TRACEPOINT:
		strbuf_puts(ret, "tracepoints: [{subsystem: ");
		quote(ret, hook->subsystem, strlen(hook->subsystem));
		strbuf_puts(ret, ", event: ");
		quote(ret, hook->name, strlen(hook->name));
		if (hook->kind == POLICY_RAW_TRACEPOINT)
			strbuf_puts(ret, ", raw: true");
		break;
	case POLICY_LSM:
		strbuf_puts(ret, "lsmhooks: [{hook: ");
		quote(ret, hook->name, strlen(hook->name));
		break;
	case POLICY_UPROBE:
		strbuf_puts(ret, "uprobes: [{path: ");
		quote(ret, hook->subsystem, strlen(hook->subsystem));
		put_place(hook, ret);
		break;
	case POLICY_USDT:
		strbuf_puts(ret, "usdts: [{path: ");
		quote(ret, hook->subsystem, strlen(hook->subsystem));
		strbuf_puts(ret, ", provider: ");
		quote(ret, hook->provider, strlen(hook->provider));
		strbuf_puts(ret, ", name: ");
		quote(ret, hook_probe(hook), strlen(hook_probe(hook)));
		break;
	default:
		strbuf_puts(ret, "kprobes: [{call: ");
		quote(ret, hook->name, strlen(hook->name));
		strbuf_format(ret, ", syscall: %s", hook->syscall ? "true" : "false");
	}
	strbuf_puts(ret, ", ");
	put_arg_list(hook, ret);
}

/* Names that may be false are not the names that are meant, here or in the exception. */
static void believe_nothing(struct tetra_policy *policy)
{
	for (uint32_t i = 0; i < policy->hooks[0].n_selectors; i++) {
		policy->hooks[0].selectors[i].distrusts = true;
		policy->hooks[0].selectors[i].exempts = true;
	}
}

/* A value that does not fit: the claim's place is the best there is. */
static int about_refused(struct report *report, const struct claim *claim,
			 struct tetra_diag *inner, int r)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	if (r == -ENOMEM)
		return r;
	for (unsigned int i = 0; tetra_diag_get(inner, i, &finding) == 0; i++)
		if (finding.severity == TETRA_SEVERITY_ERROR)
			return report_error(report, claim->node, "bad-value", NULL, "%s",
					    finding.message);
	return report_error(report, claim->node, "bad-value", NULL,
			    "the claim does not fit the arguments of the policy");
}

static int about_make(struct report *report, struct claim *claim)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *inner = NULL;
	struct strbuf text = {};
	int r = tetra_diag_new(&inner);

	if (r < 0)
		return r;
	strbuf_puts(&text, "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
			   "metadata: {name: claim}\nspec: {");
	put_hook(claim->hook, &text);
	r = put_selectors(report, claim, &text);
	strbuf_puts(&text, "}]}\n");
	if (r >= 0 && text.failed)
		r = -ENOMEM;
	if (r >= 0) {
		r = tetra_policy_parse(&claim->about, strbuf_get(&text), text.len, NULL,
				       inner);
		if (r < 0)
			r = about_refused(report, claim, inner, r);
	}
	strbuf_done(&text);
	if (r >= 0)
		believe_nothing(claim->about);
	return r;
}

static int function_read(const struct node *mapping, struct report *report,
			 struct claim *ret)
{
	static const struct {
		const char *key;
		uint32_t kind;
	} keys[] = { { "function", POLICY_KPROBE },
		     { "event", POLICY_TRACEPOINT },
		     { "hook", POLICY_LSM },
		     { "uprobe", POLICY_UPROBE },
		     { "usdt", POLICY_USDT } };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *node = node_get(mapping, keys[i].key);

		if (!node)
			continue;
		if (node->type != NODE_SCALAR)
			return report_error(report, node, "wrong-type", NULL,
					    "expected a name");
		ret->function = node->text;
		ret->hook_kind = keys[i].kind;
		ret->hook_key = keys[i].key;
		return 0;
	}
	return report_missing(report, mapping, "function", NULL, NULL);
}

static int kind_read(const struct node *node, struct report *report, struct claim *ret)
{
	for (uint32_t i = 0; node->type == NODE_MAPPING && i < CLAIM_KINDS; i++) {
		ret->node = node_get(node, kind_names[i]);
		ret->kind = i;
		if (!ret->node)
			continue;
		if (ret->node->type != NODE_MAPPING)
			return report_error(report, ret->node, "wrong-type", NULL,
					    "expected a mapping");
		return 0;
	}
	return report_error(report, node, "unknown-field", NULL,
			    "expected never-allowed, always-told or never-blocked");
}

int claim_read(const struct node *node, const struct hook_places *places,
	       struct report *report, struct claim *ret)
{
	int r;

	*ret = (struct claim){};
	r = kind_read(node, report, ret);
	if (r >= 0)
		r = function_read(ret->node, report, ret);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < places->n && !ret->hook; i++)
		if (hook_is_called(places->items[i].hook, ret->hook_kind, ret->function))
			ret->hook = places->items[i].hook;
	return ret->hook ? about_make(report, ret) : 0;
}

void claim_done(struct claim *claim)
{
	tetra_policy_unref(claim->about);
	claim->about = NULL;
}
