/* SPDX-License-Identifier: Apache-2.0 */
/*
 * args, data and returnArg of a hook.
 */
#include <ctype.h>

#include "lib/policy/build.h"

/* Parameters that arrive in registers and can be read. */
#define MAX_INDEX 4
/* Arguments in the note of a user-space probe. */
#define MAX_USDT_INDEX 11
/* Steps of a resolve path. */
#define MAX_STEPS 10u
/* Bytes of such a path. */
#define MAX_PATH_BYTES 512u
/* Bytes of a struct's name, as the kernel has it for its own symbols. */
#define MAX_TYPE_BYTES	127u
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

enum role { ROLE_ARG, ROLE_DATA, ROLE_RETURN };

static bool is_raw(const struct doc_hook *doc)
{
	return doc->raw && doc->raw->number;
}

static void index_check(struct build_hook *hook, const struct doc_arg *doc)
{
	uint32_t section = hook->section->section;
	int64_t max = section == SECTION_USDT ? MAX_USDT_INDEX : MAX_INDEX;

	if (!doc->index || doc->index->number <= max)
		return;
	/* A field's number depends on the event's format. */
	if (section == SECTION_TRACEPOINT && !is_raw(hook->doc))
		return;
	(void)report_error(hook->build->report, doc->index, "out-of-range", NULL,
			   "index %.80s: only the parameters 0 to %d can be read",
			   doc->index->text, (int)max);
}

/* The type is in the wrong place; NULL if it is not. */
static const char *type_misfit(const struct build_hook *hook, const struct type_row *type,
			       enum role role, bool resolved)
{
	uint32_t section = hook->section->section;
	bool function = hook->section->traits & SECTION_CALLS;

	if (type->classes & TETRA_CLASS_AUTO && role != ROLE_DATA) {
		if (section == SECTION_TRACEPOINT && !is_raw(hook->doc))
			return NULL;
		if (function || role == ROLE_RETURN || !resolved)
			return "name the type: only a tracepoint's format tells it";
	}
	if (hook->section->traits & SECTION_IN_USER && kind_row(type->kind)->of[0])
		return "programs have no structs of the kernel: declare an address as "
		       "uint64";
	if (type->kind == TETRA_ARG_SYSCALL64 && section != SECTION_TRACEPOINT)
		return "syscall64 is for tracepoints";
	if (kind_row(type->kind)->support == TETRA_KIND_DERIVED)
		return "const_buf cannot be declared; arrays in tracepoints get it";
	if (type->kind == TETRA_ARG_BPF_CMD && (!function || role == ROLE_RETURN))
		return "bpf_cmd is for the arguments of kprobes";
	return NULL;
}

static const struct type_row *type_check(struct build_hook *hook,
					 const struct doc_arg *doc, enum role role)
{
	struct report *report = hook->build->report;
	bool resolved = doc->resolve && doc->resolve->n;
	const struct type_row *type;
	const char *misfit;

	if (!doc->type && node_get(doc->node, "type"))
		return NULL;
	type = doc->type ? doc->type->word : words_find(&argument_types, "auto");
	misfit = type_misfit(hook, type, role, resolved);
	if (misfit && !doc->type) {
		(void)report_missing(report, doc->node, "type", NULL, misfit);
		return NULL;
	}
	if (misfit) {
		(void)report_error(report, doc->type, "not-allowed", misfit,
				   "type '%s' cannot be used here", type->name);
		return NULL;
	}
	if (type->kind && kind_row(type->kind)->support == TETRA_KIND_NOT_YET)
		report_unsupported(report, doc->type, "type '%s' is not yet supported",
				   type->name);
	return type;
}

static void size_index_check(struct build_hook *hook, const struct doc_arg *doc)
{
	bool fields = hook->section->section == SECTION_TRACEPOINT && !is_raw(hook->doc);

	if (!doc->size_index || fields || doc->size_index->number <= MAX_INDEX + 1)
		return;
	(void)report_error(hook->build->report, doc->size_index, "out-of-range", NULL,
			   "sizeArgIndex counts parameters from 1, to %u at most",
			   MAX_INDEX + 1);
}

/* NAME.NAME..., each with any number of [INDEX]; the first name may be missing before one. */
static bool is_member_path(const char *text)
{
	const char *begin = text;
	size_t n;

	for (;;) {
		n = strspn(text, NAME_CHARACTERS);
		if (isdigit((unsigned char)*text) ||
		    (!n && !(text == begin && *text == '[')))
			return false;
		for (text += n; *text == '['; text += n + 2) {
			n = strspn(text + 1, "0123456789");
			if (!n || text[n + 1] != ']')
				return false;
		}
		if (*text != '.')
			return !*text;
		text++;
	}
}

static void path_check(struct build_hook *hook, doc_value path)
{
	unsigned int steps = 1;
	const char *at;

	for (at = path->text; *at; at++)
		steps += *at == '.';
	if (!is_member_path(path->text) || strlen(path->text) != path->n)
		(void)report_error(hook->build->report, path, "bad-value",
				   "write the members from the outside in, such as "
				   "f_path.dentry or comm[0]",
				   Q " is not a path to a member", path->text);
	else if (path->n > MAX_PATH_BYTES)
		(void)report_error(hook->build->report, path, "too-long", NULL,
				   "the path has %u bytes; %u can be looked up", path->n,
				   MAX_PATH_BYTES);
	else if (steps > MAX_STEPS)
		(void)report_error(hook->build->report, path, "too-many", NULL,
				   "the path has %u steps; %u can be walked", steps,
				   MAX_STEPS);
}

/* Parameters of the kernel's functions lead to its structs. */
static bool is_walkable(const struct build_hook *hook)
{
	uint32_t section = hook->section->section;

	return section != SECTION_UPROBE && section != SECTION_USDT &&
	       (section != SECTION_TRACEPOINT || is_raw(hook->doc));
}

static bool is_of_registers(const struct doc_arg *doc)
{
	return doc->source && doc->source->word &&
	       word_number(&data_sources, doc->source->word) == DATA_OF_REGISTERS;
}

static uint32_t data_index(const struct doc_arg *doc)
{
	return is_of_registers(doc) ? POLICY_ARG_REGISTERS : POLICY_ARG_TASK;
}

/* What of data is not there yet. */
static void data_check(struct build_hook *hook, const struct doc_arg *doc)
{
	uint32_t section = hook->section->section;
	bool returns = hook->doc->returns && hook->doc->returns->number;

	if (section != SECTION_KPROBE && section != SECTION_FENTRY &&
	    section != SECTION_UPROBE)
		report_unsupported_key(hook->build->report, doc->source,
				       "'data' is not yet supported here");
	else if (is_of_registers(doc) && section != SECTION_UPROBE &&
		 !hook->hook->syscall)
		report_unsupported_key(hook->build->report, doc->source,
				       "registers of functions of the kernel are not yet "
				       "supported");
	else if (is_of_registers(doc) && returns)
		report_unsupported_key(hook->build->report, doc->source,
				       "registers together with 'return' are not yet "
				       "supported");
}

/* The name alone, without "struct". */
static void btf_type_check(struct build_hook *hook, const struct doc_arg *doc)
{
	doc_value type = doc->btf_type;

	if (!type || !type->n)
		return;
	if (strspn(type->text, NAME_CHARACTERS) != type->n || type->n > MAX_TYPE_BYTES)
		(void)report_error(
			hook->build->report, type, "bad-value",
			"write the name of a struct alone, such as task_struct",
			Q " is not the name of a struct", type->text);
	else if (!doc->resolve || !doc->resolve->n)
		report_warning_key(hook->build->report, type, "ignored-field",
				   "add 'resolve', the path to one of its members",
				   "btfType says where 'resolve' begins");
}

static void resolve_check(struct build_hook *hook, const struct doc_arg *doc,
			  enum role role)
{
	if (role == ROLE_DATA && !doc->resolve)
		(void)report_missing(hook->build->report, doc->node, "resolve",
				     doc->source, NULL);
	if (role == ROLE_ARG)
		btf_type_check(hook, doc);
	if (!doc->resolve || (!doc->resolve->n && role != ROLE_DATA))
		return;
	if (role == ROLE_ARG && hook->hook->syscall && hook->hook->name &&
	    is_syscall_name(hook->hook->name))
		(void)report_error_key(
			hook->build->report, doc->resolve, "not-possible-here",
			"hook a function of the kernel that has the struct",
			"system calls have addresses of the program's memory, which "
			"'resolve' does not read");
	if (role == ROLE_RETURN || (role == ROLE_ARG && !is_walkable(hook)))
		report_unsupported_key(hook->build->report, doc->resolve,
				       "'resolve' is not yet supported here");
	if (is_of_registers(doc))
		register_read_check(hook, doc->resolve);
	else
		path_check(hook, doc->resolve);
}

/* More than a buffer of the usual size holds, sent in pieces. */
static void max_data_check(struct build_hook *hook, const struct doc_arg *doc,
			   const struct type_row *type)
{
	if (!doc->max_data || !doc->max_data->number)
		return;
	if (doc->return_copy && doc->return_copy->number)
		(void)report_error_key(hook->build->report, doc->max_data, "conflict",
				       NULL, "maxData and returnCopy exclude each other");
	else if (type && type->kind == TETRA_ARG_CHAR_BUF)
		report_unsupported_key(hook->build->report, doc->max_data,
				       "'maxData' is not yet supported");
}

static const struct type_row *argument_check(struct build_hook *hook,
					     const struct doc_arg *doc, enum role role)
{
	const struct type_row *type = type_check(hook, doc, role);

	if (role == ROLE_ARG)
		index_check(hook, doc);
	if (role != ROLE_DATA && doc->source)
		(void)report_error_key(hook->build->report, doc->source, "not-allowed",
				       "it belongs to the elements of data",
				       "an argument has no source");
	if (role == ROLE_DATA && doc->source && doc->source->word)
		data_check(hook, doc);
	size_index_check(hook, doc);
	resolve_check(hook, doc, role);
	max_data_check(hook, doc, type);
	return type;
}

/* An empty text is none. */
static int text_fill(struct build *build, doc_value value, char **ret)
{
	if (!value || !value->n)
		return 0;
	*ret = arena_text(build->arena, value->text, value->n);
	return *ret ? 0 : -ENOMEM;
}

static int argument_fill(struct build *build, const struct doc_arg *doc,
			 const struct type_row *type, struct policy_arg *ret)
{
	ret->mark = doc->node->mark;
	ret->type_mark = doc->type ? doc->type->mark : doc->node->mark;
	ret->index_mark = doc->index ? doc->index->mark : doc->node->mark;
	ret->index = doc->source  ? data_index(doc)
		     : doc->index ? (uint32_t)doc->index->number
				  : 0;
	ret->size_index = doc->size_index ? (uint32_t)doc->size_index->number : 0;
	ret->kind = type ? type->kind : 0;
	ret->type = arena_text(build->arena, type ? type->name : "",
			       type ? strlen(type->name) : 0);
	ret->resolve_mark = doc->resolve ? doc->resolve->mark : doc->node->mark;
	if (!ret->type || text_fill(build, doc->label, &ret->label) < 0 ||
	    text_fill(build, doc->resolve, &ret->resolve) < 0)
		return -ENOMEM;
	return text_fill(build, doc->btf_type, &ret->btf_type);
}

/* args and data share the positions; the first one too many is reported. */
static void count_check(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	const struct node *item;
	uint32_t i;

	if (doc->args.n + doc->data.n <= HOOK_MAX_ARGS)
		return;
	if (doc->args.n > HOOK_MAX_ARGS) {
		item = doc->args.node->first;
		for (i = 0; i < HOOK_MAX_ARGS; i++)
			item = item->next;
	} else {
		item = doc->data.node->first;
		for (i = doc->args.n; i < HOOK_MAX_ARGS; i++)
			item = item->next;
	}
	(void)report_error(hook->build->report, item, "too-many", NULL,
			   "a hook has %u arguments at most, data included",
			   HOOK_MAX_ARGS);
}

static int return_build(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	bool wanted = doc->returns && doc->returns->number;

	if (wanted && !doc->return_arg && !node_get(doc->node, "returnArg"))
		(void)report_missing(hook->build->report, doc->node, "returnArg",
				     doc->returns, "add the type of the return value");
	if (!doc->return_arg || !doc->return_arg->node)
		return 0;
	hook->return_type = argument_check(hook, doc->return_arg, ROLE_RETURN);
	hook->hook->wants_return = wanted;
	if (!wanted)
		return 0;
	return argument_fill(hook->build, doc->return_arg, hook->return_type,
			     &hook->hook->return_arg);
}

/* Those of one list, after the arguments that are there already. */
static int list_build(struct build_hook *hook, const struct doc_arg *items, uint32_t n,
		      enum role role)
{
	const struct type_row **types = role == ROLE_DATA ? hook->data : hook->args;
	int r = 0;

	for (uint32_t i = 0; i < n && r >= 0; i++) {
		struct policy_arg *arg = &hook->hook->args[hook->hook->n_args++];

		if (!items[i].node)
			continue;
		types[i] = argument_check(hook, &items[i], role);
		r = argument_fill(hook->build, &items[i], types[i], arg);
	}
	return r;
}

int arguments_build(struct build_hook *hook)
{
	const struct doc_hook *doc = hook->doc;
	uint32_t n = MIN(doc->args.n, HOOK_MAX_ARGS),
		 n_data = MIN(doc->data.n, HOOK_MAX_ARGS);
	int r;

	count_check(hook);
	hook->hook->args =
		arena_array(hook->build->arena, n + n_data, sizeof(struct policy_arg));
	if (!hook->hook->args)
		return -ENOMEM;
	hook->hook->n_args = 0;
	hook->hook->n_data = n_data;
	r = list_build(hook, doc->args.items, n, ROLE_ARG);
	if (r >= 0)
		r = list_build(hook, doc->data.items, n_data, ROLE_DATA);
	return r < 0 ? r : return_build(hook);
}
