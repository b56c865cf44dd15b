/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/compare/descent.h"

/* A value that some list has, as an ancestor. */
struct pick {
	const struct policy_value *value; /* NULL: none */
	bool foreign;
};

static uint32_t n_values(const struct axis *axis)
{
	return axis->binaries ? axis->binaries->n_values : axis->pids->n_values;
}

static const struct policy_value *value_at(const struct axis *axis, uint32_t i)
{
	return axis->binaries ? &axis->binaries->values[i] : &axis->pids->values[i];
}

static bool is_on(const struct axis *axis, const struct pick *pick)
{
	if (pick->foreign && axis->doubts)
		return false;
	for (uint32_t i = 0; i < n_values(axis); i++) {
		const struct policy_value *value = value_at(axis, i);

		if (axis->binaries ? value->len == pick->value->len &&
					     memcmp(value->text, pick->value->text,
						    value->len) == 0
				   : value->min <= pick->value->min &&
					     pick->value->min <= value->max)
			return true;
	}
	return false;
}

static bool says(const struct witness *witness, const struct lists *lists, uint32_t axis,
		 uint64_t descent)
{
	struct set_word word = witness->words[axis];

	return axis_is_descent(lists->axes[axis]) && word.n > 1 &&
	       word_value(word) == descent;
}

/* The process is on the list by its own name or number. */
static bool is_listed(const struct lists *lists, const struct witness *witness,
		      const struct axis *axis)
{
	const struct axis *leader = lists->axes[axis->leader];
	uint32_t atom = partition_find(&leader->partition, witness->words[axis->leader]);

	return atom != NO_ATOM &&
	       bits_has(partition_members(&leader->partition, atom), axis->listed);
}

/* None of the lists that the process is not on has it. */
static bool is_allowed(const struct lists *lists, const struct witness *witness,
		       uint32_t n, const struct axis *axis, const struct pick *pick)
{
	for (uint32_t p = 0; p < n; p++) {
		uint32_t number = lists->order[p];
		const struct axis *other = lists->axes[number];

		if (other->dimension.kind == axis->dimension.kind &&
		    says(witness, lists, number, DESCENT_NO) && is_on(other, pick))
			return false;
	}
	return true;
}

static struct pick pick_find(const struct lists *lists, const struct witness *witness,
			     uint32_t n, const struct axis *axis)
{
	bool may_be_foreign = axis->binaries && !axis->doubts;

	for (unsigned int foreign = 0; foreign <= may_be_foreign; foreign++)
		for (uint32_t i = 0; i < n_values(axis); i++) {
			struct pick pick = { value_at(axis, i), foreign };

			if (is_allowed(lists, witness, n, axis, &pick))
				return pick;
		}
	return (struct pick){};
}

bool descent_is_possible(const struct lists *lists, const struct witness *witness,
			 uint32_t n)
{
	for (uint32_t p = 0; p < n; p++) {
		uint32_t number = lists->order[p];
		const struct axis *axis = lists->axes[number];

		if (says(witness, lists, number, DESCENT_YES) &&
		    !is_listed(lists, witness, axis) &&
		    !pick_find(lists, witness, n, axis).value)
			return false;
	}
	return true;
}

static const struct policy_value **place_of(struct ancestor *ancestor,
					    const struct axis *axis)
{
	if (axis->binaries)
		return &ancestor->binary;
	return axis->dimension.kind == DIMENSION_NS_FORKS ? &ancestor->ns_pid
							  : &ancestor->pid;
}

/* An ancestor that is on the list, unless there is one already. */
static void ancestor_add(struct descent *descent, const struct axis *axis,
			 struct pick pick)
{
	uint32_t i = 0;

	for (; i < descent->n; i++) {
		struct ancestor *ancestor = &descent->ancestors[i];
		struct pick there = { *place_of(ancestor, axis),
				      axis->binaries && ancestor->foreign };

		if (!there.value)
			break;
		if (is_on(axis, &there))
			return;
	}
	*place_of(&descent->ancestors[i], axis) = pick.value;
	if (axis->binaries)
		descent->ancestors[i].foreign = pick.foreign;
	descent->n = MAX(descent->n, i + 1);
}

static void axis_read(const struct lists *lists, const struct witness *witness,
		      uint32_t number, struct descent *ret)
{
	const struct axis *axis = lists->axes[number];

	ret->names |= axis->binaries != NULL;
	ret->pids |= axis->dimension.kind == DIMENSION_FORKS;
	ret->ns_pids |= axis->dimension.kind == DIMENSION_NS_FORKS;
	if (says(witness, lists, number, DESCENT_UNKNOWN)) {
		ret->unreadable |= axis->pids != NULL;
		ret->name_unknown |= axis->binaries != NULL;
	}
	ret->ends |= says(witness, lists, number, DESCENT_NO);
	if (says(witness, lists, number, DESCENT_YES) && !is_listed(lists, witness, axis))
		ancestor_add(ret, axis, pick_find(lists, witness, lists->n_axes, axis));
}

int descent_make(const struct lists *lists, const struct witness *witness,
		 struct descent *ret)
{
	*ret = (struct descent){};
	ret->ancestors = arena_array(lists->space.arena, lists->n_axes + 1,
				     sizeof(*ret->ancestors));
	if (!ret->ancestors)
		return -ENOMEM;
	for (uint32_t i = 0; i < lists->n_axes; i++)
		if (axis_is_descent(lists->axes[i]))
			axis_read(lists, witness, i, ret);
	if (ret->name_unknown && !ret->n)
		ret->n = 1;
	return 0;
}

static bool any_has(const struct lists *lists, enum dimension_kind kind,
		    const struct policy_value *value)
{
	const struct pick pick = { value, false };

	for (uint32_t i = 0; i < lists->n_axes; i++) {
		const struct axis *axis = lists->axes[i];

		if (axis->dimension.kind == kind && axis_is_descent(axis) &&
		    is_on(axis, &pick))
			return true;
	}
	return false;
}

uint64_t descent_free_pid(const struct lists *lists)
{
	struct policy_value value = { .min = 1 };

	while (any_has(lists, DIMENSION_FORKS, &value))
		value.min++;
	return value.min;
}

bool descent_has_name(const struct lists *lists, char *name)
{
	const struct policy_value value = { .text = name, .len = strlen(name) };

	return any_has(lists, DIMENSION_CHILDREN, &value);
}
