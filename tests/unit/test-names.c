/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/nearest.h"
#include "lib/linux/names.h"
#include "tests/unit/suite.h"

static const struct names *const tables[] = {
	&names_capabilities, &names_families,	  &names_protocols,  &names_securebits,
	&names_signals,	     &names_socket_types, &names_tcp_states,
};

TEST(names_are_ordered_and_go_both_ways)
{
	const struct names *names;
	uint32_t number;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		names = tables[i];
		for (k = 0; k < names->n_items; k++) {
			const struct name *item = &names->items[k];

			ck_assert(k == 0 || item[-1].number < item->number);
			ck_assert_str_eq(names_text(names, item->number), item->text);
			ck_assert_int_eq(names_number(names, item->text, &number), 0);
			ck_assert_uint_eq(number, item->number);
		}
	}
}

TEST(names_unknown_have_none)
{
	uint32_t number;

	ck_assert_ptr_null(names_text(&names_families, 22));
	ck_assert_ptr_null(names_text(&names_protocols, 58));
	ck_assert_ptr_null(names_text(&names_tcp_states, 0));
	ck_assert_int_eq(names_number(&names_families, "af_inet", &number), -ENOENT);
	ck_assert_str_eq(names_nearest(&names_families, "af_inet"), "AF_INET");
	ck_assert_str_eq(names_nearest(&names_protocols, "TCP"), "IPPROTO_TCP");
	ck_assert_ptr_null(names_nearest(&names_signals, "nothing like it"));
}

/* A suggestion for a text of @len letters, one of which is wrong. */
static const char *near(size_t len)
{
	static char right[80];
	const char *const candidates[] = { right, NULL };
	char wrong[80];

	memset(right, 'a', len);
	right[len] = '\0';
	memcpy(wrong, right, len + 1);
	wrong[len / 2] = 'b';
	return nearest_of(wrong, candidates);
}

TEST(names_are_suggested_up_to_64_letters)
{
	ck_assert_ptr_nonnull(near(64));
	ck_assert_ptr_null(near(65));
}

TEST(names_are_suggested_for_parts_of_three_letters)
{
	static const char *const candidates[] = { "abc", "de", NULL };

	ck_assert_str_eq(nearest_of("abcxyz", candidates), "abc");
	ck_assert_ptr_null(nearest_of("dexyz", candidates));
}

TEST(names_of_capabilities_in_events_keep_an_old_slip)
{
	ck_assert_str_eq(capability_event_name(0), "CAP_CHOWN");
	ck_assert_str_eq(capability_event_name(1), "DAC_OVERRIDE");
	ck_assert_str_eq(names_text(&names_capabilities, 1), "CAP_DAC_OVERRIDE");
	ck_assert_str_eq(capability_event_name(40), "CAP_CHECKPOINT_RESTORE");
	ck_assert_ptr_null(capability_event_name(41));
}
