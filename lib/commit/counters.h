/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel refuses a probe if the place has a probe with another counter already: uses that
 * exclude each other are found before anything is attached.
 */
#ifndef TETRA_LIB_COUNTERS_H
#define TETRA_LIB_COUNTERS_H

#include "lib/state/state.h"

/*
 * Compares @loaded, which is added to @next, with itself, the other policies there, and those in
 * force, whose programs are removed only after its own are attached. Findings are at its hooks.
 * Return: 0; -EOPNOTSUPP.
 */
int counters_check(const struct tetra_session *session, const struct session_state *next,
		   const struct session_policy *loaded, struct tetra_diag *diag);

#endif
