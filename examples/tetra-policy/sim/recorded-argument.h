/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_POLICY_RECORDED_ARGUMENT_H
#define TETRA_POLICY_RECORDED_ARGUMENT_H

#include <tetra/simulate.h>

#include "json/tree.h"

/* The args of a recorded event, a list; NULL: none. 0, -E2BIG or -ENOMEM. */
/* A list of them, the first at position @first. */
int recorded_arguments(struct tetra_input *input, uint32_t first, yajl_val args);
/* One of them; NULL: unknown. */
int recorded_argument(struct tetra_input *input, uint32_t position, yajl_val arg);

#endif
