/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of a program: what 'data' of the source pt_regs reads, and what an Override of a
 * uprobe sets.
 */
#include <ctype.h>
#include <stdio.h>

#include "lib/base/nearest.h"
#include "lib/document/number.h"
#include "lib/policy/build.h"

/* Longer than any name of a register, and than any number that is not padded. */
#define REGISTER_NAME_BYTES 16
#define NUMBER_TEXT_BYTES   72

/* Of x86 and arm64; those with a number are not among them. */
static const char *const register_names[] = {
	"rip", "eip", "rax", "eax", "ax", "al",	 "rbx", "ebx", "bx", "bl",  "rcx", "ecx",
	"cx",  "cl",  "rdx", "edx", "dx", "dl",	 "rsi", "esi", "si", "sil", "rdi", "edi",
	"di",  "dil", "rbp", "ebp", "bp", "bpl", "rsp", "esp", "sp", "spl", "pc",  NULL
};

/* r8 to r15 with a size, x0 to x31, w0 to w30. */
static bool is_register(const char *name)
{
	char *end;
	long n;
	size_t i;

	for (i = 0; register_names[i]; i++)
		if (str_equal(register_names[i], name))
			return true;
	if (!*name || !strchr("rxw", name[0]) || !isdigit((unsigned char)name[1]))
		return false;
	/* One way to write a number. */
	if (name[1] == '0' && name[2])
		return false;
	n = strtol(name + 1, &end, 10);
	if (name[0] == 'r')
		return n >= 8 && n <= 15 && (!*end || (strchr("dwb", *end) && !end[1]));
	return !*end && n <= (name[0] == 'x' ? 31 : 30);
}

/* The first @len bytes of @text, or enough of them to be no register. */
static bool is_register_part(const char *text, size_t len)
{
	char name[REGISTER_NAME_BYTES];

	snprintf(name, sizeof(name), "%.*s", (int)MIN(len, sizeof(name) - 1), text);
	return is_register(name);
}

static const char *register_hint(const struct build_hook *hook, const char *text,
				 char (*buf)[128])
{
	return hint_name(
		buf, nearest_of(report_seek(hook->build->report, text), register_names));
}

void register_read_check(struct build_hook *hook, doc_value value)
{
	char hint[128];

	if (!is_register(value->text) || strlen(value->text) != value->n)
		(void)report_error(hook->build->report, value, "bad-value",
				   register_hint(hook, value->text, &hint),
				   Q " is not a register", value->text);
}

static bool is_number(const char *text, size_t len)
{
	char copy[NUMBER_TEXT_BYTES];
	struct number number;

	if (!len || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return number_parse(copy, &number) == 0;
}

/*
 * Where a value comes from: CONSTANT, %REG, OFFSET%REG, (%REG), OFFSET(%REG). @ret_name: the
 * text where a register is expected; left as it was if that is not reached.
 */
static bool is_register_source(const char *text, const char **ret_name)
{
	const char *percent = strchr(text, '%'), *end;
	bool loads = percent && percent > text && percent[-1] == '(';
	size_t before;

	if (!percent)
		return is_number(text, strlen(text));
	before = (size_t)(percent - text) - loads;
	end = percent + 1 + strcspn(percent + 1, ")");
	*ret_name = percent + 1;
	return (!before || is_number(text, before)) &&
	       is_register_part(percent + 1, (size_t)(end - percent - 1)) &&
	       str_equal(end, loads ? ")" : "");
}

void register_set_check(struct build_hook *hook, doc_value value)
{
	const char *equal = strchr(value->text, '='), *name = value->text;
	char hint[128], wrong[REGISTER_NAME_BYTES];

	if (equal && is_register_part(value->text, (size_t)(equal - value->text)) &&
	    is_register_source(equal + 1, &name) && strlen(value->text) == value->n)
		return;
	snprintf(wrong, sizeof(wrong), "%.*s",
		 (int)MIN(strcspn(name, "=)"), sizeof(wrong) - 1), name);
	(void)report_error(hook->build->report, value, "bad-value",
			   equal && !is_register(wrong)
				   ? register_hint(hook, wrong, &hint)
				   : "write REGISTER=VALUE; VALUE: a "
				     "number, %REGISTER or "
				     "OFFSET(%REGISTER)",
			   Q " does not set a register", value->text);
}
