/* SPDX-License-Identifier: Apache-2.0 */
/* How tetra-policy sim counts and prints what it found. */
#ifndef TETRA_POLICY_SIM_H
#define TETRA_POLICY_SIM_H

#include <stdint.h>
#include <stdio.h>

#include <tetra/simulate.h>

#include "json/json.h"

/* One group of the summary: a rule, or a binary. */
struct sim_group {
	char *name;
	uint64_t n;
	uint64_t kinds[TETRA_VERDICT_UNKNOWN + 1];
};

struct sim_groups {
	struct sim_group *items;
	size_t n, allocated;
};

/* The group of that name counts one more @kind. 0, or -ENOMEM. */
int sim_groups_count(struct sim_groups *groups, const char *name, uint32_t kind);
void sim_groups_sort(struct sim_groups *groups);
void sim_groups_done(struct sim_groups *groups);

struct sim_total {
	uint64_t n_events, n_matched, n_unknown, n_broken, n_changed;
	struct sim_groups rules, binaries;
};

/* An event's line, and what is to be said of it. */
struct sim_event {
	uint64_t line;
	const char *binary;		     /* or NULL */
	const struct tetra_verdict *verdict; /* NULL: no policy hooks it */
	const char *old; /* with --diff: the verdict of before; else NULL */
};

void sim_json_event(struct json *json, const struct sim_event *event);
void sim_json_end(struct json *json, const struct sim_total *total, int is_diff);
void sim_text_event(FILE *out, const struct sim_event *event);
void sim_text_end(FILE *out, struct sim_total *total, int is_diff);

#endif
