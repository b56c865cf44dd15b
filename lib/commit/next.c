/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/commit/next.h"

#include "lib/base/diag.h"
#include "lib/sensor/drain.h"
#include "lib/session/place.h"

static int hook_number_take(struct tetra_session *session, uint32_t *ret)
{
	for (uint32_t i = 0; i < TETRA_MAX_HOOKS; i++) {
		uint64_t *word = &session->used_hooks[i / 64];

		if (*word >> (i % 64) & 1)
			continue;
		*word |= 1ull << (i % 64);
		*ret = i;
		return 0;
	}
	return -E2BIG;
}

void next_release_hooks(struct tetra_session *session)
{
	const struct session_state *state = session->state;

	memset(session->used_hooks, 0, sizeof(session->used_hooks));
	for (uint32_t i = 0; i < state->n_points; i++) {
		uint32_t id = state->points[i].point->id;

		session->used_hooks[id / 64] |= 1ull << (id % 64);
	}
}

static struct state_point *state_find_point(const struct session_state *state,
					    const struct plan_point *point)
{
	for (uint32_t i = 0; i < state->n_points; i++)
		if (plan_point_is_same(&state->points[i].point->place.point, point))
			return &state->points[i];
	return NULL;
}

/* Puts a successor in place of @point, which may be in force. */
static int point_succeed(struct tetra_session *session, struct state_point *point)
{
	struct session_point *successor;
	uint32_t id;
	int r = hook_number_take(session, &id);

	if (r == 0)
		r = session_point_copy(&successor, point->point, id);
	if (r < 0)
		return r;
	session_point_unref(point->point);
	point->point = successor;
	return 0;
}

static int next_new_point(struct tetra_session *session, struct session_state *next,
			  const struct session_use *use, struct state_point **ret)
{
	const struct state_point *current =
		state_find_point(session->state, &use->plan.point);
	struct state_point *grown =
		realloc(next->points, (next->n_points + 1) * sizeof(*grown));
	struct state_point *point;
	uint32_t id;
	int r;

	if (!grown)
		return -ENOMEM;
	next->points = grown;
	point = &grown[next->n_points];
	memset(point, 0, sizeof(*point));
	if (current) {
		point->point = session_point_ref(current->point);
	} else {
		r = hook_number_take(session, &id);
		if (r == 0)
			r = session_point_new(&point->point, use, id);
		if (r < 0)
			return r;
	}
	next->n_points++;
	*ret = point;
	return 0;
}

static int next_add_use(struct tetra_session *session, struct session_state *next,
			uint32_t policy, struct session_use *use, struct tetra_diag *diag)
{
	const char *file = next->policies[policy].loaded->policy->file;
	struct state_point *point = state_find_point(next, &use->plan.point);
	struct state_member *grown;
	int r = 0;

	if (!point)
		r = next_new_point(session, next, use, &point);
	if (r == 0 && point->point->attached &&
	    (!shape_has_use(&point->point->shape, &use->plan, use->hook) ||
	     session_point_is_outdated(point->point, session->kernel)))
		r = point_succeed(session, point);
	if (r == 0)
		r = session_point_add(point->point, use, file, diag);
	if (r < 0)
		return r;
	grown = realloc(point->members, (point->n_members + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	point->members = grown;
	grown[point->n_members++] = (struct state_member){ use, policy };
	return 0;
}

int next_collect_points(struct tetra_session *session, struct session_state *next,
			struct tetra_diag *diag)
{
	for (uint32_t i = 0; i < next->n_policies; i++) {
		struct session_policy *loaded = next->policies[i].loaded;

		for (uint32_t j = 0; j < loaded->n_uses; j++) {
			int r = next_add_use(session, next, i, &loaded->uses[j], diag);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static void group_fill(struct ruleset_group *group, const struct state_member *member,
		       const struct session_state *state, struct tetra_session *session)
{
	const struct state_policy *policy = &state->policies[member->policy];
	const struct session_use *use = member->use;

	group->id = use->group;
	group->file = policy->loaded->policy->file;
	group->hook = use->hook;
	group->slots = use->slots;
	group->monitor = policy->mode == TETRA_MODE_MONITOR;
	group->disabled = !policy->enabled;
	for (int i = 0; i < TETRA_NS_END; i++)
		group->host_ns[i] = kernel_host_ns(session->kernel, i);
	group->host_user_ns = group->host_ns[TETRA_NS_USER];
	group->widened = use->widened;
	group->n_widened = use->n_widened;
	group->marks = use->marks;
	group->scope = policy->scope ? &policy->scope->groups : NULL;
}

static int point_fill(struct ruleset_hook *hook, const struct state_point *point,
		      const struct session_state *state, struct tetra_session *session)
{
	hook->n_slots = TETRA_MAX_SLOTS;
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		const struct tetra_slot_config *slot = &point->point->shape.slots[i];

		hook->slots[i].kind = slot->kind;
		hook->slots[i].walks = slot->walks;
	}
	hook->groups = calloc(MAX(point->n_members, 1u), sizeof(*hook->groups));
	if (!hook->groups)
		return -ENOMEM;
	hook->n_groups = point->n_members;
	for (uint32_t i = 0; i < point->n_members; i++)
		group_fill(&hook->groups[i], &point->members[i], state, session);
	return 0;
}

static uint32_t state_used_rows(const struct session_state *state)
{
	uint32_t rows = 0;

	for (uint32_t i = 0; i < state->n_points; i++)
		rows = MAX(rows, state->points[i].point->id + 1);
	return rows;
}

static uint32_t state_hook_rows(const struct session_state *state)
{
	return ROUND_UP(state_used_rows(state) + STATE_SPARE_HOOKS, STATE_SPARE_HOOKS);
}

static bool state_has_point(const struct session_state *state,
			    const struct session_point *point)
{
	for (uint32_t i = 0; i < state->n_points; i++)
		if (state->points[i].point == point)
			return true;
	return false;
}

static bool state_has_use(const struct session_state *state,
			  const struct session_use *use)
{
	for (uint32_t i = 0; i < state->n_points; i++)
		for (uint32_t j = 0; j < state->points[i].n_members; j++)
			if (state->points[i].members[j].use == use)
				return true;
	return false;
}

/* The rules of points of @old that are not in @state: they only enforce. */
static int points_fill_parting(struct ruleset *ruleset, const struct session_state *state,
			       const struct session_state *old,
			       struct tetra_session *session)
{
	int r = 0;

	for (uint32_t i = 0; i < old->n_points && r == 0; i++) {
		const struct state_point *point = &old->points[i];
		struct ruleset_hook *hook = &ruleset->hooks[point->point->id];

		if (state_has_point(state, point->point))
			continue;
		r = point_fill(hook, point, old, session);
		for (uint32_t j = 0; j < hook->n_groups; j++)
			hook->groups[j].parting = 1;
	}
	return r;
}

/*
 * Compiles @state into state->image, with at least @n_hooks rows; if @old is given, with the
 * rules of the points that are removed from it.
 */
static int state_compile_with(struct tetra_session *session, struct session_state *state,
			      const struct session_state *old, uint32_t n_hooks,
			      struct tetra_diag *diag)
{
	struct ruleset ruleset = { .generation = session->commits + 1,
				   .seed = session->seed };
	struct image *image = NULL;
	int r = 0;

	ruleset.n_hooks = MIN(MAX(n_hooks, state_hook_rows(state)), TETRA_MAX_HOOKS);
	ruleset.hooks = calloc(ruleset.n_hooks, sizeof(*ruleset.hooks));
	if (!ruleset.hooks)
		return -ENOMEM;
	for (uint32_t i = 0; i < state->n_points && r == 0; i++)
		r = point_fill(&ruleset.hooks[state->points[i].point->id],
			       &state->points[i], state, session);
	if (r == 0 && old)
		r = points_fill_parting(&ruleset, state, old, session);
	if (r == 0)
		r = image_compile(&image, &ruleset, diag);
	for (uint32_t i = 0; i < ruleset.n_hooks; i++)
		free(ruleset.hooks[i].groups);
	free(ruleset.hooks);
	if (r < 0)
		return r;
	image_free(state->image);
	state->image = image;
	state->n_hooks = ruleset.n_hooks;
	return 0;
}

static int state_compile(struct tetra_session *session, struct session_state *state,
			 uint32_t n_hooks, struct tetra_diag *diag)
{
	return state_compile_with(session, state, NULL, n_hooks, diag);
}

int next_compile(struct tetra_session *session, struct session_state *next,
		 struct tetra_diag *diag)
{
	bool succeeded = false;
	int r = state_compile(session, next, 0, diag);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < next->n_points; i++) {
		struct state_point *point = &next->points[i];
		const struct plan_demand demand =
			shape_demand(next->image, point->point->id);

		if (point->point->attached) {
			if (shape_has(&point->point->shape, &demand))
				continue;
			r = point_succeed(session, point);
			if (r < 0)
				return r;
			succeeded = true;
		}
		shape_add(&point->point->shape, &demand);
	}
	/* Successors have other numbers: their rows must move. */
	return succeeded ? state_compile(session, next, 0, diag) : 0;
}

/* More rows for the state in force, so that new programs find theirs, empty. */
static int session_grow(struct tetra_session *session, uint32_t n_hooks)
{
	struct session_state *state = session->state, grown = *state, old = *state;
	int r;

	if (n_hooks <= state->n_hooks)
		return 0;
	grown.image = NULL;
	grown.published = (struct published){ 0 };
	r = state_compile(session, &grown, ROUND_UP(n_hooks, STATE_SPARE_HOOKS), NULL);
	if (r == 0)
		r = published_prepare(&grown.published, grown.image->cells,
				      grown.image->n_cells);
	/* Statistics calls of other threads may read the state at the same time. */
	pthread_mutex_lock(&session->lock);
	if (r == 0)
		r = published_commit(&grown.published, session->sensor);
	if (r == 0) {
		state_harvest(state);
		*state = grown;
	} else {
		old = grown;
	}
	pthread_mutex_unlock(&session->lock);
	image_free(old.image);
	published_done(&old.published);
	return r;
}

int next_plan(struct tetra_session *session, struct session_state *next,
	      struct tetra_diag *diag)
{
	for (uint32_t i = 0; i < next->n_points; i++) {
		const struct state_point *point = &next->points[i];
		const char *file =
			next->policies[point->members[0].policy].loaded->policy->file;
		int r;

		if (point->point->attached)
			continue;
		/* Warnings were given when the policy was added: report only errors here. */
		r = session_point_plan(point->point, file, session->kernel, NULL);
		if (r < 0)
			return session_point_plan(point->point, file, session->kernel,
						  diag);
	}
	return 0;
}

/* Each has a program and its link. */
static int next_check_room(const struct session_state *next, struct tetra_diag *diag)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < next->n_points; i++)
		if (!next->points[i].point->attached)
			n += 2 * next->points[i].point->ladder.n_instances;
	return n ? session_check_room(n, diag) : 0;
}

/* Before the first of them is attached. */
static void next_expect(struct tetra_session *session, const struct session_state *next)
{
	for (uint32_t i = 0; i < next->n_points; i++)
		if (!next->points[i].point->attached)
			session_point_expect(next->points[i].point, session->sensor,
					     session->kernel);
}

int next_attach(struct tetra_session *session, struct session_state *next,
		struct tetra_diag *diag)
{
	int r = next_plan(session, next, diag);

	if (r == 0)
		r = session_check_switches(session, next, diag);
	if (r == 0)
		r = next_check_room(next, diag);
	if (r == 0)
		r = session_grow(session, state_used_rows(next));
	if (r == 0)
		next_expect(session, next);
	for (uint32_t i = 0; i < next->n_points && r == 0; i++) {
		struct session_point *point = next->points[i].point;
		char name[PLAN_POINT_BYTES];

		if (point->attached)
			continue;
		r = session_point_attach(point, session->sensor, session->kernel, diag);
		plan_point_print(&point->place.point, &name);
		if (r == 0)
			session_log(session, TETRA_LOG_INFO, "attach", "%s: %s: %s", name,
				    point->attach, point->ladder.reason);
	}
	return r;
}

/* Whether rules may move from a removed program to one that is added or stays. */
static bool next_moves_rules(const struct session_state *old,
			     const struct session_state *next)
{
	bool parts = false, comes = false;

	for (uint32_t i = 0; i < old->n_points && !parts; i++)
		parts = !state_has_point(next, old->points[i].point);
	for (uint32_t i = 0; parts && i < next->n_points && !comes; i++) {
		comes = !state_has_point(old, next->points[i].point);
		for (uint32_t j = 0; j < next->points[i].n_members && !comes; j++)
			comes = !state_has_use(old, next->points[i].members[j].use);
	}
	return parts && comes;
}

/*
 * A call passes several programs, one after the other. If rules moved from one to another in
 * one exchange, a call in between could meet the new program before the exchange and the old
 * one after it, both without rules. So for a time both enforce, until every call that had
 * already started has finished.
 */
static int publish_moved(struct tetra_session *session, const struct session_state *old,
			 const struct session_state *next)
{
	struct session_state both = *next;
	int r;

	both.image = NULL;
	both.published = (struct published){ 0 };
	r = state_compile_with(session, &both, old, state_used_rows(old), NULL);
	if (r == 0)
		r = published_prepare(&both.published, both.image->cells,
				      both.image->n_cells);
	if (r == 0)
		r = published_commit(&both.published, session->sensor);
	if (r == 0) {
		r = drain_calls(&both.published, session->sensor, session->kernel);
		if (r == 0)
			r = published_commit(&next->published, session->sensor);
		else
			(void)published_commit(&old->published, session->sensor);
		state_harvest(&both);
	}
	image_free(both.image);
	published_done(&both.published);
	return r;
}

/* Skipped runs of removed programs: counted by the successor, or by the session. */
static void misses_keep(struct tetra_session *session, const struct session_state *old,
			const struct session_state *next)
{
	for (uint32_t i = 0; i < old->n_points; i++) {
		const struct session_point *point = old->points[i].point;
		struct state_point *successor =
			state_find_point(next, &point->place.point);
		uint64_t misses = session_point_get_misses(point);

		if (!successor)
			session->parted_misses += misses;
		else if (successor->point != point)
			successor->point->misses = misses;
	}
}

int next_publish(struct tetra_session *session, struct session_state **next)
{
	struct session_state *old = session->state;
	int r = published_prepare(&(*next)->published, (*next)->image->cells,
				  (*next)->image->n_cells);

	if (r < 0)
		return r;
	pthread_mutex_lock(&session->lock);
	r = next_moves_rules(old, *next)
		    ? publish_moved(session, old, *next)
		    : published_commit(&(*next)->published, session->sensor);
	if (r == 0) {
		state_harvest(old);
		misses_keep(session, old, *next);
		session->state = *next;
		session->commits++;
		*next = old;
	}
	pthread_mutex_unlock(&session->lock);
	return r;
}
