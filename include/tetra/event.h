/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TETRA_EVENT_H
#define TETRA_EVENT_H

/*
 * Events: what happened, when, in which process, under which policy.
 *
 * An event is borrowed during the callback that delivers it. tetra_event_ref() keeps it:
 * it makes a copy that owns all of its memory, shares nothing with the session and may be
 * read by any thread, even after the session is freed. A borrowed event belongs to the
 * thread that dispatches. Everything a getter returns is borrowed from the event.
 *
 * Getters that do not fit the event's kind return NULL, 0 or -ENOENT, as documented.
 */

#include <tetra/common.h>
#include <tetra/process.h>

TETRA_BEGIN_DECLS

struct tetra_event;

/* Kinds; numbers below 50000 are those of Tetragon's EventType. Since: 0.1 */
enum tetra_event_kind {
	TETRA_EVENT_EXEC = 1, /* a program was executed, or already running (FROM_PROC) */
	TETRA_EVENT_EXIT = 5, /* the last thread of a process ended */
	TETRA_EVENT_KPROBE = 9, /* a kernel function that a policy watches was called */
	TETRA_EVENT_TRACEPOINT = 10,
	TETRA_EVENT_UPROBE = 12, /* a place in a program or library was reached */
	TETRA_EVENT_LSM = 28,
	TETRA_EVENT_USDT = 29,	  /* a probe in a program or library was reached */
	TETRA_EVENT_LOST = 50001, /* records were lost */
};

/* Bits of tetra_event_get_flags(). Since: 0.1 */
/* monitor mode: the action is reported, not carried out */
#define TETRA_EVENT_SUPPRESSED 1u
#define TETRA_EVENT_ENFORCED   2u  /* a signal was sent or the result was changed */
#define TETRA_EVENT_CUT	       4u  /* an argument did not fit and is missing */
#define TETRA_EVENT_UNKNOWN    8u  /* the kernel side did not know the process */
#define TETRA_EVENT_ANCESTOR   16u /* the process is an ancestor; the thread id is real */
#define TETRA_EVENT_FROM_PROC  32u /* EXEC of a process that is older than the session */

/* Actions, numbered as in policies of this library; 0: none. Since: 0.1 */
enum tetra_action {
	TETRA_DID_NOTHING = 0,
	TETRA_DID_POST = 1,
	TETRA_DID_NOPOST = 2,
	TETRA_DID_SIGKILL = 3,
	TETRA_DID_SIGNAL = 4,
	TETRA_DID_OVERRIDE = 5,
};

/* Types of arguments, by their names in policies. Crosses the ABI as uint32_t. Since:
 * 0.1 */
enum tetra_arg_type {
	TETRA_TYPE_NOP = 1,
	TETRA_TYPE_INT8 = 2,
	TETRA_TYPE_UINT8 = 3,
	TETRA_TYPE_INT16 = 4,
	TETRA_TYPE_UINT16 = 5,
	TETRA_TYPE_INT32 = 6,
	TETRA_TYPE_UINT32 = 7,
	TETRA_TYPE_INT64 = 8,
	TETRA_TYPE_UINT64 = 9,
	TETRA_TYPE_SIZE = 10,
	TETRA_TYPE_STRING = 11,
	TETRA_TYPE_FILENAME = 12,
	TETRA_TYPE_CHAR_BUF = 13,
	TETRA_TYPE_FILE = 14,
	TETRA_TYPE_PATH = 15,
	TETRA_TYPE_FD = 16,
	TETRA_TYPE_LINUX_BINPRM = 17,
	TETRA_TYPE_SOCK = 18,
	TETRA_TYPE_CONST_BUF = 19,
	TETRA_TYPE_CRED = 20,
	TETRA_TYPE_DENTRY = 21,
	/* Of the following, CHAR_IOVEC, SOCKADDR_UN, IOV_ITER and DATA_LOC are reserved, and never
	 * reported. */
	TETRA_TYPE_CHAR_IOVEC = 22,
	TETRA_TYPE_SKB = 23,
	TETRA_TYPE_SOCKADDR = 24,
	TETRA_TYPE_SOCKET = 25,
	TETRA_TYPE_SOCKADDR_UN = 26,
	TETRA_TYPE_BPF_ATTR = 27,
	TETRA_TYPE_PERF_EVENT = 28,
	TETRA_TYPE_BPF_MAP = 29,
	TETRA_TYPE_USER_NAMESPACE = 30,
	TETRA_TYPE_CAPABILITY = 31,
	TETRA_TYPE_KIOCB = 32,
	TETRA_TYPE_IOV_ITER = 33,
	TETRA_TYPE_LOAD_INFO = 34,
	TETRA_TYPE_MODULE = 35,
	TETRA_TYPE_SYSCALL64 = 36,
	TETRA_TYPE_KERNEL_CAP = 37,
	TETRA_TYPE_CAP_INHERITABLE = 38,
	TETRA_TYPE_CAP_PERMITTED = 39,
	TETRA_TYPE_CAP_EFFECTIVE = 40,
	TETRA_TYPE_DATA_LOC = 41,
	TETRA_TYPE_NET_DEVICE = 42,
	TETRA_TYPE_BPF_CMD = 43,
	TETRA_TYPE_BPF_PROG = 44,
};

/* Whether an argument could be read. Since: 0.1 */
enum tetra_arg_status {
	TETRA_ARG_STATUS_OK = 0,
	TETRA_ARG_STATUS_FAULT = 1,   /* its memory could not be read */
	TETRA_ARG_STATUS_ABSENT = 2,  /* a file descriptor that is not open */
	TETRA_ARG_STATUS_MISSING = 3, /* it did not fit into the record */
	/* the hook has no such argument on this kernel */
	TETRA_ARG_STATUS_UNSUPPORTED = 4,
};

/* Bits of struct tetra_arg.flags. Since: 0.1 */
#define TETRA_ARG_IS_CUT	1u  /* the text or buffer was longer */
#define TETRA_ARG_IS_UNRESOLVED 2u  /* the beginning of the path is missing */
#define TETRA_ARG_IS_DELETED	4u  /* the file no longer has a name */
#define TETRA_ARG_HAS_NO_PATH	8u  /* pipe, socket, anonymous inode */
#define TETRA_ARG_IS_MOVED	16u /* renamed each time it was read; no text */
/* A user namespace made the mount, and chose its names; set where a policy distrusts these. */
#define TETRA_ARG_IS_FOREIGN 32u
/* FAULT: a pointer on the path to it cannot be followed (resolve). */
#define TETRA_ARG_IS_ON_WAY 64u
#define TETRA_ARG_IS_DATA   128u /* an element of data, not of args */

/* Opaque: where the getters of structs find the value. */
struct tetra_value;

/**
 * struct tetra_arg - one argument, or the return value
 * @size:	set by the caller to sizeof(struct tetra_arg)
 * @type:	enum tetra_arg_type; determines which members below are filled
 * @status:	enum tetra_arg_status; the value is filled only if OK
 * @flags:	TETRA_ARG_IS_*
 * @mode:	FILE, PATH, FD, LINUX_BINPRM, DENTRY, KIOCB: type and permission bits, as st_mode
 * @label:	from the policy; NULL if none
 * @type_name:	the type as the policy writes it
 * @as_int:	integers, sign- or zero-extended from the type's width; SYSCALL64: the number of the
 *		call; bit 31 is set for one by the 32-bit entry, which has numbers of its own.
 *		CAPABILITY, BPF_CMD: the number of the capability or the command. KERNEL_CAP and
 *		CAP_*: bit n for capability n
 * @as_uint:	the same 64 bits, unsigned
 * @text:	STRING, FILENAME; the name of NET_DEVICE; the path of FILE, PATH, FD, LINUX_BINPRM,
 *		DENTRY, KIOCB; the bytes of CHAR_BUF and CONST_BUF. NOT NUL-terminated
 * @text_len:	bytes of @text
 * @orig_size:	CHAR_BUF, CONST_BUF: bytes that were asked for; more than @text_len if cut.
 *		Texts and paths: @text_len, also if cut: where the end is was not found out
 * @permission:	FILE, PATH, FD, LINUX_BINPRM, DENTRY, KIOCB: "-rw-r--r--"; empty for others
 * @value:	values that are structs: for the tetra_arg_get_*() of the type (SOCK, SOCKET,
 *		SOCKADDR: tetra_arg_get_sock(), SKB: _skb(), CRED: _cred(), USER_NAMESPACE:
 *		_user_namespace(), BPF_PROG, BPF_ATTR: _bpf_program(), BPF_MAP: _bpf_map(),
 *		PERF_EVENT: _perf_event(), MODULE, LOAD_INFO: _module()); borrowed from the event;
 *		NULL for other types
 *
 * Numbers and texts are members; types whose value is a struct have a getter each, so that this
 * struct stays small and a new type changes none.
 *
 * Since: 0.1
 */
struct tetra_arg {
	size_t size;
	uint32_t type;
	uint32_t status;
	uint32_t flags;
	uint32_t mode;
	const char *label;
	const char *type_name;
	int64_t as_int;
	uint64_t as_uint;
	const char *text;
	size_t text_len;
	uint64_t orig_size;
	char permission[16];
	const struct tetra_value *value;
};

/**
 * tetra_event_ref() - keep an event after its callback
 * @event:	borrowed, or kept already
 *
 * The first reference copies; later ones count.
 *
 * Return: the event to use from now on, different from @event the first time; dropped by
 * tetra_event_unref(). NULL if memory ran out, or @event is NULL. Since: 0.1
 */
TETRA_API struct tetra_event *tetra_event_ref(const struct tetra_event *event);

/**
 * tetra_event_unref() - drop a reference
 * @event:	from tetra_event_ref(); NULL is fine, a borrowed event is not touched
 *
 * Return: NULL. Any thread. Since: 0.1
 */
TETRA_API struct tetra_event *tetra_event_unref(struct tetra_event *event);

/** tetra_event_get_kind() - enum tetra_event_kind. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_kind(const struct tetra_event *event);

/**
 * tetra_event_kind_to_name() - the JSON key of a kind, "process_exec"
 *
 * Return: a static string; NULL for an unknown number. Any thread. Since: 0.1
 */
TETRA_API const char *tetra_event_kind_to_name(uint32_t kind);

/**
 * tetra_event_kind_from_name() - the kind for a name
 * @name:	"process_exec", "PROCESS_EXEC", "exec"; case is ignored
 *
 * Return: enum tetra_event_kind; 0 if the name is unknown. Any thread. Since: 0.1
 */
TETRA_API uint32_t tetra_event_kind_from_name(const char *name);

/** tetra_event_get_time_ns() - when, CLOCK_BOOTTIME in nanoseconds. Since: 0.1 */
TETRA_API uint64_t tetra_event_get_time_ns(const struct tetra_event *event);

/**
 * tetra_event_get_wall_ns() - when, wall time in nanoseconds since 1970
 *
 * Converted once, when the record was read. Since: 0.1
 */
TETRA_API uint64_t tetra_event_get_wall_ns(const struct tetra_event *event);

/** tetra_event_get_flags() - TETRA_EVENT_* bits. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_flags(const struct tetra_event *event);

/** tetra_event_get_tid() - the thread that did it; EXEC, EXIT: the pid. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_tid(const struct tetra_event *event);

/**
 * tetra_event_get_process() - who did it
 *
 * Return: the process; NULL for LOST. Since: 0.1
 */
TETRA_API const struct tetra_process *
tetra_event_get_process(const struct tetra_event *event);

/** tetra_event_get_parent() - its parent; NULL if not known. Since: 0.1 */
TETRA_API const struct tetra_process *
tetra_event_get_parent(const struct tetra_event *event);

/**
 * tetra_event_get_ancestor() - its parent, the parent's parent, and so on
 * @index:	0 for the parent
 *
 * The image that a process had before it executed another program counts as an ancestor.
 * An event kept with tetra_event_ref() keeps the first 16.
 *
 * Return: the process; NULL past the last known ancestor. Since: 0.1
 */
TETRA_API const struct tetra_process *
tetra_event_get_ancestor(const struct tetra_event *event, unsigned int index);

/** tetra_event_get_policy() - the policy's name; NULL for EXEC, EXIT, LOST. Since: 0.1 */
TETRA_API const char *tetra_event_get_policy(const struct tetra_event *event);

/**
 * tetra_event_get_function() - what was called
 *
 * Return: the kernel function of a KPROBE ("__x64_sys_write"), the hook of LSM
 * ("file_open"), the event of a TRACEPOINT ("sys_enter"), the symbol of a UPROBE as the policy
 * writes it ("readline", "main+0x10"), if it names one; the name of a USDT, without its provider; else
 * NULL. Since: 0.1
 */
TETRA_API const char *tetra_event_get_function(const struct tetra_event *event);

/** tetra_event_get_subsystem() - of a TRACEPOINT; else NULL. Since: 0.1 */
TETRA_API const char *tetra_event_get_subsystem(const struct tetra_event *event);

/** tetra_event_get_file() - of a UPROBE or USDT: the program or library; else NULL. Since: 0.1 */
TETRA_API const char *tetra_event_get_file(const struct tetra_event *event);

/** tetra_event_get_provider() - of a USDT: its provider; else NULL. Since: 0.1 */
TETRA_API const char *tetra_event_get_provider(const struct tetra_event *event);

/**
 * tetra_event_get_file_offset() - of a UPROBE: its place in the file, in bytes
 *
 * Return: the offset if the policy gives the place as an offset or address; 0 if by a symbol,
 * and for other kinds. Since: 0.1
 */
TETRA_API uint64_t tetra_event_get_file_offset(const struct tetra_event *event);

/**
 * tetra_event_get_counter_offset() - of a UPROBE: the counter's place in the file, in bytes
 *
 * Return: the offset from refCtrOffsets of the policy; 0 if it gives none, and for other kinds.
 * Since: 0.1
 */
TETRA_API uint64_t tetra_event_get_counter_offset(const struct tetra_event *event);

/** tetra_event_get_message() - the policy's message for this hook, or NULL. Since: 0.1 */
TETRA_API const char *tetra_event_get_message(const struct tetra_event *event);

/** tetra_event_count_tags() - tags of this hook in the policy. Since: 0.1 */
TETRA_API unsigned int tetra_event_count_tags(const struct tetra_event *event);

/** tetra_event_get_tag() - one tag, @index from 0; NULL past the last. Since: 0.1 */
TETRA_API const char *tetra_event_get_tag(const struct tetra_event *event,
					  unsigned int index);

/** tetra_event_get_action() - the selector's last, enum tetra_action. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_action(const struct tetra_event *event);

/** tetra_event_get_return_action() - the action on the return side. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_return_action(const struct tetra_event *event);

/** tetra_event_get_selector() - which selector of the hook matched, from 0. Since: 0.1 */
TETRA_API uint32_t tetra_event_get_selector(const struct tetra_event *event);

/** tetra_event_count_args() - args, then data, in the policy's order, no nop. Since: 0.1 */
TETRA_API unsigned int tetra_event_count_args(const struct tetra_event *event);

/**
 * tetra_event_get_arg() - one argument
 * @index:	from 0, in the policy's order
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT past the last; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_event_get_arg(const struct tetra_event *event, unsigned int index,
				  struct tetra_arg *ret);

/**
 * tetra_event_find_arg() - the argument that the policy gave a label
 * @label:	"path"; compared exactly. If several have it, the first
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if no argument has the label; -EINVAL without a label or a size.
 * Since: 0.1
 */
TETRA_API int tetra_event_find_arg(const struct tetra_event *event, const char *label,
				   struct tetra_arg *ret);

/**
 * tetra_event_get_return() - the return value
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the event has none; -EINVAL without a size. Since: 0.1
 */
TETRA_API int tetra_event_get_return(const struct tetra_event *event,
				     struct tetra_arg *ret);

/**
 * struct tetra_sock - a socket as it was when the hook ran
 * @size:	set by the caller to sizeof(struct tetra_sock)
 * @family:	AF_*
 * @type:	SOCK_*
 * @protocol:	IPPROTO_*
 * @state:	TCP_*
 * @mark:	SO_MARK
 * @priority:	SO_PRIORITY
 * @saddr:	network order; IPv4 in the first four bytes
 * @daddr:	likewise
 * @sport:	host order
 * @dport:	host order
 * @reserved:	0
 * @cookie:	identifies the socket while it exists
 *
 * Since: 0.1
 */
struct tetra_sock {
	size_t size;
	uint32_t family;
	uint32_t type;
	uint32_t protocol;
	uint32_t state;
	uint32_t mark;
	uint32_t priority;
	uint8_t saddr[16];
	uint8_t daddr[16];
	uint16_t sport;
	uint16_t dport;
	uint32_t reserved;
	uint64_t cookie;
};

/**
 * tetra_arg_get_sock() - the value of a SOCK or SOCKET argument; of a SOCKADDR, which has @family,
 * @saddr and @sport alone
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_sock(const struct tetra_arg *arg, struct tetra_sock *ret);

/* Parts of a packet, as bits. */
enum tetra_skb_part {
	TETRA_SKB_SADDR = 1 << 0,
	TETRA_SKB_DADDR = 1 << 1,
	TETRA_SKB_SPORT = 1 << 2,
	TETRA_SKB_DPORT = 1 << 3,
	TETRA_SKB_PROTOCOL = 1 << 4,
	TETRA_SKB_FAMILY = 1 << 5,
};

/**
 * struct tetra_skb - a packet as it was when the hook ran
 * @size:	set by the caller to sizeof(struct tetra_skb)
 * @hash:	of the flow; 0 if not computed yet
 * @len:	bytes of the packet
 * @mark:	set by packet filters, or by the socket's SO_MARK
 * @priority:	for queueing
 * @family:	AF_INET or AF_INET6, as the packet's header says
 * @protocol:	IPPROTO_*; of IPv6, what follows the extension headers
 * @saddr:	network order; IPv4 in the first four bytes
 * @daddr:	likewise
 * @sport:	host order; of TCP, UDP, DCCP, SCTP and UDP-Lite
 * @dport:	likewise
 * @sec_path_len: IPsec transformations that it has gone through
 * @sec_path_olen: how many of them a device did
 * @absent:	enum tetra_skb_part: what it lacks. A packet of another kind, or without a header
 *		yet, lacks all of them; a later fragment and other protocols have no ports
 * @unreadable:	likewise: what is outside the linear part of its memory, or follows more than seven
 *		extension headers
 * @reserved:	0
 *
 * Since: 0.1
 */
struct tetra_skb {
	size_t size;
	uint32_t hash;
	uint32_t len;
	uint32_t mark;
	uint32_t priority;
	uint32_t family;
	uint32_t protocol;
	uint8_t saddr[16];
	uint8_t daddr[16];
	uint16_t sport;
	uint16_t dport;
	uint32_t sec_path_len;
	uint32_t sec_path_olen;
	uint32_t absent;
	uint32_t unreadable;
	uint32_t reserved;
};

/**
 * tetra_arg_get_skb() - the value of an SKB argument. As tetra_arg_get_sock(). Since: 0.1
 */
TETRA_API int tetra_arg_get_skb(const struct tetra_arg *arg, struct tetra_skb *ret);

/**
 * struct tetra_cred - credentials as they were when the hook ran
 * @size:	set by the caller to sizeof(struct tetra_cred)
 * @uid:	this one and those up to @securebits are as in struct tetra_credentials
 *		(tetra/process.h)
 * @user_ns_level: how deep their user namespace is; 0 for the host's
 * @user_ns_uid: user id of its owner
 * @user_ns_gid: group id of its owner
 * @user_ns_inum: its inode number, as in /proc/PID/ns
 * @reserved:	0
 * @permitted:	bit n for capability n
 * @effective:	likewise
 * @inheritable: likewise
 *
 * Since: 0.1
 */
struct tetra_cred {
	size_t size;
	uint32_t uid;
	uint32_t gid;
	uint32_t euid;
	uint32_t egid;
	uint32_t suid;
	uint32_t sgid;
	uint32_t fsuid;
	uint32_t fsgid;
	uint32_t securebits;
	uint32_t user_ns_level;
	uint32_t user_ns_uid;
	uint32_t user_ns_gid;
	uint32_t user_ns_inum;
	uint32_t reserved;
	uint64_t permitted;
	uint64_t effective;
	uint64_t inheritable;
};

/**
 * tetra_arg_get_cred() - the value of a CRED argument
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_cred(const struct tetra_arg *arg, struct tetra_cred *ret);

/**
 * struct tetra_user_namespace - a user namespace
 * @size:	set by the caller to sizeof(struct tetra_user_namespace)
 * @level:	how deep it is; 0 for the host's
 * @uid:	user id of its owner
 * @gid:	group id of its owner
 * @inum:	its inode number, as in /proc/PID/ns
 *
 * Since: 0.1
 */
struct tetra_user_namespace {
	size_t size;
	uint32_t level;
	uint32_t uid;
	uint32_t gid;
	uint32_t inum;
};

/**
 * tetra_arg_get_user_namespace() - the value of a USER_NAMESPACE argument
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_user_namespace(const struct tetra_arg *arg,
					   struct tetra_user_namespace *ret);

/**
 * struct tetra_bpf_program - a BPF program
 * @size:	set by the caller to sizeof(struct tetra_bpf_program)
 * @type:	BPF_PROG_TYPE_*
 * @n_insns:	number of its instructions
 * @name:	borrowed from the event, NOT NUL-terminated; NULL if it has none
 * @name_len:	bytes of @name
 *
 * Since: 0.1
 */
struct tetra_bpf_program {
	size_t size;
	uint32_t type;
	uint32_t n_insns;
	const char *name;
	size_t name_len;
};

/**
 * tetra_arg_get_bpf_program() - the value of a BPF_PROG argument; of a BPF_ATTR, what bpf(2) was
 * called with, read as for BPF_PROG_LOAD
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_bpf_program(const struct tetra_arg *arg,
					struct tetra_bpf_program *ret);

/**
 * struct tetra_bpf_map - a BPF map
 * @size:	set by the caller to sizeof(struct tetra_bpf_map)
 * @type:	BPF_MAP_TYPE_*
 * @key_size:	bytes
 * @value_size:	bytes
 * @max_entries: how many entries it can have
 * @name:	borrowed from the event, NOT NUL-terminated; NULL if it has none
 * @name_len:	bytes of @name
 *
 * Since: 0.1
 */
struct tetra_bpf_map {
	size_t size;
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	const char *name;
	size_t name_len;
};

/**
 * tetra_arg_get_bpf_map() - the value of a BPF_MAP argument
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_bpf_map(const struct tetra_arg *arg,
				    struct tetra_bpf_map *ret);

/**
 * struct tetra_perf_event - a perf event, as its creator requested it
 * @size:	set by the caller to sizeof(struct tetra_perf_event)
 * @type:	PERF_TYPE_*, or the number of a PMU that the kernel registered at boot
 * @reserved:	0
 * @config:	what it counts
 * @probe_offset: offset of its probe in the function
 * @function:	the function that it probes, read from its creator's memory as perf_event_open(2)
 *		gave it (uprobes: the file); borrowed from the event, NOT NUL-terminated. NULL if
 *		there is none, or if it could not be read: then the argument has TETRA_ARG_IS_CUT
 * @function_len: bytes of @function
 *
 * Since: 0.1
 */
struct tetra_perf_event {
	size_t size;
	uint32_t type;
	uint32_t reserved;
	uint64_t config;
	uint64_t probe_offset;
	const char *function;
	size_t function_len;
};

/**
 * tetra_arg_get_perf_event() - the value of a PERF_EVENT argument
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_perf_event(const struct tetra_arg *arg,
				       struct tetra_perf_event *ret);

/**
 * struct tetra_module - a kernel module
 * @size:	set by the caller to sizeof(struct tetra_module)
 * @taints:	bit n: the kernel's taint n, for example 12 for an out-of-tree module
 * @is_signed:	LOAD_INFO: 1 if its signature is good; MODULE: always 0, as it is not known there
 * @reserved:	0
 * @name:	borrowed from the event, NOT NUL-terminated; NULL if it has none
 * @name_len:	bytes of @name
 *
 * Since: 0.1
 */
struct tetra_module {
	size_t size;
	uint64_t taints;
	uint32_t is_signed;
	uint32_t reserved;
	const char *name;
	size_t name_len;
};

/**
 * tetra_arg_get_module() - the value of a MODULE or LOAD_INFO argument
 * @arg:	as filled by a call on an event, which must still be valid
 * @ret:	.size set by the caller; filled in
 *
 * Return: 0; -ENOENT if the argument has another type, or its status is not OK; -EINVAL
 * without a size. Since: 0.1
 */
TETRA_API int tetra_arg_get_module(const struct tetra_arg *arg, struct tetra_module *ret);

/**
 * tetra_event_get_exit() - how a process ended
 * @ret_status:	set to the exit status, 0 if a signal ended it; may be NULL
 * @ret_signal:	set to the signal that ended it, 0 if none; may be NULL
 *
 * Return: 0; -ENOENT unless the event is EXIT. Since: 0.1
 */
TETRA_API int tetra_event_get_exit(const struct tetra_event *event, uint32_t *ret_status,
				   uint32_t *ret_signal);

/**
 * tetra_event_get_lost() - what was lost
 * @ret_count:	set to how many since the last such event; may be NULL
 *
 * Return: the cause, a static string such as "ring"; NULL unless the event is LOST.
 * Since: 0.1
 */
TETRA_API const char *tetra_event_get_lost(const struct tetra_event *event,
					   uint64_t *ret_count);

/**
 * tetra_event_to_json() - the event as one JSON object, as Tetragon exports it
 * @buf:	where to write; may be NULL if @size is 0
 * @size:	bytes in @buf; the text is cut to fit and NUL-terminated if @size > 0
 *
 * No white space, no newline. A LOST event has no counterpart in Tetragon, which counts
 * losses in metrics that an export file does not show. Here the file itself shows where
 * records are missing, under a key that consumers of Tetragon's files do not know and skip:
 * {"tetra_lost":{"cause":"ring","count":"12"},"node_name":"n","time":"..."}
 *
 * Return: bytes the whole text needs without its NUL; compare with @size. Since: 0.1
 */
TETRA_API size_t tetra_event_to_json(const struct tetra_event *event, char *buf,
				     size_t size);

/* Bits of struct tetra_compact_opts.flags. Since: 0.1 */
#define TETRA_COMPACT_COLOR 1u /* with terminal colours */
#define TETRA_COMPACT_TIME  2u /* starts with the time */
/* no quotes around odd text, as Tetragon 1.7 and older */
#define TETRA_COMPACT_UNQUOTED 4u

/**
 * struct tetra_compact_opts - options of tetra_event_to_compact()
 * @size:	sizeof(struct tetra_compact_opts)
 * @flags:	TETRA_COMPACT_*
 * @reserved:	0
 *
 * Since: 0.1
 */
struct tetra_compact_opts {
	size_t size;
	uint32_t flags;
	uint32_t reserved;
};

/**
 * tetra_event_to_compact() - the event as one short human-readable line
 * @buf:	where to write; may be NULL if @size is 0
 * @size:	bytes in @buf; the text is cut to fit and NUL-terminated if @size > 0
 * @opts:	NULL for defaults
 *
 * No newline. Return: bytes the whole text needs without its NUL; 0 if @opts is invalid.
 * Since: 0.1
 */
TETRA_API size_t tetra_event_to_compact(const struct tetra_event *event, char *buf,
					size_t size,
					const struct tetra_compact_opts *opts);

TETRA_END_DECLS

#endif
