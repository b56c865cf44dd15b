/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_POLICY_RECORDED_PROCESS_H
#define TETRA_POLICY_RECORDED_PROCESS_H

#include <tetra/simulate.h>

#include "json/tree.h"

/* The process of a recorded event and its ancestors; a copy of its binary. 0, or -ENOMEM. */
int recorded_process(struct tetra_input *input, yajl_val event, char **ret_binary);

#endif
