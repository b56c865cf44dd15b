/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/hold.h"

#include <bpf/btf.h>

#include "bpf/abi/config.h"

/*
 * Linux 6.10 has the functions. Until 6.15 the verifier allows no call of a global function
 * in between; what it remembers since tells them apart.
 */
static bool calls_are_allowed(const struct btf *btf)
{
	int32_t id = btf__find_by_name_kind(btf, "bpf_subprog_info", BTF_KIND_STRUCT);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_member *members = type ? btf_members(type) : NULL;
	uint32_t i;

	for (i = 0; type && i < btf_vlen(type); i++)
		if (str_equal(btf__str_by_offset(btf, members[i].name_off),
			      "might_sleep"))
			return true;
	return false;
}

static uint32_t function_id(const struct btf *btf, const char *name)
{
	int32_t id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	return id > 0 ? (uint32_t)id : 0;
}

struct hold hold_find(struct tetra_kernel *kernel)
{
	const struct btf *btf = kernel_btf(kernel);
	struct hold hold = {};

	if (!kernel_is_preemptible(kernel) || !btf || !calls_are_allowed(btf))
		return hold;
	hold.disable = function_id(btf, "bpf_preempt_disable");
	hold.enable = function_id(btf, "bpf_preempt_enable");
	return hold.disable && hold.enable ? hold : (struct hold){};
}

/* The verifier removes it. */
static const struct bpf_insn nothing = { .code = BPF_JMP | BPF_JA };

static struct bpf_insn call_of(uint32_t id)
{
	return (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
				  .src_reg = BPF_PSEUDO_KFUNC_CALL,
				  .imm = (int32_t)id };
}

void hold_patch(const struct hold *hold, struct bpf_insn *insns, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (insns[i].code != (BPF_JMP | BPF_CALL) || insns[i].src_reg != 0)
			continue;
		if (insns[i].imm == TETRA_CALL_PREEMPT_DISABLE)
			insns[i] = hold->disable ? call_of(hold->disable) : nothing;
		else if (insns[i].imm == TETRA_CALL_PREEMPT_ENABLE)
			insns[i] = hold->enable ? call_of(hold->enable) : nothing;
	}
}
