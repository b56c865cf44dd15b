/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event needs to know about its policy and hook: the session makes one
 * group per use of a hook by a policy and gives it the number that records carry. A
 * record holds the values of all slots of its hook; the group says which of them are the
 * policy's arguments, and in which order.
 */
#ifndef TETRA_LIB_GROUP_H
#define TETRA_LIB_GROUP_H

#include "lib/base/base.h"

/* The texts of an argument, which an event that is kept copies: label, or NULL. */
#define EVENT_ARG_TEXTS(X) X(label) X(yaml_type)
/*
 * Those of a group. Of tracepoints, function_name is the event. Of uprobes it is the symbol, or NULL,
 * and subsys the file; of usdts likewise, and the provider of the probe. message and the tags are escaped once, as the policy model has them; message
 * may be NULL; return_type is as the policy writes it.
 */
#define EVENT_GROUP_TEXTS(X)                                                             \
	X(policy_name) X(function_name) X(subsys) X(provider) X(message) X(return_type)

#define X(name) const char *name;
struct event_group_arg {
	uint8_t slot;
	uint8_t kind; /* enum tetra_arg_kind of bpf/abi/kinds.h; NOP leaves no argument */
	uint8_t is_data; /* an element of data */
	EVENT_ARG_TEXTS(X)
};

struct event_group {
	uint32_t id;
	uint32_t kind; /* enum tetra_event_kind */
	EVENT_GROUP_TEXTS(X)
	uint64_t offset, counter; /* uprobes: in the file; 0: not shown */
	const char *const *tags;
	uint32_t n_tags;
	const struct event_group_arg *args;
	uint32_t n_args;
	uint8_t wants_return;
	uint8_t return_slot;
	uint8_t return_kind; /* enum tetra_arg_kind */
};
#undef X

#endif
