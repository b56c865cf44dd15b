/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/room.h"

#include "lib/base/diag.h"

/* The rules of one hook stay in one word of 64. */
static uint32_t rules_after(uint32_t n_rules, const struct session_use *use)
{
	if (n_rules % 64 + use->n_selectors > 64)
		n_rules = ROUND_UP(n_rules, 64);
	return n_rules + use->n_selectors;
}

static uint32_t room_get(struct room *room, const struct session_use *use)
{
	char name[PLAN_POINT_BYTES];
	uint32_t n = 0;

	plan_point_print(&use->plan.point, &name);
	(void)dict_get(&room->rules, name, &n); /* otherwise none so far */
	return n;
}

static int room_set(struct room *room, const struct session_use *use, uint32_t n)
{
	char name[PLAN_POINT_BYTES];

	plan_point_print(&use->plan.point, &name);
	return dict_put(&room->rules, name, n);
}

/* @before: by use of @policy, what room_put_back() needs; or NULL. */
static int room_add(struct room *room, const struct session_policy *policy,
		    uint32_t *before, const struct session_use **ret_over)
{
	int r = 0;

	*ret_over = NULL;
	for (uint32_t i = 0; i < policy->n_uses && r == 0; i++) {
		const struct session_use *use = &policy->uses[i];
		uint32_t n = room_get(room, use), after = rules_after(n, use);

		if (before)
			before[i] = n;
		if (after > TETRA_MAX_RULES && !*ret_over)
			*ret_over = use;
		r = room_set(room, use, after);
	}
	return r;
}

static void room_put_back(struct room *room, const struct session_policy *policy,
			  const uint32_t *before)
{
	/* Backwards: a policy may have several uses on one hook. The texts already exist. */
	for (uint32_t i = policy->n_uses; i--;)
		(void)room_set(room, &policy->uses[i], before[i]);
}

static int room_count(struct room *room, const struct session_state *state,
		      const struct session_policy *without)
{
	const struct session_use *over;
	int r = 0;

	dict_done(&room->rules);
	for (uint32_t i = 0; i < state->n_policies && r == 0; i++)
		if (state->policies[i].enabled && state->policies[i].loaded != without)
			r = room_add(room, state->policies[i].loaded, NULL, &over);
	room->counted = r == 0;
	room->stale = false;
	return r;
}

static int room_refuse(const struct session_policy *policy, const struct session_use *use,
		       struct tetra_diag *diag)
{
	const struct diag_place place = { policy->policy->file, use->hook->mark.line,
					  use->hook->mark.column, use->hook->yaml_path };

	return diag_error(diag, &place, -E2BIG, "resource-limit",
			  "unload policies that use this hook, or merge their selectors",
			  "more than %u rules (selectors) on '%s', counting all policies",
			  TETRA_MAX_RULES, use->hook->name);
}

int room_take(struct room *room, const struct session_state *state,
	      const struct session_policy *same, const struct session_policy *policy,
	      struct tetra_diag *diag)
{
	_cleanup_(freep) uint32_t *before =
		calloc(MAX(policy->n_uses, 1u), sizeof(*before));
	const struct session_use *over = NULL;
	int r = before ? 0 : -ENOMEM;

	if (r == 0 && !room->counted)
		r = room_count(room, state, same);
	else if (same)
		room->stale = true;
	if (r == 0)
		r = room_add(room, policy, before, &over);
	if (r == 0 && over && room->stale) {
		r = room_count(room, state, same);
		if (r == 0)
			r = room_add(room, policy, before, &over);
	}
	if (r < 0 || !over)
		return r;
	room_put_back(room, policy, before);
	/* The policy to replace stays, and may not have been counted. */
	room->counted = !same;
	return room_refuse(policy, over, diag);
}

void room_done(struct room *room)
{
	dict_done(&room->rules);
	*room = (struct room){};
}
