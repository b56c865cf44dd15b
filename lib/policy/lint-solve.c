/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether some sets are disjoint. Numbers, addresses and capabilities become ranges of bit
 * patterns, texts go to lint-text.c; unknown sets are ignored: they could only make the
 * intersection smaller.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>

#include "lib/kernel/names.h"
#include "lib/policy/lint-set.h"
#include "lib/policy/lint-text.h"
#include "lib/policy/lint.h"
#include "lib/policy/number.h"

/* Where IPv4 addresses are among those of IPv6. */
#define MAPPED_BASE (((lint_wide)0xffff) << 32)
#define MAPPED_TOP  (MAPPED_BASE | UINT32_MAX)
/* A value is at most this many ranges. */
#define VALUE_RANGES 2u

static unsigned int set_bits(const struct lint_set *set)
{
	if (set->bits)
		return set->bits;
	return set->type && set->type->bits ? set->type->bits : 64;
}

static lint_wide set_top(const struct lint_set *set)
{
	unsigned int bits = set_bits(set);

	return bits == 128 ? ~(lint_wide)0 : ((lint_wide)1 << bits) - 1;
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
	if (set->subject.attribute[0]) {
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
		     struct lint_range *ret)
{
	lint_wide top = set_top(set);

	if (low <= high) {
		ret[0] = (struct lint_range){ low, high };
		return 1;
	}
	ret[0] = (struct lint_range){ low, top };
	ret[1] = (struct lint_range){ 0, high };
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
static void side_of(const struct lint_set *set, uint64_t number, struct lint_range *ret,
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

static bool net_of(const char *text, struct lint_range *ret)
{
	struct policy_value net = {};
	lint_wide host;
	bool host_bits;
	unsigned int i;

	if (address_parse(text, &net, &host_bits) < 0)
		return false;
	ret->low = 0;
	for (i = 0; i < (net.addr_family == 4 ? 4u : 16u); i++)
		ret->low = ret->low << 8 | net.addr[i];
	if (net.addr_family == 4)
		host = ((lint_wide)1 << (32 - net.addr_bits)) - 1;
	else
		host = net.addr_bits ? ((lint_wide)1 << (128 - net.addr_bits)) - 1
				     : ~(lint_wide)0;
	ret->low += net.addr_family == 4 ? MAPPED_BASE : 0;
	ret->high = ret->low | host;
	return true;
}

/* An IPv6 network around the place of IPv4 does not have it. */
static uint32_t net_ranges(const char *text, struct lint_range *ret)
{
	struct lint_range whole;

	if (!net_of(text, &whole))
		return UINT32_MAX;
	if (whole.low > MAPPED_BASE || whole.high <= MAPPED_TOP ||
	    (whole.low == MAPPED_BASE && whole.high == MAPPED_TOP)) {
		ret[0] = whole;
		return 1;
	}
	ret[0] = (struct lint_range){ whole.low, MAPPED_BASE - 1 };
	ret[1] = (struct lint_range){ MAPPED_TOP + 1, whole.high };
	return 2;
}

/* The ranges of value @i, not negated; UINT32_MAX if they are not known. */
static uint32_t value_ranges(const struct lint_set *set, uint32_t i,
			     struct lint_range *ret)
{
	const struct node *node = set->values->items[i];
	uint64_t low, high;
	uint32_t n = 0;

	if (!node)
		return UINT32_MAX;
	if (set->kind == LINT_SET_NET)
		return net_ranges(node->text, ret);
	if (!bounds_of(set, node->text, &low, &high))
		return UINT32_MAX;
	if (set->kind == LINT_SET_EQUAL)
		return span(set, low, high, ret);
	side_of(set, low, ret, &n);
	return n;
}

static bool term_has(const struct lint_term *term, uint32_t i)
{
	return !term->one || term->i == i;
}

static bool is_negated(const struct lint_term *term)
{
	return term->set->negated != term->complement;
}

/*
 * The ranges of a term, before its negation. False if they are unknown: a value is unknown,
 * and the others alone would be too few. For a negated set they are enough.
 */
static int term_ranges(struct arena *arena, const struct lint_term *term,
		       struct lint_ranges *ret, bool *ret_known)
{
	const struct lint_set *set = term->set;
	uint32_t i, n;

	*ret_known = true;
	ret->n = 0;
	ret->items = arena_array(arena, (size_t)set->values->n * VALUE_RANGES + 1,
				 sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	if (set->kind == LINT_SET_FIXED)
		ret->items[ret->n++] = set->fixed;
	for (i = 0; set->kind != LINT_SET_FIXED && i < set->values->n; i++) {
		if (!term_has(term, i))
			continue;
		n = value_ranges(set, i, &ret->items[ret->n]);
		if (n == UINT32_MAX)
			*ret_known = false;
		else
			ret->n += n;
	}
	lint_ranges_sort(ret);
	return 0;
}

/* Bits of all values of a term; false if one is not known. */
static bool term_mask(const struct lint_term *term, uint64_t *ret)
{
	const struct lint_set *set = term->set;
	char name[64];
	uint64_t bit;
	uint32_t i, k;

	*ret = 0;
	for (i = 0; i < set->values->n; i++) {
		if (!term_has(term, i))
			continue;
		if (!set->values->items[i])
			return false;
		snprintf(name, sizeof(name), "%s", set->values->items[i]->text);
		for (k = 0; set->kind == LINT_SET_CAPABILITY && name[k]; k++)
			name[k] &= (char)(name[k] >= 'a' && name[k] <= 'z' ? ~0x20 : ~0);
		if (!pattern_of(set, name, &bit))
			return false;
		*ret |= set->kind == LINT_SET_CAPABILITY ? UINT64_C(1) << bit : bit;
	}
	return true;
}

static void bits_add(struct lint_bits *bits, const struct lint_term *term)
{
	uint64_t mask;
	bool known = term_mask(term, &mask);

	if (is_negated(term))
		bits->none_of |= mask;
	else if (known && bits->n_any_of < ARRAY_SIZE(bits->any_of))
		bits->any_of[bits->n_any_of++] = mask;
}

static int numbers_exclude(struct arena *arena, const struct lint_term *terms, uint32_t n)
{
	lint_wide top = set_top(terms[0].set);
	struct lint_range whole = { 0, terms[0].set->max ? terms[0].set->max : top };
	struct lint_ranges now = { &whole, 1 }, ranges, wanted, both;
	struct lint_bits bits = {};
	bool known;
	uint32_t i;
	int r = 0;

	for (i = 0; i < n && r >= 0; i++) {
		if (terms[i].set->kind == LINT_SET_MASK ||
		    terms[i].set->kind == LINT_SET_CAPABILITY) {
			bits_add(&bits, &terms[i]);
			continue;
		}
		r = term_ranges(arena, &terms[i], &ranges, &known);
		if (r < 0 || (!known && !is_negated(&terms[i])))
			continue;
		wanted = ranges;
		if (is_negated(&terms[i]))
			r = lint_ranges_complement(arena, &ranges, top, &wanted);
		if (r >= 0)
			r = lint_ranges_intersect(arena, &now, &wanted, &both);
		if (r >= 0)
			now = both;
	}
	return r < 0 ? r : !now.n || lint_ranges_lack_bits(&now, &bits);
}

static enum lint_text_kind text_kind(enum lint_set_kind kind)
{
	switch (kind) {
	case LINT_SET_PREFIX:
		return LINT_TEXT_PREFIX;
	case LINT_SET_POSTFIX:
		return LINT_TEXT_POSTFIX;
	case LINT_SET_PART:
		return LINT_TEXT_PART;
	case LINT_SET_PART_NOCASE:
		return LINT_TEXT_PART_NOCASE;
	default:
		return LINT_TEXT_EQUAL;
	}
}

static int term_texts(struct arena *arena, const struct lint_term *term,
		      struct lint_texts *ret, bool *ret_known)
{
	const struct doc_values *values = term->set->values;
	struct lint_literal *items = arena_array(arena, values->n, sizeof(*items));
	uint32_t i;

	if (!items)
		return -ENOMEM;
	*ret_known = true;
	*ret = (struct lint_texts){ text_kind(term->set->kind), is_negated(term), items,
				    0 };
	for (i = 0; i < values->n; i++) {
		if (!term_has(term, i))
			continue;
		if (values->items[i])
			items[ret->n++] = (struct lint_literal){ values->items[i]->text,
								 values->items[i]->n };
		else
			*ret_known = false;
	}
	return 0;
}

static int texts_exclude(struct arena *arena, const struct lint_term *terms, uint32_t n)
{
	struct lint_texts *sets = arena_array(arena, n, sizeof(*sets));
	uint32_t i, n_sets = 0;
	bool known;
	int r;

	if (!sets)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		r = term_texts(arena, &terms[i], &sets[n_sets], &known);
		if (r < 0)
			return r;
		n_sets += known || is_negated(&terms[i]);
	}
	return lint_texts_exclude(arena, sets, n_sets, lint_set_is_path(terms[0].set));
}

/* Namespaces and ancestors: numbers in any form, words, paths. */
static bool same_value(const struct node *a, const struct node *b)
{
	struct number x, y;

	if (!a || !b)
		return false;
	if (number_parse(a->text, &x) == 0 && number_parse(b->text, &y) == 0)
		return x.magnitude == y.magnitude && x.negative == y.negative;
	return node_equal(a, b);
}

static bool term_lists(const struct lint_term *term, const struct node *value)
{
	uint32_t i;

	for (i = 0; i < term->set->values->n; i++)
		if (term_has(term, i) && same_value(term->set->values->items[i], value))
			return true;
	return false;
}

static bool is_host(const struct node *value)
{
	return str_equal(value->text, "host_ns");
}

static bool lists_host(const struct lint_term *term)
{
	uint32_t i;

	for (i = 0; i < term->set->values->n; i++)
		if (term_has(term, i) && (!term->set->values->items[i] ||
					  is_host(term->set->values->items[i])))
			return true;
	return false;
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

static bool is_no_namespace(const struct lint_set *set, const struct node *value)
{
	struct number number;

	return number_parse(value->text, &number) == 0 &&
	       (number.negative || number.magnitude < NAMESPACE_MIN ||
		is_another(set->subject.position, number.magnitude));
}

/* The value is certainly not what the term accepts. */
static bool value_fails(const struct lint_term *term, const struct node *value)
{
	if (is_negated(term))
		return term_lists(term, value);
	/* One of a process's ancestors, or an unknown number: could be any. */
	if (term->set->kind == LINT_SET_MEMBER || is_host(value) || lists_host(term))
		return false;
	return !term_lists(term, value);
}

/* A set lists only what the others exclude. */
static int members_exclude(const struct lint_term *terms, uint32_t n)
{
	const struct doc_values *values;
	uint32_t i, k, v;

	for (i = 0; i < n; i++) {
		values = terms[i].set->values;
		for (v = 0; !is_negated(&terms[i]) && v < values->n; v++) {
			if (!term_has(&terms[i], v))
				continue;
			if (values->items[v] &&
			    terms[i].set->kind == LINT_SET_NAMESPACE &&
			    is_no_namespace(terms[i].set, values->items[v]))
				continue;
			for (k = 0; values->items[v] && k < n; k++)
				if (k != i && value_fails(&terms[k], values->items[v]))
					break;
			if (!values->items[v] || k == n)
				break;
		}
		if (!is_negated(&terms[i]) && v == values->n)
			return 1;
	}
	return 0;
}

static int group_exclude(struct arena *arena, const struct lint_term *terms, uint32_t n)
{
	switch (terms[0].set->kind) {
	case LINT_SET_TEXT:
	case LINT_SET_PREFIX:
	case LINT_SET_POSTFIX:
	case LINT_SET_PART:
	case LINT_SET_PART_NOCASE:
		return texts_exclude(arena, terms, n);
	case LINT_SET_NAMESPACE:
	case LINT_SET_MEMBER:
		return members_exclude(terms, n);
	default:
		return numbers_exclude(arena, terms, n);
	}
}

/* The cost of comparing the terms, in comparisons of values. */
static uint64_t group_cost(const struct lint_term *terms, uint32_t n)
{
	uint64_t sum = 0, product = 1;
	bool numbers = terms[0].set->kind <= LINT_SET_FIXED ||
		       terms[0].set->kind == LINT_SET_NET;
	uint32_t i, values;

	for (i = 0; i < n; i++) {
		values = terms[i].one ? 1 : MAX(terms[i].set->values->n, 1u);
		sum += values;
		product *= MIN((uint64_t)values, UINT64_C(1) << 16);
		if (product >= UINT64_C(1) << 40)
			break;
	}
	return numbers ? sum * 8 : product;
}

/* The terms of one subject, gathered after @terms[from]; how many. */
static uint32_t group_gather(const struct lint_term *terms, uint32_t n, uint32_t from,
			     struct lint_term *ret)
{
	uint32_t i, n_ret = 0;

	for (i = 0; i < from; i++)
		if (lint_same_subject(terms[i].set, terms[from].set))
			return 0;
	for (i = from; i < n; i++)
		if (terms[i].set->kind != LINT_SET_UNKNOWN &&
		    lint_same_subject(terms[i].set, terms[from].set))
			ret[n_ret++] = terms[i];
	return n_ret;
}

/* The same filter, though unknown, is both passed and not passed. */
static bool is_denied(const struct lint_term *terms, uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; terms[i].complement && !terms[i].one && k < n; k++)
			if (!terms[k].complement && !terms[k].one &&
			    terms[i].set->kind == LINT_SET_UNKNOWN &&
			    terms[i].set->subject.list == terms[k].set->subject.list &&
			    node_equal(terms[i].set->node, terms[k].set->node))
				return true;
	return false;
}

bool lint_terms_exclude_plainly(const struct lint *lint, const struct lint_term *terms,
				uint32_t n)
{
	struct lint_term group[LINT_MAX_TERMS];
	_cleanup_(arena_freep) struct arena *arena = NULL;
	uint64_t cost;
	uint32_t i, k;
	int r;

	if (n > LINT_MAX_TERMS)
		return false;
	if (is_denied(terms, n))
		return true;
	r = arena_new(&arena);
	for (i = 0; i < n && r == 0; i++) {
		k = group_gather(terms, n, i, group);
		if (!k)
			continue;
		cost = group_cost(group, k);
		if (cost > *lint->steps)
			continue;
		*lint->steps -= cost;
		r = group_exclude(arena, group, k);
	}
	if (r < 0)
		*lint->failed = true;
	return r > 0;
}

bool lint_terms_exclude(const struct lint *lint, const struct lint_term *terms,
			uint32_t n)
{
	struct lint_term all[LINT_MAX_TERMS];
	struct lint_set facts[LINT_MAX_FACTS];

	if (n > LINT_MAX_TERMS)
		return false;
	memcpy(all, terms, n * sizeof(*all));
	n = lint_facts_add(lint, all, n, LINT_MAX_TERMS, facts, LINT_MAX_FACTS);
	return lint_terms_exclude_plainly(lint, all, n);
}
