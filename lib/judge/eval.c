/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/judge/eval.h"

#include "lib/judge/address.h"
#include "lib/judge/relation.h"

static bool number_is_in(const struct policy_value *values, uint32_t n, uint64_t number)
{
	for (uint32_t i = 0; i < n; i++)
		if (values[i].min <= number && number <= values[i].max)
			return true;
	return false;
}

/* The operator's relation holds for one of the values; or for none, if it is negated. */
static bool eval_values(uint32_t op, const struct policy_value *values, uint32_t n,
			const struct judged *judged)
{
	const struct operator_row *row = operator_row(op);
	bool found = false;

	if (!relation_compares(row->relation, judged->form))
		return false;
	for (uint32_t i = 0; i < n && !found; i++)
		found = relation_holds(row->relation, &values[i], judged);
	return found != row->negated;
}

static bool eval_bytes(uint32_t op, const struct policy_value *values, uint32_t n,
		       const char *text, size_t len)
{
	const struct judged judged = { .form = JUDGED_BYTES, .bytes = { text, len } };

	return eval_values(op, values, n, &judged);
}

/* Whether a filter accepts a value that cannot be compared. */
static bool eval_state(const struct policy_selector *s, uint32_t state, bool negated)
{
	switch (state) {
	case TETRA_VALUE_NONE:
		return negated;
	case TETRA_VALUE_UNREADABLE:
		return s->accepts_unreadable;
	case TETRA_VALUE_FAULT:
		return s->accepts_fault;
	}
	return false;
}

/* Only sockets of the two families of the internet have addresses and ports. */
static bool part_is_inet(uint32_t part)
{
	return part == TETRA_PART_SADDR || part == TETRA_PART_DADDR ||
	       part == TETRA_PART_SPORT || part == TETRA_PART_DPORT;
}

/* The part of a socket that an operator looks at; nothing if it has no such part. */
static void sock_part(const struct tetra_record_sock *sock, uint32_t part,
		      struct judged *ret)
{
	const struct {
		uint64_t number;
		const uint8_t *address;
	} parts[TETRA_PART_END] = {
		[TETRA_PART_SADDR] = { .address = sock->saddr },
		[TETRA_PART_DADDR] = { .address = sock->daddr },
		[TETRA_PART_SPORT] = { .number = sock->sport },
		[TETRA_PART_DPORT] = { .number = sock->dport },
		[TETRA_PART_PROTOCOL] = { .number = sock->protocol },
		[TETRA_PART_FAMILY] = { .number = sock->family },
		[TETRA_PART_STATE] = { .number = sock->state },
	};

	if (part_is_inet(part) && sock->family != FAMILY_IPV4 &&
	    sock->family != FAMILY_IPV6)
		return;
	ret->number = parts[part].number;
	ret->address = parts[part].address;
	ret->family = sock->family;
	ret->form = ret->address ? JUDGED_ADDRESS : JUDGED_NUMBER;
}

static void arg_part(const struct eval_arg *arg, uint32_t part, struct judged *ret)
{
	const struct kind_row *kind = kind_row(arg->kind);

	if (kind->classes & TETRA_CLASS_PATH && part == TETRA_PART_FILE_TYPE) {
		ret->form = JUDGED_NUMBER;
		ret->number = arg->file_type;
	} else if (kind->classes & TETRA_CLASS_SOCK) {
		if (part != TETRA_PART_VALUE)
			sock_part(&arg->sock, part, ret);
	} else if (part != TETRA_PART_VALUE) {
		return;
	} else if (kind->classes & TETRA_CLASS_INT) {
		ret->form = JUDGED_NUMBER;
		ret->is_signed = kind->is_signed;
		ret->number = arg->number;
	} else if (kind->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH)) {
		ret->form = JUDGED_BYTES;
		ret->bytes = (struct bytes){ arg->text, arg->len };
	}
}

static bool eval_arg(const struct policy_selector *s, const struct policy_filter *filter,
		     const struct eval_arg *arg)
{
	const struct operator_row *op = operator_row(filter->op);
	uint32_t state = op->part == TETRA_PART_FILE_TYPE ? arg->type_state : arg->state;
	struct judged judged = {};

	if (state != TETRA_VALUE_READ)
		return eval_state(s, state, op->negated);
	arg_part(arg, op->part, &judged);
	if (judged.form == JUDGED_BYTES && arg->endless &&
	    op->relation == TETRA_REL_POSTFIX)
		return s->accepts_unreadable;
	if (judged.form == JUDGED_BYTES && arg->foreign &&
	    selector_doubts(s, op->negated))
		return op->negated;
	return eval_values(filter->op, filter->values, filter->n_values, &judged);
}

static bool eval_pids(const struct policy_selector *s, const struct policy_pids *pids,
		      uint32_t selector, const struct eval_event *event)
{
	uint32_t pid = pids->namespace_pid ? event->ns_tgid : event->tgid;
	bool found;

	/* A process without a number in a namespace is neither inside nor outside of its
	 * tree. */
	if (pids->follow_forks && pids->namespace_pid && !event->ns_tgid)
		return false;
	if (pids->follow_forks && event->marks_unknown)
		return s->accepts_unreadable;
	if (pids->follow_forks)
		found = event->pid_marks >> selector & 1;
	else
		found = number_is_in(pids->values, pids->n_values, pid);
	return found != pids->negated;
}

bool eval_starts_mark(const struct policy_selector *s,
		      const struct policy_binaries *binaries,
		      const struct eval_event *event)
{
	if (event->exe_state != TETRA_VALUE_READ)
		return false;
	if (event->exe_foreign && selector_doubts(s, operator_is_negated(binaries->op)))
		return false;
	return eval_bytes(TETRA_OP_EQUAL, binaries->values, binaries->n_values,
			  event->exe, event->exe_len);
}

static bool eval_descent(const struct policy_selector *s,
			 const struct policy_binaries *binaries, uint32_t selector,
			 const struct eval_event *event)
{
	bool found = event->binary_marks >> selector & 1 ||
		     eval_starts_mark(s, binaries, event);

	if (event->marks_unknown || event->names_unknown ||
	    event->exe_state == TETRA_VALUE_UNREADABLE)
		return s->accepts_unreadable;
	return found != operator_is_negated(binaries->op);
}

static bool eval_binaries(const struct policy_selector *s,
			  const struct policy_binaries *binaries, uint32_t selector,
			  const struct eval_event *event)
{
	bool negated = operator_is_negated(binaries->op);

	if (!binaries->n_values)
		return true;
	if (event->exe_state != TETRA_VALUE_READ && !s->accepts_unreadable)
		return false;
	if (event->exe_state == TETRA_VALUE_NONE && !negated)
		return false;
	if (binaries->follow_children)
		return eval_descent(s, binaries, selector, event);
	if (event->exe_state != TETRA_VALUE_READ)
		return true;
	if (event->exe_foreign && selector_doubts(s, negated))
		return negated;
	return eval_bytes(binaries->op, binaries->values, binaries->n_values, event->exe,
			  event->exe_len);
}

static bool eval_namespace(const struct policy_namespace *namespace,
			   const struct eval_event *event)
{
	uint64_t inode = event->namespaces[namespace->ns];
	bool found = number_is_in(namespace->values, namespace->n_values, inode);

	if (namespace->host_ns && inode == event->host_namespaces[namespace->ns])
		found = true;
	return found != namespace->negated;
}

static bool eval_capabilities(const struct policy_capabilities *capabilities,
			      const struct eval_event *event)
{
	bool found = event->caps[capabilities->set] & capabilities->mask;

	if (capabilities->is_namespace_capability &&
	    event->user_ns == event->host_user_ns)
		return false;
	return found != capabilities->negated;
}

static bool eval_process(const struct policy_selector *s, uint32_t selector,
			 const struct eval_event *event)
{
	for (uint32_t i = 0; i < s->n_pids; i++)
		if (!eval_pids(s, &s->pids[i], selector, event))
			return false;
	for (uint32_t i = 0; i < s->n_binaries; i++)
		if (!eval_binaries(s, &s->binaries[i], selector, event))
			return false;
	for (uint32_t i = 0; i < s->n_namespaces; i++)
		if (!eval_namespace(&s->namespaces[i], event))
			return false;
	for (uint32_t i = 0; i < s->n_capabilities; i++)
		if (!eval_capabilities(&s->capabilities[i], event))
			return false;
	return true;
}

static bool eval_args(const struct policy_selector *s, const struct eval_event *event)
{
	for (uint32_t i = 0; i < s->n_args; i++)
		if (!eval_arg(s, &s->args[i], &event->args[s->args[i].arg]))
			return false;
	for (uint32_t i = 0; i < s->n_return_args; i++)
		if (!eval_arg(s, &s->return_args[i], &event->return_value))
			return false;
	return true;
}

int eval_policy_hook(const struct policy_hook *hook, const struct eval_event *event)
{
	if (!hook->n_selectors)
		return 0;
	for (uint32_t i = 0; i < hook->n_selectors; i++)
		if (eval_process(&hook->selectors[i], i, event) &&
		    eval_args(&hook->selectors[i], event))
			return (int)i;
	return -1;
}
