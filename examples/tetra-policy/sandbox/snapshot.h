/* SPDX-License-Identifier: Apache-2.0 */
/* Files as they were before a command, to compare with what they are after it. */
#ifndef TETRA_POLICY_SNAPSHOT_H
#define TETRA_POLICY_SNAPSHOT_H

#include <stdint.h>
#include <sys/stat.h>

#include "sandbox/sandbox.h"

struct snapshot {
	int is_there;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	uint64_t n, sum; /* of the content, a link's target, a folder's names */
};

/* Links are not followed. */
struct snapshot snapshot_take(const struct sandbox *sandbox, const char *path);
int snapshot_is_equal(const struct snapshot *one, const struct snapshot *other);

#endif
