/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process object of events: no blanks, keys in the order in which the schema declares them,
 * default values omitted. Its fields are in process-fields.c.
 */
#ifndef TETRA_LIB_JSON_PROCESS_H
#define TETRA_LIB_JSON_PROCESS_H

#include "lib/process/encoding.h"

struct tetra_process;
struct writer;

/* How one occurrence of a process differs from the others. */
struct process_json_use {
	uint32_t tid;
	uint32_t refcnt;	/* 0: not shown */
	bool binary_properties; /* process_json_has_properties() and shown here */
	bool may_cache;		/* the caller is the session's thread */
};

/* Whether there is something to report about the file: it no longer has a name. */
bool process_json_has_properties(const struct event_encoding *encoding,
				 const struct tetra_process *process);

void process_json(struct writer *writer, const struct event_encoding *encoding,
		  struct tetra_process *process, const struct process_json_use *use);

#endif
