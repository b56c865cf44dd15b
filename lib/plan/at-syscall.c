/* SPDX-License-Identifier: Apache-2.0 */
/* System calls, by the function that the 64-bit or 32-bit entry calls. */
#include "lib/plan/point.h"

static void syscall_unknown(struct use_build *build)
{
	const char *name = build->hook->name;
	struct kernel_function function;
	char hint[USE_HINT_BYTES];

	if (kernel_find_function(build->kernel, name, &function) == 0 ||
	    kernel_has_symbol(build->kernel, name))
		use_unknown(build,
			    "it is a function of the kernel: write 'syscall: false'; a "
			    "hook is for a system call by default",
			    "no system call");
	else
		use_unknown(build,
			    use_meant(&hint, kernel_nearest_syscall(build->kernel, name)),
			    "no system call");
}

/*
 * The 32-bit wrapper has other registers: bx, cx, dx, si, di, bp. Reading the registers of the
 * 64-bit one would apply a filter to the wrong argument.
 */
static void compat_check(struct use_build *build)
{
	struct use_spot spot = use_name_spot(build);
	uint32_t i;

	if (!str_has_prefix(build->use->point.symbol, "__ia32_"))
		return;
	for (i = 0; i < build->use->n_args; i++)
		if (build->use->args[i].kind != TETRA_ARG_NOP)
			break;
	if (i < build->use->n_args)
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "leave 'args' out, or hook the function that both entries call",
			  "the arguments of 32-bit system calls cannot be read");
}

void use_syscall(struct use_build *build)
{
	struct kernel_function call;
	int r = kernel_find_syscall(build->kernel, build->hook->name, &call);

	if (r == -ENOENT) {
		syscall_unknown(build);
		return;
	}
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	if (use_set_point(build, "", call.name) < 0) {
		use_failed(build, -E2BIG);
		return;
	}
	use_plan_params(build, &call);
	use_plan_return(build, &call);
	compat_check(build);
}

int ladder_find_syscall(struct ladder *ladder)
{
	return kernel_find_syscall(ladder->kernel, ladder->use->point.symbol,
				   &ladder->function);
}
