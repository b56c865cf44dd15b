/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/operator.h"

#include "lib/base/kinds.h"

/* Numbers and the like that one filter takes, unless it looks them up in a set. */
#define MAX_VALUES 4u

/* Classes, as the rows of kinds.h name them. */
#define STRINGS                                                                          \
	(TETRA_CLASS_TEXT | TETRA_CLASS_PATH | TETRA_CLASS_SOCKADDR_UN | TETRA_CLASS_AUTO)
#define INTEGERS  (TETRA_CLASS_INT | TETRA_CLASS_SYSCALL | TETRA_CLASS_AUTO)
#define LITERALS  (STRINGS | INTEGERS | TETRA_CLASS_CAPS)
#define PACKETS	  (TETRA_CLASS_SOCK | TETRA_CLASS_SKB)
#define ADDRESSES (TETRA_CLASS_SOCKADDR | TETRA_CLASS_SOCKADDR_UN)

#define X(NAME, number, text, of, not, types, how, what, is_supported)                   \
	[number] = { .name = (text),                                                     \
		     .relation = TETRA_REL_##of,                                         \
		     .negated = (not ),                                                  \
		     .grammar = GRAMMAR_##how,                                           \
		     .part = TETRA_PART_##what,                                          \
		     .supported = (is_supported),                                        \
		     .classes = (types) },
static const struct operator_row rows[TETRA_OP_END] = { TETRA_OPERATORS(X) };
#undef X

#define X(NAME, number, text, ...) { text, number },
#define ALIAS(text, NAME)	   { text, TETRA_OP_##NAME },
static const struct operator_word operator_words[] = { TETRA_OPERATORS(
	X) TETRA_OPERATOR_ALIASES(ALIAS) };
#undef ALIAS
#undef X

/* A row a line. */
/* clang-format off */
static const struct operator_word set_words[] = {
	{ "In", TETRA_OP_EQUAL },
	{ "NotIn", TETRA_OP_NOT_EQUAL },
};

static const struct operator_word binary_words[] = {
	{ "In", TETRA_OP_EQUAL },
	{ "NotIn", TETRA_OP_NOT_EQUAL },
	{ "Prefix", TETRA_OP_PREFIX },
	{ "NotPrefix", TETRA_OP_NOT_PREFIX },
	{ "Postfix", TETRA_OP_POSTFIX },
	{ "NotPostfix", TETRA_OP_NOT_POSTFIX },
};

static const struct operator_word text_words[] = {
	{ "Equal", TETRA_OP_EQUAL },
	{ "NotEqual", TETRA_OP_NOT_EQUAL },
	{ "Prefix", TETRA_OP_PREFIX },
	{ "NotPrefix", TETRA_OP_NOT_PREFIX },
	{ "Postfix", TETRA_OP_POSTFIX },
	{ "NotPostfix", TETRA_OP_NOT_POSTFIX },
};
/* clang-format on */

const struct words operators = WORDS(operator_words);
const struct words set_operators = WORDS(set_words);
const struct words binary_operators = WORDS(binary_words);
const struct words text_operators = WORDS(text_words);

const struct operator_row *operator_row(uint32_t op)
{
	return &rows[op < ARRAY_SIZE(rows) ? op : 0];
}

const char *operator_name(uint32_t op)
{
	return operator_row(op)->name;
}

bool operator_is_negated(uint32_t op)
{
	return operator_row(op)->negated;
}

uint32_t operator_relation(uint32_t op)
{
	return operator_row(op)->relation;
}

bool operator_fits_kind(uint32_t op, uint32_t kind)
{
	return kind_has_class(kind, operator_row(op)->classes);
}

uint32_t operator_max_values(const struct operator_row *op)
{
	switch (op->grammar) {
	case GRAMMAR_LITERAL:
	case GRAMMAR_RANGE:
	case GRAMMAR_FILE_TYPE:
		return MAX_VALUES;
	default:
		return 0;
	}
}

uint32_t operator_max_bytes(const struct operator_row *op)
{
#define X(NAME, number, numbers, texts, lint, max_bytes) [number] = (max_bytes),
	static const uint16_t limits[TETRA_REL_END] = { TETRA_RELATIONS(X) };
#undef X

	return limits[op->relation];
}
