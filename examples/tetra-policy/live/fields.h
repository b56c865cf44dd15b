/* SPDX-License-Identifier: Apache-2.0 */
/* The names of an event's fields: what consumers of events rely on. */
#ifndef TETRA_POLICY_FIELDS_H
#define TETRA_POLICY_FIELDS_H

#include <yajl/yajl_tree.h>

#include "suite/arena.h"

/* @text with the names that it lacks, in their order: "process_kprobe.args[].int_arg, ..". */
const char *fields_add(struct arena *arena, const char *text, yajl_val event);

#endif
