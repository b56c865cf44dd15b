/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/guard.h"
#include "suite/node.h"

struct view {
	char *why;
	size_t why_bytes;
	const char *base; /* where the new root is built */
	unsigned int n;	  /* overlays */
};

struct mount_list {
	struct mounted {
		char *where, *type;
	} * items;
	size_t n;
};

static int fail(struct view *view, const char *what, const char *path)
{
	snprintf(view->why, view->why_bytes, "%s %s: %s", what, path, strerror(errno));
	return -1;
}

/* The machine's mounts, in their order. */
static int mounts_read(struct mount_list *ret)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	struct mntent *one;

	if (!file)
		return -1;
	while ((one = getmntent(file))) {
		ret->items = list_grow(ret->items, ret->n, sizeof(*ret->items));
		ret->items[ret->n++] = (struct mounted){ .where = strdup(one->mnt_dir),
							 .type = strdup(one->mnt_type) };
	}
	endmntent(file);
	return 0;
}

static int is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (!path[n] || path[n] == '/');
}

/* A folder in which nothing is mounted: what is there is covered only while the view is made. */
static const char *base_find(const struct mount_list *mounts)
{
	static const char *const folders[] = { "/mnt", "/media", "/srv", "/opt",
					       "/tmp", "/run",	 NULL };
	struct stat stat;
	size_t i, k;

	for (i = 0; folders[i]; i++) {
		for (k = 0; k < mounts->n; k++)
			if (is_below(mounts->items[k].where, folders[i]))
				break;
		if (k == mounts->n && lstat(folders[i], &stat) == 0 &&
		    S_ISDIR(stat.st_mode))
			return folders[i];
	}
	return NULL;
}

/* File systems that are not files but the kernel's own state. */
static int is_kernels(const char *type)
{
	static const char *const types[] = {
		"proc",	      "sysfs",	  "devtmpfs",	 "devpts",    "mqueue",
		"cgroup",     "cgroup2",  "bpf",	 "tracefs",   "debugfs",
		"securityfs", "pstore",	  "hugetlbfs",	 "configfs",  "fusectl",
		"autofs",     "efivarfs", "binfmt_misc", "selinuxfs", "nsfs",
		"rpc_pipefs", "nfsd",	  NULL
	};
	size_t i;

	for (i = 0; types[i]; i++)
		if (strcmp(type, types[i]) == 0)
			return 1;
	return 0;
}

static int overlay(struct view *view, const char *lower, const char *where)
{
	char upper[PATH_MAX], work[PATH_MAX], options[3 * PATH_MAX];

	snprintf(upper, sizeof(upper), "%s/up%u", view->base, view->n);
	snprintf(work, sizeof(work), "%s/work%u", view->base, view->n++);
	if (mkdir(upper, 0755) < 0 || mkdir(work, 0755) < 0)
		return -1;
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", lower,
		 upper, work);
	return mount("overlay", where, "overlay", 0, options);
}

static int copy_content(int from, int to)
{
	ssize_t n;

	while ((n = sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	return n < 0 ? -1 : 0;
}

/* A file with the bytes and the mode of another one. */
static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_NONBLOCK | O_CLOEXEC), out = -1, r = -1;
	struct stat stat;

	if (in >= 0 && fstat(in, &stat) == 0) {
		unlink(to);
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (out >= 0 && copy_content(in, out) == 0)
		r = fchown(out, stat.st_uid, stat.st_gid) < 0 ? -1
							      : fchmod(out, stat.st_mode);
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) < 0)
		r = -1;
	return r;
}

/* What cannot be below an overlay may be read: the machine's files are never changed. */
static int mount_readable(const char *from, const char *where)
{
	struct statvfs stat;
	unsigned long kept;

	if (mount(from, where, NULL, MS_BIND, NULL) < 0)
		return -1;
	kept = statvfs(where, &stat) == 0 ? stat.f_flag : 0;
	kept &= MS_NOSUID | MS_NODEV | MS_NOEXEC;
	if (mount(NULL, where, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | kept, NULL) == 0)
		return 0;
	umount2(where, MNT_DETACH);
	return -1;
}

/* One of the machine's mounts, in the new root; what cannot be there is left out. */
static void mount_again(struct view *view, const char *root, const struct mounted *one)
{
	char where[PATH_MAX];
	struct stat stat;

	snprintf(where, sizeof(where), "%s%s", root, one->where);
	if (lstat(one->where, &stat) < 0)
		return;
	if (!S_ISDIR(stat.st_mode)) {
		if (S_ISREG(stat.st_mode))
			copy_file(one->where, where);
		return;
	}
	if (is_kernels(one->type))
		mount(one->where, where, NULL, MS_BIND, NULL);
	else if (overlay(view, one->where, where) < 0)
		mount_readable(one->where, where);
}

static int root_make(struct view *view, const struct mount_list *mounts)
{
	char root[PATH_MAX];
	size_t i;

	snprintf(root, sizeof(root), "%s/root", view->base);
	if (mount("tetra-test", view->base, "tmpfs", 0, "mode=0755") < 0)
		return fail(view, "tmpfs on", view->base);
	if (mkdir(root, 0755) < 0)
		return fail(view, "folder", root);
	if (overlay(view, "/", root) < 0)
		return fail(view, "overlay on", root);
	for (i = 0; i < mounts->n; i++)
		if (strcmp(mounts->items[i].where, "/") != 0)
			mount_again(view, root, &mounts->items[i]);
	if (chdir(root) < 0)
		return fail(view, "folder", root);
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return fail(view, "new root", root);
	if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return fail(view, "old root", "/");
	return 0;
}

static int parents_make(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST) {
			*slash = '/';
			return -1;
		}
		*slash = '/';
	}
	return 0;
}

/* An overlay copies a file when it is first written: that is not to happen in a case. */
static int copy_up(struct view *view, const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 && errno == EISDIR && lstat(path, &stat) == 0)
		return chmod(path, stat.st_mode) < 0 ? fail(view, "folder", path) : 0;
	if (fd < 0)
		return fail(view, "copy", path);
	close(fd);
	return 0;
}

static int file_write(struct view *view, const char *path, const struct node *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), r;

	if (fd < 0)
		return fail(view, "file", path);
	r = write(fd, text->text, text->n) == (ssize_t)text->n ? 0
							       : fail(view, "file", path);
	close(fd);
	return r;
}

/* A text is a file; a mapping is a folder with files in it, null an empty one. */
static int file_make(struct view *view, const char *path, const struct node *content)
{
	_cleanup_(freep) char *copy = strdup(path);
	size_t i, n = copy ? strlen(copy) : 0;
	int is_folder = n && (path[n - 1] == '/' || content->kind == NODE_MAP ||
			      node_is_null(content));
	int r = 0;

	if (!copy || parents_make(copy) < 0)
		return fail(view, "folders of", path);
	if (!is_folder)
		return file_write(view, path, content);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return fail(view, "folder", path);
	for (i = 0; content->kind == NODE_MAP && i < content->n && r == 0; i++) {
		char *inner = NULL;

		if (asprintf(&inner, "%s%s%s", path, path[n - 1] == '/' ? "" : "/",
			     node_text(content->keys[i])) < 0)
			return fail(view, "folder", path);
		r = file_make(view, inner, content->items[i]);
		free(inner);
	}
	return r;
}

static int program_make(struct view *view, const char *path, const char *from)
{
	_cleanup_(freep) char *copy = strdup(path);

	if (!copy || parents_make(copy) < 0)
		return fail(view, "folders of", path);
	return copy_file(from, path) < 0 ? fail(view, "program", path) : 0;
}

static int form_make(struct view *view, const struct node *form)
{
	const struct node *copies = node_get(form, "copy");
	const struct node *programs = node_get(form, "binaries");
	const struct node *files = node_get(form, "files");
	size_t i;

	for (i = 0; programs && i < programs->n; i++)
		if (program_make(view, node_text(programs->keys[i]),
				 node_text(programs->items[i])) < 0)
			return -1;
	for (i = 0; files && i < files->n; i++)
		if (file_make(view, node_text(files->keys[i]), files->items[i]) < 0)
			return -1;
	for (i = 0; copies && i < copies->n; i++)
		if (copy_up(view, node_text(copies->items[i])) < 0)
			return -1;
	return 0;
}

static int loopback_up(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	strcpy(request.ifr_name, "lo");
	r = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
	if (fd >= 0)
		close(fd);
	return r;
}

static void mounts_done(struct mount_list *mounts)
{
	size_t i;

	for (i = 0; i < mounts->n; i++) {
		free(mounts->items[i].where);
		free(mounts->items[i].type);
	}
	free(mounts->items);
}

int view_make(const struct node *form, int has_net, char *why, size_t why_bytes)
{
	struct view view = { .why = why, .why_bytes = why_bytes };
	struct mount_list mounts = {};
	int r;

	if (unshare(CLONE_NEWNS | (has_net ? CLONE_NEWNET : 0)) < 0)
		return fail(&view, "namespace", "");
	if (has_net && loopback_up() < 0)
		return fail(&view, "network", "lo");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(&view, "private mounts", "/");
	if (mounts_read(&mounts) < 0)
		return fail(&view, "list of", "mounts");
	umask(0022);
	view.base = base_find(&mounts);
	errno = ENOENT;
	r = view.base ? root_make(&view, &mounts) : fail(&view, "folder", "/mnt");
	mounts_done(&mounts);
	return r < 0 ? r : form_make(&view, form);
}
