/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The closed lists that kernel programs, library and documentation share: argument kinds,
 * operators, actions, causes of loss. Each list is defined once, here; enums, names, decoders
 * and JSON keys are expanded from it. Numbers are part of the record layout: append only.
 */
#ifndef TETRA_ABI_KINDS_H
#define TETRA_ABI_KINDS_H

/*
 * Argument kinds: all types that the language has.
 *   NAME, number, name in YAML, support (enum tetra_support), shape of its payload (enum
 *   tetra_shape), how programs read it (enum tetra_reader), how it is compared (enum
 *   tetra_class), bits and sign of a number, the kernel's struct that it points to, JSON key of
 *   the value in an event, parameters that it reads (a set of enum signature_type of lib/linux;
 *   "": any), the caller's memory, which can change after the check
 */
/* A row a line. */
/* clang-format off */
#define TETRA_ARG_KINDS(X)                                                                       \
	X(NOP, 1, "nop", DECLARED, NONE, NONE, OTHER, 0, 0, "", "", "", 0)                       \
	X(INT8, 2, "int8", DECLARED, WORD, WORD, INT, 8, 1, "", "int_arg", "ilf", 0)             \
	X(UINT8, 3, "uint8", DECLARED, WORD, WORD, INT, 8, 0, "", "uint_arg", "ilf", 0)          \
	X(INT16, 4, "int16", DECLARED, WORD, WORD, INT, 16, 1, "", "int_arg", "ilf", 0)          \
	X(UINT16, 5, "uint16", DECLARED, WORD, WORD, INT, 16, 0, "", "uint_arg", "ilf", 0)       \
	X(INT32, 6, "int32", DECLARED, WORD, WORD, INT, 32, 1, "", "int_arg", "ilf", 0)          \
	X(UINT32, 7, "uint32", DECLARED, WORD, WORD, INT, 32, 0, "", "uint_arg", "ilf", 0)       \
	X(INT64, 8, "int64", DECLARED, WORD, WORD, INT, 64, 1, "", "long_arg", "", 0)            \
	X(UINT64, 9, "uint64", DECLARED, WORD, WORD, INT, 64, 0, "", "size_arg", "", 0)          \
	X(SIZE, 10, "size_t", DECLARED, WORD, WORD, INT, 64, 0, "", "size_arg", "", 0)           \
	X(STRING, 11, "string", DECLARED, TEXT, TEXT, TEXT, 0, 0, "", "string_arg", "sv", 1)     \
	X(FILENAME, 12, "filename", DECLARED, TEXT, TEXT, TEXT, 0, 0, "filename",                \
	  "string_arg", "nv", 0)                                                                 \
	X(CHAR_BUF, 13, "char_buf", DECLARED, BYTES, BUFFER, TEXT, 0, 0, "",                     \
	  "bytes_arg", "svl", 1)                                                                 \
	X(FILE, 14, "file", DECLARED, PATH, FILE, FILE_PATH, 0, 0, "file", "file_arg", "Fv", 0)  \
	X(PATH, 15, "path", DECLARED, PATH, PATH, FILE_PATH, 0, 0, "path", "path_arg", "Pv", 0)  \
	X(FD, 16, "fd", DECLARED, PATH, FD, PATH, 0, 0, "", "file_arg", "fil", 0)                \
	X(BINPRM, 17, "linux_binprm", DECLARED, PATH, BINPRM, PATH, 0, 0, "linux_binprm",        \
	  "linux_binprm_arg", "Bv", 0)                                                           \
	X(SOCK, 18, "sock", DECLARED, SOCK, SOCK, SOCK, 0, 0, "sock", "sock_arg", "Sv", 0)       \
	X(CONST_BUF, 19, "const_buf", DERIVED, LONGS, BUFFER, OTHER, 0, 0, "",                   \
	  "size_arg", "", 0)                                                                     \
	X(CRED, 20, "cred", DECLARED, CRED, FIELDS, OTHER, 0, 0, "cred",                         \
	  "process_credentials_arg", "Cv", 0)                                                    \
	X(DENTRY, 21, "dentry", DECLARED, PATH, DENTRY, PATH, 0, 0, "dentry",                    \
	  "path_arg", "Dv", 0)                                                                   \
	X(CHAR_IOVEC, 22, "char_iovec", NOT_YET, NONE, NONE, OTHER, 0, 0, "",                    \
	  "bytes_arg", "pv", 1)                                                                  \
	X(SKB, 23, "skb", DECLARED, SKB, SKB, SKB, 0, 0, "sk_buff", "skb_arg", "kv", 0)          \
	X(SOCKADDR, 24, "sockaddr", DECLARED, SOCKADDR, SOCKADDR, SOCKADDR, 0, 0,                \
	  "sockaddr", "sockaddr_arg", "Av", 1)                                                   \
	X(SOCKET, 25, "socket", DECLARED, SOCK, SOCK, SOCK, 0, 0, "socket", "sock_arg", "Kv", 0)  \
	X(SOCKADDR_UN, 26, "sockaddr_un", NOT_YET, NONE, NONE, SOCKADDR_UN, 0, 0, "",            \
	  "sockaddrun_arg", "Av", 1)                                                             \
	X(BPF_ATTR, 27, "bpf_attr", DECLARED, BPF_PROG, FIELDS, OTHER, 0, 0, "bpf_attr",         \
	  "bpf_attr_arg", "pv", 0)                                                               \
	X(PERF_EVENT, 28, "perf_event", DECLARED, PERF_EVENT, FIELDS, OTHER, 0, 0,               \
	  "perf_event", "perf_event_arg", "pv", 0)                                               \
	X(BPF_MAP, 29, "bpf_map", DECLARED, BPF_MAP, FIELDS, OTHER, 0, 0, "bpf_map",             \
	  "bpf_map_arg", "pv", 0)                                                                \
	X(USER_NAMESPACE, 30, "user_namespace", DECLARED, USER_NS, FIELDS, OTHER, 0, 0,          \
	  "user_namespace", "user_ns_arg", "pv", 0)                                              \
	X(CAPABILITY, 31, "capability", DECLARED, CAPABILITY, WORD, OTHER, 32, 1, "",            \
	  "capability_arg", "il", 0)                                                             \
	X(KIOCB, 32, "kiocb", DECLARED, PATH, FILE, FILE_PATH, 0, 0, "kiocb",                    \
	  "file_arg", "pv", 0)                                                                   \
	X(IOV_ITER, 33, "iov_iter", NOT_YET, NONE, NONE, OTHER, 0, 0, "iov_iter",                \
	  "bytes_arg", "pv", 0)                                                                  \
	X(LOAD_INFO, 34, "load_info", DECLARED, LOAD_INFO, FIELDS, OTHER, 0, 0, "load_info",     \
	  "module_arg", "pv", 0)                                                                 \
	X(MODULE, 35, "module", DECLARED, MODULE, FIELDS, OTHER, 0, 0, "module",                 \
	  "module_arg", "pv", 0)                                                                 \
	X(SYSCALL64, 36, "syscall64", DECLARED, CALL, CALL, SYSCALL, 64, 1, "",                  \
	  "syscall_id", "", 0)                                                                   \
	X(KERNEL_CAP, 37, "kernel_cap_t", DECLARED, CAPS, CAPS, CAPS, 64, 0,                     \
	  "kernel_cap_struct", "kernel_cap_t_arg", "pv", 0)                                      \
	X(CAP_INHERITABLE, 38, "cap_inheritable", DECLARED, CAPS, CAPS, CAPS, 64, 0,             \
	  "kernel_cap_struct", "cap_inheritable_arg", "pv", 0)                                   \
	X(CAP_PERMITTED, 39, "cap_permitted", DECLARED, CAPS, CAPS, CAPS, 64, 0,                 \
	  "kernel_cap_struct", "cap_permitted_arg", "pv", 0)                                     \
	X(CAP_EFFECTIVE, 40, "cap_effective", DECLARED, CAPS, CAPS, CAPS, 64, 0,                 \
	  "kernel_cap_struct", "cap_effective_arg", "pv", 0)                                     \
	X(DATA_LOC, 41, "data_loc", NOT_YET, NONE, NONE, TEXT, 0, 0, "", "string_arg", "", 0)    \
	X(NET_DEVICE, 42, "net_device", DECLARED, TEXT, TEXT, TEXT, 0, 0, "net_device",          \
	  "string_arg", "pv", 0)                                                                 \
	X(BPF_CMD, 43, "bpf_cmd", DECLARED, BPF_CMD, WORD, OTHER, 32, 1, "",                     \
	  "bpf_cmd_arg", "il", 0)                                                                \
	X(BPF_PROG, 44, "bpf_prog", DECLARED, BPF_PROG, FIELDS, OTHER, 0, 0, "bpf_prog",         \
	  "bpf_prog_arg", "pv", 0)
/* clang-format on */

/* What policies can do with a kind. */
enum tetra_support {
	TETRA_KIND_NOT_YET = 0, /* it is a word of the language, and that is all */
	TETRA_KIND_DECLARED = 1,
	TETRA_KIND_DERIVED = 2, /* from a tracepoint's format, never declared */
};

/* What the payload of an argument is. lib/event/codec.c has a row for each. */
enum tetra_shape {
	TETRA_SHAPE_NONE = 0,
	TETRA_SHAPE_WORD = 1,  /* 8 bytes, sign- or zero-extended from the kind's width */
	TETRA_SHAPE_TEXT = 2,  /* the text, no NUL */
	TETRA_SHAPE_BYTES = 3, /* the bytes; the header has the original length */
	TETRA_SHAPE_LONGS = 4, /* likewise, an array */
	TETRA_SHAPE_PATH = 5,  /* __u64 i_mode, then the text, no NUL */
	TETRA_SHAPE_SOCK = 6,  /* struct tetra_record_sock */
	TETRA_SHAPE_CRED = 7,  /* struct tetra_record_arg_cred */
	TETRA_SHAPE_SOCKADDR = 8, /* struct tetra_record_sock: family, address, port */
	TETRA_SHAPE_CALL =
		9, /* 8 bytes: the number of a system call, with TETRA_CALL_COMPAT */
	TETRA_SHAPE_SKB = 10,	     /* struct tetra_record_skb */
	TETRA_SHAPE_CAPABILITY = 11, /* as WORD: the number of a capability */
	TETRA_SHAPE_BPF_CMD = 12,    /* as WORD: a command of bpf(2) */
	TETRA_SHAPE_USER_NS = 13,    /* struct tetra_record_arg_user_ns */
	TETRA_SHAPE_BPF_PROG = 14,   /* struct tetra_record_arg_bpf_prog */
	TETRA_SHAPE_BPF_MAP = 15,    /* struct tetra_record_arg_bpf_map */
	TETRA_SHAPE_PERF_EVENT = 16, /* struct tetra_record_arg_perf_event, then a name */
	TETRA_SHAPE_MODULE = 17,     /* struct tetra_record_arg_module, then its name */
	TETRA_SHAPE_LOAD_INFO = 18,  /* likewise */
	TETRA_SHAPE_CAPS = 19,	     /* 8 bytes: a set of capabilities */
	TETRA_SHAPE_END = 20,
};

/* Classes of slots, in the order in which they are matched: cheapest first. */
enum tetra_slot_class {
	TETRA_SLOTS_NUMBER = 0,
	TETRA_SLOTS_SOCK = 1,
	TETRA_SLOTS_PATH = 2,
	TETRA_SLOTS_TEXT = 3,
	TETRA_SLOT_CLASSES = 4,
	TETRA_SLOTS_NONE = 5, /* not read */
};

/*
 * How programs come from a parameter to the value. A kind that is some members of a struct
 * (FIELDS) is an address, a number that nothing is compared with, until there is an event.
 *   NAME, number, class of the slot, programs with typed parameters load its fields directly
 */
/* A row a line. */
/* clang-format off */
#define TETRA_READERS(X)                                                 \
	X(NONE, 0, NONE, 0)                                              \
	X(WORD, 1, NUMBER, 0)                                            \
	X(TEXT, 2, TEXT, 0)                                              \
	X(BUFFER, 3, TEXT, 0)                                            \
	X(FILE, 4, PATH, 1)                                              \
	X(PATH, 5, PATH, 1)                                              \
	X(FD, 6, PATH, 0)                                                \
	X(BINPRM, 7, PATH, 1)                                            \
	X(SOCK, 8, SOCK, 0)                                              \
	X(FIELDS, 9, NUMBER, 0)                                          \
	X(DENTRY, 10, PATH, 0)                                           \
	X(SOCKADDR, 11, SOCK, 0)                                         \
	X(CALL, 12, NUMBER, 0)                                           \
	X(SKB, 13, SOCK, 0)                                              \
	X(CAPS, 14, NUMBER, 0)
/* clang-format on */

/* Marks the number of a system call that was made by the 32-bit entry: those are other calls. */
#define TETRA_CALL_COMPAT 0x80000000u

/* Spellings of the language that mean one of the kinds above. */
/* A row a line. */
/* clang-format off */
#define TETRA_ARG_ALIASES(X)                    \
	X("int", INT32)                         \
	X("sint32", INT32)                      \
	X("sint16", INT16)                      \
	X("sint8", INT8)                        \
	X("sint64", INT64)                      \
	X("long", INT64)                        \
	X("ulong", UINT64)
/* clang-format on */

/* Columns of a slot, except those of sockets. NAME, number, unique within a class of slots */
/* A row a line. */
/* clang-format off */
#define TETRA_SLOT_COLUMN_ROWS(X)                                        \
	X(VALUE, 0)     /* numbers */                                    \
	X(MASK, 1)      /* their bits */                                 \
	X(HEAD, 0)      /* texts and paths, from the front */            \
	X(TAIL, 1)      /* from the end */                               \
	X(FILE_TYPE, 2) /* of files and paths */
/* clang-format on */

/*
 * Tables that values are looked up in, made by lib/image.
 *   NAME, number, column of the slot if the value is looked at as a whole, how it is built
 *   (column_build_*()), how a filter's values get there (column_fill_*())
 */
/* A row a line. */
/* clang-format off */
#define TETRA_TABLES(X)                                                  \
	X(NONE, 0, VALUE, none, none)                                    \
	X(EXACT, 1, VALUE, exact, none)                                  \
	X(NUMBER, 2, VALUE, number, numbers)                             \
	X(BITS, 3, MASK, bits, masks)                                    \
	X(ADDRESS, 4, VALUE, address, addresses)                         \
	X(TEXT_HEAD, 5, HEAD, trie, texts)                               \
	X(TEXT_TAIL, 6, TAIL, trie, texts)                               \
	X(PATH_HEAD, 7, HEAD, trie, texts)
/* clang-format on */

/*
 * Relations between a value and a literal: what operators are made of.
 *   NAME, number, table for numbers and addresses, table for texts (of paths: PATH_HEAD for
 *   TEXT_HEAD), what lints know (enum lint_set_kind), longest
 *   text in bytes (0: it does not compare texts)
 */
/* A row a line. */
/* clang-format off */
#define TETRA_RELATIONS(X)                                               \
	X(IS, 1, NUMBER, TEXT_HEAD, EQUAL, 4096)                         \
	X(PREFIX, 2, NONE, TEXT_HEAD, PREFIX, 256)                       \
	X(POSTFIX, 3, NONE, TEXT_TAIL, POSTFIX, 127)                     \
	X(CONTAINS, 4, NONE, NONE, PART, 99)                             \
	X(CONTAINS_NOCASE, 5, NONE, NONE, PART_NOCASE, 99)               \
	X(ABOVE, 6, NUMBER, NONE, GREATER, 0)                            \
	X(BELOW, 7, NUMBER, NONE, LESS, 0)                               \
	X(HAS_BITS, 8, BITS, NONE, MASK, 0)                              \
	X(IN_NET, 9, ADDRESS, NONE, NET, 0)                              \
	X(IN_RANGE, 10, NUMBER, NONE, EQUAL, 0)
/* clang-format on */

/*
 * Parts of an argument that operators look at.
 *   NAME, number, column of the slot (enum tetra_slot_column); VALUE: or the relation's table
 *   decides, bits of a number
 */
/* A row a line. */
/* clang-format off */
#define TETRA_PARTS(X)                                                   \
	X(VALUE, 0, VALUE, 0)                                            \
	X(SADDR, 1, SADDR, 128)                                          \
	X(DADDR, 2, DADDR, 128)                                          \
	X(SPORT, 3, SPORT, 16)                                           \
	X(DPORT, 4, DPORT, 16)                                           \
	X(PROTOCOL, 5, PROTOCOL, 16)                                     \
	X(FAMILY, 6, FAMILY, 16)                                         \
	X(STATE, 7, STATE, 8)                                            \
	X(FILE_TYPE, 8, FILE_TYPE, 4)
/* clang-format on */

/*
 * What operators look at in a socket, in the order in which it is compared: cheapest first.
 *   NAME, column of the slot, member of struct tetra_record_sock
 * Ports and addresses are those of sockets of AF_INET and AF_INET6. A packet says itself which
 * parts it lacks (struct tetra_record_sock).
 */
/* A row a line. */
/* clang-format off */
#define TETRA_SOCK_NUMBERS(X)                                            \
	X(FAMILY, 5, family)                                             \
	X(PROTOCOL, 4, protocol)                                         \
	X(STATE, 6, state)
#define TETRA_INET_NUMBERS(X)                                            \
	X(DPORT, 3, dport)                                               \
	X(SPORT, 2, sport)
#define TETRA_INET_ADDRESSES(X)                                          \
	X(DADDR, 1, daddr)                                               \
	X(SADDR, 0, saddr)
/* clang-format on */

/* Protocols whose header begins with two ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
#define TETRA_HAS_PORTS(protocol)                                                        \
	((protocol) == 6 || (protocol) == 17 || (protocol) == 33 || (protocol) == 132 || \
	 (protocol) == 136)

/*
 * Operators of matchArgs, matchData and matchReturnArgs: all that the language has.
 *   NAME, number, name in YAML, relation, negated, classes of types it is for (a set of
 *   enum tetra_class), grammar of its values, part of the argument, supported
 */
/* A row a line. */
/* clang-format off */
#define TETRA_OPERATORS(X)                                                                        \
	X(EQUAL, 1, "Equal", IS, 0, LITERALS, LITERAL, VALUE, 1)                                  \
	X(NOT_EQUAL, 2, "NotEqual", IS, 1, LITERALS, LITERAL, VALUE, 1)                           \
	X(PREFIX, 3, "Prefix", PREFIX, 0, STRINGS, TEXT, VALUE, 1)                                \
	X(NOT_PREFIX, 4, "NotPrefix", PREFIX, 1, STRINGS, TEXT, VALUE, 1)                         \
	X(POSTFIX, 5, "Postfix", POSTFIX, 0, STRINGS, TEXT, VALUE, 1)                             \
	X(NOT_POSTFIX, 6, "NotPostfix", POSTFIX, 1, STRINGS, TEXT, VALUE, 1)                      \
	X(GT, 7, "GT", ABOVE, 0, INTEGERS, LITERAL, VALUE, 1)                                     \
	X(LT, 8, "LT", BELOW, 0, INTEGERS, LITERAL, VALUE, 1)                                     \
	X(MASK, 9, "Mask", HAS_BITS, 0, INTEGERS | TETRA_CLASS_CAPS, LITERAL, VALUE, 1)                  \
	X(IN_MAP, 10, "InMap", IN_RANGE, 0, INTEGERS, SET, VALUE, 1)                              \
	X(NOT_IN_MAP, 11, "NotInMap", IN_RANGE, 1, INTEGERS, SET, VALUE, 1)                       \
	X(SADDR, 12, "SAddr", IN_NET, 0, PACKETS | TETRA_CLASS_SOCKADDR, ADDRESS, SADDR, 1)              \
	X(DADDR, 13, "DAddr", IN_NET, 0, PACKETS, ADDRESS, DADDR, 1)                              \
	X(SPORT, 14, "SPort", IN_RANGE, 0, PACKETS | TETRA_CLASS_SOCKADDR, PORT, SPORT, 1)               \
	X(DPORT, 15, "DPort", IN_RANGE, 0, PACKETS, PORT, DPORT, 1)                               \
	X(PROTOCOL, 16, "Protocol", IN_RANGE, 0, PACKETS, PROTOCOL, PROTOCOL, 1)                  \
	X(FAMILY, 17, "Family", IN_RANGE, 0, PACKETS | ADDRESSES, FAMILY, FAMILY, 1)              \
	X(NOT_SADDR, 18, "NotSAddr", IN_NET, 1, PACKETS | TETRA_CLASS_SOCKADDR, ADDRESS, SADDR, 1)       \
	X(NOT_DADDR, 19, "NotDAddr", IN_NET, 1, PACKETS, ADDRESS, DADDR, 1)                       \
	X(NOT_SPORT, 20, "NotSPort", IN_RANGE, 1, PACKETS | TETRA_CLASS_SOCKADDR, PORT, SPORT, 1)        \
	X(NOT_DPORT, 21, "NotDPort", IN_RANGE, 1, PACKETS, PORT, DPORT, 1)                        \
	X(SPORT_PRIV, 22, "SPortPriv", IN_RANGE, 0, PACKETS | TETRA_CLASS_SOCKADDR, PRIVILEGED,          \
	  SPORT, 1)                                                                               \
	X(NOT_SPORT_PRIV, 23, "NotSportPriv", IN_RANGE, 1, PACKETS | TETRA_CLASS_SOCKADDR, PRIVILEGED,   \
	  SPORT, 1)                                                                               \
	X(DPORT_PRIV, 24, "DPortPriv", IN_RANGE, 0, PACKETS, PRIVILEGED, DPORT, 1)                \
	X(NOT_DPORT_PRIV, 25, "NotDPortPriv", IN_RANGE, 1, PACKETS, PRIVILEGED, DPORT, 1)         \
	X(STATE, 26, "State", IN_RANGE, 0, PACKETS, STATE, STATE, 1)                              \
	X(IN_RANGE, 27, "InRange", IN_RANGE, 0, INTEGERS, RANGE, VALUE, 1)                        \
	X(NOT_IN_RANGE, 28, "NotInRange", IN_RANGE, 1, INTEGERS, RANGE, VALUE, 1)                 \
	X(FILE_TYPE, 29, "FileType", IN_RANGE, 0, TETRA_CLASS_FILE, FILE_TYPE, FILE_TYPE, 1)             \
	X(NOT_FILE_TYPE, 30, "NotFileType", IN_RANGE, 1, TETRA_CLASS_FILE, FILE_TYPE, FILE_TYPE, 1)      \
	X(SUB_STRING, 31, "SubString", CONTAINS, 0, STRINGS, TEXT, VALUE, 0)                      \
	X(SUB_STRING_NOCASE, 32, "SubStringIgnCase", CONTAINS_NOCASE, 0, STRINGS, TEXT, VALUE, 0) \
	X(GAINED, 33, "CapabilitiesGained", NONE, 0, TETRA_CLASS_CAPS, NONE, VALUE, 0)                   \
	X(CEL, 34, "CelExpr", NONE, 0, TETRA_CLASS_OTHER, CEL, VALUE, 0)
/* clang-format on */

/* Other spellings of operators. Name in YAML, operator */
/* A row a line. */
/* clang-format off */
#define TETRA_OPERATOR_ALIASES(X)                                        \
	X("GreaterThan", GT)                                             \
	X("LessThan", LT)
/* clang-format on */

/*
 * Actions: all that the language has.
 *   NAME, number, name in YAML, where it is allowed (a set of enum section of lib/policy),
 *   enforces, what it needs of the hook point (PLAN_NEEDS_* of lib/plan), flags of the rule
 *   (TETRA_RULE_*) that it sets and that it clears, name in events, supported
 */
/* A row a line. */
/* clang-format off */
#define TETRA_ACTIONS(X)                                                                          \
	X(POST, 1, "Post", SECTION_ALL, 0, 0, 0, 0, "KPROBE_ACTION_POST", 1)                      \
	X(NOPOST, 2, "NoPost", SECTION_ALL, 0, 0, 0, TETRA_RULE_POST, "KPROBE_ACTION_NOPOST", 1)  \
	X(SIGKILL, 3, "Sigkill", NOT_FENTRY, 1, PLAN_NEEDS_KILL,                                  \
	  TETRA_RULE_SIGNAL | TETRA_RULE_DENY, 0, "KPROBE_ACTION_SIGKILL", 1)                     \
	X(SIGNAL, 4, "Signal", NOT_FENTRY, 1, PLAN_NEEDS_SIGNAL, TETRA_RULE_SIGNAL, 0,            \
	  "KPROBE_ACTION_SIGNAL", 1)                                                              \
	X(OVERRIDE, 5, "Override", NOT_FENTRY, 1, PLAN_NEEDS_OVERRIDE, TETRA_RULE_OVERRIDE, 0,    \
	  "KPROBE_ACTION_OVERRIDE", 1)                                                            \
	X(GET_URL, 6, "GetUrl", IN_AGENT, 0, 0, 0, 0, "KPROBE_ACTION_GETURL", 0)                  \
	X(DNS_LOOKUP, 7, "DnsLookup", IN_AGENT, 0, 0, 0, 0, "KPROBE_ACTION_DNSLOOKUP", 0)         \
	X(TRACK_SOCK, 8, "TrackSock", NOT_LSM, 0, 0, 0, 0, "KPROBE_ACTION_TRACKSOCK", 0)          \
	X(UNTRACK_SOCK, 9, "UntrackSock", NOT_LSM, 0, 0, 0, 0, "KPROBE_ACTION_UNTRACKSOCK", 0)    \
	X(NOTIFY_ENFORCER, 10, "NotifyEnforcer", NOT_FENTRY & NOT_LSM, 1, 0, 0, 0,                \
	  "KPROBE_ACTION_NOTIFYENFORCER", 0)                                                      \
	X(CLEANUP_ENFORCER, 11, "CleanupEnforcerNotification", NOT_LSM, 0, 0, 0, 0,               \
	  "KPROBE_ACTION_CLEANUPENFORCERNOTIFICATION", 0)                                         \
	X(SET, 12, "Set", NOT_FENTRY & NOT_LSM, 1, 0, 0, 0, "KPROBE_ACTION_SET", 0)
/* clang-format on */

/* Causes of loss. NAME, number, name in events, member of struct tetra_session_stats */
/* A row a line. */
/* clang-format off */
#define TETRA_LOSSES(X)                                                          \
	/* the ring buffer was full */                                           \
	X(RING, 0, "ring", lost_ring)                                            \
	/* all scratch slots of the processor were taken */                      \
	X(SCRATCH, 1, "scratch", lost_scratch)                                   \
	/* the kernel's process table was full */                                \
	X(PROCESS, 2, "process", lost_process)                                   \
	/* a fragment of a long argument list was lost */                        \
	X(FRAGMENT, 3, "fragment", lost_fragment)                                \
	/* the kernel skipped a program that was already running */              \
	X(RECURSION, 4, "recursion", lost_recursion)                             \
	/* a record could not be decoded */                                      \
	X(DECODE, 5, "decode", lost_decode)                                      \
	/* out of memory in user space */                                        \
	X(MEMORY, 6, "memory", lost_memory)                                      \
	/* kernel.ftrace_enabled is 0: hooks do not run */                       \
	X(FTRACE_OFF, 7, "ftrace-off", lost_ftrace_off)                          \
	/* kprobes are switched off: hooks do not run */                         \
	X(KPROBES_OFF, 8, "kprobes-off", lost_kprobes_off)                       \
	/* the kernel became preemptible: runs can be skipped */                 \
	X(PREEMPTIBLE, 9, "preemptible", lost_preemptible)                       \
	/* a denied call went through: its process was killed */                 \
	X(PASSED, 10, "passed", lost_passed)                                     \
	/* a rate limit was forgotten: too many values at once */                \
	X(RATE, 11, "rate", rate_forgotten)                                      \
	/* every user may call bpf(2): runs of probes can be skipped */          \
	X(BPF_FREE, 12, "bpf-free", lost_bpf_free)
/* clang-format on */

/* What else programs count, in the same map. NAME, number, what */
#define TETRA_TALLIES(X)                                                                 \
	X(OWN, 0, "runs for the session's own processes, which were left out")           \
	X(UNSENT, 1, "signals that the kernel refused to send")

/* Namespaces, in the order of the event's "ns" object. NAME, number, YAML, JSON, /proc/PID/ns */
/* A row a line. */
/* clang-format off */
#define TETRA_NAMESPACES(X)                                                      \
	X(UTS, 0, "Uts", "uts", "uts")                                           \
	X(IPC, 1, "Ipc", "ipc", "ipc")                                           \
	X(MNT, 2, "Mnt", "mnt", "mnt")                                           \
	X(PID, 3, "Pid", "pid", "pid")                                           \
	X(PID_FOR_CHILDREN, 4, "PidForChildren", "pid_for_children",             \
	  "pid_for_children")                                                    \
	X(NET, 5, "Net", "net", "net")                                           \
	X(TIME, 6, "Time", "time", "time")                                       \
	X(TIME_FOR_CHILDREN, 7, "TimeForChildren", "time_for_children",          \
	  "time_for_children")                                                   \
	X(CGROUP, 8, "Cgroup", "cgroup", "cgroup")                               \
	X(USER, 9, "User", "user", "user")
/* clang-format on */

/* Capability sets. NAME, number, name in YAML */
/* A row a line. */
/* clang-format off */
#define TETRA_CAPSETS(X)                                                 \
	X(PERMITTED, 0, "Permitted")                                     \
	X(EFFECTIVE, 1, "Effective")                                     \
	X(INHERITABLE, 2, "Inheritable")
/* clang-format on */

/*
 * The result of reading a value that filters look at. Only TETRA_VALUE_READ can be compared;
 * lib/judge/eval.h describes how selectors treat the others.
 */
enum tetra_value_state {
	TETRA_VALUE_READ = 0,
	/* nothing is there: a pipe, a socket, a closed descriptor */
	TETRA_VALUE_ABSENT = 1,
	/* it has no text: a memfd, a null pointer, a kernel thread */
	TETRA_VALUE_NONE = 2,
	TETRA_VALUE_UNREADABLE = 3, /* there is one, but it cannot be read */
	/* likewise: memory of the process that made a system call */
	TETRA_VALUE_FAULT = 4,
	TETRA_VALUE_STATES = 5,
};

/* Why values were unreadable: number, what is counted. */
#define TETRA_UNREADABLES(X)                                                             \
	X(PATH_MOVED, 0, "paths that were renamed each time they were read")             \
	X(PATH_DEEP, 1, "paths of more components than are followed")                    \
	X(PATH_DETACHED, 2, "paths on mounts that are in no mount namespace")            \
	X(USER_MEMORY, 3, "arguments in the memory of processes that could not be read") \
	X(KERNEL_MEMORY, 4, "arguments in kernel memory that could not be read")         \
	X(TEXT_END, 5, "texts whose end was too far away")                               \
	X(RECORD_FULL, 6, "texts that found no room beside the others")                  \
	X(PROCESS, 7, "processes whose executable is not known")

#define X(NAME, number, ...) TETRA_UNREADABLE_##NAME = number,
enum tetra_unreadable { TETRA_UNREADABLES(X) TETRA_UNREADABLE_END };
#undef X

#define X(NAME, number, ...) TETRA_ARG_##NAME = number,
enum tetra_arg_kind { TETRA_ARG_KINDS(X) TETRA_ARG_END };
#undef X

#define X(NAME, number, ...) TETRA_READ_##NAME = number,
enum tetra_reader { TETRA_READERS(X) TETRA_READ_END };
#undef X

#define X(NAME, number, ...) TETRA_OP_##NAME = number,
enum tetra_operator { TETRA_OPERATORS(X) TETRA_OP_END };
#undef X

#define X(NAME, number, ...) TETRA_REL_##NAME = number,
enum tetra_relation { TETRA_REL_NONE = 0, TETRA_RELATIONS(X) TETRA_REL_END };
#undef X

#define X(NAME, number, ...) TETRA_PART_##NAME = number,
enum tetra_part { TETRA_PARTS(X) TETRA_PART_END };
#undef X

#define X(NAME, number, ...) TETRA_ACTION_##NAME = number,
enum tetra_action_kind { TETRA_ACTIONS(X) TETRA_ACTION_END };
#undef X

#define X(NAME, number, ...) TETRA_LOST_##NAME = number,
enum tetra_loss { TETRA_LOSSES(X) TETRA_LOST_END };
#undef X

#define X(NAME, number, ...)                                                             \
	TETRA_TALLY_##NAME = TETRA_LOST_END + TETRA_UNREADABLE_END + number,
enum tetra_tally { TETRA_TALLIES(X) TETRA_TALLY_END };
#undef X

#define X(NAME, number, ...) TETRA_NS_##NAME = number,
enum tetra_namespace { TETRA_NAMESPACES(X) TETRA_NS_END };
#undef X

#define X(NAME, number, ...) TETRA_CAPSET_##NAME = number,
enum tetra_capset { TETRA_CAPSETS(X) TETRA_CAPSET_END };
#undef X

/* How values of a kind are compared; operators name sets of these. */
enum tetra_class {
	TETRA_CLASS_OTHER = 0, /* not at all */
	TETRA_CLASS_INT = 1 << 0,
	TETRA_CLASS_TEXT = 1 << 1,
	TETRA_CLASS_PATH = 1 << 2,
	TETRA_CLASS_FILE = 1 << 3, /* with an inode; in addition to TETRA_CLASS_PATH */
	TETRA_CLASS_SOCK = 1 << 4,
	TETRA_CLASS_SKB = 1 << 5,
	TETRA_CLASS_SOCKADDR = 1 << 6,
	TETRA_CLASS_SOCKADDR_UN = 1 << 7,
	TETRA_CLASS_CAPS = 1 << 8,
	TETRA_CLASS_SYSCALL = 1 << 9,
	TETRA_CLASS_AUTO = 1 << 10, /* known once the tracepoint's format is known */
	TETRA_CLASS_FILE_PATH = TETRA_CLASS_PATH | TETRA_CLASS_FILE,
	/* Those that are read into a struct tetra_record_sock. */
	TETRA_CLASSES_SOCK = TETRA_CLASS_SOCK | TETRA_CLASS_SKB | TETRA_CLASS_SOCKADDR,
	/* Those that are one number. */
	TETRA_CLASSES_NUMBER = TETRA_CLASS_INT | TETRA_CLASS_SYSCALL | TETRA_CLASS_CAPS,
};

#endif
