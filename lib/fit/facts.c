/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/fit/facts.h"

#include "lib/base/diag.h"
#include "lib/base/opts.h"
#include "lib/recording/recording.h"
#include "lib/session/place.h"
#include "tetra/fit.h"

/* Takes the kernel. */
static int facts_new(struct tetra_facts **ret, struct tetra_kernel *kernel)
{
	struct tetra_facts *facts = calloc(1, sizeof(*facts));

	if (!facts) {
		kernel_free(kernel);
		return -ENOMEM;
	}
	facts->kernel = kernel;
	*ret = facts;
	return 0;
}

int tetra_facts_read(struct tetra_facts **ret, struct tetra_diag *diag)
{
	struct tetra_kernel *kernel;
	int r = ret ? kernel_probe(&kernel, NULL, diag) : -EINVAL;

	return r < 0 ? r : facts_new(ret, kernel);
}

static int check_complete(const struct tetra_kernel *kernel, const char *path,
			  struct tetra_diag *diag)
{
	const struct diag_place place = { .file = path };

	if (kernel_is_complete(kernel))
		return 0;
	return diag_error(diag, &place, -EINVAL, "bad-facts", "record them again",
			  "these facts are an excerpt, not everything about a machine");
}

int tetra_facts_load(struct tetra_facts **ret, const char *path, struct tetra_diag *diag)
{
	struct tetra_kernel *kernel;
	int r = ret && path ? kernel_read_facts(&kernel, path, diag) : -EINVAL;

	if (r < 0)
		return r;
	r = check_complete(kernel, path, diag);
	if (r < 0) {
		kernel_free(kernel);
		return r;
	}
	return facts_new(ret, kernel);
}

int tetra_facts_save(struct tetra_facts *facts, const char *path, struct tetra_diag *diag)
{
	int r = facts && path ? 0 : -EINVAL;

	/* A kernel that sessions do not support has facts, too. */
	if (r == 0 && session_check_kernel(facts->kernel, NULL) == -EPERM)
		r = session_check_kernel(facts->kernel, diag);
	return r < 0 ? r : kernel_save_facts(facts->kernel, path, diag);
}

struct tetra_facts *tetra_facts_free(struct tetra_facts *facts)
{
	if (!facts)
		return NULL;
	kernel_free(facts->kernel);
	free(facts);
	return NULL;
}

int tetra_facts_get_machine(struct tetra_facts *facts, struct tetra_machine *ret)
{
	struct tetra_machine machine = {};

	if (!facts || !opts_can_fill(ret))
		return -EINVAL;
	machine.is_live = !kernel_is_recorded(facts->kernel);
	machine.preemption = (uint32_t)kernel_preemption(facts->kernel);
	machine.release = kernel_release(facts->kernel);
	machine.machine = kernel_machine(facts->kernel);
	machine.lsm = kernel_lsm_list(facts->kernel);
	return opts_fill(ret, &machine, sizeof(machine));
}
