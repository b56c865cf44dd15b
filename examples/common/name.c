/* SPDX-License-Identifier: Apache-2.0 */
#include "common/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/guard.h"

/* "\xNN" for each byte of a character. */
#define ESCAPED_BYTES 4
#define CHARACTER_MAX 4

/* Controls, what turns the direction of writing, what has no shape, private characters. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{ 0x00, 0x1f },	      { 0x7f, 0x9f },	       { 0xad, 0xad },
	{ 0x34f, 0x34f },     { 0x600, 0x605 },	       { 0x61c, 0x61c },
	{ 0x6dd, 0x6dd },     { 0x70f, 0x70f },	       { 0x890, 0x891 },
	{ 0x8e2, 0x8e2 },     { 0x115f, 0x1160 },      { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },   { 0x200b, 0x200f },      { 0x2028, 0x202e },
	{ 0x2060, 0x206f },   { 0x3164, 0x3164 },      { 0xd800, 0xf8ff },
	{ 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },      { 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff },   { 0x13430, 0x1345f },    { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, UINT32_MAX },
};

static bool is_unseen(uint32_t c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unseen); i++)
		if (c >= unseen[i].first && c <= unseen[i].last)
			return true;
	return false;
}

static size_t length_of(unsigned char first)
{
	return first < 0x80   ? 1
	       : first < 0xc0 ? 0
	       : first < 0xe0 ? 2
	       : first < 0xf0 ? 3
	       : first < 0xf8 ? 4
			      : 0;
}

static size_t character_read(const unsigned char *text, size_t max, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = length_of(text[0]), i;
	uint32_t c = n > 1 ? text[0] & (0x7fu >> n) : text[0];

	if (n > max)
		return 0;
	for (i = 1; i < n; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	*ret = c;
	return n && c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? n : 0;
}

size_t name_utf8(const unsigned char *text, size_t n)
{
	uint32_t c;

	return character_read(text, n, &c);
}

/* A NUL ends a character early. */
size_t name_character(const unsigned char *text)
{
	uint32_t c;
	size_t n = character_read(text, CHARACTER_MAX, &c);

	return n && !is_unseen(c) ? n : 0;
}

size_t name_bad_bytes(const unsigned char *text)
{
	size_t n = name_utf8(text, CHARACTER_MAX);

	return n ? n : 1;
}

const char *name_safe(char buf[static NAME_BYTES], const char *name)
{
	const unsigned char *at = (const unsigned char *)name;
	size_t len = 0, n, i;

	while (*at && len < NAME_BYTES - CHARACTER_MAX * ESCAPED_BYTES - 1) {
		n = name_character(at);
		if (n) {
			memcpy(buf + len, at, n);
			len += n;
		} else {
			n = name_bad_bytes(at);
			for (i = 0; i < n; i++, len += ESCAPED_BYTES)
				snprintf(buf + len, NAME_BYTES - len, "\\x%02x", at[i]);
		}
		at += n;
	}
	buf[len] = '\0';
	return buf;
}
