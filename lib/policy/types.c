/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policy/types.h"

/* Limits of the kernel's tables: bytes of a literal; values of integers per filter. */
#define EQUAL_BYTES	4096u
#define PREFIX_BYTES	256u
#define POSTFIX_BYTES	127u
#define SUBSTRING_BYTES 99u
#define INTEGER_VALUES	4u

#define PATH_FILE (TYPE_PATH | TYPE_FILE)
#define STRINGS	  (TYPE_TEXT | TYPE_PATH | TYPE_SOCKADDR_UN | TYPE_AUTO)
#define INTEGERS  (TYPE_INT | TYPE_SYSCALL | TYPE_AUTO)
#define PACKETS	  (TYPE_SOCK | TYPE_SKB)

/* clang-format off */
static const struct type_row type_rows[] = {
	{ "auto", 0, TYPE_AUTO, 0, 0 },
	{ "int", TETRA_ARG_INT32, TYPE_INT, 32, 1 },
	{ "sint8", TETRA_ARG_INT8, TYPE_INT, 8, 1 },
	{ "int8", TETRA_ARG_INT8, TYPE_INT, 8, 1 },
	{ "uint8", TETRA_ARG_UINT8, TYPE_INT, 8, 0 },
	{ "sint16", TETRA_ARG_INT16, TYPE_INT, 16, 1 },
	{ "int16", TETRA_ARG_INT16, TYPE_INT, 16, 1 },
	{ "uint16", TETRA_ARG_UINT16, TYPE_INT, 16, 0 },
	{ "uint32", TETRA_ARG_UINT32, TYPE_INT, 32, 0 },
	{ "sint32", TETRA_ARG_INT32, TYPE_INT, 32, 1 },
	{ "int32", TETRA_ARG_INT32, TYPE_INT, 32, 1 },
	{ "ulong", TETRA_ARG_UINT64, TYPE_INT, 64, 0 },
	{ "uint64", TETRA_ARG_UINT64, TYPE_INT, 64, 0 },
	{ "size_t", TETRA_ARG_SIZE, TYPE_INT, 64, 0 },
	{ "long", TETRA_ARG_INT64, TYPE_INT, 64, 1 },
	{ "sint64", TETRA_ARG_INT64, TYPE_INT, 64, 1 },
	{ "int64", TETRA_ARG_INT64, TYPE_INT, 64, 1 },
	{ "char_buf", TETRA_ARG_CHAR_BUF, TYPE_TEXT, 0, 0 },
	{ "char_iovec", 0, TYPE_OTHER, 0, 0 },
	{ "skb", 0, TYPE_SKB, 0, 0 },
	{ "sock", TETRA_ARG_SOCK, TYPE_SOCK, 0, 0 },
	{ "sockaddr", 0, TYPE_SOCKADDR, 0, 0 },
	{ "socket", 0, TYPE_SOCK, 0, 0 },
	{ "sockaddr_un", 0, TYPE_SOCKADDR_UN, 0, 0 },
	{ "string", TETRA_ARG_STRING, TYPE_TEXT, 0, 0 },
	{ "fd", TETRA_ARG_FD, TYPE_PATH, 0, 0 },
	{ "file", TETRA_ARG_FILE, PATH_FILE, 0, 0 },
	{ "filename", TETRA_ARG_FILENAME, TYPE_TEXT, 0, 0 },
	{ "path", TETRA_ARG_PATH, PATH_FILE, 0, 0 },
	{ "nop", TETRA_ARG_NOP, TYPE_OTHER, 0, 0 },
	{ "bpf_attr", 0, TYPE_OTHER, 0, 0 },
	{ "perf_event", 0, TYPE_OTHER, 0, 0 },
	{ "bpf_map", 0, TYPE_OTHER, 0, 0 },
	{ "user_namespace", 0, TYPE_OTHER, 0, 0 },
	{ "capability", 0, TYPE_OTHER, 0, 0 },
	{ "kiocb", 0, TYPE_OTHER, 0, 0 },
	{ "iov_iter", 0, TYPE_OTHER, 0, 0 },
	{ "cred", 0, TYPE_OTHER, 0, 0 },
	/* derived from a tracepoint's format, never declared */
	{ "const_buf", 0, TYPE_OTHER, 0, 0 },
	{ "load_info", 0, TYPE_OTHER, 0, 0 },
	{ "module", 0, TYPE_OTHER, 0, 0 },
	{ "syscall64", 0, TYPE_SYSCALL, 64, 1 },
	{ "kernel_cap_t", 0, TYPE_CAPS, 0, 0 },
	{ "cap_inheritable", 0, TYPE_CAPS, 0, 0 },
	{ "cap_permitted", 0, TYPE_CAPS, 0, 0 },
	{ "cap_effective", 0, TYPE_CAPS, 0, 0 },
	{ "linux_binprm", TETRA_ARG_BINPRM, TYPE_PATH, 0, 0 },
	{ "data_loc", 0, TYPE_TEXT, 0, 0 },
	{ "net_device", 0, TYPE_TEXT, 0, 0 },
	{ "bpf_cmd", 0, TYPE_OTHER, 0, 0 },
	{ "dentry", 0, TYPE_PATH, 0, 0 },
	{ "bpf_prog", 0, TYPE_OTHER, 0, 0 },
};

static const struct operator_row operator_rows[] = {
	{ "Equal", TETRA_OP_EQUAL, GRAMMAR_LITERAL, STRINGS | INTEGERS | TYPE_CAPS,
	  INTEGER_VALUES, EQUAL_BYTES },
	{ "NotEqual", TETRA_OP_NOT_EQUAL, GRAMMAR_LITERAL, STRINGS | INTEGERS | TYPE_CAPS,
	  INTEGER_VALUES, EQUAL_BYTES },
	{ "Prefix", TETRA_OP_PREFIX, GRAMMAR_TEXT, STRINGS, 0, PREFIX_BYTES },
	{ "NotPrefix", TETRA_OP_NOT_PREFIX, GRAMMAR_TEXT, STRINGS, 0, PREFIX_BYTES },
	{ "Postfix", TETRA_OP_POSTFIX, GRAMMAR_TEXT, STRINGS, 0, POSTFIX_BYTES },
	{ "NotPostfix", TETRA_OP_NOT_POSTFIX, GRAMMAR_TEXT, STRINGS, 0, POSTFIX_BYTES },
	{ "GreaterThan", TETRA_OP_GT, GRAMMAR_LITERAL, INTEGERS, INTEGER_VALUES, 0 },
	{ "LessThan", TETRA_OP_LT, GRAMMAR_LITERAL, INTEGERS, INTEGER_VALUES, 0 },
	{ "GT", TETRA_OP_GT, GRAMMAR_LITERAL, INTEGERS, INTEGER_VALUES, 0 },
	{ "LT", TETRA_OP_LT, GRAMMAR_LITERAL, INTEGERS, INTEGER_VALUES, 0 },
	{ "Mask", TETRA_OP_MASK, GRAMMAR_LITERAL, INTEGERS | TYPE_CAPS, INTEGER_VALUES, 0 },
	{ "SPort", TETRA_OP_SPORT, GRAMMAR_PORT, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "NotSPort", 0, GRAMMAR_PORT, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "SPortPriv", 0, GRAMMAR_NONE, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "NotSportPriv", 0, GRAMMAR_NONE, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "DPort", TETRA_OP_DPORT, GRAMMAR_PORT, PACKETS, 0, 0 },
	{ "NotDPort", 0, GRAMMAR_PORT, PACKETS, 0, 0 },
	{ "DPortPriv", 0, GRAMMAR_NONE, PACKETS, 0, 0 },
	{ "NotDPortPriv", 0, GRAMMAR_NONE, PACKETS, 0, 0 },
	{ "SAddr", TETRA_OP_SADDR, GRAMMAR_ADDRESS, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "NotSAddr", 0, GRAMMAR_ADDRESS, PACKETS | TYPE_SOCKADDR, 0, 0 },
	{ "DAddr", TETRA_OP_DADDR, GRAMMAR_ADDRESS, PACKETS, 0, 0 },
	{ "NotDAddr", 0, GRAMMAR_ADDRESS, PACKETS, 0, 0 },
	{ "Protocol", TETRA_OP_PROTOCOL, GRAMMAR_PROTOCOL, PACKETS, 0, 0 },
	{ "Family", TETRA_OP_FAMILY, GRAMMAR_FAMILY,
	  PACKETS | TYPE_SOCKADDR | TYPE_SOCKADDR_UN, 0, 0 },
	{ "State", 0, GRAMMAR_STATE, PACKETS, 0, 0 },
	{ "InMap", TETRA_OP_IN_MAP, GRAMMAR_SET, INTEGERS, 0, 0 },
	{ "NotInMap", TETRA_OP_NOT_IN_MAP, GRAMMAR_SET, INTEGERS, 0, 0 },
	{ "CapabilitiesGained", 0, GRAMMAR_NONE, TYPE_CAPS, 0, 0 },
	{ "InRange", 0, GRAMMAR_RANGE, INTEGERS, INTEGER_VALUES, 0 },
	{ "NotInRange", 0, GRAMMAR_RANGE, INTEGERS, INTEGER_VALUES, 0 },
	{ "SubString", 0, GRAMMAR_TEXT, STRINGS, 0, SUBSTRING_BYTES },
	{ "SubStringIgnCase", 0, GRAMMAR_TEXT, STRINGS, 0, SUBSTRING_BYTES },
	{ "CelExpr", 0, GRAMMAR_CEL, 0, 0, 0 },
	{ "FileType", 0, GRAMMAR_FILE_TYPE, TYPE_FILE, 4, 0 },
	{ "NotFileType", 0, GRAMMAR_FILE_TYPE, TYPE_FILE, 4, 0 },
};

#define NOT_FENTRY (SECTION_ALL & ~SECTION_FENTRY)
#define NOT_LSM (SECTION_ALL & ~SECTION_LSM)
#define IN_AGENT (SECTION_KPROBE | SECTION_FENTRY | SECTION_TRACEPOINT)

static const struct action_row action_rows[] = {
	{ "Post", TETRA_ACTION_POST, SECTION_ALL, 0 },
	{ "Sigkill", TETRA_ACTION_SIGKILL, NOT_FENTRY, 1 },
	{ "Override", TETRA_ACTION_OVERRIDE, NOT_FENTRY, 1 },
	{ "GetUrl", 0, IN_AGENT, 0 },
	{ "DnsLookup", 0, IN_AGENT, 0 },
	{ "NoPost", TETRA_ACTION_NOPOST, SECTION_ALL, 0 },
	{ "Signal", TETRA_ACTION_SIGNAL, NOT_FENTRY, 1 },
	{ "TrackSock", 0, NOT_LSM, 0 },
	{ "UntrackSock", 0, NOT_LSM, 0 },
	{ "NotifyEnforcer", 0, NOT_FENTRY & NOT_LSM, 1 },
	{ "CleanupEnforcerNotification", 0, NOT_LSM, 0 },
	{ "Set", 0, NOT_FENTRY & NOT_LSM, 1 },
};

const struct section_row sections[N_SECTIONS] = {
	{ "kprobes", SECTION_KPROBE, 1 },
	{ "fentries", SECTION_FENTRY, 0 },
	{ "tracepoints", SECTION_TRACEPOINT, 1 },
	{ "lsmhooks", SECTION_LSM, 1 },
	{ "uprobes", SECTION_UPROBE, 0 },
	{ "usdts", SECTION_USDT, 0 },
};
/* clang-format on */

static const char *const set_operator_rows[] = { "In", "NotIn" };
static const char *const binary_operator_rows[] = {
	"In", "NotIn", "Prefix", "NotPrefix", "Postfix", "NotPostfix"
};
static const char *const text_operator_rows[] = { "Equal",     "NotEqual", "Prefix",
						  "NotPrefix", "Postfix",  "NotPostfix" };
static const char *const caller_depth_rows[] = { "1",  "2",  "3",  "4",	 "5",  "6",
						 "7",  "8",  "9",  "10", "11", "12",
						 "13", "14", "15", "any" };
static const char *const label_operator_rows[] = { "In", "NotIn", "Exists",
						   "DoesNotExist" };
static const char *const list_type_rows[] = { "syscalls", "generated_syscalls",
					      "generated_ftrace" };
static const char *const data_source_rows[] = { "current_task", "pt_regs" };
static const char *const rate_scope_rows[] = { "thread", "process", "global" };
/* "Post" is what old policies have: it has never done anything. */
static const char *const sock_action_rows[] = { "Post", "TrackSock", "UntrackSock" };
#define X(name, apply) name,
static const char *const option_name_rows[] = { POLICY_OPTIONS(X) };
#undef X

/* In the order of their numbers: the number is the position. */
#define X(NAME, number, name, ...) [number] = name,
static const char *const capability_set_rows[] = { TETRA_CAPSETS(X) };
static const char *const namespace_rows[] = { TETRA_NAMESPACES(X) };
#undef X

const struct words argument_types = WORDS(type_rows);
const struct words operators = WORDS(operator_rows);
const struct words actions = WORDS(action_rows);
const struct words set_operators = WORDS(set_operator_rows);
const struct words binary_operators = WORDS(binary_operator_rows);
const struct words text_operators = WORDS(text_operator_rows);
const struct words caller_depths = WORDS(caller_depth_rows);
const struct words capability_sets = WORDS(capability_set_rows);
const struct words namespaces = WORDS(namespace_rows);
const struct words label_operators = WORDS(label_operator_rows);
const struct words list_types = WORDS(list_type_rows);
const struct words data_sources = WORDS(data_source_rows);
const struct words rate_scopes = WORDS(rate_scope_rows);
const struct words sock_actions = WORDS(sock_action_rows);
const struct words option_names = WORDS(option_name_rows);
