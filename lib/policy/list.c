/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of a policy, which hooks and filters name. They are not supported yet, but their
 * errors are still reported.
 */
#include "lib/base/nearest.h"
#include "lib/policy/build.h"

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

bool is_syscall_name(const char *text)
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
	unsigned int traits = doc_list_traits(list);

	if (traits & LIST_GENERATED && list->values.n)
		(void)report_error_key(build->report, list->values.node, "not-allowed",
				       NULL, "a list of type %s has no values of its own",
				       list->type->text);
	else if (!(traits & LIST_GENERATED))
		list_values_check(build, list, traits & LIST_OF_CALLS);
	if (traits & LIST_OF_PATTERN && (!list->pattern || !list->pattern->n))
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

void lists_check(struct build *build)
{
	const struct doc_spec *spec = build->doc->spec;
	uint32_t i;

	for (i = 0; i < spec->lists.n; i++) {
		if (spec->lists.items[i].node)
			list_check(build, &spec->lists.items[i]);
		list_check_name(build, i);
	}
}
