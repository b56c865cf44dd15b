/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_LIB_FIT_FACTS_H
#define TETRA_LIB_FIT_FACTS_H

#include "lib/kernel/kernel.h"

/* What the public interface calls facts is a kernel, live or recorded. */
struct tetra_facts {
	struct tetra_kernel *kernel;
};

#endif
