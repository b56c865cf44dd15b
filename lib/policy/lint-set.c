/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value becomes a literal; all that is said of sets is made of two relations of literals:
 * a implies b (whatever is a is b), a excludes b (nothing is both). Numbers are ranges in an
 * order without sign: the sign bit of signed types is flipped.
 */
#include "lib/policy/lint-set.h"

#include <stdio.h>
#include <strings.h>

#include "lib/kernel/names.h"
#include "lib/policy/build.h"
#include "lib/policy/number.h"

struct literal {
	enum lint_set_kind kind; /* UNKNOWN: implies and excludes nothing */
	bool empty;
	uint64_t low, high, bits; /* .bits: of .low without the flip */
	const char *text;
	uint32_t n;
	struct policy_value net;
};

static unsigned int type_bits(const struct type_row *type)
{
	return type && type->bits ? type->bits : 64;
}

static bool type_is_signed(const struct type_row *type)
{
	return type && type->bits && type->is_signed;
}

/* Above the top of a narrow signed type, a number stands for the negative one. */
static bool number_of(const struct type_row *type, const char *text, uint64_t *ret)
{
	unsigned int bits = type_bits(type);
	struct number number;

	if (number_parse(text, &number) < 0)
		return false;
	if (!type_is_signed(type))
		return number_fit(&number, bits, false, ret) == 0;
	if (number_fit(&number, bits, true, ret) == 0)
		return true;
	if (number_fit(&number, bits, false, ret) < 0)
		return false;
	*ret -= bits < 64 ? UINT64_C(1) << bits : 0;
	return true;
}

static uint64_t flip(const struct type_row *type, uint64_t number)
{
	return type_is_signed(type) ? number ^ (UINT64_C(1) << 63) : number;
}

static void type_limits(const struct type_row *type, uint64_t *low, uint64_t *high)
{
	uint64_t top = UINT64_MAX >> (64 - type_bits(type));

	*low = type_is_signed(type) ? flip(type, 0 - (top / 2 + 1)) : 0;
	*high = type_is_signed(type) ? flip(type, top / 2) : top;
}

/* N, a name of it, or MIN:MAX in any order. */
static bool range_of(const struct lint_set *set, const char *text, struct literal *ret)
{
	const char *colon = strchr(text, ':');
	uint32_t named;
	uint64_t other;
	char low[64];

	if (set->names && names_number(set->names, text, &named) == 0) {
		ret->low = ret->high = ret->bits = named;
		return true;
	}
	if (colon && (size_t)(colon - text) >= sizeof(low))
		return false;
	snprintf(low, sizeof(low), "%.*s", colon ? (int)(colon - text) : 63, text);
	if (!number_of(set->type, low, &ret->low) ||
	    !number_of(set->type, colon ? colon + 1 : text, &ret->high))
		return false;
	ret->bits = ret->low & (UINT64_MAX >> (64 - type_bits(set->type)));
	ret->low = flip(set->type, ret->low);
	ret->high = flip(set->type, ret->high);
	if (ret->low > ret->high) {
		other = ret->low;
		ret->low = ret->high;
		ret->high = other;
	}
	return true;
}

static bool side_of(const struct lint_set *set, const char *text, struct literal *ret)
{
	uint64_t low, high;

	if (!range_of(set, text, ret))
		return false;
	type_limits(set->type, &low, &high);
	ret->empty = ret->low == (set->kind == LINT_SET_GREATER ? high : low);
	if (set->kind == LINT_SET_GREATER) {
		ret->low++;
		ret->high = high;
	} else {
		ret->high = ret->low - 1;
		ret->low = low;
	}
	ret->kind = LINT_SET_EQUAL;
	return true;
}

static struct literal literal_of(const struct lint_set *set, uint32_t i)
{
	const struct node *node = set->values->items[i];
	struct literal ret = { .kind = set->kind };
	bool known = true, host_bits;

	if (!node)
		return (struct literal){};
	ret.text = node->text;
	ret.n = node->n;
	switch (set->kind) {
	case LINT_SET_EQUAL:
		known = range_of(set, node->text, &ret);
		break;
	case LINT_SET_MASK:
		known = range_of(set, node->text, &ret);
		ret.empty = known && !ret.bits;
		break;
	case LINT_SET_GREATER:
	case LINT_SET_LESS:
		known = side_of(set, node->text, &ret);
		break;
	case LINT_SET_NET:
		known = address_parse(node->text, &ret.net, &host_bits) == 0;
		break;
	default:
		break;
	}
	if (!known)
		ret.kind = LINT_SET_UNKNOWN;
	return ret;
}

static bool begins(const struct literal *text, const struct literal *with)
{
	return text->n >= with->n && memcmp(text->text, with->text, with->n) == 0;
}

static bool ends(const struct literal *text, const struct literal *with)
{
	return text->n >= with->n &&
	       memcmp(text->text + text->n - with->n, with->text, with->n) == 0;
}

static bool same_text(const struct literal *a, const struct literal *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

static bool net_has(const struct policy_value *net, const struct policy_value *other)
{
	unsigned int i;

	if (net->addr_family != other->addr_family || net->addr_bits > other->addr_bits)
		return false;
	for (i = 0; i < net->addr_bits; i++)
		if ((net->addr[i / 8] ^ other->addr[i / 8]) & (0x80 >> i % 8))
			return false;
	return true;
}

/* The one text that is known passes what stands for many. */
static bool text_passes(const struct literal *text, const struct literal *what)
{
	switch (what->kind) {
	case LINT_SET_TEXT:
		return same_text(text, what);
	case LINT_SET_PREFIX:
		return begins(text, what);
	default:
		return ends(text, what);
	}
}

static bool is_text(const struct literal *literal)
{
	return literal->kind == LINT_SET_TEXT || literal->kind == LINT_SET_PREFIX ||
	       literal->kind == LINT_SET_POSTFIX;
}

static bool implies(const struct literal *a, const struct literal *b)
{
	if (!a->kind || !b->kind)
		return false;
	if (a->empty)
		return true;
	if (a->kind == LINT_SET_EQUAL && b->kind == LINT_SET_MASK)
		return a->low == a->high && (a->bits & b->bits);
	if (a->kind == LINT_SET_TEXT && is_text(b))
		return text_passes(a, b);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case LINT_SET_EQUAL:
		return !b->empty && b->low <= a->low && a->high <= b->high;
	case LINT_SET_MASK:
		return !(a->bits & ~b->bits);
	case LINT_SET_PREFIX:
		return begins(a, b);
	case LINT_SET_POSTFIX:
		return ends(a, b);
	case LINT_SET_NET:
		return net_has(&b->net, &a->net);
	case LINT_SET_NAMESPACE:
		return same_text(a, b);
	case LINT_SET_MEMBER:
		return strcasecmp(a->text, b->text) == 0; /* capabilities */
	default:
		return false;
	}
}

static bool excludes(const struct literal *a, const struct literal *b)
{
	if (!a->kind || !b->kind)
		return false;
	if (a->empty || b->empty)
		return true;
	if (a->kind == LINT_SET_EQUAL && b->kind == LINT_SET_MASK)
		return a->low == a->high && !(a->bits & b->bits);
	if (a->kind == LINT_SET_MASK && b->kind == LINT_SET_EQUAL)
		return excludes(b, a);
	if (a->kind == LINT_SET_TEXT && is_text(b))
		return !text_passes(a, b);
	if (b->kind == LINT_SET_TEXT && is_text(a))
		return !text_passes(b, a);
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case LINT_SET_EQUAL:
		return a->high < b->low || b->high < a->low;
	case LINT_SET_PREFIX:
		return !begins(a, b) && !begins(b, a);
	case LINT_SET_POSTFIX:
		return !ends(a, b) && !ends(b, a);
	case LINT_SET_NET:
		return !net_has(&a->net, &b->net) && !net_has(&b->net, &a->net);
	case LINT_SET_NAMESPACE:
		return !same_text(a, b) && !str_equal(a->text, "host_ns") &&
		       !str_equal(b->text, "host_ns");
	default:
		return false;
	}
}

typedef bool (*relation)(const struct literal *a, const struct literal *b);

/* Each value of @a stands in the relation to one of @b, or to all. */
static bool each(const struct lint_set *a, const struct lint_set *b, relation holds,
		 bool all)
{
	struct literal x, y;
	uint32_t i, k;

	for (i = 0; i < a->values->n; i++) {
		x = literal_of(a, i);
		for (k = 0; k < b->values->n; k++) {
			y = literal_of(b, k);
			if (holds(&x, &y) != all)
				break;
		}
		if ((k < b->values->n) == all)
			return false;
	}
	return true;
}

static bool are_comparable(const struct lint_set *a, const struct lint_set *b,
			   uint64_t *steps)
{
	uint64_t cost = (uint64_t)a->values->n * b->values->n;

	if (!a->kind || !b->kind || !str_equal(a->attribute, b->attribute) || !cost ||
	    cost > *steps)
		return false;
	*steps -= cost;
	return true;
}

bool lint_set_covers(const struct lint_set *a, const struct lint_set *b, uint64_t *steps)
{
	if (!are_comparable(a, b, steps))
		return false;
	if (a->negated && b->negated)
		return each(a, b, implies, false);
	if (a->negated)
		return each(b, a, excludes, true);
	return !b->negated && each(b, a, implies, false);
}

bool lint_set_is_disjoint(const struct lint_set *a, const struct lint_set *b,
			  uint64_t *steps)
{
	if (!are_comparable(a, b, steps) || (a->negated && b->negated))
		return false;
	if (a->negated)
		return each(b, a, implies, false);
	return b->negated ? each(a, b, implies, false) : each(a, b, excludes, true);
}

bool lint_set_value_is_empty(const struct lint_set *set, uint32_t i)
{
	return set->kind && literal_of(set, i).empty;
}

/* Operators whose values stand for what they accept; ports and the like are parts. */
static const struct set_row {
	const char *name;
	enum lint_set_kind kind;
	const char *attribute;
	const struct names *names;
} set_rows[] = {
	{ "Equal", LINT_SET_EQUAL, "", NULL },
	{ "GT", LINT_SET_GREATER, "", NULL },
	{ "GreaterThan", LINT_SET_GREATER, "", NULL },
	{ "LT", LINT_SET_LESS, "", NULL },
	{ "LessThan", LINT_SET_LESS, "", NULL },
	{ "Mask", LINT_SET_MASK, "", NULL },
	{ "InMap", LINT_SET_EQUAL, "", NULL },
	{ "InRange", LINT_SET_EQUAL, "", NULL },
	{ "Prefix", LINT_SET_PREFIX, "", NULL },
	{ "Postfix", LINT_SET_POSTFIX, "", NULL },
	{ "In", LINT_SET_TEXT, "", NULL },
	{ "SPort", LINT_SET_EQUAL, "SPort", NULL },
	{ "DPort", LINT_SET_EQUAL, "DPort", NULL },
	{ "SAddr", LINT_SET_NET, "SAddr", NULL },
	{ "DAddr", LINT_SET_NET, "DAddr", NULL },
	{ "Protocol", LINT_SET_EQUAL, "Protocol", &names_protocols },
	{ "Family", LINT_SET_EQUAL, "Family", &names_families },
	{ "State", LINT_SET_EQUAL, "State", &names_tcp_states },
};

static struct lint_set set_of_operator(doc_value op, const struct doc_values *values)
{
	struct lint_set ret = { .values = values, .attribute = "" };
	const char *name = op ? op->text : "", *plain = name;
	size_t i;

	/* "NotIn", "NotInMap", but no "Not" of its own */
	ret.negated = str_has_prefix(name, "Not");
	plain += ret.negated ? strlen("Not") : 0;
	for (i = 0; i < ARRAY_SIZE(set_rows); i++) {
		if (!str_equal(set_rows[i].name, plain))
			continue;
		ret.kind = set_rows[i].kind;
		ret.attribute = set_rows[i].attribute;
		ret.names = set_rows[i].names;
	}
	return ret;
}

struct lint_set lint_set_of_filter(const struct doc_filter *filter,
				   const struct type_row *type)
{
	struct lint_set ret = set_of_operator(filter->op, &filter->values);
	bool text = type && (type->classes & (TYPE_TEXT | TYPE_PATH | TYPE_SOCKADDR_UN));

	if (!type || (type->classes & (TYPE_AUTO | TYPE_CAPS | TYPE_SYSCALL)))
		ret.kind = LINT_SET_UNKNOWN;
	if (text && ret.kind == LINT_SET_EQUAL)
		ret.kind = LINT_SET_TEXT;
	ret.type = type;
	return ret;
}

struct lint_set lint_set_of_pids(const struct doc_pids *pids)
{
	struct lint_set ret = set_of_operator(pids->op, &pids->values);

	/* A process has one number and many ancestors. */
	if (ret.kind)
		ret.kind = pids->follow_forks && pids->follow_forks->number
				   ? LINT_SET_MEMBER
				   : LINT_SET_EQUAL;
	return ret;
}

struct lint_set lint_set_of_binaries(const struct doc_binaries *binaries)
{
	struct lint_set ret = set_of_operator(binaries->op, &binaries->values);

	if (ret.kind && binaries->follow_children && binaries->follow_children->number)
		ret.kind = LINT_SET_MEMBER;
	return ret;
}

struct lint_set lint_set_of_namespaces(const struct doc_namespaces *doc)
{
	struct lint_set ret = set_of_operator(doc->op, &doc->values);

	if (ret.kind)
		ret.kind = LINT_SET_NAMESPACE;
	return ret;
}

struct lint_set lint_set_of_capabilities(const struct doc_capabilities *capabilities)
{
	struct lint_set ret = set_of_operator(capabilities->op, &capabilities->values);

	if (ret.kind)
		ret.kind = LINT_SET_MEMBER;
	return ret;
}
