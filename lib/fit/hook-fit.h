/* SPDX-License-Identifier: Apache-2.0 */
/* How one hook would be attached, in words. */
#ifndef TETRA_LIB_FIT_HOOK_FIT_H
#define TETRA_LIB_FIT_HOOK_FIT_H

#include "lib/base/arena.h"
#include "lib/plan/plan.h"
#include "tetra/fit.h"

/* At most so many things are emulated: one for each program, and one for the point. */
#define HOOK_FIT_MAX_EMULATED (PLAN_MAX_INSTANCES + 1u)

/* What is known without a kernel. 0; -ENOMEM. */
int hook_fit_init(struct tetra_hook_fit *ret, const struct policy_hook *hook,
		  struct arena *arena);
/* What the plan says. @ladder is that of the point, shared by all hooks there. 0; -ENOMEM. */
int hook_fit_plan(struct tetra_hook_fit *ret, const struct plan_use *use,
		  const struct plan_ladder *ladder, struct arena *arena);
/* It cannot be attached, or enforces less than it is asked to. 0; -ENOMEM. */
int hook_fit_refuse(struct tetra_hook_fit *ret, const char *reason, struct arena *arena);

#endif
