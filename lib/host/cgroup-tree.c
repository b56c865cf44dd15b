/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/cgroup-tree.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* The root's id in all kernels. */
#define ROOT_ID 1u
/* A handle made of an id: FILEID_KERNFS of the kernel. */
#define HANDLE_OF_ID 0xfe
#define HANDLE_BYTES sizeof(uint64_t)

static int open_mount(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat stat;
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC &&
	    fstat(fd, &stat) == 0 && stat.st_ino == ROOT_ID)
		return fd;
	close(fd);
	return -EXDEV;
}

int cgroup_tree_open(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int r = -ENOENT;

	if (!mounts)
		return -errno;
	while (r < 0 && (mount = getmntent(mounts)))
		if (str_equal(mount->mnt_type, "cgroup2"))
			r = open_mount(mount->mnt_dir);
	endmntent(mounts);
	return r;
}

/* O_PATH: a group may be another user's. */
#define OPEN_GROUP (O_PATH | O_DIRECTORY | O_CLOEXEC)

static int open_group(int tree, uint64_t id)
{
	_Alignas(struct file_handle) char
		bytes[sizeof(struct file_handle) + HANDLE_BYTES] = {};
	struct file_handle *handle = (struct file_handle *)bytes;
	int fd;

	handle->handle_bytes = HANDLE_BYTES;
	handle->handle_type = HANDLE_OF_ID;
	memcpy(handle->f_handle, &id, sizeof(id));
	fd = open_by_handle_at(tree, handle, OPEN_GROUP);
	if (fd < 0)
		return errno == ESTALE ? -ENOENT : -errno;
	return fd;
}

/* Exchanges *@fd, a group, for the one above it; returns that one's id in @ret. */
static int climb(int *fd, uint64_t *ret)
{
	int above = openat(*fd, "..", OPEN_GROUP);
	struct stat stat;

	if (above < 0)
		return -errno;
	close(*fd);
	*fd = above;
	if (fstat(above, &stat) < 0)
		return -errno;
	*ret = stat.st_ino;
	return 0;
}

static void turn_around(uint64_t *ids, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++) {
		uint64_t id = ids[i];

		ids[i] = ids[n - 1 - i];
		ids[n - 1 - i] = id;
	}
}

int cgroup_tree_above(int tree, uint64_t id, uint64_t *ret, uint32_t max)
{
	_cleanup_(closep) int fd = open_group(tree, id);
	uint64_t at = id;
	uint32_t n = 0;
	int r = fd < 0 ? fd : 0;

	while (r == 0 && at != ROOT_ID) {
		if (n == max)
			return -E2BIG;
		r = climb(&fd, &at);
		ret[n++] = at;
	}
	if (r < 0)
		return r;
	turn_around(ret, n);
	return (int)n;
}
