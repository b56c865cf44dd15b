/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/commit/counters.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/diag.h"

#define COUNTER_TEXT_BYTES 40u

static void counter_put(uint64_t counter, char (*ret)[COUNTER_TEXT_BYTES])
{
	if (counter)
		snprintf(*ret, sizeof(*ret), "the counter 0x%" PRIx64, counter);
	else
		snprintf(*ret, sizeof(*ret), "no counter");
}

/* The first of @n uses that excludes @use. */
static const struct session_use *excluded_by(const struct session_policy *policy,
					     uint32_t n, const struct session_use *use)
{
	for (uint32_t i = 0; i < n; i++)
		if (plan_point_excludes(&policy->uses[i].plan.point, &use->plan.point))
			return &policy->uses[i];
	return NULL;
}

/* In a policy of @state but @loaded and, unless it is in force, the one that it replaces. */
static const struct session_use *excluded_in(const struct session_state *state,
					     const struct session_policy *loaded,
					     bool in_force, const struct session_use *use,
					     const char **ret_name)
{
	const struct session_use *other = NULL;

	for (uint32_t i = 0; i < state->n_policies && !other; i++) {
		const struct session_policy *policy = state->policies[i].loaded;

		*ret_name = policy->policy->name;
		if (policy == loaded ||
		    (!in_force && str_equal(*ret_name, loaded->policy->name)))
			continue;
		other = excluded_by(policy, policy->n_uses, use);
	}
	return other;
}

static int excluded_tell(const struct session_policy *loaded,
			 const struct session_use *use, const struct session_use *other,
			 const char *name, struct tetra_diag *diag)
{
	const struct diag_place place = { loaded->policy->file, use->hook->name_mark.line,
					  use->hook->name_mark.column,
					  use->hook->name_path };
	char own[COUNTER_TEXT_BYTES], theirs[COUNTER_TEXT_BYTES];

	counter_put(use->plan.point.place.counter, &own);
	counter_put(other->plan.point.place.counter, &theirs);
	return diag_error(
		diag, &place, -EOPNOTSUPP, "conflict",
		"give refCtrOffsets as the other has it (a usdt has that of its note); what "
		"is in force has to be unloaded first",
		"'%s' has %s here, and %s%s%s%s as '%s': the kernel takes one for "
		"each place",
		use->place, own, theirs, name ? " in policy '" : "", name ? name : "",
		name ? "'" : "", other->hook->name);
}

int counters_check(const struct tetra_session *session, const struct session_state *next,
		   const struct session_policy *loaded, struct tetra_diag *diag)
{
	int r = 0;

	for (uint32_t i = 0; i < loaded->n_uses; i++) {
		const struct session_use *use = &loaded->uses[i], *other;
		const char *name = NULL;

		if (!hook_is_in_program(use->hook))
			continue;
		other = excluded_by(loaded, i, use);
		if (!other)
			other = excluded_in(next, loaded, false, use, &name);
		if (!other)
			other = excluded_in(session->state, loaded, true, use, &name);
		if (other)
			r = excluded_tell(loaded, use, other, name, diag);
	}
	return r;
}
