/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that register themselves:
 *
 *	TEST(a_name_that_is_a_sentence) { ... }
 *	TEST_EACH(each_row_means_what_it_says, ARRAY_SIZE(rows)) { ... rows[_i] ... }
 *	FIXTURE(setup, teardown)	around each test of the program
 *	FIXTURE_ONCE(setup, teardown)	around all of them
 *	TIMEOUT(seconds)		for each test; libcheck's own is 4
 *
 * main() is in suite.c. It runs all tests, each in a process of its own; or those that are
 * named on the command line, in this process, so that a debugger sees them.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

/* Whether times can be judged: a sanitizer's are its own. */
#ifdef __SANITIZE_ADDRESS__
#define SUITE_IS_TIMED 0
#else
#define SUITE_IS_TIMED 1
#endif

void suite_add_test(const TTest *test, int n);
void suite_add_fixture(SFun setup, SFun teardown);
void suite_add_fixture_once(SFun setup, SFun teardown);
void suite_set_timeout(double seconds);

/* Constructors of one file run in the order in which they stand there. */
#define SUITE_DO(line, call)                                                             \
	__attribute__((constructor)) static void SUITE_NAME(line)(void)                  \
	{                                                                                \
		call;                                                                    \
	}
#define SUITE_NAME(line) SUITE_JOIN(line)
#define SUITE_JOIN(line) suite_do_##line

#define TEST_EACH(name, n)                                                               \
	static void name(int _i);                                                        \
	static const TTest name##_test = { #name, name, __FILE__, __LINE__ };            \
	SUITE_DO(__LINE__, suite_add_test(&name##_test, (int)(n)))                       \
	static void name(int _i __attribute__((unused)))
#define TEST(name) TEST_EACH(name, 1)

#define FIXTURE(setup, teardown) SUITE_DO(__LINE__, suite_add_fixture(setup, teardown))
#define FIXTURE_ONCE(setup, teardown)                                                    \
	SUITE_DO(__LINE__, suite_add_fixture_once(setup, teardown))
#define TIMEOUT(seconds) SUITE_DO(__LINE__, suite_set_timeout(seconds))

#endif
