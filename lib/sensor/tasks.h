/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that track processes: exec, fork, exit and the end of a task. They exist as
 * long as the session. If this kernel skips a tracepoint's program because it was preempted on
 * that CPU, they are attached to LSM hooks and probes instead; and since probes are skipped while
 * a task that was preempted inside bpf(2) waits for the CPU, LSM hooks keep what rules need of an
 * exec or a fork.
 */
#ifndef TETRA_LIB_SENSOR_TASKS_H
#define TETRA_LIB_SENSOR_TASKS_H

#include "lib/load/template.h"
#include "lib/sensor/maps.h"

struct tasks;

/*
 * Loads all of them, then attaches them: exec first, so that no image of a process whose fork
 * was seen is missed. @process: the template of their object, borrowed as long as @ret exists;
 * @config: of template_configure(), likewise. @skips: tracepoints can be skipped here.
 * Return: 0 or a negative errno; then @ret_log may be the verifier's log, freed by log_free().
 */
int tasks_new(struct tasks **ret, const struct template *process, int config, bool skips,
	      struct tetra_kernel *kernel, char **ret_log);
struct tasks *tasks_free(struct tasks *tasks);

/*
 * Whether tasks_new() attaches a program that keeps what a child takes from its forker, for the
 * case that the program of the fork is skipped.
 */
bool tasks_keep_forks(bool skips, struct tetra_kernel *kernel);

/* Rows for all processes that have none. Once when everything is attached, and then where a
 * fork may have been skipped. */
int tasks_seed(struct tasks *tasks);

/* Changes the mark bits of a running process. */
int tasks_mark(struct tasks *tasks, const struct sensor_mark *change);

/* Tells the programs the root of most paths. They work without it, at some cost. */
void tasks_find_root(struct tasks *tasks);

/* Runs of these programs that the kernel skipped. */
uint64_t tasks_get_misses(const struct tasks *tasks);

static inline void tasks_freep(struct tasks **tasks)
{
	tasks_free(*tasks);
}

#endif
