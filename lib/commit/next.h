/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building the next state: from a list of policies to hook points, image and programs.
 * Nothing is in force until next_publish().
 */
#ifndef TETRA_LIB_NEXT_H
#define TETRA_LIB_NEXT_H

#include "lib/state/state.h"

/* Hook points for all policies of @next: those in force, successors, new ones. */
int next_collect_points(struct tetra_session *session, struct session_state *next,
			struct tetra_diag *diag);

/* The image; points whose programs cannot evaluate their rows get successors. */
int next_compile(struct tetra_session *session, struct session_state *next,
		 struct tetra_diag *diag);

/* How each new point will be attached. */
int next_plan(struct tetra_session *session, struct session_state *next,
	      struct tetra_diag *diag);

/* Programs for the points that have none. */
int next_attach(struct tetra_session *session, struct session_state *next,
		struct tetra_diag *diag);

/* Exchanges the pointer; @next is in force afterwards, the old state is returned in it. */
int next_publish(struct tetra_session *session, struct session_state **next);

/* Marks the hook numbers that are in force, and no others. */
void next_release_hooks(struct tetra_session *session);

#endif
