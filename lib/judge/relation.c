/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/judge/relation.h"

#include "lib/judge/address.h"
#include "lib/judge/dimension.h"

#define SIGN_BIT (UINT64_C(1) << 63)
/* A literal is at most this many ranges. */
#define VALUE_RANGES 2u

static bool is_between(uint64_t low, uint64_t number, uint64_t high, bool is_signed)
{
	if (is_signed)
		return (int64_t)low <= (int64_t)number &&
		       (int64_t)number <= (int64_t)high;
	return low <= number && number <= high;
}

static bool judge_range(const struct policy_value *value, const struct judged *judged)
{
	return judged->form == JUDGED_NUMBER &&
	       is_between(value->min, judged->number, value->max, judged->is_signed);
}

static bool judge_is(const struct policy_value *value, const struct judged *judged)
{
	struct bytes whole = judged->bytes;

	if (judged->form != JUDGED_BYTES)
		return judge_range(value, judged);
	return value->len == whole.len && memcmp(whole.text, value->text, whole.len) == 0;
}

static bool judge_prefix(const struct policy_value *value, const struct judged *judged)
{
	struct bytes whole = judged->bytes, part = { value->text, value->len };

	return part.len <= whole.len && memcmp(whole.text, part.text, part.len) == 0;
}

static bool judge_postfix(const struct policy_value *value, const struct judged *judged)
{
	struct bytes whole = judged->bytes, part = { value->text, value->len };

	return part.len <= whole.len &&
	       memcmp(whole.text + whole.len - part.len, part.text, part.len) == 0;
}

static bool judge_above(const struct policy_value *value, const struct judged *judged)
{
	return !is_between(judged->number, judged->number, value->max, judged->is_signed);
}

static bool judge_below(const struct policy_value *value, const struct judged *judged)
{
	return !is_between(value->min, judged->number, judged->number, judged->is_signed);
}

static bool judge_bits(const struct policy_value *value, const struct judged *judged)
{
	return judged->number & value->min;
}

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool judge_net(const struct policy_value *value, const struct judged *judged)
{
	const uint8_t *address = judged->address;
	uint16_t family = judged->family;

	if (family == FAMILY_IPV6 &&
	    memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0) {
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

/* From @low to @high in the order of signed numbers, as patterns; how many ranges. */
static uint32_t span(uint64_t low, uint64_t high, struct set_range *ret)
{
	if (low <= high) {
		ret[0] = (struct set_range){ low, high };
		return 1;
	}
	ret[0] = (struct set_range){ low, UINT64_MAX };
	ret[1] = (struct set_range){ 0, high };
	return 2;
}

/* The numbers that relate to a literal; how many ranges. */
typedef uint32_t (*ranges_fn)(const struct policy_value *value, bool is_signed,
			      struct set_range *ret);

static uint32_t ranges_within(const struct policy_value *value, bool is_signed,
			      struct set_range *ret)
{
	/* Ends the wrong way round have nothing between them. */
	if (is_signed ? (int64_t)value->min > (int64_t)value->max
		      : value->min > value->max)
		return 0;
	return span(value->min, value->max, ret);
}

static uint32_t ranges_above(const struct policy_value *value, bool is_signed,
			     struct set_range *ret)
{
	uint64_t top = is_signed ? SIGN_BIT - 1 : UINT64_MAX;

	return value->max == top ? 0 : span(value->max + 1, top, ret);
}

static uint32_t ranges_below(const struct policy_value *value, bool is_signed,
			     struct set_range *ret)
{
	uint64_t bottom = is_signed ? SIGN_BIT : 0;

	return value->min == bottom ? 0 : span(bottom, value->min - 1, ret);
}

static int accept_ranges(const struct set_space *space,
			 const struct relation_values *values, ranges_fn ranges_of,
			 const struct set **ret)
{
	_cleanup_(freep) struct set_range *ranges =
		calloc((size_t)values->n * VALUE_RANGES + 1, sizeof(*ranges));
	size_t n = 0;

	if (!ranges)
		return -ENOMEM;
	for (uint32_t i = 0; i < values->n; i++)
		n += ranges_of(&values->items[i], values->is_signed, &ranges[n]);
	return set_of_ranges(space, DIMENSION_NUMBER, ranges, n, ret);
}

static int accept_within(const struct set_space *space,
			 const struct relation_values *values, const struct set **ret)
{
	return accept_ranges(space, values, ranges_within, ret);
}

static int accept_above(const struct set_space *space,
			const struct relation_values *values, const struct set **ret)
{
	return accept_ranges(space, values, ranges_above, ret);
}

static int accept_below(const struct set_space *space,
			const struct relation_values *values, const struct set **ret)
{
	return accept_ranges(space, values, ranges_below, ret);
}

static int accept_bits(const struct set_space *space,
		       const struct relation_values *values, const struct set **ret)
{
	uint8_t bytes[DIMENSION_NUMBER];
	uint64_t mask = 0;

	for (uint32_t i = 0; i < values->n; i++)
		mask |= values->items[i].min;
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(mask >> 8 * (7 - i));
	return set_of_bits(space, DIMENSION_NUMBER, bytes, ret);
}

static int accept_nets(const struct set_space *space,
		       const struct relation_values *values, const struct set **ret)
{
	_cleanup_(freep) struct set_range *ranges =
		calloc((size_t)values->n * ADDRESS_RANGES + 1, sizeof(*ranges));
	size_t n = 0;

	if (!ranges)
		return -ENOMEM;
	for (uint32_t i = 0; i < values->n; i++)
		n += address_ranges(&values->items[i], &ranges[n]);
	return set_of_ranges(space, ADDRESS_BYTES, ranges, n, ret);
}

static int accept_texts(const struct set_space *space,
			const struct relation_values *values, enum set_shape shape,
			const struct set **ret)
{
	_cleanup_(freep) struct set_word *words = calloc(values->n + 1, sizeof(*words));

	if (!words)
		return -ENOMEM;
	for (uint32_t i = 0; i < values->n; i++)
		words[i] =
			(struct set_word){ values->items[i].text, values->items[i].len };
	return set_of_texts(space, shape, words, values->n, ret);
}

static int accept_whole(const struct set_space *space,
			const struct relation_values *values, const struct set **ret)
{
	return accept_texts(space, values, SET_EQUAL, ret);
}

static int accept_prefix(const struct set_space *space,
			 const struct relation_values *values, const struct set **ret)
{
	return accept_texts(space, values, SET_PREFIX, ret);
}

static int accept_postfix(const struct set_space *space,
			  const struct relation_values *values, const struct set **ret)
{
	return accept_texts(space, values, SET_POSTFIX, ret);
}

/* One literal against one value, and the set by the form of values that it compares. */
/* A row a line. */
/* clang-format off */
static const struct {
	bool (*holds)(const struct policy_value *value, const struct judged *judged);
	int (*accepts[JUDGED_END])(const struct set_space *space,
				   const struct relation_values *values,
				   const struct set **ret);
} relations[TETRA_REL_END] = {
	[TETRA_REL_IS] = { judge_is, { [JUDGED_NUMBER] = accept_within,
				       [JUDGED_BYTES] = accept_whole } },
	[TETRA_REL_PREFIX] = { judge_prefix, { [JUDGED_BYTES] = accept_prefix } },
	[TETRA_REL_POSTFIX] = { judge_postfix, { [JUDGED_BYTES] = accept_postfix } },
	[TETRA_REL_ABOVE] = { judge_above, { [JUDGED_NUMBER] = accept_above } },
	[TETRA_REL_BELOW] = { judge_below, { [JUDGED_NUMBER] = accept_below } },
	[TETRA_REL_HAS_BITS] = { judge_bits, { [JUDGED_NUMBER] = accept_bits } },
	[TETRA_REL_IN_NET] = { judge_net, { [JUDGED_ADDRESS] = accept_nets } },
	[TETRA_REL_IN_RANGE] = { judge_range, { [JUDGED_NUMBER] = accept_within } },
};
/* clang-format on */

bool relation_compares(uint32_t relation, enum judged_form form)
{
	return relations[relation].accepts[form] != NULL;
}

bool relation_holds(uint32_t relation, const struct policy_value *value,
		    const struct judged *judged)
{
	return relations[relation].holds(value, judged);
}

int relation_accepts(const struct set_space *space, uint32_t relation,
		     enum judged_form form, const struct relation_values *values,
		     const struct set **ret)
{
	return relation_compares(relation, form)
		       ? relations[relation].accepts[form](space, values, ret)
		       : 0;
}
