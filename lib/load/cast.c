/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/cast.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "bpf/abi/config.h"

static uint32_t struct_id(const struct btf *btf, const char *name)
{
	int32_t id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id > 0 ? (uint32_t)id : 0;
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
	       insn->imm == TETRA_CALL_CAST;
}

/* The second argument of the call. */
static bool is_type(const struct bpf_insn *insn, int32_t placeholder)
{
	return insn->code == (BPF_ALU64 | BPF_MOV | BPF_K) &&
	       insn->dst_reg == BPF_REG_2 && insn->imm == placeholder;
}

/* Calls need a JIT that is switched on, and this kernel's own BTF. */
static bool cast_loads(const struct cast *cast)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .imm = TETRA_BTF_MOUNT },
		{ .code = BPF_JMP | BPF_CALL, .imm = TETRA_CALL_CAST },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	cast_patch(cast, insns, ARRAY_SIZE(insns));
	fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "tetra_cast", "Dual BSD/GPL",
			   insns, ARRAY_SIZE(insns), NULL);
	return fd >= 0 && close(fd) == 0;
}

struct cast cast_find(struct tetra_kernel *kernel)
{
	const struct btf *btf = kernel_btf(kernel);
	struct kernel_function function;
	struct cast cast = {};

	if (!btf || kernel_find_function(kernel, "bpf_rdonly_cast", &function) < 0)
		return cast;
	cast.function = function.btf_id;
	cast.dentry = struct_id(btf, "dentry");
	cast.mount = struct_id(btf, "mount");
	return cast.dentry && cast.mount && cast_loads(&cast) ? cast : (struct cast){};
}

void cast_patch(const struct cast *cast, struct bpf_insn *insns, uint32_t n)
{
	/* Without the function nothing reaches these instructions. */
	if (!cast->function)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct bpf_insn *insn = &insns[i];

		if (is_call(insn)) {
			insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
			insn->imm = (int32_t)cast->function;
		} else if (is_type(insn, TETRA_BTF_DENTRY)) {
			insn->imm = (int32_t)cast->dentry;
		} else if (is_type(insn, TETRA_BTF_MOUNT)) {
			insn->imm = (int32_t)cast->mount;
		}
	}
}
