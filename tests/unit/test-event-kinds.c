/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of the public header has its row: name, JSON, compact text. */
#include <stdio.h>

#include "lib/event/event.h"
#include "lib/event/kind.h"
#include "suite.h"

/* The kind after @kind; 0 after the last one. The compiler misses a kind that is not here. */
static uint32_t kind_after(enum tetra_event_kind kind)
{
	switch (kind) {
	case TETRA_EVENT_EXEC:
		return TETRA_EVENT_EXIT;
	case TETRA_EVENT_EXIT:
		return TETRA_EVENT_KPROBE;
	case TETRA_EVENT_KPROBE:
		return TETRA_EVENT_TRACEPOINT;
	case TETRA_EVENT_TRACEPOINT:
		return TETRA_EVENT_UPROBE;
	case TETRA_EVENT_UPROBE:
		return TETRA_EVENT_LSM;
	case TETRA_EVENT_LSM:
		return TETRA_EVENT_USDT;
	case TETRA_EVENT_USDT:
		return TETRA_EVENT_LOST;
	case TETRA_EVENT_LOST:
		return 0;
	}
	return 0;
}

TEST(event_kinds_have_rows)
{
	char open[64];
	uint32_t kind;

	for (kind = TETRA_EVENT_EXEC; kind; kind = kind_after(kind)) {
		const struct event_kind_row *row = event_kind_row(kind);

		ck_assert_msg(row, "kind %u has no row", kind);
		ck_assert_uint_eq(row->kind, kind);
		snprintf(open, sizeof(open), "{\"%s\":{", row->name);
		ck_assert_str_eq(row->open, open);
		ck_assert_uint_eq(row->open_len, strlen(row->open));
		ck_assert_uint_gt(row->n_fields, 0);
		for (uint32_t i = 0; i < row->n_fields; i++)
			ck_assert_ptr_nonnull(row->fields[i]);
		ck_assert(row->compact);
	}
}

TEST(event_kinds_are_found_by_name)
{
	uint32_t kind;

	for (kind = TETRA_EVENT_EXEC; kind; kind = kind_after(kind)) {
		const char *name = tetra_event_kind_to_name(kind);

		ck_assert_uint_eq(tetra_event_kind_from_name(name), kind);
		ck_assert_uint_eq(tetra_event_kind_from_name(strchr(name, '_') + 1),
				  kind);
	}
	ck_assert_uint_eq(tetra_event_kind_from_name("exe"), 0);
	ck_assert_ptr_null(tetra_event_kind_to_name(0));
	ck_assert_ptr_null(event_kind_row(TETRA_EVENT_LOST + 1));
}
