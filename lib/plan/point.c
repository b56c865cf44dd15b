/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/point.h"

#include <stdio.h>

#include "tetra/event.h"

#define X(NAME, text, key, events, hooks, is_call, stem, between)                        \
	[PLAN_POINT_##NAME] = { .space = text,                                           \
				.member = key,                                           \
				.event = TETRA_EVENT_##events,                           \
				.hook = POLICY_##hooks,                                  \
				.syscall = (is_call),                                    \
				.separator = between,                                    \
				.use = use_##stem,                                       \
				.find = ladder_find_##stem },
static const struct point_row rows[PLAN_POINT_END] = { PLAN_POINTS(X) };
#undef X

uint32_t point_kind_of(const struct policy_hook *hook)
{
	uint32_t kind;

	for (kind = 0; kind < PLAN_POINT_END; kind++)
		if (rows[kind].hook == hook->kind && rows[kind].syscall == hook->syscall)
			break;
	return kind;
}

const struct point_row *point_row(uint32_t kind)
{
	return &rows[kind];
}

/* A place in a file that was read is one, under all its names and paths, whichever section probes it. */
static bool place_is_same(const struct plan_point *a, const struct plan_point *b)
{
	if (a->inode && b->inode)
		return a->inode == b->inode && a->device == b->device &&
		       a->offset == b->offset;
	return a->kind == b->kind && str_equal(a->symbol, b->symbol) &&
	       str_equal(a->subsystem, b->subsystem);
}

bool plan_point_is_same(const struct plan_point *a, const struct plan_point *b)
{
	return a->kind == b->kind && place_is_same(a, b) &&
	       a->place.counter == b->place.counter && a->part == b->part &&
	       a->changed == b->changed;
}

bool plan_point_excludes(const struct plan_point *a, const struct plan_point *b)
{
	return place_is_same(a, b) && a->place.counter != b->place.counter;
}

uint32_t plan_point_event_kind(const struct plan_point *point)
{
	return rows[point->kind].event;
}

void plan_point_print_name(const struct plan_point *point, char (*ret)[PLAN_POINT_BYTES])
{
	snprintf(*ret, sizeof(*ret), "%s%s%s", point->subsystem,
		 point->subsystem[0] ? rows[point->kind].separator : "", point->symbol);
}

void plan_point_print(const struct plan_point *point, char (*ret)[PLAN_POINT_BYTES])
{
	char name[PLAN_POINT_BYTES];

	plan_point_print_name(point, &name);
	snprintf(*ret, sizeof(*ret), "%.15s:%.*s", rows[point->kind].space,
		 (int)sizeof(*ret) - 17, name);
}
