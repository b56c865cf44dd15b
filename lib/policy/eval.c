/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/eval.h"

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10

static bool number_is_in(const struct policy_value *values, uint32_t n, uint64_t number,
			 bool is_signed)
{
	for (uint32_t i = 0; i < n; i++) {
		if (is_signed && (int64_t)values[i].min <= (int64_t)number &&
		    (int64_t)number <= (int64_t)values[i].max)
			return true;
		if (!is_signed && values[i].min <= number && number <= values[i].max)
			return true;
	}
	return false;
}

static bool number_is_above(const struct policy_filter *filter, uint64_t number,
			    bool is_signed)
{
	for (uint32_t i = 0; i < filter->n_values; i++) {
		uint64_t value = filter->values[i].min;

		if (is_signed ? (int64_t)number > (int64_t)value : number > value)
			return true;
	}
	return false;
}

static bool number_is_below(const struct policy_filter *filter, uint64_t number,
			    bool is_signed)
{
	for (uint32_t i = 0; i < filter->n_values; i++) {
		uint64_t value = filter->values[i].min;

		if (is_signed ? (int64_t)number < (int64_t)value : number < value)
			return true;
	}
	return false;
}

static bool number_has_bits(const struct policy_filter *filter, uint64_t number)
{
	for (uint32_t i = 0; i < filter->n_values; i++)
		if (number & filter->values[i].min)
			return true;
	return false;
}

static bool eval_number(const struct policy_filter *filter, uint64_t number,
			bool is_signed)
{
	switch (filter->op) {
	case TETRA_OP_EQUAL:
	case TETRA_OP_IN_MAP:
		return number_is_in(filter->values, filter->n_values, number, is_signed);
	case TETRA_OP_NOT_EQUAL:
	case TETRA_OP_NOT_IN_MAP:
		return !number_is_in(filter->values, filter->n_values, number, is_signed);
	case TETRA_OP_GT:
		return number_is_above(filter, number, is_signed);
	case TETRA_OP_LT:
		return number_is_below(filter, number, is_signed);
	case TETRA_OP_MASK:
		return number_has_bits(filter, number);
	}
	return false;
}

struct bytes {
	const char *text;
	size_t len;
};

static bool bytes_begin(struct bytes whole, struct bytes part)
{
	return part.len <= whole.len && memcmp(whole.text, part.text, part.len) == 0;
}

static bool bytes_end(struct bytes whole, struct bytes part)
{
	return part.len <= whole.len &&
	       memcmp(whole.text + whole.len - part.len, part.text, part.len) == 0;
}

/* One literal against one value, by the operator without its "Not". */
static bool bytes_fit(uint32_t op, struct bytes whole, struct bytes part)
{
	switch (op) {
	case TETRA_OP_PREFIX:
	case TETRA_OP_NOT_PREFIX:
		return bytes_begin(whole, part);
	case TETRA_OP_POSTFIX:
	case TETRA_OP_NOT_POSTFIX:
		return bytes_end(whole, part);
	}
	return whole.len == part.len && bytes_begin(whole, part);
}

static bool eval_bytes(uint32_t op, const struct policy_value *values, uint32_t n,
		       struct bytes whole, bool keep_nuls)
{
	bool negated = operator_is_negated(op);

	for (uint32_t i = 0; i < n; i++) {
		struct bytes part = { values[i].text, values[i].len };

		while (!keep_nuls && part.len && part.text[part.len - 1] == '\0')
			part.len--;
		if (bytes_fit(op, whole, part))
			return !negated;
	}
	return negated;
}

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool address_is_in(const struct policy_value *value, uint16_t family,
			  const uint8_t *address)
{
	if (family == FAMILY_IPV6 && memcmp(address, mapped_prefix, 12) == 0) {
		family = FAMILY_IPV4;
		address += sizeof(mapped_prefix);
	}
	if (family != (value->addr_family == 4 ? FAMILY_IPV4 : FAMILY_IPV6))
		return false;
	for (uint32_t bit = 0; bit < value->addr_bits; bit++) {
		uint8_t differ = address[bit / 8] ^ value->addr[bit / 8];

		if (differ >> (7 - bit % 8) & 1)
			return false;
	}
	return true;
}

static bool eval_address(const struct policy_filter *filter, uint16_t family,
			 const uint8_t *address)
{
	for (uint32_t i = 0; i < filter->n_values; i++)
		if (address_is_in(&filter->values[i], family, address))
			return true;
	return false;
}

static bool eval_sock(const struct policy_filter *filter, const struct eval_sock *sock)
{
	switch (filter->op) {
	case TETRA_OP_SADDR:
		return eval_address(filter, sock->family, sock->saddr);
	case TETRA_OP_DADDR:
		return eval_address(filter, sock->family, sock->daddr);
	case TETRA_OP_SPORT:
		return number_is_in(filter->values, filter->n_values, sock->sport, false);
	case TETRA_OP_DPORT:
		return number_is_in(filter->values, filter->n_values, sock->dport, false);
	case TETRA_OP_PROTOCOL:
		return number_is_in(filter->values, filter->n_values, sock->protocol,
				    false);
	case TETRA_OP_FAMILY:
		return number_is_in(filter->values, filter->n_values, sock->family,
				    false);
	}
	return false;
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

static bool is_postfix(uint32_t op)
{
	return op == TETRA_OP_POSTFIX || op == TETRA_OP_NOT_POSTFIX;
}

static bool eval_text(const struct policy_selector *s, const struct policy_filter *filter,
		      const struct eval_arg *arg)
{
	struct bytes text = { arg->text, arg->len };

	if (arg->endless && is_postfix(filter->op))
		return s->accepts_unreadable;
	if (arg->foreign && selector_doubts(s, operator_is_negated(filter->op)))
		return operator_is_negated(filter->op);
	return eval_bytes(filter->op, filter->values, filter->n_values, text,
			  arg->kind == TETRA_ARG_CHAR_BUF);
}

static bool eval_arg(const struct policy_selector *s, const struct policy_filter *filter,
		     const struct eval_arg *arg)
{
	uint32_t class = arg_kind_class(arg->kind);

	if (arg->state != TETRA_VALUE_READ)
		return eval_state(s, arg->state, operator_is_negated(filter->op));
	if (class == TETRA_CLASS_SIGNED || class == TETRA_CLASS_UNSIGNED)
		return eval_number(filter, arg->number, class == TETRA_CLASS_SIGNED);
	if (class == TETRA_CLASS_SOCK)
		return eval_sock(filter, &arg->sock);
	if (class == TETRA_CLASS_TEXT || class == TETRA_CLASS_PATH)
		return eval_text(s, filter, arg);
	return false;
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
		found = number_is_in(pids->values, pids->n_values, pid, false);
	return found != pids->negated;
}

bool eval_starts_mark(const struct policy_selector *s,
		      const struct policy_binaries *binaries,
		      const struct eval_event *event)
{
	struct bytes exe = { event->exe, event->exe_len };

	if (event->exe_state != TETRA_VALUE_READ)
		return false;
	if (event->exe_foreign && selector_doubts(s, operator_is_negated(binaries->op)))
		return false;
	return eval_bytes(TETRA_OP_EQUAL, binaries->values, binaries->n_values, exe,
			  false);
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
	struct bytes exe = { event->exe, event->exe_len };
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
	return eval_bytes(binaries->op, binaries->values, binaries->n_values, exe, false);
}

static bool eval_namespace(const struct policy_namespace *namespace,
			   const struct eval_event *event)
{
	uint64_t inode = event->namespaces[namespace->ns];
	bool found = number_is_in(namespace->values, namespace->n_values, inode, false);

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
