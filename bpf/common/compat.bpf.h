/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Getters for what moved or came with a kernel release; each names the change. What only
 * changed its name, the loader gives its older name (lib/kernel/excerpt.h).
 */
#ifndef TETRA_BPF_COMPAT_H
#define TETRA_BPF_COMPAT_H

#include "bpf/common/kernel.h"

/* The place of the inline name. */
static __always_inline const unsigned char *dentry_inline_name(const struct dentry *dentry)
{
	return __builtin_preserve_access_index(&dentry->d_iname[0]);
}

#endif
