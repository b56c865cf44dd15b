/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/judge/eval.h"

#include "bpf/abi/image.h"
#include "lib/judge/address.h"
#include "lib/judge/relation.h"

static bool number_is_in(const struct policy_value *values, uint32_t n, uint64_t number)
{
	for (uint32_t i = 0; i < n; i++)
		if (values[i].min <= number && number <= values[i].max)
			return true;
	return false;
}

static enum eval_truth truth(bool holds)
{
	return holds ? EVAL_YES : EVAL_NO;
}

static enum eval_truth negate_if(enum eval_truth truth, bool negated)
{
	return negated ? (enum eval_truth)(EVAL_YES - truth) : truth;
}

static enum eval_truth either(enum eval_truth a, enum eval_truth b)
{
	return a == b ? a : EVAL_UNKNOWN;
}

/*
 * Of a text whose beginning is known. The rest may be anything, except that one whose end was
 * not reached is longer than any literal.
 */
static enum eval_truth beginning_relates(uint32_t relation,
					 const struct policy_value *value,
					 const struct eval_arg *arg)
{
	size_t both = MIN(value->len, arg->len);

	if (relation == TETRA_REL_IS && arg->endless)
		return EVAL_NO;
	if (relation == TETRA_REL_IS || relation == TETRA_REL_PREFIX) {
		if (both && memcmp(value->text, arg->text, both) != 0)
			return EVAL_NO;
		if (value->len <= arg->len && relation == TETRA_REL_PREFIX)
			return EVAL_YES;
		if (value->len < arg->len)
			return EVAL_NO;
	}
	return EVAL_UNKNOWN;
}

static enum eval_truth eval_beginning(const struct policy_filter *filter,
				      const struct eval_arg *arg)
{
	const struct operator_row *op = operator_row(filter->op);
	enum eval_truth found = EVAL_NO;

	for (uint32_t i = 0; i < filter->n_values && found != EVAL_YES; i++)
		found = MAX(found,
			    beginning_relates(op->relation, &filter->values[i], arg));
	return negate_if(found, op->negated);
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

uint8_t sock_part_column(uint32_t part)
{
#define X(NAME, number, column, ...) [number] = 1u << TETRA_COL_##column,
	static const uint8_t columns[TETRA_PART_END] = { TETRA_PARTS(X) };
#undef X

	return part > TETRA_PART_VALUE && part <= TETRA_PART_STATE ? columns[part] : 0;
}

uint32_t sock_part_state(const struct tetra_record_sock *sock, uint32_t part)
{
	uint8_t column = sock_part_column(part);

	if (sock->absent & column)
		return TETRA_VALUE_ABSENT;
	return sock->unread & column ? TETRA_VALUE_UNREADABLE : TETRA_VALUE_READ;
}

/* Parts that a packet lacks, although the rest was read; enum tetra_value_state. */
static uint32_t sock_state(const struct eval_arg *arg, uint32_t part)
{
	if (!kind_has_class(arg->kind, TETRA_CLASSES_SOCK))
		return TETRA_VALUE_READ;
	return sock_part_state(&arg->sock, part);
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
	} else if (kind->classes & TETRA_CLASSES_SOCK) {
		if (part != TETRA_PART_VALUE)
			sock_part(&arg->sock, part, ret);
	} else if (part != TETRA_PART_VALUE) {
		return;
	} else if (kind->classes & TETRA_CLASSES_NUMBER) {
		ret->form = JUDGED_NUMBER;
		ret->is_signed = kind->is_signed;
		ret->number = arg->number;
	} else if (kind->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH)) {
		ret->form = JUDGED_BYTES;
		ret->bytes = (struct bytes){ arg->text, arg->len };
	}
}

/* What the filter says of a part that is known. */
static bool eval_part(const struct policy_filter *filter, const struct eval_arg *arg)
{
	struct judged judged = {};

	arg_part(arg, operator_row(filter->op)->part, &judged);
	return eval_values(filter->op, filter->values, filter->n_values, &judged);
}

/* The family is that of an address or of a port: one of two. */
static enum eval_truth eval_family(const struct policy_filter *filter,
				   const struct eval_arg *arg)
{
	struct eval_arg ipv4 = *arg, ipv6 = *arg;

	ipv4.sock.family = FAMILY_IPV4;
	ipv6.sock.family = FAMILY_IPV6;
	return either(truth(eval_part(filter, &ipv4)), truth(eval_part(filter, &ipv6)));
}

static bool gap_has(const struct eval_arg *arg, uint32_t part)
{
	return arg->unknown >> part & 1;
}

/* Judges a filter on an argument that is partly unknown. */
static enum eval_truth eval_gap(const struct policy_filter *filter,
				const struct eval_arg *arg)
{
	uint32_t part = operator_row(filter->op)->part;

	if (!gap_has(arg, part) &&
	    (!part_is_inet(part) || arg->inet || !gap_has(arg, TETRA_PART_FAMILY)))
		return truth(eval_part(filter, arg));
	if (part == TETRA_PART_FAMILY && arg->inet)
		return eval_family(filter, arg);
	/* Sockets of other families have no address or port. */
	if (part_is_inet(part) && !gap_has(arg, TETRA_PART_FAMILY) &&
	    arg->sock.family != FAMILY_IPV4 && arg->sock.family != FAMILY_IPV6)
		return EVAL_NO;
	return EVAL_UNKNOWN;
}

/* A value that was read. */
static enum eval_truth eval_read(const struct policy_filter *filter,
				 const struct eval_arg *arg)
{
	if (arg->cut && operator_row(filter->op)->part == TETRA_PART_VALUE)
		return eval_beginning(filter, arg);
	if (arg->unknown)
		return eval_gap(filter, arg);
	return truth(eval_part(filter, arg));
}

/*
 * A text that a fault ends: what was read may decide. It is equal to what it is equal to so far,
 * since it may end there; but not so that anything is spared by it.
 */
static enum eval_truth eval_cut(const struct policy_selector *s,
				const struct policy_filter *filter,
				const struct eval_arg *arg)
{
	const struct operator_row *op = operator_row(filter->op);
	enum eval_truth found = eval_beginning(filter, arg);

	for (uint32_t i = 0; op->relation == TETRA_REL_IS && !op->negated &&
			     !s->exempts && i < filter->n_values;
	     i++)
		if (filter->values[i].len == arg->len &&
		    memcmp(filter->values[i].text, arg->text, arg->len) == 0)
			return EVAL_YES;
	return found == EVAL_UNKNOWN ? truth(s->accepts_fault) : found;
}

static bool is_bytes(const struct eval_arg *arg, uint32_t part)
{
	return part == TETRA_PART_VALUE &&
	       kind_has_class(arg->kind, TETRA_CLASS_TEXT | TETRA_CLASS_PATH);
}

static enum eval_truth eval_arg(const struct policy_selector *s,
				const struct policy_filter *filter,
				const struct eval_arg *arg)
{
	const struct operator_row *op = operator_row(filter->op);
	bool is_type = op->part == TETRA_PART_FILE_TYPE;
	uint32_t state = is_type ? arg->type_state : arg->state;

	if (state == TETRA_VALUE_READ)
		state = sock_state(arg, op->part);
	if (gap_has(arg, is_type ? TETRA_PART_FILE_TYPE : TETRA_PART_VALUE))
		return EVAL_UNKNOWN;
	if (state == TETRA_VALUE_FAULT && arg->len && is_bytes(arg, op->part))
		return eval_cut(s, filter, arg);
	if (state != TETRA_VALUE_READ)
		return truth(eval_state(s, state, op->negated));
	if (!is_bytes(arg, op->part))
		return eval_read(filter, arg);
	if (arg->endless && op->relation == TETRA_REL_POSTFIX)
		return truth(s->accepts_unreadable);
	if (arg->foreign && selector_doubts(s, op->negated))
		return truth(op->negated);
	if (arg->foreign_unknown && selector_doubts(s, op->negated))
		return either(truth(op->negated), eval_read(filter, arg));
	return eval_read(filter, arg);
}

/* Only so many selectors can have marks. */
static bool has_mark(uint64_t marks, uint32_t selector)
{
	return selector < 64 && marks >> selector & 1;
}

static enum eval_truth eval_pids(const struct policy_selector *s, uint32_t selector,
				 const struct policy_pids *pids,
				 const struct eval_event *event)
{
	bool gap = pids->namespace_pid ? event->unknown.ns_tgid : event->unknown.tgid;
	bool may_descend =
		pids->namespace_pid ? event->unknown.ns_forks : event->unknown.forks;
	uint32_t pid = pids->namespace_pid ? event->ns_tgid : event->tgid;
	bool listed = number_is_in(pids->values, pids->n_values, pid);

	if (gap)
		return EVAL_UNKNOWN;
	if (!pids->follow_forks)
		return truth(listed != pids->negated);
	/* A process without a number in a namespace is neither inside nor outside of its
	 * tree. */
	if (pids->namespace_pid && !event->ns_tgid)
		return EVAL_NO;
	if (event->marks_unknown)
		return truth(s->accepts_unreadable);
	if (may_descend && !has_mark(event->pid_marks, selector))
		return listed ? truth(!pids->negated) : EVAL_UNKNOWN;
	return truth(has_mark(event->pid_marks, selector) != pids->negated);
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

/* As eval_starts_mark(), if it may not be known where the name comes from. */
static enum eval_truth starts_mark(const struct policy_selector *s,
				   const struct policy_binaries *binaries,
				   const struct eval_event *event)
{
	bool starts = eval_starts_mark(s, binaries, event);

	if (starts && event->unknown.exe_foreign &&
	    selector_doubts(s, operator_is_negated(binaries->op)))
		return EVAL_UNKNOWN;
	return truth(starts);
}

static enum eval_truth eval_descent(const struct policy_selector *s, uint32_t selector,
				    const struct policy_binaries *binaries,
				    const struct eval_event *event)
{
	enum eval_truth found = truth(has_mark(event->binary_marks, selector));

	if (event->marks_unknown || event->names_unknown ||
	    event->exe_state == TETRA_VALUE_UNREADABLE)
		return truth(s->accepts_unreadable);
	found = MAX(found, starts_mark(s, binaries, event));
	if (event->unknown.descent || has_mark(event->unknown.binary_marks, selector))
		found = MAX(found, EVAL_UNKNOWN);
	return negate_if(found, operator_is_negated(binaries->op));
}

static enum eval_truth eval_name(const struct policy_selector *s,
				 const struct policy_binaries *binaries,
				 const struct eval_event *event)
{
	bool negated = operator_is_negated(binaries->op);
	bool doubts = selector_doubts(s, negated);
	bool holds;

	if (event->exe_state != TETRA_VALUE_READ)
		return EVAL_YES;
	if (event->exe_foreign && doubts)
		return truth(negated);
	holds = eval_bytes(binaries->op, binaries->values, binaries->n_values, event->exe,
			   event->exe_len);
	if (event->unknown.exe_foreign && doubts)
		return either(truth(negated), truth(holds));
	return truth(holds);
}

static enum eval_truth eval_binaries(const struct policy_selector *s, uint32_t selector,
				     const struct policy_binaries *binaries,
				     const struct eval_event *event)
{
	bool negated = operator_is_negated(binaries->op);

	if (!binaries->n_values)
		return EVAL_YES;
	if (event->unknown.exe)
		return EVAL_UNKNOWN;
	if (event->exe_state != TETRA_VALUE_READ && !s->accepts_unreadable)
		return EVAL_NO;
	if (event->exe_state == TETRA_VALUE_NONE && !negated)
		return EVAL_NO;
	if (binaries->follow_children)
		return eval_descent(s, selector, binaries, event);
	return eval_name(s, binaries, event);
}

static enum eval_truth eval_namespace(const struct policy_namespace *namespace,
				      const struct eval_event *event)
{
	uint32_t ns = namespace->ns;
	uint64_t inode = event->namespaces[ns];
	enum eval_truth found, host = EVAL_NO;

	if (event->unknown.namespaces >> ns & 1)
		found = namespace->n_values ? EVAL_UNKNOWN : EVAL_NO;
	else
		found = truth(
			number_is_in(namespace->values, namespace->n_values, inode));
	if (namespace->host_ns)
		host = event->unknown.hosts >> ns & 1
			       ? EVAL_UNKNOWN
			       : truth(inode == event->host_namespaces[ns]);
	return negate_if(MAX(found, host), namespace->negated);
}

static enum eval_truth eval_capabilities(const struct policy_capabilities *capabilities,
					 const struct eval_event *event)
{
	bool found = event->caps[capabilities->set] & capabilities->mask;
	enum eval_truth elsewhere = EVAL_YES, holds;

	if (capabilities->is_namespace_capability)
		elsewhere = event->unknown.user_ns
				    ? EVAL_UNKNOWN
				    : truth(event->user_ns != event->host_user_ns);
	holds = event->unknown.caps >> capabilities->set & 1
			? EVAL_UNKNOWN
			: truth(found != capabilities->negated);
	return MIN(elsewhere, holds);
}

uint32_t eval_count(const struct policy_selector *s, enum eval_list list)
{
	const uint32_t n[EVAL_LISTS] = {
		[EVAL_PIDS] = s->n_pids,
		[EVAL_BINARIES] = s->n_binaries,
		[EVAL_NAMESPACES] = s->n_namespaces,
		[EVAL_CAPABILITIES] = s->n_capabilities,
		[EVAL_ARGS] = s->n_args,
		[EVAL_RETURN_ARGS] = s->n_return_args,
	};

	return n[list];
}

enum eval_truth eval_filter(const struct policy_hook *hook, uint32_t selector,
			    enum eval_list list, uint32_t index,
			    const struct eval_event *event)
{
	const struct policy_selector *s = &hook->selectors[selector];

	switch (list) {
	case EVAL_PIDS:
		return eval_pids(s, selector, &s->pids[index], event);
	case EVAL_BINARIES:
		return eval_binaries(s, selector, &s->binaries[index], event);
	case EVAL_NAMESPACES:
		return eval_namespace(&s->namespaces[index], event);
	case EVAL_CAPABILITIES:
		return eval_capabilities(&s->capabilities[index], event);
	case EVAL_ARGS:
		return eval_arg(s, &s->args[index], &event->args[s->args[index].arg]);
	case EVAL_RETURN_ARGS:
		return eval_arg(s, &s->return_args[index], &event->return_value);
	case EVAL_LISTS:
		break;
	}
	return EVAL_NO;
}

/* In a row of filters the first NO ends it. */
#define ALL(all, n, filter)                                                              \
	for (uint32_t i = 0; i < (n) && (all) != EVAL_NO; i++)                           \
		(all) = MIN(all, filter);

static enum eval_truth eval_process(const struct policy_selector *s, uint32_t selector,
				    const struct eval_event *event)
{
	enum eval_truth all = EVAL_YES;

	ALL(all, s->n_pids, eval_pids(s, selector, &s->pids[i], event))
	ALL(all, s->n_binaries, eval_binaries(s, selector, &s->binaries[i], event))
	ALL(all, s->n_namespaces, eval_namespace(&s->namespaces[i], event))
	ALL(all, s->n_capabilities, eval_capabilities(&s->capabilities[i], event))
	return all;
}

enum eval_truth eval_selector(const struct policy_hook *hook, uint32_t selector,
			      const struct eval_event *event)
{
	const struct policy_selector *s = &hook->selectors[selector];
	enum eval_truth all = eval_process(s, selector, event);

	ALL(all, s->n_args, eval_arg(s, &s->args[i], &event->args[s->args[i].arg]))
	/* What enforces acts before there is a result. */
	if (!s->enforces)
		ALL(all, s->n_return_args,
		    eval_arg(s, &s->return_args[i], &event->return_value))
	return all;
}
#undef ALL

/* The first selector from @from on that accepts, of those that do not wait for a result. */
static int eval_before_result(const struct policy_hook *hook, uint32_t from,
			      const struct eval_event *event)
{
	for (uint32_t i = from; i < hook->n_selectors; i++)
		if (!selector_waits(&hook->selectors[i]) &&
		    eval_selector(hook, i, event) == EVAL_YES)
			return (int)i;
	return -1;
}

int eval_policy_hook(const struct policy_hook *hook, const struct eval_event *event)
{
	int first = -1, before;

	if (!hook->n_selectors)
		return 0;
	for (uint32_t i = 0; i < hook->n_selectors && first < 0; i++)
		if (eval_selector(hook, i, event) == EVAL_YES)
			first = (int)i;
	if (first < 0 || !selector_waits(&hook->selectors[first]))
		return first;
	before = eval_before_result(hook, first + 1, event);
	return before >= 0 && hook->selectors[before].enforces ? before : first;
}

bool eval_scope(const uint64_t *ids, size_t n, const struct eval_event *event)
{
	for (uint32_t i = 0; i < event->n_cgroups; i++)
		for (size_t k = 0; k < n; k++)
			if (event->cgroups[i] == ids[k])
				return true;
	return false;
}
