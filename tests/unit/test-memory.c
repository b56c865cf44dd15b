/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When memory runs out while a policy is checked, the call fails: a finding never goes missing
 * with a good result. Each allocation of a run fails once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tetra/policy.h"
#include "tests/unit/suite.h"

/* A run for each allocation. */
TIMEOUT(60)

#define NEVER 0u

static unsigned int n_calls, fail_at;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t n, size_t size);
char *__wrap_strdup(const char *text);

static int fails(void)
{
	return ++n_calls == fail_at;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(memory, n, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static const char text[] =
	"apiVersion: cilium.io/v1alpha1\n"
	"kind: TracingPolicy\n"
	"metadata: {name: a, namespace: b}\n"
	"spec:\n"
	"  kprobes:\n"
	"  - call: security_file_permission\n"
	"    syscall: false\n"
	"    args: [{index: 0, type: file}, {index: 1, type: int}]\n"
	"    selectors:\n"
	"    - matchArgs:\n"
	"      - {index: 0, operator: Prefix, values: [/bin, /lib, /etc, x, \"/a*\"]}\n"
	"      - {index: 1, operator: Equal, values: [\"2\", \"0x2\"]}\n"
	"      matchBinaries: [{operator: NotIn, values: [/bin/login, /bin/login]}]\n"
	"      matchActions: [{action: Sigkill}]\n"
	"    - matchArgs: [{index: 0, operator: Prefix, values: [/etc/ssh]}]\n";

/* One run; how many findings there were, or a negative errno. */
static int run(unsigned int failing, unsigned int *ret_calls)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = 1);
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	int r;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	n_calls = 0;
	fail_at = failing;
	r = tetra_policy_parse(&policy, text, strlen(text), &opts, diag);
	*ret_calls = n_calls;
	fail_at = NEVER;
	if (r == 0)
		r = (int)tetra_diag_count(diag, 0);
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
	return r;
}

TEST(memory_that_runs_out_is_an_error)
{
	unsigned int n, calls, i;
	int wanted = run(NEVER, &n), r;

	ck_assert_int_gt(wanted, 5);
	for (i = 1; i <= n; i++) {
		r = run(i, &calls);
		ck_assert_msg(r == -ENOMEM || r == wanted,
			      "allocation %u of %u failed, and %d came of it", i, n, r);
	}
}

/* Folding and rendering fail, or say everything. */
TEST(memory_that_runs_out_loses_no_place)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = 1);
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;
	char buf[4096], whole[4096];
	unsigned int i, n;
	int r;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(tetra_policy_parse(&policy, text, strlen(text), &opts, diag), 0);
	n = tetra_diag_count(diag, 0);
	n_calls = 0;
	fail_at = 1;
	r = tetra_diag_fold(diag, 1);
	fail_at = NEVER;
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), n);
	ck_assert_int_gt(tetra_diag_render(diag, 0, whole, sizeof(whole)), 0);
	for (i = 1; i < 40; i++) {
		n_calls = 0;
		fail_at = i;
		r = tetra_diag_render(diag, 0, buf, sizeof(buf));
		fail_at = NEVER;
		n = n_calls;
		ck_assert(r == -ENOMEM || r > 0);
		if (r > 0)
			ck_assert_str_eq(buf, whole);
		if (n < i)
			break;
	}
	ck_assert_uint_lt(i, 40);
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}
