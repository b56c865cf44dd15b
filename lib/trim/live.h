/* SPDX-License-Identifier: Apache-2.0 */
/* Which registers are still read, so that what only fills the others can be removed. */
#ifndef TETRA_LIB_TRIM_LIVE_H
#define TETRA_LIB_TRIM_LIVE_H

#include "lib/trim/reach.h"

/*
 * @ret_idle: for each of the @n_insns instructions, 1 if it does nothing but fill a register that
 * is not read afterwards, by any instruction that is not idle itself. Return: 0, -ENOMEM.
 */
int live_find_idle(uint8_t *ret_idle, const struct reach *reach);

#endif
