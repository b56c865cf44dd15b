/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a function keeps in its frame. Compilers keep there what does not fit into registers, 8 bytes
 * at multiples of 8; other stores, and calls that get an address in the frame, may change it.
 */
#ifndef TETRA_LIB_TRIM_FRAME_H
#define TETRA_LIB_TRIM_FRAME_H

#include "lib/trim/known.h"

/* @bytes at @address. */
struct known_value frame_load(const struct known *known, struct known_value address,
			      uint32_t bytes);

/* @value is stored. */
void frame_store(struct known *known, struct known_value address, uint32_t bytes,
		 struct known_value value);

/*
 * The registers that pass arguments do so; @is_own: to a function of the program, or to one of the
 * kernel that may run such.
 */
void frame_call(struct known *known, bool is_own);

#endif
