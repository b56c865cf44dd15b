/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Getters for fields that moved or appeared in a kernel release; each names the change. If
 * only a name changed, the loader uses the older name (lib/btf/excerpt.h).
 */
#ifndef TETRA_BPF_COMPAT_H
#define TETRA_BPF_COMPAT_H

#include "bpf/common/kernel.h"

/* Where the inline name is. */
static __always_inline const unsigned char *
dentry_inline_name(const struct dentry *dentry)
{
	return __builtin_preserve_access_index(&dentry->d_iname[0]);
}

/* A set of capabilities had this type, two words, before v6.3; since then it is one of eight bytes. */
struct kernel_cap_struct;

static __always_inline int caps_are_words(void)
{
	return bpf_core_type_exists(struct kernel_cap_struct);
}

/* Inode number of an anonymous mount namespace, which holds a mount until it is attached.
 * MNT_NS_ANON_INO since v6.18, 0 before. No other namespace has either number. */
#define MNT_NS_ANONYMOUS 0xeffffff7u

static __always_inline int mnt_ns_is_anonymous(struct mnt_namespace *ns)
{
	__u32 number = BPF_CORE_READ(ns, ns.inum);

	return !number || number == MNT_NS_ANONYMOUS;
}

#endif
