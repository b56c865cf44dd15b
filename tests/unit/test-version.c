/* SPDX-License-Identifier: Apache-2.0 */
/* What a program can ask about the headers and the library. */
#include "tests/unit/suite.h"
#include <stdio.h>

#include "lib/base/base.h"
#include "tetra/common.h"

#define MAJOR TETRA_VERSION_MAJOR
#define MINOR TETRA_VERSION_MINOR
#define PATCH TETRA_VERSION_PATCH

TEST(versions_are_compared_part_by_part)
{
	static const struct {
		int holds, expected;
	} rows[] = {
		{ TETRA_VERSION_CHECK(MAJOR, MINOR, PATCH), 1 },
		{ TETRA_VERSION_CHECK(MAJOR, MINOR, PATCH - 1), 1 },
		{ TETRA_VERSION_CHECK(MAJOR, MINOR, PATCH + 1), 0 },
		{ TETRA_VERSION_CHECK(MAJOR, MINOR - 1, PATCH + 1), 1 },
		{ TETRA_VERSION_CHECK(MAJOR, MINOR + 1, PATCH - 1), 0 },
		{ TETRA_VERSION_CHECK(MAJOR - 1, MINOR + 1, PATCH + 1), 1 },
		{ TETRA_VERSION_CHECK(MAJOR + 1, MINOR - 1, PATCH - 1), 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_int_eq(rows[i].holds, rows[i].expected);
}

TEST(the_library_tells_its_version_and_level)
{
	char version[32];

	snprintf(version, sizeof(version), "%d.%d.%d", MAJOR, MINOR, PATCH);
	ck_assert_str_eq(tetra_version(), version);
	ck_assert_uint_eq(tetra_api_level(), TETRA_API_LEVEL);
}
