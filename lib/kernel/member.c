/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a member of one of the kernel's structs is, and how large.
 */
#include <bpf/btf.h>

#include "lib/base/strbuf.h"
#include "lib/kernel/machine.h"

static int member_resolve(struct tetra_kernel *kernel, const char *path,
			  struct fact *fact)
{
	_cleanup_(freep) char *copy = strdup(path);
	struct kernel_member *member;
	char *at = copy, *type;
	int r = kernel_open_vmlinux(kernel);

	if (r < 0)
		return r;
	member = arena_alloc(kernel->arena, sizeof(*member));
	if (!copy || !member)
		return -ENOMEM;
	type = strsep(&at, ".");
	r = at ? vmlinux_find_member(&kernel->vmlinux, type, at, member) : -EINVAL;
	if (r == 0)
		fact->member = member;
	return r;
}

int kernel_find_member(struct tetra_kernel *kernel, const char *path,
		       struct kernel_member *ret)
{
	struct fact *fact;
	int r = kernel_answer(kernel, FACT_MEMBER, path, member_resolve, &fact);

	if (r == 0)
		*ret = *fact->member;
	return r;
}
