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

/* Folders of a path, each named by two digits: "/a", then 01, 02 and so on, then "/file". */
#define STAGE_12 "/a/01/02/03/04/05/06/07/08/09/10/file"
#define STAGE_30                                                                         \
	"/a/01/02/03/04/05/06/07/08/09/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/" \
	"26/27/28/file"
/* A folder whose name has 51 bytes, and a file whose name has 59. */
#define STAGE_LONG "a-name-that-is-quite-long-as-those-of-container-are"
#define STAGE_51   "/" STAGE_LONG "/file"
#define STAGE_59   "/b/" STAGE_LONG "-and-one"
/* On another mount. */
#define STAGE_VOLUME	  "/volume"
#define STAGE_VOLUME_FILE STAGE_VOLUME "/x/y/file"

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
