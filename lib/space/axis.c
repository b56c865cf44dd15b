/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/kinds.h"
#include "lib/space/lists.h"
#include "lib/judge/address.h"

static bool values_are_same(const struct policy_value *a, uint32_t n_a,
			    const struct policy_value *b, uint32_t n_b)
{
	if (n_a != n_b)
		return false;
	for (uint32_t i = 0; i < n_a; i++) {
		bool texts = a[i].text && b[i].text;

		if (a[i].min != b[i].min || a[i].max != b[i].max)
			return false;
		if (texts &&
		    (a[i].len != b[i].len || memcmp(a[i].text, b[i].text, a[i].len) != 0))
			return false;
	}
	return true;
}

static bool pids_are_same(const struct policy_pids *a, const struct policy_pids *b)
{
	if (!a || !b)
		return a == b;
	return values_are_same(a->values, a->n_values, b->values, b->n_values);
}

static bool binaries_are_same(const struct policy_binaries *a,
			      const struct policy_binaries *b)
{
	if (!a || !b)
		return a == b;
	return values_are_same(a->values, a->n_values, b->values, b->n_values);
}

static bool rates_are_same(const struct policy_action *a, const struct policy_action *b)
{
	if (!a || !b)
		return a == b;
	return a->rate_ms == b->rate_ms && a->rate_scope == b->rate_scope;
}

static bool texts_are_same(const char *a, const char *b)
{
	return a && b ? str_equal(a, b) : a == b;
}

bool axis_reads(const struct axis *axis, const struct policy_arg *arg)
{
	return axis->dimension.kind == DIMENSION_ARG && axis->index == arg->index &&
	       axis->kind == arg->kind && texts_are_same(axis->resolve, arg->resolve) &&
	       texts_are_same(axis->btf_type, arg->btf_type);
}

bool axis_is_same(const struct axis *a, const struct axis *b)
{
	return dimension_is_same(&a->dimension, &b->dimension) && a->index == b->index &&
	       a->kind == b->kind && a->doubts == b->doubts &&
	       texts_are_same(a->resolve, b->resolve) &&
	       texts_are_same(a->btf_type, b->btf_type) &&
	       pids_are_same(a->pids, b->pids) &&
	       binaries_are_same(a->binaries, b->binaries) &&
	       rates_are_same(a->rate, b->rate);
}

bool axis_leader(const struct axis *axis, struct axis *ret)
{
	*ret = (struct axis){ .origin_group = axis->origin_group };
	switch (axis->dimension.kind) {
	case DIMENSION_ARG:
		*ret = *axis;
		ret->dimension.part = ret->origin.part = TETRA_PART_FAMILY;
		return kind_row(axis->kind)->classes & TETRA_CLASSES_SOCK &&
		       axis->dimension.part != TETRA_PART_FAMILY;
	case DIMENSION_CHILDREN:
		ret->dimension.kind = ret->origin.kind = DIMENSION_BINARY;
		return true;
	case DIMENSION_FORKS:
		ret->dimension.kind = ret->origin.kind = DIMENSION_PID;
		return !axis->rate;
	case DIMENSION_NS_FORKS:
		ret->dimension.kind = ret->origin.kind = DIMENSION_NS_PID;
		return true;
	default:
		return false;
	}
}

/* Domains: what follows each tag. */
struct tagged {
	const struct set *parts[DIMENSION_TAGS];
};

static int number_domain(const struct set_space *space, unsigned int bits, bool is_signed,
			 const struct set **ret)
{
	uint64_t half = UINT64_C(1) << (bits - 1);
	struct set_range ranges[2] = { { 0, half - 1 + half } };

	if (is_signed) {
		ranges[0].high = half - 1;
		ranges[1] = (struct set_range){ ~half + 1, UINT64_MAX };
	}
	return set_of_ranges(space, DIMENSION_NUMBER, ranges, is_signed ? 2 : 1, ret);
}

static int sock_domain(const struct axis *axis, const struct set_space *space,
		       struct tagged *ret)
{
	uint32_t bits = dimension_part_bits(axis->kind, axis->dimension.part);
	const struct set_range families[] = { { FAMILY_IPV4, FAMILY_IPV4 },
					      { FAMILY_IPV6, FAMILY_IPV6 } };
	const struct set_range all = { 0, ~(set_number)0 };
	const struct set **read = &ret->parts[TETRA_VALUE_READ];

	ret->parts[TETRA_VALUE_ABSENT] = &set_everything;
	ret->parts[TETRA_VALUE_UNREADABLE] = &set_everything;
	if (kind_has_class(axis->kind, TETRA_CLASS_SOCKADDR))
		ret->parts[TETRA_VALUE_FAULT] = &set_everything;
	/* A packet has no state, and a family only if it is of the internet. */
	if (kind_has_class(axis->kind, TETRA_CLASS_SKB)) {
		if (axis->dimension.part == TETRA_PART_STATE)
			return 0;
		if (axis->dimension.part == TETRA_PART_FAMILY)
			return set_of_ranges(space, DIMENSION_NUMBER, families, 2, read);
	}
	if (bits == 128)
		return set_of_ranges(space, ADDRESS_BYTES, &all, 1, read);
	if (!bits)
		return 0;
	return number_domain(space, bits, false, read);
}

static int text_domain(const struct axis *axis, const struct set_space *space,
		       struct tagged *ret)
{
	bool is_path = kind_row(axis->kind)->classes & TETRA_CLASS_PATH;
	const struct set **read = &ret->parts[TETRA_VALUE_READ];
	int r = 0;

	ret->parts[TETRA_VALUE_ABSENT] = &set_everything;
	ret->parts[TETRA_VALUE_NONE] = &set_everything;
	ret->parts[TETRA_VALUE_UNREADABLE] = &set_everything;
	if (axis->dimension.part == TETRA_PART_FILE_TYPE)
		return number_domain(space, 4, false, read);
	*read = &set_everything;
	if (is_path) {
		r = set_of_paths(space, read);
		ret->parts[DIMENSION_FOREIGN] = *read;
	} else {
		ret->parts[TETRA_VALUE_FAULT] = &set_everything;
		ret->parts[DIMENSION_ENDLESS] = &set_everything;
	}
	return r;
}

static int arg_domain(const struct axis *axis, const struct set_space *space,
		      struct tagged *ret)
{
	const struct kind_row *row = kind_row(axis->kind);

	if (row->classes & TETRA_CLASSES_SOCK)
		return sock_domain(axis, space, ret);
	if (row->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH))
		return text_domain(axis, space, ret);
	if (!(row->classes & TETRA_CLASSES_NUMBER)) {
		ret->parts[TETRA_VALUE_ABSENT] = &set_everything;
		return 0;
	}
	/* A pointer on the path may be null, and memory of a program may not be resident. */
	if (axis->walks)
		ret->parts[TETRA_VALUE_UNREADABLE] = &set_everything;
	if (*row->of) {
		ret->parts[TETRA_VALUE_NONE] = &set_everything;
		ret->parts[TETRA_VALUE_UNREADABLE] = &set_everything;
	}
	return number_domain(space, row->bits, row->is_signed,
			     &ret->parts[TETRA_VALUE_READ]);
}

static int descent_domain(const struct axis *axis, const struct set_space *space,
			  struct tagged *ret)
{
	const struct set_range any = { DESCENT_NO,
				       axis->rate ? DESCENT_YES : DESCENT_UNKNOWN };
	const struct set **read = &ret->parts[TETRA_VALUE_READ];
	int r = set_of_ranges(space, 1, &any, 1, read);

	if (axis->dimension.kind == DIMENSION_CHILDREN) {
		ret->parts[TETRA_VALUE_NONE] = *read;
		ret->parts[TETRA_VALUE_UNREADABLE] = *read;
	} else if (axis->dimension.kind == DIMENSION_NS_FORKS) {
		ret->parts[TETRA_VALUE_ABSENT] = &set_everything;
	}
	return r;
}

static int process_domain(const struct axis *axis, const struct set_space *space,
			  struct tagged *ret)
{
	const struct set_range namespaces[] = {
		{ 0, UINT32_MAX },
		{ (set_number)1 << 64, ((set_number)1 << 64) + UINT32_MAX },
	};
	const struct set **read = &ret->parts[TETRA_VALUE_READ];
	int r;

	switch (axis->dimension.kind) {
	case DIMENSION_PID:
	case DIMENSION_NS_PID:
		return number_domain(space, 32, false, read);
	case DIMENSION_NAMESPACE:
		return set_of_ranges(space, DIMENSION_NAMESPACE_BYTES, namespaces, 2,
				     read);
	case DIMENSION_CAPS:
	case DIMENSION_NS_CAPS:
		return number_domain(space, 64, false, read);
	case DIMENSION_BINARY:
		r = set_of_paths(space, read);
		ret->parts[DIMENSION_FOREIGN] = *read;
		ret->parts[TETRA_VALUE_NONE] = &set_everything;
		ret->parts[TETRA_VALUE_UNREADABLE] = &set_everything;
		return r;
	default:
		return descent_domain(axis, space, ret);
	}
}

int axis_domain(const struct axis *axis, const struct set_space *space,
		const struct set **ret)
{
	struct tagged tagged = {};
	int r;

	if (axis->dimension.kind == DIMENSION_ARG)
		r = arg_domain(axis, space, &tagged);
	else
		r = process_domain(axis, space, &tagged);
	return r < 0 ? r : set_tagged(space, tagged.parts, DIMENSION_TAGS, ret);
}

bool axis_is_readable(const struct axis *axis)
{
	if (axis->dimension.kind == DIMENSION_BINARY)
		return true;
	return axis->dimension.kind == DIMENSION_ARG &&
	       axis->dimension.part == TETRA_PART_VALUE &&
	       kind_row(axis->kind)->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH);
}
