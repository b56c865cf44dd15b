/* SPDX-License-Identifier: Apache-2.0 */
/* Paths through the kernel's structs: "mm.owner.pid", "[0]", "f_path.dentry". */
#ifndef TETRA_LIB_BTF_WALK_H
#define TETRA_LIB_BTF_WALK_H

#include "lib/btf/btf.h"

/*
 * Follows @path from the address of a value of type @id, or of an array of them. Pointers on the
 * path are dereferenced; members of unnamed structs are found; indexes of arrays of a known length
 * are checked. Texts are copied to @arena.
 * Return: 0, and ret->error says whether the path exists; -ENOMEM.
 */
int vmlinux_walk(struct vmlinux *vmlinux, uint32_t id, const char *path,
		 struct arena *arena, struct kernel_walk *ret);

/* What values of type @id point to; 0: void, or they are not pointers. */
uint32_t vmlinux_pointed(struct vmlinux *vmlinux, uint32_t id);

#endif
