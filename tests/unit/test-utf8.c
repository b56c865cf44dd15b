/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"
#include "tests/unit/suite.h"

#define LAST 0x10ffffu

static const struct {
	uint32_t first, last;
	bool printable;
} rows[] = {
	{ 0x00, 0x1f, false },	     { 0x20, 0x7e, true },
	{ 0x7f, 0x9f, false },	     { 0xa0, 0xac, true },
	{ 0xad, 0xad, false },	     { 0xae, 0x2ff, true },
	{ 0x600, 0x605, false },     { 0x61c, 0x61c, false },
	{ 0x6dd, 0x6dd, false },     { 0x70f, 0x70f, false },
	{ 0x8e2, 0x8e2, false },     { 0x115f, 0x1160, false },
	{ 0x180b, 0x180f, false },   { 0x200b, 0x200f, false },
	{ 0x2010, 0x2027, true },    { 0x2028, 0x202e, false },
	{ 0x2060, 0x206f, false },   { 0x3164, 0x3164, false },
	{ 0x4e00, 0x9fff, true },    { 0xd800, 0xf8ff, false },
	{ 0xfe00, 0xfe0f, true },    { 0xfeff, 0xfeff, false },
	{ 0xfff0, 0xfffb, false },   { 0xfffd, 0xfffd, true },
	{ 0xfffe, 0xffff, false },   { 0x110bd, 0x110bd, false },
	{ 0x110cd, 0x110cd, false }, { 0x13430, 0x13438, false },
	{ 0x1bca0, 0x1bca3, false }, { 0x1d173, 0x1d17a, false },
	{ 0x1f300, 0x1f64f, true },  { 0xe0000, 0xe0fff, false },
	{ 0xf0000, LAST, false },    { LAST + 1, LAST + 64, false },
};

TEST(characters_that_show_nothing_are_not_printable)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (uint32_t c = rows[i].first; c <= rows[i].last; c++)
			ck_assert_msg(utf8_is_printable(c) == rows[i].printable, "U+%04X",
				      c);
}

/* Nothing that is printable may be a control to a YAML reader, nor the other way round. */
TEST(every_character_survives_and_is_judged)
{
	unsigned int n = 0, n_wrong = 0;

	for (uint32_t c = 0; c <= LAST; c++) {
		char buf[4];
		uint32_t back;

		n += utf8_is_printable(c);
		n_wrong += utf8_is_printable(c) && !utf8_is_yaml(c);
		if (c < 0xd800 || c > 0xdfff)
			n_wrong += !utf8_decode(buf, utf8_encode(buf, c), &back) ||
				   back != c;
	}
	ck_assert_uint_eq(n_wrong, 0);
	/* Unicode 14 has 144,532 characters that are no controls and no format characters. */
	ck_assert_uint_gt(n, 143000);
	ck_assert_uint_lt(n, 170000);
}
