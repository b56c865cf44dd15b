/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event in memory. A borrowed event points into the record it came from and into the
 * session's tables; an owned one (n_refs > 0) has copies of all of it in its arena, and
 * references to the processes and the encoding, which are immutable.
 */
#ifndef TETRA_LIB_EVENT_H
#define TETRA_LIB_EVENT_H

#include "bpf/abi/record.h"
#include "lib/base/arena.h"
#include "lib/event/group.h"
#include "lib/process/json-process.h"
#include "lib/process/process.h"
#include "tetra/event.h"

/* Ancestors that a kept event keeps; the chain to pid 1 is shorter on any sane machine. */
#define EVENT_MAX_ANCESTORS 16u

struct process_table;

/* Arguments of a group; policies are limited to fewer. */
#define EVENT_MAX_ARGS 16u

struct event_arg {
	const struct event_group_arg *spec;
	const uint8_t
		*data; /* .head.bytes of payload; NULL: the record has no such slot */
	struct tetra_record_arg head; /* .kind is that of spec->kind */
};

struct tetra_event {
	uint32_t n_refs; /* atomic; 0: borrowed */
	uint32_t kind;	 /* enum tetra_event_kind */
	uint64_t time_ns, wall_ns;
	uint32_t tid;
	uint32_t refcnt;		/* of the process, when the event was made */
	uint32_t flags;			/* TETRA_EVENT_* */
	uint32_t action, return_action; /* enum tetra_action_kind */
	uint32_t selector;
	uint32_t exit_code;
	uint32_t lost_cause; /* enum tetra_loss */
	uint64_t lost_count;
	struct event_encoding *encoding;
	struct tetra_process *process, *parent; /* or NULL */
	struct process_table *table; /* borrowed events: where the ancestors are */
	struct tetra_process *
		*ancestors; /* owned events: n_ancestors, the parent first */
	uint32_t n_ancestors;
	const struct event_group *group; /* hooks only */
	struct arena *arena;		 /* owned events */
	uint32_t n_args;
	bool has_return;
	struct event_group_arg return_spec;
	struct event_arg result;
	struct event_arg args[EVENT_MAX_ARGS]; /* n_args of them are set */
};

/* Signal and status of an exit code. */
static inline uint32_t event_exit_signal(const struct tetra_event *event)
{
	return event->exit_code & 0x7f;
}

static inline uint32_t event_exit_status(const struct tetra_event *event)
{
	return event->exit_code >> 8 & 0xff;
}

/* Little-endian reads of payload whose length was checked when it was decoded. */
static inline uint64_t event_arg_u64(const struct event_arg *arg)
{
	uint64_t value;

	memcpy(&value, arg->data, sizeof(value));
	return value;
}

const char *event_action_name(uint32_t action); /* NULL for none */
const char *event_loss_name(uint32_t cause);

#endif
