/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vm/programs/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 4

struct rings {
	int fd;
	struct io_uring_params params;
	char *submit, *complete;
	struct io_uring_sqe *entries;
};

static void *ring_map(const struct rings *rings, size_t size, off_t at)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		    rings->fd, at);
}

static int rings_open(struct rings *rings)
{
	struct io_uring_params *params = &rings->params;

	memset(rings, 0, sizeof(*rings));
	rings->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, params);
	if (rings->fd < 0)
		return -errno;
	rings->submit = ring_map(
		rings, params->sq_off.array + params->sq_entries * sizeof(uint32_t),
		IORING_OFF_SQ_RING);
	rings->complete = ring_map(
		rings,
		params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe),
		IORING_OFF_CQ_RING);
	rings->entries = ring_map(rings, params->sq_entries * sizeof(struct io_uring_sqe),
				  IORING_OFF_SQES);
	if (rings->submit == MAP_FAILED || rings->complete == MAP_FAILED ||
	    rings->entries == MAP_FAILED)
		return -ENOMEM;
	return 0;
}

/* One operation from beginning to end. */
static int rings_run(const struct io_uring_sqe *entry)
{
	struct rings rings;
	uint32_t *tail, *array;
	int r = rings_open(&rings);

	if (r < 0)
		return r;
	tail = (uint32_t *)(rings.submit + rings.params.sq_off.tail);
	array = (uint32_t *)(rings.submit + rings.params.sq_off.array);
	rings.entries[0] = *entry;
	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, rings.fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) <
	    0)
		return -errno;
	r = ((struct io_uring_cqe *)(rings.complete + rings.params.cq_off.cqes))->res;
	close(rings.fd);
	return r;
}

int uring_write(int fd, const void *data, unsigned int len, unsigned char flags)
{
	struct io_uring_sqe entry = { .opcode = IORING_OP_WRITE,
				      .flags = flags,
				      .fd = fd,
				      .addr = (uintptr_t)data,
				      .len = len };

	return rings_run(&entry);
}

int uring_open(const char *path, int how, unsigned char flags)
{
	struct io_uring_sqe entry = { .opcode = IORING_OP_OPENAT,
				      .flags = flags,
				      .fd = AT_FDCWD,
				      .addr = (uintptr_t)path,
				      .open_flags = (uint32_t)how };

	return rings_run(&entry);
}

int uring_read(int fd, void *data, unsigned int len)
{
	struct io_uring_sqe entry = {
		.opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)data, .len = len
	};

	return rings_run(&entry);
}

int uring_symlink(const char *target, const char *name)
{
	struct io_uring_sqe entry = { .opcode = IORING_OP_SYMLINKAT,
				      .fd = AT_FDCWD,
				      .addr = (uintptr_t)target,
				      .addr2 = (uintptr_t)name };

	return rings_run(&entry);
}

int uring_connect(int fd, const struct sockaddr *address, socklen_t len)
{
	struct io_uring_sqe entry = { .opcode = IORING_OP_CONNECT,
				      .fd = fd,
				      .addr = (uintptr_t)address,
				      .off = len };

	return rings_run(&entry);
}

char *low_text(const char *text)
{
	char *copy = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	return copy == MAP_FAILED ? NULL : strcpy(copy, text);
}

long call32(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}
