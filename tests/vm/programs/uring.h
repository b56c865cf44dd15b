/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single operations of io_uring, and system calls through the 32-bit entry.
 */
#pragma once

#include <linux/io_uring.h>
#include <sys/socket.h>

/* The operation's result, or a negative errno of setting it up. */
int uring_write(int fd, const void *data, unsigned int len, unsigned char flags);
int uring_open(const char *path, int how, unsigned char flags);
int uring_read(int fd, void *data, unsigned int len);
int uring_symlink(const char *target, const char *name);
int uring_connect(int fd, const struct sockaddr *address, socklen_t len);

/* A copy below 4 GB, where the 32-bit entry finds it; never freed. */
char *low_text(const char *text);
long call32(long number, long a, long b, long c);
