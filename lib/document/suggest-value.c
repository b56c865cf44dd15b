/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a value that is not a number may have meant: the name of one, a range, a service, a
 * netmask.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include "lib/document/suggest.h"

#define NAME(name)                                                                       \
	{                                                                                \
#name, name                                                              \
	}

static const struct {
	const char *name;
	long long number;
} constants[] = {
	NAME(O_RDONLY),	       NAME(O_WRONLY),
	NAME(O_RDWR),	       NAME(O_CREAT),
	NAME(O_EXCL),	       NAME(O_TRUNC),
	NAME(O_APPEND),	       NAME(O_NONBLOCK),
	NAME(O_DIRECTORY),     NAME(O_NOFOLLOW),
	NAME(O_CLOEXEC),       NAME(O_PATH),
	NAME(O_TMPFILE),       NAME(PROT_READ),
	NAME(PROT_WRITE),      NAME(PROT_EXEC),
	NAME(PROT_NONE),       NAME(MAP_SHARED),
	NAME(MAP_PRIVATE),     NAME(MAP_ANONYMOUS),
	NAME(MAP_FIXED),       NAME(CLONE_NEWNS),
	NAME(CLONE_NEWUTS),    NAME(CLONE_NEWIPC),
	NAME(CLONE_NEWUSER),   NAME(CLONE_NEWPID),
	NAME(CLONE_NEWNET),    NAME(CLONE_NEWCGROUP),
	NAME(CLONE_VM),	       NAME(CLONE_THREAD),
	NAME(MS_RDONLY),       NAME(MS_NOSUID),
	NAME(MS_BIND),	       NAME(MS_REMOUNT),
	NAME(MS_MOVE),	       NAME(MS_REC),
	NAME(PTRACE_TRACEME),  NAME(PTRACE_ATTACH),
	NAME(PTRACE_SEIZE),    NAME(PTRACE_POKETEXT),
	NAME(PTRACE_POKEDATA), NAME(AT_FDCWD),
	NAME(S_ISUID),	       NAME(S_ISGID),
	NAME(S_ISVTX),	       NAME(S_IFREG),
	NAME(S_IFDIR),	       NAME(S_IFLNK),
	{ "MAY_EXEC", 1 },     { "MAY_WRITE", 2 },
	{ "MAY_READ", 4 },     { "MAY_APPEND", 8 },
	NAME(EPERM),	       NAME(ENOENT),
	NAME(EINTR),	       NAME(EIO),
	NAME(EBADF),	       NAME(EAGAIN),
	NAME(ENOMEM),	       NAME(EACCES),
	NAME(EFAULT),	       NAME(EBUSY),
	NAME(EEXIST),	       NAME(ENODEV),
	NAME(ENOTDIR),	       NAME(EISDIR),
	NAME(EINVAL),	       NAME(ENOTTY),
	NAME(ENOSPC),	       NAME(EROFS),
	NAME(EPIPE),	       NAME(ENOSYS),
	NAME(ECONNREFUSED),    NAME(ETIMEDOUT),
	NAME(EINPROGRESS),
};

#undef NAME

/* A constant by its name. Results of calls are negative errors: "-EPERM" is -1. */
static bool constant_number(const char *name, long long *ret)
{
	static const struct names *const lists[] = {
		&names_signals,	     &names_families,	  &names_protocols,
		&names_socket_types, &names_capabilities, &names_tcp_states
	};
	uint32_t number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(constants); i++)
		if (str_equal(constants[i].name, name)) {
			*ret = constants[i].number;
			return true;
		}
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		if (names_number(lists[i], name, &number) == 0) {
			*ret = number;
			return true;
		}
	return false;
}

/* Names joined by '|' or '+', or one with a sign. */
static bool constants_number(const char *text, long long *ret)
{
	bool negative = *text == '-';
	long long number;
	char name[32];
	size_t n;

	*ret = 0;
	for (text += negative; *text; text += n + strspn(text + n, "|+ ")) {
		n = strcspn(text, "|+ ");
		snprintf(name, sizeof(name), "%.*s", (int)MIN(n, sizeof(name) - 1), text);
		if (!constant_number(name, &number))
			return false;
		*ret |= number;
	}
	*ret = negative ? -*ret : *ret;
	return true;
}

const char *suggest_number(char (*buf)[SUGGEST_BYTES], const char *text)
{
	long long number;

	if (*text && constants_number(text, &number)) {
		snprintf(*buf, sizeof(*buf),
			 number < 10 ? "write its number: %lld"
				     : "write its number: %lld (0x%llx)",
			 number, (unsigned long long)number);
		return *buf;
	}
	return suggest_range(buf, text);
}

const char *suggest_range(char (*buf)[SUGGEST_BYTES], const char *text)
{
	static const char *const between[] = { "-", "..", " to ", " - ", "," };
	size_t i, n = strspn(text + (*text == '-'), "0123456789xabcdefABCDEF");
	const char *rest = text + (*text == '-') + n, *high;

	for (i = 0; n && i < ARRAY_SIZE(between); i++) {
		if (!str_has_prefix(rest, between[i]))
			continue;
		high = rest + strlen(between[i]);
		if (!*high || high[strspn(high, "0123456789xabcdefABCDEF-")])
			continue;
		if (*between[i] == ',')
			snprintf(*buf, sizeof(*buf), "write two values: '%.*s', '%.40s'",
				 (int)MIN(rest - text, 40), text, high);
		else
			snprintf(*buf, sizeof(*buf),
				 "ranges are written MIN:MAX: '%.*s:%.40s'",
				 (int)MIN(rest - text, 40), text, high);
		return *buf;
	}
	return NULL;
}

const char *suggest_port(char (*buf)[SUGGEST_BYTES], const char *text)
{
	static const struct {
		const char *name;
		unsigned int port;
	} services[] = {
		{ "ftp", 21 },	   { "ssh", 22 },	   { "telnet", 23 },
		{ "smtp", 25 },	   { "dns", 53 },	   { "domain", 53 },
		{ "tftp", 69 },	   { "http", 80 },	   { "kerberos", 88 },
		{ "pop3", 110 },   { "ntp", 123 },	   { "imap", 143 },
		{ "snmp", 161 },   { "ldap", 389 },	   { "https", 443 },
		{ "smb", 445 },	   { "syslog", 514 },	   { "ldaps", 636 },
		{ "imaps", 993 },  { "socks", 1080 },	   { "mysql", 3306 },
		{ "rdp", 3389 },   { "postgresql", 5432 }, { "vnc", 5900 },
		{ "redis", 6379 }, { "http-alt", 8080 },
	};
	unsigned long number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (str_equal(services[i].name, text)) {
			snprintf(*buf, sizeof(*buf), "write its number: %u",
				 services[i].port);
			return *buf;
		}
	if (text[0] && strchr("<>", text[0]) &&
	    isdigit((unsigned char)text[1 + (text[1] == '=')])) {
		number = strtoul(text + 1 + (text[1] == '='), NULL, 10);
		number += text[0] == '>' && text[1] != '=';
		number -= text[0] == '<' && text[1] != '=' && number;
		snprintf(*buf, sizeof(*buf), "write a range: '%lu:%u'",
			 text[0] == '>' ? number : 0ul,
			 text[0] == '>' ? UINT16_MAX : (unsigned int)number);
		return *buf;
	}
	if (isdigit((unsigned char)text[0]) && text[strspn(text, "0123456789")] == '/') {
		snprintf(*buf, sizeof(*buf), "write '%.*s'; Protocol compares the rest",
			 (int)MIN(strspn(text, "0123456789"), 10u), text);
		return *buf;
	}
	number = str_has_prefix(text, "0x") ? strtoul(text, NULL, 16) : 0;
	if (number && number <= UINT16_MAX) {
		snprintf(*buf, sizeof(*buf), "ports are decimal: write %lu", number);
		return *buf;
	}
	return suggest_range(buf, text);
}

/* "10.0.0.0/255.0.0.0": the length of a mask whose bits are in one piece, or -1. */
static int mask_length(const char *text)
{
	struct in_addr mask;
	uint32_t bits;

	if (!text || inet_pton(AF_INET, text, &mask) != 1)
		return -1;
	bits = ntohl(mask.s_addr);
	return (~bits & (~bits + 1)) == 0 ? __builtin_popcount(bits) : -1;
}

const char *suggest_net(char (*buf)[SUGGEST_BYTES], const char *text)
{
	const char *slash = strchr(text, '/');
	int length = slash ? mask_length(slash + 1) : -1;

	if (length >= 0)
		snprintf(*buf, sizeof(*buf), "write %.*s/%d", (int)MIN(slash - text, 40),
			 text, length);
	else if (strstr(text, "://"))
		snprintf(*buf, sizeof(*buf), "write the address alone");
	else if (text[0] == '[')
		snprintf(*buf, sizeof(*buf), "leave the brackets out");
	else if (strchr(text, '%'))
		snprintf(*buf, sizeof(*buf), "leave the interface out: '%.*s'",
			 (int)MIN(strcspn(text, "%"), 60u), text);
	else if (strchr(text, ':') && strchr(text, '.') && !strstr(text, "::"))
		snprintf(*buf, sizeof(*buf),
			 "leave the port out; DPort and SPort compare it");
	else if (strchr(text, '-') && isdigit((unsigned char)text[0]))
		snprintf(*buf, sizeof(*buf),
			 "there are no ranges of addresses: write "
			 "networks, for example 10.0.0.0/28");
	else
		return NULL;
	return *buf;
}
