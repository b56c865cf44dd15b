/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/trim.h"

#include "lib/trim/graph.h"
#include "lib/trim/live.h"
#include "lib/trim/reach.h"

/* Arrays have an entry per instruction, and one for the end. */
struct trim {
	struct trim_program *program;
	struct reach reach;
	uint8_t *idle;
	uint8_t *kept;
	uint32_t *places; /* where it goes, or what comes instead of it */
};

/* An instruction that computes a known number becomes a move of it. */
static void trim_number(const struct trim *trim, uint32_t i)
{
	const struct reach_fact *fact = &trim->reach.facts[i];
	struct bpf_insn *insn = &trim->program->insns[i];
	uint32_t class = BPF_CLASS(insn->code);
	uint64_t number = fact->number;

	if ((class != BPF_LDX && class != BPF_ALU && class != BPF_ALU64) ||
	    !fact->is_number)
		return;
	/* The instruction has 32 bits, whose sign it extends or not. */
	if (number == (uint64_t)(int32_t)number)
		class = BPF_ALU64;
	else if (number == (uint32_t)number)
		class = BPF_ALU;
	else
		return;
	*insn = (struct bpf_insn){ .code = (uint8_t)(class | BPF_MOV | BPF_K),
				   .dst_reg = insn->dst_reg,
				   .imm = (int32_t)number };
}

/* A jump that is decided becomes one without condition, or one to the next instruction. */
static void trim_jump(const struct trim *trim, uint32_t i)
{
	struct bpf_insn *insn = &trim->program->insns[i];
	uint32_t class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);
	uint32_t ways = trim->reach.facts[i].ways;

	if ((class != BPF_JMP && class != BPF_JMP32) || operation == BPF_JA ||
	    operation == BPF_CALL || operation == BPF_EXIT)
		return;
	if (ways != KNOWN_BOTH)
		*insn = (struct bpf_insn){ .code = BPF_JMP | BPF_JA,
					   .off = ways == KNOWN_JUMP ? insn->off : 0 };
}

static bool is_plain_jump(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) || insn->code == (BPF_JMP32 | BPF_JA);
}

/* From the end: to which of the kept instructions a jump leads is known then. */
static void trim_choose(struct trim *trim)
{
	const struct trim_program *program = trim->program;
	uint32_t i, after, target, *next = trim->places;

	next[program->n_insns] = program->n_insns;
	for (i = program->n_insns; i--;) {
		next[i] = next[i + 1];
		if (!trim->reach.facts[i].is_seen || trim->idle[i])
			continue;
		after = reach_after(program->insns, i);
		target = reach_target(program->insns, i);
		if (is_plain_jump(&program->insns[i]) && target > i &&
		    next[target] == next[after])
			continue;
		trim->kept[i] = 1;
		next[i] = i;
		/* Both halves. */
		if (after == i + 2)
			trim->kept[i + 1] = 1;
	}
}

static void trim_place(struct trim *trim)
{
	uint32_t i, n = 0;

	for (i = 0; i <= trim->program->n_insns; i++) {
		trim->places[i] = n;
		n += trim->kept[i];
	}
}

static uint32_t distance(const struct trim *trim, uint32_t from, uint32_t to)
{
	return trim->places[to] - trim->places[from] - 1;
}

static void trim_rename(const struct trim *trim, uint32_t i)
{
	struct bpf_insn *insn = &trim->program->insns[i];
	uint32_t class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	if (known_names_function(insn))
		insn->imm =
			(int32_t)distance(trim, i, reach_named(trim->program->insns, i));
	if ((class != BPF_JMP && class != BPF_JMP32) || operation == BPF_CALL ||
	    operation == BPF_EXIT)
		return;
	if (insn->code == (BPF_JMP32 | BPF_JA))
		insn->imm =
			(int32_t)distance(trim, i, reach_target(trim->program->insns, i));
	else
		insn->off =
			(int16_t)distance(trim, i, reach_target(trim->program->insns, i));
}

static void trim_insns(struct trim *trim)
{
	struct trim_program *program = trim->program;
	uint32_t i;

	for (i = 0; i < program->n_insns; i = reach_after(program->insns, i))
		if (trim->kept[i])
			trim_rename(trim, i);
	for (i = 0; i < program->n_insns; i++)
		if (trim->kept[i])
			program->insns[trim->places[i]] = program->insns[i];
	program->n_insns = trim->places[program->n_insns];
}

/* A function that is called has an instruction that is reached. */
static void trim_funcs(struct trim *trim)
{
	struct trim_program *program = trim->program;
	uint32_t i, n = 0, start;

	for (i = 0; i < program->n_funcs; i++) {
		uint8_t *from = (uint8_t *)program->funcs + i * program->func_bytes;
		uint8_t *to = (uint8_t *)program->funcs + n * program->func_bytes;

		memcpy(&start, from, sizeof(start));
		if (start >= program->n_insns || !trim->reach.facts[start].is_seen)
			continue;
		memmove(to, from, program->func_bytes);
		memcpy(to, &trim->places[start], sizeof(start));
		n++;
	}
	program->n_funcs = n;
}

static void trim_done(struct trim *trim)
{
	reach_done(&trim->reach);
	free(trim->idle);
	free(trim->kept);
	free(trim->places);
}

static int trim_begin(struct trim *trim, const struct known_data *data)
{
	uint32_t n = trim->program->n_insns;

	trim->idle = calloc(n + 1, sizeof(*trim->idle));
	trim->kept = calloc(n + 1, sizeof(*trim->kept));
	trim->places = calloc(n + 1, sizeof(*trim->places));
	if (!trim->idle || !trim->kept || !trim->places)
		return -ENOMEM;
	return reach_follow(&trim->reach, trim->program->insns, n, data);
}

/* Return: 0, -ENOMEM, or -EOPNOTSUPP as reach_follow(). */
static int trim_copy(struct trim_program *program, const struct known_data *data)
{
	struct trim trim = { .program = program };
	int r = trim_begin(&trim, data);
	uint32_t i;

	for (i = 0; r == 0 && i < program->n_insns; i++)
		if (trim.reach.facts[i].is_seen) {
			trim_number(&trim, i);
			trim_jump(&trim, i);
		}
	if (r == 0)
		r = live_find_idle(trim.idle, &trim.reach);
	if (r == 0) {
		trim_choose(&trim);
		trim_place(&trim);
		trim_funcs(&trim);
		trim_insns(&trim);
	}
	trim_done(&trim);
	return r;
}

static void *copy_of(const void *from, size_t bytes)
{
	void *to = malloc(bytes ? bytes : 1);

	return to && bytes ? memcpy(to, from, bytes) : to;
}

int trim_program(struct trim_program *program, const struct known_data *data)
{
	size_t bytes = program->n_insns * sizeof(*program->insns);
	size_t func_bytes = (size_t)program->n_funcs * program->func_bytes;
	struct trim_program copy = *program;
	int r = -ENOMEM;

	copy.insns = copy_of(program->insns, bytes);
	copy.funcs = copy_of(program->funcs, func_bytes);
	if (copy.insns && copy.funcs)
		r = trim_copy(&copy, data);
	if (r == 0)
		r = graph_is_refused(copy.insns, copy.n_insns);
	if (r == 0) {
		memcpy(program->insns, copy.insns, copy.n_insns * sizeof(*copy.insns));
		memcpy(program->funcs, copy.funcs,
		       (size_t)copy.n_funcs * copy.func_bytes);
		program->n_insns = copy.n_insns;
		program->n_funcs = copy.n_funcs;
	}
	free(copy.insns);
	free(copy.funcs);
	return r == -ENOMEM ? r : 0;
}
