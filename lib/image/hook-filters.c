/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the model's filters to columns: each filter of a selector becomes one filter of
 * one column, with its literals.
 */
#include "bpf/abi/config.h"
#include "bpf/abi/record.h"
#include "lib/image/hook-rules.h"
#include "lib/image/image.h"

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
	       (selector->enforces ? COLUMN_ENFORCES : 0) |
	       (selector->exempts ? COLUMN_EXEMPTS : 0);
}

/* The table that a relation needs, for numbers and addresses, and for texts. */
#define X(NAME, number, numbers, texts, ...) [number] = COLUMN_##numbers,
static const uint8_t number_shapes[TETRA_REL_END] = { TETRA_RELATIONS(X) };
#undef X
#define X(NAME, number, numbers, texts, ...) [number] = COLUMN_##texts,
static const uint8_t text_shapes[TETRA_REL_END] = { TETRA_RELATIONS(X) };
#undef X

static int place_filter(const struct rule_place *place, struct column **slot,
			enum column_shape shape, bool negated, struct mark mark,
			struct column_place *ret)
{
	struct hook_rules *rules = place->rules;
	int r;

	if (!*slot) {
		r = column_new(slot, shape, &rules->rows, rules->all);
		if (r < 0)
			return r;
	}
	r = column_add_filter(*slot, place->bit, negated,
			      selector_leniency(place->selector), place->group, mark);
	if (r < 0)
		return r;
	*ret = (struct column_place){ *slot, (uint32_t)r, rules->diag };
	return 0;
}

/* matchPIDs */

/* Processes in the root pid namespace have no number in a nested one: they pass neither
 * way. */
static int collect_pids_numbered(const struct rule_place *place,
				 const struct policy_pids *pids)
{
	const struct policy_value none = { .min = 0, .max = 0 };
	struct column_place at;
	int r = place_filter(place, &place->rules->process[TETRA_COL_NSPID], COLUMN_EXACT,
			     true, pids->mark, &at);

	return r < 0 ? r : column_fill_ranges(&at, &none, 1);
}

static int collect_pids_marked(const struct rule_place *place,
			       const struct policy_pids *pids)
{
	struct column_place at;
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
	return column_add_bits(at.column, at.filter, 1ull << place->marks.pid);
}

static int collect_pids_one(const struct rule_place *place,
			    const struct policy_pids *pids)
{
	uint32_t column = pids->namespace_pid ? TETRA_COL_NSPID : TETRA_COL_PID;
	struct column_place at;
	int r;

	if (pids->follow_forks)
		return collect_pids_marked(place, pids);
	r = place_filter(place, &place->rules->process[column], COLUMN_EXACT,
			 pids->negated, pids->mark, &at);
	if (r < 0)
		return r;
	return column_fill_ranges(&at, pids->values, pids->n_values);
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
	return column->shape == COLUMN_TEXT_TAIL ? TETRA_EXE_TAIL : COLUMN_TEXT_BYTES;
}

static int add_binary(const struct rule_place *place, const struct column_place *at,
		      struct mark mark, const char *text, size_t len)
{
	struct column_literal literal = { .filter = at->filter,
					  .text = text,
					  .len = len };
	struct tetra_hash hash;

	if (at->column->shape != COLUMN_EXACT || len > COLUMN_TEXT_BYTES)
		return column_place_text(at, &literal, mark,
					 binary_max_bytes(at->column));
	image_hash_path(&place->rules->ruleset->seed, text, len, &hash);
	literal.min = literal.max = (struct column_number){ hash.h[0], hash.h[1] };
	return column_add_literal(at->column, &literal);
}

static int add_binaries(const struct rule_place *place, const struct column_place *at,
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
	struct column_place at;
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
	return column_add_bits(at.column, at.filter, 1ull << place->marks.binary);
}

/* The column of the executable, by the table that the relation needs for texts. */
static int binary_column(enum column_shape shape)
{
	switch (shape) {
	case COLUMN_EXACT:
		return TETRA_COL_BINARY;
	case COLUMN_TEXT_HEAD:
		return TETRA_COL_BINARY_HEAD;
	case COLUMN_TEXT_TAIL:
		return TETRA_COL_BINARY_TAIL;
	default:
		return -EINVAL;
	}
}

static int collect_binaries_one(const struct rule_place *place,
				const struct policy_binaries *binaries)
{
	const struct operator_row *op = operator_row(binaries->op);
	enum column_shape shape = text_shapes[op->relation];
	struct column_place at;
	int r;

	if (!binaries->n_values)
		return 0;
	if (binaries->follow_children)
		return collect_binaries_marked(place, binaries);
	/* Whole names are compared by their hashes. */
	if (op->relation == TETRA_REL_IS)
		shape = COLUMN_EXACT;
	r = binary_column(shape);
	if (r < 0)
		return r;
	r = place_filter(place, &place->rules->process[r], shape, op->negated,
			 binaries->mark, &at);
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
	struct column_place at;
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
	return column_fill_ranges(&at, namespace->values, namespace->n_values);
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
	struct column_place at;
	int r;

	r = place_filter(place, &place->rules->process[TETRA_COL_USER_NS], COLUMN_EXACT,
			 true, mark, &at);
	return r < 0 ? r : column_add_range(at.column, at.filter, host, host);
}

static int collect_capability(const struct rule_place *place,
			      const struct policy_capabilities *capabilities)
{
	struct column_place at;
	int r;

	if (capabilities->set >= TETRA_CAPSET_END)
		return -EINVAL;
	r = place_filter(place,
			 &place->rules->process[TETRA_COL_CAPS + capabilities->set],
			 COLUMN_BITS, capabilities->negated, capabilities->mark, &at);
	if (r < 0)
		return r;
	r = column_add_bits(at.column, at.filter, capabilities->mask);
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

/* The table for the part of an argument that an operator looks at. */
static enum column_shape filter_shape(const struct operator_row *op, uint32_t slots)
{
	enum column_shape shape = number_shapes[op->relation];

	if (op->part == TETRA_PART_VALUE &&
	    (slots == TETRA_SLOTS_TEXT || slots == TETRA_SLOTS_PATH))
		shape = text_shapes[op->relation];
	if (shape == COLUMN_TEXT_HEAD && slots == TETRA_SLOTS_PATH)
		return COLUMN_PATH_HEAD;
	return shape;
}

/* Its column among those of the slot. */
static uint32_t filter_column(const struct operator_row *op, enum column_shape shape)
{
#define X(NAME, number, column, ...) [number] = TETRA_COL_##column,
	static const uint8_t of_part[TETRA_PART_END] = { TETRA_PARTS(X) };
	static const uint8_t of_table[] = { TETRA_TABLES(X) };
#undef X

	return op->part == TETRA_PART_VALUE ? of_table[shape] : of_part[op->part];
}

static int collect_filter(const struct rule_place *place, struct column **columns,
			  uint32_t kind, const struct policy_filter *filter)
{
	const struct operator_row *op = operator_row(filter->op);
	uint32_t slots = kind_row(kind)->slots;
	enum column_shape shape = filter_shape(op, slots);
	struct column_place at;
	int r;

	if (slots == TETRA_SLOTS_NONE)
		return place_error(place, filter->mark, -EOPNOTSUPP,
				   "a filter on an argument of a kind that cannot be "
				   "compared");
	if (!op->supported || shape == COLUMN_NONE ||
	    !operator_fits_kind(filter->op, kind))
		return -EINVAL;
	r = place_filter(place, &columns[filter_column(op, shape)], shape, op->negated,
			 filter->mark, &at);
	if (r < 0)
		return r;
	at.column->flip =
		kind_row(kind)->is_signed && shape == COLUMN_NUMBER ? SIGN_BIT : 0;
	at.column->path = slots == TETRA_SLOTS_PATH && op->part == TETRA_PART_VALUE;
	/* What a pointer leads to may be missing. */
	at.column->aside |= slots != TETRA_SLOTS_NUMBER || *kind_row(kind)->of;
	return column_fill(&at, filter);
}

static int collect_at_slot(const struct rule_place *place, uint32_t slot, bool is_result,
			   const struct policy_filter *filter)
{
	const struct ruleset_hook *hook = place->rules->hook;
	struct column **columns;
	bool is_aside;
	int r;

	if (slot >= TETRA_MAX_SLOTS || slot >= hook->n_slots)
		return -EINVAL;
	columns = &place->rules->slots[slot * TETRA_SLOT_COLUMNS];
	r = collect_filter(place, columns, hook->slots[slot].kind, filter);
	/* A program at the entry sees results that do not exist yet. */
	is_aside = is_result || hook->slots[slot].walks;
	for (uint32_t i = 0; is_aside && i < TETRA_SLOT_COLUMNS; i++)
		if (columns[i])
			columns[i]->aside = 1;
	return r;
}

static int collect_args(const struct rule_place *place)
{
	const struct policy_selector *selector = place->selector;
	const struct ruleset_slots *slots = &place->group->slots;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < selector->n_args; i++) {
		const struct policy_filter *filter = &selector->args[i];

		if (filter->arg >= TETRA_MAX_SLOTS)
			return -EINVAL;
		r = collect_at_slot(place, slots->of_arg[filter->arg], false, filter);
	}
	/* What enforces acts before there is a result. */
	for (uint32_t i = 0; r >= 0 && !selector->enforces && i < selector->n_return_args;
	     i++)
		r = collect_at_slot(place, slots->of_return, true,
				    &selector->return_args[i]);
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
