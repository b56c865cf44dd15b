/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/live.h"

#define BIT(reg) ((uint16_t)(1u << (reg)))
/* Of a call, of whatever function. */
#define ARGUMENTS                                                                        \
	(BIT(BPF_REG_1) | BIT(BPF_REG_2) | BIT(BPF_REG_3) | BIT(BPF_REG_4) |             \
	 BIT(BPF_REG_5))

/* What an instruction does to registers, as bits. */
struct effect {
	uint16_t reads, fills;
	bool is_pure; /* does nothing else */
};

static uint16_t source_bit(const struct bpf_insn *insn)
{
	return BPF_SRC(insn->code) == BPF_X ? BIT(insn->src_reg) : 0;
}

static struct effect arithmetic_effect(const struct bpf_insn *insn)
{
	uint16_t own = BPF_OP(insn->code) == BPF_MOV ? 0 : BIT(insn->dst_reg);

	return (struct effect){ own | source_bit(insn), BIT(insn->dst_reg), true };
}

static struct effect jump_effect(const struct bpf_insn *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return (struct effect){};
	case BPF_CALL:
		return (struct effect){ .reads = ARGUMENTS,
					.fills = ARGUMENTS | BIT(BPF_REG_0) };
	case BPF_EXIT:
		return (struct effect){ .reads = BIT(BPF_REG_0) };
	default:
		return (struct effect){ .reads = BIT(insn->dst_reg) | source_bit(insn) };
	}
}

static struct effect effect_of(const struct bpf_insn *insn, const struct reach_fact *fact)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		return (struct effect){ .fills = BIT(insn->dst_reg), .is_pure = true };
	case BPF_LDX:
		return (struct effect){ BIT(insn->src_reg), BIT(insn->dst_reg),
					fact->is_safe };
	case BPF_ST:
	case BPF_STX: /* some operations on memory read or fill register 0 */
		return (struct effect){ .reads = BIT(insn->dst_reg) | BIT(insn->src_reg) |
						 BIT(BPF_REG_0) };
	case BPF_ALU:
	case BPF_ALU64:
		return arithmetic_effect(insn);
	default:
		return jump_effect(insn);
	}
}

/* What is read after the instruction, by where it goes on. */
static uint16_t live_after(const struct reach *reach, const uint16_t *live, uint32_t i)
{
	uint32_t ways = reach->facts[i].ways;
	uint16_t after = 0;

	if (ways & KNOWN_NEXT)
		after |= live[reach_after(reach->insns, i)];
	if (ways & KNOWN_JUMP)
		after |= live[reach_target(reach->insns, i)];
	return after;
}

/* Return: whether more is known to be read before the instruction. */
static bool live_step(const struct reach *reach, uint16_t *live, uint8_t *idle,
		      uint32_t i)
{
	struct effect effect = effect_of(&reach->insns[i], &reach->facts[i]);
	uint16_t after = live_after(reach, live, i), before = live[i];

	idle[i] = effect.is_pure && !(effect.fills & after);
	live[i] |= idle[i] ? after : (after & ~effect.fills) | effect.reads;
	return live[i] != before;
}

int live_find_idle(uint8_t *ret_idle, const struct reach *reach)
{
	_cleanup_(freep) uint16_t *live = calloc(reach->n_insns, sizeof(*live));
	bool is_more = true;
	uint32_t i;

	if (!live)
		return -ENOMEM;
	memset(ret_idle, 0, reach->n_insns);
	while (is_more) {
		is_more = false;
		for (i = reach->n_insns; i--;)
			if (reach->facts[i].is_seen)
				is_more |= live_step(reach, live, ret_idle, i);
	}
	return 0;
}
