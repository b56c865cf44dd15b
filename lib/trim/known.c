/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/trim/known.h"

#include "lib/trim/frame.h"

/* Of newer kernels' headers: BPF_MEMSX, a load that extends the sign. */
#define KNOWN_MEMSX 0x80

/* So often bits are lost one by one. */
#define KNOWN_LOSSES 4

bool known_is_wide(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_DW | BPF_IMM);
}

bool known_names_function(const struct bpf_insn *insn)
{
	if (known_is_wide(insn))
		return insn->src_reg == BPF_PSEUDO_FUNC;
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

/* Of a load or a store. */
static uint32_t known_bytes(const struct bpf_insn *insn)
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

static struct known_value value_of(struct bits bits)
{
	if (bits.open == UINT64_MAX)
		return (struct known_value){};
	return (struct known_value){ bits, KNOWN_BITS };
}

static struct known_value value_at(enum known_kind kind, uint64_t offset)
{
	return (struct known_value){ bits_number(offset), (uint8_t)kind };
}

/* As a number: an address is any. */
static struct bits value_bits(struct known_value value)
{
	return value.kind == KNOWN_BITS ? value.bits : bits_any();
}

/* What can be said of a value that comes of this one. */
static struct known_value value_lost(struct known_value value)
{
	return (struct known_value){ .kind = value.kind == KNOWN_FRAME ||
							     value.kind == KNOWN_FRAMES
						     ? KNOWN_FRAMES
						     : KNOWN_NOT };
}

static struct known_value value_any_of(struct known_value a, struct known_value b)
{
	a = value_lost(a);
	return a.kind == KNOWN_FRAMES ? a : value_lost(b);
}

struct known_value known_reg(const struct known *known, uint32_t reg)
{
	if (reg < ARRAY_SIZE(known->regs))
		return known->regs[reg];
	return value_at(KNOWN_FRAME, 0);
}

bool known_is_number(struct known_value value)
{
	return value.kind == KNOWN_BITS && bits_is_number(value.bits);
}

bool known_is_safe(struct known_value address)
{
	return address.kind == KNOWN_PLACE || address.kind == KNOWN_FRAME;
}

void known_set(struct known *known, uint32_t reg, struct known_value value)
{
	if (reg < ARRAY_SIZE(known->regs))
		known->regs[reg] = value;
}

static bool is_register(const struct bpf_insn *insn)
{
	return BPF_SRC(insn->code) == BPF_X;
}

/* A register, or the number in the instruction, whose sign is extended. */
static struct known_value source_of(const struct known *known,
				    const struct bpf_insn *insn)
{
	if (is_register(insn))
		return known_reg(known, insn->src_reg);
	return value_of(bits_number((uint64_t)(int64_t)insn->imm));
}

static void step_wide(struct known *known, const struct bpf_insn *insn,
		      const struct known_data *data)
{
	struct known_value value = {};

	if (!insn->src_reg)
		value = value_of(bits_number((uint64_t)(uint32_t)insn[1].imm << 32 |
					     (uint32_t)insn->imm));
	else if (insn->src_reg == BPF_PSEUDO_MAP_VALUE && insn->imm == data->fd)
		value = value_at(KNOWN_PLACE, (uint32_t)insn[1].imm);
	known_set(known, insn->dst_reg, value);
}

/* A number at @place of the data, in the byte order of this machine, which is the programs'. */
static bool data_read(const struct known_data *data, uint64_t place, uint32_t bytes,
		      uint64_t *ret)
{
	union {
		uint8_t b;
		uint16_t h;
		uint32_t w;
		uint64_t d;
	} read = {};

	if (place > data->n_bytes || bytes > data->n_bytes - place)
		return false;
	memcpy(&read, data->bytes + place, bytes);
	*ret = bytes == 1 ? read.b : bytes == 2 ? read.h : bytes == 4 ? read.w : read.d;
	return true;
}

static struct known_value value_at_address(const struct known *known,
					   const struct known_data *data,
					   struct known_value address, uint32_t bytes)
{
	struct known_value value = frame_load(known, address, bytes);
	uint64_t number;

	if (address.kind == KNOWN_PLACE &&
	    data_read(data, address.bits.value, bytes, &number))
		return value_of(bits_number(number));
	/* What is read of fewer bytes is 0 above them. */
	return value.kind == KNOWN_NOT ? value_of(bits_narrow(bits_any(), 8 * bytes))
				       : value;
}

/* The address that a load or a store names. */
static struct known_value address_of(const struct known *known, uint32_t reg, int16_t off)
{
	struct known_value address = known_reg(known, reg);

	if (known_is_safe(address))
		address.bits.value += (uint64_t)(int64_t)off;
	return address;
}

static int step_load(struct known *known, const struct bpf_insn *insn,
		     const struct known_data *data)
{
	struct known_value address = address_of(known, insn->src_reg, insn->off);
	uint32_t mode = BPF_MODE(insn->code);

	if (mode != BPF_MEM && mode != KNOWN_MEMSX)
		return -EOPNOTSUPP;
	known_set(known, insn->dst_reg,
		  mode == BPF_MEM
			  ? value_at_address(known, data, address, known_bytes(insn))
			  : (struct known_value){});
	return KNOWN_NEXT;
}

/* Some put the old value into a register, or load. */
static void step_atomic(struct known *known, const struct bpf_insn *insn,
			struct known_value address)
{
	struct known_value value = known_reg(known, insn->src_reg);
	struct known_value any =
		value_any_of(value_any_of(address, value), known_reg(known, BPF_REG_0));

	frame_store(known, address, known_bytes(insn), any);
	known_set(known, BPF_REG_0, any);
	known_set(known, insn->src_reg, any);
	known_set(known, insn->dst_reg, any);
}

static int step_store(struct known *known, const struct bpf_insn *insn)
{
	struct known_value address = address_of(known, insn->dst_reg, insn->off);
	struct known_value value = known_reg(known, insn->src_reg);

	if (BPF_CLASS(insn->code) == BPF_ST)
		value = value_of(bits_number((uint64_t)(int64_t)insn->imm));
	switch (BPF_MODE(insn->code)) {
	case BPF_MEM:
		frame_store(known, address, known_bytes(insn), value);
		return KNOWN_NEXT;
	case BPF_ATOMIC:
		step_atomic(known, insn, address);
		return KNOWN_NEXT;
	default:
		return -EOPNOTSUPP;
	}
}

/* Addresses are copied and moved; between two is a number, which is not for the kernel to know. */
static bool step_address(struct known *known, const struct bpf_insn *insn)
{
	struct known_value from = source_of(known, insn);
	struct known_value address = known_reg(known, insn->dst_reg);

	if (insn->off || BPF_CLASS(insn->code) != BPF_ALU64)
		return false;
	if (BPF_OP(insn->code) == BPF_MOV && from.kind != KNOWN_BITS) {
		known_set(known, insn->dst_reg, from);
		return true;
	}
	if (BPF_OP(insn->code) == BPF_SUB && address.kind == KNOWN_FRAME &&
	    from.kind == KNOWN_FRAME) {
		known_set(known, insn->dst_reg, (struct known_value){});
		return true;
	}
	if (BPF_OP(insn->code) != BPF_ADD || !known_is_safe(address) ||
	    !known_is_number(from))
		return false;
	address.bits.value += from.bits.value;
	known_set(known, insn->dst_reg, address);
	return true;
}

static void step_arithmetic(struct known *known, const struct bpf_insn *insn)
{
	struct known_value a = known_reg(known, insn->dst_reg);
	struct known_value b = source_of(known, insn), any;
	uint32_t width = BPF_CLASS(insn->code) == BPF_ALU ? 32 : 64;

	if (step_address(known, insn))
		return;
	any = BPF_OP(insn->code) == BPF_MOV ? value_lost(b) : value_any_of(a, b);
	/* With an offset, these extend signs, divide with signs or cast addresses. */
	if (any.kind == KNOWN_NOT && !insn->off)
		any = value_of(bits_compute(BPF_OP(insn->code), value_bits(a),
					    value_bits(b), width));
	known_set(known, insn->dst_reg, any);
}

static uint32_t comparison_width(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_JMP32 ? 32 : 64;
}

static int step_condition(const struct known *known, const struct bpf_insn *insn)
{
	struct bits a = value_bits(known_reg(known, insn->dst_reg));
	struct bits b = value_bits(source_of(known, insn));
	int is_taken = bits_compare(BPF_OP(insn->code), a, b, comparison_width(insn));

	if (is_taken == -EAGAIN)
		return KNOWN_BOTH;
	if (is_taken < 0)
		return is_taken;
	return is_taken ? KNOWN_JUMP : KNOWN_NEXT;
}

static int step_jump(struct known *known, const struct bpf_insn *insn,
		     const struct known_data *data)
{
	uint32_t i;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return is_register(insn) ? -EOPNOTSUPP : KNOWN_JUMP;
	case BPF_EXIT:
		return 0;
	case BPF_CALL:
		if (is_register(insn))
			return -EOPNOTSUPP;
		frame_call(known, insn->src_reg || data->calls_back);
		for (i = BPF_REG_0; i <= BPF_REG_5; i++)
			known_set(known, i, (struct known_value){});
		return KNOWN_NEXT;
	default:
		return step_condition(known, insn);
	}
}

int32_t known_jump(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;
}

int known_step(struct known *known, const struct bpf_insn *insn,
	       const struct known_data *data)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		if (!known_is_wide(insn))
			return -EOPNOTSUPP;
		step_wide(known, insn, data);
		return KNOWN_NEXT;
	case BPF_LDX:
		return step_load(known, insn, data);
	case BPF_ST:
	case BPF_STX:
		return step_store(known, insn);
	case BPF_ALU:
	case BPF_ALU64:
		step_arithmetic(known, insn);
		return KNOWN_NEXT;
	default:
		return step_jump(known, insn, data);
	}
}

void known_assume(struct known *known, const struct bpf_insn *insn, bool is_taken)
{
	struct known_value b = source_of(known, insn);
	uint32_t operation = BPF_OP(insn->code);
	enum known_kind kind = known_reg(known, insn->dst_reg).kind;

	if (BPF_CLASS(insn->code) != BPF_JMP || !known_is_number(b))
		return;
	if (kind != KNOWN_NOT && kind != KNOWN_BITS)
		return;
	if ((operation == BPF_JEQ && is_taken) || (operation == BPF_JNE && !is_taken))
		known_set(known, insn->dst_reg, b);
}

/* Return: whether less is known than before. */
static bool value_merge(struct known_value *into, struct known_value from, bool whole)
{
	struct known_value before = *into;

	if (into->kind == KNOWN_NOT &&
	    (from.kind == KNOWN_NOT || from.kind == KNOWN_BITS ||
	     from.kind == KNOWN_PLACE))
		return false;
	if (into->kind == KNOWN_BITS && from.kind == KNOWN_BITS && !whole)
		*into = value_of(bits_merge(into->bits, from.bits));
	else if (into->kind != from.kind || into->bits.value != from.bits.value ||
		 into->bits.open != from.bits.open)
		*into = value_any_of(*into, from);
	return into->kind != before.kind || into->bits.open != before.bits.open;
}

/* Most frames are small. */
void known_copy(struct known *to, const struct known *from)
{
	memcpy(to, from,
	       offsetof(struct known, slots) + from->n_slots * sizeof(*from->slots));
}

/* Where one has no value, the other's is lost. */
static bool slots_merge(struct known *into, const struct known *from, bool whole)
{
	const struct known_value none = {};
	bool is_less = false;
	uint32_t i;

	for (; into->n_slots < from->n_slots; into->n_slots++)
		into->slots[into->n_slots] = none;
	for (i = 0; i < into->n_slots; i++)
		is_less |= value_merge(&into->slots[i],
				       i < from->n_slots ? from->slots[i] : none, whole);
	return is_less;
}

bool known_merge(struct known *into, const struct known *from)
{
	bool whole = into->n_losses >= KNOWN_LOSSES, is_less = false;
	uint32_t i;

	if (!into->seen) {
		known_copy(into, from);
		into->seen = true;
		into->n_losses = 0;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(into->regs); i++)
		is_less |= value_merge(&into->regs[i], from->regs[i], whole);
	is_less |= slots_merge(into, from, whole);
	if (from->is_lost && !into->is_lost) {
		into->n_slots = 0;
		into->is_lost = is_less = true;
	}
	into->n_losses += is_less && !whole;
	return is_less;
}
