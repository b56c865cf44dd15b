/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/pseudo.h"

#include <fcntl.h>

/* The kernel's own ENOTSUPP, which leaks out of some calls and has no name here. */
#define PSEUDO_ENOTSUPP 524
/*
 * Bytes. What seq_file returns at once; most files need one read and one for the end.
 */
#define PSEUDO_READ_BYTES 4096u

int pseudo_error(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ESRCH: /* the process has ended */
	case ENODEV:
	case ENXIO:
		return -ENOENT;
	case EPERM:
	case EACCES:
		return -EPERM;
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return -ENOMEM;
	case ENOSYS:
	case EOPNOTSUPP:
	case PSEUDO_ENOTSUPP:
		return -EOPNOTSUPP;
	case E2BIG:
	case EBUSY:
	case EEXIST:
		return -error;
	default:
		return -EINVAL;
	}
}

int pseudo_read(struct strbuf *buf, int dir, const char *path, size_t limit)
{
	_cleanup_(closep) int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char chunk[PSEUDO_READ_BYTES];
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return pseudo_error(errno);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return len ? 0 : pseudo_error(errno);
		len += (size_t)n;
		if (len > limit)
			return -E2BIG;
		strbuf_add(buf, chunk, (size_t)n);
	}
	return buf->failed ? -ENOMEM : 0;
}

int pseudo_link(char *buf, size_t size, int dir, const char *path)
{
	ssize_t n = readlinkat(dir, path, buf, size - 1);

	if (n < 0)
		return pseudo_error(errno);
	buf[n] = '\0';
	return (int)n;
}

uint64_t pseudo_ns(int dir, const char *path)
{
	char text[64];
	const char *number;

	if (pseudo_link(text, sizeof(text), dir, path) < 0)
		return 0;
	number = strchr(text, '[');
	return number ? strtoull(number + 1, NULL, 10) : 0;
}
