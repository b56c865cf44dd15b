/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/base/dict.h"
#include "tests/unit/suite.h"

#define N_TEXTS 3000u

static const char *text_of(uint32_t i)
{
	static char text[32];

	snprintf(text, sizeof(text), "policy-%u", i * 7919u);
	return text;
}

TEST(empty_dict_has_nothing)
{
	struct dict dict = {};
	uint32_t value = 7;

	ck_assert(!dict_get(&dict, "a", &value));
	dict_remove(&dict, "a");
	ck_assert_uint_eq(value, 7);
	dict_done(&dict);
}

TEST(put_replaces_the_number)
{
	struct dict dict = {};
	uint32_t value;

	ck_assert_int_eq(dict_put(&dict, "a", 1), 0);
	ck_assert_int_eq(dict_put(&dict, "a", 2), 0);
	ck_assert(dict_get(&dict, "a", &value));
	ck_assert_uint_eq(value, 2);
	ck_assert_uint_eq(dict.n, 1);
	dict_done(&dict);
}

TEST(what_is_removed_hides_nothing)
{
	struct dict dict = {};
	uint32_t value;

	for (uint32_t i = 0; i < N_TEXTS; i++)
		ck_assert_int_eq(dict_put(&dict, text_of(i), i), 0);
	for (uint32_t i = 0; i < N_TEXTS; i += 3)
		dict_remove(&dict, text_of(i));
	for (uint32_t i = 0; i < N_TEXTS; i++) {
		ck_assert_int_eq(dict_get(&dict, text_of(i), &value), i % 3 != 0);
		if (i % 3)
			ck_assert_uint_eq(value, i);
	}
	ck_assert_uint_eq(dict.n, N_TEXTS - (N_TEXTS + 2) / 3);
	dict_done(&dict);
}

/* Entries that looking up each text passes, by where they are. */
TEST(texts_are_near_their_place)
{
	struct dict dict = {};
	uint64_t passed = 0;

	for (uint32_t i = 0; i < N_TEXTS; i++)
		ck_assert_int_eq(dict_put(&dict, text_of(i), i), 0);
	for (uint32_t i = 0; i < dict.size; i++)
		if (dict.entries[i].text)
			passed += (i - dict.entries[i].hash) & (dict.size - 1);
	ck_assert_uint_le(passed, N_TEXTS);
	dict_done(&dict);
}
