/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups as far as events need them: how this machine mounts them, and which
 * container a group's name identifies. The naming rules are those of docker, containerd,
 * cri-o, podman, the kubelet and sysbox.
 */
#ifndef TETRA_LIB_HOST_CGROUP_H
#define TETRA_LIB_HOST_CGROUP_H

#include "lib/base/base.h"

/* Characters of a container id that events show, and the NUL. */
#define CGROUP_CONTAINER_BYTES 32u
/* Characters of a group's name that kernel programs deliver. */
#define CGROUP_KERNEL_NAME 127u

enum cgroup_mode {
	CGROUP_UNKNOWN, /* nothing is mounted at the usual place */
	CGROUP_LEGACY,	/* v1 */
	CGROUP_HYBRID,	/* v1, plus v2: treated as v1 */
	CGROUP_UNIFIED, /* v2 */
};

/* From <sys_root>/fs/cgroup. */
enum cgroup_mode cgroup_detect(const char *sys_root);

/*
 * The hierarchy that programs read on v1: "memory", "pids" or "cpuset", the first that
 * @text, the contents of /proc/PID/cgroup, has. "" for v2; NULL if there is none.
 */
const char *cgroup_controller(enum cgroup_mode mode, const char *text);

/*
 * The path of that hierarchy in @text; NULL if it has none. @ret_len: its bytes. Borrowed
 * from @text.
 */
const char *cgroup_path(enum cgroup_mode mode, const char *text, size_t *ret_len);

/*
 * The container in the name of a group, cut as events show it; false if none. A name of
 * CGROUP_KERNEL_NAME characters may have been cut off.
 */
bool cgroup_container_of_name(char ret[static CGROUP_CONTAINER_BYTES], const char *name);

/* The same from the contents of /proc/PID/cgroup. */
bool cgroup_container_of_proc(char ret[static CGROUP_CONTAINER_BYTES], const char *text);

#endif
