/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/session/state.h"

#include <stdio.h>

void session_log(struct tetra_session *session, uint32_t level, const char *module,
		 const char *format, ...)
{
	uint32_t limit = session->opts.log_level ? session->opts.log_level : TETRA_LOG_WARNING;
	char text[1024];
	va_list args;

	if (!session->opts.log || level > limit)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	session->opts.log(session->opts.log_user, level, module, text);
}

struct session_state *state_free(struct session_state *state)
{
	if (!state)
		return NULL;
	for (uint32_t i = 0; i < state->n_policies; i++)
		session_policy_unref(state->policies[i].loaded);
	for (uint32_t i = 0; i < state->n_points; i++) {
		session_point_unref(state->points[i].point);
		free(state->points[i].members);
	}
	free(state->policies);
	free(state->points);
	image_free(state->image);
	published_done(&state->published);
	free(state);
	return NULL;
}

struct state_policy *state_find_policy(const struct session_state *state, const char *name)
{
	for (uint32_t i = 0; i < state->n_policies; i++)
		if (str_equal(state->policies[i].loaded->policy->name, name))
			return &state->policies[i];
	return NULL;
}

int session_groups_set(struct tetra_session *session, uint32_t group, struct session_use *use)
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
