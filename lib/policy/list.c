/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of a policy, which hooks and filters name. A hook on a list is a hook on each of its
 * symbols. Generated lists are not supported yet, but their errors are still reported.
 */
#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/linux/calls.h"
#include "lib/linux/hook-names.h"
#include "lib/linux/names.h"
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

/* What a list may write before a call, and what that call's symbols begin with. */
static const struct {
	const char *abi, *prefix;
} abis[] = {
	{ "x64/", "__x64_" },
	{ "i386/", "__ia32_" },
	{ "arm64/", "__arm64_" },
	{ "arm32/", "__arm64_" },
};

/* The text after what a symbol begins with; @ret_prefix is set if there is any. */
static const char *skip_prefix(const char *text, const char **ret_prefix)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abis); i++) {
		if (!str_has_prefix(text, abis[i].prefix))
			continue;
		*ret_prefix = abis[i].prefix;
		return text + strlen(abis[i].prefix);
	}
	return text;
}

bool is_syscall_name(const char *text)
{
	const char *wanted = NULL, *prefix = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abis) && !wanted; i++) {
		if (!str_has_prefix(text, abis[i].abi))
			continue;
		text += strlen(abis[i].abi);
		wanted = abis[i].prefix;
	}
	text = skip_prefix(text, &prefix);
	if (wanted && prefix && !str_equal(wanted, prefix))
		return false;
	return str_has_prefix(text, "sys_") && text[4];
}

/* Without what names the ABI of a system call: "x64/sys_open". */
static const char *list_symbol(const char *text, bool syscalls)
{
	const char *slash = syscalls ? strchr(text, '/') : NULL;

	return slash ? slash + 1 : text;
}

static const char *list_value(const struct doc_list_def *list, uint32_t i)
{
	doc_value value = list->values.items[i];

	return value ? list_symbol(value->text, doc_list_traits(list) & LIST_OF_CALLS)
		     : NULL;
}

/* The call of a wrapper of this machine: both names are one hook. */
static const char *plain_symbol(const char *symbol)
{
	return str_has_prefix(symbol, "__x64_sys_") ? symbol + strlen("__x64_") : symbol;
}

static bool list_has_before(const struct doc_list_def *list, uint32_t n,
			    const char *symbol)
{
	const char *other;
	uint32_t i;

	for (i = 0; i < n; i++) {
		other = list_value(list, i);
		if (other && str_equal(plain_symbol(other), plain_symbol(symbol)))
			return true;
	}
	return false;
}

const char *list_next(const struct doc_list_def *list, uint32_t *at)
{
	const char *symbol;

	while (*at < list->values.n) {
		symbol = list_value(list, (*at)++);
		if (symbol && !list_has_before(list, *at - 1, symbol))
			return symbol;
	}
	return NULL;
}

/* What is wrong with the values of a list is said where it is used first. */
static bool list_is_told(struct build *build, const struct doc_list_def *list)
{
	size_t i = (size_t)(list - build->doc->spec->lists.items);
	bool told = i < 64 && build->wrong_lists >> i & 1;

	if (i < 64)
		build->wrong_lists |= UINT64_C(1) << i;
	return told;
}

static void abi_check(struct build *build, const struct node *value)
{
	const char *slash = strchr(value->text, '/');
	char hint[128];

	if (!slash || str_has_prefix(value->text, "x64/"))
		return;
	snprintf(hint, sizeof(hint), "write __ia32_%.80s", slash + 1);
	report_unsupported_hint(build->report, value,
				str_has_prefix(value->text, "i386/") ? hint : NULL,
				"hooks on calls of another ABI are not yet supported");
}

/* A list of calls makes hooks on calls. */
static void syscall_check(struct build *build, const struct doc_hook *hook)
{
	if (hook->syscall && !hook->syscall->number)
		report_warning(
			build->report, hook->syscall, "ignored-field",
			"leave it out, or the type of the list",
			"a list of type syscalls is one of system calls in any case");
}

void list_hook_check(struct build *build, const struct doc_hook *hook)
{
	const struct doc_list_def *list = list_find(build, hook->name->text);
	uint32_t i;

	if (!list)
		return;
	if (doc_list_traits(list) & LIST_GENERATED) {
		report_unsupported(build->report, hook->name,
				   "lists of type %s are not yet supported",
				   list->type->text);
		return;
	}
	if (!list->values.n)
		(void)report_error(build->report, hook->name, "bad-value",
				   "write the symbols into 'values'",
				   "the list has no symbols: nothing would be hooked");
	if (!(doc_list_traits(list) & LIST_OF_CALLS))
		return;
	syscall_check(build, hook);
	if (list_is_told(build, list))
		return;
	for (i = 0; i < list->values.n; i++)
		if (list->values.items[i])
			abi_check(build, list->values.items[i]);
}

static bool list_number(struct build *build, const struct node *node, bool told,
			struct policy_value *ret)
{
	int r = call_number_of(node->text, &ret->min);
	const char *name = strstr(node->text, "sys_");
	const char *near;
	char hint[128];

	ret->max = ret->min;
	if (r == 0 || told || !is_syscall_name(node->text))
		return r == 0;
	if (r == -EOPNOTSUPP) {
		report_unsupported_hint(
			build->report, node,
			strstr(node->text, "__ia32_")
				? "write i386/sys_NAME, with the name "
				  "that 32-bit programs use"
				: NULL,
			"calls of another architecture are not yet supported");
		return false;
	}
	near = names_nearest_syscall(report_seek(build->report, name + strlen("sys_")));
	snprintf(hint, sizeof(hint), "did you mean 'sys_%.80s'?", near ? near : "");
	(void)report_error(build->report, node, "unknown-symbol", near ? hint : NULL,
			   "no system call " Q, node->text);
	return false;
}

/* What a filter cannot take from the list that @value names. */
static bool list_filter_check(struct build *build, const struct node *value,
			      const struct doc_list_def *list)
{
	if (doc_list_traits(list) & LIST_GENERATED)
		report_unsupported(build->report, value,
				   "lists of type %s are not yet supported",
				   list->type->text);
	else if (!(doc_list_traits(list) & LIST_OF_CALLS))
		(void)report_error(build->report, value, "type-mismatch",
				   "give the list the type syscalls",
				   "the list does not hold system calls");
	else if (!list->values.n)
		(void)report_error(build->report, value, "bad-value",
				   "write the system calls into 'values'",
				   "the list is empty");
	else
		return true;
	return false;
}

int list_numbers(struct build *build, const struct node *value, struct policy_value *ret)
{
	const struct doc_list_def *list = list_find(build, value->text);
	const struct node *item;
	uint32_t i;
	bool told;
	int n = 0;

	if (!list || !list_filter_check(build, value, list))
		return 0;
	told = list_is_told(build, list);
	for (i = 0; i < list->values.n; i++) {
		item = list->values.items[i];
		if (!item || !list_number(build, item, told, &ret[n]))
			continue;
		ret[n].mark = item->mark;
		ret[n].len = item->n;
		ret[n].text = arena_text(build->arena, item->text, item->n);
		if (!ret[n++].text)
			return -ENOMEM;
	}
	return n;
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
		if (!symbol_is_name(list_symbol(value->text, syscalls)))
			(void)report_error(
				build->report, value, "bad-value",
				strpbrk(value->text, "*?[^")
					? "use the type generated_ftrace with a pattern"
					: NULL,
				Q " is not a symbol", value->text);
		else if (syscalls && !is_syscall_name(value->text))
			(void)report_error(build->report, value, "bad-value",
					   "system calls are written sys_NAME",
					   Q " is not a system call", value->text);
	}
}

/* A pattern (RE2) as it is read from the left. */
struct pattern {
	const char *at;
	unsigned int depth; /* of groups */
	bool item;	    /* there is something to repeat */
	bool repeated;	    /* and it is repeated */
};

/* "[...]": "]" directly after "[" or "[^" is a member. */
static const char *set_read(struct pattern *pattern)
{
	const char *end = pattern->at + 1;

	end += *end == '^';
	end += *end == ']';
	while (*end && *end != ']')
		end += *end == '\\' && end[1] ? 2 : 1;
	if (!*end)
		return "the pattern's brackets do not match";
	*pattern = (struct pattern){ end + 1, pattern->depth, true, false };
	return NULL;
}

/* "(", "(?:", "(?i)" or "(?P<name>". */
static const char *group_read(struct pattern *pattern)
{
	const char *at = pattern->at + 1;
	bool named;

	*pattern = (struct pattern){ at, pattern->depth + 1, false, false };
	if (*at != '?')
		return NULL;
	at += at[1] == 'P' ? 2 : 1;
	named = *at == '<' && at[1] != '=' && at[1] != '!';
	at += named ? strcspn(at, ">") : strspn(at, "imsU-");
	if (*at != (named ? '>' : ':') && *at != ')')
		return "patterns cannot look ahead or back";
	pattern->depth -= *at == ')';
	pattern->at = at + 1;
	return NULL;
}

/* The bytes of "*", "{2}" or "{2,5}" and of the "?" after it; 0 for another character. */
static size_t repetition_bytes(const char *at)
{
	size_t n = strchr("*+?", *at) ? 1 : 0, digits;

	if (*at == '{') {
		digits = strspn(at + 1, "0123456789");
		n = 1 + digits;
		n += at[n] == ',' ? 1 + strspn(at + n + 1, "0123456789") : 0;
		n = digits && at[n] == '}' ? n + 1 : 0;
	}
	return n ? n + (at[n] == '?') : 0;
}

static const char *repetition_read(struct pattern *pattern, size_t bytes)
{
	if (!pattern->item)
		return "there is nothing that the pattern could repeat";
	if (pattern->repeated)
		return "the pattern repeats what is repeated already";
	pattern->at += bytes;
	pattern->repeated = true;
	return NULL;
}

static const char *character_read(struct pattern *pattern)
{
	const char *at = pattern->at;

	if (*at == '\\' && !at[1])
		return "the pattern ends with a '\\'";
	if (*at == '\\' && at[1] >= '1' && at[1] <= '9')
		return "patterns cannot refer to their groups";
	if (*at == ')' && !pattern->depth)
		return "the pattern's brackets do not match";
	pattern->depth -= *at == ')';
	pattern->item = *at != '|';
	pattern->repeated = false;
	pattern->at += *at == '\\' ? 2 : 1;
	return NULL;
}

/* What people get wrong in patterns; NULL if it is nothing of that. */
static const char *pattern_fault(const char *text)
{
	struct pattern pattern = { .at = text };
	const char *fault = NULL;
	size_t bytes;

	while (*pattern.at && !fault) {
		bytes = repetition_bytes(pattern.at);
		if (bytes)
			fault = repetition_read(&pattern, bytes);
		else if (*pattern.at == '[')
			fault = set_read(&pattern);
		else if (*pattern.at == '(')
			fault = group_read(&pattern);
		else
			fault = character_read(&pattern);
	}
	return !fault && pattern.depth ? "the pattern's brackets do not match" : fault;
}

static void pattern_check(struct build *build, doc_value pattern)
{
	const char *fault = pattern_fault(pattern->text);

	if (fault)
		(void)report_error(
			build->report, pattern, "bad-value",
			pattern->text[0] == '*'
				? "patterns are regular expressions: write '.*' "
				  "for any text"
				: NULL,
			"%s", fault);
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
	if (list->pattern)
		pattern_check(build, list->pattern);
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
