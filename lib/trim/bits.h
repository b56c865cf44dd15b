/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with some bits known: arithmetic and comparisons. */
#ifndef TETRA_LIB_TRIM_BITS_H
#define TETRA_LIB_TRIM_BITS_H

#include <linux/bpf.h>

#include "lib/base/base.h"

/* Bits that are not known are set in @open, and not in @value. */
struct bits {
	uint64_t value, open;
};

struct bits bits_number(uint64_t number);
struct bits bits_any(void);
bool bits_is_number(struct bits bits);

/* The lower @n_bits; the others are 0. */
struct bits bits_narrow(struct bits bits, uint32_t n_bits);

/* What holds for both. */
struct bits bits_merge(struct bits a, struct bits b);

/* @operation: of BPF's arithmetic, on @width (32 or 64) bits. Nothing is known of the result of those
 * that are not understood. */
struct bits bits_compute(uint32_t operation, struct bits a, struct bits b,
			 uint32_t width);

/*
 * A comparison of BPF, of @width bits. Return: whether it holds; -EAGAIN if not all bits are known:
 * a check that only we could decide is one that the kernel wants to see; -EOPNOTSUPP if it is not
 * understood.
 */
int bits_compare(uint32_t operation, struct bits a, struct bits b, uint32_t width);

#endif
