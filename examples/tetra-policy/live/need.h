/* SPDX-License-Identifier: Apache-2.0 */
/* What a suite needs of a machine. */
#ifndef TETRA_POLICY_NEED_H
#define TETRA_POLICY_NEED_H

#include "suite/suite.h"

/* NULL: all is there, as far as can be seen before policies are loaded. */
const char *need_unmet(struct suite *suite);
/* Whether the suite says that the kernel must be able to enforce. */
int need_has_kernel(const struct suite *suite);

#endif
