/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the values of filters accept, as sets: numbers, ports and addresses are bit patterns
 * without a sign, so what a signed filter accepts on both sides of zero is two ranges.
 */
#include <stdio.h>

#include "lib/judge/address.h"
#include "lib/linux/names.h"
#include "lib/meaning/lint.h"
#include "lib/meaning/set.h"
#include "lib/document/number.h"

/* A value is at most this many ranges. */
#define VALUE_RANGES 2u
/* A namespace is its number, and before that whether it is the machine's own: that one's
 * number is not known. */
#define NAMESPACE_BITS 65u
#define NAMESPACE_HOST ((set_number)1 << 64)
/* To compare so many literals takes as long as to make a state of a set. */
#define MEMBERS_PER_STEP 16u

static unsigned int set_bits(const struct lint_set *set)
{
	if (set->bits)
		return set->bits;
	return set->type && set->type->bits ? set->type->bits : 64;
}

static set_number set_top(const struct lint_set *set)
{
	unsigned int bits = set_bits(set);

	return bits == 128 ? ~(set_number)0 : ((set_number)1 << bits) - 1;
}

static bool is_signed(const struct lint_set *set)
{
	return !set->bits && set->type && set->type->bits && set->type->is_signed;
}

/* A number as its bit pattern; a number that does not fit was reported. */
static bool pattern_of(const struct lint_set *set, const char *text, uint64_t *ret)
{
	unsigned int bits = set_bits(set);
	struct number number;
	uint32_t named;

	if (set->names && names_number(set->names, text, &named) == 0) {
		*ret = named;
		return true;
	}
	/* Ports and the like are decimal: "010" is ten. */
	if (set->subject.part != TETRA_PART_VALUE) {
		if (number_parse_decimal(text, ret) < 0)
			return false;
		*ret &= (uint64_t)set_top(set);
		return true;
	}
	if (number_parse(text, &number) < 0 ||
	    (number_fit(&number, bits, true, ret) < 0 &&
	     number_fit(&number, bits, false, ret) < 0))
		return false;
	*ret &= (uint64_t)set_top(set);
	return true;
}

/* From @low to @high in the order of the type, which may be two ranges of patterns. */
static uint32_t span(const struct lint_set *set, uint64_t low, uint64_t high,
		     struct set_range *ret)
{
	set_number top = set_top(set);

	if (low <= high) {
		ret[0] = (struct set_range){ low, high };
		return 1;
	}
	ret[0] = (struct set_range){ low, top };
	ret[1] = (struct set_range){ 0, high };
	return 2;
}

/* As they are written: a pattern above the top of a signed type is a large number. */
static bool is_written_below(const char *text, const char *other)
{
	struct number a, b;

	if (number_parse(text, &a) < 0 || number_parse(other, &b) < 0)
		return false;
	if (a.negative != b.negative)
		return a.negative;
	return a.negative ? a.magnitude > b.magnitude : a.magnitude < b.magnitude;
}

/* N, a name of it, or MIN:MAX in any order. */
static bool bounds_of(const struct lint_set *set, const char *text, uint64_t *low,
		      uint64_t *high)
{
	const char *colon = strchr(text, ':');
	uint64_t other;
	char first[64];

	if (!colon) {
		if (!pattern_of(set, text, low))
			return false;
		*high = *low;
		return true;
	}
	if ((size_t)(colon - text) >= sizeof(first))
		return false;
	snprintf(first, sizeof(first), "%.*s", (int)(colon - text), text);
	if (!pattern_of(set, first, low) || !pattern_of(set, colon + 1, high))
		return false;
	if (is_written_below(colon + 1, first)) {
		other = *low;
		*low = *high;
		*high = other;
	}
	return true;
}

/* Above or below a number: @ret_n is 0 if the range is empty. */
static void side_of(const struct lint_set *set, uint64_t number, struct set_range *ret,
		    uint32_t *ret_n)
{
	uint64_t top = (uint64_t)set_top(set);
	uint64_t max = is_signed(set) ? top >> 1 : top;
	uint64_t min = is_signed(set) ? max + 1 : 0;
	uint64_t end = set->kind == LINT_SET_GREATER ? max : min;

	if (number == end)
		*ret_n = 0;
	else if (set->kind == LINT_SET_GREATER)
		*ret_n = span(set, (number + 1) & top, max, ret);
	else
		*ret_n = span(set, min, (number - 1) & top, ret);
}

static uint32_t net_ranges(const char *text, struct set_range *ret)
{
	struct policy_value net = {};
	bool host_bits;

	if (address_parse(text, &net, &host_bits) < 0)
		return UINT32_MAX;
	return address_ranges(&net, ret);
}

/* Numbers of namespaces are inodes from here on. */
#define NAMESPACE_MIN 0xeffffff0u

/* The machine's own namespaces with a number of their own: include/linux/proc_ns.h. */
static const struct {
	uint32_t namespace, number;
} first_namespaces[] = {
	{ TETRA_NS_IPC, 0xefffffffu },	  { TETRA_NS_UTS, 0xeffffffeu },
	{ TETRA_NS_USER, 0xeffffffdu },	  { TETRA_NS_PID, 0xeffffffcu },
	{ TETRA_NS_CGROUP, 0xeffffffbu }, { TETRA_NS_TIME, 0xeffffffau },
};

/* The number is that of a namespace of another type. */
static bool is_another(uint32_t namespace, uint64_t number)
{
	size_t i;

	if (namespace == TETRA_NS_PID_FOR_CHILDREN)
	namespace = TETRA_NS_PID;
	if (namespace == TETRA_NS_TIME_FOR_CHILDREN)
	namespace = TETRA_NS_TIME;
	for (i = 0; i < ARRAY_SIZE(first_namespaces); i++)
		if (first_namespaces[i].number == number)
			return first_namespaces[i].namespace != namespace;
	return false;
}

static bool is_no_namespace(const struct lint_set *set, const struct number *number)
{
	return number->negative || number->magnitude < NAMESPACE_MIN ||
	       is_another(set->subject.position, number->magnitude);
}

/* Ancestors: numbers in any form, paths. */
static bool same_value(const struct node *a, const struct node *b)
{
	struct number x, y;

	if (number_parse(a->text, &x) == 0 && number_parse(b->text, &y) == 0)
		return x.magnitude == y.magnitude && x.negative == y.negative;
	return node_equal(a, b);
}

/* N is a namespace whether it is the machine's own or not. */
static uint32_t namespace_ranges(const struct lint_set *set, const struct node *value,
				 struct set_range *ret)
{
	struct number number;

	if (str_equal(value->text, "host_ns")) {
		ret[0] = (struct set_range){ NAMESPACE_HOST, NAMESPACE_HOST * 2 - 1 };
		return 1;
	}
	if (number_parse(value->text, &number) < 0)
		return UINT32_MAX;
	if (is_no_namespace(set, &number))
		return 0;
	ret[0] = (struct set_range){ number.magnitude, number.magnitude };
	ret[1] = (struct set_range){ NAMESPACE_HOST + number.magnitude,
				     NAMESPACE_HOST + number.magnitude };
	return 2;
}

/* The ranges of a value; UINT32_MAX if they are not known. */
static uint32_t value_ranges(const struct lint_set *set, const struct node *value,
			     struct set_range *ret)
{
	uint64_t low, high;
	uint32_t n = 0;

	if (set->kind == LINT_SET_NET)
		return net_ranges(value->text, ret);
	if (set->kind == LINT_SET_NAMESPACE)
		return namespace_ranges(set, value, ret);
	if (!bounds_of(set, value->text, &low, &high))
		return UINT32_MAX;
	if (set->kind == LINT_SET_EQUAL)
		return span(set, low, high, ret);
	side_of(set, low, ret, &n);
	return n;
}

bool lint_set_is_path(const struct lint_set *set)
{
	if (set->subject.part != TETRA_PART_VALUE)
		return false;
	return set->subject.list == LINT_BINARIES || set->subject.list == LINT_PARENTS ||
	       (set->type && (set->type->classes & TETRA_CLASS_PATH));
}

/* The bytes of a subject's words. */
static unsigned int set_bytes(const struct lint *lint, const struct lint_set *set)
{
	switch (set->kind) {
	case LINT_SET_UNKNOWN:
		return 1;
	case LINT_SET_NAMESPACE:
		return (NAMESPACE_BITS + 7) / 8;
	case LINT_SET_MEMBER:
		return lint->members->n_bytes;
	default:
		return (set_bits(set) + 7) / 8;
	}
}

/* Some values of a filter. */
struct values {
	const struct lint *lint;
	const struct set_space *space;
	const struct lint_set *set;
	const doc_value *items;
	uint32_t n;
	bool *complete; /* cleared when a value is not known */
};

static int accept_ranges(const struct values *values, const struct set **ret)
{
	const struct lint_set *set = values->set;
	_cleanup_(freep) struct set_range *ranges =
		calloc((size_t)values->n * VALUE_RANGES + 1, sizeof(*ranges));
	uint32_t i, n_value, n = 0;

	if (!ranges)
		return -ENOMEM;
	if (set->kind == LINT_SET_FIXED)
		ranges[n++] = set->fixed;
	for (i = 0; i < values->n; i++) {
		n_value = values->items[i]
				  ? value_ranges(set, values->items[i], &ranges[n])
				  : UINT32_MAX;
		if (n_value == UINT32_MAX)
			*values->complete = false;
		else
			n += n_value;
	}
	return set_of_ranges(values->space, set_bytes(values->lint, set), ranges, n, ret);
}

/* The bit of a value that a subject may have; UINT32_MAX if there are too many. */
static uint32_t member_bit(const struct lint *lint, doc_value value)
{
	struct lint_members *members = lint->members;
	uint32_t i;

	if (!lint_spend(lint, members->n / MEMBERS_PER_STEP))
		return UINT32_MAX;
	for (i = 0; i < members->n; i++)
		if (same_value(members->items[i], value))
			return i;
	if (members->n == 8 * members->n_bytes)
		return UINT32_MAX;
	members->items[members->n++] = value;
	return i;
}

/* The bits of a value, the highest byte first; false if they are not known. */
static bool value_bits(const struct values *values, doc_value value, unsigned int n_bytes,
		       uint8_t *mask)
{
	const struct lint_set *set = values->set;
	char name[64];
	uint64_t bits;
	uint32_t bit, i;

	if (!value)
		return false;
	if (set->kind == LINT_SET_MEMBER) {
		bit = member_bit(values->lint, value);
		if (bit != UINT32_MAX)
			mask[bit / 8] |= (uint8_t)(1u << bit % 8);
		return bit != UINT32_MAX;
	}
	snprintf(name, sizeof(name), "%s", value->text);
	for (i = 0; set->kind == LINT_SET_CAPABILITY && name[i]; i++)
		name[i] &= (char)(name[i] >= 'a' && name[i] <= 'z' ? ~0x20 : ~0);
	if (!pattern_of(set, name, &bits))
		return false;
	if (set->kind == LINT_SET_CAPABILITY)
		bits = bits < 64 ? UINT64_C(1) << bits : 0;
	for (i = n_bytes; i-- > 0; bits >>= 8)
		mask[i] |= (uint8_t)bits;
	return true;
}

static int accept_bits(const struct values *values, const struct set **ret)
{
	unsigned int n_bytes = set_bytes(values->lint, values->set);
	uint8_t mask[SET_BITS_BYTES] = {};
	uint32_t i;

	for (i = 0; i < values->n; i++)
		*values->complete &= value_bits(values, values->items[i], n_bytes, mask);
	return set_of_bits(values->space, n_bytes, mask, ret);
}

static enum set_shape set_shape(enum lint_set_kind kind)
{
	switch (kind) {
	case LINT_SET_PREFIX:
		return SET_PREFIX;
	case LINT_SET_POSTFIX:
		return SET_POSTFIX;
	case LINT_SET_PART:
		return SET_PART;
	case LINT_SET_PART_NOCASE:
		return SET_PART_NOCASE;
	default:
		return SET_EQUAL;
	}
}

static struct set_word set_word(const struct lint_set *set, doc_value value)
{
	uint32_t kind = set->type ? set->type->kind : 0;

	return (struct set_word){ value->text,
				  kind_literal_bytes(kind, value->text, value->n) };
}

static int accept_texts(const struct values *values, const struct set **ret)
{
	const struct lint_set *set = values->set;
	_cleanup_(freep) struct set_word *words = calloc(values->n + 1, sizeof(*words));
	uint32_t i, n = 0;

	if (!words)
		return -ENOMEM;
	for (i = 0; i < values->n; i++) {
		doc_value value = values->items[i];

		if (value)
			words[n++] = set_word(set, value);
		else
			*values->complete = false;
	}
	return set_of_texts(values->space, set_shape(set->kind), words, n, ret);
}

/* It is passed, or it is not. */
static int accept_unknown(const struct values *values, const struct set **ret)
{
	static const struct set_range passed = { 1, 1 };

	return set_of_ranges(values->space, 1, &passed, 1, ret);
}

/* Only sockets of the two families of the internet have such parts. */
static bool may_be_absent(const struct lint_set *set)
{
#define X(NAME, ...) | 1u << TETRA_PART_##NAME
	return (0 TETRA_INET_NUMBERS(X) TETRA_INET_ADDRESSES(X)) >> set->subject.part & 1;
#undef X
}

/* Adds the word of a part that is not there, which is empty. */
static int add_absent(const struct set_space *space, const struct set **set)
{
	static const struct set_word nothing = { "", 0 };
	const struct set *absent;
	int r;

	r = set_of_texts(space, SET_EQUAL, &nothing, 1, &absent);
	return r < 0 ? r : set_or(space, *set, absent, set);
}

/* By kind: what values accept. */
static int (*const accepts[])(const struct values *values, const struct set **ret) = {
	[LINT_SET_UNKNOWN] = accept_unknown,   [LINT_SET_EQUAL] = accept_ranges,
	[LINT_SET_GREATER] = accept_ranges,    [LINT_SET_LESS] = accept_ranges,
	[LINT_SET_MASK] = accept_bits,	       [LINT_SET_FIXED] = accept_ranges,
	[LINT_SET_TEXT] = accept_texts,	       [LINT_SET_PREFIX] = accept_texts,
	[LINT_SET_POSTFIX] = accept_texts,     [LINT_SET_PART] = accept_texts,
	[LINT_SET_PART_NOCASE] = accept_texts, [LINT_SET_NET] = accept_ranges,
	[LINT_SET_NAMESPACE] = accept_ranges,  [LINT_SET_MEMBER] = accept_bits,
	[LINT_SET_CAPABILITY] = accept_bits,
};

const struct set *lint_values_accept(const struct lint *lint,
				     const struct set_space *space,
				     const struct lint_set *set, uint32_t first,
				     uint32_t n, bool *ret_complete)
{
	struct values values = { lint, space, set, NULL, n, ret_complete };
	const struct set *ret = NULL;
	int r;

	*ret_complete = true;
	if (n)
		values.items = &set->values->items[first];
	r = accepts[set->kind](&values, &ret);
	if (r >= 0 && set->negated && may_be_absent(set))
		r = add_absent(space, &ret);
	return lint_known(lint, r) ? ret : NULL;
}

/* Values that can be read. */
static int domain_read(const struct lint *lint, const struct set_space *space,
		       const struct lint_set *set, const struct set **ret)
{
	struct set_range range = { 0, set->max ? set->max : set_top(set) };

	switch (set->kind) {
	case LINT_SET_UNKNOWN:
		range.high = 1;
		break;
	/* There is always one more: what they accept together is never all. */
	case LINT_SET_NAMESPACE:
	case LINT_SET_MEMBER:
	case LINT_SET_CAPABILITY:
		*ret = &set_everything;
		return 0;
	default:
		if (accepts[set->kind] != accept_texts)
			break;
		*ret = &set_everything;
		return lint_set_is_path(set) ? set_of_paths(space, ret) : 0;
	}
	return set_of_ranges(space, set_bytes(lint, set), &range, 1, ret);
}

const struct set *lint_set_domain(const struct lint *lint, const struct set_space *space,
				  const struct lint_set *set)
{
	const struct set *ret = NULL;
	int r;

	r = domain_read(lint, space, set, &ret);
	if (r >= 0 && may_be_absent(set))
		r = add_absent(space, &ret);
	return lint_known(lint, r) ? ret : NULL;
}

bool lint_set_is_idle(const struct lint *lint, const struct lint_set *set)
{
	const struct set *domain;
	int r;

	if (set->kind == LINT_SET_UNKNOWN || !set->accepts ||
	    (set->negated && !set->complete))
		return false;
	r = domain_read(lint, &lint->space, set, &domain);
	if (r >= 0)
		r = set->negated ? set_overlaps(&lint->space, domain, set->accepts)
				 : set_is_within(&lint->space, domain, set->accepts);
	return lint_known(lint, r) && r == !set->negated;
}
