/* SPDX-License-Identifier: Apache-2.0 */
/* A witness as an event that one could have written by hand. */
#include <inttypes.h>

#include "lib/base/kinds.h"
#include "lib/compare/descent.h"
#include "lib/compare/quote.h"
#include "lib/document/section.h"
#include "lib/judge/address.h"
#include "lib/linux/names.h"

struct writer {
	const struct lists *lists;
	const struct witness *witness;
	const struct policy_hook *hook;
	struct strbuf *ret;
	bool first; /* nothing was written of the current mapping */
};

static void key(struct writer *writer, const char *name)
{
	if (!writer->first)
		strbuf_puts(writer->ret, ",");
	writer->first = false;
	quote(writer->ret, name, strlen(name));
	strbuf_puts(writer->ret, ":");
}

static void open_map(struct writer *writer)
{
	strbuf_puts(writer->ret, "{");
	writer->first = true;
}

static void close_map(struct writer *writer)
{
	strbuf_puts(writer->ret, "}");
	writer->first = false;
}

static const char *state_word(uint8_t state)
{
	switch (state) {
	case TETRA_VALUE_ABSENT:
		return "absent";
	case TETRA_VALUE_NONE:
		return "no-path";
	default:
		return "unreadable";
	}
}

/* The axis of an argument's part, or of the result's if @arg is that; NO_AXIS. */
static uint32_t part_axis(const struct writer *writer, const struct policy_arg *arg,
			  uint32_t part)
{
	bool is_result = arg == &writer->hook->return_arg;

	for (uint32_t i = 0; i < writer->lists->n_axes; i++) {
		const struct axis *axis = writer->lists->axes[i];

		if (axis->dimension.kind != DIMENSION_ARG || axis->dimension.part != part)
			continue;
		if (is_result
			    ? axis->index == POLICY_ARG_RETURN && axis->kind == arg->kind
			    : axis_reads(axis, arg))
			return i;
	}
	return NO_AXIS;
}

static void put_name_or_number(struct writer *writer, const struct axis *axis,
			       uint64_t number)
{
	struct strbuf text = {};

	quote_number(&text, axis, number);
	if (quote_has_name(axis, number))
		quote(writer->ret, strbuf_get(&text), text.len);
	else
		strbuf_puts(writer->ret, strbuf_get(&text));
	strbuf_done(&text);
}

static void put_state(struct writer *writer, uint8_t state)
{
	open_map(writer);
	key(writer, state_word(state));
	strbuf_puts(writer->ret, "true");
	close_map(writer);
}

/* A packet never has a state, which needs no word. */
static void put_lacking(struct writer *writer, uint32_t part, uint8_t state)
{
	if (part == TETRA_PART_STATE)
		return;
	key(writer, quote_part(part));
	put_state(writer, state);
}

static void put_sock(struct writer *writer, const struct policy_arg *of)
{
	static const uint8_t parts[] = { TETRA_PART_SADDR,    TETRA_PART_DADDR,
					 TETRA_PART_SPORT,    TETRA_PART_DPORT,
					 TETRA_PART_PROTOCOL, TETRA_PART_FAMILY,
					 TETRA_PART_STATE };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		uint32_t axis = part_axis(writer, of, parts[i]);
		struct set_word word;

		if (axis == NO_AXIS)
			continue;
		word = writer->witness->words[axis];
		if (word_tag(word) != TETRA_VALUE_READ) {
			if (kind_has_class(of->kind, TETRA_CLASS_SKB))
				put_lacking(writer, parts[i], word_tag(word));
			continue;
		}
		key(writer, quote_part(parts[i]));
		if (word.n == 1 + ADDRESS_BYTES) {
			struct strbuf text = {};

			quote_address(&text, (const uint8_t *)word.bytes + 1, 128);
			quote(writer->ret, strbuf_get(&text), text.len);
			strbuf_done(&text);
		} else {
			put_name_or_number(writer, writer->lists->axes[axis],
					   word_value(word));
		}
	}
}

/* A file of no type is 0. */
static void put_type(struct writer *writer, const struct eval_arg *arg,
		     uint32_t type_axis)
{
	if (type_axis == NO_AXIS)
		return;
	key(writer, "file_type");
	if (arg->type_state == TETRA_VALUE_READ)
		put_name_or_number(writer, writer->lists->axes[type_axis],
				   arg->file_type);
	else if (arg->type_state == TETRA_VALUE_NONE)
		strbuf_puts(writer->ret, "0");
	else
		put_state(writer, arg->type_state);
}

static void put_text(struct writer *writer, const struct eval_arg *arg,
		     uint32_t type_axis)
{
	bool plain = !arg->endless && !arg->foreign && type_axis == NO_AXIS;
	const char *text = arg->text ? arg->text : "/tmp/file";
	size_t len = arg->text ? arg->len : strlen(text);

	if (plain) {
		quote(writer->ret, text, len);
		return;
	}
	open_map(writer);
	key(writer, kind_has_class(arg->kind, TETRA_CLASS_PATH) ? "path" : "text");
	quote(writer->ret, text, len);
	if (arg->endless) {
		key(writer, "truncated");
		strbuf_puts(writer->ret, "true");
	}
	if (arg->foreign) {
		key(writer, "foreign");
		strbuf_puts(writer->ret, "true");
	}
	put_type(writer, arg, type_axis);
	close_map(writer);
}

/* Texts of system calls are unreadable in two ways, which policies tell apart. */
static void put_arg_state(struct writer *writer, const struct eval_arg *arg,
			  uint32_t type_axis)
{
	bool fault = arg->state == TETRA_VALUE_FAULT;
	bool by_call = writer->hook->syscall || writer->hook->subsystem;

	bool says_fault = kind_has_class(arg->kind, TETRA_CLASS_TEXT) &&
			  (fault || (by_call && arg->state == TETRA_VALUE_UNREADABLE));

	open_map(writer);
	key(writer, says_fault ? "unreadable" : state_word(arg->state));
	strbuf_puts(writer->ret, "true");
	if (says_fault) {
		key(writer, "fault");
		strbuf_puts(writer->ret, fault ? "true" : "false");
	}
	put_type(writer, arg, type_axis);
	close_map(writer);
}

static void put_arg(struct writer *writer, const struct policy_arg *of)
{
	const struct kind_row *row = kind_row(of->kind);
	struct eval_arg arg = { .kind = of->kind };
	uint32_t type_axis = NO_AXIS, axis;

	for (uint32_t part = 0; part < TETRA_PART_END; part++) {
		axis = part_axis(writer, of, part);
		if (axis == NO_AXIS)
			continue;
		word_to_arg(writer->lists->axes[axis], writer->witness->words[axis],
			    &arg);
		if (part == TETRA_PART_FILE_TYPE)
			type_axis = axis;
	}
	if (arg.state != TETRA_VALUE_READ) {
		put_arg_state(writer, &arg, type_axis);
	} else if (row->classes & TETRA_CLASSES_SOCK) {
		open_map(writer);
		put_sock(writer, of);
		close_map(writer);
	} else if (row->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH)) {
		put_text(writer, &arg, type_axis);
	} else if (row->is_signed) {
		strbuf_format(writer->ret, "%" PRId64, (int64_t)arg.number);
	} else {
		strbuf_format(writer->ret, "%" PRIu64, arg.number);
	}
}

/* The arguments from @from to before @to. */
static void put_list(struct writer *writer, const char *name, uint32_t from, uint32_t to)
{
	key(writer, name);
	strbuf_puts(writer->ret, "[");
	for (uint32_t i = from; i < to; i++) {
		if (i > from)
			strbuf_puts(writer->ret, ",");
		put_arg(writer, &writer->hook->args[i]);
	}
	strbuf_puts(writer->ret, "]");
	writer->first = false;
}

static void put_args(struct writer *writer)
{
	const struct policy_hook *hook = writer->hook;
	uint32_t n = hook->n_args - hook->n_data;

	put_list(writer, "args", 0, n);
	if (hook->n_data)
		put_list(writer, "data", n, hook->n_args);
	if (part_axis(writer, &hook->return_arg, TETRA_PART_VALUE) != NO_AXIS) {
		key(writer, "return");
		put_arg(writer, &hook->return_arg);
	}
}

/* Whether a filter compares numbers of the namespace. */
static bool has_numbers(const struct lists *lists, uint32_t ns)
{
	for (uint32_t g = 0; g < lists->n_groups; g++) {
		const struct policy_hook *hook = lists->groups[g].hook;

		for (uint32_t i = 0; hook && i < hook->n_selectors; i++)
			for (uint32_t k = 0; k < hook->selectors[i].n_namespaces; k++)
				if (hook->selectors[i].namespaces[k].ns == ns &&
				    hook->selectors[i].namespaces[k].n_values)
					return true;
	}
	return false;
}

static void put_namespace(struct writer *writer, uint32_t ns, struct set_word word)
{
	bool own = word.n > 1 && word.bytes[1];

	if (!has_numbers(writer->lists, ns)) {
		strbuf_puts(writer->ret, own ? "\"host\"" : "\"other\"");
		return;
	}
	open_map(writer);
	key(writer, "number");
	strbuf_format(writer->ret, "%" PRIu64, word_value(word) & UINT32_MAX);
	key(writer, "host");
	strbuf_puts(writer->ret, own ? "true" : "false");
	close_map(writer);
}

/* Names of a process in another user namespace may be false: here they are not. */
static void put_names(struct writer *writer)
{
	for (uint32_t i = 0; i < writer->lists->n_axes; i++) {
		const struct axis *axis = writer->lists->axes[i];
		struct set_word word = writer->witness->words[i];

		if (axis->dimension.kind != DIMENSION_NAMESPACE ||
		    axis->dimension.which != TETRA_NS_USER ||
		    (word.n > 1 && word.bytes[1]))
			continue;
		key(writer, "names");
		quote(writer->ret, "host", 4);
		return;
	}
}

static void put_namespaces(struct writer *writer)
{
	bool any = false;

	for (uint32_t i = 0; i < writer->lists->n_axes; i++) {
		const struct axis *axis = writer->lists->axes[i];
		struct set_word word = writer->witness->words[i];

		if (axis->dimension.kind != DIMENSION_NAMESPACE)
			continue;
		if (!any) {
			key(writer, "ns");
			open_map(writer);
		}
		any = true;
		key(writer, quote_namespace(axis->dimension.which));
		put_namespace(writer, axis->dimension.which, word);
	}
	if (any)
		close_map(writer);
}

static void put_capset(struct writer *writer, uint64_t caps)
{
	bool first = true;

	strbuf_puts(writer->ret, "[");
	for (uint32_t bit = 0; bit < 64; bit++) {
		const char *name = names_text(&names_capabilities, bit);

		if (!(caps >> bit & 1) || !name)
			continue;
		strbuf_format(writer->ret, "%s\"%s\"", first ? "" : ",", name);
		first = false;
	}
	strbuf_puts(writer->ret, "]");
}

static void put_caps(struct writer *writer)
{
	bool any = false;

	for (uint32_t i = 0; i < writer->lists->n_axes; i++) {
		const struct axis *axis = writer->lists->axes[i];

		if (axis->dimension.kind != DIMENSION_CAPS)
			continue;
		if (!any) {
			key(writer, "caps");
			open_map(writer);
		}
		any = true;
		key(writer, quote_capset(axis->dimension.which));
		put_capset(writer, word_value(writer->witness->words[i]));
	}
	if (any)
		close_map(writer);
}

static void put_number(struct writer *writer, const char *name, uint64_t number)
{
	key(writer, name);
	strbuf_format(writer->ret, "%" PRIu64, number);
}

/* An ancestor that is on no list; one that is said to have no name is, too. */
static char unlisted[] = "/usr/lib/systemd/systemd";

static void put_ancestor_name(struct writer *writer, const struct ancestor *ancestor)
{
	key(writer, "binary");
	if (ancestor->binary)
		quote(writer->ret, ancestor->binary->text, ancestor->binary->len);
	else if (descent_has_name(writer->lists, unlisted))
		put_state(writer, TETRA_VALUE_NONE);
	else
		quote(writer->ret, unlisted, strlen(unlisted));
	if (!ancestor->foreign)
		return;
	key(writer, "foreign");
	strbuf_puts(writer->ret, "true");
}

/* Where no others follow, all that lists look at is said: what is not said could be any. */
static void put_ancestor(struct writer *writer, const struct descent *descent, uint32_t i)
{
	const struct ancestor *ancestor = &descent->ancestors[i];

	if (descent->name_unknown && !i) {
		key(writer, "binary");
		put_state(writer, TETRA_VALUE_UNREADABLE);
	} else if (ancestor->binary || (descent->ends && descent->names)) {
		put_ancestor_name(writer, ancestor);
	}
	if (ancestor->pid)
		put_number(writer, "pid", ancestor->pid->min);
	else if (descent->ends && descent->pids)
		put_number(writer, "pid", descent_free_pid(writer->lists));
	if (ancestor->ns_pid)
		put_number(writer, "ns_pid", ancestor->ns_pid->min);
	else if (descent->ends && descent->ns_pids)
		put_number(writer, "ns_pid", 0);
}

/* Whom it descends from. */
static int put_parent(struct writer *writer)
{
	struct descent descent;
	int r = descent_make(writer->lists, writer->witness, &descent);

	if (r < 0)
		return r;
	if (descent.unreadable) {
		key(writer, "parent");
		put_state(writer, TETRA_VALUE_UNREADABLE);
		return 0;
	}
	for (uint32_t i = 0; i < descent.n; i++) {
		key(writer, "parent");
		open_map(writer);
		put_ancestor(writer, &descent, i);
	}
	if (descent.ends) {
		key(writer, "parent");
		strbuf_puts(writer->ret, "null");
	}
	for (uint32_t i = 0; i < descent.n; i++)
		close_map(writer);
	return 0;
}

static void put_process_value(struct writer *writer, const struct axis *axis,
			      struct set_word word)
{
	uint8_t tag = word_tag(word);

	switch (axis->dimension.kind) {
	case DIMENSION_BINARY:
		key(writer, "binary");
		if (tag == TETRA_VALUE_READ || tag == DIMENSION_FOREIGN)
			quote(writer->ret, word.bytes + 1, word.n - 1);
		else
			put_state(writer, tag);
		if (tag != DIMENSION_FOREIGN)
			return;
		key(writer, "foreign");
		strbuf_puts(writer->ret, "true");
		return;
	case DIMENSION_PID:
		key(writer, "pid");
		strbuf_format(writer->ret, "%" PRIu64, word_value(word));
		return;
	case DIMENSION_NS_PID:
		key(writer, "ns_pid");
		strbuf_format(writer->ret, "%" PRIu64, word_value(word));
		return;
	default:
		return;
	}
}

static int put_process(struct writer *writer)
{
	int r;

	key(writer, "process");
	open_map(writer);
	for (uint32_t i = 0; i < writer->lists->n_axes; i++)
		put_process_value(writer, writer->lists->axes[i],
				  writer->witness->words[i]);
	put_namespaces(writer);
	put_caps(writer);
	r = put_parent(writer);
	close_map(writer);
	return r;
}

static void put_hook(struct writer *writer)
{
	const struct policy_hook *hook = writer->hook;
	struct strbuf name = {};

	if (hook->subsystem)
		strbuf_format(&name, "%s%s", hook->subsystem, hook_separator(hook));
	strbuf_puts(&name, hook->name);
	key(writer, hook->kind == POLICY_UPROBE ? "uprobe"
		    : hook->kind == POLICY_USDT ? "usdt"
		    : hook->subsystem		? "event"
		    : hook->kind == POLICY_LSM	? "hook"
						: "function");
	quote(writer->ret, strbuf_get(&name), name.len);
	strbuf_done(&name);
}

int witness_text(const struct lists *lists, const struct witness *witness, uint32_t group,
		 struct strbuf *ret)
{
	struct writer writer = { lists, witness, lists->groups[group].hook, ret, true };
	int r;

	open_map(&writer);
	put_hook(&writer);
	put_args(&writer);
	r = put_process(&writer);
	put_names(&writer);
	close_map(&writer);
	return ret->failed ? -ENOMEM : r;
}
