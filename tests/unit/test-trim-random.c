/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program from which the excluded parts are removed is valid, and does what it did before: random
 * programs.
 */
#include "tests/unit/suite.h"

#include "lib/trim/trim.h"
#include "tests/unit/edges.h"
#include "tests/unit/trim-insns.h"
#include "tests/unit/trim-machine.h"

#define RANDOM_PROGRAMS 20000
#define BODY		24 /* instructions of a function, without its end */
#define FUNCTIONS	MACHINE_DEPTH

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static struct bpf_insn random_arithmetic(void)
{
	static const uint8_t operations[] = { BPF_MOV,	BPF_MOV, BPF_ADD, BPF_SUB,
					      BPF_AND,	BPF_OR,	 BPF_XOR, BPF_MUL,
					      BPF_LSH,	BPF_RSH, BPF_DIV, BPF_MOD,
					      BPF_ARSH, BPF_MOV };
	uint8_t operation = operations[random_below(ARRAY_SIZE(operations))];
	uint8_t class = random_below(3) ? BPF_ALU64 : BPF_ALU;
	int32_t imm = random_below(3) ? (int32_t)random_below(5) - 2
				      : (int32_t)random_below(UINT32_MAX);
	bool is_shift =
		operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH;

	if (random_below(3) == 0)
		return INSN(class | operation | BPF_X, random_below(10), random_below(10),
			    0, 0);
	return INSN(class | operation, random_below(10), 0, 0,
		    is_shift ? (int32_t)random_below(32) : imm);
}

static struct bpf_insn random_condition(uint32_t at)
{
	static const uint8_t operations[] = { BPF_JEQ,	BPF_JNE,  BPF_JSET, BPF_JGT,
					      BPF_JGE,	BPF_JLT,  BPF_JLE,  BPF_JSGT,
					      BPF_JSGE, BPF_JSLT, BPF_JSLE };
	uint8_t operation = operations[random_below(ARRAY_SIZE(operations))];
	uint8_t class = random_below(2) ? BPF_JMP : BPF_JMP32;
	/* Back only behind a call, so that turns are counted. */
	int16_t off = (int16_t)random_below(BODY - at);

	if (random_below(4) == 0)
		return INSN(class | operation | BPF_X, random_below(10), random_below(10),
			    off, 0);
	return INSN(class | operation, random_below(10), 0, off,
		    (int32_t)random_below(5) - 2);
}

static uint8_t random_size(void)
{
	static const uint8_t sizes[] = { BPF_DW, BPF_DW, BPF_W, BPF_H, BPF_B };

	return sizes[random_below(ARRAY_SIZE(sizes))];
}

/* In the frame, from its end: mostly where compilers keep registers. */
static int16_t random_offset(void)
{
	return (int16_t)(random_below(5) ? -8 * (int)(1 + random_below(MACHINE_FRAME / 8))
					 : -(int)(1 + random_below(MACHINE_FRAME)));
}

/* What is kept in a frame, and addresses in it. */
static uint32_t random_frame(struct bpf_insn *insns)
{
	uint8_t reg = (uint8_t)random_below(10), other = (uint8_t)random_below(10);

	switch (random_below(7)) {
	case 0:
	case 1:
		insns[0] = INSN(BPF_STX | BPF_MEM | random_size(), BPF_REG_10, reg,
				random_offset(), 0);
		return 1;
	case 2:
	case 3:
		insns[0] = LOAD(random_size(), reg, BPF_REG_10, random_offset());
		return 1;
	case 4:
		insns[0] = INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, random_offset(),
				(int32_t)random_below(3) - 1);
		return 1;
	case 5:
		insns[0] = random_below(2) ? INSN(BPF_STX | BPF_MEM | random_size(), reg,
						  other, 0, 0)
					   : LOAD(random_size(), reg, other, 0);
		return 1;
	default:
		insns[0] = COPY(reg, BPF_REG_10);
		insns[1] = ALU(BPF_ADD, reg, random_offset());
		return 2;
	}
}

/* A number of the configuration and a comparison of it, as compilers make them; or a part. */
static uint32_t random_insns(struct bpf_insn *insns, uint32_t at, uint32_t function)
{
	uint8_t reg = (uint8_t)random_below(10);

	switch (random_below(at + 4 < BODY ? 10 : 3)) {
	case 0:
	case 1:
		insns[0] = random_arithmetic();
		return 1;
	case 2:
		insns[0] = random_condition(at);
		return 1;
	case 3:
		insns[0] = random_below(2) ? HELP((int32_t)random_below(9))
					   : LOAD(BPF_W, reg, random_below(10), 0);
		return 1;
	case 4:
		if (function + 1 >= FUNCTIONS)
			return 0;
		/* Functions have the same size: the jump is known. */
		insns[0] = CALL((int32_t)((BODY + 1) * (1 + random_below(FUNCTIONS -
									 function - 1)) -
					  at - 1));
		return 1;
	case 5: /* at least one turn, and a call in each */
		insns[0] = HELP(1);
		insns[1] = random_condition(at + 1);
		if (random_below(2))
			insns[1].off = -2;
		return 2;
	case 6:
	case 7:
	case 8:
		return random_frame(insns);
	default:
		insns[0] =
			INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_VALUE, 0, FD);
		insns[1] = INSN(0, 0, 0, 0, (int32_t)random_below(18));
		insns[2] = LOAD(BPF_B, random_below(2) ? reg : random_below(10), reg, 0);
		if (random_below(3) == 0)
			insns[2].code = (uint8_t)(BPF_LDX | BPF_MEM |
						  (random_below(2) ? BPF_W : BPF_DW));
		insns[3] = random_condition(at + 3);
		insns[3].dst_reg = insns[2].dst_reg;
		return 4;
	}
}

/* A jump into the second half of an instruction goes past it instead. */
static void random_mend(struct bpf_insn *insns)
{
	for (uint32_t i = 0; i < BODY; i++) {
		uint8_t class = BPF_CLASS(insns[i].code);
		uint32_t to = i + 1 + (uint32_t)insns[i].off;

		if ((class == BPF_JMP || class == BPF_JMP32) &&
		    BPF_OP(insns[i].code) != BPF_CALL && to && !insns[to].code &&
		    insns[to - 1].code == (BPF_LD | BPF_DW | BPF_IMM))
			insns[i].off++;
	}
}

static void random_program(struct bpf_insn *insns, struct record *funcs)
{
	for (uint32_t f = 0; f < FUNCTIONS; f++) {
		struct bpf_insn *own = insns + f * (BODY + 1);

		for (uint32_t at = 0; at < BODY;)
			at += random_insns(own + at, at, f);
		own[BODY] = EXIT;
		random_mend(own);
		funcs[f] = (struct record){ f * (BODY + 1), f };
	}
}

/* Jumps stay in the function, and it ends as the kernel wants it. */
static void check_valid(const struct trim_program *program)
{
	const struct record *funcs = program->funcs;

	for (uint32_t f = 0; f < program->n_funcs; f++) {
		uint32_t start = funcs[f].start;
		uint32_t end =
			f + 1 < program->n_funcs ? funcs[f + 1].start : program->n_insns;
		const struct bpf_insn *last = &program->insns[end - 1];

		ck_assert_uint_lt(start, end);
		ck_assert(last->code == (BPF_JMP | BPF_EXIT) ||
			  last->code == (BPF_JMP | BPF_JA));
		for (uint32_t i = start; i < end; i++) {
			const struct bpf_insn *insn = &program->insns[i];
			uint8_t class = BPF_CLASS(insn->code);
			uint32_t to = i + 1 + (uint32_t)insn->off;

			if (class == BPF_JMP || class == BPF_JMP32)
				ck_assert(to >= start && to <= end);
		}
	}
}

static bool is_refused(const struct bpf_insn *insns, const struct record *funcs,
		       uint32_t n_funcs)
{
	uint8_t state[(BODY + 1) * FUNCTIONS] = {};
	bool refused = false;

	for (uint32_t f = 0; f < n_funcs; f++)
		refused |= edges_go_back(insns, state, funcs[f].start);
	return refused;
}

TIMEOUT(60)

TEST(trim_changes_nothing_that_can_be_seen)
{
	uint32_t n_shorter = 0, n_functions = 0, n_taken = 0;
	bool refused;

	for (uint64_t n = 0; n < RANDOM_PROGRAMS; n++) {
		struct bpf_insn insns[(BODY + 1) * FUNCTIONS],
			before[(BODY + 1) * FUNCTIONS];
		struct record funcs[FUNCTIONS];
		struct trim_program program = { insns, ARRAY_SIZE(insns), funcs,
						FUNCTIONS, sizeof(funcs[0]) };

		random_state = n;
		memset(insns, 0, sizeof(insns));
		random_program(insns, funcs);
		memcpy(before, insns, sizeof(insns));
		refused = is_refused(insns, funcs, FUNCTIONS);
		ck_assert_int_eq(trim_program(&program, &data), 0);
		check_valid(&program);
		ck_assert_msg(refused || !is_refused(insns, funcs, program.n_funcs),
			      "program %llu is refused", (unsigned long long)n);
		n_taken += !refused;
		for (uint64_t seed = 1; seed < 5; seed++)
			ck_assert_msg(machine_see(before, seed) ==
					      machine_see(insns, seed),
				      "program %llu", (unsigned long long)n);
		n_shorter += program.n_insns < ARRAY_SIZE(insns) / 2;
		n_functions += program.n_funcs < FUNCTIONS;
	}
	/* The programs are such that there is something to remove. */
	ck_assert_uint_gt(n_shorter, RANDOM_PROGRAMS / 20);
	ck_assert_uint_gt(n_functions, RANDOM_PROGRAMS / 20);
	ck_assert_uint_gt(n_taken, RANDOM_PROGRAMS / 20);
}
