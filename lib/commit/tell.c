/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "lib/commit/tell.h"

static bool has_point(const struct session_state *state,
		      const struct session_point *point)
{
	for (uint32_t i = 0; i < state->n_points; i++)
		if (state->points[i].point == point)
			return true;
	return false;
}

void tell_begin(struct tetra_session *session, const struct session_state *next)
{
	session_log(session, TETRA_LOG_DEBUG, "commit",
		    "begins: %u policies after it, %u before", next->n_policies,
		    session->state->n_policies);
}

void tell_points(struct tetra_session *session, const struct session_state *next)
{
	uint32_t n_new = 0;

	for (uint32_t i = 0; i < next->n_points; i++)
		n_new += !next->points[i].point->attached;
	session_log(session, TETRA_LOG_DEBUG, "points", "%u hook points, %u of them new",
		    next->n_points, n_new);
}

void tell_image(struct tetra_session *session, const struct session_state *next)
{
	session_log(session, TETRA_LOG_DEBUG, "image",
		    "%u bytes of tables for %u hook points",
		    next->image->n_cells * TETRA_CELL_BYTES, next->n_points);
}

void tell_marks(struct tetra_session *session)
{
	session_log(session, TETRA_LOG_DEBUG, "marks",
		    "processes that rules follow are marked");
}

/* What became of a policy; NULL if nothing. */
static const char *policy_change(const struct state_policy *before,
				 const struct state_policy *now)
{
	if (!before)
		return "loaded";
	if (before->loaded != now->loaded)
		return "replaced";
	if (before->enabled != now->enabled)
		return now->enabled ? "enabled" : "disabled";
	if (before->mode == now->mode)
		return scope_is_same(before->scope, now->scope) ? NULL
								: "in another scope";
	return now->mode == TETRA_MODE_ENFORCE ? "in enforce mode" : "in monitor mode";
}

static void tell_policies(struct tetra_session *session, const struct session_state *old)
{
	const struct session_state *state = session->state;

	for (uint32_t i = 0; i < state->n_policies; i++) {
		const struct state_policy *now = &state->policies[i];
		const char *name = now->loaded->policy->name;
		const char *change = policy_change(state_find_policy(old, name), now);

		if (change)
			session_log(session, TETRA_LOG_INFO, "policy", "%s: %s", name,
				    change);
	}
	for (uint32_t i = 0; i < old->n_policies; i++) {
		const char *name = old->policies[i].loaded->policy->name;

		if (!state_find_policy(state, name))
			session_log(session, TETRA_LOG_INFO, "policy", "%s: unloaded",
				    name);
	}
}

static void tell_detach(struct tetra_session *session, const struct session_point *point)
{
	char name[PLAN_POINT_BYTES];

	plan_point_print(&point->place.point, &name);
	session_log(session, TETRA_LOG_INFO, "detach", "%s: %s", name, point->attach);
}

void tell_publish(struct tetra_session *session, const struct session_state *old)
{
	session_log(session, TETRA_LOG_DEBUG, "publish",
		    "the rules of commit %" PRIu64 " are in force", session->commits);
	tell_policies(session, old);
	for (uint32_t i = 0; i < old->n_points; i++)
		if (!has_point(session->state, old->points[i].point))
			tell_detach(session, old->points[i].point);
}

void tell_end(struct tetra_session *session, int r)
{
	if (r < 0)
		session_log(session, TETRA_LOG_DEBUG, "commit",
			    "failed with %d: what was in force stays", r);
	else
		session_log(session, TETRA_LOG_DEBUG, "commit",
			    "done: %u policies on %u hook points",
			    session->state->n_policies, session->state->n_points);
}
