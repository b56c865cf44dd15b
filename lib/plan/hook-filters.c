/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the model's filters to columns: each filter of a selector becomes one filter of
 * one column, with its literals.
 */
#include "bpf/abi/config.h"
#include "bpf/abi/record.h"
#include "lib/plan/hook-rules.h"
#include "lib/plan/image.h"

/* Bytes of a literal: one less than a text that was cut (TETRA_TEXT_MAX of the records,
 * without the NUL), so that no cut text equals it. */
#define LITERAL_MAX_BYTES (TETRA_TEXT_MAX - 2)

/* Steps of a path's walk, one for each 32 bytes of a component; the programs take 64, the
 * last of them to see that the path is over. */
#define PATH_MAX_STEPS (TETRA_PATH_STEPS - 1)

#define SIGN_BIT (1ull << 63)

/* One selector's context, passed down. */
struct rule_place {
	struct hook_rules *rules;
	const struct ruleset_group *group;
	const struct policy_selector *selector;
	uint32_t bit;
	uint32_t number; /* of the selector */
	struct ruleset_marks marks;
};

struct column_filter_at {
	struct column *column;
	int filter;
};

static int place_error(const struct rule_place *place, struct mark mark, int error,
		       const char *message)
{
	return group_error(place->rules->diag, place->group, mark, error, "%s", message);
}

static uint32_t selector_leniency(const struct policy_selector *selector)
{
	return (selector->accepts_unreadable ? COLUMN_ACCEPTS_UNREADABLE : 0) |
	       (selector->accepts_fault ? COLUMN_ACCEPTS_FAULT : 0) |
	       (selector_doubts(selector, true) ? COLUMN_DOUBTS_NEGATED : 0) |
	       (selector_doubts(selector, false) ? COLUMN_DOUBTS_POSITIVE : 0) |
	       (selector->enforces ? COLUMN_ENFORCES : 0);
}

static int place_filter(const struct rule_place *place, struct column **slot,
			enum column_shape shape, bool negated, struct mark mark,
			struct column_filter_at *ret)
{
	struct hook_rules *rules = place->rules;
	int r;

	if (!*slot) {
		r = column_new(slot, shape, &rules->rows, rules->all);
		if (r < 0)
			return r;
	}
	ret->column = *slot;
	ret->filter =
		column_add_filter(*slot, place->bit, negated,
				  selector_leniency(place->selector), place->group, mark);
	return ret->filter < 0 ? ret->filter : 0;
}

static int add_ranges(const struct column_filter_at *at,
		      const struct policy_value *values, uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++)
		r = column_add_range(at->column, at->filter, values[i].min,
				     values[i].max);
	return r;
}

static int add_bits(const struct column_filter_at *at, uint64_t bits)
{
	struct column_literal literal = { .filter = at->filter, .bits = bits };

	return column_add_literal(at->column, &literal);
}

/* NULs at the end of a literal come from the policy's author, not from the text. */
static size_t text_trim(const char *text, size_t len)
{
	while (len && !text[len - 1])
		len--;
	return len;
}

/* Components of a path, and the chunks they are made of. */
static void text_measure(const char *text, size_t len, uint32_t *components,
			 uint32_t *steps)
{
	uint32_t inside = 0;

	*components = *steps = 0;
	for (size_t i = 0; i < len; i++) {
		inside = text[i] == '/' ? 0 : inside + 1;
		*components += inside == 1;
		*steps += inside % TETRA_CHUNK_BYTES == 1;
	}
}

static int add_path_check(const struct rule_place *place, struct mark mark,
			  const char *text, size_t len)
{
	struct tetra_diag *diag = place->rules->diag;
	uint32_t components, steps;

	text_measure(text, len, &components, &steps);
	if (components > TETRA_MAX_COMPONENTS)
		return group_error(diag, place->group, mark, -E2BIG,
				   "a path of %u components; the limit is %u", components,
				   TETRA_MAX_COMPONENTS);
	if (steps > PATH_MAX_STEPS)
		return group_error(
			diag, place->group, mark, -E2BIG,
			"a path of %u pieces (32 bytes of a component each); the "
			"limit is %u",
			steps, PATH_MAX_STEPS);
	return 0;
}

static int add_text(const struct rule_place *place, const struct column_filter_at *at,
		    const struct column_literal *literal, struct mark mark,
		    size_t max_bytes)
{
	int r = 0;

	if (literal->len > max_bytes)
		return group_error(place->rules->diag, place->group, mark, -E2BIG,
				   "a literal of %zu bytes; the limit is %zu",
				   literal->len, max_bytes);
	if (at->column->shape == COLUMN_PATH_HEAD)
		r = add_path_check(place, mark, literal->text, literal->len);
	return r < 0 ? r : column_add_literal(at->column, literal);
}

/* matchPIDs */

/* Processes in the root pid namespace have no number in a nested one: they pass neither
 * way. */
static int collect_pids_numbered(const struct rule_place *place,
				 const struct policy_pids *pids)
{
	const struct policy_value none = { .min = 0, .max = 0 };
	struct column_filter_at at;
	int r = place_filter(place, &place->rules->process[TETRA_COL_NSPID], COLUMN_EXACT,
			     true, pids->mark, &at);

	return r < 0 ? r : add_ranges(&at, &none, 1);
}

static int collect_pids_marked(const struct rule_place *place,
			       const struct policy_pids *pids)
{
	struct column_filter_at at;
	int r = 0;

	if (place->marks.pid >= 64)
		return -EINVAL;
	if (pids->namespace_pid)
		r = collect_pids_numbered(place, pids);
	if (r < 0)
		return r;
	r = place_filter(place, &place->rules->process[TETRA_COL_PID_MARKS], COLUMN_BITS,
			 pids->negated, pids->mark, &at);
	if (r < 0)
		return r;
	at.column->aside = 1;
	place->rules->follows = 1;
	return add_bits(&at, 1ull << place->marks.pid);
}

static int collect_pids_one(const struct rule_place *place,
			    const struct policy_pids *pids)
{
	uint32_t column = pids->namespace_pid ? TETRA_COL_NSPID : TETRA_COL_PID;
	struct column_filter_at at;
	int r;

	if (pids->follow_forks)
		return collect_pids_marked(place, pids);
	r = place_filter(place, &place->rules->process[column], COLUMN_EXACT,
			 pids->negated, pids->mark, &at);
	if (r < 0)
		return r;
	return add_ranges(&at, pids->values, pids->n_values);
}

/* One mark represents the pids of all elements that follow. That is what several negated
 * ones mean; several positive ones would each have to hold separately. */
static int pids_check(const struct rule_place *place)
{
	const struct policy_selector *selector = place->selector;
	uint32_t n_following = 0, n_positive = 0;

	for (uint32_t i = 0; i < selector->n_pids; i++) {
		if (!selector->pids[i].follow_forks)
			continue;
		n_following++;
		n_positive += !selector->pids[i].negated;
		if (n_following > 1 && n_positive)
			return place_error(place, selector->pids[i].mark, -EOPNOTSUPP,
					   "several matchPIDs elements with followForks, "
					   "not all of them NotIn");
	}
	return 0;
}

static int collect_pids(const struct rule_place *place)
{
	int r = pids_check(place);

	for (uint32_t i = 0; r >= 0 && i < place->selector->n_pids; i++)
		r = collect_pids_one(place, &place->selector->pids[i]);
	return r;
}

/* matchBinaries */

/* A process row keeps this many bytes of an executable's path. */
static size_t binary_max_bytes(const struct column *column)
{
	if (column->shape == COLUMN_TEXT_HEAD)
		return TETRA_EXE_HEAD;
	return column->shape == COLUMN_TEXT_TAIL ? TETRA_EXE_TAIL : LITERAL_MAX_BYTES;
}

static int add_binary(const struct rule_place *place, const struct column_filter_at *at,
		      struct mark mark, const char *text, size_t len)
{
	struct column_literal literal = { .filter = at->filter };
	struct tetra_hash hash;

	literal.text = text;
	literal.len = text_trim(text, len);
	if (at->column->shape != COLUMN_EXACT || literal.len > LITERAL_MAX_BYTES)
		return add_text(place, at, &literal, mark, binary_max_bytes(at->column));
	image_hash_path(&place->rules->ruleset->seed, text, literal.len, &hash);
	literal.min = literal.max = (struct column_number){ hash.h[0], hash.h[1] };
	return column_add_literal(at->column, &literal);
}

static int add_binaries(const struct rule_place *place, const struct column_filter_at *at,
			const struct policy_binaries *binaries)
{
	const struct ruleset_group *group = place->group;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < binaries->n_values; i++)
		r = add_binary(place, at, binaries->values[i].mark,
			       binaries->values[i].text, binaries->values[i].len);
	for (uint32_t i = 0; r >= 0 && i < group->n_widened; i++)
		if (group->widened[i].selector == place->number)
			r = add_binary(place, at, binaries->mark, group->widened[i].text,
				       group->widened[i].len);
	return r;
}

/* The negated filter without literals is only for executables that cannot be identified. */
static int collect_binaries_marked(const struct rule_place *place,
				   const struct policy_binaries *binaries)
{
	struct column **process = place->rules->process;
	struct column_filter_at at;
	int r;

	if (place->marks.binary >= 64)
		return -EINVAL;
	r = place_filter(place, &process[TETRA_COL_BINARY], COLUMN_EXACT, true,
			 binaries->mark, &at);
	if (r < 0)
		return r;
	at.column->exe = 1;
	at.column->aside = 1;
	at.column->filters[at.filter].positive = !operator_is_negated(binaries->op);
	r = place_filter(place, &process[TETRA_COL_BINARY_MARKS], COLUMN_BITS,
			 operator_is_negated(binaries->op), binaries->mark, &at);
	if (r < 0)
		return r;
	at.column->aside = 1;
	place->rules->follows = 1;
	return add_bits(&at, 1ull << place->marks.binary);
}

static const struct binary_column {
	uint8_t column, shape, negated;
} binary_columns[TETRA_OP_END] = {
	[TETRA_OP_EQUAL] = { TETRA_COL_BINARY, COLUMN_EXACT, 0 },
	[TETRA_OP_NOT_EQUAL] = { TETRA_COL_BINARY, COLUMN_EXACT, 1 },
	[TETRA_OP_PREFIX] = { TETRA_COL_BINARY_HEAD, COLUMN_TEXT_HEAD, 0 },
	[TETRA_OP_NOT_PREFIX] = { TETRA_COL_BINARY_HEAD, COLUMN_TEXT_HEAD, 1 },
	[TETRA_OP_POSTFIX] = { TETRA_COL_BINARY_TAIL, COLUMN_TEXT_TAIL, 0 },
	[TETRA_OP_NOT_POSTFIX] = { TETRA_COL_BINARY_TAIL, COLUMN_TEXT_TAIL, 1 },
};

static int collect_binaries_one(const struct rule_place *place,
				const struct policy_binaries *binaries)
{
	const struct binary_column *row;
	struct column_filter_at at;
	int r;

	if (!binaries->n_values)
		return 0;
	if (binaries->follow_children)
		return collect_binaries_marked(place, binaries);
	if (!binaries->op || binaries->op > TETRA_OP_NOT_POSTFIX)
		return -EINVAL;
	row = &binary_columns[binaries->op];
	r = place_filter(place, &place->rules->process[row->column], row->shape,
			 row->negated, binaries->mark, &at);
	if (r < 0)
		return r;
	at.column->exe = 1;
	at.column->aside = 1;
	return add_binaries(place, &at, binaries);
}

static int collect_binaries(const struct rule_place *place)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < place->selector->n_binaries; i++)
		r = collect_binaries_one(place, &place->selector->binaries[i]);
	return r;
}

/* matchNamespaces */

static int collect_namespace(const struct rule_place *place,
			     const struct policy_namespace *namespace)
{
	struct column_filter_at at;
	int r;

	if (namespace->ns >= TETRA_NS_END)
		return -EINVAL;
	r = place_filter(place, &place->rules->process[TETRA_COL_NS + namespace->ns],
			 COLUMN_EXACT, namespace->negated, namespace->mark, &at);
	if (r < 0)
		return r;
	if (namespace->host_ns) {
		uint64_t host = place->group->host_ns[namespace->ns];

		r = column_add_range(at.column, at.filter, host, host);
		if (r < 0)
			return r;
	}
	return add_ranges(&at, namespace->values, namespace->n_values);
}

static int collect_namespaces(const struct rule_place *place)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < place->selector->n_namespaces; i++)
		r = collect_namespace(place, &place->selector->namespaces[i]);
	return r;
}

/* matchCapabilities */

static int collect_user_ns(const struct rule_place *place, struct mark mark)
{
	uint64_t host = place->group->host_user_ns;
	struct column_filter_at at;
	int r;

	r = place_filter(place, &place->rules->process[TETRA_COL_USER_NS], COLUMN_EXACT,
			 true, mark, &at);
	return r < 0 ? r : column_add_range(at.column, at.filter, host, host);
}

static int collect_capability(const struct rule_place *place,
			      const struct policy_capabilities *capabilities)
{
	struct column_filter_at at;
	int r;

	if (capabilities->set >= TETRA_CAPSET_END)
		return -EINVAL;
	r = place_filter(place,
			 &place->rules->process[TETRA_COL_CAPS + capabilities->set],
			 COLUMN_BITS, capabilities->negated, capabilities->mark, &at);
	if (r < 0)
		return r;
	r = add_bits(&at, capabilities->mask);
	if (r < 0 || !capabilities->is_namespace_capability)
		return r;
	return collect_user_ns(place, capabilities->mark);
}

static int collect_capabilities(const struct rule_place *place)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < place->selector->n_capabilities; i++)
		r = collect_capability(place, &place->selector->capabilities[i]);
	return r;
}

/* matchArgs and matchReturnArgs */

/* GT and LT: the range beyond each value, if any. */
static int add_beyond(const struct column_filter_at *at,
		      const struct policy_filter *filter)
{
	uint64_t flip = at->column->flip, last = UINT64_MAX ^ flip, first = flip;
	int r = 0;

	at->column->ordered = 1;
	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++) {
		uint64_t value = filter->values[i].min;

		if (filter->op == TETRA_OP_GT && value != last)
			r = column_add_range(at->column, at->filter, value + 1, last);
		if (filter->op == TETRA_OP_LT && value != first)
			r = column_add_range(at->column, at->filter, first, value - 1);
	}
	return r;
}

static int collect_mask(const struct rule_place *place, struct column **columns,
			const struct policy_filter *filter)
{
	struct column_filter_at at;
	uint64_t mask = 0;
	int r;

	r = place_filter(place, &columns[TETRA_COL_MASK], COLUMN_BITS, false,
			 filter->mark, &at);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < filter->n_values; i++)
		mask |= filter->values[i].min;
	return add_bits(&at, mask);
}

static int collect_number(const struct rule_place *place, struct column **columns,
			  uint32_t kind, const struct policy_filter *filter)
{
	bool negated = operator_is_negated(filter->op);
	bool is_signed = arg_kind_class(kind) == TETRA_CLASS_SIGNED;
	struct column_filter_at at;
	int r;

	if (filter->op == TETRA_OP_MASK)
		return collect_mask(place, columns, filter);
	r = place_filter(place, &columns[TETRA_COL_VALUE], COLUMN_NUMBER, negated,
			 filter->mark, &at);
	if (r < 0)
		return r;
	at.column->flip = is_signed ? SIGN_BIT : 0;
	switch (filter->op) {
	case TETRA_OP_EQUAL:
	case TETRA_OP_NOT_EQUAL:
	case TETRA_OP_IN_MAP:
	case TETRA_OP_NOT_IN_MAP:
		return add_ranges(&at, filter->values, filter->n_values);
	case TETRA_OP_GT:
	case TETRA_OP_LT:
		return add_beyond(&at, filter);
	}
	return -EINVAL;
}

static int collect_text(const struct rule_place *place, struct column **columns,
			uint32_t kind, const struct policy_filter *filter)
{
	bool tail = filter->op == TETRA_OP_POSTFIX || filter->op == TETRA_OP_NOT_POSTFIX;
	bool whole = filter->op == TETRA_OP_EQUAL || filter->op == TETRA_OP_NOT_EQUAL;
	bool negated = operator_is_negated(filter->op);
	bool path = arg_kind_class(kind) == TETRA_CLASS_PATH;
	struct column_filter_at at;
	int r;

	if (!filter->op || filter->op > TETRA_OP_NOT_POSTFIX)
		return -EINVAL;
	r = place_filter(place, &columns[tail ? TETRA_COL_TAIL : TETRA_COL_HEAD],
			 tail	? COLUMN_TEXT_TAIL
			 : path ? COLUMN_PATH_HEAD
				: COLUMN_TEXT_HEAD,
			 negated, filter->mark, &at);
	if (r >= 0) {
		at.column->path = path;
		at.column->aside = 1;
	}
	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++) {
		const struct policy_value *value = &filter->values[i];
		struct column_literal literal = { .filter = at.filter, .whole = whole };

		literal.text = value->text;
		literal.len = value->len;
		if (kind != TETRA_ARG_CHAR_BUF)
			literal.len = text_trim(value->text, value->len);
		r = add_text(place, &at, &literal, value->mark, LITERAL_MAX_BYTES);
	}
	return r;
}

static struct column_number address_number(const uint8_t *address, uint32_t bytes)
{
	struct column_number number = { 0 };

	for (uint32_t i = 0; i < bytes; i++) {
		number.high = number.high << 8 | number.low >> 56;
		number.low = number.low << 8 | address[i];
	}
	return number;
}

static int add_address(const struct column_filter_at *at,
		       const struct policy_value *value)
{
	struct column_literal literal = {
		.filter = at->filter,
		.ipv6 = value->addr_family != 4,
	};
	uint32_t bytes = literal.ipv6 ? 16 : 4;
	uint8_t last[16];

	memcpy(last, value->addr, sizeof(last));
	for (uint32_t bit = value->addr_bits; bit < bytes * 8; bit++)
		last[bit / 8] |= 0x80 >> bit % 8;
	literal.min = address_number(value->addr, bytes);
	literal.max = address_number(last, bytes);
	return column_add_literal(at->column, &literal);
}

static const struct sock_column {
	uint8_t column, shape;
} sock_columns[TETRA_OP_END] = {
	[TETRA_OP_SADDR] = { TETRA_COL_SADDR, COLUMN_ADDRESS },
	[TETRA_OP_DADDR] = { TETRA_COL_DADDR, COLUMN_ADDRESS },
	[TETRA_OP_SPORT] = { TETRA_COL_SPORT, COLUMN_NUMBER },
	[TETRA_OP_DPORT] = { TETRA_COL_DPORT, COLUMN_NUMBER },
	[TETRA_OP_PROTOCOL] = { TETRA_COL_PROTOCOL, COLUMN_NUMBER },
	[TETRA_OP_FAMILY] = { TETRA_COL_FAMILY, COLUMN_NUMBER },
};

static int collect_sock(const struct rule_place *place, struct column **columns,
			const struct policy_filter *filter)
{
	const struct sock_column *row;
	struct column_filter_at at;
	int r;

	if (filter->op < TETRA_OP_SADDR || filter->op > TETRA_OP_FAMILY)
		return -EINVAL;
	row = &sock_columns[filter->op];
	r = place_filter(place, &columns[row->column], row->shape, false, filter->mark,
			 &at);
	if (r < 0)
		return r;
	at.column->aside = 1;
	if (row->shape == COLUMN_NUMBER)
		return add_ranges(&at, filter->values, filter->n_values);
	for (uint32_t i = 0; r >= 0 && i < filter->n_values; i++)
		r = add_address(&at, &filter->values[i]);
	return r;
}

static int collect_kind(const struct rule_place *place, struct column **columns,
			uint32_t kind, const struct policy_filter *filter)
{
	switch (arg_kind_class(kind)) {
	case TETRA_CLASS_SIGNED:
	case TETRA_CLASS_UNSIGNED:
		return collect_number(place, columns, kind, filter);
	case TETRA_CLASS_TEXT:
	case TETRA_CLASS_PATH:
		return collect_text(place, columns, kind, filter);
	case TETRA_CLASS_SOCK:
		return collect_sock(place, columns, filter);
	}
	return place_error(place, filter->mark, -EOPNOTSUPP,
			   "a filter on an argument of a kind that cannot be compared");
}

static int collect_at_slot(const struct rule_place *place, uint32_t slot,
			   const struct policy_filter *filter)
{
	const struct ruleset_hook *hook = place->rules->hook;
	struct column **columns = &place->rules->slots[slot * TETRA_SLOT_COLUMNS];
	int r;

	if (slot >= hook->n_slots)
		return -EINVAL;
	r = collect_kind(place, columns, hook->slots[slot].kind, filter);
	/* A program at the entry sees results that do not exist yet. */
	for (uint32_t i = 0; slot == TETRA_RETURN_SLOT && i < TETRA_SLOT_COLUMNS; i++)
		if (columns[i])
			columns[i]->aside = 1;
	return r;
}

static int collect_args(const struct rule_place *place)
{
	const struct policy_selector *selector = place->selector;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < selector->n_args; i++) {
		const struct policy_filter *filter = &selector->args[i];
		uint32_t slot = filter->arg < TETRA_MAX_SLOTS
					? place->group->slot_of_arg[filter->arg]
					: RULESET_NO_SLOT;

		if (slot >= TETRA_MAX_SLOTS)
			return -EINVAL;
		r = collect_at_slot(place, slot, filter);
	}
	for (uint32_t i = 0; r >= 0 && i < selector->n_return_args; i++)
		r = collect_at_slot(place, TETRA_RETURN_SLOT, &selector->return_args[i]);
	return r;
}

int hook_rules_collect(struct hook_rules *rules, uint32_t bit)
{
	const struct hook_rule *rule = &rules->rules[bit];
	struct rule_place place = {
		.rules = rules,
		.group = rule->group,
		.selector = rule->selector,
		.bit = bit,
		.number = rule->number,
		.marks = { RULESET_NO_MARK, RULESET_NO_MARK },
	};
	int r;

	if (rule->group->marks)
		place.marks = rule->group->marks[rule->number];
	r = collect_pids(&place);
	if (r >= 0)
		r = collect_binaries(&place);
	if (r >= 0)
		r = collect_namespaces(&place);
	if (r >= 0)
		r = collect_capabilities(&place);
	if (r >= 0)
		r = collect_args(&place);
	return r;
}
