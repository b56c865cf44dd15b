/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as JSON: one object, no blanks, keys in the order in which the schema declares them,
 * default values omitted. One table of fields per kind of event.
 *
 * What is the same for all events of a session (node name, options) is in an encoding, which
 * is immutable and reference-counted.
 */
#ifndef TETRA_LIB_JSON_H
#define TETRA_LIB_JSON_H

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"

struct event_arg;
struct tetra_event;
struct tetra_process;
struct writer;

#define EVENT_JSON_CRED 1u /* cap, process_credentials and binary_properties */
#define EVENT_JSON_NS	2u /* ns */

struct event_json_opts {
	const char *node_name;
	const char *cluster_name;		/* or NULL */
	uint32_t flags;				/* EVENT_JSON_* */
	uint32_t host_namespaces[TETRA_NS_END]; /* of pid 1, for is_host; 0: unknown */
};

struct event_encoding {
	uint32_t n_refs; /* atomic */
	uint32_t flags;
	uint32_t host_namespaces[TETRA_NS_END];
	const char *node_name;
	const char *before_time; /* ","node_name":"N","time":" */
	size_t before_time_len;
	const char *after_time; /* what ends the line */
	size_t after_time_len;
};

int event_encoding_new(struct event_encoding **ret, const struct event_json_opts *opts);
struct event_encoding *event_encoding_ref(struct event_encoding *encoding);
struct event_encoding *event_encoding_unref(struct event_encoding *encoding);

static inline void event_encoding_unrefp(struct event_encoding **encoding)
{
	event_encoding_unref(*encoding);
}

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

/* One argument: {"int_arg":1,"label":"x"}; several elements for a buffer of longs. */
void event_arg_json(struct writer *writer, const struct tetra_event *event,
		    const struct event_arg *arg);

#endif
