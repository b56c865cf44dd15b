/* SPDX-License-Identifier: Apache-2.0 */
/* A place in a text. */
#ifndef TETRA_LIB_MARK_H
#define TETRA_LIB_MARK_H

#include <stdint.h>

struct mark {
	uint32_t line;	 /* from 1; 0: unknown */
	uint32_t column; /* from 1, in characters */
};

#endif
