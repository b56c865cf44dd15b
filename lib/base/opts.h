/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs that cross the interface and may grow. The first member is the size that the caller
 * was built with, so a caller and a library of different ages understand each other: zero is
 * the default of a member that the caller does not know, and must be the value of one that the
 * library does not know.
 */
#ifndef TETRA_LIB_OPTS_H
#define TETRA_LIB_OPTS_H

#include "lib/base/base.h"
#include "tetra/diag.h"

/* No struct of the interface is larger: a larger size was never set. */
#define OPTS_MAX_BYTES 4096u

/*
 * Reads an option struct into @ret, all @bytes of it, which is its size. @given may be NULL. @name is for the
 * finding ("tetra_load_opts").
 * Return: 0; -EINVAL without a size, or with one that no struct has; -E2BIG if the part that
 * this library does not know is not zero; both with a finding (bad-option).
 */
int opts_read(void *ret, size_t bytes, const void *given, const char *name,
	      struct tetra_diag *diag);

/* Whether @ret, an output struct, can be filled: it is there and has a size. */
bool opts_can_fill(const void *ret);

/*
 * Copies as much of @full, @bytes long, as the caller's struct holds, and sets the size to what
 * was filled. What the caller knows and the library does not is left as it is.
 * Return: 0; -EINVAL unless opts_can_fill().
 */
int opts_fill(void *ret, const void *full, size_t bytes);

#endif
