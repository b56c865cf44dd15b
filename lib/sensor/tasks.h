/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that know processes: exec, fork, exit and the end of a task. They are there as
 * long as the session is. Where this kernel skips what a tracepoint would run, because the
 * program was preempted on that processor, they hang on LSM hooks and probes instead.
 */
#ifndef TETRA_LIB_SENSOR_TASKS_H
#define TETRA_LIB_SENSOR_TASKS_H

#include "lib/sensor/template.h"

struct tasks;

/*
 * Loads all of them, then attaches them: exec first, so that no image is missed of a process
 * whose fork was seen. @process: the template of their object, borrowed as long as @ret lives;
 * @config: of template_configure(), likewise. @skips: tracepoints can be skipped here.
 * Return: 0 or a negative errno; then @ret_log may be the verifier's log, freed by log_free().
 */
int tasks_new(struct tasks **ret, const struct template *process, int config, bool skips,
	      struct tetra_kernel *kernel, char **ret_log);
struct tasks *tasks_free(struct tasks *tasks);

/* Rows for all processes that have none. To be called once, when all is attached. */
int tasks_seed(struct tasks *tasks);

/* A running process gains mark bits. */
int tasks_mark(struct tasks *tasks, uint32_t tgid, uint64_t pid_bits, uint64_t binary_bits);

/* Has the programs know where most paths begin. They do without it, at some cost. */
void tasks_find_root(struct tasks *tasks);

/* Runs of these programs that the kernel skipped. */
uint64_t tasks_get_misses(const struct tasks *tasks);

static inline void tasks_freep(struct tasks **tasks)
{
	tasks_free(*tasks);
}

#endif
