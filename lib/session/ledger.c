/* SPDX-License-Identifier: Apache-2.0 */
/* All statistics of a session. */
#include "bpf/abi/kinds.h"
#include "lib/base/counter.h"
#include "lib/base/opts.h"
#include "lib/session/state.h"

static void counts_add_cell(struct tetra_counts *counts, const struct tetra_cell *cell)
{
	const struct tetra_counters *counters = &cell->counters;

	counts->matched += __atomic_load_n(&counters->matched, __ATOMIC_RELAXED);
	counts->posted += __atomic_load_n(&counters->posted, __ATOMIC_RELAXED);
	counts->not_posted += __atomic_load_n(&counters->not_posted, __ATOMIC_RELAXED);
	counts->signalled += __atomic_load_n(&counters->signalled, __ATOMIC_RELAXED);
	counts->overridden += __atomic_load_n(&counters->overridden, __ATOMIC_RELAXED);
	counts->suppressed += __atomic_load_n(&counters->suppressed, __ATOMIC_RELAXED);
	counts->rate_limited += __atomic_load_n(&counters->rate_limited, __ATOMIC_RELAXED);
	counts->lost += __atomic_load_n(&counters->lost, __ATOMIC_RELAXED);
}

static void counts_add(struct tetra_counts *to, const struct tetra_counts *from)
{
	to->matched += from->matched;
	to->posted += from->posted;
	to->not_posted += from->not_posted;
	to->signalled += from->signalled;
	to->overridden += from->overridden;
	to->suppressed += from->suppressed;
	to->rate_limited += from->rate_limited;
	to->lost += from->lost;
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
			cell = image_counter_cell(state->image, point->point->id, j, selector);
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
				uint32_t cell = image_counter_cell(state->image,
								   point->point->id, j, k);

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

static int policy_count(const struct session_state *state, const struct session_policy *policy,
			uint32_t hook, uint32_t selector, struct tetra_counts *counts)
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

uint64_t session_loss(struct tetra_session *session, uint32_t cause)
{
	uint64_t lost = sensor_get_loss(session->sensor, cause) + session->watch.losses[cause];
	struct decoder_stats stats;

	if (cause == TETRA_LOST_RECURSION) {
		lost += session->parted_misses + sensor_get_misses(session->sensor);
		for (uint32_t i = 0; i < session->state->n_points; i++)
			lost += session_point_get_misses(session->state->points[i].point);
	}
	if (cause == TETRA_LOST_DECODE || cause == TETRA_LOST_MEMORY) {
		decoder_get_stats(session->decoder, &stats);
		lost += cause == TETRA_LOST_DECODE ? stats.malformed + stats.orphans :
						     stats.no_memory;
	}
	return lost;
}

void session_report_losses(struct tetra_session *session)
{
	for (uint32_t cause = 0; cause < TETRA_LOST_END; cause++) {
		uint64_t lost = session_loss(session, cause);

		if (lost <= session->losses[cause])
			continue;
		decoder_lost(session->decoder, cause, lost - session->losses[cause]);
		session->losses[cause] = lost;
	}
}

int tetra_stats_session(struct tetra_session *session, struct tetra_session_stats *ret)
{
	struct tetra_session_stats stats = { 0 };
	struct process_table_stats processes;
	struct decoder_stats decoded;

	if (!session || !opts_can_fill(ret))
		return -EINVAL;
	pthread_mutex_lock(&session->lock);
	decoder_get_stats(session->decoder, &decoded);
	process_table_get_stats(decoder_get_table(session->decoder), &processes);
	stats.commits = session->commits;
	stats.policies = session->state->n_policies;
	stats.hooks = session->state->n_points;
	stats.records = decoded.records;
	stats.delivered = counter_get(&session->delivered);
	stats.filtered = counter_get(&session->filtered);
	stats.lost_ring = session_loss(session, TETRA_LOST_RING);
	stats.lost_scratch = session_loss(session, TETRA_LOST_SCRATCH);
	stats.lost_process = session_loss(session, TETRA_LOST_PROCESS);
	stats.lost_fragment = session_loss(session, TETRA_LOST_FRAGMENT);
	stats.lost_recursion = session_loss(session, TETRA_LOST_RECURSION);
	stats.lost_decode = session_loss(session, TETRA_LOST_DECODE);
	stats.lost_memory = session_loss(session, TETRA_LOST_MEMORY);
	stats.lost_ftrace_off = session_loss(session, TETRA_LOST_FTRACE_OFF);
	stats.lost_kprobes_off = session_loss(session, TETRA_LOST_KPROBES_OFF);
	stats.lost_preemptible = session_loss(session, TETRA_LOST_PREEMPTIBLE);
	stats.lost_passed = session_loss(session, TETRA_LOST_PASSED);
	stats.switched_off = session->watch.off;
	stats.preemption = session->watch.preemption;
	stats.kernel_bytes = sensor_get_kernel_bytes(session->sensor) +
			     published_get_bytes(&session->state->published);
	stats.processes = processes.processes;
	stats.skipped_own = sensor_get_loss(session->sensor, TETRA_TALLY_OWN);
	stats.rate_forgotten = session_loss(session, TETRA_LOST_RATE);
	pthread_mutex_unlock(&session->lock);
	return opts_fill(ret, &stats, sizeof(stats));
}

int tetra_stats_unreadable(struct tetra_session *session, unsigned int index,
			   const char **ret_cause, uint64_t *ret_count)
{
#define X(NAME, number, text) [number] = text,
	static const char *const causes[] = { TETRA_UNREADABLES(X) };
#undef X

	if (!session || !ret_cause || !ret_count)
		return -EINVAL;
	if (index >= ARRAY_SIZE(causes))
		return -ENOENT;
	*ret_cause = causes[index];
	*ret_count = sensor_get_unreadable(session->sensor, index);
	return 0;
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
	status.function = use->plan.symbol;
	status.attach = point->attach;
	status.reason = point->ladder.reason;
	status.recursion_misses = session_point_get_misses(point);
	return opts_fill(ret, &status, sizeof(status));
}

const char *tetra_session_get_policy_name(struct tetra_session *session, unsigned int index)
{
	if (!session || index >= session->state->n_policies)
		return NULL;
	return session->state->policies[index].loaded->policy->name;
}
