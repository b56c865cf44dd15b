/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row per feature: its name, what it needs, and a small probe.
 */
#ifndef TETRA_LIB_KERNEL_FEATURES_H
#define TETRA_LIB_KERNEL_FEATURES_H

#include "lib/kernel/kernel.h"

/* A fentry program on @function: the verifier decides, every time. */
bool feature_fentry_loads(struct tetra_kernel *kernel, const char *function);
/* A fmod_ret program on @function: the verifier decides, every time. */
bool feature_modify_return_loads(struct tetra_kernel *kernel, const char *function);

#endif
