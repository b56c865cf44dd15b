/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are objects of the kernel: what JSON, lines and getters read of them.
 */
#ifndef TETRA_LIB_OBJECT_H
#define TETRA_LIB_OBJECT_H

#include "lib/event/event.h"

/* Its name, up to the first NUL: in the payload or after it. Of a perf event, the name of the
 * probed function, if it is a probe. */
struct process_text object_name(const struct event_arg *arg);

/* 0 unless the event is a probe: in other events these bytes mean something else. */
uint64_t object_probe_offset(const struct tetra_record_arg_perf_event *perf);

#endif
