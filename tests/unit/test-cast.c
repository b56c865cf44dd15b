/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's numbers go where programs have others in their place, and nowhere else. */
#include "tests/unit/suite.h"
#include <linux/bpf.h>

#include "bpf/abi/config.h"
#include "lib/load/cast.h"

#define CALL ((struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = TETRA_CALL_CAST })
#define MOVE(to, number)                                                                 \
	((struct bpf_insn){                                                              \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (number) })

static const struct cast cast = { .function = 11, .dentry = 22, .mount = 33 };

static bool same(const struct bpf_insn *one, const struct bpf_insn *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

TEST(cast_numbers_are_put_in_place)
{
	struct bpf_insn insns[] = {
		MOVE(BPF_REG_2, TETRA_BTF_DENTRY),
		CALL,
		MOVE(BPF_REG_2, TETRA_BTF_MOUNT),
		CALL,
	};

	cast_patch(&cast, insns, ARRAY_SIZE(insns));
	ck_assert_int_eq(insns[0].imm, 22);
	ck_assert_int_eq(insns[2].imm, 33);
	for (size_t i = 1; i < ARRAY_SIZE(insns); i += 2) {
		ck_assert_int_eq(insns[i].src_reg, BPF_PSEUDO_KFUNC_CALL);
		ck_assert_int_eq(insns[i].imm, 11);
	}
}

/* Helpers, calls of other functions, numbers in other registers or other instructions. */
TEST(cast_leaves_the_rest)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = 6 },
		{ .code = BPF_JMP | BPF_CALL, .imm = TETRA_CALL_PREEMPT_DISABLE },
		{ .code = BPF_JMP | BPF_CALL,
		  .src_reg = BPF_PSEUDO_CALL,
		  .imm = TETRA_CALL_CAST },
		MOVE(BPF_REG_1, TETRA_BTF_DENTRY),
		MOVE(BPF_REG_2, TETRA_CALL_CAST),
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .imm = TETRA_BTF_MOUNT },
	};
	struct bpf_insn before[ARRAY_SIZE(insns)];

	memcpy(before, insns, sizeof(insns));
	cast_patch(&cast, insns, ARRAY_SIZE(insns));
	for (size_t i = 0; i < ARRAY_SIZE(insns); i++)
		ck_assert(same(&insns[i], &before[i]));
}

/* Nothing reaches these instructions then, and the verifier removes them. */
TEST(cast_without_the_function_changes_nothing)
{
	struct bpf_insn insns[] = { MOVE(BPF_REG_2, TETRA_BTF_DENTRY), CALL };
	const struct cast none = {};

	cast_patch(&none, insns, ARRAY_SIZE(insns));
	ck_assert_int_eq(insns[0].imm, TETRA_BTF_DENTRY);
	ck_assert_int_eq(insns[1].imm, TETRA_CALL_CAST);
	ck_assert_int_eq(insns[1].src_reg, 0);
}

#define LOAD_ADDRESS(number)                                                             \
	{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_3, .imm = (number) },    \
	{                                                                                \
		0                                                                        \
	}

/* Both halves; 0 where it is not known, which the programs take for that. */
TEST(cast_addresses_are_put_in_place)
{
	struct bpf_insn insns[] = { LOAD_ADDRESS(TETRA_AT_RENAME_LOCK),
				    LOAD_ADDRESS(TETRA_AT_MOUNT_LOCK) };
	const struct cast none = {};
	struct cast some = cast;

	some.rename_lock = 0xffff888012345678;
	some.mount_lock = 0xffff888087654321;
	cast_patch(&some, insns, ARRAY_SIZE(insns));
	ck_assert_uint_eq((uint32_t)insns[0].imm, 0x12345678);
	ck_assert_uint_eq((uint32_t)insns[1].imm, 0xffff8880);
	ck_assert_uint_eq((uint32_t)insns[2].imm, 0x87654321);
	insns[0].imm = TETRA_AT_RENAME_LOCK;
	insns[1].imm = 0;
	cast_patch(&none, insns, ARRAY_SIZE(insns));
	ck_assert_int_eq(insns[0].imm, 0);
	ck_assert_int_eq(insns[1].imm, 0);
}

/* Other numbers, addresses in maps, instructions at the end. */
TEST(cast_other_loads_stay)
{
	struct bpf_insn insns[] = {
		LOAD_ADDRESS(TETRA_BTF_DENTRY),
		LOAD_ADDRESS(TETRA_AT_RENAME_LOCK),
		LOAD_ADDRESS(TETRA_AT_RENAME_LOCK),
		MOVE(BPF_REG_3, TETRA_AT_RENAME_LOCK),
	};
	struct bpf_insn before[ARRAY_SIZE(insns)];

	insns[2].src_reg = BPF_PSEUDO_MAP_VALUE;
	insns[5].imm = 1;
	memcpy(before, insns, sizeof(insns));
	cast_patch(&(struct cast){ .rename_lock = 5 }, insns, ARRAY_SIZE(insns));
	for (size_t i = 0; i < ARRAY_SIZE(insns); i++)
		ck_assert(same(&insns[i], &before[i]));
}
