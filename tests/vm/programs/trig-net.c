// SPDX-License-Identifier: Apache-2.0
/* trig's operations on sockets. */
#include "trig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT(i)	  word_text(n, words, i)
#define NUMBER(i) word_number(n, words, i)

static socklen_t address_set(struct sockaddr_storage *ret, const char *ip, int port)
{
	struct sockaddr_in6 *v6 = (void *)ret;
	struct sockaddr_in *v4 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	if (strchr(ip, ':')) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		inet_pton(AF_INET6, ip, &v6->sin6_addr);
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons(port);
	inet_pton(AF_INET, ip, &v4->sin_addr);
	return sizeof(*v4);
}

static int socket_open(int family, int type)
{
	int fd = socket(family, type, 0), on = 1;

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

/* socket FAMILY TYPE PROTOCOL */
static long op_socket(int n, char **words)
{
	int fd = socket(NUMBER(1), NUMBER(2), NUMBER(3));

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* connect IP PORT */
static long op_connect(int n, char **words)
{
	struct sockaddr_storage address;
	socklen_t size = address_set(&address, TEXT(1), NUMBER(2));
	int fd = socket_open(address.ss_family, SOCK_STREAM);
	long result;

	if (fd < 0)
		return -1;
	result = connect(fd, (void *)&address, size);
	fd_close(fd);
	return result;
}

/* bind IP PORT */
static long op_bind(int n, char **words)
{
	struct sockaddr_storage address;
	socklen_t size = address_set(&address, TEXT(1), NUMBER(2));
	int fd = socket_open(address.ss_family, SOCK_STREAM);
	long result;

	if (fd < 0)
		return -1;
	result = bind(fd, (void *)&address, size);
	fd_close(fd);
	return result;
}

/* udp IP PORT TEXT: sends one datagram */
static long op_udp(int n, char **words)
{
	struct sockaddr_storage address;
	socklen_t size = address_set(&address, TEXT(1), NUMBER(2));
	int fd = socket_open(address.ss_family, SOCK_DGRAM);
	long result;

	if (fd < 0)
		return -1;
	result = sendto(fd, TEXT(3), strlen(TEXT(3)), 0, (void *)&address, size);
	fd_close(fd);
	return result;
}

static int listener_open(const char *ip, int port)
{
	struct sockaddr_storage address;
	socklen_t size = address_set(&address, ip, port);
	int fd = socket_open(address.ss_family, SOCK_STREAM);

	if (bind(fd, (void *)&address, size) || listen(fd, 5)) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

/* listen IP PORT */
static long op_listen(int n, char **words)
{
	int fd = listener_open(TEXT(1), NUMBER(2));

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* A client bound to from_port (0: any), connected; -1 and nothing open otherwise. */
static int client_open(const char *ip, int port, int from_port)
{
	struct sockaddr_storage to, from;
	socklen_t size = address_set(&to, ip, port);
	int fd = socket_open(to.ss_family, SOCK_STREAM);

	if (from_port) {
		address_set(&from, ip, from_port);
		if (bind(fd, (void *)&from, size)) {
			fd_close(fd);
			return -1;
		}
	}
	if (connect(fd, (void *)&to, size)) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

/* tcp IP PORT [FROM]: server and client in this process; 5 bytes go over, both close */
static long op_tcp(int n, char **words)
{
	int server = listener_open(TEXT(1), NUMBER(2)), client, accepted;
	char buffer[16];
	long result;

	if (server < 0)
		return -1;
	client = client_open(TEXT(1), NUMBER(2), NUMBER(3));
	if (client < 0) {
		fd_close(server);
		return -1;
	}
	accepted = accept(server, NULL, NULL);
	if (accepted < 0 || send(client, "hello", 5, 0) != 5)
		return -1;
	result = recv(accepted, buffer, sizeof(buffer), 0);
	close(client);
	/* Until the client's end has come: the order of the closes is then always the same. */
	(void)recv(accepted, buffer, sizeof(buffer), 0);
	close(accepted);
	close(server);
	return result;
}

static long op_unixconn(int n, char **words)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	long result;

	strncpy(address.sun_path, TEXT(1), sizeof(address.sun_path) - 1);
	result = connect(fd, (void *)&address, sizeof(address));
	fd_close(fd);
	return result;
}

const struct op trig_net_ops[] = {
	{ "bind", op_bind },	     { "connect", op_connect },
	{ "listen", op_listen },     { "socket", op_socket },
	{ "tcp", op_tcp },	     { "udp", op_udp },
	{ "unixconn", op_unixconn }, { 0 },
};
