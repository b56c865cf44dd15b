/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of the texts that a policy adds to its events; longer ones are cut.
 */
#ifndef TETRA_LIB_TEXT_H
#define TETRA_LIB_TEXT_H

#define MESSAGE_MAX_BYTES 256u
#define TAG_MAX_BYTES	  128u

#endif
