/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the public handle share, and commits end with. */
#ifndef TETRA_LIB_SESSION_H
#define TETRA_LIB_SESSION_H

#include "lib/state/state.h"

/* Ends a public call that may have called the user's functions. True if one of them
 * freed the session and it no longer exists. */
bool session_leave(struct tetra_session *session);

/* start.c: processes that ran before. */
int seeds_read(struct session_seeds **ret, struct tetra_session *session);
struct session_seeds *seeds_free(struct session_seeds *seeds);
/* Delivers some of them; true when none are left. */
bool seeds_deliver(struct tetra_session *session);
/* Reports once that the kernel's process table is full. */
void session_watch_table(struct tetra_session *session);

#endif
