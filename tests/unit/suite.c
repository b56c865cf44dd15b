/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/suite.h"

#define MAX_TESTS 256

static struct {
	const TTest *test;
	int n;
} tests[MAX_TESTS];
static size_t n_tests;

static struct {
	SFun setup, teardown;
} each, once;
static double timeout;

void suite_add_test(const TTest *test, int n)
{
	if (n_tests == MAX_TESTS)
		abort();
	tests[n_tests].test = test;
	tests[n_tests++].n = n;
}

void suite_add_fixture(SFun setup, SFun teardown)
{
	each.setup = setup;
	each.teardown = teardown;
}

void suite_add_fixture_once(SFun setup, SFun teardown)
{
	once.setup = setup;
	once.teardown = teardown;
}

void suite_set_timeout(double seconds)
{
	timeout = seconds;
}

static bool is_named(const char *name, char **names, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Return: how many of the names are tests. All tests, if there are no names. */
static int add_tests(TCase *tcase, char **names, int n)
{
	int n_added = 0;
	size_t i;

	for (i = 0; i < n_tests; i++) {
		if (n && !is_named(tests[i].test->name, names, n))
			continue;
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].n);
		n_added++;
	}
	return n_added;
}

/* The name of the program, without its folder. */
static const char *suite_name(const char *program)
{
	const char *slash = strrchr(program, '/');

	return slash ? slash + 1 : program;
}

int main(int argc, char **argv)
{
	Suite *suite = suite_create(suite_name(argv[0]));
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed, n = add_tests(tcase, argv + 1, argc - 1);

	/* By hand, or under a debugger, nobody sets it. */
	(void)setenv("TETRA_TEST_DATA", TEST_DATA, 0);
	suite_add_tcase(suite, tcase);
	if (each.setup)
		tcase_add_checked_fixture(tcase, each.setup, each.teardown);
	if (once.setup)
		tcase_add_unchecked_fixture(tcase, once.setup, once.teardown);
	if (timeout > 0)
		tcase_set_timeout(tcase, timeout);
	if (argc > 1)
		srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (argc > 1 && n < argc - 1) {
		fprintf(stderr, "%s: no such test\n", argv[0]);
		return EXIT_FAILURE;
	}
	return failed || !n ? EXIT_FAILURE : EXIT_SUCCESS;
}
