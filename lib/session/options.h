/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a session: which are accepted, and what they come to. */
#ifndef TETRA_LIB_OPTIONS_H
#define TETRA_LIB_OPTIONS_H

#include "tetra/session.h"

/* Numbers that cannot be used as they are: rejected, or adjusted with a note. */
int session_check_opts(const struct tetra_session_opts *opts, struct tetra_diag *diag);

uint32_t session_ring_bytes(const struct tetra_session_opts *opts);

#endif
