/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recursive descent over
 *
 *	or      := and ('||' and)*
 *	and     := compare ('&&' compare)*
 *	compare := sum (('=='|'!='|'<'|'<='|'>'|'>=') sum)?
 *	sum     := unary (('+'|'-') unary)*
 *	unary   := ('!'|'-') unary | primary
 *	primary := NUMBER ['u'] | 'true' | 'false' | argN | FUNCTION '(' or, ... ')' | '(' or ')'
 *
 * in which both sides of an operator must have the same type: only the functions int32() and
 * uint32() convert.
 */
#include "lib/policy/cel.h"

#include <ctype.h>

/* Levels of parentheses, calls and signs: the stack is the caller's. */
#define CEL_MAX_DEPTH 50u

enum cel_type { CEL_ERROR, CEL_ANY, CEL_BOOL, CEL_INT, CEL_UINT, CEL_S32, CEL_U32 };

struct cel {
	const char *text, *at;
	const struct type_row *const *args;
	uint32_t n_args;
	unsigned int depth;
	struct cel_error *error;
};

static enum cel_type cel_or(struct cel *cel);

static enum cel_type fail(struct cel *cel, const char *at, const char *message)
{
	if (!cel->error->message)
		*cel->error =
			(struct cel_error){ message, (unsigned int)(at - cel->text) + 1,
					    false };
	return CEL_ERROR;
}

static void skip_space(struct cel *cel)
{
	while (isspace((unsigned char)*cel->at))
		cel->at++;
}

static bool take(struct cel *cel, const char *token)
{
	skip_space(cel);
	if (!str_has_prefix(cel->at, token))
		return false;
	cel->at += strlen(token);
	return true;
}

/* Both sides of an operator; an argument of unknown type is compatible with everything. */
static enum cel_type join(struct cel *cel, const char *at, enum cel_type a,
			  enum cel_type b)
{
	if (a == CEL_ERROR || b == CEL_ERROR)
		return CEL_ERROR;
	if (a == CEL_ANY || b == CEL_ANY)
		return a == CEL_ANY ? b : a;
	return a == b ? a : fail(cel, at, "the two sides have different types");
}

static enum cel_type cel_number(struct cel *cel)
{
	const char *start = cel->at;
	char *end;

	errno = 0;
	(void)strtoull(cel->at, &end, 0);
	cel->at = end;
	if (errno == ERANGE)
		return fail(cel, start, "the number has more than 64 bits");
	if (*end == 'u' || *end == 'U') {
		cel->at++;
		return CEL_UINT;
	}
	if (isalnum((unsigned char)*end) || *end == '_' || *end == '.')
		return fail(cel, end, "not an integer");
	return CEL_INT;
}

static enum cel_type cel_argument(struct cel *cel, const char *start, size_t len)
{
	static const struct {
		const char *name;
		enum cel_type type;
	} types[] = {
		{ "int", CEL_S32 },	{ "int32", CEL_S32 },  { "sint32", CEL_S32 },
		{ "int64", CEL_INT },	{ "sint64", CEL_INT }, { "long", CEL_INT },
		{ "uint64", CEL_UINT }, { "ulong", CEL_UINT }, { "uint32", CEL_U32 },
	};
	uint32_t position = (uint32_t)(start[3] - '0');
	size_t i;

	if (len != 4 || position >= cel->n_args)
		return fail(cel, start, "no such argument");
	if (!cel->args[position])
		return CEL_ANY;
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (str_equal(types[i].name, cel->args[position]->name))
			return types[i].type;
	(void)fail(cel, start, "expressions cannot use an argument of this type");
	cel->error->is_type = true;
	return CEL_ERROR;
}

static enum cel_type cel_call(struct cel *cel, const char *start, size_t len)
{
	bool s32 = len == 5 && !memcmp(start, "int32", 5);
	bool u32 = len == 6 && !memcmp(start, "uint32", 6);
	bool inverse = len == 3 && !memcmp(start, "not", 3);
	bool binary =
		(len == 3 && (!memcmp(start, "and", 3) || !memcmp(start, "xor", 3))) ||
		(len == 2 && !memcmp(start, "or", 2));
	enum cel_type type;

	if (!s32 && !u32 && !inverse && !binary)
		return fail(cel, start, "no such function");
	(void)take(cel, "(");
	type = cel_or(cel);
	if (type != CEL_ERROR && binary) {
		if (!take(cel, ","))
			return fail(cel, cel->at,
				    "a comma and a second value are missing");
		type = join(cel, start, type, cel_or(cel));
	}
	if (type == CEL_BOOL)
		return fail(cel, start, "the function takes integers");
	if (type != CEL_ERROR && !take(cel, ")"))
		return fail(cel, cel->at, "a closing parenthesis is missing");
	if (type == CEL_ERROR)
		return type;
	return s32 ? CEL_S32 : u32 ? CEL_U32 : type;
}

static enum cel_type cel_name(struct cel *cel)
{
	const char *start = cel->at;
	size_t len;

	while (isalnum((unsigned char)*cel->at) || *cel->at == '_')
		cel->at++;
	len = (size_t)(cel->at - start);
	skip_space(cel);
	if (*cel->at == '(')
		return cel_call(cel, start, len);
	if ((len == 4 && !memcmp(start, "true", 4)) ||
	    (len == 5 && !memcmp(start, "false", 5)))
		return CEL_BOOL;
	if (len > 3 && !memcmp(start, "arg", 3) && isdigit((unsigned char)start[3]))
		return cel_argument(cel, start, len);
	return fail(cel, start, "unknown name; arguments are arg0 to arg4");
}

static enum cel_type cel_primary(struct cel *cel)
{
	enum cel_type type;

	skip_space(cel);
	if (isdigit((unsigned char)*cel->at))
		return cel_number(cel);
	if (isalpha((unsigned char)*cel->at) || *cel->at == '_')
		return cel_name(cel);
	if (*cel->at == '"' || *cel->at == '\'')
		return fail(cel, cel->at, "strings cannot be compared");
	if (!take(cel, "("))
		return fail(cel, cel->at, "a value is missing");
	type = cel_or(cel);
	if (type != CEL_ERROR && !take(cel, ")"))
		return fail(cel, cel->at, "a closing parenthesis is missing");
	return type;
}

static enum cel_type cel_unary(struct cel *cel)
{
	const char *start = cel->at;
	enum cel_type type;
	char sign;

	skip_space(cel);
	sign = *cel->at;
	if (++cel->depth > CEL_MAX_DEPTH)
		return fail(cel, start, "too deep");
	if (sign == '!' || sign == '-') {
		cel->at++;
		type = cel_unary(cel);
		if (type != CEL_ERROR && type != CEL_ANY &&
		    (sign == '!') != (type == CEL_BOOL))
			type = fail(cel, start, "the sign does not fit the value's type");
	} else {
		type = cel_primary(cel);
	}
	cel->depth--;
	return type;
}

static enum cel_type cel_sum(struct cel *cel)
{
	enum cel_type type = cel_unary(cel);
	const char *at;

	while (type != CEL_ERROR) {
		skip_space(cel);
		at = cel->at;
		if (*at != '+' && *at != '-')
			break;
		cel->at++;
		type = join(cel, at, type, cel_unary(cel));
		if (type == CEL_BOOL)
			return fail(cel, at, "truth values cannot be added");
	}
	return type;
}

static bool take_compare(struct cel *cel)
{
	return take(cel, "==") || take(cel, "!=") || take(cel, "<=") || take(cel, ">=") ||
	       take(cel, "<") || take(cel, ">");
}

static enum cel_type cel_compare(struct cel *cel)
{
	enum cel_type type = cel_sum(cel);
	const char *at;

	skip_space(cel);
	at = cel->at;
	if (type == CEL_ERROR || !take_compare(cel))
		return type;
	type = join(cel, at, type, cel_sum(cel));
	return type == CEL_ERROR ? type : CEL_BOOL;
}

/* Sides that '&&' and '||' join. */
static enum cel_type cel_logic(struct cel *cel, const char *token,
			       enum cel_type (*side)(struct cel *))
{
	enum cel_type type = side(cel), other;
	const char *at;

	while (type != CEL_ERROR) {
		skip_space(cel);
		at = cel->at;
		if (!take(cel, token))
			break;
		other = side(cel);
		if (other == CEL_ERROR)
			return other;
		if ((type != CEL_BOOL && type != CEL_ANY) ||
		    (other != CEL_BOOL && other != CEL_ANY))
			return fail(cel, at, "both sides must be true or false");
		type = CEL_BOOL;
	}
	return type;
}

static enum cel_type cel_and(struct cel *cel)
{
	return cel_logic(cel, "&&", cel_compare);
}

static enum cel_type cel_or(struct cel *cel)
{
	return cel_logic(cel, "||", cel_and);
}

int cel_check(const char *text, const struct type_row *const *args, uint32_t n_args,
	      struct cel_error *ret)
{
	struct cel cel = {
		.text = text, .at = text, .args = args, .n_args = n_args, .error = ret
	};
	enum cel_type type = cel_or(&cel);

	skip_space(&cel);
	if (type != CEL_ERROR && *cel.at)
		type = fail(&cel, cel.at, "the expression continues where it should end");
	if (type != CEL_ERROR && type != CEL_BOOL && type != CEL_ANY)
		type = fail(&cel, text, "the result is not true or false");
	return type == CEL_ERROR ? -EINVAL : 0;
}
