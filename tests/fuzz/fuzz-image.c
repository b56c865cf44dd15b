/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy's text to its hooks on recorded kernels: every hook has a plan or a reason why
 * not. The folder of the recordings is TETRA_TEST_DATA.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/diag.h"
#include "lib/plan/plan.h"
#include "lib/recording/recording.h"
#include "tests/fuzz/fuzz.h"
#include "tetra/policy.h"

static const char *const releases[] = { "5.10", "6.12-full" };

static struct tetra_kernel *kernel_of(size_t i)
{
	static struct tetra_kernel *kernels[ARRAY_SIZE(releases)];
	const char *data = getenv("TETRA_TEST_DATA");
	char path[4096];

	if (kernels[i])
		return kernels[i];
	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", data ? data : "tests/data",
		 releases[i]);
	if (kernel_read_facts(&kernels[i], path, NULL) < 0) {
		fprintf(stderr, "cannot read '%s'\n", path);
		exit(1);
	}
	return kernels[i];
}

static void plan(const struct tetra_policy *policy, const struct policy_hook *hook,
		 struct tetra_kernel *kernel)
{
	struct diag_place place = { .file = "f", .line = 1, .column = 1 };
	struct tetra_diag *diag = NULL;
	struct plan_ladder ladder;
	struct plan_use use;
	int r;

	if (tetra_diag_new(&diag) < 0)
		return;
	r = plan_use(&use, hook, policy->file, kernel, diag);
	if (r == 0)
		r = plan_ladder(&ladder, &use, use.needs, &place, kernel, diag);
	/* A function that may be missing is missing without a word. */
	if (r < 0 && !tetra_diag_count(diag, TETRA_SEVERITY_ERROR) &&
	    !(r == -ENOENT && hook->call_not_found_ok))
		abort();
	tetra_diag_free(diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tetra_policy *policy = NULL;
	uint32_t i;
	size_t k;

	if (tetra_policy_parse(&policy, (const char *)data, size, NULL, NULL) < 0)
		return 0;
	for (i = 0; i < policy->n_hooks; i++)
		for (k = 0; k < ARRAY_SIZE(releases); k++)
			plan(policy, &policy->hooks[i], kernel_of(k));
	tetra_policy_unref(policy);
	return 0;
}
