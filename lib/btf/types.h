/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of btf/ share about types. */
#ifndef TETRA_LIB_BTF_TYPES_H
#define TETRA_LIB_BTF_TYPES_H

#include <bpf/btf.h>

#include "lib/btf/btf.h"

/* Skips const, volatile, restrict, typedefs and tags. NULL: void. */
const struct btf_type *type_strip(const struct btf *btf, uint32_t id);

struct member_place {
	uint32_t offset;
	uint32_t n_unnamed; /* that were searched */
};

/*
 * The member @name of a struct or union, through members without a name; @depth is 0. Its offset is
 * added to that of *place. NULL if there is none.
 */
const struct btf_member *member_find(const struct vmlinux *vmlinux,
				     const struct btf_type *type, const char *name,
				     uint32_t depth, struct member_place *place);

/* The name of the type that a pointer points to, if it has one; pointers to pointers have none. */
int describe_type(const struct vmlinux *vmlinux, uint32_t id, struct arena *arena,
		  struct kernel_param *param);

#endif
