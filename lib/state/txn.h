/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction: a list of policies that becomes the next state, or does not.
 */
#ifndef TETRA_LIB_TXN_H
#define TETRA_LIB_TXN_H

#include "lib/state/room.h"
#include "lib/state/state.h"

struct tetra_txn {
	struct tetra_session *session; /* NULL: it was freed */
	struct session_state *next;    /* policies only, until commit */
	struct room room;
};

#endif
