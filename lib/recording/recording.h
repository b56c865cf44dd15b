/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts of a kernel in a file, from which they can be read on another machine. recording.c has
 * the form.
 */
#ifndef TETRA_LIB_RECORDING_H
#define TETRA_LIB_RECORDING_H

#include <stdio.h>

#include "lib/kernel/kernel.h"

/* From a facts file, plain or gzip. -ENOENT, -EPERM; -EINVAL if it is not one. */
int kernel_read_facts(struct tetra_kernel **ret, const char *path,
		      struct tetra_diag *diag);
/* Probes every feature, then writes them and each answer given so far. */
int kernel_write_facts(struct tetra_kernel *kernel, FILE *file);
/*
 * Looks up what the kernel's types do not say and kernel_read_facts() may be asked for later.
 * Needs root and tracefs. -EPERM, -EOPNOTSUPP with a finding.
 */
int kernel_complete(struct tetra_kernel *kernel, struct tetra_diag *diag);
/* kernel_complete(), and a compressed file. */
int kernel_save_facts(struct tetra_kernel *kernel, const char *path,
		      struct tetra_diag *diag);

#endif
