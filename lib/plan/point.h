/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of hook points, a row each. A kind is found twice: once for a policy's hook, with
 * findings about its name and its arguments, and again for the point, whose use holds only
 * names.
 */
#ifndef TETRA_LIB_PLAN_POINT_H
#define TETRA_LIB_PLAN_POINT_H

#include "lib/plan/rungs.h"
#include "lib/use/build.h"

struct point_row {
	const char *space;  /* in what plan_point_print() writes */
	const char *member; /* of a hook: what names the point */
	uint32_t event;	    /* enum tetra_event_kind */
	/* Which hooks of policies mean this kind. */
	enum policy_hook_kind hook;
	bool syscall;
	const char *separator; /* between subsystem and symbol */
	/* Finds the point, sets build->use->point and plans how its arguments are read. */
	void (*use)(struct use_build *build);
	/* Finds it for the ladder. 0; -ENOENT. */
	int (*find)(struct ladder *ladder);
};

/* enum plan_point_kind; PLAN_POINT_END if no row fits. */
uint32_t point_kind_of(const struct policy_hook *hook);
const struct point_row *point_row(uint32_t kind);

/* at-*.c */
#define X(NAME, text, key, events, hooks, is_call, stem, between)                        \
	void use_##stem(struct use_build *build);                                        \
	int ladder_find_##stem(struct ladder *ladder);
PLAN_POINTS(X)
#undef X

#endif
