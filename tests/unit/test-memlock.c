/* SPDX-License-Identifier: Apache-2.0 */
/* The memory lock limit is of the process: it is raised where it must be, and where asked. */
#include "tests/unit/suite.h"
#include <stdio.h>
#include <sys/resource.h>

#include "lib/kernel/kernel.h"
#include "lib/kernel/memlock.h"
#include "lib/recording/recording.h"

#define LOW 65536u

static struct tetra_diag *diag;

static void setup(void)
{
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	tetra_diag_free(diag);
}

static struct tetra_kernel *kernel_of(const char *name)
{
	struct tetra_kernel *kernel = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", getenv("TETRA_TEST_DATA"),
		 name);
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	return kernel;
}

/* Only the soft limit is lowered: nobody may need a privilege to raise it again. */
static rlim_t lower(rlim_t to)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	ck_assert(limit.rlim_max > to);
	limit.rlim_cur = to;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	return limit.rlim_max;
}

static rlim_t now(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	return limit.rlim_cur;
}

TEST(memlock_is_raised_only_if_asked_and_needed)
{
	static const struct {
		const char *kernel;
		bool asked, raised;
	} rows[] = {
		{ "5.10", false, false }, { "5.10", true, true }, { "6.1", false, false },
		{ "6.1", true, false },	  { "7.2", true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tetra_kernel *kernel = kernel_of(rows[i].kernel);
		rlim_t most = lower(LOW);

		memlock_begin(kernel, rows[i].asked);
		if (rows[i].raised)
			ck_assert(now() >= most);
		else
			ck_assert_uint_eq(now(), LOW);
		kernel_free(kernel);
	}
}

TEST(memlock_explains_what_it_may_have_caused)
{
	static const struct {
		const char *kernel;
		int error, result;
		bool explained;
	} rows[] = {
		{ "5.10", 0, 0, false },	  { "5.10", -ENOMEM, -ENOMEM, false },
		{ "5.10", -EPERM, -EPERM, true }, { "5.10", -EACCES, -EPERM, true },
		{ "6.1", -EPERM, -EPERM, false }, { "6.1", -EACCES, -EACCES, false },
	};
	struct tetra_finding finding = { .size = sizeof(finding) };

	lower(LOW);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tetra_kernel *kernel = kernel_of(rows[i].kernel);

		tetra_diag_clear(diag);
		ck_assert_int_eq(memlock_explain(kernel, rows[i].error, diag),
				 rows[i].result);
		ck_assert_uint_eq(tetra_diag_count(diag, 0), rows[i].explained);
		if (rows[i].explained) {
			ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
			ck_assert_str_eq(finding.code, "memory-lock");
			ck_assert(strstr(finding.message, "65536 bytes"));
		}
		kernel_free(kernel);
	}
}

FIXTURE(setup, teardown)
