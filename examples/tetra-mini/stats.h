/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics as tables for people: per policy, hook and selector, and the ledger. */
#ifndef TETRA_MINI_STATS_H
#define TETRA_MINI_STATS_H

#include <stdio.h>

struct tetra_session;

void stats_print(struct tetra_session *session, FILE *file);

#endif
