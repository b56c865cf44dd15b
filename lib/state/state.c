/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/state.h"

#include <stdio.h>

void session_log(struct tetra_session *session, uint32_t level, const char *module,
		 const char *format, ...)
{
	uint32_t limit =
		session->opts.log_level ? session->opts.log_level : TETRA_LOG_WARNING;
	char text[1024];
	va_list args;

	if (!session->opts.log || level > limit)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	session->n_callbacks++;
	session->opts.log(session->opts.log_user, level, module, text);
	session->n_callbacks--;
}

struct session_state *state_free(struct session_state *state)
{
	if (!state)
		return NULL;
	for (uint32_t i = 0; i < state->n_policies; i++) {
		session_policy_unref(state->policies[i].loaded);
		scope_unref(state->policies[i].scope);
	}
	for (uint32_t i = 0; i < state->n_points; i++) {
		session_point_unref(state->points[i].point);
		free(state->points[i].members);
	}
	free(state->policies);
	dict_done(&state->names);
	free(state->points);
	image_free(state->image);
	published_done(&state->published);
	free(state);
	return NULL;
}

static bool state_is_named(const struct session_state *state, uint32_t i,
			   const char *name)
{
	return str_equal(state->policies[i].loaded->policy->name, name);
}

struct state_policy *state_find_policy(const struct session_state *state,
				       const char *name)
{
	uint32_t low, high;

	if (!dict_get(&state->names, name, &high))
		return NULL;
	low = high > state->n_removed ? high - state->n_removed : 0;
	high = MIN(high, state->n_policies - 1);
	/* From both ends: policies are usually removed in order or in reverse order. */
	for (; low <= high; low++, high--) {
		if (state_is_named(state, low, name))
			return &state->policies[low];
		if (state_is_named(state, high, name))
			return &state->policies[high];
	}
	return NULL;
}

static int state_grow_policies(struct session_state *state)
{
	uint32_t size = state->size_policies * 2 + 8;
	struct state_policy *grown;

	if (state->n_policies < state->size_policies)
		return 0;
	grown = realloc(state->policies, size * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	state->policies = grown;
	state->size_policies = size;
	return 0;
}

int state_add_policy(struct session_state *state, struct session_policy *loaded,
		     uint32_t mode, bool enabled)
{
	int r = state_grow_policies(state);

	if (r == 0)
		r = dict_put(&state->names, loaded->policy->name, state->n_policies);
	if (r < 0) {
		session_policy_unref(loaded);
		return r;
	}
	state->policies[state->n_policies++] =
		(struct state_policy){ loaded, mode, enabled, NULL };
	return 0;
}

void state_remove_policy(struct session_state *state, struct state_policy *policy)
{
	struct state_policy *end = state->policies + state->n_policies;

	dict_remove(&state->names, policy->loaded->policy->name);
	session_policy_unref(policy->loaded);
	scope_unref(policy->scope);
	memmove(policy, policy + 1, (size_t)(end - policy - 1) * sizeof(*policy));
	state->n_policies--;
	state->n_removed++;
}

int session_groups_set(struct tetra_session *session, uint32_t group,
		       struct session_use *use)
{
	if (group >= session->n_groups) {
		uint32_t n = MAX(group + 1, session->n_groups * 2 + 16);
		struct session_use **grown =
			realloc(session->groups, n * sizeof(*session->groups));

		if (!grown)
			return -ENOMEM;
		memset(grown + session->n_groups, 0,
		       (n - session->n_groups) * sizeof(*grown));
		session->groups = grown;
		session->n_groups = n;
	}
	session->groups[group] = use;
	return 0;
}

void session_drop_retired(struct tetra_session *session)
{
	for (uint32_t i = 0; i < session->n_retired; i++) {
		struct session_policy *policy = session->retired[i];

		/* A replaced policy may be in force again under the same reference. */
		if (policy->n_refs == 1)
			for (uint32_t j = 0; j < policy->n_uses; j++)
				(void)session_groups_set(session, policy->uses[j].group,
							 NULL); /* within the array */
		session_policy_unref(policy);
	}
	session->n_retired = 0;
}
