/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that a policy adds to its events: their limits (longer ones are cut), and what of them is
 * shown as it is.
 */
#ifndef TETRA_LIB_TEXT_H
#define TETRA_LIB_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#define MESSAGE_MAX_BYTES 256u
#define TAG_MAX_BYTES	  128u

/* False for spaces other than the plain space, and for characters that are not seen. */
bool text_is_shown(uint32_t c);

#endif
