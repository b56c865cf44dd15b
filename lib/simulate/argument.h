/* SPDX-License-Identifier: Apache-2.0 */
/* Which argument of an input is which argument of a policy. */
#ifndef TETRA_LIB_SIMULATE_ARGUMENT_H
#define TETRA_LIB_SIMULATE_ARGUMENT_H

#include "lib/simulate/bind.h"

void argument_init(struct bind_hook *hook);
/* NULL: none is known to be it. */
const struct input_arg *argument_find(const struct bind_hook *hook,
				      const struct tetra_input *input, uint32_t position);
/* The value that the call returned; it may be one that is not known. */
const struct input_arg *argument_result(const struct bind_hook *hook,
					const struct tetra_input *input);

#endif
