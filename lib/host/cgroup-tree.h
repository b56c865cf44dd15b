/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of control groups (v2). A group is known by its id, the inode number of its folder,
 * which no later group gets. It never moves to another place in the tree.
 */
#ifndef TETRA_LIB_HOST_CGROUP_TREE_H
#define TETRA_LIB_HOST_CGROUP_TREE_H

#include "lib/base/base.h"

/*
 * Opens the root of the tree. Return: a descriptor; -ENOENT: no v2 tree is mounted; -EXDEV:
 * only a part of it, as in a control group namespace; other errors of open(2).
 */
int cgroup_tree_open(void);

/*
 * The ids of the groups above @id, the root's first, into @ret. Return: how many; -ENOENT: no
 * group has this id; -E2BIG: more than @max; -EPERM: without CAP_DAC_READ_SEARCH; other errors
 * of open(2).
 */
int cgroup_tree_above(int tree, uint64_t id, uint64_t *ret, uint32_t max);

#endif
