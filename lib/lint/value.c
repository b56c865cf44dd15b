/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about the values of filters: they mean something else, or nothing.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>

#include "lib/meaning/set.h"
#include "lib/lint/rules.h"
#include "lib/linux/signatures.h"
#include "lib/document/number.h"

static const struct operator_row *filter_operator(const struct doc_filter *filter)
{
	return operator_row(doc_operator(filter->op));
}

/* Values that are compared in pairs; longer lists are made by programs. */
#define MAX_PAIRS 1000u
/* Values whose meanings are compared in pairs. */
#define MAX_MEANINGS 64u

static void duplicate_in(const struct lint *lint, const struct doc_values *values)
{
	uint32_t i, k;

	for (i = 1; i < values->n && values->n <= MAX_PAIRS; i++) {
		for (k = 0; values->items[i] && k < i; k++) {
			if (!values->items[k] ||
			    !node_equal(values->items[k], values->items[i]))
				continue;
			report_warning(lint->report, values->items[i], "duplicate-value",
				       NULL, Q " is listed twice",
				       values->items[i]->text);
			break;
		}
	}
}

/* Its values may be numbers, as far as is known. */
static bool may_have_numbers(const struct lint_set *set)
{
	switch (set->kind) {
	case LINT_SET_UNKNOWN:
	case LINT_SET_EQUAL:
	case LINT_SET_GREATER:
	case LINT_SET_LESS:
	case LINT_SET_MASK:
		return !set->names;
	default:
		return false;
	}
}

/*
 * Numbers in other bases and bit patterns of negative ones: their author knows what they mean.
 * This does not apply to a number within a range that looks like it.
 */
static bool is_other_notation(const struct lint_set *set, doc_value a, doc_value b)
{
	struct number x, y;

	if (!may_have_numbers(set))
		return false;
	if (number_parse(a->text, &x) == 0 && number_parse(b->text, &y) == 0)
		return x.magnitude == y.magnitude || set->kind == LINT_SET_EQUAL;
	return (a->text[0] == '-') != (b->text[0] == '-');
}

/* "/lib" was meant as a folder: prefix-sibling reports that it also begins "/lib64". */
static bool is_sibling(const struct lint_set *set, doc_value late, doc_value early)
{
	return set->kind == LINT_SET_PREFIX && early->n && late->n > early->n &&
	       early->text[early->n - 1] != '/' && late->text[early->n] != '/';
}

/* What each value accepts of what there is; NULL: nothing, or it is not known. */
static const struct set **meanings_of(const struct lint *lint, struct arena *arena,
				      const struct lint_set *set)
{
	const struct set_space space = { arena, lint->steps };
	const struct set **ret = arena_array(arena, set->values->n, sizeof(*ret));
	const struct set *domain = lint_set_domain(lint, &space, set), *accepts;
	struct lint_set positive = *set;
	bool known = ret && domain;
	uint32_t i;

	*lint->failed |= !ret;
	positive.negated = false;
	for (i = 0; known && i < set->values->n; i++) {
		accepts = lint_values_accept(lint, &space, &positive, i, 1, &known);
		known &= accepts &&
			 lint_known(lint, set_and(&space, domain, accepts, &ret[i]));
		if (!known || set_is_empty(ret[i]))
			ret[i] = NULL;
		known = true;
	}
	return ret;
}

/* Everything that matches value @a also matches value @b. */
static bool is_within(const struct lint *lint, const struct set *a, const struct set *b)
{
	int r = a && b ? set_is_within(&lint->space, a, b) : 0;

	return lint_known(lint, r) && r;
}

/* A value that another one also covers; if two mean the same, the later one. */
static void meanings_in(const struct lint *lint, const struct lint_set *set)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	const struct doc_values *values = set->values;
	const struct set **meanings;
	uint32_t i, k;

	if (!set->kind || values->n < 2 || values->n > MAX_MEANINGS ||
	    !lint_known(lint, arena_new(&arena)))
		return;
	meanings = meanings_of(lint, arena, set);
	for (i = 0; meanings && i < values->n; i++) {
		for (k = 0; values->items[i] && k < values->n; k++) {
			if (k == i || !values->items[k] ||
			    node_equal(values->items[i], values->items[k]) ||
			    is_other_notation(set, values->items[i], values->items[k]) ||
			    is_sibling(set, values->items[i], values->items[k]) ||
			    !is_within(lint, meanings[i], meanings[k]) ||
			    (k > i && is_within(lint, meanings[k], meanings[i])))
				continue;
			report_warning(lint->report, values->items[i], "duplicate-value",
				       NULL, Q " is covered by '%.80s'",
				       values->items[i]->text, values->items[k]->text);
			break;
		}
	}
}

static void duplicate_value(const struct lint *lint)
{
	uint32_t i;

	for (i = 0; i < lint->sets->n; i++) {
		duplicate_in(lint, lint->sets->items[i].values);
		meanings_in(lint, &lint->sets->items[i]);
	}
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
		       Q " has bits after its prefix; they are not compared",
		       value->text);
}

static void host_bits(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct operator_row *op = filter_operator(&doc->args.items[i]);
		const struct doc_values *values = &doc->args.items[i].values;

		for (k = 0; op->grammar == GRAMMAR_ADDRESS && k < values->n; k++)
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

static void range_order_in(const struct lint *lint, const struct doc_filter *filters,
			   uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		const struct operator_row *op = filter_operator(&filters[i]);
		const struct doc_values *values = &filters[i].values;

		if (!op->name || op->grammar == GRAMMAR_ADDRESS ||
		    op->grammar == GRAMMAR_TEXT || op->grammar == GRAMMAR_LITERAL)
			continue;
		for (k = 0; k < values->n; k++)
			if (values->items[k])
				range_order_of(lint, values->items[k]);
	}
}

static void range_order(const struct lint *lint)
{
	range_order_in(lint, lint->selector->args.items, lint->selector->args.n);
	range_order_in(lint, lint->selector->return_args.items,
		       lint->selector->return_args.n);
}

/* Folders that are links on most systems. */
static const struct {
	const char *from, *to;
} links[] = {
	{ "/bin", "/usr/bin" },	    { "/sbin", "/usr/sbin" },
	{ "/lib", "/usr/lib" },	    { "/lib64", "/usr/lib64" },
	{ "/lib32", "/usr/lib32" }, { "/libx32", "/usr/libx32" },
	{ "/var/run", "/run" },	    { "/var/lock", "/run/lock" },
};

/* Files that are links on most systems; to what depends on the system if it is NULL. */
static const struct {
	const char *from, *to;
} file_links[] = {
	{ "/etc/localtime", NULL },
	{ "/etc/resolv.conf", NULL },
	{ "/usr/bin/awk", NULL },
	{ "/usr/bin/java", NULL },
	{ "/usr/bin/pkill", "/usr/bin/pgrep" },
	{ "/usr/bin/python", NULL },
	{ "/usr/bin/python3", NULL },
	{ "/usr/bin/sh", NULL },
	{ "/usr/bin/vi", NULL },
	{ "/usr/sbin/depmod", "/usr/bin/kmod" },
	{ "/usr/sbin/halt", "/usr/bin/systemctl" },
	{ "/usr/sbin/insmod", "/usr/bin/kmod" },
	{ "/usr/sbin/iptables", NULL },
	{ "/usr/sbin/ip6tables", NULL },
	{ "/usr/sbin/lsmod", "/usr/bin/kmod" },
	{ "/usr/sbin/modprobe", "/usr/bin/kmod" },
	{ "/usr/sbin/poweroff", "/usr/bin/systemctl" },
	{ "/usr/sbin/reboot", "/usr/bin/systemctl" },
	{ "/usr/sbin/rmmod", "/usr/bin/kmod" },
	{ "/usr/sbin/shutdown", "/usr/bin/systemctl" },
};

/* The text goes through the link, or is it. */
static bool goes_through(const char *text, const char *from)
{
	size_t len = strlen(from);

	return str_has_prefix(text, from) && (text[len] == '/' || !text[len]);
}

bool lint_usual_path(const char *text, struct strbuf *ret)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		if (!goes_through(text, links[i].from))
			continue;
		strbuf_format(ret, "%s%s", links[i].to, text + strlen(links[i].from));
		return true;
	}
	return false;
}

/* Whether the whole text is the name of a link, also through a folder that is one. */
static bool file_link_is(const struct lint *lint, doc_value value)
{
	_cleanup_(strbuf_done) struct strbuf usual = {};
	const char *text = value->text;
	char hint[160];
	size_t i = 0;

	if (lint_usual_path(text, &usual))
		text = lint_text(lint, &usual);
	while (i < ARRAY_SIZE(file_links) && !str_equal(file_links[i].from, text))
		i++;
	if (i == ARRAY_SIZE(file_links))
		return false;
	if (file_links[i].to)
		snprintf(hint, sizeof(hint), "write %s", file_links[i].to);
	else
		snprintf(hint, sizeof(hint), "write what 'readlink -f %s' prints",
			 file_links[i].from);
	report_warning(lint->report, value, "merged-usr-path", hint,
		       "on most systems %s is a link, and resolved paths are compared",
		       file_links[i].from);
	return true;
}

static void folder_link_check(const struct lint *lint, doc_value value)
{
	char hint[160];
	size_t k = 0;

	while (k < ARRAY_SIZE(links) && !goes_through(value->text, links[k].from))
		k++;
	if (k == ARRAY_SIZE(links))
		return;
	snprintf(hint, sizeof(hint), "write %s%.120s", links[k].to,
		 value->text + strlen(links[k].from));
	report_warning(lint->report, value, "merged-usr-path", hint,
		       "on most systems %s is a link to %s, and resolved paths are "
		       "compared",
		       links[k].from, links[k].to);
}

static void merged_usr_of(const struct lint *lint, const struct doc_values *values,
			  uint32_t op)
{
	uint32_t relation = operator_relation(op);

	if (relation == TETRA_REL_POSTFIX)
		return;
	for (uint32_t i = 0; i < values->n; i++)
		if (values->items[i] && (relation == TETRA_REL_PREFIX ||
					 !file_link_is(lint, values->items[i])))
			folder_link_check(lint, values->items[i]);
}

static void merged_usr_path(const struct lint *lint)
{
	const struct lint_sets *sets = lint->sets;
	uint32_t i;

	for (i = 0; i < sets->n; i++)
		if (sets->items[i].op && lint_set_is_path(&sets->items[i]))
			merged_usr_of(lint, sets->items[i].values,
				      doc_operator(sets->items[i].op));
}

/* "/etc/passwd" begins "/etc/passwd-" too; "/tmp/sess_" was meant to. */
static void prefix_sibling_of(const struct lint *lint, const struct lint_set *set)
{
	bool text = set->type && (set->type->classes & TETRA_CLASS_TEXT);
	doc_value value;
	uint32_t i;

	if (set->kind != LINT_SET_PREFIX || !(text || lint_set_is_path(set)))
		return;
	for (i = 0; i < set->values->n; i++) {
		value = set->values->items[i];
		if (!value || value->n < 2 || value->text[0] != '/' ||
		    !isalnum((unsigned char)value->text[value->n - 1]))
			continue;
		report_warning(lint->report, value, "prefix-sibling",
			       "end a folder with '/', and use Equal for a file",
			       "the prefix also begins names like '%.80s-old'",
			       value->text);
	}
}

static void prefix_sibling(const struct lint *lint)
{
	const struct lint_sets *sets = lint->sets;
	uint32_t i;

	for (i = 0; i < sets->n; i++)
		prefix_sibling_of(lint, &sets->items[i]);
}

/* A tracepoint's fields before a system call's arguments. */
#define EVENT_FIELDS 5u

static bool filters_mode(const struct lint *lint, const struct doc_filter *filter)
{
	uint32_t at = lint_filter_position(lint, filter);
	const struct doc_hook *hook = lint->hook;
	int64_t index;

	if (at >= hook->args.n || !hook->args.items[at].index)
		return false;
	index = hook->args.items[at].index->number;
	if (lint->section->section == SECTION_TRACEPOINT)
		index -= EVENT_FIELDS;
	return signature_is_mode(lint_call(lint), index);
}

/* Read as octal: a special bit, and no class of users has rights that the owner lacks. */
static bool is_usual_mode(unsigned long mode)
{
	unsigned long special = mode >> 9, owner = mode >> 6 & 7, group = mode >> 3 & 7,
		      other = mode & 7;

	return special <= 6 && special != 3 && special != 5 && (group & ~owner) == 0 &&
	       (other & ~owner) == 0;
}

/* "777" is 01411: everybody who writes it means 0777. */
static bool is_decimal_mode(const char *text)
{
	unsigned long number;

	if (strlen(text) < 3 || strlen(text) > 4 || text[0] == '0' ||
	    text[strspn(text, "01234567")])
		return false;
	number = strtoul(text, NULL, 10);
	return is_usual_mode(strtoul(text, NULL, 8)) &&
	       (number > 0777 || number < 0100 || !is_usual_mode(number));
}

static void decimal_mode(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	char hint[64];
	uint32_t i, k;

	for (i = 0; i < doc->args.n; i++) {
		const struct doc_values *values = &doc->args.items[i].values;

		if (!filters_mode(lint, &doc->args.items[i]))
			continue;
		for (k = 0; k < values->n; k++) {
			if (!values->items[k] || !is_decimal_mode(values->items[k]->text))
				continue;
			snprintf(hint, sizeof(hint), "write 0%s", values->items[k]->text);
			report_warning(lint->report, values->items[k], "decimal-mode",
				       hint,
				       "modes are octal, and without a 0 in front this "
				       "number is decimal");
		}
	}
}

/* SPortPriv and the like say it all. */
static void values_unread(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;

	for (uint32_t i = 0; i < doc->args.n; i++) {
		const struct doc_filter *filter = &doc->args.items[i];
		const struct operator_row *op =
			filter->op ? filter_operator(filter) : NULL;

		if (op && op->grammar == GRAMMAR_PRIVILEGED && filter->values.n)
			report_warning_key(
				lint->report, filter->values.node, "ignored-field",
				"remove them, or use SPort or DPort",
				"%s takes no values: it is about all ports below 1024",
				op->name);
	}
}

/* A list of filters without any: whom it enforces on is not narrowed by it. */
static void empty_filters(const struct lint *lint)
{
	const struct doc_selector *doc = lint->selector;
	const struct {
		const struct node *node;
		uint32_t n;
	} lists[] = {
#define LIST(name) { doc->name.node, doc->name.n }
		LIST(args),
		LIST(return_args),
		LIST(data),
		LIST(pids),
		LIST(binaries),
		LIST(parents),
		LIST(namespaces),
		LIST(capabilities),
		LIST(namespace_changes),
		LIST(capability_changes),
#undef LIST
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (lists[i].node && !lists[i].n && lint_enforces(lint, doc))
			report_warning_key(
				lint->report, lists[i].node, "ignored-field",
				"write a filter, or remove the list",
				"an empty %s filters nothing: everything passes",
				lists[i].node->key->text);
}

const struct lint_rule lint_value_rules[] = {
	{ "arg-type-mismatch", lint_unsigned_result },
	{ "decimal-mode", decimal_mode },
	{ "duplicate-value", duplicate_value },
	{ "host-bits", host_bits },
	{ "ignored-field", empty_filters },
	{ "ignored-field", values_unread },
	{ "merged-usr-path", merged_usr_path },
	{ "prefix-sibling", prefix_sibling },
	{ "range-order", range_order },
	{},
};
