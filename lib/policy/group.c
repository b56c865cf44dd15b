/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a policy that hooks refer to, or that say where it applies: lists, macros,
 * enforcers, label selectors. They are not supported yet, but their errors are still reported.
 */
#include <ctype.h>

#include "lib/base/nearest.h"
#include "lib/policy/build.h"

/* Characters of a label's value. */
#define LABEL_MAX_LEN 63u

const struct doc_list_def *list_find(const struct build *build, const char *text)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i;

	if (!str_has_prefix(text, "list:"))
		return NULL;
	for (i = 0; i < spec->lists.n; i++)
		if (spec->lists.items[i].name &&
		    str_equal(spec->lists.items[i].name->text, text + strlen("list:")))
			return &spec->lists.items[i];
	return NULL;
}

bool list_reference(struct build *build, const struct node *value)
{
	const struct doc_spec *spec = build->doc->spec;
	struct nearest nearest;
	char hint[128];
	uint32_t i;

	if (!str_has_prefix(value->text, "list:"))
		return false;
	if (list_find(build, value->text))
		return true;
	nearest_init(&nearest, report_seek(build->report, value->text + strlen("list:")));
	for (i = 0; i < spec->lists.n; i++)
		if (spec->lists.items[i].name)
			nearest_offer(&nearest, spec->lists.items[i].name->text);
	(void)report_error(build->report, value, "bad-reference",
			   hint_name(&hint, nearest.best), "no list " Q " in this policy",
			   value->text + strlen("list:"));
	return true;
}

/* ABI/sys_x, __x64_sys_x or sys_x. */
static bool is_syscall_name(const char *text)
{
	static const char *const abis[] = { "x64/", "i386/", "arm64/", "arm32/", "" };
	static const char *const prefixes[] = { "__x64_", "__ia32_", "__arm64_", "" };
	size_t i;

	for (i = 0; !str_has_prefix(text, abis[i]); i++)
		;
	text += strlen(abis[i]);
	for (i = 0; !str_has_prefix(text, prefixes[i]); i++)
		;
	text += strlen(prefixes[i]);
	return str_has_prefix(text, "sys_") && text[4];
}

static void list_values_check(struct build *build, const struct doc_list_def *list,
			      bool syscalls)
{
	doc_value value;
	uint32_t i;

	for (i = 0; i < list->values.n; i++) {
		value = list->values.items[i];
		if (!value)
			continue;
		if (str_has_prefix(value->text, "list:") || !value->n)
			(void)report_error(build->report, value, "bad-value", NULL,
					   "a list holds symbols; " Q " is none",
					   value->text);
		else if (syscalls && !is_syscall_name(value->text))
			(void)report_error(build->report, value, "bad-value",
					   "system calls are written sys_NAME",
					   Q " is not a system call", value->text);
	}
}

/* Brackets in pairs: what people get wrong, in any dialect of expressions. */
static bool pattern_is_balanced(const char *text)
{
	unsigned int depth = 0;
	bool set = false;

	for (; *text; text++) {
		if (*text == '\\') {
			if (!*++text)
				return false;
		} else if (set) {
			set = *text != ']';
		} else if (*text == '[') {
			/* "]" directly after "[" or "[^" is a member */
			text += text[1] == '^';
			text += text[1] == ']';
			set = true;
		} else if (*text == '(') {
			depth++;
		} else if (*text == ')' && !depth--) {
			return false;
		}
	}
	return !depth && !set;
}

static void list_check(struct build *build, const struct doc_list_def *list)
{
	const char *type = list->type ? list->type->text : "";
	bool generated = str_has_prefix(type, "generated_");

	if (generated && list->values.n)
		(void)report_error_key(build->report, list->values.node, "not-allowed",
				       NULL, "a list of type %s has no values of its own",
				       type);
	else if (!generated)
		list_values_check(build, list, str_equal(type, "syscalls"));
	if (str_equal(type, "generated_ftrace") && (!list->pattern || !list->pattern->n))
		(void)report_missing(build->report, list->node, "pattern", list->type,
				     NULL);
	if (list->pattern && !pattern_is_balanced(list->pattern->text))
		(void)report_error(build->report, list->pattern, "bad-value", NULL,
				   "the pattern's brackets do not match");
}

static void list_check_name(struct build *build, uint32_t i)
{
	const struct doc_list_def *lists = build->doc->spec->lists.items;
	uint32_t k;

	if (lists[i].name && !lists[i].name->n)
		(void)report_error(build->report, lists[i].name, "bad-value", NULL,
				   "the name must not be empty");
	for (k = 0; k < i; k++) {
		if (!lists[k].name || !lists[i].name ||
		    !node_equal(lists[k].name, lists[i].name))
			continue;
		(void)report_error(build->report, lists[i].name, "duplicate-name", NULL,
				   "two lists are named " Q, lists[i].name->text);
		return;
	}
}

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
	const char *op = label->op ? label->op->text : "";
	bool takes = str_equal(op, "In") || str_equal(op, "NotIn");

	if (takes && !label->values.n)
		(void)report_missing(build->report, label->node, "values", label->op,
				     NULL);
	else if (*op && !takes && label->values.n)
		(void)report_error_key(build->report, label->values.node, "not-allowed",
				       NULL, "%s takes no values", op);
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

static void host_selector_check(struct build *build,
				const struct doc_label_selector *hosts)
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

/* What an enforcer can stop: a system call or a security_ function. */
static void enforcer_check(struct build *build, const struct doc_enforcer *enforcer)
{
	doc_value call;
	uint32_t i;

	for (i = 0; i < enforcer->calls.n; i++) {
		call = enforcer->calls.items[i];
		if (!call || list_reference(build, call) || is_syscall_name(call->text) ||
		    str_has_prefix(call->text, "security_"))
			continue;
		(void)report_error(build->report, call, "bad-value",
				   "write sys_NAME, security_NAME or list:NAME",
				   "an enforcer cannot stop " Q, call->text);
	}
}

void groups_check(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i;

	build->report->quiet++;
	for (i = 0; i < spec->lists.n; i++) {
		if (spec->lists.items[i].node)
			list_check(build, &spec->lists.items[i]);
		list_check_name(build, i);
	}
	for (i = 0; i < spec->macros.n; i++)
		if (spec->macros.items[i].node)
			selector_check_macro(build, &spec->macros.items[i]);
	for (i = 0; i < spec->enforcers.n; i++)
		if (spec->enforcers.items[i].node)
			enforcer_check(build, &spec->enforcers.items[i]);
	label_selector_check(build, spec->pods);
	label_selector_check(build, spec->containers);
	label_selector_check(build, spec->nodes);
	host_selector_check(build, spec->hosts);
	build->report->quiet--;
}
