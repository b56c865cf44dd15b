/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/linux/names.h"

#include <signal.h>

#include "lib/base/nearest.h"
#include "lib/linux/syscalls-x86_64.h"

#define NAMES(list)                                                                      \
	{                                                                                \
		.items = (list), .n_items = ARRAY_SIZE(list)                             \
	}

/* include/uapi/linux/capability.h */
static const struct name capabilities[] = {
	{ "CAP_CHOWN", 0 },
	{ "CAP_DAC_OVERRIDE", 1 },
	{ "CAP_DAC_READ_SEARCH", 2 },
	{ "CAP_FOWNER", 3 },
	{ "CAP_FSETID", 4 },
	{ "CAP_KILL", 5 },
	{ "CAP_SETGID", 6 },
	{ "CAP_SETUID", 7 },
	{ "CAP_SETPCAP", 8 },
	{ "CAP_LINUX_IMMUTABLE", 9 },
	{ "CAP_NET_BIND_SERVICE", 10 },
	{ "CAP_NET_BROADCAST", 11 },
	{ "CAP_NET_ADMIN", 12 },
	{ "CAP_NET_RAW", 13 },
	{ "CAP_IPC_LOCK", 14 },
	{ "CAP_IPC_OWNER", 15 },
	{ "CAP_SYS_MODULE", 16 },
	{ "CAP_SYS_RAWIO", 17 },
	{ "CAP_SYS_CHROOT", 18 },
	{ "CAP_SYS_PTRACE", 19 },
	{ "CAP_SYS_PACCT", 20 },
	{ "CAP_SYS_ADMIN", 21 },
	{ "CAP_SYS_BOOT", 22 },
	{ "CAP_SYS_NICE", 23 },
	{ "CAP_SYS_RESOURCE", 24 },
	{ "CAP_SYS_TIME", 25 },
	{ "CAP_SYS_TTY_CONFIG", 26 },
	{ "CAP_MKNOD", 27 },
	{ "CAP_LEASE", 28 },
	{ "CAP_AUDIT_WRITE", 29 },
	{ "CAP_AUDIT_CONTROL", 30 },
	{ "CAP_SETFCAP", 31 },
	{ "CAP_MAC_OVERRIDE", 32 },
	{ "CAP_MAC_ADMIN", 33 },
	{ "CAP_SYSLOG", 34 },
	{ "CAP_WAKE_ALARM", 35 },
	{ "CAP_BLOCK_SUSPEND", 36 },
	{ "CAP_AUDIT_READ", 37 },
	{ "CAP_PERFMON", 38 },
	{ "CAP_BPF", 39 },
	{ "CAP_CHECKPOINT_RESTORE", 40 },
};

/* The upper bits of a mode; two words for most. */
static const struct name file_types[] = {
	{ "fifo", 1 },	{ "pipe", 1 },	{ "chr", 2 },	  { "char", 2 },    { "dir", 4 },
	{ "blk", 6 },	{ "block", 6 }, { "reg", 8 },	  { "regular", 8 }, { "lnk", 10 },
	{ "link", 10 }, { "sock", 12 }, { "socket", 12 },
};

/* include/linux/socket.h; 22 has no name */
static const struct name families[] = {
	{ "AF_UNSPEC", 0 },	{ "AF_UNIX", 1 },     { "AF_INET", 2 },
	{ "AF_AX25", 3 },	{ "AF_IPX", 4 },      { "AF_APPLETALK", 5 },
	{ "AF_NETROM", 6 },	{ "AF_BRIDGE", 7 },   { "AF_ATMPVC", 8 },
	{ "AF_X25", 9 },	{ "AF_INET6", 10 },   { "AF_ROSE", 11 },
	{ "AF_DECnet", 12 },	{ "AF_NETBEUI", 13 }, { "AF_SECURITY", 14 },
	{ "AF_KEY", 15 },	{ "AF_NETLINK", 16 }, { "AF_PACKET", 17 },
	{ "AF_ASH", 18 },	{ "AF_ECONET", 19 },  { "AF_ATMSVC", 20 },
	{ "AF_RDS", 21 },	{ "AF_IRDA", 23 },    { "AF_PPPOX", 24 },
	{ "AF_WANPIPE", 25 },	{ "AF_LLC", 26 },     { "AF_IB", 27 },
	{ "AF_MPLS", 28 },	{ "AF_CAN", 29 },     { "AF_TIPC", 30 },
	{ "AF_BLUETOOTH", 31 }, { "AF_IUCV", 32 },    { "AF_RXRPC", 33 },
	{ "AF_ISDN", 34 },	{ "AF_PHONET", 35 },  { "AF_IEEE802154", 36 },
	{ "AF_CAIF", 37 },	{ "AF_ALG", 38 },     { "AF_NFC", 39 },
	{ "AF_VSOCK", 40 },	{ "AF_KCM", 41 },     { "AF_QIPCRTR", 42 },
	{ "AF_SMC", 43 },	{ "AF_XDP", 44 },     { "AF_MCTP", 45 },
};

/* include/uapi/linux/in.h */
static const struct name protocols[] = {
	{ "IPPROTO_IP", 0 },	     { "IPPROTO_ICMP", 1 },	 { "IPPROTO_IGMP", 2 },
	{ "IPPROTO_IPIP", 4 },	     { "IPPROTO_TCP", 6 },	 { "IPPROTO_EGP", 8 },
	{ "IPPROTO_PUP", 12 },	     { "IPPROTO_UDP", 17 },	 { "IPPROTO_IDP", 22 },
	{ "IPPROTO_TP", 29 },	     { "IPPROTO_DCCP", 33 },	 { "IPPROTO_IPV6", 41 },
	{ "IPPROTO_RSVP", 46 },	     { "IPPROTO_GRE", 47 },	 { "IPPROTO_ESP", 50 },
	{ "IPPROTO_AH", 51 },	     { "IPPROTO_MTP", 92 },	 { "IPPROTO_BEETPH", 94 },
	{ "IPPROTO_ENCAP", 98 },     { "IPPROTO_PIM", 103 },	 { "IPPROTO_COMP", 108 },
	{ "IPPROTO_SCTP", 132 },     { "IPPROTO_UDPLITE", 136 }, { "IPPROTO_MPLS", 137 },
	{ "IPPROTO_ETHERNET", 143 }, { "IPPROTO_RAW", 255 },	 { "IPPROTO_MPTCP", 262 },
};

/* include/uapi/linux/securebits.h */
static const struct name securebits[] = {
	{ "SecBitNoRoot", 1 },
	{ "SecBitNoRootLocked", 2 },
	{ "SecBitNoSetUidFixup", 4 },
	{ "SecBitNoSetUidFixupLocked", 8 },
	{ "SecBitKeepCaps", 16 },
	{ "SecBitKeepCapsLocked", 32 },
	{ "SecBitNoCapAmbientRaise", 64 },
	{ "SecBitNoCapAmbientRaiseLocked", 128 },
};

static const struct name signals[] = {
	{ "SIGHUP", SIGHUP },	    { "SIGINT", SIGINT },	{ "SIGQUIT", SIGQUIT },
	{ "SIGILL", SIGILL },	    { "SIGTRAP", SIGTRAP },	{ "SIGABRT", SIGABRT },
	{ "SIGBUS", SIGBUS },	    { "SIGFPE", SIGFPE },	{ "SIGKILL", SIGKILL },
	{ "SIGUSR1", SIGUSR1 },	    { "SIGSEGV", SIGSEGV },	{ "SIGUSR2", SIGUSR2 },
	{ "SIGPIPE", SIGPIPE },	    { "SIGALRM", SIGALRM },	{ "SIGTERM", SIGTERM },
	{ "SIGSTKFLT", SIGSTKFLT }, { "SIGCHLD", SIGCHLD },	{ "SIGCONT", SIGCONT },
	{ "SIGSTOP", SIGSTOP },	    { "SIGTSTP", SIGTSTP },	{ "SIGTTIN", SIGTTIN },
	{ "SIGTTOU", SIGTTOU },	    { "SIGURG", SIGURG },	{ "SIGXCPU", SIGXCPU },
	{ "SIGXFSZ", SIGXFSZ },	    { "SIGVTALRM", SIGVTALRM }, { "SIGPROF", SIGPROF },
	{ "SIGWINCH", SIGWINCH },   { "SIGIO", SIGIO },		{ "SIGPWR", SIGPWR },
	{ "SIGSYS", SIGSYS },
};

/* include/linux/net.h, without the kernel's 10 for packet sockets */
static const struct name socket_types[] = {
	{ "SOCK_STREAM", 1 }, { "SOCK_DGRAM", 2 },     { "SOCK_RAW", 3 },
	{ "SOCK_RDM", 4 },    { "SOCK_SEQPACKET", 5 }, { "SOCK_DCCP", 6 },
	{ "SOCK_PACKET", 7 },
};

/* include/net/tcp_states.h */
static const struct name tcp_states[] = {
	{ "TCP_ESTABLISHED", 1 }, { "TCP_SYN_SENT", 2 },   { "TCP_SYN_RECV", 3 },
	{ "TCP_FIN_WAIT1", 4 },	  { "TCP_FIN_WAIT2", 5 },  { "TCP_TIME_WAIT", 6 },
	{ "TCP_CLOSE", 7 },	  { "TCP_CLOSE_WAIT", 8 }, { "TCP_LAST_ACK", 9 },
	{ "TCP_LISTEN", 10 },	  { "TCP_CLOSING", 11 },   { "TCP_NEW_SYN_RECV", 12 },
};

const struct names names_capabilities = NAMES(capabilities);
const struct names names_families = NAMES(families);
const struct names names_file_types = NAMES(file_types);
const struct names names_protocols = NAMES(protocols);
const struct names names_securebits = NAMES(securebits);
const struct names names_signals = NAMES(signals);
const struct names names_socket_types = NAMES(socket_types);
const struct names names_tcp_states = NAMES(tcp_states);

const char *names_text(const struct names *names, uint32_t number)
{
	size_t low = 0, high = names->n_items;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->items[middle].number == number)
			return names->items[middle].text;
		if (names->items[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int names_number(const struct names *names, const char *text, uint32_t *ret)
{
	size_t i;

	for (i = 0; i < names->n_items; i++) {
		if (str_equal(names->items[i].text, text)) {
			*ret = names->items[i].number;
			return 0;
		}
	}
	return -ENOENT;
}

const char *names_nearest(const struct names *names, const char *text)
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; i < names->n_items; i++)
		nearest_offer(&nearest, names->items[i].text);
	return nearest.best;
}

const char *capability_event_name(uint32_t bit)
{
	return bit == 1 ? "DAC_OVERRIDE" : names_text(&names_capabilities, bit);
}

static const char *const calls[] = {
#define X(name, number) #name,
	SYSCALLS_X86_64(X)
#undef X
};

bool names_is_syscall(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (str_equal(calls[i], text))
			return true;
	return false;
}

const char *names_nearest_syscall(const char *text)
{
	struct nearest nearest;
	size_t i;

	nearest_init(&nearest, text);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		nearest_offer(&nearest, calls[i]);
	return nearest.best;
}
