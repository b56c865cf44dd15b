/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The closed lists that kernel programs, library and documentation share: argument kinds,
 * operators, actions, causes of loss. Each list is defined once, here; enums, names, decoders
 * and JSON keys are expanded from it. Numbers are part of the record layout: append only.
 */
#ifndef TETRA_ABI_KINDS_H
#define TETRA_ABI_KINDS_H

/*
 * Argument kinds.
 *   NAME, number, name in YAML, class (how it is compared), bytes on the wire (0: variable),
 *   JSON key of the value in an event
 */
/* clang-format off */
#define TETRA_ARG_KINDS(X)                                               \
	X(NOP, 1, "nop", NONE, 0, "")                                    \
	X(INT8, 2, "int8", SIGNED, 8, "int_arg")                         \
	X(UINT8, 3, "uint8", UNSIGNED, 8, "uint_arg")                    \
	X(INT16, 4, "int16", SIGNED, 8, "int_arg")                       \
	X(UINT16, 5, "uint16", UNSIGNED, 8, "uint_arg")                  \
	X(INT32, 6, "int32", SIGNED, 8, "int_arg")                       \
	X(UINT32, 7, "uint32", UNSIGNED, 8, "uint_arg")                  \
	X(INT64, 8, "int64", SIGNED, 8, "long_arg")                      \
	X(UINT64, 9, "uint64", UNSIGNED, 8, "size_arg")                  \
	X(SIZE, 10, "size_t", UNSIGNED, 8, "size_arg")                   \
	X(STRING, 11, "string", TEXT, 0, "string_arg")                   \
	X(FILENAME, 12, "filename", TEXT, 0, "string_arg")               \
	X(CHAR_BUF, 13, "char_buf", TEXT, 0, "bytes_arg")                \
	X(FILE, 14, "file", PATH, 0, "file_arg")                         \
	X(PATH, 15, "path", PATH, 0, "path_arg")                         \
	X(FD, 16, "fd", PATH, 0, "file_arg")                             \
	X(BINPRM, 17, "linux_binprm", PATH, 0, "linux_binprm_arg")       \
	X(SOCK, 18, "sock", SOCK, 64, "sock_arg")                        \
	X(CONST_BUF, 19, "const_buf", NONE, 0, "size_arg")
/* clang-format on */

/* Spellings of the language that mean one of the kinds above. */
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

/*
 * Operators of matchArgs and matchReturnArgs.
 *   NAME, number, name in YAML, classes it applies to (a set of ARGCLASS_* bits)
 */
/* clang-format off */
#define TETRA_OPERATORS(X)                                               \
	X(EQUAL, 1, "Equal", C_INT | C_TEXT | C_PATH)                    \
	X(NOT_EQUAL, 2, "NotEqual", C_INT | C_TEXT | C_PATH)             \
	X(PREFIX, 3, "Prefix", C_TEXT | C_PATH)                          \
	X(NOT_PREFIX, 4, "NotPrefix", C_TEXT | C_PATH)                   \
	X(POSTFIX, 5, "Postfix", C_TEXT | C_PATH)                        \
	X(NOT_POSTFIX, 6, "NotPostfix", C_TEXT | C_PATH)                 \
	X(GT, 7, "GT", C_INT)                                            \
	X(LT, 8, "LT", C_INT)                                            \
	X(MASK, 9, "Mask", C_INT)                                        \
	X(IN_MAP, 10, "InMap", C_INT)                                    \
	X(NOT_IN_MAP, 11, "NotInMap", C_INT)                             \
	X(SADDR, 12, "SAddr", C_SOCK)                                    \
	X(DADDR, 13, "DAddr", C_SOCK)                                    \
	X(SPORT, 14, "SPort", C_SOCK)                                    \
	X(DPORT, 15, "DPort", C_SOCK)                                    \
	X(PROTOCOL, 16, "Protocol", C_SOCK)                              \
	X(FAMILY, 17, "Family", C_SOCK)
/* clang-format on */

/* Actions. NAME, number, name in YAML, enforces, name in events */
/* clang-format off */
#define TETRA_ACTIONS(X)                                                 \
	X(POST, 1, "Post", 0, "KPROBE_ACTION_POST")                      \
	X(NOPOST, 2, "NoPost", 0, "KPROBE_ACTION_NOPOST")                \
	X(SIGKILL, 3, "Sigkill", 1, "KPROBE_ACTION_SIGKILL")             \
	X(SIGNAL, 4, "Signal", 1, "KPROBE_ACTION_SIGNAL")                \
	X(OVERRIDE, 5, "Override", 1, "KPROBE_ACTION_OVERRIDE")
/* clang-format on */

/* Causes of loss. NAME, number, what happened */
/* clang-format off */
#define TETRA_LOSSES(X)                                                          \
	X(RING, 0, "the ring buffer was full")                                   \
	X(SCRATCH, 1, "all scratch slots of the processor were taken")           \
	X(PROCESS, 2, "the kernel's process table was full")                     \
	X(FRAGMENT, 3, "a fragment of a long argument list was lost")            \
	X(RECURSION, 4, "the kernel skipped a program that was already running") \
	X(DECODE, 5, "a record could not be decoded")                            \
	X(MEMORY, 6, "out of memory in user space")                              \
	X(FTRACE_OFF, 7, "kernel.ftrace_enabled is 0: hooks do not run")         \
	X(KPROBES_OFF, 8, "kprobes are switched off: hooks do not run")          \
	X(PREEMPTIBLE, 9, "the kernel became preemptible: runs can be skipped")  \
	X(PASSED, 10, "a denied call went through: its process was killed") \
	X(RATE, 11, "a rate limit was forgotten: too many values at once")
/* clang-format on */

/* What else programs count, in the same map. NAME, number, what */
#define TETRA_TALLIES(X)                                                                 \
	X(OWN, 0, "runs for the session's own processes, which were left out")

/* Namespaces, in the order of the event's "ns" object. NAME, number, YAML, JSON, /proc/PID/ns */
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
/* clang-format off */
#define TETRA_CAPSETS(X)                                                 \
	X(PERMITTED, 0, "Permitted")                                     \
	X(EFFECTIVE, 1, "Effective")                                     \
	X(INHERITABLE, 2, "Inheritable")
/* clang-format on */

/*
 * The result of reading a value that filters look at. Only TETRA_VALUE_READ can be compared;
 * lib/policy/eval.h describes how selectors treat the others.
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
	X(USER_MEMORY, 3, "arguments of system calls whose memory could not be read")    \
	X(KERNEL_MEMORY, 4, "arguments in kernel memory that could not be read")         \
	X(TEXT_END, 5, "texts whose end was too far away")                               \
	X(RECORD_FULL, 6, "texts that found no room beside the others")                  \
	X(PROCESS, 7, "processes whose executable could not be told")

#define X(NAME, number, ...) TETRA_UNREADABLE_##NAME = number,
enum tetra_unreadable { TETRA_UNREADABLES(X) TETRA_UNREADABLE_END };
#undef X

#define X(NAME, number, ...) TETRA_ARG_##NAME = number,
enum tetra_arg_kind { TETRA_ARG_KINDS(X) TETRA_ARG_END };
#undef X

#define X(NAME, number, ...) TETRA_OP_##NAME = number,
enum tetra_operator { TETRA_OPERATORS(X) TETRA_OP_END };
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

/* How an argument kind is compared; operators name sets of these. */
enum tetra_arg_class {
	TETRA_CLASS_NONE = 0,
	TETRA_CLASS_SIGNED = 1,
	TETRA_CLASS_UNSIGNED = 2,
	TETRA_CLASS_TEXT = 4,
	TETRA_CLASS_PATH = 8,
	TETRA_CLASS_SOCK = 16,
};

#endif
