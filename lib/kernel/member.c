/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a member of one of the kernel's structs is, and how large; paths through several of them.
 */
#include <bpf/btf.h>
#include <stdio.h>

#include "lib/base/strbuf.h"
#include "lib/btf/walk.h"
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

/* Longest key of a path. */
#define KEY_BYTES 1024u

/* The types of a raw tracepoint are those of a function pointer with one more parameter. */
#define TRACE_PREFIX "btf_trace_"
#define STRUCT	     "struct "

/* What the pointer that a key names before its path points to; 0: nothing. @name is changed. */
static uint32_t walk_type(struct vmlinux *vmlinux, char *name)
{
	char *number = strchr(name, '#');
	uint32_t index, id;

	name += number ? 0 : strlen(STRUCT);
	if (!number)
		return vmlinux_find_type(vmlinux, name, BTF_KIND_STRUCT)
			       ?: vmlinux_find_type(vmlinux, name, BTF_KIND_UNION);
	*number = '\0';
	index = (uint32_t)atoi(number + 1);
	id = str_has_prefix(name, TRACE_PREFIX)
		     ? vmlinux_param_type(vmlinux, vmlinux_find_typedef(vmlinux, name),
					  index + 1)
		     : vmlinux_param_type(vmlinux, vmlinux_find_function(vmlinux, name),
					  index);
	return id ? vmlinux_pointed(vmlinux, id) : 0;
}

static int walk_resolve(struct tetra_kernel *kernel, const char *key, struct fact *fact)
{
	_cleanup_(freep) char *name = strdup(key);
	char *path = name ? strrchr(name, ' ') : NULL;
	struct kernel_walk *walk;
	int r = kernel_open_vmlinux(kernel);

	if (r < 0)
		return r;
	walk = arena_alloc(kernel->arena, sizeof(*walk));
	if (!path || !walk)
		return -ENOMEM;
	*path++ = '\0';
	r = vmlinux_walk(&kernel->vmlinux, walk_type(&kernel->vmlinux, name), path,
			 kernel->arena, walk);
	if (r == 0)
		fact->walk = walk;
	return r;
}

int kernel_find_walk(struct tetra_kernel *kernel, const struct kernel_pointer *from,
		     const char *path, struct kernel_walk *ret)
{
	char key[KEY_BYTES];
	struct fact *fact;
	int r;

	if (from->type)
		r = snprintf(key, sizeof(key), STRUCT "%s %s", from->type, path);
	else
		r = snprintf(key, sizeof(key), "%s%s#%u %s",
			     from->is_trace ? TRACE_PREFIX : "", from->function,
			     from->index, path);
	if (r < 0 || (size_t)r >= sizeof(key))
		return -E2BIG;
	r = kernel_answer(kernel, FACT_WALK, key, walk_resolve, &fact);
	if (r == 0)
		*ret = *fact->walk;
	return r;
}
