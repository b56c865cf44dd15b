/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each filter becomes the set of its dimension: what it accepts of the values that were read,
 * and which of the others. Filters of one dimension are intersected.
 */
#include "lib/judge/accept.h"

#include "lib/base/kinds.h"
#include "lib/judge/relation.h"

/* A namespace that is the machine's own has a 1 before its number. */
#define NAMESPACE_OWN ((set_number)1 << 64)
/* A value is one number, the machine's own or not. */
#define NAMESPACE_RANGES 2u

struct builder {
	const struct set_space *space;
	const struct policy_hook *hook;
	const struct policy_selector *selector;
	uint32_t i_selector;
	struct accept *ret;
};

/* What one filter accepts; NULL: nothing of that tag. */
struct filter_set {
	struct dimension dimension;
	const struct set *parts[DIMENSION_TAGS];
};

static int negate(const struct set_space *space, bool negated, const struct set **set)
{
	return negated ? set_minus(space, &set_everything, *set, set) : 0;
}

static int side_add(struct builder *builder, const struct filter_set *filter)
{
	const struct set *set;
	int r;

	r = set_tagged(builder->space, filter->parts, DIMENSION_TAGS, &set);
	for (uint32_t i = 0; r >= 0 && i < builder->ret->n; i++) {
		struct accept_side *side = &builder->ret->sides[i];

		if (dimension_is_same(&side->dimension, &filter->dimension))
			return set_and(builder->space, side->set, set, &side->set);
	}
	if (r >= 0)
		builder->ret->sides[builder->ret->n++] =
			(struct accept_side){ filter->dimension, set };
	return r;
}

static const struct set *all_if(bool accepted)
{
	return accepted ? &set_everything : NULL;
}

/* Beginnings of texts, and names that may be false: like others, or as the selector says. */
static void text_parts(const struct policy_selector *s, uint32_t op,
		       struct filter_set *ret)
{
	bool negated = operator_is_negated(op);
	bool needs_end = operator_relation(op) == TETRA_REL_POSTFIX;
	const struct set *read = ret->parts[TETRA_VALUE_READ], *begun = read;
	const struct set *foreign = read;

	if (needs_end)
		begun = all_if(s->accepts_unreadable);
	if (selector_doubts(s, negated))
		foreign = all_if(negated);
	ret->parts[DIMENSION_FOREIGN] = foreign;
	ret->parts[DIMENSION_ENDLESS] = begun;
	ret->parts[DIMENSION_ENDLESS | DIMENSION_FOREIGN] = needs_end ? begun : foreign;
}

/*
 * What an argument's filter accepts of what was read, without its negation; nothing is written
 * if the operator does not compare such a thing.
 */
static int filter_read(const struct set_space *space, const struct policy_filter *filter,
		       uint32_t kind, const struct set **ret)
{
	const struct kind_row *row = kind_row(kind);
	uint32_t relation = operator_relation(filter->op);
	struct relation_values values = { filter->values, filter->n_values, false };
	enum judged_form form = JUDGED_NOTHING;

	if (row->classes & TETRA_CLASSES_SOCK)
		form = relation == TETRA_REL_IN_NET ? JUDGED_ADDRESS : JUDGED_NUMBER;
	else if (operator_row(filter->op)->part == TETRA_PART_FILE_TYPE)
		form = JUDGED_NUMBER;
	else if (row->classes & TETRA_CLASSES_NUMBER)
		form = JUDGED_NUMBER;
	else if (row->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH))
		form = JUDGED_BYTES;
	values.is_signed = form == JUDGED_NUMBER && row->is_signed;
	return relation_accepts(space, relation, form, &values, ret);
}

static int filter_add(struct builder *builder, const struct policy_filter *filter)
{
	const struct policy_selector *s = builder->selector;
	const struct operator_row *op = operator_row(filter->op);
	const struct policy_arg *arg = filter->arg == POLICY_ARG_RETURN
					       ? &builder->hook->return_arg
					       : &builder->hook->args[filter->arg];
	struct filter_set set = { .dimension = { DIMENSION_ARG, filter->arg, op->part } };
	const struct set **read = &set.parts[TETRA_VALUE_READ];
	int r;

	r = filter_read(builder->space, filter, arg->kind, read);
	if (r >= 0 && *read)
		r = negate(builder->space, op->negated, read);
	if (r < 0)
		return r;
	if (op->part == TETRA_PART_VALUE &&
	    kind_has_class(arg->kind, TETRA_CLASS_TEXT | TETRA_CLASS_PATH))
		text_parts(s, filter->op, &set);
	set.parts[TETRA_VALUE_NONE] = all_if(op->negated);
	set.parts[TETRA_VALUE_UNREADABLE] = all_if(s->accepts_unreadable);
	set.parts[TETRA_VALUE_FAULT] = all_if(s->accepts_fault);
	return side_add(builder, &set);
}

/* Descent that is known, and if the selector says so, descent that is not. */
static int descent_accept(const struct set_space *space, bool found, bool unknown,
			  const struct set **ret)
{
	const struct set_range ranges[] = { { found, found },
					    { DESCENT_UNKNOWN, DESCENT_UNKNOWN } };

	return set_of_ranges(space, 1, ranges, unknown ? 2 : 1, ret);
}

static int pids_add(struct builder *builder, const struct policy_pids *pids)
{
	const struct relation_values values = { pids->values, pids->n_values, false };
	struct filter_set set = {};
	const struct set **read = &set.parts[TETRA_VALUE_READ];
	int r;

	if (pids->follow_forks) {
		set.dimension.kind =
			pids->namespace_pid ? DIMENSION_NS_FORKS : DIMENSION_FORKS;
		set.dimension.which = builder->i_selector;
		r = descent_accept(builder->space, !pids->negated,
				   builder->selector->accepts_unreadable, read);
	} else {
		set.dimension.kind =
			pids->namespace_pid ? DIMENSION_NS_PID : DIMENSION_PID;
		r = relation_accepts(builder->space, TETRA_REL_IS, JUDGED_NUMBER, &values,
				     read);
		if (r >= 0)
			r = negate(builder->space, pids->negated, read);
	}
	return r < 0 ? r : side_add(builder, &set);
}

static int children_add(struct builder *builder, const struct policy_binaries *binaries)
{
	bool unreadable = builder->selector->accepts_unreadable;
	bool negated = operator_is_negated(binaries->op);
	struct filter_set set = { .dimension = { DIMENSION_CHILDREN, builder->i_selector,
						 0 } };
	int r;

	r = descent_accept(builder->space, !negated, unreadable,
			   &set.parts[TETRA_VALUE_READ]);
	if (r < 0)
		return r;
	/* A kernel thread has no name, but may descend from what has one. */
	if (negated && unreadable)
		set.parts[TETRA_VALUE_NONE] = set.parts[TETRA_VALUE_READ];
	set.parts[TETRA_VALUE_UNREADABLE] = all_if(unreadable);
	return side_add(builder, &set);
}

static int binaries_add(struct builder *builder, const struct policy_binaries *binaries)
{
	const struct policy_selector *s = builder->selector;
	bool negated = operator_is_negated(binaries->op);
	const struct relation_values values = { binaries->values, binaries->n_values,
						false };
	struct filter_set set = { .dimension = { DIMENSION_BINARY, 0, 0 } };
	const struct set **read = &set.parts[TETRA_VALUE_READ];
	int r;

	if (!binaries->n_values)
		return 0;
	if (binaries->follow_children)
		return children_add(builder, binaries);
	r = relation_accepts(builder->space, operator_relation(binaries->op),
			     JUDGED_BYTES, &values, read);
	if (r >= 0)
		r = negate(builder->space, negated, read);
	if (r < 0)
		return r;
	set.parts[DIMENSION_FOREIGN] =
		selector_doubts(s, negated) ? all_if(negated) : *read;
	set.parts[TETRA_VALUE_NONE] = all_if(negated && s->accepts_unreadable);
	set.parts[TETRA_VALUE_UNREADABLE] = all_if(s->accepts_unreadable);
	return side_add(builder, &set);
}

static int namespace_add(struct builder *builder, const struct policy_namespace *ns)
{
	_cleanup_(freep) struct set_range *ranges =
		calloc((size_t)ns->n_values * NAMESPACE_RANGES + 1, sizeof(*ranges));
	struct filter_set set = { .dimension = { DIMENSION_NAMESPACE, ns->ns, 0 } };
	size_t n = 0;
	int r;

	if (!ranges)
		return -ENOMEM;
	for (uint32_t i = 0; i < ns->n_values; i++) {
		const struct policy_value *value = &ns->values[i];

		ranges[n++] = (struct set_range){ value->min, value->max };
		ranges[n++] = (struct set_range){ NAMESPACE_OWN + value->min,
						  NAMESPACE_OWN + value->max };
	}
	if (ns->host_ns)
		ranges[n++] =
			(struct set_range){ NAMESPACE_OWN, NAMESPACE_OWN | UINT64_MAX };
	r = set_of_ranges(builder->space, DIMENSION_NAMESPACE_BYTES, ranges, n,
			  &set.parts[TETRA_VALUE_READ]);
	if (r >= 0)
		r = negate(builder->space, ns->negated, &set.parts[TETRA_VALUE_READ]);
	return r < 0 ? r : side_add(builder, &set);
}

static int capabilities_add(struct builder *builder,
			    const struct policy_capabilities *capabilities)
{
	const struct policy_value mask = { .min = capabilities->mask };
	const struct relation_values values = { &mask, 1, false };
	struct filter_set set = {
		.dimension = { DIMENSION_CAPS, capabilities->set, 0 },
	};
	int r;

	if (capabilities->is_namespace_capability)
		set.dimension.kind = DIMENSION_NS_CAPS;
	r = relation_accepts(builder->space, TETRA_REL_HAS_BITS, JUDGED_NUMBER, &values,
			     &set.parts[TETRA_VALUE_READ]);
	if (r >= 0)
		r = negate(builder->space, capabilities->negated,
			   &set.parts[TETRA_VALUE_READ]);
	return r < 0 ? r : side_add(builder, &set);
}

static int sides_add(struct builder *builder)
{
	const struct policy_selector *s = builder->selector;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < s->n_pids; i++)
		r = pids_add(builder, &s->pids[i]);
	for (uint32_t i = 0; r >= 0 && i < s->n_binaries; i++)
		r = binaries_add(builder, &s->binaries[i]);
	for (uint32_t i = 0; r >= 0 && i < s->n_namespaces; i++)
		r = namespace_add(builder, &s->namespaces[i]);
	for (uint32_t i = 0; r >= 0 && i < s->n_capabilities; i++)
		r = capabilities_add(builder, &s->capabilities[i]);
	for (uint32_t i = 0; r >= 0 && i < s->n_args; i++)
		r = filter_add(builder, &s->args[i]);
	/* What enforces acts before there is a result. */
	for (uint32_t i = 0; r >= 0 && !s->enforces && i < s->n_return_args; i++)
		r = filter_add(builder, &s->return_args[i]);
	return r;
}

int accept_selector(const struct set_space *space, const struct policy_hook *hook,
		    uint32_t selector, struct accept *ret)
{
	const struct policy_selector *s = &hook->selectors[selector];
	struct accept accept = {};
	struct builder builder = { space, hook, s, selector, &accept };
	int r;

	accept.sides =
		arena_array(space->arena,
			    (size_t)s->n_pids + s->n_binaries + s->n_namespaces +
				    s->n_capabilities + s->n_args + s->n_return_args,
			    sizeof(*accept.sides));
	r = accept.sides ? sides_add(&builder) : -ENOMEM;
	if (r >= 0)
		*ret = accept;
	return r;
}

int accept_has(const struct set_space *space, const struct accept *accept,
	       const struct policy_hook *hook, const struct eval_event *event)
{
	struct set_word word;
	int r;

	for (uint32_t i = 0; i < accept->n; i++) {
		r = dimension_word(&accept->sides[i].dimension, hook, event, space->arena,
				   &word);
		if (r < 0)
			return r;
		if (!set_has(accept->sides[i].set, word.bytes, word.n))
			return 0;
	}
	return 1;
}
