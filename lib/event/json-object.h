/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are objects of the kernel, in JSON: what follows the key.
 */
#ifndef TETRA_LIB_JSON_OBJECT_H
#define TETRA_LIB_JSON_OBJECT_H

#include "lib/event/event.h"
#include "lib/linux/names.h"
#include "lib/process/writer.h"

/* "name", or the number as text. */
void json_object_name(struct writer *writer, const struct names *names, uint32_t number);

void json_user_ns(struct writer *writer, const struct tetra_record_arg_user_ns *ns);

/* As codec_put_fn. */
void json_capability(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg);
void json_caps(struct writer *writer, const struct tetra_event *event,
	       const struct event_arg *arg);
void json_bpf_cmd(struct writer *writer, const struct tetra_event *event,
		  const struct event_arg *arg);
void json_arg_user_ns(struct writer *writer, const struct tetra_event *event,
		      const struct event_arg *arg);
void json_bpf_prog(struct writer *writer, const struct tetra_event *event,
		   const struct event_arg *arg);
void json_bpf_map(struct writer *writer, const struct tetra_event *event,
		  const struct event_arg *arg);
void json_perf_event(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg);
void json_module(struct writer *writer, const struct tetra_event *event,
		 const struct event_arg *arg);

#endif
