/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/trim-machine.h"

#include "tests/unit/trim-insns.h"

#define STEPS 400

struct machine {
	const struct bpf_insn *insns;
	uint32_t steps; /* calls of helpers that are left; then it stops */
	uint64_t trace; /* of calls and what they were given */
	uint8_t frames[MACHINE_DEPTH][MACHINE_FRAME];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ b) * 0x9e3779b97f4a7c15u + (a >> 29);
}

uint64_t machine_compute(uint8_t code, uint64_t a, uint64_t b)
{
	bool narrow = BPF_CLASS(code) == BPF_ALU;
	uint64_t result = 0;

	if (narrow) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(code)) {
	case BPF_MOV:
		result = b;
		break;
	case BPF_ADD:
		result = a + b;
		break;
	case BPF_SUB:
		result = a - b;
		break;
	case BPF_AND:
		result = a & b;
		break;
	case BPF_OR:
		result = a | b;
		break;
	case BPF_XOR:
		result = a ^ b;
		break;
	case BPF_MUL:
		result = a * b;
		break;
	case BPF_LSH:
		result = a << (b % (narrow ? 32 : 64));
		break;
	case BPF_RSH:
		result = a >> (b % (narrow ? 32 : 64));
		break;
	case BPF_ARSH:
		result = narrow ? (uint64_t)((int32_t)a >> (b % 32))
				: (uint64_t)((int64_t)a >> (b % 64));
		break;
	case BPF_DIV:
		result = b ? a / b : 0;
		break;
	case BPF_MOD:
		result = b ? a % b : a;
		break;
	}
	return narrow ? (uint32_t)result : result;
}

bool machine_decides(uint8_t code, uint64_t a, uint64_t b)
{
	int64_t c, d;

	if (BPF_CLASS(code) == BPF_JMP32) {
		c = (int32_t)a;
		d = (int32_t)b;
		a = (uint32_t)a;
		b = (uint32_t)b;
	} else {
		c = (int64_t)a;
		d = (int64_t)b;
	}
	switch (BPF_OP(code)) {
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
		return c > d;
	case BPF_JSGE:
		return c >= d;
	case BPF_JSLT:
		return c < d;
	default:
		return c <= d;
	}
}

static uint32_t bytes_of(const struct bpf_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

/* Of the frame at @depth: the address after its last byte. */
static uint64_t frame_end(uint32_t depth)
{
	return UINT64_C(0x700000000000) + depth * 4096 + MACHINE_FRAME;
}

/* The depth of the frame in which @size bytes at @at are, or MACHINE_DEPTH. */
static uint32_t frame_of(uint64_t at, uint32_t size)
{
	for (uint32_t i = 0; i < MACHINE_DEPTH; i++)
		if (at >= frame_end(i) - MACHINE_FRAME && at <= frame_end(i) - size)
			return i;
	return MACHINE_DEPTH;
}

static bool is_frame_address(uint64_t value)
{
	return value >= frame_end(0) - 4096 && value < frame_end(MACHINE_DEPTH);
}

static uint8_t *frame_bytes(struct machine *m, uint64_t at, uint32_t depth)
{
	return m->frames[depth] + (at - (frame_end(depth) - MACHINE_FRAME));
}

static uint64_t machine_read(struct machine *m, const struct bpf_insn *insn, uint64_t at)
{
	uint32_t size = bytes_of(insn), depth;
	uint64_t value = 0;

	at += (uint64_t)(int64_t)insn->off;
	depth = frame_of(at, size);
	if (depth < MACHINE_DEPTH)
		memcpy(&value, frame_bytes(m, at, depth), size);
	else if (at >= FD && at + size <= FD + sizeof(bytes))
		memcpy(&value, bytes + (at - FD), size);
	else
		value = mix(at, 3); /* unknown memory */
	return size < 8 ? value & ((UINT64_C(1) << 8 * size) - 1) : value;
}

/* The kernel refuses to put an address in a frame into a caller's. */
static void machine_write(struct machine *m, const struct bpf_insn *insn, uint64_t at,
			  uint64_t value, uint32_t depth)
{
	uint32_t size = bytes_of(insn), frame;

	at += (uint64_t)(int64_t)insn->off;
	frame = frame_of(at, size);
	if (frame != depth && is_frame_address(value))
		value = 0;
	if (frame < MACHINE_DEPTH)
		memcpy(frame_bytes(m, at, frame), &value, size);
}

/* A helper fills memory from the address that it is given, and from addresses that it finds there. */
static void machine_fill(struct machine *m, uint64_t at, uint32_t turns)
{
	uint32_t depth = frame_of(at, 1);
	uint64_t found, end = frame_end(depth);

	if (depth == MACHINE_DEPTH)
		return;
	for (uint64_t i = (at + 7) & ~UINT64_C(7); turns && i + 8 <= end; i += 8) {
		memcpy(&found, frame_bytes(m, i, depth), sizeof(found));
		machine_fill(m, found, turns - 1);
	}
	for (; at < end; at++)
		*frame_bytes(m, at, depth) = (uint8_t)mix(m->trace, at);
}

static void machine_help(struct machine *m, uint64_t *r, int32_t number)
{
	for (uint32_t k = 1; k <= 5 && number & 1; k++)
		machine_fill(m, r[k], 2);
	r[0] = m->trace & 3;
}

static bool machine_run(struct machine *m, uint32_t i, uint64_t *r, uint32_t depth);

/* A call changes registers 1 to 5 to something else. */
static bool machine_call(struct machine *m, uint32_t i, uint64_t *r, uint32_t depth)
{
	const struct bpf_insn *insn = &m->insns[i];
	uint64_t inner[11] = {};

	if (!m->steps--)
		return false;
	for (uint32_t k = 1; k <= 5; k++)
		m->trace = mix(m->trace, r[k]);
	m->trace = mix(m->trace, insn->src_reg ? 0 : (uint32_t)insn->imm);
	if (insn->src_reg) {
		memcpy(inner + 1, r + 1, 5 * sizeof(*r));
		if (!machine_run(m, i + 1 + (uint32_t)insn->imm, inner, depth + 1))
			return false;
		r[0] = is_frame_address(inner[0]) ? 0 : inner[0];
	} else {
		machine_help(m, r, insn->imm);
	}
	for (uint32_t k = 1; k <= 5; k++)
		r[k] = mix(m->trace, k);
	return true;
}

/* False: out of turns. */
static bool machine_run(struct machine *m, uint32_t i, uint64_t *r, uint32_t depth)
{
	r[BPF_REG_10] = frame_end(depth);
	for (;;) {
		const struct bpf_insn *insn = &m->insns[i++];
		uint8_t class = BPF_CLASS(insn->code);
		uint64_t b = BPF_SRC(insn->code) == BPF_X ? r[insn->src_reg]
							  : (uint64_t)(int64_t)insn->imm;

		if (insn->code == (BPF_LD | BPF_DW | BPF_IMM)) {
			r[insn->dst_reg] = FD + (uint64_t)m->insns[i++].imm;
		} else if (class == BPF_LDX) {
			r[insn->dst_reg] = machine_read(m, insn, r[insn->src_reg]);
		} else if (class == BPF_STX) {
			machine_write(m, insn, r[insn->dst_reg], r[insn->src_reg], depth);
		} else if (class == BPF_ST) {
			machine_write(m, insn, r[insn->dst_reg],
				      (uint64_t)(int64_t)insn->imm, depth);
		} else if (class == BPF_ALU || class == BPF_ALU64) {
			r[insn->dst_reg] =
				machine_compute(insn->code, r[insn->dst_reg], b);
		} else if (insn->code == (BPF_JMP | BPF_EXIT)) {
			return true;
		} else if (insn->code == (BPF_JMP | BPF_JA)) {
			i += (uint32_t)insn->off;
		} else if (insn->code != (BPF_JMP | BPF_CALL)) {
			i += machine_decides(insn->code, r[insn->dst_reg], b)
				     ? (uint32_t)insn->off
				     : 0;
		} else if (!machine_call(m, i - 1, r, depth)) {
			return false;
		}
	}
}

uint64_t machine_see(const struct bpf_insn *insns, uint64_t seed)
{
	struct machine m = { .insns = insns, .steps = STEPS, .trace = seed };
	uint64_t r[11] = {};

	for (uint64_t k = 0; k < ARRAY_SIZE(r); k++)
		r[k] = mix(seed, k);
	memset(m.frames, 0x5a, sizeof(m.frames));
	if (machine_run(&m, 0, r, 0))
		m.trace = mix(m.trace, r[0]);
	for (uint32_t i = 0; i < sizeof(m.frames); i++)
		m.trace = mix(m.trace, ((uint8_t *)m.frames)[i]);
	return m.trace;
}
