/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own BTF: names of functions and tracepoints to type ids, type ids to what a
 * policy needs to know about a prototype. Opened at the first query, 6 MB while it is open.
 */
#ifndef TETRA_LIB_BTF_BTF_H
#define TETRA_LIB_BTF_BTF_H

#include "lib/base/arena.h"
#include "lib/btf/prototype.h"

struct vmlinux {
	struct btf *btf; /* NULL: closed */
	/* Its section of names: asking libbpf for each makes walks a third more expensive. */
	const char *strings;
	uint32_t strings_bytes;
	/*
	 * Hash table of the ids of all functions and of the typedefs btf_trace_*; 0 is
	 * free. Built at the first lookup: costs as much as two linear scans.
	 */
	uint32_t n_slots; /* a power of two */
	uint32_t *slots;
	int error; /* of the last vmlinux_open() */
};

/*
 * Opening again is fine. -EOPNOTSUPP if there is no such file, -EPERM, -EINVAL,
 * -ENOMEM.
 */
int vmlinux_open(struct vmlinux *vmlinux, const char *path);
/* Of the bytes of such a file, which are copied. -EINVAL; -ENOMEM. */
int vmlinux_load(struct vmlinux *vmlinux, const void *data, size_t bytes);
void vmlinux_close(struct vmlinux *vmlinux);

/* Type id of a function; of the typedef btf_trace_*; 0 if there is none. */
uint32_t vmlinux_find_function(struct vmlinux *vmlinux, const char *name);
uint32_t vmlinux_find_typedef(struct vmlinux *vmlinux, const char *name);
/* A type of another kind, by a linear scan. */
uint32_t vmlinux_find_type(struct vmlinux *vmlinux, const char *name, uint32_t kind);
bool vmlinux_has_member(struct vmlinux *vmlinux, const char *name, const char *member);

/* The member at @path, "ns.inum", of struct @type. -ENOENT if it has none. */
int vmlinux_find_member(struct vmlinux *vmlinux, const char *type, char *path,
			struct kernel_member *ret);

/*
 * Describe the prototype of @id: a function, or a typedef of a pointer to one, whose
 * first @n_skip parameters are skipped. Texts are copied to @arena; .name is not
 * changed.
 */
int vmlinux_describe(struct vmlinux *vmlinux, uint32_t id, uint32_t n_skip,
		     struct arena *arena, struct kernel_function *ret);

/* The type of parameter @index of function @id, or of a pointer to one's typedef; 0: none. */
uint32_t vmlinux_param_type(struct vmlinux *vmlinux, uint32_t id, uint32_t index);

/* As kernel_each_function(). */
int vmlinux_each_function(struct vmlinux *vmlinux, const char *prefix,
			  int (*visit)(const char *name, void *user), void *user);

#endif
