/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that the hooks of a state have, as the image will number them: so that one policy too
 * many is rejected when it is added, with its place, and not at the commit.
 *
 * Removed policies free room only when room is short: then everything is counted again.
 */
#ifndef TETRA_LIB_ROOM_H
#define TETRA_LIB_ROOM_H

#include "lib/base/dict.h"
#include "lib/state/state.h"

struct room {
	struct dict rules; /* by hook point */
	bool counted;
	bool stale; /* counts may be too high */
};

/*
 * Takes room for @policy, which is added to @state, or replaces @same there.
 * Return: 0; -E2BIG with a finding; -ENOMEM.
 */
int room_take(struct room *room, const struct session_state *state,
	      const struct session_policy *same, const struct session_policy *policy,
	      struct tetra_diag *diag);
void room_done(struct room *room);

#endif
