/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a session is opened: what must be true of the process, its namespaces and its /proc,
 * so that what the kernel's programs see and what /proc says are about the same processes.
 */
#ifndef TETRA_LIB_PLACE_H
#define TETRA_LIB_PLACE_H

#include "lib/base/base.h"
#include "lib/kernel/kernel.h"

struct tetra_diag;

/* Inode of the initial pid namespace (include/linux/proc_ns.h). */
#define PLACE_FIRST_PID_NS 0xeffffffcu

/*
 * 0; -EOPNOTSUPP with a finding in a nested pid namespace, or with another namespace's /proc or
 * none; -ENOMEM with too few descriptors.
 */
int session_check_place(struct tetra_diag *diag);

/*
 * 0; -EOPNOTSUPP with a finding if the kernel lacks something or is locked down for
 * confidentiality; -EPERM if it does not let us see that.
 */
int session_check_kernel(struct tetra_kernel *kernel, struct tetra_diag *diag);

/* A warning if processes cannot be read, with their number. */
void session_warn_unreadable(struct tetra_diag *diag);

/* Adds the finding if descriptors ran out; other errors are returned unchanged. */
int session_check_descriptors(int r, struct tetra_diag *diag);
/* Whether this process may open @n more. Asked before programs are loaded, which may take minutes. */
int session_check_room(uint64_t n, struct tetra_diag *diag);

#endif
