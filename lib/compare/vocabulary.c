/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/kinds.h"
#include "lib/compare/describe.h"
#include "lib/judge/relation.h"

struct gatherer {
	const struct lists *lists;
	uint32_t axis;
	const struct rule_group *group;
	const struct policy_selector *selector;
	struct vocabulary *ret;
};

static bool is_same_text(const struct literal *a, const struct literal *b)
{
	if (a->relation != b->relation || a->mask != b->mask || !a->value != !b->value)
		return false;
	if (!a->value)
		return true;
	if (a->value->text && b->value->text)
		return a->value->len == b->value->len &&
		       memcmp(a->value->text, b->value->text, a->value->len) == 0;
	return a->value->min == b->value->min && a->value->max == b->value->max;
}

static int literal_add(struct gatherer *gatherer, const struct literal *literal)
{
	struct vocabulary *ret = gatherer->ret;
	struct arena *arena = gatherer->lists->space.arena;

	for (uint32_t i = 0; i < ret->n; i++)
		if (is_same_text(&ret->literals[i], literal))
			return 0;
	if (ret->n == ret->room) {
		uint32_t room = ret->room ? ret->room * 2 : 16;
		struct literal *grown = arena_array(arena, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		if (ret->n)
			memcpy(grown, ret->literals, ret->n * sizeof(*grown));
		ret->literals = grown;
		ret->room = room;
	}
	ret->literals[ret->n++] = *literal;
	return 0;
}

static bool is_axis(const struct gatherer *gatherer, const struct dimension *dimension)
{
	return lists_find(gatherer->lists, gatherer->group, gatherer->selector,
			  dimension) == gatherer->axis;
}

static int values_add(struct gatherer *gatherer, uint32_t relation,
		      const struct policy_value *values, uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++) {
		const struct literal literal = { .relation = relation,
						 .value = &values[i] };

		r = literal_add(gatherer, &literal);
	}
	return r;
}

static int filters_add(struct gatherer *gatherer, const struct policy_filter *filters,
		       uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < n; i++) {
		const struct dimension dimension = { DIMENSION_ARG, filters[i].arg,
						     operator_row(filters[i].op)->part };

		if (is_axis(gatherer, &dimension))
			r = values_add(gatherer, operator_relation(filters[i].op),
				       filters[i].values, filters[i].n_values);
	}
	return r;
}

static int process_add(struct gatherer *gatherer)
{
	const struct policy_selector *s = gatherer->selector;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < s->n_pids; i++) {
		const struct dimension dimension = {
			s->pids[i].namespace_pid ? DIMENSION_NS_PID : DIMENSION_PID, 0, 0
		};

		if (!s->pids[i].follow_forks && is_axis(gatherer, &dimension))
			r = values_add(gatherer, TETRA_REL_IS, s->pids[i].values,
				       s->pids[i].n_values);
	}
	for (uint32_t i = 0; r >= 0 && i < s->n_binaries; i++) {
		const struct dimension dimension = { DIMENSION_BINARY, 0, 0 };

		if (!s->binaries[i].follow_children && is_axis(gatherer, &dimension))
			r = values_add(gatherer, operator_relation(s->binaries[i].op),
				       s->binaries[i].values, s->binaries[i].n_values);
	}
	return r;
}

static int spaces_add(struct gatherer *gatherer)
{
	const struct policy_selector *s = gatherer->selector;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < s->n_namespaces; i++) {
		const struct policy_namespace *ns = &s->namespaces[i];
		const struct dimension dimension = { DIMENSION_NAMESPACE, ns->ns, 0 };
		const struct literal own = { .relation = TETRA_REL_IS, .mask = 1 };

		if (!is_axis(gatherer, &dimension))
			continue;
		r = values_add(gatherer, TETRA_REL_IS, ns->values, ns->n_values);
		if (r >= 0 && ns->host_ns)
			r = literal_add(gatherer, &own);
	}
	for (uint32_t i = 0; r >= 0 && i < s->n_capabilities; i++) {
		const struct policy_capabilities *capabilities = &s->capabilities[i];
		const struct dimension dimension = { DIMENSION_CAPS, capabilities->set,
						     0 };
		const struct literal literal = { .relation = TETRA_REL_HAS_BITS,
						 .mask = capabilities->mask };

		if (is_axis(gatherer, &dimension))
			r = literal_add(gatherer, &literal);
	}
	return r;
}

static int selector_gather(struct gatherer *gatherer)
{
	const struct policy_selector *s = gatherer->selector;
	int r = filters_add(gatherer, s->args, s->n_args);

	if (r >= 0)
		r = filters_add(gatherer, s->return_args, s->n_return_args);
	if (r >= 0)
		r = process_add(gatherer);
	return r < 0 ? r : spaces_add(gatherer);
}

static enum judged_form form_of(const struct axis *axis)
{
	if (axis->dimension.kind == DIMENSION_BINARY)
		return JUDGED_BYTES;
	if (axis->dimension.kind != DIMENSION_ARG)
		return JUDGED_NUMBER;
	if (axis->dimension.part == TETRA_PART_SADDR ||
	    axis->dimension.part == TETRA_PART_DADDR)
		return JUDGED_ADDRESS;
	return axis_is_readable(axis) ? JUDGED_BYTES : JUDGED_NUMBER;
}

/* Numbers of namespaces: the machine's own or not. */
static int namespace_set(const struct set_space *space, const struct literal *literal,
			 const struct set **ret)
{
	const set_number own = (set_number)1 << 64;
	struct set_range ranges[2] = { { own, own + UINT64_MAX } };
	uint32_t n = 1;

	if (literal->value) {
		ranges[0] =
			(struct set_range){ literal->value->min, literal->value->max };
		ranges[1] = (struct set_range){ own + literal->value->min,
						own + literal->value->max };
		n = 2;
	}
	return set_of_ranges(space, DIMENSION_NAMESPACE_BYTES, ranges, n, ret);
}

/* The values that a literal covers, including those that were read only in part. */
static int literal_set(const struct lists *lists, const struct axis *axis,
		       struct literal *literal)
{
	const struct policy_value mask = { .min = literal->mask };
	const struct relation_values values = { literal->value ? literal->value : &mask,
						1,
						axis->dimension.kind == DIMENSION_ARG &&
							kind_row(axis->kind)->is_signed };
	const struct set *parts[DIMENSION_TAGS] = {}, *read = &set_nothing;
	int r;

	if (axis->dimension.kind == DIMENSION_NAMESPACE)
		r = namespace_set(&lists->space, literal, &read);
	else
		r = relation_accepts(&lists->space, literal->relation, form_of(axis),
				     &values, &read);
	if (r < 0)
		return r;
	parts[TETRA_VALUE_READ] = parts[DIMENSION_FOREIGN] = read;
	if (literal->relation != TETRA_REL_POSTFIX)
		parts[DIMENSION_ENDLESS] = read;
	return set_tagged(&lists->space, parts, DIMENSION_TAGS, &literal->set);
}

static int atoms_make(const struct lists *lists, const struct axis *axis,
		      struct vocabulary *ret)
{
	struct arena *arena = lists->space.arena;
	const struct set **sets =
		arena_array(arena, axis->n_sets + ret->n, sizeof(*sets));
	int r = sets ? 0 : -ENOMEM;

	if (r < 0)
		return r;
	memcpy(sets, axis->sets, axis->n_sets * sizeof(*sets));
	ret->first = axis->n_sets;
	for (uint32_t i = 0; r >= 0 && i < ret->n; i++) {
		r = literal_set(lists, axis, &ret->literals[i]);
		sets[ret->first + i] = ret->literals[i].set;
	}
	if (r >= 0)
		r = partition_make(&lists->space, sets, ret->first + ret->n,
				   axis_is_readable(axis), &ret->atoms);
	if (r < 0)
		return r;
	ret->coarse = arena_array(arena, ret->atoms.n_atoms + 1, sizeof(*ret->coarse));
	if (!ret->coarse)
		return -ENOMEM;
	for (uint32_t i = 0; i < ret->atoms.n_atoms; i++)
		ret->coarse[i] = partition_find(&axis->partition, ret->atoms.samples[i]);
	return 0;
}

int vocabulary_make(const struct lists *lists, uint32_t axis, struct vocabulary *ret)
{
	struct gatherer gatherer = { .lists = lists, .axis = axis, .ret = ret };
	int r = 0;

	*ret = (struct vocabulary){};
	for (uint32_t g = 0; r >= 0 && g < lists->n_groups; g++) {
		gatherer.group = &lists->groups[g];
		for (uint32_t i = 0; r >= 0 && gatherer.group->hook &&
				     i < gatherer.group->hook->n_selectors;
		     i++) {
			gatherer.selector = &gatherer.group->hook->selectors[i];
			r = selector_gather(&gatherer);
		}
	}
	return r < 0 ? r : atoms_make(lists, lists->axes[axis], ret);
}
