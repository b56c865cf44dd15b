/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Layers: files that the kernel keeps below others. What a process does to a file of an
 * overlay passes many hooks twice, the second time with the layer's file, which the process
 * did not ask for and cannot name. Rules judge the first call only.
 */
#ifndef TETRA_BPF_LAYER_H
#define TETRA_BPF_LAYER_H

#include "bpf/common/param.bpf.h"
#include "bpf/common/source.bpf.h"
#include "bpf/path/path.bpf.h"

/* Before Linux 6.6 the layer's file is opened under the path of the file above it. */
struct backing_file___path {
	struct path user_path;
} __attribute__((preserve_access_index));

#define LAYERS_HAVE_PATHS bpf_core_field_exists(struct backing_file___path, user_path)

static __always_inline int mount_is_layer(struct vfsmount *mount)
{
	return mount_end(mount_of((__u64)mount)) == TETRA_WALK_INTERNAL;
}

/* The inode is not the one that the path leads to. */
static __always_inline int file_is_below(struct file *file)
{
	struct inode *above = BPF_CORE_READ(file, f_path.dentry, d_inode);

	return above && BPF_CORE_READ(file, f_inode) != above;
}

/* What is at @address is a layer's; @reader says what that is. */
static __always_inline int value_is_layer(__u64 address, __u32 reader)
{
	struct file *file = (void *)address;

	if (reader == TETRA_READ_PATH)
		return mount_is_layer(BPF_CORE_READ((struct path *)file, mnt));
	if (reader == TETRA_READ_BINPRM)
		file = BPF_CORE_READ((struct linux_binprm *)file, file);
	else if (reader != TETRA_READ_FILE)
		return 0; /* the mount of a descriptor or a bare dentry is unknown */
	if (!LAYERS_HAVE_PATHS && file_is_below(file))
		return 1;
	return mount_is_layer(BPF_CORE_READ(file, f_path.mnt));
}

/* 1 if the call is about a layer's file. Global: verified once, alone. */
__noinline int call_is_layer(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);
	__u32 i, slot;

	if (!s)
		return 0;
	SLOTS_EACH (TETRA_SLOTS_PATH, i, slot)
		if (value_is_layer(s->raw[slot], cfg.slots[slot].reader))
			return 1;
	return 0;
}

/* Likewise, where no policy reads the file: that parameter of the function, in s->layer. */
__noinline int param_is_layer(__u32 scratch)
{
	struct tetra_scratch *s = scratch_get(scratch);

	return s ? value_is_layer(s->layer, cfg.layer_reader) : 0;
}

/*
 * For runs whose rules match. Where layers have paths of their own, the walks of the paths that
 * filters look at have already found out.
 */
static __always_inline int layer_call(void *ctx, enum program program,
				      struct tetra_scratch *s, __u32 scratch)
{
	if (program != PROGRAM_RECORD && program != PROGRAM_SYSCALL && cfg.layer_param) {
		source_number(param_get(ctx, program, cfg.layer_param - 1, 0), &s->layer);
		return param_is_layer(scratch);
	}
	if (!LAYERS_HAVE_PATHS)
		return cfg.n_slots[TETRA_SLOTS_PATH] && call_is_layer(scratch);
	if (!s->run.layer)
		return 0;
	return s->run.layer & RUN_IS_LAYER || call_is_layer(scratch);
}

#endif
