/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a commit tells the log: each step at level debug, what changed at level info. Called
 * without the lock, since a log function may ask for statistics.
 */
#ifndef TETRA_LIB_TELL_H
#define TETRA_LIB_TELL_H

#include "lib/state/state.h"

void tell_begin(struct tetra_session *session, const struct session_state *next);
void tell_points(struct tetra_session *session, const struct session_state *next);
void tell_image(struct tetra_session *session, const struct session_state *next);
void tell_marks(struct tetra_session *session);
void tell_publish(struct tetra_session *session, const struct session_state *old);
/* @r: what the commit returns. */
void tell_end(struct tetra_session *session, int r);

#endif
