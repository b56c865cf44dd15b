/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INT, QUIT and TERM ask for a stop, USR1 for a report, HUP for a reload: or, where there is a
 * terminal, which has gone away then, for a stop as well. They are let in at two places only:
 * while we wait, and while we dispatch and write, so that a write that nobody reads can
 * be broken off. Nothing is lost in between: a signal that is held back stays pending.
 */
#ifndef TETRA_MINI_SIGNALS_H
#define TETRA_MINI_SIGNALS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* Installs the handlers and holds the signals back. Writing to a closed pipe is an error
 * that the writer sees, and no longer deadly. */
void signals_init(void);
void signals_let_in(void);
void signals_hold_back(void);

bool signals_stop_asked(void);
/* Whether a report, or a reload, was asked for since the last call. */
bool signals_take_report(void);
bool signals_take_reload(void);

/* poll(2) that signals can end. @timeout_ms: -1 for no limit. */
int signals_poll(struct pollfd *fds, nfds_t n_fds, int64_t timeout_ms);

#endif
