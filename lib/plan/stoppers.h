/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which security functions would stop what a policy's own hook cannot stop.
 */
#ifndef TETRA_LIB_STOPPERS_H
#define TETRA_LIB_STOPPERS_H

#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"

/*
 * Adds "security_file_open" for the wrapper of openat(2), for functions on the same code path,
 * and for tracepoints of system calls: all that are needed and that this kernel has. False,
 * and nothing added, if none is known.
 */
bool stopper_find(struct tetra_kernel *kernel, const struct plan_use *use,
		  struct strbuf *ret);

#endif
