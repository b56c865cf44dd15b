/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions of the CelExpr operator: checked for syntax and types, not evaluated.
 */
#ifndef TETRA_LIB_CEL_H
#define TETRA_LIB_CEL_H

#include "lib/document/types.h"

struct cel_error {
	const char *message; /* static */
	unsigned int column; /* from 1, in bytes of the expression */
	bool is_type;	     /* an argument's type cannot be used */
};

/* @args: types by position, NULL where unknown. Return: 0, or -EINVAL and @ret. */
int cel_check(const char *text, const struct type_row *const *args, uint32_t n_args,
	      struct cel_error *ret);

#endif
