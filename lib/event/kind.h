/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of events, a row each. */
#ifndef TETRA_LIB_EVENT_KIND_H
#define TETRA_LIB_EVENT_KIND_H

#include "lib/base/base.h"

struct compact;
struct tetra_event;
struct writer;

typedef void (*event_field_fn)(struct writer *writer, const struct tetra_event *event);

struct event_kind_row {
	uint32_t kind;	  /* enum tetra_event_kind */
	const char *name; /* the key of its object in JSON */
	const char *open; /* how its JSON begins */
	size_t open_len;
	const event_field_fn *fields; /* in JSON, in the order of the schema */
	uint32_t n_fields;
	void (*compact)(struct compact *line);
};

/* Returns NULL for an unknown kind. */
const struct event_kind_row *event_kind_row(uint32_t kind);

#endif
