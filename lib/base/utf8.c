/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"

struct span {
	uint32_t first, last;
};

/* Blocks that terminals show in two columns; an error only misaligns a caret. */
static const struct span wide[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0xa4cf },   { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

/* Marks that join the character before them. */
static const struct span combining[] = {
	{ 0x0300, 0x036f },
	{ 0x200b, 0x200f },
	{ 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f },
};

/* Controls, line separators, characters that change the writing direction or have no shape,
 * and code points that no version of Unicode has assigned yet. */
static const struct span unseen[] = {
#include "lib/base/unseen.h"
};

static bool span_has(const struct span *spans, size_t n, uint32_t c)
{
	for (; n; n--, spans++)
		if (c >= spans->first && c <= spans->last)
			return true;
	return false;
}

static int span_compare(const void *left, const void *right)
{
	const struct span *key = left, *span = right;

	if (key->first < span->first)
		return -1;
	return key->first > span->last;
}

static size_t sequence_bytes(unsigned char lead, uint32_t *ret_bits, uint32_t *ret_min)
{
	if (lead < 0x80)
		return *ret_bits = lead, *ret_min = 0, 1;
	if ((lead & 0xe0) == 0xc0)
		return *ret_bits = lead & 0x1f, *ret_min = 0x80, 2;
	if ((lead & 0xf0) == 0xe0)
		return *ret_bits = lead & 0x0f, *ret_min = 0x800, 3;
	if ((lead & 0xf8) == 0xf0)
		return *ret_bits = lead & 0x07, *ret_min = 0x10000, 4;
	return 0;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *ret)
{
	uint32_t c = 0, min = 0;
	size_t n, i;

	n = len ? sequence_bytes((unsigned char)text[0], &c, &min) : 0;
	if (!n || n > len)
		return 0;
	for (i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

size_t utf8_encode(char *buf, uint32_t c)
{
	if (c < 0x80) {
		buf[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		buf[0] = (char)(0xc0 | c >> 6);
		buf[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		buf[0] = (char)(0xe0 | c >> 12);
		buf[1] = (char)(0x80 | (c >> 6 & 0x3f));
		buf[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	buf[0] = (char)(0xf0 | c >> 18);
	buf[1] = (char)(0x80 | (c >> 12 & 0x3f));
	buf[2] = (char)(0x80 | (c >> 6 & 0x3f));
	buf[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool utf8_is_yaml(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	if (c < 0xa0)
		return c < 0x7f || c == 0x85;
	return (c & 0xfffe) != 0xfffe;
}

bool utf8_is_printable(uint32_t c)
{
	const struct span key = { c, c };

	if (c >= 0x20 && c < 0x7f)
		return true;
	return c <= 0x10ffff &&
	       !bsearch(&key, unseen, ARRAY_SIZE(unseen), sizeof(key), span_compare);
}

unsigned int utf8_width(uint32_t c)
{
	if (c < 0x300)
		return 1;
	if (span_has(combining, ARRAY_SIZE(combining), c))
		return 0;
	return span_has(wide, ARRAY_SIZE(wide), c) ? 2 : 1;
}

size_t utf8_break(const char *text, size_t len)
{
	if (!len)
		return 0;
	if (text[0] == '\r')
		return len > 1 && text[1] == '\n' ? 2 : 1;
	if (text[0] == '\n')
		return 1;
	if (len > 1 && memcmp(text, "\xc2\x85", 2) == 0)
		return 2;
	if (len > 2 && memcmp(text, "\xe2\x80", 2) == 0)
		return text[2] == '\xa8' || text[2] == '\xa9' ? 3 : 0;
	return 0;
}

size_t utf8_bom(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}
