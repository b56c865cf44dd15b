/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where memory of the process comes from. A page that another thread fills (userfaultfd) or that
 * comes from a file system in user space may never arrive.
 */
#ifndef TETRA_BPF_VMA_H
#define TETRA_BPF_VMA_H

#include "bpf/common/compat.bpf.h"
#include "bpf/common/maps.bpf.h"

#define VMA_EBUSY 16

struct vm_userfaultfd_ctx {
	void *ctx;
} __attribute__((preserve_access_index));

/* Fields that the walk of path.bpf.h does not need, hence our own names. */
struct file_system_type___vma {
	const char *name;
} __attribute__((preserve_access_index));

struct super_block___vma {
	struct file_system_type___vma *s_type;
} __attribute__((preserve_access_index));

struct inode___vma {
	struct super_block___vma *i_sb;
} __attribute__((preserve_access_index));

struct file___vma {
	struct inode___vma *f_inode;
} __attribute__((preserve_access_index));

struct vm_area_struct {
	struct file___vma *vm_file;
	struct vm_userfaultfd_ctx vm_userfaultfd_ctx;
} __attribute__((preserve_access_index));

/* "fuse" and "fuseblk", little-endian. */
#define VMA_FUSE 0x65737566u

struct vma_look {
	__u64 from_process; /* the page comes from a process */
};

static long vma_look(struct task_struct *task, struct vm_area_struct *area, void *data)
{
	struct vma_look *look = data;
	struct file___vma *file = BPF_CORE_READ(area, vm_file);
	const char *name;
	__u32 word = 0;

	if (bpf_core_field_exists(area->vm_userfaultfd_ctx.ctx) &&
	    BPF_CORE_READ(area, vm_userfaultfd_ctx.ctx))
		look->from_process = 1;
	if (!file)
		return 0;
	name = BPF_CORE_READ(file, f_inode, i_sb, s_type, name);
	bpf_probe_read_kernel(&word, sizeof(word), name);
	if (word == VMA_FUSE)
		look->from_process = 1;
	return 0;
}

/* The address space may be busy for a moment because another thread maps something. */
#define VMA_LOOKS 8

enum vma_origin {
	VMA_KERNEL, /* the kernel provides the page, or there is none */
	VMA_PROCESS,
	VMA_UNKNOWN, /* the address space was busy each time */
};

static __always_inline enum vma_origin vma_origin(__u64 address)
{
	struct vma_look look = {};
	__u32 i;

	for (i = 0; i < VMA_LOOKS; i++)
		if (bpf_find_vma(bpf_get_current_task_btf(), address, vma_look, &look,
				 0) != -VMA_EBUSY)
			return look.from_process ? VMA_PROCESS : VMA_KERNEL;
	return VMA_UNKNOWN;
}

/*
 * For a page that cannot be read although a program has waited for it: whether the memory that the
 * call itself can read ends there.
 */
static __noinline int memory_ends(__u64 address)
{
	return vma_origin(address) == VMA_KERNEL;
}

#endif
