/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory lock limit. Kernels before 5.11 count BPF maps and programs against it, per user
 * and whatever the privileges; later ones count them with the control group's memory. It is the
 * limit of the process that we are part of: it is raised only if that was asked for, and libbpf
 * is kept from raising it.
 */
#ifndef TETRA_LIB_MEMLOCK_H
#define TETRA_LIB_MEMLOCK_H

#include "lib/base/base.h"
#include "tetra/diag.h"

struct tetra_kernel;

/* Before the first map or program. @raise: on a kernel that needs it, as far as is allowed. */
void memlock_begin(const struct tetra_kernel *kernel, bool raise);

/* Whether the limit may be why the kernel refused a map or a program with @error. */
bool memlock_may_be_why(const struct tetra_kernel *kernel, int error);

/*
 * If the limit may be why, a finding (memory-lock) and -EPERM; otherwise @error. Nothing is
 * reported for 0.
 */
int memlock_explain(const struct tetra_kernel *kernel, int error,
		    struct tetra_diag *diag);

#endif
