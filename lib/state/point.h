/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hook point: the programs at one place of the kernel, shared by all policies that use it.
 *
 * What programs can evaluate is fixed when they are loaded. A point that needs more (another
 * argument, another column, more rules) is replaced by a new version with its own number: the
 * new one is attached, a commit gives it the rules, the old one, now without rules, is
 * detached. At every moment one of them has the rules.
 */
#ifndef TETRA_LIB_POINT_H
#define TETRA_LIB_POINT_H

#include "lib/plan/shape.h"
#include "lib/sensor/instance.h"
#include "lib/state/use.h"

struct session_point {
	unsigned int n_refs;
	uint32_t id;		 /* hook number in the image */
	struct plan_use place;	 /* of the first use: where it is */
	struct plan_shape shape; /* of the programs */
	struct plan_ladder ladder;
	enum kernel_preemption preemption; /* for which the ladder was climbed */
	bool bpf_free;			   /* likewise */
	struct instance *instances[PLAN_MAX_INSTANCES];
	uint32_t n_instances;
	bool attached;
	char attach[PLAN_ATTACH_BYTES]; /* "fentry+lsm" */
	uint64_t misses;		/* recursion misses of versions before this one */
};

int session_point_new(struct session_point **ret, const struct session_use *use,
		      uint32_t id);
struct session_point *session_point_ref(struct session_point *point);
struct session_point *session_point_unref(struct session_point *point);

/* A successor with the same slots, not attached. */
int session_point_copy(struct session_point **ret, const struct session_point *point,
		       uint32_t id);

/* Adds what a use needs; @use->slots is set. -E2BIG with a finding if that is too much. */
int session_point_add(struct session_point *point, struct session_use *use,
		      const char *file, struct tetra_diag *diag);

/* Tells @sensor what session_point_attach() will need. */
void session_point_expect(const struct session_point *point, struct sensor *sensor,
			  struct tetra_kernel *kernel);

/* Climbs the ladder and attaches. */
int session_point_plan(struct session_point *point, const char *file,
		       struct tetra_kernel *kernel, struct tetra_diag *diag);
int session_point_attach(struct session_point *point, struct sensor *sensor,
			 struct tetra_kernel *kernel, struct tetra_diag *diag);
/* The kernel has become preemptible since, and another attach point holds better. */
bool session_point_is_outdated(struct session_point *point, struct tetra_kernel *kernel);
/* On this kernel as it is now, a program that enforces at the point can be skipped. */
bool session_point_can_be_skipped(const struct session_point *point,
				  struct tetra_kernel *kernel);
uint64_t session_point_get_misses(const struct session_point *point);

#endif
