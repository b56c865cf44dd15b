/* SPDX-License-Identifier: Apache-2.0 */
/* LSM hooks. */
#include "lib/plan/point.h"

static const char *lsm_meant(struct use_build *build)
{
	const char *name = kernel_nearest_lsm_hook(build->kernel, build->hook->name);

	if (name && str_has_prefix(name, LSM_PREFIX))
		return name + strlen(LSM_PREFIX);
	return name;
}

void use_lsm(struct use_build *build)
{
	struct kernel_function hook;
	char hint[USE_HINT_BYTES];

	if (!kernel_has(build->kernel, KERNEL_BTF)) {
		use_failed(build, -EOPNOTSUPP);
		return;
	}
	if (!kernel_lsm_hook(build->kernel, build->hook->name, &hook)) {
		use_unknown(build, use_meant(&hint, lsm_meant(build)), "no LSM hook");
		return;
	}
	if (use_set_point(build, "", build->hook->name) < 0) {
		use_failed(build, -E2BIG);
		return;
	}
	use_plan_params(build, &hook);
}

int ladder_find_lsm(struct ladder *ladder)
{
	if (!kernel_lsm_hook(ladder->kernel, ladder->use->point.symbol, &ladder->hook))
		return -ENOENT;
	ladder->has_hook = true;
	ladder->function = ladder->hook;
	return 0;
}
