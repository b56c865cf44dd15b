/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The scope of rules: the current task's control group or one above it. The task is asked each
 * time, so a process that moves, or a group that is new, needs no news from user space.
 */
#ifndef TETRA_BPF_SCOPE_H
#define TETRA_BPF_SCOPE_H

#include "bpf/common/image.bpf.h"

/* Id of the current task's group at a level of the v2 tree; 0: its group is above that level. */
typedef __u64 (*scope_group_fn)(void *task, __u32 level);

static __always_inline __u64 current_group(void *task, __u32 level)
{
	struct task_struct *current = task;
	struct cgroup *group = 0;
	__u64 id = 0;

	/* Linux 6.1 and later. Programs like ours have the helper from 5.15 on. */
	if (!bpf_core_field_exists(group->ancestor_ids))
		return bpf_get_current_ancestor_cgroup_id(level);
	group = BPF_CORE_READ(current, cgroups, dfl_cgrp);
	if (level > (__u32)BPF_CORE_READ(group, level))
		return 0;
	bpf_probe_read_kernel(&id, sizeof(id), &group->ancestor_ids[0] + level);
	return id;
}

/* Global: verified once, not for each level. */
__noinline int scope_step(__u32 scratch, __u32 dim, __u64 group)
{
	struct tetra_scratch *s = scratch_get(scratch);
	tetra_image image;

	if (!s)
		return 0;
	image = image_again(s);
	return image ? match_scope(image, &s->match, dim, group) : 0;
}

/* The nearest group that the table knows decides: its entry has the rules of those above it. */
static __always_inline __u64 scope_select(tetra_image image, struct tetra_scratch *s,
					  void *task, scope_group_fn group_at, __u32 dim)
{
	struct tetra_cell *cell = image_cell(image, dim);
	__u64 levels, group, i;

	if (!cell)
		return 0;
	levels = cell->dim.interest;
	for (i = 0; i < TETRA_SCOPE_LEVELS; i++) {
		if (!levels)
			break;
		group = group_at(task, TETRA_SCOPE_LEVELS - 1 - lowest_bit(levels));
		if (group && scope_step(s->number, dim, group))
			return s->match.bits;
		levels &= levels - 1;
	}
	return match_and(&s->match, cell->dim.miss_bits, cell->dim.miss_row);
}

#endif
