/* SPDX-License-Identifier: Apache-2.0 */
/* The line of each kind of event; lib/event/kind.c says which is whose. */
#ifndef TETRA_LIB_COMPACT_H
#define TETRA_LIB_COMPACT_H

#include "lib/event/compact-line.h"

void compact_exec(struct compact *line);
void compact_exit(struct compact *line);
void compact_kprobe(struct compact *line);
void compact_tracepoint(struct compact *line);
void compact_uprobe(struct compact *line);
void compact_usdt(struct compact *line);
void compact_lsm(struct compact *line);
void compact_lost(struct compact *line);

#endif
