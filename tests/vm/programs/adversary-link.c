/* SPDX-License-Identifier: Apache-2.0 */
/* Symbolic links to a file, by spelling and by call; connections to a port. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vm/programs/adversary.h"
#include "tests/vm/programs/uring.h"

#define COLD "/tmp/lab/adversary-cold"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef MSG_FASTOPEN
#define MSG_FASTOPEN 0x20000000
#endif

static int result(long r)
{
	return r < 0 ? errno : 0;
}

static int link_to(const char *text)
{
	return result(syscall(SYS_symlinkat, text, AT_FDCWD, ADVERSARY_LINK));
}

/* On a page that is there; for another, see call_cold(). */
static int link_plain(const char *target)
{
	char text[512];

	snprintf(text, sizeof(text), "%s", target);
	return link_to(text);
}

static int link_before(const char *before, const char *target)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s", before, target);
	return link_to(text);
}

static int link_slashes(const char *target)
{
	return link_before("/", target);
}

static int link_dot(const char *target)
{
	return link_before("/.", target);
}

static int link_detour(const char *target)
{
	return link_before("/tmp/..", target);
}

static int link_up(const char *target)
{
	return link_before("../..", target);
}

static int link_relative(const char *target)
{
	return link_to(target + 1);
}

static int link_procroot(const char *target)
{
	return link_before("/proc/self/root", target);
}

static int call_symlink(const char *target)
{
	return result(syscall(SYS_symlink, target, ADVERSARY_LINK));
}

/* The text lies on a page that nobody has touched yet. */
static int call_cold(const char *target)
{
	int fd = open(COLD, O_CREAT | O_RDWR | O_TRUNC, 0600);
	size_t len = strlen(target) + 1;
	char *text;

	if (fd < 0 || write(fd, target, len) != (ssize_t)len)
		return errno;
	text = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return errno;
	return result(syscall(SYS_symlinkat, text, AT_FDCWD, ADVERSARY_LINK));
}

static int call_int80(const char *target)
{
	long r;

	r = call32(83, (long)low_text(target), (long)low_text(ADVERSARY_LINK), 0);
	return r < 0 ? (int)-r : 0;
}

static int call_uring(const char *target)
{
	int r;

	r = uring_symlink(target, ADVERSARY_LINK);
	return r < 0 ? -r : 0;
}

const struct act acts_link[] = {
	{ "link/plain", link_plain },
	{ "link/slashes", link_slashes },
	{ "link/dot", link_dot },
	{ "link/detour", link_detour },
	{ "link/up", link_up },
	{ "link/relative", link_relative },
	{ "link/procroot", link_procroot },
	{ "link/symlink", call_symlink },
	{ "link/cold", call_cold },
	{ "link/int80", call_int80 },
	{ "link/uring", call_uring },
	{ NULL, NULL },
};

/* @target is the port, on this machine. */
static struct sockaddr_in address_of(const char *target)
{
	struct sockaddr_in ret = { .sin_family = AF_INET,
				   .sin_port = htons((uint16_t)atoi(target)) };

	ret.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return ret;
}

static int connect_by(int fd, const char *target)
{
	struct sockaddr_in address = address_of(target);

	if (fd < 0)
		return errno;
	return result(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int connect_plain(const char *target)
{
	return connect_by(socket(AF_INET, SOCK_STREAM, 0), target);
}

static int connect_mptcp(const char *target)
{
	return connect_by(socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), target);
}

static int connect_fastopen(const char *target)
{
	struct sockaddr_in address = address_of(target);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return result(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address,
			     sizeof(address)));
}

static int connect_mapped(const char *target)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_port = htons((uint16_t)atoi(target)) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
	return result(connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int connect_uring(const char *target)
{
	struct sockaddr_in address = address_of(target);
	int r = uring_connect(socket(AF_INET, SOCK_STREAM, 0),
			      (struct sockaddr *)&address, sizeof(address));

	return r < 0 ? -r : 0;
}

static int connect_udp(const char *target)
{
	struct sockaddr_in address = address_of(target);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return result(
		sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)));
}

const struct act acts_connect[] = {
	{ "connect/plain", connect_plain },
	{ "connect/mptcp", connect_mptcp },
	{ "connect/fastopen", connect_fastopen },
	{ "connect/mapped", connect_mapped },
	{ "connect/uring", connect_uring },
	{ "connect/udp", connect_udp },
	{ NULL, NULL },
};
