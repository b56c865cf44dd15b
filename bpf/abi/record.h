/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records: what programs write into the ring buffer. A record begins with its length and
 * kind, so that an older reader can skip a newer one. All records are 8-byte aligned,
 * little-endian like the machine, and contain no kernel address except the socket cookie of
 * events.
 *
 * A process is identified by its key: thread group id and stamp. The stamp is the boot-time
 * clock at its last exec, or at its start if it never exec'd. The process is described once,
 * by its FORK and EXEC records; user space joins them with events.
 */
#ifndef TETRA_ABI_RECORD_H
#define TETRA_ABI_RECORD_H

#include <linux/types.h>

/* Bytes of the largest record; a power of two, so that programs can mask offsets. */
#define TETRA_RECORD_MAX 16384
/* Bytes of a text argument: path or string; the kernel's own PATH_MAX. */
#define TETRA_TEXT_MAX 4096
/* Texts are read with their NUL; this many bytes are kept. */
#define TETRA_TEXT_KEPT (TETRA_TEXT_MAX - 1)
/* Bytes of arguments in the EXEC record itself; more follow in ARGS records before it. */
#define TETRA_EXEC_ARGS_INLINE 8192
#define TETRA_ARGS_FRAGMENT    8192
/* Fragments of one exec: 256 * 8 KiB is what the kernel itself allows by default (a
 * quarter of an 8 MiB stack). If there are more: TETRA_EXEC_ARGS_CUT. */
#define TETRA_ARGS_FRAGMENTS  256
#define TETRA_CGROUP_NAME_MAX 128

/* A row a line. */
/* clang-format off */
#define TETRA_RECORD_KINDS(X)                                            \
	X(EXEC, 1)                                                       \
	X(FORK, 2)                                                       \
	X(EXIT, 3)                                                       \
	X(HOOK, 4)                                                       \
	X(ARGS, 5)
/* clang-format on */

#define X(NAME, number) TETRA_RECORD_##NAME = number,
enum tetra_record_kind { TETRA_RECORD_KINDS(X) TETRA_RECORD_END };
#undef X

struct tetra_record {
	__u32 bytes; /* of the whole record, this header included */
	__u16 kind;
	__u16 flags;   /* by kind */
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u32 tgid;
	__u32 tid;
	__u64 stamp; /* with tgid: the process's key; 0: unknown in the kernel */
};

/* HOOK: flags of the header */
#define TETRA_HOOK_UNKNOWN  1u	/* neither the process nor four ancestors are known */
#define TETRA_HOOK_ANCESTOR 2u	/* tgid and stamp are the nearest known ancestor's */
#define TETRA_HOOK_MONITOR  4u	/* the action was held back by monitor mode */
#define TETRA_HOOK_ENFORCED 8u	/* a signal was sent or the result was changed */
#define TETRA_HOOK_RETURN   16u /* the last argument is the return value */
#define TETRA_HOOK_CUT	    32u /* an argument did not fit into the record and is missing */

struct tetra_record_hook {
	struct tetra_record head;
	__u32 group; /* tetra_rule.group */
	__u32 selector;
	__u16 action; /* TETRA_ACTION_* */
	__u16 n_args; /* arguments that follow, by slot */
	__u32 reserved;
	__u64 generation;
	/* n_args times: struct tetra_record_arg, then its bytes padded to 8 */
};

#define TETRA_ARG_OK	 0
#define TETRA_ARG_FAULT	 1 /* the memory could not be read; no bytes */
#define TETRA_ARG_ABSENT 2 /* an fd that is not open; no bytes */

#define TETRA_ARG_CUT	     1u /* text or buffer was longer than what is kept; see size */
#define TETRA_ARG_UNRESOLVED 2u /* a path's beginning is missing */
/* the file no longer has a name; " (deleted)" is in the text */
#define TETRA_ARG_DELETED 4u
#define TETRA_ARG_NO_PATH 8u  /* pipe, socket, anonymous inode, memfd */
#define TETRA_ARG_MOVED	  16u /* a path that was renamed each time it was read */
#define TETRA_ARG_FOREIGN 32u /* a path in a mount namespace that a user namespace owns */
#define TETRA_ARG_ON_WAY  64u /* FAULT: at step .size, from 1, of the path to the value */

/* The payload follows: its shape is in the row of the kind (kinds.h). */
struct tetra_record_arg {
	__u8 kind; /* TETRA_ARG_* of kinds.h */
	__u8 slot;
	__u8 status;
	__u8 flags;
	__u32 bytes; /* of the payload, without padding */
	__u64 size; /* CHAR_BUF: length asked for; text: bytes read; see ON_WAY; else 0 */
};

struct tetra_record_sock {
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 state;
	/* Packets: bits of the parts (TETRA_COL_*) that it lacks. */
	__u8 absent;
	__u32 mark;
	__u32 priority;
	__u8 saddr[16]; /* network order; IPv4 in the first four bytes */
	__u8 daddr[16];
	__u16 sport; /* host order */
	__u16 dport;
	__u8 unread; /* likewise: parts that could not be read */
	__u8 reserved[3];
	__u64 cookie; /* the socket's address, as events print it */
};

/* A packet: what its headers say, as of a socket, and what the kernel keeps beside them. */
struct tetra_record_skb {
	struct tetra_record_sock
		sock; /* no type, no state; .cookie: the packet's address */
	__u32 hash;
	__u32 len;
	__u32 sec_path_len; /* transformations (IPsec) that it came through */
	__u32 sec_path_olen;
};

/* The ids of credentials, in the order in which events show them. */
#define TETRA_CRED_IDS(X) X(uid) X(gid) X(euid) X(egid) X(suid) X(sgid) X(fsuid) X(fsgid)

#define X(name) __u32 name;
struct tetra_record_cred {
	TETRA_CRED_IDS(X)
	__u32 securebits;
	__u32 login_uid;
	__u64 caps[3]; /* by enum tetra_capset */
};
#undef X

/* A user namespace, its owner, and its inode number: the payload of TETRA_SHAPE_USER_NS. */
struct tetra_record_arg_user_ns {
	__u32 level; /* 0: the host's */
	__u32 uid, gid;
	__u32 inum;
};

/* The payload of TETRA_SHAPE_CRED; .login_uid is not set. */
struct tetra_record_arg_cred {
	struct tetra_record_cred cred;
	struct tetra_record_arg_user_ns ns;
};

/* Bytes of the names of programs and maps, NUL included. */
#define TETRA_BPF_NAME_BYTES 16

/* TETRA_SHAPE_BPF_PROG */
struct tetra_record_arg_bpf_prog {
	__u32 type;
	__u32 n_insns;
	char name[TETRA_BPF_NAME_BYTES];
};

/* TETRA_SHAPE_BPF_MAP */
struct tetra_record_arg_bpf_map {
	__u32 type;
	__u32 key_size, value_size;
	__u32 max_entries;
	char name[TETRA_BPF_NAME_BYTES];
};

/*
 * TETRA_SHAPE_PERF_EVENT: the attributes that its creator gave. The name of the probed function
 * follows: it is in the creator's memory, and there only if the event is a probe.
 */
struct tetra_record_arg_perf_event {
	__u32 type;
	__u32 reserved;
	__u64 config;
	__u64 probe_offset;
};

/* TETRA_SHAPE_MODULE, TETRA_SHAPE_LOAD_INFO. The name follows, perhaps with NULs at its end. */
struct tetra_record_arg_module {
	__u64 taints;
	__u8 is_signed; /* LOAD_INFO: the signature is good */
	__u8 reserved[7];
};

/* EXEC: flags of the header */
#define TETRA_EXEC_CLONE	1u /* the first exec after a fork */
#define TETRA_EXEC_IN_INIT_TREE 2u
/* ARGS records hold the arguments before those inline */
#define TETRA_EXEC_ARGS_FRAGMENTS 4u
#define TETRA_EXEC_ARGS_CUT	  8u
#define TETRA_EXEC_ARGS_FAULT	  16u
#define TETRA_EXEC_ARGS_LOST	  32u /* a fragment was lost because the ring was full */
#define TETRA_EXEC_CWD_ROOT	  64u /* the working directory is / */
#define TETRA_EXEC_CWD_FAULT	  128u
#define TETRA_EXEC_CWD_UNRESOLVED 256u
#define TETRA_EXEC_NAME_FAULT	  512u
#define TETRA_EXEC_NO_PARENT	  1024u
/* the name was made in a mount namespace that a user namespace owns */
#define TETRA_EXEC_FOREIGN 2048u

/* EXEC: .privileges, what the file changed */
#define TETRA_EXEC_SETUID      1u /* the effective user id */
#define TETRA_EXEC_SETGID      2u /* the effective group id */
#define TETRA_EXEC_RAISED_CAPS 4u /* the file's capabilities added permitted ones */
#define TETRA_EXEC_RAISED_UID  8u /* from another real user to root */
#define TETRA_EXEC_RAISED_GID  16u

/* Members that are a struct of their own as well, as struct_group_tagged() in the kernel. */
#define TETRA_GROUP(tag, name, ...)                                                      \
	union {                                                                          \
		struct {                                                                 \
			__VA_ARGS__                                                      \
		};                                                                       \
		struct tag {                                                             \
			__VA_ARGS__                                                      \
		} name;                                                                  \
	}

struct tetra_record_exec {
	struct tetra_record head;
	__u64 old_stamp; /* of the image that was replaced, same tgid; 0 none */
	__u64 parent_stamp;
	__u32 parent_tgid;
	__u32 ns_tgid; /* in the innermost pid namespace; 0 in the root one */
	/*
	 * What events show of a program besides its texts, the same here, in the library's
	 * process table, and for processes that are read from /proc.
	 */
	/* clang-format off */
	TETRA_GROUP(tetra_record_image, image,
		struct tetra_record_cred cred;
		__u32 namespaces[10]; /* inode numbers, by enum tetra_namespace; 0 none */
		__u64 cgroup_id;
		__u64 inode;	      /* of the executable */
		__u32 links;	      /* 0: deleted, memfd */
		__u32 privileges;     /* TETRA_EXEC_SETUID... */
	);
	/* clang-format on */
	__u16 filename_bytes; /* as executed; no NUL */
	__u16 exe_bytes;      /* resolved path */
	__u16 cwd_bytes;
	__u16 args_inline_bytes; /* the last args_inline_bytes of what was sent */
	char cgroup[TETRA_CGROUP_NAME_MAX]; /* leaf name, NUL-terminated */
	__u32 args_bytes; /* of the whole area in memory, argv[0] included */
	__u16 above_bytes; /* 0: the leaf has a container id, or no group above it has one */
	__u16 reserved;
	/* above, filename, exe, cwd, args: each padded to 8 bytes; above: the name of the
	 * nearest group above the leaf that has an id */
};

/* ARGS: part of the argument area of the exec whose EXEC record follows. */
struct tetra_record_args {
	struct tetra_record head; /* key of the new image */
	__u32 offset;
	__u32 bytes;
	/* bytes */
};

/* FORK: header: the child's key, and its start as time. Flags: TETRA_EXEC_IN_INIT_TREE,
 * TETRA_EXEC_NO_PARENT */
struct tetra_record_fork {
	struct tetra_record head;
	__u64 parent_stamp;
	__u32 parent_tgid;
	__u32 ns_tgid;
};

/* EXIT: flags of the header. The stamp is 0 if the kernel had no row. */
#define TETRA_EXIT_SEEDED 1u /* it ran before the session and has not exec'd since */

struct tetra_record_exit {
	struct tetra_record head;
	__u32 code; /* task_struct.exit_code of the last thread */
	__u32 reserved;
};

#define TETRA_RECORD_CHECK(type, size) _Static_assert(sizeof(type) == (size), #type)
TETRA_RECORD_CHECK(struct tetra_record, 32);
TETRA_RECORD_CHECK(struct tetra_record_hook, 56);
TETRA_RECORD_CHECK(struct tetra_record_arg, 16);
TETRA_RECORD_CHECK(struct tetra_record_sock, 64);
TETRA_RECORD_CHECK(struct tetra_record_skb, 80);
TETRA_RECORD_CHECK(struct tetra_record_cred, 64);
TETRA_RECORD_CHECK(struct tetra_record_arg_cred, 80);
TETRA_RECORD_CHECK(struct tetra_record_arg_user_ns, 16);
TETRA_RECORD_CHECK(struct tetra_record_arg_bpf_prog, 24);
TETRA_RECORD_CHECK(struct tetra_record_arg_bpf_map, 32);
TETRA_RECORD_CHECK(struct tetra_record_arg_perf_event, 24);
TETRA_RECORD_CHECK(struct tetra_record_arg_module, 16);
TETRA_RECORD_CHECK(struct tetra_record_image, 64 + 40 + 16 + 8);
TETRA_RECORD_CHECK(struct tetra_record_exec, 32 + 24 + 128 + 8 + 128 + 8);
TETRA_RECORD_CHECK(struct tetra_record_args, 40);
TETRA_RECORD_CHECK(struct tetra_record_fork, 48);
TETRA_RECORD_CHECK(struct tetra_record_exit, 40);

#endif
