/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_TESTS_BENCH_STAGE_H
#define TETRA_TESTS_BENCH_STAGE_H

/*
 * Where workloads run: one tmpfs, made the guest's root. The root that it has is an overlay,
 * which opens each file twice and would count everything double. What was there is reached
 * through mounts.
 */

#include <stdint.h>
#include <sys/types.h>

#define STAGE	  "/run/tetra-bench"
#define STAGE_OLD STAGE "/old" /* the root as it was */

/* Return: 0 or a negative errno. @programs is the folder with the built workload and tiny. */
int stage_init(const char *programs);

/*
 * Runs "workload OP N PATH" in there (@path NULL: none) and waits for its end.
 * Return: 0 and the time that the N operations took; a negative errno if it failed.
 */
int stage_run(const char *op, uint32_t n, const char *path, uint64_t *ret_ns);

/* A process of ours: tetra-mini, its output and its messages in files of the stage. */
struct stage_daemon {
	pid_t pid;
	uint64_t start_ns;
};

#define STAGE_EVENTS STAGE "/events.json"
#define STAGE_LOG    STAGE "/log"

/* Starts @argv. Return: 0 or a negative errno. */
int stage_start(struct stage_daemon *daemon, char *const argv[]);

/* Waits for its "ready" line. Return: 0; -ECANCELED if it ended instead. */
int stage_wait_ready(const struct stage_daemon *daemon);

void stage_stop(struct stage_daemon *daemon);

/* Lines of the events file that contain @text. */
int64_t stage_count_lines(const char *text);

#endif
