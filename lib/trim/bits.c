/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/bits.h"

/* Of newer kernels' headers: BPF_JCOND, a jump that the kernel decides. */
#define BITS_JCOND 0xe0

struct bits bits_number(uint64_t number)
{
	return (struct bits){ .value = number };
}

struct bits bits_any(void)
{
	return (struct bits){ .open = UINT64_MAX };
}

bool bits_is_number(struct bits bits)
{
	return !bits.open;
}

static struct bits bits_make(uint64_t value, uint64_t open)
{
	return (struct bits){ value & ~open, open };
}

struct bits bits_narrow(struct bits bits, uint32_t n_bits)
{
	uint64_t mask = n_bits < 64 ? (UINT64_C(1) << n_bits) - 1 : UINT64_MAX;

	return (struct bits){ bits.value & mask, bits.open & mask };
}

struct bits bits_merge(struct bits a, struct bits b)
{
	return bits_make(a.value, a.open | b.open | (a.value ^ b.value));
}

/* A bit of a sum is not known if one of its own is not, or what is carried into it. */
static struct bits bits_add(struct bits a, struct bits b)
{
	uint64_t least = a.value + b.value;
	uint64_t most = least + a.open + b.open;

	return bits_make(least, (least ^ most) | a.open | b.open);
}

static struct bits bits_subtract(struct bits a, struct bits b)
{
	uint64_t difference = a.value - b.value;
	uint64_t most = difference + a.open, least = difference - b.open;

	return bits_make(difference, (most ^ least) | a.open | b.open);
}

static struct bits bits_and(struct bits a, struct bits b)
{
	uint64_t perhaps_a = a.value | a.open, perhaps_b = b.value | b.open;
	uint64_t value = a.value & b.value;

	return bits_make(value, (perhaps_a & perhaps_b) ^ value);
}

/* Older kernels know nothing of the result unless the second is a number, nor do we. */
static struct bits bits_or(struct bits a, struct bits b)
{
	uint64_t value = a.value | b.value;

	return bits_is_number(b) ? bits_make(value, a.open & ~value) : bits_any();
}

static struct bits bits_xor(struct bits a, struct bits b)
{
	return bits_is_number(b) ? bits_make(a.value ^ b.value, a.open) : bits_any();
}

static struct bits bits_shift_signed(struct bits a, uint32_t shift, uint32_t width)
{
	if (width == 32)
		return bits_make((uint64_t)((int32_t)a.value >> shift),
				 (uint64_t)((int32_t)a.open >> shift));
	return bits_make((uint64_t)((int64_t)a.value >> shift),
			 (uint64_t)((int64_t)a.open >> shift));
}

static struct bits bits_shift(uint32_t operation, struct bits a, struct bits b,
			      uint32_t width)
{
	uint32_t shift = (uint32_t)b.value & (width - 1);

	if (!bits_is_number(b))
		return bits_any();
	if (operation == BPF_LSH)
		return (struct bits){ a.value << shift, a.open << shift };
	if (operation == BPF_RSH)
		return (struct bits){ a.value >> shift, a.open >> shift };
	return bits_shift_signed(a, shift, width);
}

static struct bits bits_result(uint32_t operation, struct bits a, struct bits b,
			       uint32_t width)
{
	switch (operation) {
	case BPF_MOV:
		return b;
	case BPF_ADD:
		return bits_add(a, b);
	case BPF_SUB:
		return bits_subtract(a, b);
	case BPF_AND:
		return bits_and(a, b);
	case BPF_OR:
		return bits_or(a, b);
	case BPF_XOR:
		return bits_xor(a, b);
	case BPF_MUL:
		return bits_is_number(a) && bits_is_number(b)
			       ? bits_number(a.value * b.value)
			       : bits_any();
	case BPF_LSH:
	case BPF_RSH:
	case BPF_ARSH:
		return bits_shift(operation, a, b, width);
	default:
		return bits_any();
	}
}

struct bits bits_compute(uint32_t operation, struct bits a, struct bits b, uint32_t width)
{
	struct bits result = bits_result(operation, bits_narrow(a, width),
					 bits_narrow(b, width), width);

	/* Bytes are swapped in up to 64 bits by an instruction that is said to have 32. */
	return operation == BPF_END ? bits_any() : bits_narrow(result, width);
}

/* Of numbers with a sign, in 64 bits: the sign is the last of @width. */
static int64_t signed_number(uint64_t number, uint32_t width)
{
	return width == 32 ? (int32_t)number : (int64_t)number;
}

static int compare_signed(uint32_t operation, int64_t a, int64_t b)
{
	switch (operation) {
	case BPF_JSGT:
		return a > b;
	case BPF_JSGE:
		return a >= b;
	case BPF_JSLT:
		return a < b;
	default:
		return a <= b;
	}
}

static int compare(uint32_t operation, uint64_t a, uint64_t b, uint32_t width)
{
	switch (operation) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JSET:
		return (a & b) != 0;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSGT:
	case BPF_JSGE:
	case BPF_JSLT:
	case BPF_JSLE:
		return compare_signed(operation, signed_number(a, width),
				      signed_number(b, width));
	case BITS_JCOND:
		return -EAGAIN;
	default:
		return -EOPNOTSUPP;
	}
}

int bits_compare(uint32_t operation, struct bits a, struct bits b, uint32_t width)
{
	int is_taken;

	a = bits_narrow(a, width);
	b = bits_narrow(b, width);
	is_taken = compare(operation, a.value, b.value, width);
	if (is_taken < 0)
		return is_taken;
	return bits_is_number(a) && bits_is_number(b) ? is_taken : -EAGAIN;
}
