/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workload OP N [PATH]: a fixed number of one operation; prints "OP N elapsed_ns".
 *
 * The reference's figures are of the same operations. Built static and at a fixed address,
 * so that next to nothing but the operation costs. For forkexec PATH is a tiny static program.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static __attribute__((noinline, noclone)) int wl_target(int value)
{
	__asm__ volatile("" ::: "memory");
	return value + 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void op_openclose(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	close(fd);
}

/* A policy forbids it. */
static void op_denied(const char *path)
{
	if (open(path, O_RDONLY) >= 0 || errno != EPERM)
		die(path);
}

static void op_fork(const char *path)
{
	char *const argv[] = { (char *)path, NULL }, *const envp[] = { NULL };
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (path)
			execve(path, argv, envp);
		_exit(path ? 9 : 0);
	}
	waitpid(child, &status, 0);
	if (status)
		die("child");
}

static void op_tcp(int listener, const struct sockaddr_in *to)
{
	const struct linger reset = { 1, 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), server;

	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(client, (const void *)to, sizeof(*to)))
		die("connect");
	server = accept(listener, NULL, NULL);
	close(client);
	close(server);
}

int main(int argc, char **argv)
{
	const char *op = argc > 2 ? argv[1] : "", *path = argc > 3 ? argv[3] : NULL;
	long n = argc > 2 ? atol(argv[2]) : 0;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(7777),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = -1, one = 1;
	volatile int value = 0;
	char byte = 'x';
	long long start;

	if (!strcmp(op, "pread") || !strcmp(op, "pwrite")) {
		fd = open(path, O_RDWR);
		if (fd < 0)
			die(path);
	} else if (!strcmp(op, "tcp")) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (void *)&address, sizeof(address)) || listen(fd, 64))
			die("listen");
	}
	start = now_ns();
	for (long i = 0; i < n; i++) {
		if (!strcmp(op, "openclose"))
			op_openclose(path);
		else if (!strcmp(op, "denied"))
			op_denied(path);
		else if (!strcmp(op, "pread"))
			pread(fd, &byte, 1, 0);
		else if (!strcmp(op, "pwrite"))
			pwrite(fd, &byte, 1, 0);
		else if (!strcmp(op, "getpid"))
			syscall(SYS_getpid);
		else if (!strcmp(op, "lseek"))
			syscall(SYS_lseek, -1, i, 0);
		else if (!strcmp(op, "fork"))
			op_fork(NULL);
		else if (!strcmp(op, "forkexec"))
			op_fork(path);
		else if (!strcmp(op, "uprobe"))
			value = wl_target(value);
		else if (!strcmp(op, "tcp"))
			op_tcp(fd, &address);
		else
			return 2;
	}
	printf("%s %ld %lld\n", op, n, now_ns() - start);
	return 0;
}
