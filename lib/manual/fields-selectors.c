/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manual/fields.h"

#define NOT_IN_FORCE "nothing: the field is not there"
#define NO_FILTER    "no restriction"

/* A field a row. */
/* clang-format off */
static const struct field_row rows[] = {
	{ "a selector", "label", "A name of the selector, for tools.", "no label", NULL, NULL, false },
	{ "a selector", "macros", "Names of spec.selectorsMacros whose filters it has, too.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchArgs", "Filters on arguments; all must accept. What cannot be read is accepted if the selector enforces, unless the option unreadable says otherwise.", NO_FILTER, NULL, "The option unreadable is not known there.", false },
	{ "a selector", "matchData", "Filters on data, as matchArgs filters on arguments; index is the position in the list. All have to match.", "every value", NULL, NULL, false },
	{ "a selector", "matchReturnArgs", "Filters on the return value. They do not restrict a selector that enforces: it acts before there is a result.", NO_FILTER, NULL, NULL, false },
	{ "a selector", "matchPIDs", "Filters on the process's number; all must accept.", NO_FILTER, NULL, NULL, false },
	{ "a selector", "matchBinaries", "A filter on the path of the process's executable. A value that is a symbolic link on the machine also means its target.", NO_FILTER, NULL, "Symbolic links are not followed there.", false },
	{ "a selector", "matchParentBinaries", "A filter on the parent's executable.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchNamespaces", "Filters on the process's namespaces; all must accept.", NO_FILTER, NULL, NULL, false },
	{ "a selector", "matchNamespaceChanges", "A filter on namespaces that have changed since the last look.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchCapabilities", "Filters on the process's capabilities; all must accept.", NO_FILTER, NULL, NULL, false },
	{ "a selector", "matchCapabilityChanges", "A filter on capabilities that have changed since the last look.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchActions", "What is done if the selector decides, all of it.", "Post: an event", NULL, NULL, false },
	{ "a selector", "matchReturnActions", "What is done when the function has returned.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchWorkloads", "Pods, containers or the host that the selector is for.", "every process", NULL, NULL, true },
	{ "a selector", "matchCmdArgs", "Filters on the arguments of the process's command.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchCEL", "An expression over the arguments.", NOT_IN_FORCE, NULL, NULL, false },
	{ "a selector", "matchUserCallers", "Filters on the functions of the program that led to the call.", NOT_IN_FORCE, NULL, NULL, false },

	{ "a filter", "index", "Which argument: the index of one of args.", "0, unless args names it", NULL, NULL, false },
	{ "a filter", "args", "The argument by its position in args, from 0, instead of index: a list of one.", "index names it", NULL, NULL, false },
	{ "a filter", "operator", "How the argument is compared with the values: it must relate to one of them, or with Not to none.", NULL, NULL, "Here only sockets of AF_INET and AF_INET6 have ports and addresses: operators on them, also negated, match no other socket. An IPv4 address in IPv6 is the IPv4 address.", false },
	{ "a filter", "values", "What it is compared with, in the form that the operator takes: texts, numbers, MIN:MAX, networks, names of protocols. Texts are bytes: nothing is normalised.", "no values, for operators that take none", NULL, NULL, false },

	{ "matchPIDs", "operator", "In: the number is one of the values; NotIn: it is none of them.", NULL, NULL, NULL, false },
	{ "matchPIDs", "values", "Numbers of processes (thread groups).", NULL, NULL, NULL, false },
	{ "matchPIDs", "followForks", "Descendants of the processes are meant as well, however many forks away.", "false", NULL, NULL, false },
	{ "matchPIDs", "isNamespacePID", "The numbers are those in the process's own pid namespace. A process of the machine's first one has none, and with followForks passes neither In nor NotIn.", "false: numbers of the machine", NULL, NULL, false },

	{ "matchBinaries", "operator", "In, NotIn: the whole path; Prefix, NotPrefix, Postfix, NotPostfix: its beginning or end.", NULL, NULL, NULL, false },
	{ "matchBinaries", "values", "Absolute paths, up to the root of the mount namespace.", NULL, NULL, NULL, false },
	{ "matchBinaries", "followChildren", "Includes the children of processes that ran one of the programs, even after they execute something else. In and NotIn only.", "false", NULL, NULL, false },

	{ "matchNamespaces", "namespace", "Which namespace of the process.", NULL, NULL, NULL, false },
	{ "matchNamespaces", "operator", "In: it is one of the values; NotIn: it is none of them.", NULL, NULL, NULL, false },
	{ "matchNamespaces", "values", "Inode numbers, or host_ns: that of the machine's first process.", NULL, NULL, NULL, false },
	{ "matchNamespaceChanges", "operator", "In: one of these namespaces has changed.", NULL, NULL, NULL, false },
	{ "matchNamespaceChanges", "values", "Namespaces.", NULL, NULL, NULL, false },

	{ "a capability filter", "type", "Which set of the process.", "Effective", NULL, NULL, false },
	{ "a capability filter", "operator", "In: the set has one of the values; NotIn: it has none of them.", NULL, NULL, NULL, false },
	{ "a capability filter", "values", "Names of capabilities: CAP_SYS_ADMIN.", NULL, NULL, NULL, false },
	{ "a capability filter", "isNamespaceCapability", "Only processes in another user namespace than the machine's first are meant.", "false", NULL, NULL, false },

	{ "matchWorkloads", "podSelector", "Labels of pods.", "every pod", NULL, NULL, false },
	{ "matchWorkloads", "containerSelector", "Labels of containers.", "every container", NULL, NULL, false },
	{ "matchWorkloads", "hostSelector", "Whether processes of the host are meant.", "they are", NULL, NULL, false },
	{ "a label selector", "matchLabels", "Labels that all must be there, with these values.", "no such labels", NULL, NULL, false },
	{ "a label selector", "matchExpressions", "Expressions that all must hold.", "no such expressions", NULL, NULL, false },
	{ "a label expression", "key", "The name of the label.", NULL, NULL, NULL, false },
	{ "a label expression", "operator", "How the label's value is compared.", NULL, NULL, NULL, false },
	{ "a label expression", "values", "Of In and NotIn: the values.", "no values, for operators that take none", NULL, NULL, false },

	{ "an action", "action", "Post: an event. NoPost: none. Sigkill: the process is killed; the call is denied as well where this kernel can. Signal: argSig is sent. Override: the call returns argError instead of running. Those that enforce act in the kernel, before the event.", NULL, "Sigkill, Signal: any. Override: the LSM hook of a security_ function (bpf in lsm=), fmod_ret, or error injection (CONFIG_BPF_KPROBE_OVERRIDE)", "Sigkill does not deny the call there.", false },
	{ "an action", "argError", "Of Override: what the call returns, a negative errno; -1 is EPERM. kprobes may have a positive one; where an LSM hook denies, that is EPERM. With 0 the call runs, nothing is denied, and the action is Post. Needed with Override, and with no other action.", "an error with Override", NULL, "0 skips a system call, which returns 0.", false },
	{ "an action", "argSig", "Of Signal: the number of the signal, 1 to 64. Needed with Signal, and with no other action.", "an error with Signal", NULL, NULL, false },
	{ "an action", "rateLimit", "Of Post: events with the same arguments are not sent again within this time: 5 (seconds), 5s, 5m, 1h. Enforcement is not limited.", "no limit", NULL, "Here whole arguments are compared.", false },
	{ "an action", "rateLimitScope", "Whose events are counted together.", "thread", NULL, NULL, false },
	{ "an action", "kernelStackTrace", "Of Post: the kernel's stack in the event.", "false", NULL, NULL, true },
	{ "an action", "userStackTrace", "Of Post: the program's stack in the event.", "false", NULL, NULL, true },
	{ "an action", "imaHash", "Of Post: the file's IMA digest in the event.", "false", NULL, NULL, true },
	{ "an action", "argUrl", "Of GetUrl: what is fetched.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argFqdn", "Of DnsLookup: what is looked up.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argSock", "Of TrackSock and UntrackSock: which argument is the socket.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argIndex", "Of Set: which argument.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argValue", "Of Set: its new value.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argNewSymbol", "Of Override at functions of programs: the function that is called instead.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argNewAddr", "Of Override at functions of programs: the address that is called instead.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argNewOffset", "Of Override at functions of programs: the place in the file that is called instead.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argRegs", "Of Override at functions of programs: registers that are set.", NOT_IN_FORCE, NULL, NULL, true },
	{ "an action", "argFd", "It was in the language once; the action that used it is gone.", NOT_IN_FORCE, NULL, NULL, false },
	{ "an action", "argName", "It was in the language once; the action that used it is gone.", NOT_IN_FORCE, NULL, NULL, false },

	{ "matchCmdArgs", "index", "Which argument of the command, from 0.", NULL, NULL, NULL, false },
	{ "matchCmdArgs", "operator", "How it is compared.", NULL, NULL, NULL, false },
	{ "matchCmdArgs", "values", "What it is compared with.", NULL, NULL, NULL, false },
	{ "matchCEL", "expr", "The expression.", NULL, NULL, NULL, false },
	{ "matchUserCallers", "depth", "How many calls away, or any.", NULL, NULL, NULL, false },
	{ "matchUserCallers", "path", "The file that has the function.", NULL, NULL, NULL, false },
	{ "matchUserCallers", "symbol", "The function.", "any function of the file", NULL, NULL, false },
	{ "matchUserCallers", "startRange", "The first place in the function.", "its beginning", NULL, NULL, false },
	{ "matchUserCallers", "endRange", "The last place in the function.", "its end", NULL, NULL, false },
};
/* clang-format on */

const struct field_rows fields_selectors = { rows, ARRAY_SIZE(rows) };
