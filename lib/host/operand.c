/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/operand.h"

#include <ctype.h>
#include <inttypes.h>

/* In words: struct pt_regs of the kernel on x86-64. */
enum {
	AT_R15,
	AT_R14,
	AT_R13,
	AT_R12,
	AT_RBP,
	AT_RBX,
	AT_R11,
	AT_R10,
	AT_R9,
	AT_R8,
	AT_RAX,
	AT_RCX,
	AT_RDX,
	AT_RSI,
	AT_RDI,
	AT_ORIG_RAX,
	AT_RIP,
	AT_CS,
	AT_FLAGS,
	AT_RSP,
};

/* The names of a register's parts: 8, 4, 2 bytes, the lowest, and the one above that. */
#define NAMES 5
#define HIGH  4

static const struct {
	uint8_t at;
	const char *names[NAMES];
} registers[] = {
	{ AT_RAX, { "rax", "eax", "ax", "al", "ah" } },
	{ AT_RBX, { "rbx", "ebx", "bx", "bl", "bh" } },
	{ AT_RCX, { "rcx", "ecx", "cx", "cl", "ch" } },
	{ AT_RDX, { "rdx", "edx", "dx", "dl", "dh" } },
	{ AT_RSI, { "rsi", "esi", "si", "sil" } },
	{ AT_RDI, { "rdi", "edi", "di", "dil" } },
	{ AT_RBP, { "rbp", "ebp", "bp", "bpl" } },
	{ AT_RSP, { "rsp", "esp", "sp", "spl" } },
	{ AT_R8, { "r8", "r8d", "r8w", "r8b" } },
	{ AT_R9, { "r9", "r9d", "r9w", "r9b" } },
	{ AT_R10, { "r10", "r10d", "r10w", "r10b" } },
	{ AT_R11, { "r11", "r11d", "r11w", "r11b" } },
	{ AT_R12, { "r12", "r12d", "r12w", "r12b" } },
	{ AT_R13, { "r13", "r13d", "r13w", "r13b" } },
	{ AT_R14, { "r14", "r14d", "r14w", "r14b" } },
	{ AT_R15, { "r15", "r15d", "r15w", "r15b" } },
	{ AT_RIP, { "rip" } },
};

static const char *const error_texts[OPERAND_ERROR_END] = {
	[OPERAND_GOOD] = "it can be read",
	[OPERAND_NO_SIZE] = "its size is not 1, 2, 4 or 8 bytes",
	[OPERAND_FLOATING] = "floating point numbers cannot be read",
	[OPERAND_VECTOR] = "BPF programs cannot read that register",
	[OPERAND_SEGMENT] = "thread-local variables cannot be read",
	[OPERAND_NO_SYMBOL] = "the file has no such symbol",
	[OPERAND_SYMBOLS] = "the file has several such symbols",
	[OPERAND_MOVES] = "its address is known only when the program runs",
	[OPERAND_UNKNOWN] = "its form is not known",
};

const char *operand_error_text(uint32_t error)
{
	return error_texts[error < OPERAND_ERROR_END ? error : OPERAND_UNKNOWN];
}

/* The rest of one operand. */
struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *cursor, char letter)
{
	if (cursor->at == cursor->end || *cursor->at != letter)
		return false;
	cursor->at++;
	return true;
}

static bool is_done(const struct cursor *cursor)
{
	return cursor->at == cursor->end;
}

/* What names consist of; after the first character also digits, and '@' of a version. */
static bool is_of_name(char letter, bool first)
{
	return isalpha((unsigned char)letter) || letter == '_' || letter == '.' ||
	       letter == '$' ||
	       (!first && (isdigit((unsigned char)letter) || letter == '@'));
}

/* A word at the cursor; its length. */
static size_t take_word(struct cursor *cursor)
{
	const char *begin = cursor->at;

	while (!is_done(cursor) && is_of_name(*cursor->at, cursor->at == begin))
		cursor->at++;
	return (size_t)(cursor->at - begin);
}

static int digit_of(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	if (letter >= 'a' && letter <= 'f')
		return letter - 'a' + 10;
	return letter >= 'A' && letter <= 'F' ? letter - 'A' + 10 : 16;
}

/* Digits, decimal or after 0x. False: none, or more than 64 bits. */
static bool take_digits(struct cursor *cursor, uint64_t *ret)
{
	uint64_t number = 0;
	int radix = 10;
	const char *begin;

	if (cursor->end - cursor->at > 2 && cursor->at[0] == '0' &&
	    (cursor->at[1] | 0x20) == 'x') {
		radix = 16;
		cursor->at += 2;
	}
	for (begin = cursor->at; !is_done(cursor); cursor->at++) {
		int digit = digit_of(*cursor->at);

		if (digit >= radix)
			break;
		if (__builtin_mul_overflow(number, (uint64_t)radix, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit, &number))
			return false;
	}
	*ret = number;
	return cursor->at > begin;
}

/* What a term names: an address of the file, once at most. */
struct sum {
	uint64_t number;
	bool has_symbol;
};

static uint32_t take_symbol(struct cursor *cursor, const struct operand_file *file,
			    bool minus, struct sum *sum)
{
	const char *name = cursor->at;
	size_t len = take_word(cursor);
	uint64_t address;
	int r;

	if (!len || minus || sum->has_symbol)
		return OPERAND_UNKNOWN;
	r = file->find(file->user, name, len, &address);
	if (r < 0)
		return r == -ENOTUNIQ ? OPERAND_SYMBOLS : OPERAND_NO_SYMBOL;
	sum->number += address;
	sum->has_symbol = true;
	return OPERAND_GOOD;
}

/* Numbers and a symbol, with signs between them; none at all is 0. */
static uint32_t take_sum(struct cursor *cursor, const struct operand_file *file,
			 struct sum *ret)
{
	bool first = true;

	*ret = (struct sum){};
	while (!is_done(cursor) && *cursor->at != '(') {
		bool minus = take(cursor, '-'), plus = !minus && take(cursor, '+');
		uint64_t number;
		uint32_t error;

		if (!first && !minus && !plus)
			return OPERAND_UNKNOWN;
		first = false;
		if (is_done(cursor))
			return OPERAND_UNKNOWN;
		if (is_of_name(*cursor->at, true)) {
			error = take_symbol(cursor, file, minus, ret);
			if (error)
				return error;
			continue;
		}
		if (!take_digits(cursor, &number))
			return OPERAND_UNKNOWN;
		ret->number += minus ? -number : number;
	}
	return OPERAND_GOOD;
}

/* Registers of floating point numbers, vectors and masks. */
static bool is_vector(const char *name, size_t len)
{
	static const char *const stems[] = { "xmm", "ymm", "zmm", "mm", "st", "k" };

	for (size_t i = 0; i < ARRAY_SIZE(stems); i++)
		if (len >= strlen(stems[i]) && !memcmp(name, stems[i], strlen(stems[i])))
			return true;
	return false;
}

/* A register after its '%': as in struct operand, and which of its names that is. */
static uint32_t take_register(struct cursor *cursor, uint8_t *ret, uint32_t *ret_name)
{
	const char *name = cursor->at;
	size_t len = take_word(cursor);

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		for (uint32_t k = 0; k < NAMES && registers[i].names[k]; k++)
			if (strlen(registers[i].names[k]) == len &&
			    !memcmp(registers[i].names[k], name, len)) {
				*ret = registers[i].at + 1;
				*ret_name = k;
				return OPERAND_GOOD;
			}
	if (len == 2 && name[1] == 's' && strchr("cdefgs", name[0]))
		return OPERAND_SEGMENT;
	return is_vector(name, len) ? OPERAND_VECTOR : OPERAND_UNKNOWN;
}

/* A whole register in an address. */
static uint32_t take_whole(struct cursor *cursor, uint8_t *ret)
{
	uint32_t name, error;

	if (!take(cursor, '%'))
		return OPERAND_UNKNOWN;
	error = take_register(cursor, ret, &name);
	return !error && name ? OPERAND_UNKNOWN : error;
}

static uint32_t take_scale(struct cursor *cursor, uint8_t *ret)
{
	uint64_t scale;

	if (!take_digits(cursor, &scale) || !scale || scale > 8 || scale & (scale - 1))
		return OPERAND_UNKNOWN;
	*ret = (uint8_t)__builtin_ctzll(scale);
	return OPERAND_GOOD;
}

/* (BASE), (BASE,INDEX), (BASE,INDEX,SCALE), (,INDEX,SCALE) */
static uint32_t take_parentheses(struct cursor *cursor, struct operand *ret)
{
	uint32_t error = OPERAND_GOOD;

	if (!take(cursor, '('))
		return OPERAND_UNKNOWN;
	if (!is_done(cursor) && *cursor->at == '%')
		error = take_whole(cursor, &ret->base);
	if (!error && take(cursor, ',')) {
		error = take_whole(cursor, &ret->index);
		if (!error && take(cursor, ','))
			error = take_scale(cursor, &ret->index_shift);
	}
	if (error)
		return error;
	return take(cursor, ')') && is_done(cursor) && (ret->base || ret->index)
		       ? OPERAND_GOOD
		       : OPERAND_UNKNOWN;
}

/*
 * An address of the file: its distance from the probe is that in the file, wherever the program is
 * loaded. So "symbol(%rip)" is that address, although an instruction counts from its own end.
 */
static uint32_t address_settle(struct operand *operand, const struct sum *sum,
			       const struct operand_file *file)
{
	bool by_rip = operand->base == AT_RIP + 1;

	operand->number = sum->number;
	if (by_rip && (!sum->has_symbol || operand->index))
		return OPERAND_UNKNOWN;
	if (operand->index == AT_RIP + 1)
		return OPERAND_UNKNOWN;
	if (by_rip) {
		operand->number -= file->address;
		return OPERAND_GOOD;
	}
	return sum->has_symbol && file->moves ? OPERAND_MOVES : OPERAND_GOOD;
}

static uint32_t memory_parse(struct cursor *cursor, const struct operand_file *file,
			     struct operand *ret)
{
	struct sum sum;
	uint32_t error = take_sum(cursor, file, &sum);

	ret->loads = 1;
	if (!error && is_done(cursor))
		return sum.has_symbol ? address_settle(ret, &sum, file) : OPERAND_UNKNOWN;
	if (!error)
		error = take_parentheses(cursor, ret);
	return error ? error : address_settle(ret, &sum, file);
}

static uint32_t register_parse(struct cursor *cursor, struct operand *ret)
{
	uint32_t name, error = take_register(cursor, &ret->base, &name);

	if (error)
		return error;
	if (ret->base == AT_RIP + 1 || !is_done(cursor))
		return OPERAND_UNKNOWN;
	ret->skip = name == HIGH ? 8 : 0;
	return OPERAND_GOOD;
}

static uint32_t constant_parse(struct cursor *cursor, const struct operand_file *file,
			       struct operand *ret)
{
	bool is_empty = is_done(cursor);
	struct sum sum;
	uint32_t error = take_sum(cursor, file, &sum);

	if (!error && (is_empty || !is_done(cursor)))
		return OPERAND_UNKNOWN;
	return error ? error : address_settle(ret, &sum, file);
}

/* [-]BYTES[f]@ */
static uint32_t size_parse(struct cursor *cursor, struct operand *ret)
{
	bool is_signed = take(cursor, '-');
	uint64_t bytes;

	if (!take_digits(cursor, &bytes) || is_done(cursor))
		return OPERAND_NO_SIZE;
	if (take(cursor, 'f'))
		return OPERAND_FLOATING;
	if (!take(cursor, '@') || !bytes || bytes > 8 || bytes & (bytes - 1))
		return OPERAND_NO_SIZE;
	ret->bytes = (uint8_t)bytes;
	ret->is_signed = is_signed;
	return OPERAND_GOOD;
}

static uint32_t operand_parse(struct cursor *cursor, const struct operand_file *file,
			      struct operand *ret)
{
	uint32_t error = size_parse(cursor, ret);

	if (error)
		return error;
	if (take(cursor, '%'))
		return register_parse(cursor, ret);
	if (take(cursor, '$'))
		return constant_parse(cursor, file, ret);
	return memory_parse(cursor, file, ret);
}

int operands_parse(struct operand (*ret)[OPERAND_MAX], const char *text,
		   const struct operand_file *file)
{
	uint32_t n = 0;

	for (;;) {
		struct cursor cursor;
		struct operand *operand;
		size_t len;

		text += strspn(text, " \t\n");
		len = strcspn(text, " \t\n");
		if (!len)
			return (int)n;
		if (n == OPERAND_MAX)
			return -E2BIG;
		operand = &(*ret)[n++];
		*operand = (struct operand){};
		memcpy(operand->text, text, MIN(len, sizeof(operand->text) - 1));
		cursor = (struct cursor){ text, text + len };
		operand->error = (uint8_t)operand_parse(&cursor, file, operand);
		text += len;
	}
}
