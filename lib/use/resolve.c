/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments that are members of what a parameter points to. */
#include <stdio.h>

#include "lib/use/fit.h"
#include "lib/use/build.h"

/* Two paths, the longest that are kept, and words. */
#define PART_BYTES 1024u

static struct use_spot resolve_spot(const struct policy_arg *arg, const char *list)
{
	return (struct use_spot){ arg->resolve_mark, list, "resolve" };
}

/* The parameter does not point to a type with members. */
static void start_tell(struct use_build *build, const char *list,
		       const struct policy_arg *arg, const struct kernel_param *param)
{
	const struct use_spot spot = resolve_spot(arg, list);

	if (arg->btf_type)
		use_error(build, &spot, -EOPNOTSUPP, "unknown-symbol", NULL,
			  "this kernel has no 'struct %s'", arg->btf_type);
	else
		use_error(build, &spot, -EOPNOTSUPP, "arg-type-mismatch",
			  "name the struct with btfType",
			  "'%s' has no members: parameter %u of '%s'", param->c_type,
			  arg->index, build->use->point.symbol);
}

/* "'f_pth' on the path 'f_pth.dentry'" */
static void part_put(char (*buf)[PART_BYTES], const struct policy_arg *arg,
		     const struct kernel_walk *walk)
{
	if (str_equal(walk->bad, arg->resolve))
		snprintf(*buf, sizeof(*buf), "'%s'", walk->bad);
	else
		snprintf(*buf, sizeof(*buf), "'%s' on the path '%s'", walk->bad,
			 arg->resolve);
}

static void walk_tell(struct use_build *build, const char *list,
		      const struct policy_arg *arg, const struct kernel_param *param,
		      const struct kernel_walk *walk)
{
	const struct use_spot spot = resolve_spot(arg, list);
	char hint[USE_HINT_BYTES], part[PART_BYTES];

	part_put(&part, arg, walk);
	if (walk->error == -ENOENT && !*walk->bad)
		start_tell(build, list, arg, param);
	else if (walk->error == -ENOENT)
		use_error(build, &spot, -EOPNOTSUPP, "unknown-symbol",
			  use_meant(&hint, walk->near), "this kernel has no %s", part);
	else if (walk->error == -E2BIG)
		use_error(
			build, &spot, -EOPNOTSUPP, "too-many", NULL,
			"the path '%s' has more than %u steps, including pointers, or a "
			"member 64 kB into a struct",
			arg->resolve, KERNEL_MAX_STEPS);
	else
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here", NULL,
			  "%s is a bit field, or has more than 8 bytes", part);
}

static void walk_set(struct tetra_slot_config *slot, const struct kernel_walk *walk)
{
	struct tetra_source *source = &slot->value;

	slot->walks = 1;
	source->start = source->from;
	source->from = TETRA_FROM_STEPS;
	source->n_steps = (uint8_t)walk->n_steps;
	for (uint32_t i = 0; i < walk->n_steps; i++)
		source->steps[i] = (struct tetra_step){ .offset = walk->steps[i].offset,
							.load = walk->steps[i].load };
}

static void end_tell(struct use_build *build, const char *list,
		     const struct policy_arg *arg, const struct kernel_param *end,
		     enum fit fit)
{
	const struct use_spot spot = { arg->type_mark, list, "type" };
	char hint[128];

	if (fit == FIT_BAD)
		use_warning(build, &spot, "arg-type-mismatch",
			    fit_param_hint(&hint, end, false),
			    "type '%s' does not fit: '%s' is '%s'", arg->type,
			    arg->resolve, end->c_type);
	else if (fit == FIT_NONE)
		use_error(build, &spot, -EOPNOTSUPP, "arg-type-mismatch",
			  fit_param_hint(&hint, end, false),
			  "type '%s' cannot be read: '%s' is '%s'", arg->type,
			  arg->resolve, end->c_type);
}

void use_plan_resolve(struct use_build *build, const char *list,
		      const struct kernel_function *function, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = resolve_spot(arg, list);
	const struct kernel_param *param =
		function ? &function->params[arg->index] : NULL;
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct kernel_pointer from = {
		.type = function ? arg->btf_type : "task_struct",
		.function = function ? function->target : NULL,
		.index = arg->index,
		.is_trace = build->use->point.kind == PLAN_POINT_RAW_TRACEPOINT,
	};
	struct kernel_walk walk;
	int r = kernel_find_walk(build->kernel, &from, arg->resolve, &walk);

	if (r < 0) {
		use_error(build, &spot, r, "no-kernel-facts", NULL,
			  "the facts at hand do not say where '%s' is, from '%s'",
			  arg->resolve, build->use->point.symbol);
		return;
	}
	if (walk.error) {
		walk_tell(build, list, arg, param, &walk);
		return;
	}
	walk_set(slot, &walk);
	if (!walk.end.is_pointer)
		fit_width(slot, walk.end.size, walk.end.is_signed);
	end_tell(build, list, arg, &walk.end, fit_param(arg, &walk.end, false));
	use_plan_layout(build, &spot, position);
}
