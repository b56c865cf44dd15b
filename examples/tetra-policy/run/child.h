/* SPDX-License-Identifier: Apache-2.0 */
/* The command that is run: a process in a control group of its own. */
#ifndef TETRA_POLICY_CHILD_H
#define TETRA_POLICY_CHILD_H

#include <sys/types.h>

#include "sandbox/cgroup.h"

struct child {
	pid_t pid;
	int fd; /* readable once it has ended */
};

/*
 * Starts the command in the group: all that it does, its exec included, is done there. SIGINT,
 * SIGTERM, SIGHUP and SIGQUIT are passed on to it until child_take_status(). Return: 0; -errno.
 */
int child_start(struct child *ret, char **words, const struct cgroup *group);

/* After it has ended. Return: its status as a shell tells it, 128 and the signal if one ended it. */
int child_take_status(struct child *child, int *ret_signal);

#endif
