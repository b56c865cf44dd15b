/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a: whether bytes are the same, not who made them. */
#define SUM_START 0xcbf29ce484222325u
#define SUM_PRIME 0x100000001b3u

static void add(struct snapshot *snapshot, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;
	size_t i;

	for (i = 0; i < n; i++)
		snapshot->sum = (snapshot->sum ^ at[i]) * SUM_PRIME;
	snapshot->n += n;
}

static void add_file(struct snapshot *ret, int fd)
{
	char bytes[1 << 16];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0)
		add(ret, bytes, (size_t)n);
}

/* Names come in any order: their sums are added. */
static void add_names(struct snapshot *ret, int fd)
{
	DIR *folder = fdopendir(fd);
	struct dirent *one;
	uint64_t sum = 0;

	while (folder && (one = readdir(folder))) {
		struct snapshot name = { .sum = SUM_START };

		add(&name, one->d_name, strlen(one->d_name));
		sum += name.sum;
		ret->n++;
	}
	ret->sum = sum;
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
}

struct snapshot snapshot_take(const struct sandbox *sandbox, const char *path)
{
	struct snapshot ret = { .sum = SUM_START };
	char target[PATH_MAX];
	struct stat stat;
	int fd = sandbox_open(sandbox, path, O_PATH | O_NOFOLLOW), content = -1;
	ssize_t n;

	ret.is_there = fd >= 0 && fstat(fd, &stat) == 0;
	if (!ret.is_there)
		return ret;
	ret.mode = stat.st_mode;
	ret.uid = stat.st_uid;
	ret.gid = stat.st_gid;
	n = S_ISLNK(stat.st_mode) ? readlinkat(fd, "", target, sizeof(target)) : 0;
	if (n > 0)
		add(&ret, target, (size_t)n);
	if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode))
		content = sandbox_open(sandbox, path, O_RDONLY | O_NOFOLLOW);
	if (S_ISDIR(stat.st_mode)) {
		add_names(&ret, content);
	} else {
		add_file(&ret, content);
		if (content >= 0)
			close(content);
	}
	close(fd);
	return ret;
}

int snapshot_is_equal(const struct snapshot *one, const struct snapshot *other)
{
	if (!one->is_there || !other->is_there)
		return one->is_there == other->is_there;
	return one->mode == other->mode && one->uid == other->uid &&
	       one->gid == other->gid && one->n == other->n && one->sum == other->sum;
}
