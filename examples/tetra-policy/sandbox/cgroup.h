/* SPDX-License-Identifier: Apache-2.0 */
/* A control group for the processes of a case or a run, by which their events are known. */
#ifndef TETRA_POLICY_CGROUP_H
#define TETRA_POLICY_CGROUP_H

#include <stdint.h>

struct cgroup {
	char path[256]; /* empty: it was not made */
	uint64_t id;
};

/* Return: 0; -ENODEV: no tree of version 2 is mounted; another negative errno of mkdir(2). */
int cgroup_make(struct cgroup *ret, const char *name, unsigned int number);
/* The calling process joins. Return: 0; -1 with errno. */
int cgroup_join(const struct cgroup *cgroup);
/* What is in it and in groups below it is killed; all are removed. 0; -EBUSY: not all were. */
int cgroup_done(struct cgroup *cgroup);

#endif
