/* SPDX-License-Identifier: Apache-2.0 */
/* Tracepoints: the record that tracefs describes, or the words of the kernel's call. */
#include <stdio.h>

#include "lib/plan/point.h"

/* The diagnostic points at the half of "sched/sched_switch" that is wrong. */
static void event_unknown(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	const char *subsystem = hook->subsystem ? hook->subsystem : "";
	const char *meant =
		kernel_nearest_tracepoint(build->kernel, subsystem, hook->name);
	struct use_spot spot = use_name_spot(build);
	char hint[USE_HINT_BYTES];

	if (kernel_has_subsystem(build->kernel, subsystem)) {
		use_error(build, &spot, -ENOENT, "unknown-symbol",
			  use_meant(&hint, meant), "no event '%s/%s'", subsystem,
			  hook->name);
		return;
	}
	spot = (struct use_spot){ .mark = hook->subsystem_mark, .member = "subsystem" };
	use_error(build, &spot, -ENOENT, "unknown-symbol", use_meant(&hint, meant),
		  "no subsystem '%s'", subsystem);
}

static int event_set_point(struct use_build *build)
{
	const char *subsystem = build->hook->subsystem;

	return use_set_point(build, subsystem ? subsystem : "", build->hook->name);
}

void use_tracepoint(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	struct kernel_event event;
	int r;

	r = kernel_find_tracepoint_fields(build->kernel,
					  hook->subsystem ? hook->subsystem : "",
					  hook->name, &event);
	if (r == -ENOENT) {
		event_unknown(build);
		return;
	}
	if (r == 0)
		r = event_set_point(build);
	if (r < 0) {
		struct use_spot spot = use_name_spot(build);

		use_error(build, &spot, r, "no-kernel-facts",
			  "needs tracefs mounted and readable",
			  "cannot read the format of '%s/%s'",
			  hook->subsystem ? hook->subsystem : "", hook->name);
		return;
	}
	use_plan_fields(build, &event);
}

void use_raw_tracepoint(struct use_build *build)
{
	struct kernel_function event;
	int r;

	r = kernel_find_raw_tracepoint(build->kernel, build->hook->name, &event);
	if (r == -ENOENT) {
		use_unknown(build, NULL, "no raw tracepoint");
		return;
	}
	if (r == 0)
		r = event_set_point(build);
	if (r < 0) {
		use_failed(build, r);
		return;
	}
	use_plan_params(build, &event);
}

#define ENTER "sys_enter_"

/* Its arguments can be read at the function of the call as well. */
static bool use_reads_arguments(const struct plan_use *use)
{
	uint32_t i;

	for (i = 0; i < use->n_args; i++)
		if (use->args[i].kind != TETRA_ARG_NOP &&
		    use->args[i].value.at < PLAN_CALL_RECORD)
			return false;
	return true;
}

/* The system call that the tracepoint begins, if any. */
int ladder_find_tracepoint(struct ladder *ladder)
{
	const struct plan_use *use = ladder->use;
	char name[PLAN_NAME_BYTES];

	if (!str_equal(use->point.subsystem, PLAN_CALL_SUBSYSTEM) ||
	    !str_has_prefix(use->point.symbol, ENTER) || !use_reads_arguments(use))
		return 0;
	snprintf(name, sizeof(name), "sys_%s", use->point.symbol + strlen(ENTER));
	ladder->has_call =
		kernel_find_syscall(ladder->kernel, name, &ladder->function) == 0;
	return 0;
}

int ladder_find_raw_tracepoint(struct ladder *ladder)
{
	return kernel_find_raw_tracepoint(ladder->kernel, ladder->use->point.symbol,
					  &ladder->function);
}
