/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole policies on every recorded kernel: those of examples/, which must plan everywhere or
 * be refused with a reason, and, where the project's specification is at hand (TETRA_SHARED),
 * its policies: what it says of those "left to a kernel" must be said here.
 */
#include <unistd.h>

#include "lib/base/diag.h"
#include "lib/plan/plan.h"
#include "lib/recording/recording.h"
#include "tests/unit/expect.h"

static const char *const releases[] = { "5.10", "6.1", "6.12", "7.2", "6.12-full" };
#define N_RELEASES ARRAY_SIZE(releases)

static struct tetra_kernel *kernels[N_RELEASES];

struct outcome {
	unsigned int planned, refused, failed;
};

static void open_kernels(const char *data)
{
	char path[EXPECT_PATH];
	size_t i;

	for (i = 0; i < N_RELEASES; i++) {
		expect_path(&path, data, "/kernel/%s.facts.gz", releases[i]);
		if (kernel_read_facts(&kernels[i], path, NULL) < 0) {
			fprintf(stderr, "cannot read '%s'\n", path);
			exit(1);
		}
	}
}

static int plan_hook(struct tetra_policy *policy, const struct policy_hook *hook,
		     struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	struct diag_place place = { .file = policy->file,
				    .line = hook->name_mark.line,
				    .column = hook->name_mark.column,
				    .path = hook->yaml_path };
	struct plan_ladder ladder;
	struct plan_use use;
	int r = plan_use(&use, hook, policy->file, kernel, diag);

	if (r == 0)
		r = plan_ladder(&ladder, &use, use.needs, &place, kernel, diag);
	if (r == 0 && (!ladder.n_instances || !*ladder.reason)) {
		fprintf(stderr, "%s: %s: a plan of nothing\n", policy->file,
			use.point.symbol);
		abort();
	}
	return r;
}

/* Every hook, so that every fault is told. Return: the first error. */
static int plan_policy(struct tetra_policy *policy, struct tetra_kernel *kernel,
		       struct tetra_diag *diag)
{
	uint32_t i;
	int first = 0;

	for (i = 0; i < policy->n_hooks; i++) {
		int r = plan_hook(policy, &policy->hooks[i], kernel, diag);

		/* As a session does: the others are planned without it. */
		if (r == -ENOENT && policy->hooks[i].call_not_found_ok &&
		    policy->n_hooks > 1)
			continue;
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

static struct tetra_policy *parse(const char *filename, uint32_t lint,
				  struct tetra_diag *diag)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = lint);
	struct tetra_policy *policy = NULL;

	(void)tetra_policy_parse_file(&policy, filename, &opts, diag);
	return policy;
}

/* A refusal comes with an error that says why. */
static void check_policy(const char *filename, size_t k, struct outcome *outcome)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy = NULL;
	int r;

	if (tetra_diag_new(&diag) < 0)
		abort();
	policy = parse(filename, 0, diag);
	if (!policy)
		return;
	tetra_diag_clear(diag);
	r = plan_policy(policy, kernels[k], diag);
	outcome->planned += r == 0;
	outcome->refused += r < 0;
	if ((r == 0) == (tetra_diag_count(diag, TETRA_SEVERITY_ERROR) == 0) ||
	    (r == -ENOENT && policy->hooks[0].call_not_found_ok)) {
		if (r < 0 || getenv("TETRA_VERBOSE")) {
			fprintf(stderr, "--- %s: %d\n", releases[k], r);
			expect_print(diag);
		}
		return;
	}
	fprintf(stderr, "%s on %s: %d without a word, or with one too many\n", filename,
		releases[k], r);
	expect_print(diag);
	outcome->failed++;
}

static unsigned int check_folder(const char *folder, const char *inner)
{
	struct outcome outcomes[N_RELEASES] = {};
	char filename[EXPECT_PATH];
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort), i;
	unsigned int n_failed = 0;
	size_t k;

	for (i = 0; i < n; i++) {
		expect_path(&filename, folder, "/%s%s", names[i]->d_name, inner);
		for (k = 0; k < N_RELEASES && expect_is_yaml(filename); k++)
			if (access(filename, R_OK) == 0)
				check_policy(filename, k, &outcomes[k]);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	for (k = 0; k < N_RELEASES; k++) {
		printf("%s: Linux %s: %u planned, %u refused\n", folder, releases[k],
		       outcomes[k].planned, outcomes[k].refused);
		n_failed += outcomes[k].failed;
	}
	return n_failed;
}

/* With the kernel's findings, what was left open when the text was read is complete. */
static bool expected_on(const char *filename, const struct expect *expect, size_t k)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy = NULL;
	int r = -EINVAL;

	if (tetra_diag_new(&diag) < 0)
		abort();
	policy = parse(filename, 1, diag);
	/* Sections and types that are not supported have no plan. */
	if (!policy)
		return true;
	kernel_set_files(kernels[k], true);
	r = plan_policy(policy, kernels[k], diag);
	kernel_set_files(kernels[k], false);
	if (expect_verdict(expect, diag, r == -EOPNOTSUPP ? -EINVAL : r, filename))
		return true;
	fprintf(stderr, "on %s:\n", releases[k]);
	expect_print(diag);
	return false;
}

static unsigned int check_expected(const char *folder)
{
	char filename[EXPECT_PATH], sidecar[EXPECT_PATH];
	struct expect expect;
	struct dirent **names;
	int n = scandir(folder, &names, NULL, alphasort), i;
	unsigned int n_failed = 0, n_files = 0;
	size_t k;

	for (i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		expect_path(&filename, folder, "/%s", name);
		expect_path(&sidecar, folder, "/%.*s.expect",
			    (int)strlen(name) - (int)strlen(".yaml"), name);
		if (expect_is_yaml(name) && expect_read(&expect, sidecar) == 0 &&
		    expect.needs_kernel) {
			n_files++;
			for (k = 0; k < N_RELEASES; k++)
				n_failed += !expected_on(filename, &expect, k);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	printf("%s: %u files that need a kernel, %u failures\n", folder, n_files,
	       n_failed);
	return n_failed;
}

int main(void)
{
	const char *shared = getenv("TETRA_SHARED"), *data = getenv("TETRA_TEST_DATA");
	unsigned int n_failed = 0;
	char folder[EXPECT_PATH];
	size_t k;

	if (!data) {
		fprintf(stderr, "TETRA_TEST_DATA is not set\n");
		return 1;
	}
	open_kernels(data);
	expect_path(&folder, data, "/../../examples/policies");
	n_failed += check_folder(folder, "");
	expect_path(&folder, data, "/plan");
	n_failed += check_expected(folder);
	expect_path(&folder, data, "/../../../shared");
	if (!shared)
		shared = folder;
	if (access(shared, R_OK) == 0) {
		char below[EXPECT_PATH];

		expect_path(&below, shared, "/corpus/bad");
		n_failed += check_expected(below);
		expect_path(&below, shared, "/corpus/lint");
		n_failed += check_expected(below);
		expect_path(&below, shared, "/corpus/good");
		n_failed += check_folder(below, "");
		expect_path(&below, shared, "/golden");
		n_failed += check_folder(below, "/policy.yaml");
	}
	for (k = 0; k < N_RELEASES; k++)
		kernel_free(kernels[k]);
	return n_failed ? 1 : 0;
}
