/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the kernel. */
#include "lib/plan/point.h"

static void function_unknown(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function call;
	char hint[USE_HINT_BYTES];

	if (kernel_find_syscall(build->kernel, name, &call) == 0)
		use_unknown(build, "it is a system call: write 'syscall: true'",
			    "no kernel function");
	else
		use_unknown(
			build,
			use_meant(&hint, kernel_nearest_function(build->kernel, name)),
			"no kernel function");
}

void use_function(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function function = { .name = name, .target = name };
	struct use_spot spot = use_name_spot(build);
	int r = kernel_find_function(build->kernel, name, &function);

	if (r == -ENOENT && kernel_has_symbol(build->kernel, name)) {
		function = (struct kernel_function){ .name = name, .target = name };
		use_note(build, &spot, "no-types", NULL,
			 "the kernel's BTF does not describe '%s': its arguments are "
			 "read as the policy says, unchecked",
			 name);
		r = 0;
	}
	if (r == -ENOENT) {
		function_unknown(build);
		return;
	}
	if (r == 0)
		r = use_set_point(build, "", name);
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	use_plan_params(build, &function);
	use_plan_return(build, &function);
}

int ladder_find_function(struct ladder *ladder)
{
	const char *symbol = ladder->use->point.symbol;
	int r = kernel_find_function(ladder->kernel, symbol, &ladder->function);

	if (r == -ENOENT && kernel_has_symbol(ladder->kernel, symbol)) {
		ladder->function =
			(struct kernel_function){ .name = symbol, .target = symbol };
		return 0;
	}
	ladder->has_hook =
		r == 0 && kernel_lsm_hook_of(ladder->kernel, symbol, &ladder->hook);
	return r;
}
