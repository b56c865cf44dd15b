/* SPDX-License-Identifier: Apache-2.0 */
/* A program from which the excluded parts are removed: small ones, by hand. */
#include "tests/unit/suite.h"

#include "lib/trim/trim.h"
#include "tests/unit/trim-insns.h"

/* Of a program that is to be trimmed, and what must come of it. */
static void check_trim(struct bpf_insn *insns, uint32_t n, const struct bpf_insn *wanted,
		       uint32_t n_wanted)
{
	struct record funcs[] = { { 0, 1 } };
	struct trim_program program = { insns, n, funcs, 1, sizeof(funcs[0]) };

	ck_assert_int_eq(trim_program(&program, &data), 0);
	ck_assert_uint_eq(program.n_insns, n_wanted);
	ck_assert_mem_eq(insns, wanted, n_wanted * sizeof(*insns));
	ck_assert_uint_eq(program.n_funcs, 1);
	ck_assert_uint_eq(funcs[0].start, 0);
}

#define CHECK_TRIM(before, after)                                                        \
	check_trim(before, ARRAY_SIZE(before), after, ARRAY_SIZE(after))

TEST(trim_removes_what_the_configuration_excludes)
{
	struct bpf_insn before[] = {
		DATA(1, 0),
		LOAD(BPF_B, 1, 1, 0),
		IF(BPF_JEQ, 1, 0, 2),
		MOVE(1, 5),
		HELP(9),
		MOVE(0, 3),
		EXIT,
	};
	struct bpf_insn after[] = { MOVE(0, 3), EXIT };

	CHECK_TRIM(before, after);
}

TEST(trim_keeps_what_the_configuration_includes)
{
	struct bpf_insn before[] = {
		DATA(1, 1),
		LOAD(BPF_B, 1, 1, 0),
		IF(BPF_JEQ, 1, 0, 2),
		MOVE(1, 5),
		HELP(9),
		MOVE(0, 3),
		EXIT,
	};
	struct bpf_insn after[] = { MOVE(1, 5), HELP(9), MOVE(0, 3), EXIT };

	CHECK_TRIM(before, after);
}

TEST(trim_turns_loads_into_numbers)
{
	struct bpf_insn before[] = {
		DATA(6, 8),
		LOAD(BPF_B, 1, 6, 0),
		LOAD(BPF_H, 2, 6, 0),
		LOAD(BPF_W, 3, 6, 4),
		LOAD(BPF_W, 4, 6, -4),
		LOAD(BPF_DW, 5, 6, 0),
		HELP(9),
		EXIT,
	};
	struct bpf_insn after[] = {
		DATA(6, 8),	 MOVE(1, 0x88),
		MOVE(2, 0x7788), MOVE(3, 0x11223344),
		MOVE32(4, -1),	 LOAD(BPF_DW, 5, 6, 0),
		HELP(9),	 EXIT,
	};

	CHECK_TRIM(before, after);
}

/* Outside the data, from another map, or from memory that is not known. */
TEST(trim_leaves_other_loads)
{
	struct bpf_insn before[] = {
		DATA(6, 8),
		LOAD(BPF_W, 1, 6, 5),
		LOAD(BPF_W, 2, 10, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 7, BPF_PSEUDO_MAP_VALUE, 0, FD + 1),
		INSN(0, 0, 0, 0, 0),
		LOAD(BPF_B, 3, 7, 0),
		HELP(9),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

/* Two ways with different numbers: neither is known after them. */
TEST(trim_forgets_where_ways_meet)
{
	struct bpf_insn before[] = {
		HELP(9),
		MOVE(6, 1),
		IF(BPF_JEQ, 0, 0, 1),
		MOVE(6, 2),
		IF(BPF_JEQ, 6, 2, 1),
		HELP(8),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

/* Turns of a loop change a register that was known before it. */
TEST(trim_follows_loops)
{
	struct bpf_insn before[] = {
		MOVE(6, 0), HELP(9), ALU(BPF_ADD, 6, 1), IF(BPF_JLT, 6, 4, -3),
		MOVE(0, 0), EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

TEST(trim_renumbers_jumps)
{
	struct bpf_insn before[] = {
		HELP(9),      IF(BPF_JEQ, 0, 1, 5),
		MOVE(6, 7),   IF32(BPF_JNE, 6, 7, 1),
		LONG_JUMP(1), JUMP(-4),
		HELP(8),      MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[] = {
		HELP(9), IF(BPF_JEQ, 0, 1, 1), HELP(8), MOVE(0, 0), EXIT,
	};

	CHECK_TRIM(before, after);
}

TEST(trim_keeps_jumps_back_and_long_ones)
{
	struct bpf_insn before[] = {
		MOVE(6, 1),    HELP(9),	 IF(BPF_JEQ, 0, 1, 2), IF(BPF_JEQ, 0, 2, 2),
		LONG_JUMP(-4), JUMP(-5), MOVE(0, 0),	       EXIT,
	};
	struct bpf_insn after[] = {
		HELP(9),
		IF(BPF_JEQ, 0, 1, 2),
		IF(BPF_JEQ, 0, 2, 2),
		LONG_JUMP(-4),
		JUMP(-5),
		MOVE(0, 0),
		EXIT,
	};

	CHECK_TRIM(before, after);
}

/* A store, a call, and a load that may fail are not idle, whatever is read afterwards. */
TEST(trim_keeps_what_does_something)
{
	struct bpf_insn before[] = {
		HELP(9),
		LOAD(BPF_W, 1, 0, 0),
		INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 6, 7, 0, BPF_ADD),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

/* An old value comes from memory into the register. */
TEST(trim_forgets_what_atomics_fill)
{
	struct bpf_insn before[] = {
		MOVE(0, 1),
		MOVE(3, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 10, 3, -8, BPF_ADD | BPF_FETCH),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 10, 4, -8, BPF_CMPXCHG),
		IF(BPF_JEQ, 3, 1, 1),
		IF(BPF_JEQ, 0, 1, 1),
		HELP(9),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

#define STORE(size, off, s)  INSN(BPF_STX | BPF_MEM | (size), 10, s, off, 0)
#define ADDRESS(d, off)	     COPY(d, 10), ALU(BPF_ADD, d, off)
#define KEEP(number)	     MOVE(6, number), STORE(BPF_DW, -16, 6)
#define IF_KEPT(number, off) LOAD(BPF_DW, 7, 10, -16), IF(BPF_JEQ, 7, number, off)

/* A check of a range stays: the kernel may not know what we know. */
TEST(trim_knows_single_bits)
{
	struct bpf_insn before[] = {
		HELP(9),
		ALU(BPF_AND, 0, 5),
		COPY(6, 0),
		ALU(BPF_AND, 6, 2),
		IF(BPF_JEQ, 6, 0, 1),
		HELP(8),
		IF(BPF_JGT, 0, 5, 1),
		HELP(7),
		EXIT,
	};
	struct bpf_insn after[] = { HELP(9), ALU(BPF_AND, 0, 5), IF(BPF_JGT, 0, 5, 1),
				    HELP(7), EXIT };

	CHECK_TRIM(before, after);
}

/* A function that a helper runs has the address, and may write below it. */
TEST(trim_forgets_what_functions_may_change_that_helpers_run)
{
	struct bpf_insn before[] = {
		KEEP(5),
		ADDRESS(3, -8),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_FUNC, 0, 8),
		INSN(0, 0, 0, 0, 0),
		MOVE(1, 1),
		HELP(181),
		IF_KEPT(5, 1),
		HELP(8),
		MOVE(0, 0),
		EXIT,
		/* 13 */ INSN(BPF_STX | BPF_MEM | BPF_DW, 2, 1, -8, 0),
		MOVE(0, 0),
		EXIT,
	};
	struct record funcs[] = { { 0, 1 }, { 13, 2 } };
	uint32_t n = ARRAY_SIZE(before);
	struct trim_program program = { before, n, funcs, 2, sizeof(funcs[0]) };

	ck_assert_int_eq(trim_program(&program, &data), 0);
	ck_assert_uint_eq(program.n_insns, n);
}

/* Who would call the function is removed; kernels refuse what nothing leads to. */
TEST(trim_leaves_no_function_that_is_not_called)
{
	struct bpf_insn before[] = {
		DATA(6, 0),
		LOAD(BPF_B, 6, 6, 0),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 7, BPF_PSEUDO_FUNC, 0, 6),
		INSN(0, 0, 0, 0, 0),
		IF(BPF_JEQ, 6, 0, 2),
		COPY(2, 7),
		HELP(181),
		MOVE(0, 0),
		EXIT,
		/* 10 */ MOVE(0, 0),
		EXIT,
	};
	struct record funcs[] = { { 0, 1 }, { 10, 2 } };
	uint32_t n = ARRAY_SIZE(before);
	struct trim_program program = { before, n, funcs, 2, sizeof(funcs[0]) };

	ck_assert_int_eq(trim_program(&program, &data), 0);
	ck_assert_uint_eq(program.n_insns, n);
	ck_assert_uint_eq(program.n_funcs, 2);
}

TEST(trim_knows_what_a_comparison_has_shown)
{
	struct bpf_insn before[] = {
		HELP(9), IF(BPF_JNE, 0, 3, 2), IF(BPF_JEQ, 0, 3, 1),
		HELP(8), MOVE(0, 0),	       EXIT,
	};
	struct bpf_insn after[] = { HELP(9), IF(BPF_JNE, 0, 3, 0), MOVE(0, 0), EXIT };

	CHECK_TRIM(before, after);
}

/* Compilers keep what does not fit into registers in the frame. */
TEST(trim_knows_what_is_kept_in_the_frame)
{
	struct bpf_insn before[] = {
		KEEP(5), HELP(9), IF_KEPT(5, 1), HELP(8), MOVE(0, 0), EXIT,
	};
	struct bpf_insn after[] = { KEEP(5), HELP(9), MOVE(0, 0), EXIT };

	CHECK_TRIM(before, after);
}

/* Ways to change a value that is kept in the frame. */
static const struct {
	const char *what;
	struct bpf_insn insns[4];
} changes[] = {
	{ "a part of it", { STORE(BPF_B, -9, 0) } },
	{ "a store that reaches into it", { STORE(BPF_W, -18, 0) } },
	{ "through an address",
	  { ADDRESS(2, -16), INSN(BPF_STX | BPF_MEM | BPF_DW, 2, 0, 0, 0) } },
	{ "by a helper", { ADDRESS(2, -16), HELP(1) } },
	{ "by a helper from below", { ADDRESS(2, -24), HELP(1) } },
	{ "by a function", { ADDRESS(2, -8), CALL(11) } },
	{ "through an address that is not known",
	  { COPY(2, 10), INSN(BPF_ALU64 | BPF_ADD | BPF_X, 2, 0, 0, 0),
	    INSN(BPF_STX | BPF_MEM | BPF_DW, 2, 0, 0, 0) } },
	{ "by who has the frame's address",
	  { INSN(BPF_STX | BPF_MEM | BPF_DW, 8, 10, 0, 0) } },
	{ "by an atomic", { INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 10, 0, -16, BPF_ADD) } },
};

TEST_EACH(trim_forgets_what_may_have_changed, ARRAY_SIZE(changes))
{
	struct bpf_insn insns[] = {
		HELP(9),
		KEEP(5),
		MOVE(1, 0),
		MOVE(2, 0),
		MOVE(3, 0),
		MOVE(4, 0),
		MOVE(5, 0),
		JUMP(0),
		JUMP(0),
		JUMP(0),
		JUMP(0),
		IF_KEPT(5, 1),
		HELP(8),
		MOVE(0, 0),
		EXIT,
		/* the function */ MOVE(0, 0),
		EXIT,
	};
	struct record funcs[] = { { 0, 1 }, { 17, 2 } };
	struct trim_program program = { insns, ARRAY_SIZE(insns), funcs, 2,
					sizeof(funcs[0]) };
	uint32_t n_help = 0;

	for (uint32_t i = 0; i < ARRAY_SIZE(changes[_i].insns); i++)
		if (changes[_i].insns[i].code)
			insns[8 + i] = changes[_i].insns[i];
	for (uint32_t i = 8; i < 12; i++)
		if (insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].src_reg)
			insns[i].imm = (int32_t)(17 - i - 1);
	ck_assert_int_eq(trim_program(&program, &data), 0);
	for (uint32_t i = 0; i < program.n_insns; i++)
		n_help += insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].imm == 8;
	ck_assert_msg(n_help == 1, "%s", changes[_i].what);
}

/* Programs hide numbers from the kernel so. */
TEST(trim_leaves_differences_of_addresses)
{
	struct bpf_insn before[] = {
		HELP(9),
		COPY(6, 10),
		INSN(BPF_ALU64 | BPF_SUB | BPF_X, 6, 10, 0, 0),
		IF(BPF_JEQ, 6, 0, 1),
		HELP(8),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

/* Old or unknown instructions, and such as lead out of the program. */
TEST(trim_leaves_programs_that_it_does_not_understand)
{
	struct bpf_insn odd[] = { MOVE(6, 0), INSN(BPF_LD | BPF_ABS | BPF_W, 0, 0, 0, 0),
				  EXIT };
	struct bpf_insn mode[] = { MOVE(6, 0), INSN(BPF_LDX | 0xe0, 0, 1, 0, 0), EXIT };
	struct bpf_insn half[] = { MOVE(6, 0),
				   INSN(BPF_LD | BPF_DW | BPF_IMM, 0, 0, 0, 0) };
	struct bpf_insn past[] = { MOVE(6, 0), JUMP(5), EXIT };
	struct bpf_insn call[] = { MOVE(6, 0), CALL(-9), EXIT };
	struct bpf_insn after[3];

#define CHECK_SAME(insns)                                                                \
	memcpy(after, insns, sizeof(insns));                                             \
	check_trim(insns, ARRAY_SIZE(insns), after, ARRAY_SIZE(insns))
	CHECK_SAME(odd);
	CHECK_SAME(mode);
	CHECK_SAME(half);
	CHECK_SAME(past);
	CHECK_SAME(call);
}

/* Calls, and the address of a function that a helper calls back. */
TEST(trim_removes_functions_and_their_records)
{
	struct bpf_insn insns[] = {
		/* 0 */ DATA(6, 0),
		LOAD(BPF_B, 6, 6, 0),
		IF(BPF_JNE, 6, 0, 1),
		/* 4 */ JUMP(1),
		CALL(5),
		/* 6 */ INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_FUNC, 0, 10),
		/* 7 */ INSN(0, 0, 0, 0, 0),
		HELP(181),
		CALL(5),
		EXIT,
		/* 11: only called by 5 */ CALL(1),
		EXIT,
		/* 13: only called by 11 */ MOVE(0, 1),
		EXIT,
		/* 15: called by 9 */ MOVE(0, 2),
		EXIT,
		/* 17: called back */ MOVE(0, 3),
		EXIT,
	};
	struct bpf_insn after[] = {
		/* 0 */ INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_FUNC, 0, 6),
		INSN(0, 0, 0, 0, 0),
		HELP(181),
		CALL(1),
		EXIT,
		/* 5 */ MOVE(0, 2),
		EXIT,
		/* 7 */ MOVE(0, 3),
		EXIT,
	};
	struct record funcs[] = { { 0, 1 }, { 11, 2 }, { 13, 3 }, { 15, 4 }, { 17, 5 } };
	static const struct record left[] = { { 0, 1 }, { 5, 4 }, { 7, 5 } };
	struct trim_program program = { insns, ARRAY_SIZE(insns), funcs,
					ARRAY_SIZE(funcs), sizeof(funcs[0]) };

	ck_assert_int_eq(trim_program(&program, &data), 0);
	ck_assert_uint_eq(program.n_insns, ARRAY_SIZE(after));
	ck_assert_mem_eq(insns, after, sizeof(after));
	ck_assert_uint_eq(program.n_funcs, ARRAY_SIZE(left));
	ck_assert_mem_eq(funcs, left, sizeof(left));
}

/* Every comparison, of 64 bits and of 32, between numbers around the signs. */
static const struct {
	uint8_t operation;
	int32_t number;
	bool wide[3], narrow[3]; /* of -1, of 0x80000000, of 1 */
} comparisons[] = {
	{ BPF_JEQ, 1, { 0, 0, 1 }, { 0, 0, 1 } },
	{ BPF_JNE, 1, { 1, 1, 0 }, { 1, 1, 0 } },
	{ BPF_JEQ, -1, { 1, 0, 0 }, { 1, 0, 0 } },
	{ BPF_JSET, 2, { 1, 0, 0 }, { 1, 0, 0 } },
	{ BPF_JGT, 1, { 1, 1, 0 }, { 1, 1, 0 } },
	{ BPF_JGE, 1, { 1, 1, 1 }, { 1, 1, 1 } },
	{ BPF_JLT, 1, { 0, 0, 0 }, { 0, 0, 0 } },
	{ BPF_JLE, 1, { 0, 0, 1 }, { 0, 0, 1 } },
	{ BPF_JSGT, 0, { 0, 1, 1 }, { 0, 0, 1 } },
	{ BPF_JSGE, 1, { 0, 1, 1 }, { 0, 0, 1 } },
	{ BPF_JSLT, 1, { 1, 0, 0 }, { 1, 1, 0 } },
	{ BPF_JSLE, 1, { 1, 0, 1 }, { 1, 1, 1 } },
	{ BPF_JGT, -2, { 1, 0, 0 }, { 1, 0, 0 } },
	{ BPF_JSLE, -2, { 0, 0, 0 }, { 0, 1, 0 } },
};

static bool is_taken(uint8_t class, uint8_t operation, int32_t left, int32_t right,
		     bool is_wide)
{
	struct bpf_insn insns[] = {
		is_wide ? MOVE(6, left) : MOVE32(6, left),
		INSN(class | operation, 6, 0, 1, right),
		HELP(8),
		HELP(9),
		EXIT,
	};
	struct record funcs[] = { { 0, 1 } };
	struct trim_program program = { insns, ARRAY_SIZE(insns), funcs, 1,
					sizeof(funcs[0]) };

	ck_assert_int_eq(trim_program(&program, &data), 0);
	ck_assert_uint_ge(program.n_insns, 2);
	return insns[0].imm == 9;
}

TEST_EACH(trim_decides_comparisons, ARRAY_SIZE(comparisons))
{
	static const int32_t left[] = { -1, INT32_MIN, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		ck_assert_int_eq(is_taken(BPF_JMP, comparisons[_i].operation, left[i],
					  comparisons[_i].number, left[i] == -1),
				 comparisons[_i].wide[i]);
		ck_assert_int_eq(is_taken(BPF_JMP32, comparisons[_i].operation, left[i],
					  comparisons[_i].number, true),
				 comparisons[_i].narrow[i]);
	}
}

/* Without the jump that is decided, what comes before it would lead into the loop's middle. */
TEST(trim_leaves_a_program_whole_that_old_kernels_would_refuse)
{
	struct bpf_insn before[] = {
		DATA(7, 0),
		LOAD(BPF_B, 7, 7, 0),
		MOVE(6, 0),
		/* 4 */ JUMP(3),
		/* 5 */ ALU(BPF_ADD, 6, 1),
		HELP(9),
		IF(BPF_JNE, 7, 0, 1),
		/* 8 */ IF(BPF_JLT, 6, 10, -4),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[ARRAY_SIZE(before)];

	memcpy(after, before, sizeof(before));
	CHECK_TRIM(before, after);
}

TEST(trim_shortens_programs_whose_ways_meet)
{
	struct bpf_insn before[] = {
		DATA(7, 0),
		LOAD(BPF_B, 7, 7, 0),
		IF(BPF_JNE, 7, 0, 4),
		HELP(9),
		/* 5 */ IF(BPF_JEQ, 0, 0, 2),
		HELP(8),
		JUMP(1),
		/* 8 */ HELP(7),
		MOVE(0, 0),
		EXIT,
	};
	struct bpf_insn after[] = {
		HELP(9), IF(BPF_JEQ, 0, 0, 2), HELP(8), JUMP(1),
		HELP(7), MOVE(0, 0),	       EXIT,
	};

	CHECK_TRIM(before, after);
}
