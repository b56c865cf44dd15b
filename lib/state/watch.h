/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stops or weakens attached programs without detaching them: kernel switches that are
 * off, a kernel that has become preemptible, and one that lets every user call bpf(2). Checked
 * when a session opens, at each commit, and about once a second while the session is dispatched.
 */
#ifndef TETRA_LIB_WATCH_H
#define TETRA_LIB_WATCH_H

#include "lib/base/base.h"
#include "lib/kernel/kernel.h"

struct tetra_session;
struct session_state;

struct watch {
	uint32_t off; /* bits of enum kernel_switch that matter here, as last seen */
	enum kernel_preemption preemption; /* as last seen */
	bool bpf_free;			   /* as last seen */
	uint64_t losses[TETRA_LOST_END];   /* of the causes that are found here */
};

/* -EOPNOTSUPP with a finding if a switch that @next needs is off; @next may be NULL. */
int session_check_switches(struct tetra_session *session,
			   const struct session_state *next, struct tetra_diag *diag);

/* Checks again: changes go into the losses and the log. */
void session_watch(struct tetra_session *session);

#endif
