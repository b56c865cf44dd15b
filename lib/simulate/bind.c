/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/bind.h"

#include "lib/judge/address.h"
#include "lib/simulate/argument.h"

void bind_hook_init(struct bind_hook *ret, const struct tetra_policy *policy,
		    const struct policy_hook *hook)
{
	*ret = (struct bind_hook){ .policy = policy, .hook = hook };
	argument_init(ret);
	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		const struct policy_selector *selector = &hook->selectors[i];

		for (uint32_t k = 0; k < selector->n_binaries; k++)
			ret->follows |= selector->binaries[k].follow_children;
		for (uint32_t k = 0; k < selector->n_pids; k++)
			ret->follows_forks |= selector->pids[k].follow_forks;
		for (uint32_t k = 0; k < selector->n_args; k++)
			ret->used |= 1u << selector->args[k].arg;
	}
}

/* Texts that the process itself has: a fault there is a state of its own. */
static bool is_of_caller(const struct policy_hook *hook, uint32_t kind)
{
	return kind_has_class(kind, TETRA_CLASS_TEXT) && hook_reads_user(hook);
}

static void bind_nothing(struct eval_arg *ret)
{
	ret->unknown = UINT16_MAX;
}

/* A value that was not read, and is known to be that. */
static void bind_state(const struct bind_hook *hook, const struct input_arg *arg,
		       struct eval_arg *ret)
{
	static const uint8_t states[] = {
		[TETRA_INPUT_UNREADABLE] = TETRA_VALUE_UNREADABLE,
		[TETRA_INPUT_TRUNCATED] = TETRA_VALUE_UNREADABLE, /* paths */
		[TETRA_INPUT_NO_PATH] = TETRA_VALUE_NONE,
		[TETRA_INPUT_ABSENT] = TETRA_VALUE_ABSENT,
		[TETRA_INPUT_BEGINNING] = TETRA_VALUE_READ,
	};

	uint32_t state = arg->state;

	ret->unknown &= (uint16_t) ~(1u << TETRA_PART_VALUE);
	ret->state = states[state];
	if (state == TETRA_INPUT_NO_PATH && kind_has_class(ret->kind, TETRA_CLASSES_SOCK))
		ret->state = TETRA_VALUE_ABSENT;
	if ((state == TETRA_INPUT_UNREADABLE || state == TETRA_INPUT_NO_PATH) &&
	    is_of_caller(hook->hook, ret->kind))
		ret->state = TETRA_VALUE_FAULT;
	if (state == TETRA_INPUT_UNREADABLE && arg->has_fault &&
	    kind_has_class(ret->kind, TETRA_CLASS_TEXT))
		ret->state = arg->fault ? TETRA_VALUE_FAULT : TETRA_VALUE_UNREADABLE;
}

static void bind_number(const struct input_arg *arg, struct eval_arg *ret)
{
	const struct kind_row *kind = kind_row(ret->kind);
	uint32_t shift = 64u - kind->bits;

	if (arg->value != INPUT_NUMBER || !kind->bits)
		return;
	ret->unknown = 0;
	ret->number = arg->number << shift;
	ret->number = kind->is_signed ? (uint64_t)((int64_t)ret->number >> shift)
				      : ret->number >> shift;
}

static void bind_text(const struct tetra_input *input, const struct input_arg *arg,
		      struct eval_arg *ret)
{
	bool has_text = arg->value == INPUT_TEXT;
	bool is_path = kind_has_class(ret->kind, TETRA_CLASS_PATH);

	ret->endless = arg->state == TETRA_INPUT_TRUNCATED && !is_path;
	ret->cut = ret->endless || arg->state == TETRA_INPUT_BEGINNING;
	if (!has_text && !ret->cut)
		return;
	ret->unknown &= (uint16_t) ~(1u << TETRA_PART_VALUE);
	ret->text = has_text ? input_chars(input, &arg->text) : "";
	ret->len = has_text ? arg->text.len : 0;
	if (!is_path)
		return;
	ret->foreign = arg->has_foreign ? arg->foreign
					: input->names == TETRA_INPUT_NAMES_FOREIGN;
	ret->foreign_unknown = !arg->has_foreign && input->process.unknown.exe_foreign;
}

/* What comes from a packet's header; it has no state of a connection. */
#define HEADER_PARTS                                                                     \
	(TETRA_INPUT_SADDR | TETRA_INPUT_DADDR | TETRA_INPUT_SPORT | TETRA_INPUT_DPORT | \
	 TETRA_INPUT_PROTOCOL | TETRA_INPUT_FAMILY)

/*
 * What a packet lacks: it has no state, and with some protocols no ports. Without its header,
 * which has the family, it lacks all.
 */
static void bind_packet(const struct input_arg *arg, struct eval_arg *ret)
{
	const uint16_t tells = TETRA_INPUT_FAMILY | TETRA_INPUT_PROTOCOL;
	const uint16_t ports = TETRA_INPUT_SPORT | TETRA_INPUT_DPORT;
	uint16_t absent = arg->absent | TETRA_INPUT_TCPSTATE, unread = arg->unread;
	uint16_t said = arg->known | absent | unread;

	if (arg->unread & TETRA_INPUT_FAMILY)
		unread |= (uint16_t)(HEADER_PARTS & ~said);
	else if (arg->absent & TETRA_INPUT_FAMILY)
		absent |= (uint16_t)(HEADER_PARTS & ~said);
	else if (arg->unread & ports)
		unread |= (uint16_t)(ports & ~said);
	else if ((arg->known & tells) == tells && !TETRA_HAS_PORTS(arg->sock.protocol))
		absent |= (uint16_t)(ports & ~said);
	for (uint32_t part = TETRA_PART_SADDR; part <= TETRA_PART_STATE; part++) {
		if (absent >> part & 1)
			ret->sock.absent |= sock_part_column(part);
		if (unread >> part & 1)
			ret->sock.unread |= sock_part_column(part);
	}
	ret->unknown &= (uint16_t) ~(absent | unread);
	ret->inet |= !(said & TETRA_INPUT_FAMILY) && ret->sock.family == 0;
}

/* An address or port is one of a socket of one of two families. */
static void bind_sock(const struct input_arg *arg, struct eval_arg *ret)
{
	uint32_t inet = TETRA_INPUT_SADDR | TETRA_INPUT_DADDR | TETRA_INPUT_SPORT |
			TETRA_INPUT_DPORT;

	if (arg->value != INPUT_SOCK)
		return;
	ret->sock = arg->sock;
	ret->unknown = (uint16_t)(~arg->known & ((1u << TETRA_PART_FILE_TYPE) - 2));
	ret->inet = !(arg->known & TETRA_INPUT_FAMILY) && arg->known & inet;
	if (kind_has_class(ret->kind, TETRA_CLASS_SKB))
		bind_packet(arg, ret);
	if (ret->inet && ret->sock.family != FAMILY_IPV6)
		ret->sock.family = FAMILY_IPV4;
}

static void bind_arg(const struct bind_hook *hook, const struct tetra_input *input,
		     uint32_t kind, const struct input_arg *arg, struct eval_arg *ret)
{
	bool is_cut;

	*ret = (struct eval_arg){ .kind = kind };
	bind_nothing(ret);
	if (!arg || !kind)
		return;
	if (arg->has_file_type && kind_has_class(kind, TETRA_CLASS_FILE)) {
		ret->file_type = arg->file_type;
		ret->type_state = arg->type_state;
		ret->unknown &= (uint16_t) ~(1u << TETRA_PART_FILE_TYPE);
	}
	is_cut = arg->state == TETRA_INPUT_BEGINNING ||
		 (arg->state == TETRA_INPUT_TRUNCATED &&
		  !kind_has_class(kind, TETRA_CLASS_PATH));
	if (arg->state != TETRA_INPUT_UNKNOWN && !is_cut)
		bind_state(hook, arg, ret);
	else if (kind_has_class(kind, TETRA_CLASSES_NUMBER))
		bind_number(arg, ret);
	else if (kind_has_class(kind, TETRA_CLASSES_SOCK))
		bind_sock(arg, ret);
	else if (kind_has_class(kind, TETRA_CLASS_TEXT | TETRA_CLASS_PATH))
		bind_text(input, arg, ret);
}

static bool is_followed(const struct policy_selector *selector)
{
	return selector->n_binaries && selector->binaries->follow_children;
}

/* Of one ancestor: which selectors have it on their lists, or may have. */
static void bind_ancestor(const struct bind_hook *hook, const struct eval_event *ancestor,
			  struct eval_event *ret)
{
	uint32_t n = MIN(hook->hook->n_selectors, 64u);

	for (uint32_t s = 0; s < n; s++) {
		const struct policy_selector *selector = &hook->hook->selectors[s];
		bool negated;

		if (!is_followed(selector) ||
		    !eval_starts_mark(selector, selector->binaries, ancestor))
			continue;
		negated = operator_is_negated(selector->binaries->op);
		if (ancestor->unknown.exe_foreign && selector_doubts(selector, negated))
			ret->unknown.binary_marks |= 1ull << s;
		else
			ret->binary_marks |= 1ull << s;
	}
}

/* The ancestors that are known to be on a selector's list. */
static void bind_ancestors(const struct bind_hook *hook, const struct tetra_input *input,
			   struct eval_event *ret)
{
	struct eval_event ancestor = *ret;

	for (uint32_t i = 0; i < input->n_ancestors; i++) {
		const struct input_ancestor *from = &input->ancestors[i];

		if (!from->has_exe)
			continue;
		ancestor.exe_state = from->exe_state;
		ancestor.exe = input_chars(input, &from->binary);
		ancestor.exe_len = from->binary.len;
		ancestor.exe_foreign =
			from->has_foreign ? from->foreign
					  : input->names == TETRA_INPUT_NAMES_FOREIGN;
		ancestor.unknown.exe_foreign =
			!from->has_foreign && input->process.unknown.exe_foreign;
		bind_ancestor(hook, &ancestor, ret);
	}
}

static bool has_number(const struct policy_pids *pids, uint32_t pid)
{
	for (uint32_t i = 0; i < pids->n_values; i++)
		if (pid >= pids->values[i].min && pid <= pids->values[i].max)
			return true;
	return false;
}

/* A process of the first pid namespace has no number in its own. */
static bool has_inner(const struct policy_pids *pids, uint32_t ns_pid)
{
	return ns_pid && has_number(pids, ns_pid);
}

/* Whether it, or an ancestor that is known, is on the list. */
static bool is_listed(const struct policy_pids *pids, const struct tetra_input *input)
{
	const struct eval_event *process = &input->process;
	bool inner = pids->namespace_pid;

	if (inner ? !process->unknown.ns_tgid && has_inner(pids, process->ns_tgid)
		  : !process->unknown.tgid && has_number(pids, process->tgid))
		return true;
	for (uint32_t i = 0; i < input->n_ancestors; i++) {
		const struct input_ancestor *from = &input->ancestors[i];

		if (inner ? from->has_ns_pid && has_inner(pids, from->ns_pid)
			  : from->has_pid && has_number(pids, from->pid))
			return true;
	}
	return false;
}

/* Likewise of followForks. */
static void bind_pids(const struct bind_hook *hook, const struct tetra_input *input,
		      struct eval_event *ret)
{
	uint32_t n = MIN(hook->hook->n_selectors, 64u);

	for (uint32_t s = 0; s < n; s++) {
		const struct policy_selector *selector = &hook->hook->selectors[s];

		for (uint32_t k = 0; k < selector->n_pids; k++)
			if (selector->pids[k].follow_forks &&
			    is_listed(&selector->pids[k], input))
				ret->pid_marks |= 1ull << s;
	}
}

/* What was not said of an ancestor may put the process on a list. */
static void bind_descent(const struct tetra_input *input, struct eval_event *ret)
{
	bool names = input->ancestors_end, pids = names, inner = names;

	for (uint32_t i = 0; i < input->n_ancestors; i++) {
		const struct input_ancestor *from = &input->ancestors[i];

		names &= from->has_exe;
		pids &= from->has_pid;
		inner &= from->has_ns_pid;
		if (from->has_exe && from->exe_state == TETRA_VALUE_UNREADABLE)
			ret->names_unknown = 1;
	}
	ret->unknown.descent = !names;
	ret->unknown.forks = !pids;
	ret->unknown.ns_forks = !inner;
}

void bind_process(const struct tetra_input *input, struct bound *ret)
{
	struct eval_event *event = &ret->event;

	*event = input->process;
	event->exe = input->binary.is_set ? input_chars(input, &input->binary) : "";
	event->exe_len = input->binary.len;
	event->exe_foreign = input->names == TETRA_INPUT_NAMES_FOREIGN;
	if (input->has_exe_foreign) {
		event->exe_foreign = input->exe_foreign;
		event->unknown.exe_foreign = 0;
	}
	event->args = ret->args;
	bind_descent(input, event);
}

static bool labels_are_same(const char *a, const char *b)
{
	return a && b ? str_equal(a, b) : a == b;
}

bool bind_is_same(const struct bind_hook *a, const struct bind_hook *b)
{
	const struct policy_hook *one = a->hook, *other = b->hook;

	if (a->policy != b->policy || one->kind != other->kind ||
	    one->syscall != other->syscall || one->n_args != other->n_args ||
	    one->n_data != other->n_data || one->wants_return != other->wants_return ||
	    one->return_arg.kind != other->return_arg.kind)
		return false;
	for (uint32_t i = 0; i < one->n_args; i++)
		if (one->args[i].kind != other->args[i].kind ||
		    a->alone[i] != b->alone[i] ||
		    !labels_are_same(one->args[i].label, other->args[i].label))
			return false;
	return true;
}

void bind_args(const struct bind_hook *hook, const struct tetra_input *input,
	       struct bound *ret)
{
	const struct policy_hook *policy = hook->hook;
	struct eval_event *event = &ret->event;

	for (uint32_t i = 0; i < policy->n_args; i++)
		if (hook->used >> i & 1)
			bind_arg(hook, input, policy->args[i].kind,
				 argument_find(hook, input, i), &ret->args[i]);
	if (policy->wants_return)
		bind_arg(hook, input, policy->return_arg.kind,
			 argument_result(hook, input), &event->return_value);
}

void bind_marks(const struct bind_hook *hook, const struct tetra_input *input,
		struct bound *ret)
{
	struct eval_event *event = &ret->event;

	event->binary_marks = event->pid_marks = event->unknown.binary_marks = 0;
	if (hook->follows_forks)
		bind_pids(hook, input, event);
	if (hook->follows && input->n_ancestors)
		bind_ancestors(hook, input, event);
}
