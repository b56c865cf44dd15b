/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/variable.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#define NAME_AT	  (-(int32_t)VARIABLE_NAME_BYTES)
#define RESULT_AT (NAME_AT - 8)

static struct bpf_insn store(int32_t at, const char *four)
{
	struct bpf_insn insn = { .code = BPF_ST | BPF_MEM | BPF_W,
				 .dst_reg = BPF_REG_10,
				 .off = (int16_t)at };

	memcpy(&insn.imm, four, sizeof(insn.imm));
	return insn;
}

static struct bpf_insn move(uint8_t to, uint8_t from)
{
	return (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X,
				  .dst_reg = to,
				  .src_reg = from };
}

static struct bpf_insn add(uint8_t to, int32_t number)
{
	return (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K,
				  .dst_reg = to,
				  .imm = number };
}

static struct bpf_insn set(uint8_t to, int32_t number)
{
	return (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
				  .dst_reg = to,
				  .imm = number };
}

/* Asks for the name, and leaves the answer in the context. */
static int variable_load(const char name[VARIABLE_NAME_BYTES], uint32_t bytes)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_SLEEPABLE);
	struct bpf_insn insns[VARIABLE_NAME_BYTES / 4 + 13], *at = insns;
	uint32_t i;

	for (i = 0; i < VARIABLE_NAME_BYTES; i += 4)
		*at++ = store(NAME_AT + (int32_t)i, name + i);
	*at++ = (struct bpf_insn){ .code = BPF_ST | BPF_MEM | BPF_DW,
				   .dst_reg = BPF_REG_10,
				   .off = RESULT_AT };
	*at++ = move(BPF_REG_6, BPF_REG_1);
	*at++ = move(BPF_REG_1, BPF_REG_10);
	*at++ = add(BPF_REG_1, NAME_AT);
	*at++ = set(BPF_REG_2, (int32_t)bytes);
	*at++ = set(BPF_REG_3, 0);
	*at++ = move(BPF_REG_4, BPF_REG_10);
	*at++ = add(BPF_REG_4, RESULT_AT);
	*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
				   .imm = BPF_FUNC_kallsyms_lookup_name };
	*at++ = (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_DW,
				   .dst_reg = BPF_REG_1,
				   .src_reg = BPF_REG_10,
				   .off = RESULT_AT };
	*at++ = (struct bpf_insn){ .code = BPF_STX | BPF_MEM | BPF_DW,
				   .dst_reg = BPF_REG_6,
				   .src_reg = BPF_REG_1 };
	*at++ = set(BPF_REG_0, 0);
	*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "tetra_variable", "Dual BSD/GPL",
			     insns, (size_t)(at - insns), &opts);
}

uint64_t variable_find(const char *name)
{
	char padded[VARIABLE_NAME_BYTES] = {};
	uint64_t address = 0;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &address,
		    .ctx_size_in = sizeof(address));
	_cleanup_(closep) int fd = -1;

	if (strlen(name) >= sizeof(padded))
		return 0;
	memcpy(padded, name, strlen(name));
	fd = variable_load(padded, (uint32_t)strlen(name) + 1);
	if (fd < 0 || bpf_prog_test_run_opts(fd, &opts) < 0)
		return 0;
	return address;
}
