/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Getters for what moved, was renamed, or came with a kernel release. Each names the change.
 */
#ifndef TETRA_BPF_COMPAT_H
#define TETRA_BPF_COMPAT_H

#include "bpf/common/kernel.h"

/*
 * A field that this kernel lacks is an instruction that must not be reached. What the branch
 * reads through has to come from the branch, or the compiler may work out the address of
 * either field ahead of it.
 */
#define compat_here(pointer) asm volatile("" : "+r"(pointer))

/* v6.15: dentry.d_iname became dentry.d_shortname. The place of the inline name. */
static __always_inline const unsigned char *dentry_inline_name(const struct dentry *dentry)
{
	const struct dentry___short *newer = (const void *)dentry;

	if (bpf_core_field_exists(newer->d_shortname)) {
		compat_here(newer);
		return __builtin_preserve_access_index(&newer->d_shortname.string[0]);
	}
	compat_here(dentry);
	return __builtin_preserve_access_index(&dentry->d_iname[0]);
}

#endif
