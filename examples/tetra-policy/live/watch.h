/* SPDX-License-Identifier: Apache-2.0 */
/* The session of a suite, and the events of the case at hand. */
#ifndef TETRA_POLICY_WATCH_H
#define TETRA_POLICY_WATCH_H

#include <sys/types.h>
#include <yajl/yajl_tree.h>

#include <tetra/session.h>

#include "sandbox/cgroup.h"
#include "suite/suite.h"

enum group { GROUP_NONE, GROUP_CASE, GROUP_WITH };

struct seen {
	enum group group;
	uint32_t kind, flags, action, selector, tid;
	char *policy, *function; /* NULL: of no policy */
	char *json;
	yajl_val tree;
	int has_echo;
};

/* Causes of losses. */
#define WATCH_LOSSES 6

struct watch {
	struct tetra_session *session;
	struct seen *items;
	size_t n;
	struct known {
		char *exec_id;
		enum group group;
	} * known; /* processes of groups */
	size_t n_known;
	uint64_t case_id, with_id; /* of control groups */
	pid_t marker;
	int is_marked, is_broken;
	uint64_t lost[WATCH_LOSSES], n_acted; /* when the case began */
};

/*
 * Loads the policies, for no process. Return: 0; -errno, and *ret_why; -EOPNOTSUPP: this kernel
 * cannot do what they ask.
 */
int watch_start(struct watch *ret, struct suite *suite, const char **ret_why);
void watch_done(struct watch *watch);
/*
 * All policies at once, for the control groups of the case that has begun, or for no process.
 * Return: 0; a negative errno, and *ret_why.
 */
int watch_switch(struct watch *watch, struct suite *suite, int is_on,
		 const char **ret_why);
void watch_begin(struct watch *watch, struct suite *suite, const struct cgroup *of_case,
		 const struct cgroup *of_with);
/* Until all that happened before this call was seen. Return: 0; -1: it was not. */
int watch_mark(struct watch *watch);
/* NULL: no records were lost since the case began. Otherwise why. */
const char *watch_lost(struct watch *watch);
/* Signals that were sent and results that were changed since the case began, on any process. */
uint64_t watch_acted(struct watch *watch, struct suite *suite);

#endif
