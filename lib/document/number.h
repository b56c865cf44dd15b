/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people write them in a policy: sign, 0x, 0b, 0o or a leading 0, digits with
 * underscores between them.
 */
#ifndef TETRA_LIB_NUMBER_H
#define TETRA_LIB_NUMBER_H

#include "lib/base/base.h"

struct number {
	bool negative;
	uint64_t magnitude;
};

/* 0; -EINVAL: not a number; -E2BIG: a number of more than 64 bits. */
int number_parse(const char *text, struct number *ret);

/* Only digits: 0, -EINVAL, -E2BIG. */
int number_parse_decimal(const char *text, uint64_t *ret);

/* 0 and the number extended to 64 bits in two's complement; -E2BIG if @bits do not hold it. */
int number_fit(const struct number *number, unsigned int bits, bool is_signed,
	       uint64_t *ret);

#endif
