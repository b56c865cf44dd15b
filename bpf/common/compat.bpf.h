/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Getters for what moved, was renamed, or came with a kernel release. Each names the change.
 */
#ifndef TETRA_BPF_COMPAT_H
#define TETRA_BPF_COMPAT_H

#include "bpf/common/kernel.h"

/* v6.15: dentry.d_iname became dentry.d_shortname. The place of the inline name. */
static __always_inline const unsigned char *dentry_inline_name(const struct dentry *dentry)
{
	const struct dentry___short *newer = (const void *)dentry;

	if (bpf_core_field_exists(newer->d_shortname))
		return __builtin_preserve_access_index(&newer->d_shortname.string[0]);
	return __builtin_preserve_access_index(&dentry->d_iname[0]);
}

static __always_inline __u32 dentry_inline_name_offset(void)
{
	if (bpf_core_field_exists(struct dentry___short, d_shortname))
		return bpf_core_field_offset(struct dentry___short, d_shortname);
	return bpf_core_field_offset(struct dentry, d_iname);
}

#endif
