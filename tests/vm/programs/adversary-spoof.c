/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to run a program of a folder, to seem to be another program, to reach a file under another
 * path, to have capabilities, and to mount something. What a user can do is done as one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vm/programs/adversary.h"

#define LOADER	    "/lib64/ld-linux-x86-64.so.2"
#define SHELL	    "/bin/sh"
#define READER	    "/bin/cat"
#define SCRIPT	    "/srv/drop/script"
#define ALLOWED	    "/srv/bin/login"
#define ALLOWED_DIR "/srv/bin"
#define PLACE	    "/srv/place"
#define OTHER_USER  1000

/* open_tree(2), move_mount(2) */
#define TREE_CLONE 1
#define FROM_EMPTY 4

static int failed(void)
{
	return errno ? errno : EIO;
}

static int copy_to(int to, const char *from)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (in < 0 || to < 0 || fstat(in, &st) < 0 ||
	    sendfile(to, in, NULL, (size_t)st.st_size) != st.st_size)
		return -1;
	close(in);
	return 0;
}

static int copy_at(int folder, const char *name, const char *from)
{
	int to = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	int r = copy_to(to, from);

	close(to);
	return r;
}

/* Quiet, with one argument or none; the program's end is the act's. */
static int run_as(int fd, const char *path, const char *argument)
{
	char *const argv[] = { (char *)"program", (char *)argument, NULL };
	char *const envp[] = { NULL };

	(void)!freopen("/dev/null", "w", stdout);
	(void)!freopen("/dev/null", "w", stderr);
	syscall(SYS_execveat, fd, path, argv, envp, *path ? 0 : AT_EMPTY_PATH);
	return failed();
}

/* --- a program of a folder --- */

static int exec_plain(const char *target)
{
	return run_as(AT_FDCWD, target, NULL);
}

static int exec_descriptor(const char *target)
{
	return run_as(open(target, O_PATH | O_CLOEXEC), "", NULL);
}

static int exec_loader(const char *target)
{
	return run_as(AT_FDCWD, LOADER, target);
}

static int exec_script(const char *target)
{
	(void)target;
	return run_as(AT_FDCWD, SCRIPT, NULL);
}

static int exec_interpreter(const char *target)
{
	(void)target;
	return run_as(AT_FDCWD, SHELL, SCRIPT);
}

static int exec_memfd(const char *target)
{
	int fd = memfd_create("program", MFD_CLOEXEC);

	return copy_to(fd, target) < 0 ? failed() : run_as(fd, "", NULL);
}

const struct act acts_exec[] = {
	{ "exec/plain", exec_plain },
	{ "exec/descriptor", exec_descriptor },
	{ "exec/loader", exec_loader },
	{ "exec/script", exec_script },
	{ "exec/memfd", exec_memfd },
	{ "exec/interpreter", exec_interpreter },
	{ NULL, NULL },
};

/* --- another program --- */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0
										  : -1;

	close(fd);
	return r;
}

/* A user who may mount in namespaces of their own. */
static int namespace_make(void)
{
	char ids[32];

	snprintf(ids, sizeof(ids), "0 %d 1", OTHER_USER);
	/* The files in /proc of what has changed its user belong to root, unless it is dumpable. */
	if (setgid(OTHER_USER) < 0 || setuid(OTHER_USER) < 0 ||
	    prctl(PR_SET_DUMPABLE, 1) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	if (put("/proc/self/setgroups", "deny") < 0 || put("/proc/self/uid_map", ids) < 0)
		return -1;
	return put("/proc/self/gid_map", ids);
}

static int spoof_plain(const char *target)
{
	return run_as(AT_FDCWD, READER, target);
}

static int spoof_tmpfs(const char *target)
{
	if (namespace_make() < 0 || mount("tmpfs", ALLOWED_DIR, "tmpfs", 0, NULL) < 0 ||
	    copy_at(AT_FDCWD, ALLOWED, READER) < 0)
		return failed();
	return run_as(AT_FDCWD, ALLOWED, target);
}

/* A mount that is attached nowhere. */
static int mount_make(void)
{
	int context = (int)syscall(SYS_fsopen, "tmpfs", 0);

	/* FSCONFIG_CMD_CREATE */
	if (context < 0 || syscall(SYS_fsconfig, context, 6, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, context, 0, 0);
}

static int spoof_fsmount(const char *target)
{
	int root;

	if (namespace_make() < 0)
		return failed();
	root = mount_make();
	if (root < 0 || mkdirat(root, "srv", 0755) < 0 ||
	    mkdirat(root, "srv/bin", 0755) < 0 || copy_at(root, ALLOWED + 1, READER) < 0)
		return failed();
	return run_as(root, ALLOWED + 1, target);
}

static int spoof_memfd(const char *target)
{
	int fd = memfd_create(ALLOWED, MFD_CLOEXEC);

	return copy_to(fd, READER) < 0 ? failed() : run_as(fd, "", target);
}

static int spoof_unlinked(const char *target)
{
	int fd;

	if (copy_at(AT_FDCWD, PLACE "/login", READER) < 0)
		return failed();
	fd = open(PLACE "/login", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || unlink(PLACE "/login") < 0)
		return failed();
	return run_as(fd, "", target);
}

const struct act acts_spoof[] = {
	{ "spoof/plain", spoof_plain },	      { "spoof/tmpfs", spoof_tmpfs },
	{ "spoof/fsmount", spoof_fsmount },   { "spoof/memfd", spoof_memfd },
	{ "spoof/unlinked", spoof_unlinked }, { NULL, NULL },
};

/* --- another path --- */

static int read_at(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1 ? 0 : failed();
}

static const char *base(const char *target)
{
	return strrchr(target, '/') + 1;
}

static void folder_of(char (*ret)[512], const char *target)
{
	snprintf(*ret, sizeof(*ret), "%.*s", (int)(strrchr(target, '/') - target),
		 target);
}

static int hide_chroot(const char *target)
{
	char folder[512];

	folder_of(&folder, target);
	if (chroot(folder) < 0 || chdir("/") < 0)
		return failed();
	return read_at(AT_FDCWD, base(target));
}

static int hide_tree(const char *target)
{
	char folder[512];

	folder_of(&folder, target);
	return read_at((int)syscall(SYS_open_tree, AT_FDCWD, folder, TREE_CLONE),
		       base(target));
}

static int hide_link(const char *target)
{
	int r;

	if (link(target, PLACE "/link") < 0)
		return failed();
	r = read_at(AT_FDCWD, PLACE "/link");
	unlink(PLACE "/link");
	return r;
}

static int hide_bind(const char *target)
{
	char folder[512];

	folder_of(&folder, target);
	if (namespace_make() < 0 || mount(folder, PLACE, NULL, MS_BIND, NULL) < 0 ||
	    chdir(PLACE) < 0)
		return failed();
	return read_at(AT_FDCWD, base(target));
}

/* The folder as a layer, from Linux 5.11 on. */
static int hide_overlay(const char *target)
{
	char folder[512], options[1024];

	folder_of(&folder, target);
	snprintf(options, sizeof(options), "lowerdir=%s:" ALLOWED_DIR, folder);
	if (namespace_make() < 0 || mount("overlay", PLACE, "overlay", 0, options) < 0 ||
	    chdir(PLACE) < 0)
		return failed();
	return read_at(AT_FDCWD, base(target));
}

const struct act acts_hide[] = {
	{ "hide/chroot", hide_chroot },	  { "hide/tree", hide_tree },
	{ "hide/link", hide_link },	  { "hide/bind", hide_bind },
	{ "hide/overlay", hide_overlay }, { NULL, NULL },
};

/* --- capabilities --- */

static int caps_root(const char *target)
{
	return read_at(AT_FDCWD, target);
}

static int caps_namespace(const char *target)
{
	return namespace_make() < 0 ? failed() : read_at(AT_FDCWD, target);
}

/* Of another program, whose capabilities come of its execution. */
static int caps_program(const char *target)
{
	return namespace_make() < 0 ? failed() : run_as(AT_FDCWD, READER, target);
}

const struct act acts_caps[] = {
	{ "caps/root", caps_root },
	{ "caps/namespace", caps_namespace },
	{ "caps/program", caps_program },
	{ NULL, NULL },
};

/* --- a mount --- */

static int mounts_private(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int mount_plain(const char *target)
{
	if (mounts_private() < 0 || mount("tmpfs", target, "tmpfs", 0, NULL) < 0)
		return failed();
	return 0;
}

static int mount_move(int from, const char *target)
{
	if (from < 0 ||
	    syscall(SYS_move_mount, from, "", AT_FDCWD, target, FROM_EMPTY) < 0)
		return failed();
	return 0;
}

static int mount_fsopen(const char *target)
{
	return mounts_private() < 0 ? failed() : mount_move(mount_make(), target);
}

static int mount_tree(const char *target)
{
	if (mounts_private() < 0)
		return failed();
	return mount_move((int)syscall(SYS_open_tree, AT_FDCWD, PLACE, TREE_CLONE),
			  target);
}

const struct act acts_mount[] = {
	{ "mount/mount", mount_plain },
	{ "mount/fsopen", mount_fsopen },
	{ "mount/tree", mount_tree },
	{ NULL, NULL },
};
