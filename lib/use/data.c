/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of data: members of the current task's struct, and registers. */
#include <ctype.h>

#include "lib/use/build.h"
#include "lib/use/fit.h"

/*
 * Where x86-64 keeps a register in its struct pt_regs, which is the same on all kernels: their
 * entry code pushes it. Names for 8, 4, 2 and 1 bytes.
 */
struct register_row {
	const char *names[4];
	uint16_t offset;
};

static const struct register_row registers[] = {
	{ { "r15", "r15d", "r15w", "r15b" }, 0 },
	{ { "r14", "r14d", "r14w", "r14b" }, 8 },
	{ { "r13", "r13d", "r13w", "r13b" }, 16 },
	{ { "r12", "r12d", "r12w", "r12b" }, 24 },
	{ { "rbp", "ebp", "bp", "bpl" }, 32 },
	{ { "rbx", "ebx", "bx", "bl" }, 40 },
	{ { "r11", "r11d", "r11w", "r11b" }, 48 },
	{ { "r10", "r10d", "r10w", "r10b" }, 56 },
	{ { "r9", "r9d", "r9w", "r9b" }, 64 },
	{ { "r8", "r8d", "r8w", "r8b" }, 72 },
	{ { "rax", "eax", "ax", "al" }, 80 },
	{ { "rcx", "ecx", "cx", "cl" }, 88 },
	{ { "rdx", "edx", "dx", "dl" }, 96 },
	{ { "rsi", "esi", "si", "sil" }, 104 },
	{ { "rdi", "edi", "di", "dil" }, 112 },
	{ { "rip", "eip", NULL, NULL }, 128 },
	{ { "rsp", "esp", "sp", "spl" }, 152 },
};

/* Bytes of the named register, and where it is; 0: this machine has none of that name. */
static uint32_t register_find(const char *name, uint16_t *ret_offset)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(registers); i++)
		for (uint32_t k = 0; k < ARRAY_SIZE(registers[i].names); k++)
			if (registers[i].names[k] &&
			    str_equal(registers[i].names[k], name)) {
				*ret_offset = registers[i].offset;
				return 8u >> k;
			}
	return 0;
}

static void register_plan(struct use_build *build, const char *list, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->resolve_mark, list, "resolve" };
	struct tetra_slot_config *slot = &build->use->args[position];
	struct tetra_source *value = &slot->value;
	uint16_t offset = 0;
	uint32_t bytes = register_find(arg->resolve, &offset);

	if (!bytes) {
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "name one of x86-64, such as rdi or eax",
			  "this machine has no register '%s'", arg->resolve);
		return;
	}
	slot->user = 1;
	value->start = TETRA_FROM_REGISTERS;
	value->n_steps = 1;
	value->steps[0] = (struct tetra_step){ .offset = offset, .load = (uint8_t)bytes };
	if (kind_row(arg->kind)->reader == TETRA_READ_WORD) {
		fit_width(slot, bytes, kind_row(arg->kind)->is_signed);
	} else if (bytes < sizeof(uint64_t)) {
		const struct use_spot at = { arg->type_mark, list, "type" };

		use_error(build, &at, -EOPNOTSUPP, "arg-type-mismatch",
			  "name the whole register",
			  "type '%s' needs an address of 8 bytes; '%s' has %u", arg->type,
			  arg->resolve, bytes);
	}
}

void use_plan_data(struct use_build *build, const char *list, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];

	fit_slot(slot, arg->kind);
	slot->value.from = TETRA_FROM_STEPS;
	if (arg->index == POLICY_ARG_REGISTERS) {
		register_plan(build, list, position);
		return;
	}
	slot->value.from = TETRA_FROM_TASK;
	use_plan_resolve(build, list, NULL, position);
}
