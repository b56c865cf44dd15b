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
 * 0; -EOPNOTSUPP with a finding in a nested pid namespace, with another namespace's /proc or
 * none, on a kernel that is locked down for confidentiality; -ENOMEM with too few descriptors.
 */
int session_check_place(struct tetra_kernel *kernel, struct tetra_diag *diag);

/* A warning if processes cannot be read, with their number. */
void session_warn_unreadable(struct tetra_diag *diag);

/* Adds the finding if descriptors ran out; other errors are returned unchanged. */
int session_check_descriptors(int r, struct tetra_diag *diag);

#endif
