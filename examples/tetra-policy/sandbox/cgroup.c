/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Processes that were killed leave at once; so often it is looked whether they have. */
#define TRIES	 500u
#define TRIES_MS 10

/* That are tried for a group. */
#define NAMES 8u

/* Folders that are open at the same time while groups are gone through. */
#define OPEN_FOLDERS 16

static int hierarchy(char *ret, size_t bytes)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	struct mntent *one;
	int found = 0;

	if (!file)
		return 0;
	while (!found && (one = getmntent(file)))
		if (strcmp(one->mnt_type, "cgroup2") == 0)
			found = snprintf(ret, bytes, "%s", one->mnt_dir) < (int)bytes;
	endmntent(file);
	return found;
}

int cgroup_make(struct cgroup *ret, const char *name, unsigned int number)
{
	unsigned int again;
	char root[128];
	struct stat stat;
	int error = EEXIST;

	*ret = (struct cgroup){};
	if (!hierarchy(root, sizeof(root)))
		return -ENODEV;
	/* A process that had our number may have left its own. */
	for (again = 0; error == EEXIST && again < NAMES; again++) {
		snprintf(ret->path, sizeof(ret->path), "%s/tetra-%d-%s-%u%.*s", root,
			 (int)getpid(), name, number, (int)again, "++++++++");
		error = mkdir(ret->path, 0755) < 0 || lstat(ret->path, &stat) < 0 ? errno
										  : 0;
	}
	if (error)
		ret->path[0] = '\0';
	else
		ret->id = stat.st_ino;
	return -error;
}

static int put(const char *group, const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd, r;

	snprintf(path, sizeof(path), "%s/%s", group, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	r = fd < 0 ? -1 : (int)write(fd, text, strlen(text));
	if (fd >= 0)
		close(fd);
	return r < 0 ? -1 : 0;
}

int cgroup_join(const struct cgroup *cgroup)
{
	return put(cgroup->path, "cgroup.procs", "0");
}

/* Before Linux 5.14 processes are killed one by one. */
static void kill_each(const char *group)
{
	char path[PATH_MAX];
	FILE *file;
	int pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	file = fopen(path, "re");
	while (file && fscanf(file, "%d", &pid) == 1)
		if (pid > 0)
			kill(pid, SIGKILL);
	if (file)
		fclose(file);
}

/* The innermost come first: commands may have made groups in theirs. */
static int group_end(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat;
	(void)at;
	if (type == FTW_DP && rmdir(path) < 0 && put(path, "cgroup.kill", "1") < 0)
		kill_each(path);
	return 0;
}

int cgroup_done(struct cgroup *cgroup)
{
	int is_left = cgroup->path[0] != '\0';
	unsigned int i;

	for (i = 0; i < TRIES && is_left; i++) {
		nftw(cgroup->path, group_end, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
		is_left = access(cgroup->path, F_OK) == 0;
		if (is_left)
			poll(NULL, 0, i ? TRIES_MS : 0);
	}
	cgroup->path[0] = '\0';
	return is_left ? -EBUSY : 0;
}
