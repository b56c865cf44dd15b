/* SPDX-License-Identifier: Apache-2.0 */
/* Ways through the kernel's structs: "mm.owner.pid", "[0]", "f_path.dentry". */
#ifndef TETRA_LIB_BTF_WALK_H
#define TETRA_LIB_BTF_WALK_H

#include "lib/btf/btf.h"

/*
 * From the address of something of type @id, or of elements of it, along @path. Pointers
 * on the way are followed; members of unnamed structs are found; elements of arrays are in bounds,
 * where these have any. Texts are copied to @arena.
 * Return: 0, and ret->error says whether there is such a way; -ENOMEM.
 */
int vmlinux_walk(struct vmlinux *vmlinux, uint32_t id, const char *path,
		 struct arena *arena, struct kernel_walk *ret);

/* What values of type @id point to; 0: they are no pointers, or to void. */
uint32_t vmlinux_pointed(struct vmlinux *vmlinux, uint32_t id);

#endif
