/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of a policy, which hooks and filters name. A hook on a list is a hook on each of its
 * symbols. Generated lists are not supported yet, but their errors are still reported.
 */
#include "lib/base/nearest.h"
#include "lib/linux/calls.h"
#include "lib/linux/hook-names.h"
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

static bool list_has_before(const struct doc_list_def *list, uint32_t n,
			    const char *symbol)
{
	const char *other;
	uint32_t i;

	for (i = 0; i < n; i++) {
		other = list_value(list, i);
		if (other && str_equal(other, symbol))
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

void list_hook_check(struct build *build, doc_value name)
{
	const struct doc_list_def *list = list_find(build, name->text);
	doc_value value;
	uint32_t i;

	if (!list)
		return;
	if (doc_list_traits(list) & LIST_GENERATED) {
		report_unsupported(build->report, name,
				   "lists of type %s are not yet supported",
				   list->type->text);
		return;
	}
	if (!list->values.n)
		(void)report_error(build->report, name, "bad-value",
				   "write the symbols into 'values'",
				   "the list has no symbols: nothing would be hooked");
	for (i = 0; i < list->values.n; i++) {
		value = list->values.items[i];
		if (value && doc_list_traits(list) & LIST_OF_CALLS &&
		    strchr(value->text, '/') && !str_has_prefix(value->text, "x64/"))
			report_unsupported(build->report, value,
					   "hooks on calls of another ABI are not yet "
					   "supported");
	}
}

static bool list_number(struct build *build, const struct node *node,
			struct policy_value *ret)
{
	int r = call_number_of(node->text, &ret->min);

	if (r == -EOPNOTSUPP)
		report_unsupported(build->report, node,
				   "calls of another architecture are not yet supported");
	else if (r < 0 && is_syscall_name(node->text))
		(void)report_error(build->report, node, "unknown-symbol", NULL,
				   "no system call " Q, node->text);
	ret->max = ret->min;
	return r == 0;
}

int list_numbers(struct build *build, const struct node *value, struct policy_value *ret)
{
	const struct doc_list_def *list = list_find(build, value->text);
	uint32_t i;
	int n = 0;

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
	for (i = 0; i < list->values.n; i++) {
		if (!list->values.items[i] ||
		    !list_number(build, list->values.items[i], &ret[n]))
			continue;
		ret[n].mark = list->values.items[i]->mark;
		ret[n].len = list->values.items[i]->n;
		ret[n].text =
			arena_text(build->arena, list->values.items[i]->text, ret[n].len);
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
				"a list holds symbols; " Q " is none", value->text);
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
