/* SPDX-License-Identifier: Apache-2.0 */
/* Functions whose names begin with "security_", of kernels from 5.10 to 7.2 (x86-64). */
#ifndef TETRA_LIB_SECURITY_H
#define TETRA_LIB_SECURITY_H

#include "lib/base/base.h"
#include "lib/linux/hook-names.h"

/* Some kernel has the function: it calls an LSM hook, or is one of the others. */
bool security_is_function(const char *name);

/* The function of an LSM hook with nearly this name, static or in @buf; NULL: none is near. */
const char *security_nearest(const char *name, char (*buf)[HOOK_NAME_BYTES]);

#endif
