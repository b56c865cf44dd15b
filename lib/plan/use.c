/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One policy's hook on this kernel: which hook point it means, and what it needs there.
 */
#include "lib/use/build.h"

#include "lib/plan/point.h"

#define X(NAME, number, name, sections, enforces, needs, ...) [number] = (needs),
static const uint32_t action_needs[TETRA_ACTION_END] = { TETRA_ACTIONS(X) };
#undef X

/* Monitor mode needs the same attach points: enforcing is then only a table change. */
static uint32_t hook_needs(const struct policy_hook *hook)
{
	uint32_t needs = PLAN_NEEDS_EVENT | (hook->wants_return ? PLAN_NEEDS_RETURN : 0);
	uint32_t i, k;

	for (i = 0; i < hook->n_selectors; i++) {
		if (hook->selectors[i].n_return_args)
			needs |= PLAN_NEEDS_RETURN;
		for (k = 0; k < hook->selectors[i].n_actions; k++)
			needs |= action_needs[hook->selectors[i].actions[k].kind];
	}
	return needs;
}

/* An enforcing rule compares a text in the process's own memory. */
static bool judges_memory(const struct use_build *build)
{
	const struct plan_use *use = build->use;
	uint32_t i;

	if (!(use->needs & PLAN_NEEDS_ENFORCE))
		return false;
	for (i = 0; i < use->n_args; i++)
		if (use->args[i].user &&
		    kind_has_class(use->args[i].kind, TETRA_CLASS_TEXT) &&
		    use_filters(build, i))
			return true;
	return false;
}

int plan_use(struct plan_use *ret, const struct policy_hook *hook, const char *file,
	     struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	return plan_use_at(ret, hook, 0, file, kernel, diag);
}

int plan_use_at(struct plan_use *ret, const struct policy_hook *hook, uint32_t at,
		const char *file, struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	struct plan_use use = { .point.kind = point_kind_of(hook) };
	struct use_build build = {
		.use = &use,
		.hook = hook,
		.at = at,
		.file = file,
		.kernel = kernel,
		.diag = diag,
	};
	const struct point_row *row;

	if (!hook->name || use.point.kind == PLAN_POINT_END ||
	    hook->n_args > ARRAY_SIZE(use.args))
		return -EOPNOTSUPP;
	use.needs = hook_needs(hook);
	use.n_args = hook->n_args;
	row = point_row(use.point.kind);
	build.member = row->member;
	row->use(&build);
	if (build.error < 0)
		return build.error;
	if (judges_memory(&build))
		use.needs |= PLAN_NEEDS_MEMORY;
	*ret = use;
	return 0;
}
