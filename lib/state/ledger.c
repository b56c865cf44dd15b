/* SPDX-License-Identifier: Apache-2.0 */
/* All statistics of a session. */
#include "bpf/abi/kinds.h"
#include "lib/base/counter.h"
#include "lib/base/opts.h"
#include "lib/state/state.h"

static void counts_add_cell(struct tetra_counts *counts, const struct tetra_cell *cell)
{
#define X(name) counts->name += __atomic_load_n(&cell->counters.name, __ATOMIC_RELAXED);
	TETRA_COUNTERS(X)
#undef X
}

static void counts_add(struct tetra_counts *to, const struct tetra_counts *from)
{
#define X(name) to->name += from->name;
	TETRA_COUNTERS(X)
#undef X
}

/* Counters in force of one selector of a use, added to @counts. */
static void use_add_live(const struct session_state *state, const struct session_use *use,
			 uint32_t selector, struct tetra_counts *counts)
{
	for (uint32_t i = 0; i < state->n_points; i++) {
		const struct state_point *point = &state->points[i];

		for (uint32_t j = 0; j < point->n_members; j++) {
			uint32_t cell;

			if (point->members[j].use != use)
				continue;
			cell = image_counter_cell(state->image, point->point->id, j,
						  selector);
			if (cell)
				counts_add_cell(counts, &state->published.cells[cell]);
			return;
		}
	}
}

void state_harvest(struct session_state *state)
{
	for (uint32_t i = 0; i < state->n_points; i++) {
		const struct state_point *point = &state->points[i];

		for (uint32_t j = 0; j < point->n_members; j++) {
			struct session_use *use = point->members[j].use;

			for (uint32_t k = 0; k < use->n_selectors; k++) {
				uint32_t cell = image_counter_cell(
					state->image, point->point->id, j, k);

				if (cell)
					counts_add_cell(&use->counts[k],
							&state->published.cells[cell]);
			}
		}
	}
}

static void use_count(const struct session_state *state, const struct session_use *use,
		      uint32_t selector, struct tetra_counts *counts)
{
	for (uint32_t i = 0; i < use->n_selectors; i++) {
		if (selector != TETRA_ALL && selector != i)
			continue;
		counts_add(counts, &use->counts[i]);
		use_add_live(state, use, i, counts);
	}
}

static int policy_count(const struct session_state *state,
			const struct session_policy *policy, uint32_t hook,
			uint32_t selector, struct tetra_counts *counts)
{
	int r = -ENOENT;

	for (uint32_t i = 0; i < policy->n_uses; i++) {
		const struct session_use *use = &policy->uses[i];

		if (hook != TETRA_ALL && &policy->policy->hooks[hook] != use->hook)
			continue;
		if (selector != TETRA_ALL && selector >= use->n_selectors)
			continue;
		use_count(state, use, selector, counts);
		r = 0;
	}
	return hook == TETRA_ALL && selector == TETRA_ALL ? 0 : r;
}

int tetra_stats_policy(struct tetra_session *session, const char *name, uint32_t hook,
		       uint32_t selector, struct tetra_counts *ret)
{
	struct tetra_counts counts = { 0 };
	const struct state_policy *policy;
	int r = -ENOENT;

	if (!session || !name || !opts_can_fill(ret))
		return -EINVAL;
	pthread_mutex_lock(&session->lock);
	policy = state_find_policy(session->state, name);
	if (policy && (hook == TETRA_ALL || hook < policy->loaded->policy->n_hooks))
		r = policy_count(session->state, policy->loaded, hook, selector, &counts);
	pthread_mutex_unlock(&session->lock);
	if (r < 0)
		return r;
	return opts_fill(ret, &counts, sizeof(counts));
}

static uint64_t loss_of_runs(const struct tetra_session *session)
{
	uint64_t lost = session->parted_misses + sensor_get_misses(session->sensor);

	for (uint32_t i = 0; i < session->state->n_points; i++)
		lost += session_point_get_misses(session->state->points[i].point);
	return lost;
}

/* What was lost so far. Return: 0; -EPERM, -ENOMEM if the kernel's counters cannot be read. */
static int session_loss(struct tetra_session *session, uint32_t cause, uint64_t *ret)
{
	struct decoder_stats stats;
	int r = sensor_get_loss(session->sensor, cause, ret);

	if (r < 0)
		return r;
	*ret += session->watch.losses[cause];
	if (cause == TETRA_LOST_RECURSION)
		*ret += loss_of_runs(session);
	if (cause == TETRA_LOST_DECODE || cause == TETRA_LOST_MEMORY) {
		decoder_get_stats(session->decoder, &stats);
		*ret += cause == TETRA_LOST_DECODE ? stats.malformed + stats.orphans
						   : stats.no_memory;
	}
	return 0;
}

/* A zero must not look like an answer: a line in the log, once. */
static void losses_are_unknown(struct tetra_session *session, int error)
{
	if (!session->losses_unknown)
		session_log(
			session, TETRA_LOG_ERROR, "ledger",
			"the kernel's counters cannot be read (%s): what is lost is not "
			"known any more",
			error == -ENOMEM ? "no memory" : "bpf() is not permitted");
	session->losses_unknown = true;
}

void session_report_losses(struct tetra_session *session)
{
	for (uint32_t cause = 0; cause < TETRA_LOST_END; cause++) {
		uint64_t lost = 0;
		int r = session_loss(session, cause, &lost);

		if (r < 0) {
			losses_are_unknown(session, r);
			return;
		}
		if (lost <= session->losses[cause])
			continue;
		decoder_lost(session->decoder, cause, lost - session->losses[cause]);
		session->losses[cause] = lost;
	}
	session->losses_unknown = false;
}

/* Every cause is in the ledger. */
static const struct {
	uint32_t cause;
	size_t offset;
} loss_rows[] = {
#define X(NAME, number, text, member)                                                    \
	{ number, offsetof(struct tetra_session_stats, member) },
	TETRA_LOSSES(X)
#undef X
};

static int stats_fill_losses(struct tetra_session_stats *stats,
			     struct tetra_session *session)
{
	int r = sensor_get_loss(session->sensor, TETRA_TALLY_OWN, &stats->skipped_own);

	if (r == 0)
		r = sensor_get_loss(session->sensor, TETRA_TALLY_UNSENT,
				    &stats->signals_failed);
	for (size_t i = 0; i < ARRAY_SIZE(loss_rows) && r == 0; i++)
		r = session_loss(session, loss_rows[i].cause,
				 (uint64_t *)((char *)stats + loss_rows[i].offset));
	return r;
}

static void stats_fill(struct tetra_session_stats *stats, struct tetra_session *session)
{
	struct process_table_stats processes;
	struct decoder_stats decoded;

	decoder_get_stats(session->decoder, &decoded);
	process_table_get_stats(decoder_get_table(session->decoder), &processes);
	stats->commits = session->commits;
	stats->policies = session->state->n_policies;
	stats->hooks = session->state->n_points;
	stats->records = decoded.records;
	stats->delivered = counter_get(&session->delivered);
	stats->filtered = counter_get(&session->filtered);
	stats->switched_off = session->watch.off;
	stats->preemption = session->watch.preemption;
	stats->bpf_free = session->watch.bpf_free;
	stats->kernel_bytes = sensor_get_kernel_bytes(session->sensor) +
			      published_get_bytes(&session->state->published);
	stats->processes = processes.processes;
}

int tetra_stats_session(struct tetra_session *session, struct tetra_session_stats *ret)
{
	struct tetra_session_stats stats = { 0 };
	int r;

	if (!session || !opts_can_fill(ret))
		return -EINVAL;
	pthread_mutex_lock(&session->lock);
	stats_fill(&stats, session);
	r = stats_fill_losses(&stats, session);
	pthread_mutex_unlock(&session->lock);
	return r < 0 ? r : opts_fill(ret, &stats, sizeof(stats));
}

int tetra_stats_unreadable(struct tetra_session *session, unsigned int index,
			   const char **ret_cause, uint64_t *ret_count)
{
#define X(NAME, number, text) [number] = text,
	static const char *const causes[] = { TETRA_UNREADABLES(X) };
#undef X
	int r;

	if (!session || !ret_cause || !ret_count)
		return -EINVAL;
	if (index >= ARRAY_SIZE(causes))
		return -ENOENT;
	r = sensor_get_unreadable(session->sensor, index, ret_count);
	if (r == 0)
		*ret_cause = causes[index];
	return r;
}

static const struct session_point *use_find_point(const struct session_state *state,
						  const struct session_use *use)
{
	for (uint32_t i = 0; i < state->n_points; i++)
		for (uint32_t j = 0; j < state->points[i].n_members; j++)
			if (state->points[i].members[j].use == use)
				return state->points[i].point;
	return NULL;
}

int tetra_policy_get_hook_status(struct tetra_session *session, const char *name,
				 unsigned int index, struct tetra_hook_status *ret)
{
	struct tetra_hook_status status = { 0 };
	const struct session_point *point;
	const struct state_policy *policy;
	const struct session_use *use;

	if (!session || !name || !opts_can_fill(ret))
		return -EINVAL;
	policy = state_find_policy(session->state, name);
	if (!policy || index >= policy->loaded->n_uses)
		return -ENOENT;
	use = &policy->loaded->uses[index];
	point = use_find_point(session->state, use);
	if (!point)
		return -ENOENT;
	status.index = use->hook - policy->loaded->policy->hooks;
	status.function = use->place;
	status.attach = point->attach;
	status.reason = point->ladder.reason;
	status.recursion_misses = session_point_get_misses(point);
	return opts_fill(ret, &status, sizeof(status));
}

const char *tetra_session_get_policy_name(struct tetra_session *session,
					  unsigned int index)
{
	if (!session || index >= session->state->n_policies)
		return NULL;
	return session->state->policies[index].loaded->policy->name;
}
