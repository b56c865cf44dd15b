/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a member of one of the kernel's structs is, and how large.
 */
#include <bpf/btf.h>

#include "lib/base/strbuf.h"
#include "lib/kernel/machine.h"

static int member_resolve(struct tetra_kernel *kernel, const char *path,
			  struct kernel_member **ret)
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
		*ret = member;
	return r;
}

int kernel_find_member(struct tetra_kernel *kernel, const char *path,
		       struct kernel_member *ret)
{
	struct fact *fact;
	int r = kernel_fact(kernel, FACT_MEMBER, path, &fact);

	if (r < 0)
		return r;
	if (!fact->asked) {
		fact->error = member_resolve(kernel, path, &fact->member);
		fact->asked = 1;
	}
	if (fact->error < 0)
		return fact->error;
	*ret = *fact->member;
	return 0;
}
