/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which security function would stop what cannot be stopped where a policy asks for it.
 */
#ifndef TETRA_LIB_STOPPERS_H
#define TETRA_LIB_STOPPERS_H

#include "lib/plan/plan.h"

/*
 * "security_file_open" for the wrapper of openat(2), for functions on the same way, and for
 * tracepoints of system calls; one that this kernel has. NULL if none is known.
 */
const char *stopper_find(struct tetra_kernel *kernel, const struct plan_use *use);

#endif
