/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/document/number.h"

#include <ctype.h>

static unsigned int base_of(const char **text)
{
	const char *at = *text;

	if (at[0] != '0' || !at[1])
		return 10;
	*text = at + 2;
	switch (tolower((unsigned char)at[1])) {
	case 'x':
		return 16;
	case 'b':
		return 2;
	case 'o':
		return 8;
	default:
		*text = at + 1;
		return 8;
	}
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return isalpha((unsigned char)c) ? (unsigned int)(tolower(c) - 'a' + 10) : 99;
}

static int magnitude_parse(const char *text, unsigned int base, uint64_t *ret)
{
	bool fits = true, digits = false;
	uint64_t value = 0;
	unsigned int digit;

	for (; *text; text++) {
		if (*text == '_' && digits && text[1])
			continue;
		digit = digit_value(*text);
		if (digit >= base)
			return -EINVAL;
		digits = true;
		fits = fits && value <= (UINT64_MAX - digit) / base;
		value = value * base + digit;
	}
	if (!digits)
		return -EINVAL;
	*ret = value;
	return fits ? 0 : -E2BIG;
}

int number_parse(const char *text, struct number *ret)
{
	struct number number = { .negative = *text == '-' };
	unsigned int base;
	int r;

	text += *text == '-' || *text == '+';
	base = base_of(&text);
	r = magnitude_parse(text, base, &number.magnitude);
	if (r < 0)
		return r;
	*ret = number;
	return 0;
}

int number_parse_decimal(const char *text, uint64_t *ret)
{
	if (strchr(text, '_'))
		return -EINVAL;
	return magnitude_parse(text, 10, ret);
}

int number_fit(const struct number *number, unsigned int bits, bool is_signed,
	       uint64_t *ret)
{
	uint64_t top = UINT64_MAX >> (64 - bits);

	if (is_signed)
		top = top / 2 + number->negative;
	else if (number->negative && number->magnitude)
		return -E2BIG;
	if (number->magnitude > top)
		return -E2BIG;
	*ret = number->negative ? 0 - number->magnitude : number->magnitude;
	return 0;
}
