/* SPDX-License-Identifier: Apache-2.0 */
/* Every exported function takes NULL: the calls themselves are written by null.py. */
#include "tests/abi/null.h"

#include "tests/unit/record-build.h"

static unsigned int n_problems;

void check_pointer(const char *name, const void *got)
{
	if (!got)
		return;
	fprintf(stderr, "%s(NULL) returns something\n", name);
	n_problems++;
}

void check_number(const char *name, long long got)
{
	if (got == 0 || got == -EINVAL || got == -ENOENT)
		return;
	fprintf(stderr, "%s(NULL) returns %lld\n", name, got);
	n_problems++;
}

/* An event of a process whose exec was seen. */
static void feed(struct desk *desk)
{
	static struct build build;
	struct build_exec exec = { .tgid = 7,
				   .stamp = 7000,
				   .flags = TETRA_EXEC_CLONE,
				   .filename = "/bin/x",
				   .exe = "/bin/x",
				   .cwd = "/",
				   BUILD_ARGS("x") };

	if (desk_feed(desk, build_exec(&build, &exec)) < 0 || !desk->n_events)
		abort();
}

int main(void)
{
	static const char text[] = "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
				   "metadata:\n  name: p\nspec:\n  kprobes:\n"
				   "  - call: vfs_read\n    syscall: false\n";
	struct tetra_policy *policy = NULL;
	struct tetra_filter *filter = NULL;
	struct tetra_diag *diag = NULL;
	struct desk desk;

	calls_with_nothing();
	desk_init(&desk, NULL);
	feed(&desk);
	if (tetra_diag_new(&diag) < 0 || tetra_filter_new(&filter) < 0 ||
	    tetra_policy_parse(&policy, text, sizeof(text) - 1, NULL, diag) < 0)
		abort();
	calls_with_one(policy, diag, filter, desk.events[0],
		       tetra_event_get_process(desk.events[0]));
	tetra_policy_unref(policy);
	tetra_filter_unref(filter);
	tetra_diag_free(diag);
	desk_done(&desk);
	printf("%u functions, %u problems\n", n_functions, n_problems);
	return n_problems || !n_functions ? EXIT_FAILURE : EXIT_SUCCESS;
}
