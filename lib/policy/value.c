/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of filters: one parser per grammar, in a table.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/linux/names.h"
#include "lib/policy/build.h"
#include "lib/document/number.h"
#include "lib/document/suggest.h"

struct value_parser {
	struct build *build;
	const struct operator_row *op;
	const struct type_row *type;
	const struct node *node;
	struct policy_value *value; /* room for two */
	uint32_t n_values;
};

static bool bad_value(const struct value_parser *parser, const char *hint,
		      const char *what)
{
	(void)report_error(parser->build->report, parser->node, "bad-value", hint,
			   Q " is not %s", parser->node->text, what);
	return false;
}

static bool out_of_range(const struct value_parser *parser, const char *what)
{
	(void)report_error(parser->build->report, parser->node, "out-of-range", NULL,
			   "%.80s is out of range for %s", parser->node->text, what);
	return false;
}

static bool text_parse(struct value_parser *parser)
{
	size_t max = operator_max_bytes(parser->op);
	size_t len = kind_literal_bytes(parser->type->kind, parser->node->text,
					parser->node->n);

	parser->value->len = len;
	if (!len && parser->op->grammar == GRAMMAR_TEXT)
		return bad_value(parser, NULL, "a prefix, postfix or part of anything");
	if (!max || len <= max)
		return true;
	(void)report_error(parser->build->report, parser->node, "too-long", NULL,
			   "the value has %zu bytes; %s takes %zu at most", len,
			   parser->op->name, max);
	return false;
}

static bool integer_parse(struct value_parser *parser)
{
	static const char number_form[] = "write a number, for example 10 or 0x1f";
	const struct type_row *type = parser->type;
	const char *suggestion;
	char hint[SUGGEST_BYTES];
	struct number number;
	int r;

	r = number_parse(parser->node->text, &number);
	if (r == -EINVAL) {
		suggestion = suggest_number(&hint, parser->node->text);
		return bad_value(parser, suggestion ? suggestion : number_form,
				 "a number");
	}
	if (r < 0)
		return out_of_range(parser, type->name);
	r = number_fit(&number, type->bits, type->is_signed, &parser->value->min);
	/* A mask is a set of bits: the sign bit of a signed type is one of them. */
	if (r < 0 && parser->op->relation == TETRA_REL_HAS_BITS)
		r = number_fit(&number, type->bits, false, &parser->value->min);
	if (r < 0)
		return out_of_range(parser, type->name);
	parser->value->max = parser->value->min;
	return true;
}

static bool capability_set_parse(struct value_parser *parser)
{
	char name[64], hint[128];
	const char *at = parser->node->text;
	struct number number;
	uint32_t bit;
	size_t n;

	if (number_parse(at, &number) >= 0) {
		if (number.negative && number.magnitude)
			return out_of_range(parser, parser->type->name);
		parser->value->min = parser->value->max = number.magnitude;
		return true;
	}
	for (; *at; at += n + (at[n] == ',')) {
		n = strcspn(at, ",");
		snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1), at);
		if (names_number(&names_capabilities, name, &bit) < 0) {
			(void)report_error(
				parser->build->report, parser->node, "bad-enum",
				hint_name(&hint,
					  names_nearest(&names_capabilities,
							report_seek(parser->build->report,
								    name))),
				"unknown capability " Q, name);
			return false;
		}
		parser->value->min |= UINT64_C(1) << bit;
	}
	parser->value->max = parser->value->min;
	return true;
}

/* The kernel determines the type of an "auto" argument: keep the text, and the number if it is
 * one. */
static bool auto_parse(struct value_parser *parser)
{
	struct number number;

	if (number_parse(parser->node->text, &number) < 0)
		return parser->op->classes & TETRA_CLASS_TEXT
			       ? text_parse(parser)
			       : bad_value(parser, NULL, "a number");
	parser->value->min = number.negative ? 0 - number.magnitude : number.magnitude;
	parser->value->max = parser->value->min;
	return true;
}

static bool literal_parse(struct value_parser *parser)
{
	if (parser->type->classes & TETRA_CLASS_AUTO)
		return auto_parse(parser);
	if (parser->type->classes & TETRA_CLASS_CAPS)
		return capability_set_parse(parser);
	if (parser->type->bits)
		return integer_parse(parser);
	return text_parse(parser);
}

/* Splits "A:B" into @buf; false if there is no colon or too much text. */
static bool range_split(const char *text, char (*buf)[128], const char **ret_high)
{
	char *colon;

	if (strlen(text) >= sizeof(*buf))
		return false;
	strcpy(*buf, text);
	colon = strchr(*buf, ':');
	if (!colon)
		return false;
	*colon = '\0';
	*ret_high = colon + 1;
	return true;
}

static int bound_parse(const struct type_row *type, const char *text, uint64_t *ret)
{
	unsigned int bits = type->bits ? type->bits : 64;
	struct number number;
	int r;

	r = number_parse(text, &number);
	return r < 0 ? r : number_fit(&number, bits, !type->bits || type->is_signed, ret);
}

static bool is_less(const struct type_row *type, uint64_t a, uint64_t b)
{
	return !type->bits || type->is_signed ? (int64_t)a < (int64_t)b : a < b;
}

static bool range_parse(struct value_parser *parser)
{
	struct policy_value *value = parser->value;
	char buf[128], hint[SUGGEST_BYTES];
	const char *high;
	uint64_t other;
	int r = -EINVAL;

	if (range_split(parser->node->text, &buf, &high)) {
		r = bound_parse(parser->type, buf, &value->min);
		if (r >= 0)
			r = bound_parse(parser->type, high, &value->max);
	}
	if (r == -E2BIG)
		return out_of_range(parser, parser->type->name);
	if (r < 0)
		return bad_value(parser, suggest_range(&hint, parser->node->text),
				 "a range MIN:MAX");
	if (is_less(parser->type, value->max, value->min)) {
		other = value->min;
		value->min = value->max;
		value->max = other;
	}
	return true;
}

/*
 * Sets and ranges hold bit patterns: above the top of a narrow signed type, a number means the
 * negative one with the same bits, and a range that crosses the top means two ranges.
 */
static bool pattern_parse(struct value_parser *parser)
{
	struct type_row wide = *parser->type;
	const struct type_row *type = parser->type;
	struct policy_value *value = parser->value;
	uint64_t top;

	if (!type->is_signed || type->bits >= 64)
		return strchr(parser->node->text, ':') ? range_parse(parser)
						       : integer_parse(parser);
	top = UINT64_C(1) << (type->bits - 1);
	wide.bits = type->bits + 1;
	parser->type = &wide;
	if (!(strchr(parser->node->text, ':') ? range_parse(parser)
					      : integer_parse(parser)))
		return false;
	if ((int64_t)value->min < -(int64_t)top)
		return out_of_range(parser, type->name);
	if ((int64_t)value->max < (int64_t)top)
		return true;
	if ((int64_t)value->min < (int64_t)top) {
		value[1] = value[0];
		value[1].min = 0 - top;
		value[1].max -= top * 2;
		value[0].max = top - 1;
		parser->n_values = 2;
		return true;
	}
	value->min -= top * 2;
	value->max -= top * 2;
	return true;
}

static bool range_value(struct value_parser *parser)
{
	if (parser->type->classes & TETRA_CLASS_AUTO || !strchr(parser->node->text, ':'))
		return range_parse(parser);
	return pattern_parse(parser);
}

static bool set_parse(struct value_parser *parser)
{
	const char *text = parser->node->text;
	const struct doc_list_def *list;

	if (str_has_prefix(text, "list:")) {
		if (!(parser->type->classes & TETRA_CLASS_SYSCALL)) {
			(void)report_error(parser->build->report, parser->node,
					   "type-mismatch", NULL,
					   "lists of system calls are compared with "
					   "arguments of type syscall64");
			return false;
		}
		(void)list_reference(parser->build, parser->node);
		list = list_find(parser->build, text);
		return list != NULL;
	}
	if (parser->type->classes & TETRA_CLASS_AUTO)
		return strchr(text, ':') ? range_parse(parser) : auto_parse(parser);
	return pattern_parse(parser);
}

/* An IPv4 address in IPv6 is the IPv4 address. */
static void address_unmap(struct policy_value *value)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (value->addr_family != 6 || value->addr_bits < 96 ||
	    memcmp(value->addr, mapped, sizeof(mapped)) != 0)
		return;
	memmove(value->addr, value->addr + sizeof(mapped), 4);
	memset(value->addr + 4, 0, sizeof(mapped));
	value->addr_family = 4;
	value->addr_bits -= 96;
}

int address_parse(const char *text, struct policy_value *ret, bool *ret_host_bits)
{
	const char *slash = strchr(text, '/');
	uint64_t bits = 0;
	char host[64];
	unsigned int i;

	snprintf(host, sizeof(host), "%.*s", slash ? (int)MIN(slash - text, 63) : 63,
		 text);
	if (inet_pton(AF_INET, host, ret->addr) == 1)
		ret->addr_family = 4;
	else if (inet_pton(AF_INET6, host, ret->addr) == 1)
		ret->addr_family = 6;
	else
		return -EINVAL;
	ret->addr_bits = ret->addr_family == 4 ? 32 : 128;
	if (slash &&
	    (number_parse_decimal(slash + 1, &bits) < 0 || bits > ret->addr_bits))
		return -E2BIG;
	*ret_host_bits = false;
	for (i = slash ? (unsigned int)bits : ret->addr_bits; i < ret->addr_bits; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		*ret_host_bits = *ret_host_bits || (ret->addr[i / 8] & bit);
		ret->addr[i / 8] &= (uint8_t)~bit;
	}
	ret->addr_bits = slash ? (uint8_t)bits : ret->addr_bits;
	address_unmap(ret);
	return 0;
}

static bool address_value(struct value_parser *parser)
{
	char hint[SUGGEST_BYTES];
	const char *suggestion = suggest_net(&hint, parser->node->text);
	bool host_bits;
	int r;

	r = address_parse(parser->node->text, parser->value, &host_bits);
	if (r == 0)
		return true;
	if (r == -E2BIG) {
		if (!suggestion)
			snprintf(hint, sizeof(hint),
				 "write a number from 0 to %u after the '/'",
				 parser->value->addr_bits);
		(void)report_error(parser->build->report, parser->node, "bad-value", hint,
				   "the prefix length of " Q " is not in 0 to %u",
				   parser->node->text, parser->value->addr_bits);
		return false;
	}
	if (!suggestion)
		suggestion = "names are not looked up; write 10.0.0.0/8 or fd00::/8";
	return bad_value(parser, suggestion, "an address");
}

/* N or MIN:MAX of digits; swaps the two if needed, and reports it. */
static int decimal_range_parse(const char *text, uint64_t max, struct policy_value *ret,
			       bool *ret_swapped)
{
	char buf[128];
	const char *high;
	uint64_t other;
	int r;

	*ret_swapped = false;
	if (!range_split(text, &buf, &high)) {
		r = number_parse_decimal(text, &ret->min);
		ret->max = ret->min;
	} else {
		r = number_parse_decimal(buf, &ret->min);
		if (r >= 0)
			r = number_parse_decimal(high, &ret->max);
	}
	if (r >= 0 && MAX(ret->min, ret->max) > max)
		r = -E2BIG;
	if (r >= 0 && ret->min > ret->max) {
		other = ret->min;
		ret->min = ret->max;
		ret->max = other;
		*ret_swapped = true;
	}
	return r;
}

static bool is_negative(const char *text)
{
	uint64_t number;

	return *text == '-' && number_parse_decimal(text + 1, &number) == 0;
}

static bool port_parse(struct value_parser *parser)
{
	char hint[SUGGEST_BYTES];
	bool swapped;
	int r;

	r = decimal_range_parse(parser->node->text, UINT16_MAX, parser->value, &swapped);
	if (r == -E2BIG || (r < 0 && is_negative(parser->node->text)))
		return out_of_range(parser, "a port");
	if (r < 0)
		return bad_value(parser, suggest_port(&hint, parser->node->text),
				 "a port number or MIN:MAX");
	return true;
}

/* A name of the list, a number, or a range of numbers. */
static bool named_parse(struct value_parser *parser, const struct names *names,
			const char *what, uint64_t max)
{
	const char *text = parser->node->text;
	uint32_t number;
	char hint[128];
	bool swapped;
	int r;

	if (names_number(names, text, &number) == 0) {
		parser->value->min = parser->value->max = number;
		return true;
	}
	r = decimal_range_parse(text, max, parser->value, &swapped);
	if (r == -E2BIG)
		return out_of_range(parser, what);
	if (r < 0)
		(void)report_error(
			parser->build->report, parser->node, "bad-enum",
			hint_name(&hint,
				  suggest_named(names, report_seek(parser->build->report,
								   text))),
			"unknown %s " Q, what, text);
	return r >= 0;
}

static bool protocol_parse(struct value_parser *parser)
{
	return named_parse(parser, &names_protocols, "protocol", UINT16_MAX);
}

static bool family_parse(struct value_parser *parser)
{
	return named_parse(parser, &names_families, "address family", UINT16_MAX);
}

static bool state_parse(struct value_parser *parser)
{
	return named_parse(parser, &names_tcp_states, "TCP state", UINT8_MAX);
}

static bool file_type_parse(struct value_parser *parser)
{
	uint32_t number;
	char hint[128];

	if (names_number(&names_file_types, parser->node->text, &number) == 0) {
		parser->value->min = parser->value->max = number;
		return true;
	}
	(void)report_error(
		parser->build->report, parser->node, "bad-enum",
		hint_name(&hint, suggest_named(&names_file_types,
					       report_seek(parser->build->report,
							   parser->node->text))),
		"unknown file type " Q, parser->node->text);
	return false;
}

typedef bool (*value_fn)(struct value_parser *parser);

static const value_fn grammars[] = {
	[GRAMMAR_LITERAL] = literal_parse,   [GRAMMAR_TEXT] = text_parse,
	[GRAMMAR_RANGE] = range_value,	     [GRAMMAR_SET] = set_parse,
	[GRAMMAR_ADDRESS] = address_value,   [GRAMMAR_PORT] = port_parse,
	[GRAMMAR_PROTOCOL] = protocol_parse, [GRAMMAR_FAMILY] = family_parse,
	[GRAMMAR_STATE] = state_parse,	     [GRAMMAR_FILE_TYPE] = file_type_parse,
};

uint32_t value_parse(struct build *build, const struct operator_row *op,
		     const struct type_row *type, const struct node *node,
		     struct policy_value *ret)
{
	struct value_parser parser = { build, op, type, node, ret, 1 };
	bool text = type->classes & (TETRA_CLASS_TEXT | TETRA_CLASS_PATH |
				     TETRA_CLASS_SOCKADDR_UN) &&
		    (op->grammar == GRAMMAR_LITERAL || op->grammar == GRAMMAR_TEXT);

	ret->mark = node->mark;
	ret->len = node->n;
	if (!text && memchr(node->text, '\0', node->n)) {
		(void)bad_value(&parser, NULL, "a value: it contains a NUL character");
		return 0;
	}
	return grammars[op->grammar](&parser) ? parser.n_values : 0;
}

static int text_fits(const char *text, const struct kind_row *kind, bool mask)
{
	struct number number;
	uint64_t value;
	int r = number_parse(text, &number);

	if (r < 0)
		return r;
	r = number_fit(&number, kind->bits, kind->is_signed && !mask, &value);
	/* A mask may be written as a number of the signed type as well. */
	if (r < 0 && mask && number.negative)
		r = number_fit(&number, kind->bits, kind->is_signed, &value);
	return r;
}

int policy_value_fits(const struct policy_value *value, uint32_t op, uint32_t kind)
{
	const struct kind_row *row = kind_row(kind);
	bool mask = operator_relation(op) == TETRA_REL_HAS_BITS;
	const char *high;
	char buf[128];
	int r;

	if (!row->bits)
		return 0;
	if (!strchr(value->text, ':'))
		return text_fits(value->text, row, mask);
	if (!range_split(value->text, &buf, &high))
		return -E2BIG;
	r = text_fits(buf, row, mask);
	return r < 0 ? r : text_fits(high, row, mask);
}
