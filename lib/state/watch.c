/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/watch.h"

#include "lib/base/diag.h"
#include "lib/sensor/calls.h"
#include "lib/state/state.h"

static const uint32_t switch_losses[KERNEL_SWITCH_END] = {
	[KERNEL_SWITCH_FTRACE] = TETRA_LOST_FTRACE_OFF,
	[KERNEL_SWITCH_KPROBES] = TETRA_LOST_KPROBES_OFF,
};

_Static_assert(1u << KERNEL_SWITCH_FTRACE == TETRA_SWITCH_FTRACE, "one number");
_Static_assert(1u << KERNEL_SWITCH_KPROBES == TETRA_SWITCH_KPROBES, "one number");
_Static_assert((int)KERNEL_PREEMPTION_FULL == TETRA_PREEMPTION_FULL, "one number");

/* @programs: 1 << PLAN_*. */
static bool ladder_has(const struct plan_ladder *ladder, uint32_t programs)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (programs >> ladder->instances[i].program & 1)
			return true;
	return false;
}

static bool state_has(const struct session_state *state, uint32_t programs)
{
	for (uint32_t i = 0; state && i < state->n_points; i++)
		if (ladder_has(&state->points[i].point->ladder, programs))
			return true;
	return false;
}

/* The switches that @state depends on; the process programs depend on ftrace. */
static uint32_t state_switches(const struct session_state *state)
{
	uint32_t needed = 1u << KERNEL_SWITCH_FTRACE;

	if (state_has(state, 1u << PLAN_KPROBE | 1u << PLAN_KRETPROBE))
		needed |= 1u << KERNEL_SWITCH_KPROBES;
	return needed;
}

int session_check_switches(struct tetra_session *session,
			   const struct session_state *next, struct tetra_diag *diag)
{
	uint32_t off;
	int r = 0;

	/* Removing policies is always possible. */
	if (next && !next->n_points)
		return 0;
	if (!next && kernel_hides_switches(session->kernel))
		diag_warning(diag, NULL, "hidden-switches",
			     "let this process see /proc/sys, or give CAP_SYS_ADMIN",
			     "/proc/sys is hidden: nothing says whether "
			     "kernel.ftrace_enabled=0 keeps programs from running");
	off = kernel_switches_off(session->kernel) & state_switches(next);
	for (uint32_t i = 0; i < KERNEL_SWITCH_END; i++)
		if (off >> i & 1)
			r = diag_error(diag, NULL, -EOPNOTSUPP, "switched-off",
				       kernel_switch_cure(i),
				       "%s is 0: %s, so nothing would be seen "
				       "or enforced",
				       kernel_switch_name(i), kernel_switch_stops(i));
	return r;
}

/* Another thread may read the statistics at the same time. */
static void watch_count(struct tetra_session *session, uint32_t cause, uint32_t n)
{
	pthread_mutex_lock(&session->lock);
	session->watch.losses[cause] += n;
	pthread_mutex_unlock(&session->lock);
}

static void watch_switch(struct tetra_session *session, enum kernel_switch which,
			 bool off)
{
	if (!off) {
		session_log(session, TETRA_LOG_WARNING, "watch",
			    "%s is 1 again: hooks run", kernel_switch_name(which));
		return;
	}
	watch_count(session, switch_losses[which], 1);
	session_log(session, TETRA_LOG_WARNING, "watch",
		    "%s is 0: %s, nothing is seen or enforced there; to switch it on: %s",
		    kernel_switch_name(which), kernel_switch_stops(which),
		    kernel_switch_cure(which));
}

static void watch_switches(struct tetra_session *session)
{
	uint32_t off =
		kernel_switches_off(session->kernel) & state_switches(session->state);
	uint32_t changed = off ^ session->watch.off;

	if (!changed)
		return;
	pthread_mutex_lock(&session->lock);
	session->watch.off = off;
	pthread_mutex_unlock(&session->lock);
	for (uint32_t i = 0; i < KERNEL_SWITCH_END; i++)
		if (changed >> i & 1)
			watch_switch(session, i, off >> i & 1);
}

/* The rungs in force were chosen for a kernel that skips no run. */
static void watch_points(struct tetra_session *session)
{
	for (uint32_t i = 0; i < session->state->n_points; i++) {
		const struct session_point *point = session->state->points[i].point;

		if (session_point_can_be_skipped(point, session->kernel))
			session_log(
				session, TETRA_LOG_WARNING, "watch",
				"'%s' (%s): what enforces there can be skipped now; load "
				"its policies again for a way that holds",
				point->place.point.symbol, point->attach);
	}
}

static void watch_preemption(struct tetra_session *session)
{
	enum kernel_preemption before = session->watch.preemption, now;
	bool was = kernel_is_preemptible(session->kernel);

	now = kernel_preemption_again(session->kernel);
	if (now == before)
		return;
	pthread_mutex_lock(&session->lock);
	session->watch.preemption = now;
	pthread_mutex_unlock(&session->lock);
	session_log(session, TETRA_LOG_WARNING, "watch",
		    "the kernel's preemption changed from '%s' to '%s'",
		    kernel_preemption_name(before), kernel_preemption_name(now));
	if (was || !kernel_is_preemptible(session->kernel))
		return;
	watch_count(session, TETRA_LOST_PREEMPTIBLE, 1);
	watch_points(session);
	kernel_trim(session->kernel);
}

/* Probes hold on a preemptible kernel while not everybody may be preempted inside bpf(2). */
static void watch_bpf(struct tetra_session *session)
{
	bool now = kernel_bpf_is_free(session->kernel);

	if (now == session->watch.bpf_free)
		return;
	pthread_mutex_lock(&session->lock);
	session->watch.bpf_free = now;
	pthread_mutex_unlock(&session->lock);
	if (!kernel_is_preemptible(session->kernel))
		return;
	if (!now) {
		session_log(session, TETRA_LOG_WARNING, "watch",
			    KERNEL_BPF_KNOB " is not 0 any more: no user can make this "
					    "kernel skip probes");
		return;
	}
	watch_count(session, TETRA_LOST_BPF_FREE, 1);
	session_log(session, TETRA_LOG_WARNING, "watch",
		    KERNEL_BPF_KNOB " is 0: every user can make this kernel skip probes; "
				    "to forbid it: " KERNEL_BPF_CURE);
	watch_points(session);
	kernel_trim(session->kernel);
}

static void watch_calls(struct tetra_session *session)
{
	uint32_t n = state_has(session->state, 1u << PLAN_URETPROBE)
			     ? sensor_sweep_calls(session->sensor)
			     : 0;

	if (n)
		watch_count(session, TETRA_LOST_RECURSION, n);
}

void session_watch(struct tetra_session *session)
{
	watch_switches(session);
	watch_preemption(session);
	watch_bpf(session);
	watch_calls(session);
}
