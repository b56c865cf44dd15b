/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of hook points, a row each. A kind is found twice: once for a policy's hook, with
 * findings about its name and its arguments, and again for the point, whose use holds only
 * names.
 */
#ifndef TETRA_LIB_PLAN_POINT_H
#define TETRA_LIB_PLAN_POINT_H

#include "lib/plan/rungs.h"
#include "lib/plan/use.h"

struct point_row {
	const char *space;  /* in what plan_point_print() writes */
	const char *member; /* of a hook: what names the point */
	uint32_t event;	    /* enum tetra_event_kind */
	/* Which hooks of policies mean this kind. */
	enum policy_hook_kind hook;
	bool syscall;
	/* Finds the point, sets build->use->point and plans how its arguments are read. */
	void (*use)(struct use_build *build);
	/* Finds it for the ladder. 0; -ENOENT. */
	int (*find)(struct ladder *ladder);
};

/* enum plan_point_kind; PLAN_POINT_END if no row fits. */
uint32_t point_kind_of(const struct policy_hook *hook);
const struct point_row *point_row(uint32_t kind);

/* at-*.c */
#define X(NAME, text, key, events, hooks, is_call, stem)                                 \
	void use_##stem(struct use_build *build);                                        \
	int ladder_find_##stem(struct ladder *ladder);
PLAN_POINTS(X)
#undef X

/* use-name.c */
/* Bytes of a hint; longer ones are cut. */
#define USE_HINT_BYTES 512

struct use_spot use_name_spot(const struct use_build *build);
/*
 * There is no such hook point. Only a note if the policy allows that; the caller skips the
 * hook.
 */
void use_unknown(struct use_build *build, const char *hint, const char *what);
/* The lookup itself failed. */
void use_failed(struct use_build *build, int error);
/* "did you mean 'x'?"; NULL if there is no x. */
const char *use_meant(char (*buf)[USE_HINT_BYTES], const char *name);
/* 0; -E2BIG. */
int use_set_point(struct use_build *build, const char *subsystem, const char *symbol);

#endif
