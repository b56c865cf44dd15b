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

struct event_group_arg {
	uint8_t slot;
	uint8_t kind; /* enum tetra_arg_kind of bpf/abi/kinds.h; NOP leaves no argument */
	const char *label; /* or NULL */
	const char *yaml_type;
};

struct event_group {
	uint32_t id;
	uint32_t kind; /* enum tetra_event_kind */
	const char *policy_name;
	const char *function_name; /* TRACEPOINT: the event */
	const char *subsys;	   /* TRACEPOINT */
	const char *message;	   /* escaped once, as the policy model has it; or NULL */
	const char *const *tags;   /* likewise */
	uint32_t n_tags;
	const struct event_group_arg *args;
	uint32_t n_args;
	uint8_t wants_return;
	uint8_t return_slot;
	uint8_t return_kind;	 /* enum tetra_arg_kind */
	const char *return_type; /* as the policy writes it */
};

#endif
