// SPDX-License-Identifier: Apache-2.0
/* trig's operations on files, descriptors and memory. */
#include "trig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define TEXT(i)	  word_text(n, words, i)
#define NUMBER(i) word_number(n, words, i)

static int open_flags(const char *text)
{
	static const struct {
		const char *name;
		int flags;
	} names[] = {
		{ "r", O_RDONLY },
		{ "w", O_WRONLY },
		{ "rw", O_RDWR },
		{ "creat", O_WRONLY | O_CREAT },
		{ "trunc", O_WRONLY | O_TRUNC },
		{ "append", O_WRONLY | O_APPEND },
		{ "dir", O_RDONLY | O_DIRECTORY },
		{ "path", O_PATH },
		{ "nb", O_RDWR | O_NONBLOCK },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].name, text))
			return names[i].flags;
	return O_RDONLY;
}

/* open PATH [FLAGS] */
static long op_open(int n, char **words)
{
	int fd = open(TEXT(1), open_flags(TEXT(2)), 0644);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* openhold PATH [FLAGS]: stays open; the result is the descriptor */
static long op_openhold(int n, char **words)
{
	return open(TEXT(1), open_flags(TEXT(2)), 0644);
}

static long op_close(int n, char **words)
{
	return close(NUMBER(1));
}

static long op_lseek(int n, char **words)
{
	return syscall(SYS_lseek, (int)NUMBER(1), NUMBER(2), (int)NUMBER(3));
}

/* read PATH [LENGTH] */
static long op_read(int n, char **words)
{
	int fd = open(TEXT(1), O_RDONLY);
	char buffer[64];
	long result;

	if (fd < 0)
		return -1;
	result = read(fd, buffer, n > 2 ? NUMBER(2) : 16);
	fd_close(fd);
	return result;
}

static long write_file(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | flags, 0644);
	long result;

	if (fd < 0)
		return -1;
	result = write(fd, text, strlen(text));
	fd_close(fd);
	return result;
}

/* write PATH TEXT: over the file's beginning */
static long op_write(int n, char **words)
{
	return write_file(TEXT(1), O_CREAT, TEXT(2));
}

/* append PATH TEXT */
static long op_append(int n, char **words)
{
	return write_file(TEXT(1), O_APPEND, TEXT(2));
}

static long op_wfd(int n, char **words)
{
	return write(NUMBER(1), TEXT(2), strlen(TEXT(2)));
}

static long op_rfd(int n, char **words)
{
	static char buffer[4096];

	return read(NUMBER(1), buffer, NUMBER(2));
}

/* wbig FD LENGTH: so many bytes abc... */
static long op_wbig(int n, char **words)
{
	long length = NUMBER(2), result;
	char *buffer = malloc(length + 1);

	if (!buffer)
		return -1;
	for (long i = 0; i < length; i++)
		buffer[i] = 'a' + i % 26;
	result = write(NUMBER(1), buffer, length);
	free(buffer);
	return result;
}

/* writev FD TEXT... */
static long op_writev(int n, char **words)
{
	struct iovec parts[8];
	int count = 0;

	for (int i = 2; i < n && count < 8; i++, count++)
		parts[count] = (struct iovec){ words[i], strlen(words[i]) };
	return writev(NUMBER(1), parts, count);
}

static long op_dup(int n, char **words)
{
	return syscall(SYS_dup, (int)NUMBER(1));
}

static long op_dup2(int n, char **words)
{
	return syscall(SYS_dup2, (int)NUMBER(1), (int)NUMBER(2));
}

static long op_dup3(int n, char **words)
{
	return syscall(SYS_dup3, (int)NUMBER(1), (int)NUMBER(2), (int)NUMBER(3));
}

static long op_pipe(int n, char **words)
{
	int ends[2];

	return pipe(ends);
}

static long op_truncate(int n, char **words)
{
	return truncate(TEXT(1), NUMBER(2));
}

static long op_ftruncate(int n, char **words)
{
	return ftruncate(NUMBER(1), NUMBER(2));
}

/* mmap PATH [rwx] [s|p]: one page, shared or private */
static long op_mmap(int n, char **words)
{
	const char *how = TEXT(2);
	int fd = open(TEXT(1), strchr(how, 'w') ? O_RDWR : O_RDONLY);
	int protection = (strchr(how, 'r') ? PROT_READ : 0) |
			 (strchr(how, 'w') ? PROT_WRITE : 0) |
			 (strchr(how, 'x') ? PROT_EXEC : 0);
	void *page;

	if (fd < 0)
		return -1;
	page = mmap(NULL, 4096, protection, *TEXT(3) == 's' ? MAP_SHARED : MAP_PRIVATE,
		    fd, 0);
	fd_close(fd);
	if (page == MAP_FAILED)
		return -1;
	munmap(page, 4096);
	return 0;
}

static long op_mkdir(int n, char **words)
{
	return mkdir(TEXT(1), 0755);
}

static long op_rmdir(int n, char **words)
{
	return rmdir(TEXT(1));
}

static long op_unlink(int n, char **words)
{
	return unlink(TEXT(1));
}

static long op_rename(int n, char **words)
{
	return rename(TEXT(1), TEXT(2));
}

static long op_link(int n, char **words)
{
	return syscall(SYS_linkat, AT_FDCWD, TEXT(1), AT_FDCWD, TEXT(2), 0);
}

static long op_symlink(int n, char **words)
{
	return syscall(SYS_symlinkat, TEXT(1), AT_FDCWD, TEXT(2));
}

static long op_chmod(int n, char **words)
{
	return chmod(TEXT(1), NUMBER(2));
}

static long op_mkfifo(int n, char **words)
{
	return mkfifo(TEXT(1), 0644);
}

static long op_chdir(int n, char **words)
{
	return chdir(TEXT(1));
}

static long op_mount(int n, char **words)
{
	return mount(TEXT(1), TEXT(2), TEXT(3), 0, NULL);
}

static long op_umount(int n, char **words)
{
	return umount2(TEXT(1), 0);
}

static long op_pivot_root(int n, char **words)
{
	return syscall(SYS_pivot_root, TEXT(1), TEXT(2));
}

static long op_ioctl(int n, char **words)
{
	return ioctl(NUMBER(1), NUMBER(2), 0);
}

const struct op trig_file_ops[] = {
	{ "append", op_append },
	{ "chdir", op_chdir },
	{ "chmod", op_chmod },
	{ "close", op_close },
	{ "dup", op_dup },
	{ "dup2", op_dup2 },
	{ "dup3", op_dup3 },
	{ "ftruncate", op_ftruncate },
	{ "ioctl", op_ioctl },
	{ "link", op_link },
	{ "lseek", op_lseek },
	{ "mkdir", op_mkdir },
	{ "mkfifo", op_mkfifo },
	{ "mmap", op_mmap },
	{ "mount", op_mount },
	{ "open", op_open },
	{ "openhold", op_openhold },
	{ "pipe", op_pipe },
	{ "pivot_root", op_pivot_root },
	{ "read", op_read },
	{ "rename", op_rename },
	{ "rfd", op_rfd },
	{ "rmdir", op_rmdir },
	{ "symlink", op_symlink },
	{ "truncate", op_truncate },
	{ "umount", op_umount },
	{ "unlink", op_unlink },
	{ "wbig", op_wbig },
	{ "wfd", op_wfd },
	{ "write", op_write },
	{ "writev", op_writev },
	{ 0 },
};
