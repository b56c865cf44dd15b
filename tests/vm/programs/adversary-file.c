/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to change or read a file, each from its path. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/vm/programs/adversary.h"
#include "tests/vm/programs/uring.h"

#define PAGE	   4096
#define MOUNTPOINT "/tmp/lab/elsewhere"

/* open_tree(2) makes a copy of the mount, attached nowhere. */
#define TREE_CLONE 1

static int failed(void)
{
	return errno ? errno : EIO;
}

static int done(int condition)
{
	return condition ? 0 : failed();
}

/* One byte at the beginning; closes the descriptor. */
static int put_byte(int fd)
{
	int r = done(fd >= 0 && pwrite(fd, "H", 1, 0) == 1);

	if (fd >= 0)
		close(fd);
	return r;
}

static int write_plain(const char *target)
{
	return put_byte(open(target, O_WRONLY));
}

static int write_vector(const char *target)
{
	struct iovec vector = { (void *)"H", 1 };
	int fd = open(target, O_WRONLY);

	return done(fd >= 0 && pwritev(fd, &vector, 1, 0) == 1);
}

static int write_mmap(const char *target)
{
	int fd = open(target, O_RDWR);
	char *memory =
		fd < 0 ? MAP_FAILED
		       : mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return failed();
	memory[0] = 'H';
	return done(msync(memory, PAGE, MS_SYNC) == 0);
}

/* Shared without the right to write, which is added later. */
static int write_mprotect(const char *target)
{
	int fd = open(target, O_RDWR);
	char *memory =
		fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED || mprotect(memory, PAGE, PROT_READ | PROT_WRITE) < 0)
		return failed();
	memory[0] = 'H';
	return done(msync(memory, PAGE, MS_SYNC) == 0);
}

static int write_direct(const char *target)
{
	int fd = open(target, O_RDWR | O_DIRECT);
	void *memory = aligned_alloc(PAGE, PAGE);

	if (!memory)
		return ENOMEM;
	memset(memory, 'H', PAGE);
	return done(fd >= 0 && pwrite(fd, memory, PAGE, 0) == PAGE);
}

static int write_ring(const char *target, uint8_t flags)
{
	int fd = open(target, O_WRONLY), r;

	if (fd < 0)
		return failed();
	r = uring_write(fd, "H", 1, flags);
	return r == 1 ? 0 : r < 0 ? -r : EIO;
}

static int write_uring(const char *target)
{
	return write_ring(target, 0);
}

static int write_uring_async(const char *target)
{
	return write_ring(target, IOSQE_ASYNC);
}

static int write_splice(const char *target)
{
	int fd = open(target, O_WRONLY), ends[2];
	loff_t at = 0;

	if (fd < 0 || pipe(ends) < 0 || write(ends[1], "H", 1) != 1)
		return failed();
	return done(splice(ends[0], NULL, fd, &at, 1, 0) == 1);
}

static int write_vmsplice(const char *target)
{
	struct iovec vector = { (void *)"H", 1 };
	int fd = open(target, O_WRONLY), ends[2];
	loff_t at = 0;

	if (fd < 0 || pipe(ends) < 0 || vmsplice(ends[1], &vector, 1, 0) != 1)
		return failed();
	return done(splice(ends[0], NULL, fd, &at, 1, SPLICE_F_MOVE) == 1);
}

/* A file with one byte, which has no name. */
static int byte_file(void)
{
	int fd = memfd_create("byte", 0);

	if (fd >= 0 && pwrite(fd, "H", 1, 0) != 1)
		return -1;
	return fd;
}

static int write_sendfile(const char *target)
{
	int fd = open(target, O_WRONLY), from = byte_file();
	off_t at = 0;

	return done(fd >= 0 && from >= 0 && sendfile(fd, from, &at, 1) == 1);
}

/* The path of another file in the same folder. */
static void sibling(char (*ret)[512], const char *target, const char *name)
{
	const char *slash = strrchr(target, '/');

	snprintf(*ret, sizeof(*ret), "%.*s/%s", (int)(slash - target), target, name);
}

static void folder(char (*ret)[512], const char *target)
{
	snprintf(*ret, sizeof(*ret), "%.*s", (int)(strrchr(target, '/') - target),
		 target);
}

static const char *base(const char *target)
{
	return strrchr(target, '/') + 1;
}

static int write_copy(const char *target)
{
	char other[512];
	int from, to = open(target, O_WRONLY), r;
	loff_t a = 0, b = 0;

	sibling(&other, target, "adversary-source");
	from = open(other, O_CREAT | O_RDWR, 0600);
	if (from < 0 || write(from, "H", 1) != 1 || to < 0)
		return failed();
	r = done(copy_file_range(from, &a, to, &b, 1, 0) == 1);
	unlink(other);
	return r;
}

static int write_fallocate(const char *target)
{
	int fd = open(target, O_WRONLY);

	return done(fd >= 0 &&
		    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1) == 0);
}

static int write_ftruncate(const char *target)
{
	int fd = open(target, O_WRONLY);

	return done(fd >= 0 && ftruncate(fd, 1) == 0);
}

static int write_truncate(const char *target)
{
	return done(truncate(target, 1) == 0);
}

static int write_otrunc(const char *target)
{
	return done(open(target, O_WRONLY | O_TRUNC) >= 0);
}

static int write_link(const char *target)
{
	char other[512];
	int r;

	sibling(&other, target, "adversary-link");
	unlink(other);
	if (link(target, other) < 0)
		return failed();
	r = put_byte(open(other, O_WRONLY));
	unlink(other);
	return r;
}

static int write_rename(const char *target)
{
	char other[512];
	int fd, r;

	sibling(&other, target, "adversary-new");
	fd = open(other, O_CREAT | O_WRONLY, 0644);
	if (fd < 0 || write(fd, "Hxx\n", 4) != 4)
		return failed();
	r = done(rename(other, target) == 0);
	unlink(other);
	return r;
}

static int write_remove(const char *target)
{
	return done(unlink(target) == 0);
}

/* To another folder of its file system. */
static int write_away(const char *target)
{
	char other[512];

	sibling(&other, target, "adversary-folder");
	mkdir(other, 0755);
	sibling(&other, target, "adversary-folder/adversary-name");
	if (rename(target, other) < 0)
		return failed();
	return put_byte(open(other, O_WRONLY));
}

static int reopen(const char *target, int flags)
{
	int fd = open(target, flags);
	char path[64];

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY);
}

static int write_procfd(const char *target)
{
	return put_byte(reopen(target, O_RDONLY));
}

static int write_opath(const char *target)
{
	return put_byte(reopen(target, O_PATH));
}

static int write_procroot(const char *target)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/self/root%s", target);
	return put_byte(open(path, O_WRONLY));
}

static int write_handle(const char *target)
{
	struct file_handle *handle = calloc(1, sizeof(*handle) + MAX_HANDLE_SZ);
	char path[512];
	int mount_id, where;

	if (!handle)
		return ENOMEM;
	handle->handle_bytes = MAX_HANDLE_SZ;
	folder(&path, target);
	where = open(path, O_RDONLY);
	if (where < 0 || name_to_handle_at(AT_FDCWD, target, handle, &mount_id, 0) < 0)
		return failed();
	return put_byte(open_by_handle_at(where, handle, O_WRONLY));
}

/* A mount namespace of our own: what is done there ends with us. */
static int mounts_private(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int write_bind(const char *target)
{
	char from[512], path[512];

	folder(&from, target);
	mkdir(MOUNTPOINT, 0755);
	if (mounts_private() < 0 || mount(from, MOUNTPOINT, NULL, MS_BIND, NULL) < 0)
		return failed();
	snprintf(path, sizeof(path), "%s/%s", MOUNTPOINT, base(target));
	return put_byte(open(path, O_WRONLY));
}

static int write_chroot(const char *target)
{
	char path[512];

	folder(&path, target);
	if (chroot(path) < 0 || chdir("/") < 0)
		return failed();
	return put_byte(open(base(target), O_WRONLY));
}

static int tree_of(const char *target)
{
	char path[512];

	folder(&path, target);
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, TREE_CLONE);
}

static int write_open_tree(const char *target)
{
	int tree = tree_of(target);

	return tree < 0 ? failed() : put_byte(openat(tree, base(target), O_WRONLY));
}

static int write_move_mount(const char *target)
{
	int tree = tree_of(target);
	char path[512];

	mkdir(MOUNTPOINT, 0755);
	if (tree < 0 || mounts_private() < 0)
		return failed();
	/* MOVE_MOUNT_F_EMPTY_PATH */
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, MOUNTPOINT, 4) < 0)
		return failed();
	snprintf(path, sizeof(path), "%s/%s", MOUNTPOINT, base(target));
	return put_byte(open(path, O_WRONLY));
}

/* The folder becomes a mount, is opened below, and is taken away. */
static int write_lazy_umount(const char *target)
{
	char path[512];
	int fd;

	folder(&path, target);
	if (mounts_private() < 0 || mount(path, path, NULL, MS_BIND, NULL) < 0)
		return failed();
	fd = open(target, O_WRONLY);
	if (fd < 0 || umount2(path, MNT_DETACH) < 0)
		return failed();
	return put_byte(fd);
}

static int write_int80(const char *target)
{
	long fd = call32(5, (long)low_text(target), O_WRONLY, 0);

	if (fd < 0)
		return (int)-fd;
	fd = call32(4, fd, (long)low_text("H"), 1);
	return fd == 1 ? 0 : fd < 0 ? (int)-fd : EIO;
}

const struct act acts_write[] = {
	{ "write/write", write_plain },
	{ "write/pwritev", write_vector },
	{ "write/mmap", write_mmap },
	{ "write/mprotect", write_mprotect },
	{ "write/direct", write_direct },
	{ "write/uring", write_uring },
	{ "write/uring-async", write_uring_async },
	{ "write/splice", write_splice },
	{ "write/vmsplice", write_vmsplice },
	{ "write/sendfile", write_sendfile },
	{ "write/copy", write_copy },
	{ "write/fallocate", write_fallocate },
	{ "write/procfd", write_procfd },
	{ "write/opath", write_opath },
	{ "write/procroot", write_procroot },
	{ "write/handle", write_handle },
	{ "write/int80", write_int80 },
	{ "write/ftruncate", write_ftruncate },
	{ "write/truncate", write_truncate },
	{ "write/otrunc", write_otrunc },
	{ "write/link", write_link },
	{ "write/bind", write_bind },
	{ "write/chroot", write_chroot },
	{ "write/open-tree", write_open_tree },
	{ "write/move-mount", write_move_mount },
	{ "write/lazy-umount", write_lazy_umount },
	{ "write/rename", write_rename },
	{ "write/remove", write_remove },
	{ "write/away", write_away },
	{ NULL, NULL },
};

static int read_byte(int fd)
{
	char byte;

	return done(fd >= 0 && pread(fd, &byte, 1, 0) == 1);
}

static int read_plain(const char *target)
{
	return read_byte(open(target, O_RDONLY));
}

static int read_mmap(const char *target)
{
	int fd = open(target, O_RDONLY);
	char *memory =
		fd < 0 ? MAP_FAILED : mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	return memory == MAP_FAILED ? failed() : 0;
}

static int read_uring(const char *target)
{
	char byte;
	int fd = open(target, O_RDONLY),
	    r = fd < 0 ? -failed() : uring_read(fd, &byte, 1);

	return r == 1 ? 0 : r < 0 ? -r : EIO;
}

static int read_splice(const char *target)
{
	int fd = open(target, O_RDONLY), ends[2];
	loff_t at = 0;

	return done(fd >= 0 && pipe(ends) == 0 &&
		    splice(fd, &at, ends[1], NULL, 1, 0) == 1);
}

static int read_procroot(const char *target)
{
	char path[512];

	snprintf(path, sizeof(path), "/proc/self/root%s", target);
	return read_byte(open(path, O_RDONLY));
}

const struct act acts_read[] = {
	{ "read/read", read_plain },	    { "read/mmap", read_mmap },
	{ "read/uring", read_uring },	    { "read/splice", read_splice },
	{ "read/procroot", read_procroot }, { NULL, NULL },
};
