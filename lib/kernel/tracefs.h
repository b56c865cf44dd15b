/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Format files of tracefs: what a tracepoint's record holds.
 */
#ifndef TETRA_LIB_KERNEL_TRACEFS_H
#define TETRA_LIB_KERNEL_TRACEFS_H

#include "lib/base/arena.h"
#include "lib/kernel/kernel.h"

/*
 * Parse the text of a format file; .subsystem and .name are not changed. Texts and fields
 * are in @arena. -EINVAL if it is not such a text.
 */
int tracefs_parse_format(const char *text, struct arena *arena, struct kernel_event *ret);

/* A name that can be one folder: not empty, no slash, not "..". */
bool tracefs_is_name(const char *name);

#endif
