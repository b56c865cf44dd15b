/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manual/fields.h"

#define NOT_IN_FORCE "nothing: the field is not there"
#define ATTACHED                                                                         \
	"fentry where the function has BTF and at most six parameters, else kprobe.multi, else kprobe"

/* A field a row. */
/* clang-format off */
static const struct field_row rows[] = {
	{ "a policy", "apiVersion", "The version of the language: cilium.io/v1alpha1.", NULL, NULL, NULL, false },
	{ "a policy", "kind", "TracingPolicy. A TracingPolicyNamespaced is recognised and not yet supported.", NULL, NULL, NULL, false },
	{ "a policy", "metadata", "The name of the policy, and what a cluster keeps with it.", NULL, NULL, NULL, false },
	{ "a policy", "spec", "What the policy hooks, and what is done there. Sections of hooks may be mixed.", NULL, NULL, NULL, false },

	{ "metadata", "name", "The name of the policy: a lower-case DNS name of at most 253 letters. It is in each event, and a policy of the same name is replaced.", NULL, NULL, "Policies are not replaced without a gap there.", false },
	{ "metadata", "namespace", "The Kubernetes namespace of a TracingPolicyNamespaced.", "no namespace", NULL, NULL, false },
	{ "metadata", "labels", "Texts for people and tools; they change nothing.", "no labels", NULL, NULL, false },
	{ "metadata", "annotations", "Texts for people and tools; they change nothing.", "no annotations", NULL, NULL, false },
	{ "metadata", "*", "A cluster's API server adds it; it is not looked at.", "nothing", NULL, NULL, false },

	{ "spec", "kprobes", "Hooks on functions of the kernel, system calls included.", "no such hooks", NULL, NULL, false },
	{ "spec", "fentries", "Hooks on functions of the kernel that only observe: they take no Sigkill, Signal, Override, NotifyEnforcer or Set. They are attached as kprobes are.", "no such hooks", ATTACHED, "A function that fentry cannot attach to is refused there.", false },
	{ "spec", "tracepoints", "Hooks on events of tracefs.", "no such hooks", NULL, NULL, false },
	{ "spec", "lsmhooks", "Hooks on LSM hooks, by their names without security_.", "no such hooks", "CONFIG_BPF_LSM, and bpf in the list of active LSMs (lsm=)", NULL, false },
	{ "spec", "uprobes", "Hooks on functions of programs and libraries.", "no such hooks", NULL, NULL, false },
	{ "spec", "usdts", "Hooks on probes that programs and libraries have put into their own code (USDT). Each place that the file has for a probe is watched; arguments are numbered as in its note.", "no such hooks", NULL, NULL, false },
	{ "spec", "loader", "Events about binaries that are mapped for execution.", NOT_IN_FORCE, NULL, NULL, false },
	{ "spec", "enforcers", "Calls that the action NotifyEnforcer stops.", NOT_IN_FORCE, NULL, NULL, false },
	{ "spec", "lists", "Named lists of functions or system calls, for \"list:NAME\". The call of a kprobe or fentry may be a list: that is a hook on each of its symbols, of which one that is listed twice counts once. InMap and NotInMap take lists of system calls for arguments of type syscall64; i386/sys_dup, the call of a 32-bit program, is for these alone. Lists of the generated types are not yet supported.", "no lists", NULL, "A symbol that is listed twice is refused where kprobe.multi is used.", false },
	{ "spec", "options", "Settings of the whole policy. Those that are known: see spec.options[].name.", "each option's default", NULL, "Options that are not known are ignored; here they are errors.", false },
	{ "spec", "selectorsMacros", "Filters with a name, which selectors use by macros.", NOT_IN_FORCE, NULL, NULL, false },
	{ "spec", "podSelector", "Pods in which the policy is in force.", "every process of the machine", NULL, NULL, false },
	{ "spec", "containerSelector", "Containers in which the policy is in force.", "every process of the machine", NULL, NULL, false },
	{ "spec", "hostSelector", "Whether the policy is in force for processes of the host.", "every process of the machine", NULL, NULL, false },
	{ "spec", "nodeSelector", "Nodes on which the policy is in force.", "every machine that loads it", NULL, NULL, false },

	{ "an option", "name", "Which setting. policy-mode: enforce (default) or monitor, which only sends events. unreadable: match or no-match, whether filters accept what cannot be read; without it they do where the selector enforces, and those of an exception before such a selector never do. user-namespaces: distrust or trust, whether names that a user namespace made exempt a process; without it they do not where the selector enforces. enforcement: strict (default) or best-effort, whether the policy is rejected where a kernel can skip its programs. The others choose how hooks are attached, and change nothing here.", NULL, NULL, "unreadable, user-namespaces and enforcement are not known there.", false },
	{ "an option", "value", "The value of the option, as text.", "an error", NULL, NULL, false },
	{ "an enforcer", "calls", "System calls or functions that the enforcer stops.", NULL, NULL, NULL, false },
	{ "a list", "name", "The name of the list.", NULL, NULL, NULL, false },
	{ "a list", "type", "What the elements are.", "functions of the kernel", NULL, NULL, false },
	{ "a list", "pattern", "A pattern of names, of a list that is generated.", "no pattern", NULL, NULL, false },
	{ "a list", "validated", "Whether all of its names were found on the kernel.", "false", NULL, NULL, false },
	{ "a list", "values", "The elements.", "an empty list", NULL, NULL, false },

	{ "a hook", "args", "Arguments of the hook that events show and filters look at. Others can be left out.", "events without arguments, and nothing for matchArgs to look at", NULL, NULL, false },
	{ "a hook", "selectors", "Rules, in order: the first whose filters all accept decides. Filters of one selector are ANDed, values of one filter ORed.", "every call sends an event", NULL, NULL, false },
	{ "a hook", "message", "A text for people, in each event of the hook; at least two letters.", "events without a message", NULL, NULL, false },
	{ "a hook", "tags", "Words for tools, in each event of the hook; at least two letters each.", "events without tags", NULL, NULL, false },
	{ "a function", "data", "Values that are not parameters: members of the current task, for functions and programs; registers, for programs and of the caller of a system call, not together with 'return'. Events have them in a list of their own, and matchData filters on them. A hook has at most five arguments and elements of data together.", "no such values", NULL, "A register of a hook in fentries is that of the caller of the system call (there it is 0).", false },
	{ "a function", "return", "Whether events have the return value. They are then sent when the function has returned. At a uprobe the place must be the beginning of a function; what signals sends its event before, without the value.", "false", "fexit where fentry is possible, else kretprobe.multi, else kretprobe", NULL, false },
	{ "a function", "returnArg", "The type of the return value; needed with return: true.", "no return value", NULL, NULL, false },
	{ "a function", "returnArgAction", "What is done with a socket that the function returns.", NOT_IN_FORCE, NULL, NULL, true },
	{ "a function", "ignore", "What is not an error of this hook.", "everything that is missing is an error", NULL, NULL, false },
	{ "a function", "call", "The function. Of a system call the name without the machine's prefix, sys_write, will do.", NULL, ATTACHED, NULL, false },
	{ "a function", "syscall", "Whether it is a system call, whose parameters are those of the caller.", "true", NULL, NULL, false },
	{ "a tracepoint", "subsystem", "The folder of the event in tracefs: syscalls, sched, ...", NULL, NULL, NULL, false },
	{ "a tracepoint", "event", "The name of the event in its subsystem.", NULL, NULL, NULL, false },
	{ "a tracepoint", "raw", "Whether arguments are the tracepoint's own parameters, not the fields of its format.", "false", NULL, NULL, false },
	{ "an LSM hook", "hook", "The LSM hook, without security_: file_open.", NULL, "CONFIG_BPF_LSM, and bpf in the list of active LSMs (lsm=)", NULL, false },
	{ "a file", "path", "The program or library.", NULL, NULL, NULL, false },
	{ "a file", "btfPath", "A file with BTF of the program.", "no types", NULL, NULL, false },
	{ "a uprobe", "symbols", "Functions of the file, by name.", "offsets or addrs name them", NULL, NULL, false },
	{ "a uprobe", "offsets", "Functions of the file, by their place in it.", "symbols or addrs name them", NULL, NULL, false },
	{ "a uprobe", "addrs", "Functions of the file, by address.", "symbols or offsets name them", NULL, NULL, false },
	{ "a uprobe", "refCtrOffsets", "One for each place, or 0: a counter of two bytes in the program's writable data, given by its even offset in the first 4 GiB of the file. The kernel increments it in each process while a probe is at the place, and refuses probes there with a different counter.", "no counters", NULL, NULL, false },
	{ "a uprobe", "binaryDigests", "Digests that the file must have one of.", "any file", NULL, NULL, false },
	{ "a usdt", "provider", "The provider of the probe.", NULL, NULL, NULL, false },
	{ "a usdt", "name", "The name of the probe.", NULL, NULL, NULL, false },
	{ "ignore", "callNotFound", "If the kernel has no such function, the hook is left out with a note.", "false: the policy is rejected there", NULL, NULL, false },
	{ "ignore", "digestVerificationFailure", "If the file has another digest, the hook is left out.", "false", NULL, NULL, false },

	{ "an argument", "index", "Which parameter, from 0; of a tracepoint the position of the field in its format. Functions have 0 to 4.", NULL, NULL, NULL, false },
	{ "an argument", "type", "How it is read and compared. A type that the parameter does not have is found by check. Of a tracepoint's field it can be left out: it then follows from the format.", "an error, except for tracepoints: auto", NULL, "Here size_t is compared by 64 bits, and of a parameter only the bytes of its type count, not the rest of its register.", false },
	{ "an argument", "sizeArgIndex", "Of a buffer: which parameter has its length, counted from 1.", "0: no parameter has it", NULL, NULL, false },
	{ "an argument", "returnCopy", "Read it when the function returns: what it has written.", NOT_IN_FORCE, NULL, NULL, false },
	{ "an argument", "maxData", "Read as much of a buffer as an event can hold.", "false", NULL, NULL, true },
	{ "an argument", "label", "A name of the argument, in events and for tools.", "no label", NULL, NULL, false },
	{ "an argument", "resolve", "The member that is read, of the struct that the parameter points to: 'mm.owner.pid', 'f_path', '[1]'. Pointers on the path are followed: 10 steps at most, including these. For functions, LSM hooks and raw tracepoints; not for system calls.", "the parameter itself", "BTF of the kernel, which says where members are", "A value that cannot be reached is neither equal nor unequal to anything; filters compare what is read, not what an earlier event left. Bit fields are refused.", false },
	{ "an argument", "btfType", "The struct that the parameter points to, for resolve.", "what the function's declaration says", NULL, NULL, false },
	{ "an argument", "btfTypeModule", "The kernel module that has the struct.", NOT_IN_FORCE, NULL, NULL, false },
	{ "an argument", "source", "It belongs to data; an argument that has one is rejected.", "a parameter of the function", NULL, NULL, false },
	{ "a data element", "source", "Where the value is: current_task, and resolve is a path from its struct task_struct; or pt_regs, and resolve is a register, such as rdi, or a part of it, such as edi.", NULL, NULL, NULL, false },
};
/* clang-format on */

const struct field_rows fields_hooks = { rows, ARRAY_SIZE(rows) };
