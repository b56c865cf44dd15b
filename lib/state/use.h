/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loaded policy and its uses. A use is one hook of a policy on one hook point; its number
 * (the group) is in records and in rules and is never reused.
 *
 * A policy in force is immutable except for its counters; what may change (mode, enabled) is
 * kept next to the reference to it, in the state, which exists as an old and a new one.
 */
#ifndef TETRA_LIB_STATE_USE_H
#define TETRA_LIB_STATE_USE_H

#include "lib/event/group.h"
#include "lib/plan/plan.h"
#include "lib/image/ruleset.h"
#include "tetra/session.h"

struct session_use {
	const struct policy_hook *hook; /* borrowed from the policy */
	struct plan_use plan;
	char place[PLAN_POINT_BYTES]; /* the symbol, or "subsystem/event" */
	struct ruleset_slots slots;
	uint32_t group;
	struct event_group event;
	struct event_group_arg args[TETRA_MAX_SLOTS];
	/* Counters of freed images, by selector. */
	struct tetra_counts *counts;
	uint32_t n_selectors; /* at least one */
	struct ruleset_widening *widened;
	uint32_t n_widened;
	struct ruleset_marks *marks; /* one per selector, or NULL */
};

struct session_policy {
	unsigned int n_refs;
	struct tetra_policy *policy;
	struct session_use *uses;
	uint32_t n_uses;
};

/* Plans one hook, at its place with number @at. session_use_done() is to be called in every case. */
int session_use_init(struct session_use *use, const struct policy_hook *hook, uint32_t at,
		     const struct tetra_policy *policy, struct tetra_kernel *kernel,
		     uint32_t group, struct tetra_diag *diag);
void session_use_done(struct session_use *use);

/* Plans every hook of @policy. @next_group is advanced. Findings in @diag. */
int session_policy_new(struct session_policy **ret, struct tetra_policy *policy,
		       struct tetra_kernel *kernel, uint32_t *next_group,
		       struct tetra_diag *diag);
struct session_policy *session_policy_ref(struct session_policy *policy);
struct session_policy *session_policy_unref(struct session_policy *policy);

/*
 * Whether a use can be attached here; with @enforces, also whether enforcement cannot be
 * skipped, unless the policy asks for best effort only. -EOPNOTSUPP with findings.
 */
int session_use_check(const struct session_policy *policy, const struct session_use *use,
		      bool enforces, struct tetra_kernel *kernel,
		      struct tetra_diag *diag);

/* Whether two policies have the same text and the same plan for this machine. */
bool session_policy_is_same(const struct session_policy *a,
			    const struct session_policy *b);

/* Other names of the files that matchBinaries literals name (merged /usr). */
int session_policy_widen(struct session_policy *policy, struct tetra_diag *diag);

#endif
