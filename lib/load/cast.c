/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/cast.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "bpf/abi/config.h"
#include "lib/load/variable.h"

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

/* The type of the kernel's rename_lock begins with its count. */
static bool lock_has_count(const struct btf *btf)
{
	int32_t id = btf__find_by_name_kind(btf, "seqlock_t", BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	type = type ? btf__type_by_id(btf, type->type) : NULL;
	return type && btf_is_struct(type) && btf_vlen(type) &&
	       str_equal(btf__str_by_offset(btf, btf_members(type)->name_off),
			 "seqcount");
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
	if (!cast.dentry || !cast.mount || !cast_loads(&cast))
		return (struct cast){};
	if (lock_has_count(btf)) {
		cast.rename_lock = variable_find("rename_lock");
		cast.mount_lock = variable_find("mount_lock");
	}
	return cast;
}

/* Puts the address where the programs load a number in its place. */
static void patch_addresses(const struct cast *cast, struct bpf_insn *insns, uint32_t n)
{
	for (uint32_t i = 0; i + 1 < n; i++) {
		struct bpf_insn *insn = &insns[i];
		uint64_t address = cast->rename_lock;

		if (insn->code != (BPF_LD | BPF_DW | BPF_IMM) || insn->src_reg ||
		    insn[1].imm)
			continue;
		if (insn->imm == TETRA_AT_MOUNT_LOCK)
			address = cast->mount_lock;
		else if (insn->imm != TETRA_AT_RENAME_LOCK)
			continue;
		insn[0].imm = (int32_t)address;
		insn[1].imm = (int32_t)(address >> 32);
	}
}

void cast_patch(const struct cast *cast, struct bpf_insn *insns, uint32_t n)
{
	patch_addresses(cast, insns, n);
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
