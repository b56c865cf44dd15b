/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is the same in the JSON of all events of a session (node name, options): immutable
 * and reference-counted.
 */
#ifndef TETRA_LIB_ENCODING_H
#define TETRA_LIB_ENCODING_H

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"

#define EVENT_JSON_CRED 1u /* cap, process_credentials and binary_properties */
#define EVENT_JSON_NS	2u /* ns */

struct event_json_opts {
	const char *node_name;
	const char *cluster_name;		/* or NULL */
	uint32_t flags;				/* EVENT_JSON_* */
	uint32_t host_namespaces[TETRA_NS_END]; /* of pid 1, for is_host; 0: unknown */
	/* A user's name, borrowed until the next call, or NULL; NULL: none is shown. Called
	 * when a process is described, in the session's thread. */
	const char *(*find_user)(void *users, uint32_t uid);
	void *users;
};

struct event_encoding {
	uint32_t n_refs; /* atomic */
	uint32_t flags;
	uint32_t host_namespaces[TETRA_NS_END];
	const char *(*find_user)(void *users, uint32_t uid);
	void *users; /* valid as long as the session */
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

#endif
