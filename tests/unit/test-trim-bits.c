/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of numbers with unknown bits holds for every number that they can be, and a comparison
 * is decided where all of them agree.
 */
#include "tests/unit/suite.h"

#include <linux/bpf.h>

#include "lib/trim/bits.h"
#include "tests/unit/trim-machine.h"

/* Patterns of three bits: the lowest two, and the sign, of 32 bits or of 64. */
#define PATTERNS 8

static uint64_t spread(uint32_t pattern, uint32_t width)
{
	return (pattern & 3) | (uint64_t)(pattern >> 2) << (width - 1);
}

static bool is_member(struct bits bits, uint64_t number)
{
	return (number & ~bits.open) == bits.value;
}

static const uint8_t computes[] = {
	BPF_MOV, BPF_ADD, BPF_SUB, BPF_AND, BPF_OR,  BPF_XOR,
	BPF_MUL, BPF_LSH, BPF_RSH, BPF_DIV, BPF_MOD, BPF_ARSH
};

static const uint8_t compares[] = { BPF_JEQ,  BPF_JNE,	BPF_JSET, BPF_JGT,
				    BPF_JGE,  BPF_JLT,	BPF_JLE,  BPF_JSGT,
				    BPF_JSGE, BPF_JSLT, BPF_JSLE };

struct pair {
	struct bits a, b;
	uint32_t width;
};

static void check_computes(struct pair pair, uint64_t a, uint64_t b)
{
	uint8_t class = pair.width == 32 ? BPF_ALU : BPF_ALU64;

	for (uint32_t i = 0; i < ARRAY_SIZE(computes); i++) {
		struct bits said = bits_compute(computes[i], pair.a, pair.b, pair.width);
		uint64_t is = machine_compute(class | computes[i], a, b);

		if (!is_member(said, is) || (said.value & said.open))
			ck_abort_msg("operation %x of %llx and %llx", computes[i],
				     (unsigned long long)a, (unsigned long long)b);
	}
}

static int decides(struct pair pair, uint8_t operation, uint64_t a, uint64_t b)
{
	return machine_decides((pair.width == 32 ? BPF_JMP32 : BPF_JMP) | operation, a,
			       b);
}

/* All members of both, by the bits that are open. */
static void each_member(struct pair pair, uint32_t open_a, uint32_t open_b,
			uint32_t *ret_answers)
{
	for (uint32_t i = 0; i < PATTERNS; i++)
		for (uint32_t k = 0; k < PATTERNS; k++) {
			uint64_t a = pair.a.value | spread(i, pair.width);
			uint64_t b = pair.b.value | spread(k, pair.width);

			if ((i & ~open_a) || (k & ~open_b))
				continue;
			check_computes(pair, a, b);
			for (uint32_t o = 0; o < ARRAY_SIZE(compares); o++)
				ret_answers[o] |= 1u << decides(pair, compares[o], a, b);
		}
}

static void check_pair(uint32_t width, const uint32_t *pattern)
{
	uint32_t open_a = pattern[1], open_b = pattern[3];
	struct pair pair = {
		.a = { spread(pattern[0] & ~open_a, width), spread(open_a, width) },
		.b = { spread(pattern[2] & ~open_b, width), spread(open_b, width) },
		.width = width,
	};
	uint32_t answers[ARRAY_SIZE(compares)] = {};
	int said;

	each_member(pair, open_a, open_b, answers);
	for (uint32_t o = 0; o < ARRAY_SIZE(compares); o++) {
		said = bits_compare(compares[o], pair.a, pair.b, width);
		if (said >= 0 && answers[o] != 1u << said)
			ck_abort_msg("comparison %x is decided", compares[o]);
		if (said < 0 && bits_is_number(pair.a) && bits_is_number(pair.b))
			ck_abort_msg("comparison %x is not decided", compares[o]);
	}
}

TEST(trim_bits_hold_for_all_numbers)
{
	uint32_t pattern[4];

	for (uint32_t width = 32; width <= 64; width += 32)
		for (uint32_t n = 0; n < PATTERNS * PATTERNS * PATTERNS * PATTERNS; n++) {
			for (uint32_t i = 0; i < ARRAY_SIZE(pattern); i++)
				pattern[i] = n / (1u << 3 * i) % PATTERNS;
			check_pair(width, pattern);
		}
}

/* Bytes are swapped in 64 bits by an instruction of the class of 32. */
TEST(trim_bits_of_swapped_bytes_are_not_known)
{
	ck_assert(bits_compute(BPF_END, bits_number(1), bits_number(64), 32).open ==
		  UINT64_MAX);
}

/* What the kernel may not know of a number is not decided either. */
TEST(trim_bits_are_compared_as_numbers)
{
	const struct bits low = { 0, 7 }, high = { 8, 7 };

	ck_assert_int_eq(bits_compare(BPF_JLT, low, high, 64), -EAGAIN);
	ck_assert_int_eq(bits_compare(BPF_JEQ, high, low, 64), -EAGAIN);
	ck_assert_int_eq(bits_compare(BPF_JLT, bits_number(7), bits_number(8), 64), 1);
	ck_assert_uint_eq(bits_compute(BPF_OR, high, low, 64).open, UINT64_MAX);
	ck_assert_uint_eq(bits_compute(BPF_XOR, high, low, 64).open, UINT64_MAX);
	ck_assert_uint_eq(bits_compute(BPF_OR, low, bits_number(8), 64).value, 8);
}
