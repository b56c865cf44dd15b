/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds that are reached through, or made of, members of the kernel's structs. Which members is
 * data; where this kernel has them, its BTF says.
 */
#ifndef TETRA_LIB_LAYOUT_H
#define TETRA_LIB_LAYOUT_H

#include "lib/use/build.h"

/*
 * Completes a slot, whose source leads to the struct: the steps from there to the value, and the
 * members that are copied. -EOPNOTSUPP and *ret_missing, "cred.securebits", if this kernel lacks
 * one.
 */
int layout_plan(struct tetra_slot_config *slot, struct tetra_kernel *kernel,
		const char **ret_missing);

/* The parameter is not what the kind is read from, but points to it. */
bool layout_has_step(uint32_t kind);

/* The members, in order, NULL at the end; NULL if the kind has none. For tests. */
const char *layout_member(uint32_t kind, uint32_t index);

#endif
