/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/reach.h"

uint32_t reach_after(const struct bpf_insn *insns, uint32_t i)
{
	return i + 1 + known_is_wide(&insns[i]);
}

/* An index that is out of bounds is found by who uses it. */
uint32_t reach_target(const struct bpf_insn *insns, uint32_t i)
{
	return i + 1 + (uint32_t)known_jump(&insns[i]);
}

uint32_t reach_named(const struct bpf_insn *insns, uint32_t i)
{
	return i + 1 + (uint32_t)insns[i].imm;
}

static bool is_jump(const struct bpf_insn *insn)
{
	uint32_t class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && operation != BPF_CALL &&
	       operation != BPF_EXIT;
}

/* A way leads to instruction @to, a joint, with @known. */
static int reach_go(struct reach *reach, uint32_t to, const struct known *known)
{
	uint32_t joint;

	if (to >= reach->n_insns)
		return -EOPNOTSUPP;
	joint = reach->joints[to] - 1;
	if (known_merge(&reach->known[joint], known))
		reach->waits[joint] = 1;
	return 0;
}

static int reach_jump(struct reach *reach, uint32_t i, struct known *known)
{
	const struct bpf_insn *insn = &reach->insns[i];
	struct known_value before = known_reg(known, insn->dst_reg);
	int r;

	if (reach->facts[i].ways == KNOWN_BOTH)
		known_assume(known, insn, true);
	r = reach_go(reach, reach_target(reach->insns, i), known);
	known_set(known, insn->dst_reg, before);
	return r;
}

/* Where a function starts. */
static const struct known nothing;

/* Return: enum known_way, or less. */
static int reach_step(struct reach *reach, uint32_t i, struct known *known)
{
	const struct bpf_insn *insn = &reach->insns[i];
	int ways, r = 0;

	/* The second half would be past the program's end. */
	if (reach_after(reach->insns, i) > reach->n_insns)
		return -EOPNOTSUPP;
	ways = known_step(known, insn, &reach->data);
	if (ways < 0)
		return ways;
	reach->facts[i].is_seen = true;
	reach->facts[i].ways = (uint8_t)ways;
	if (known_names_function(insn))
		r = reach_go(reach, reach_named(reach->insns, i), &nothing);
	if (r == 0 && (ways & KNOWN_JUMP))
		r = reach_jump(reach, i, known);
	if (ways == KNOWN_BOTH)
		known_assume(known, insn, false);
	return r < 0 ? r : ways;
}

/* From a joint to where the way ends, or to the next joint. */
static int reach_walk(struct reach *reach, uint32_t i)
{
	struct known known;
	int ways;

	known_copy(&known, &reach->known[reach->joints[i] - 1]);
	do {
		ways = reach_step(reach, i, &known);
		if (ways < 0 || !(ways & KNOWN_NEXT))
			return ways < 0 ? ways : 0;
		i = reach_after(reach->insns, i);
	} while (i < reach->n_insns && !reach->joints[i]);
	return reach_go(reach, i, &known);
}

static void joint_add(struct reach *reach, uint32_t i, uint32_t *n)
{
	if (i < reach->n_insns && !reach->joints[i])
		reach->joints[i] = ++*n;
}

/* Return: how many there are. */
static uint32_t joints_find(struct reach *reach)
{
	uint32_t i, n = 0;

	joint_add(reach, 0, &n);
	for (i = 0; i < reach->n_insns; i = reach_after(reach->insns, i)) {
		if (known_names_function(&reach->insns[i]))
			joint_add(reach, reach_named(reach->insns, i), &n);
		reach->data.calls_back |= known_is_wide(&reach->insns[i]) &&
					  known_names_function(&reach->insns[i]);
		if (is_jump(&reach->insns[i]))
			joint_add(reach, reach_target(reach->insns, i), &n);
	}
	return n;
}

static int reach_begin(struct reach *reach)
{
	uint32_t n;

	reach->facts = calloc(reach->n_insns, sizeof(*reach->facts));
	reach->joints = calloc(reach->n_insns, sizeof(*reach->joints));
	if (!reach->facts || !reach->joints)
		return -ENOMEM;
	n = joints_find(reach);
	reach->known = calloc(n, sizeof(*reach->known));
	reach->waits = calloc(n, sizeof(*reach->waits));
	return reach->known && reach->waits ? 0 : -ENOMEM;
}

/* What the instruction does, with all that is known before it. */
static void reach_tell(struct reach *reach, uint32_t i, struct known *known)
{
	const struct bpf_insn *insn = &reach->insns[i];
	struct reach_fact *fact = &reach->facts[i];
	struct known_value value;

	fact->is_safe = known_is_safe(known_reg(known, insn->src_reg));
	fact->ways = (uint8_t)known_step(known, insn, &reach->data);
	value = known_reg(known, insn->dst_reg);
	fact->is_number = known_is_number(value);
	fact->number = value.bits.value;
	if (fact->ways == KNOWN_BOTH)
		known_assume(known, insn, false);
}

/* An instruction that is not a joint is reached from the one before it alone. */
static void reach_finish(struct reach *reach)
{
	struct known known = {};
	uint32_t i;

	for (i = 0; i < reach->n_insns; i = reach_after(reach->insns, i)) {
		if (!reach->facts[i].is_seen)
			continue;
		if (reach->joints[i])
			known_copy(&known, &reach->known[reach->joints[i] - 1]);
		reach_tell(reach, i, &known);
	}
}

/* Those first that are first in the program: most ways lead forward. */
static int reach_sweep(struct reach *reach, bool *ret_is_more)
{
	uint32_t i, joint;
	int r = 0;

	*ret_is_more = false;
	for (i = 0; r == 0 && i < reach->n_insns; i++) {
		joint = reach->joints[i] - 1;
		if (!reach->joints[i] || !reach->waits[joint])
			continue;
		reach->waits[joint] = 0;
		*ret_is_more = true;
		r = reach_walk(reach, i);
	}
	return r;
}

int reach_follow(struct reach *ret, const struct bpf_insn *insns, uint32_t n_insns,
		 const struct known_data *data)
{
	bool is_more = true;
	int r;

	*ret = (struct reach){ .insns = insns, .data = *data, .n_insns = n_insns };
	r = reach_begin(ret);
	if (r == 0)
		r = reach_go(ret, 0, &nothing);
	while (r == 0 && is_more)
		r = reach_sweep(ret, &is_more);
	if (r == 0)
		reach_finish(ret);
	return r;
}

void reach_done(struct reach *reach)
{
	free(reach->facts);
	free(reach->joints);
	free(reach->known);
	free(reach->waits);
}
