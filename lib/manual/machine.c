/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about a kernel, a session or the policies that it has. In the order of their codes. */
#include "lib/manual/findings.h"

#define ERROR	TETRA_SEVERITY_ERROR
#define WARNING TETRA_SEVERITY_WARNING
#define NOTE	TETRA_SEVERITY_NOTE

static const struct finding_row rows[] = {
	{ "attach-failed", ERROR, "A program that the kernel does not attach",
	  "The program passed the verifier, but the kernel refuses to attach it to the function: "
	  "the function may not be traced, or another tracer is in the way.",
	  "Read the reason in the message; hook another function that is called for the same action.",
	  NULL },
	{ "bad-facts", ERROR, "A file of facts that cannot be used",
	  "The recorded facts of a kernel are damaged, or of another version of the format. "
	  "Nothing can be predicted for that kernel.",
	  "Record the facts again with this version.", NULL },
	{ "bad-option", ERROR, "A call of the library that it does not understand",
	  "A flag, a mode or the size of an option struct is unknown: a fault of the program that "
	  "calls the library, or a library that is older than the program.",
	  "Use a library that is as new as the program.", NULL },
	{ "bad-scope", ERROR, "Control groups that a policy cannot be loaded for",
	  "A policy is loaded for some control groups alone, and one of them does not exist, or "
	  "this process cannot look groups up: no tree of version 2 is mounted, it is in a control "
	  "group namespace, or a capability is missing. Nothing has changed.",
	  "Use ids of groups that exist: the inode numbers of their folders below "
	  "/sys/fs/cgroup.",
	  NULL },
	{ "calls-in-flight", ERROR, "A call that does not end",
	  "Rules move from one program to another, and a call that began under the old rules has "
	  "not finished. The transaction was abandoned; the old rules are still in force.",
	  "Commit again.", NULL },
	{ "can-be-skipped", 0, "Enforcement that this kernel does not guarantee",
	  "The kernel is preemptible, and skips a program while another task is preempted inside "
	  "it. A user can bring that about, and pass. The policy is rejected, unless the option "
	  "enforcement: best-effort accepts it.",
	  "Use the hook or the boot option that the hint names.", NULL },
	{ "counters-not-compared", NOTE, "A comparison that does not follow counters",
	  "A place in a program has a different counter (refCtrOffsets) in the other policies. Rules "
	  "are compared as if the program reached it in both; many programs do so only if the "
	  "right counter is incremented.",
	  "Compare refCtrOffsets of both.", NULL },
	{ "descent-before", NOTE, "Processes whose past is not known",
	  "The policy follows forks or children, but of processes that were running when the "
	  "session began only the parent and the program of that moment are known.",
	  "Start the session before the processes that matter.", NULL },
	{ "descent-not-known", NOTE,
	  "A comparison that does not know the past of processes",
	  "The policy follows forks or children, and no event says what a process descends from. "
	  "Both are compared, and a region says for which it holds.",
	  "Nothing has to be done.", NULL },
	{ "foreign-proc", ERROR, "A /proc of another pid namespace",
	  "Process numbers in /proc do not match those of the kernel, so running processes would be "
	  "taken for others.",
	  "Mount /proc anew in this pid namespace.", NULL },
	{ "hidden-processes", ERROR, "A /proc that hides processes",
	  "/proc is mounted with hidepid: the processes of other users would not be known, and "
	  "rules on binaries would not hold for them.",
	  "Give CAP_SYS_PTRACE, or mount /proc without hidepid.", NULL },
	{ "hidden-switches", WARNING, "Switches of the kernel that cannot be seen",
	  "/proc/sys is hidden from this process, so it cannot be told whether "
	  "kernel.ftrace_enabled=0 keeps programs from running.",
	  "Let the process see /proc/sys, or give CAP_SYS_ADMIN.", NULL },
	{ "internal-error", ERROR,
	  "Two opinions of the library that contradict each other",
	  "A comparison found an event for which the evaluator of policies says something else. "
	  "Nothing of the answer is to be believed.",
	  "Report it, with the policies.", NULL },
	{ "kernel-lacks", ERROR, "A kernel that cannot run a session",
	  "Something that every session needs is missing: BTF, the ring buffer, or a version from "
	  "5.10 on.",
	  "Use a kernel that has it; the message names what is missing.", NULL },
	{ "links-not-followed", NOTE,
	  "Names of programs that are compared as they are written",
	  "A simulation or comparison looks at no file system. On a machine, a program in "
	  "matchBinaries that is a symbolic link also stands for its target, and an event has the "
	  "name that links lead to; here both are compared as they are written.",
	  "Write the resolved path in the policy and in the event.", NULL },
	{ "locked-down", ERROR, "A kernel that forbids reading its memory",
	  "With lockdown=confidentiality BPF programs may not read kernel memory, and no hook can "
	  "look at its arguments.",
	  "Boot with lockdown=integrity.", NULL },
	{ "memory-lock", ERROR, "A limit on locked memory that is too low",
	  "Kernels before 5.11 count BPF maps and programs as locked memory of the process.",
	  "Raise RLIMIT_MEMLOCK, or let the session do so (TETRA_SESSION_RAISE_MEMLOCK).",
	  NULL },
	{ "nested-pid-namespace", ERROR, "A session in a nested pid namespace",
	  "Process numbers of this namespace differ from those of the kernel, so running processes "
	  "would be taken for others.",
	  "Start the program in the pid namespace of the host.", NULL },
	{ "no-binary-properties", WARNING,
	  "Events that do not show changes of privileges",
	  "This kernel does not say which programs change the privileges of those who start them.",
	  "Nothing has to be done; binary_properties is incomplete.", NULL },
	{ "no-descriptors", ERROR, "Too few file descriptors",
	  "Each program and each map needs a descriptor, and the limit of this process is lower "
	  "than what the policies need.",
	  "Raise RLIMIT_NOFILE (ulimit -n).", NULL },
	{ "no-facts", ERROR, "A file of facts that cannot be read",
	  "The recorded facts of a kernel cannot be opened.", "Correct the name.", NULL },
	{ "no-kernel", ERROR, "A kernel that does not say which one it is",
	  "The version of the kernel cannot be read.", "Mount /proc; look at uname -r.",
	  NULL },
	{ "no-kernel-facts", ERROR, "A question that the kernel does not answer",
	  "BTF, the list of symbols or the format of a tracepoint cannot be read, so it is not "
	  "known whether the hook exists and what its arguments are.",
	  "Mount tracefs and make it readable; the hint names what is missing.", NULL },
	{ "no-memory", ERROR, "Memory that ran out",
	  "The kernel or the process has no memory left. Nothing has changed.",
	  "Free memory, or raise the limit of the control group, and try again.", NULL },
	{ "no-privilege", ERROR, "Missing privilege",
	  "Loading programs needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN.",
	  "Run as root, or give the capabilities.", NULL },
	{ "no-proc", ERROR, "No /proc",
	  "/proc is not mounted, so the running processes cannot be read.",
	  "mount -t proc proc /proc", NULL },
	{ "no-types", NOTE, "A function without a description",
	  "The kernel's BTF does not describe the function. Its arguments are read as the policy "
	  "says, and a wrong type is not noticed.",
	  "Look at the kernel's source, or hook a function that BTF describes.", NULL },
	{ "not-comparable", ERROR, "A filter that has no exact answer without a machine",
	  "A comparison or a proof is about all events. What an argument of type auto is, the "
	  "machine's tracepoint says; and a selector with two lists that follow forks has one mark "
	  "for both.",
	  "Name the type of the argument; write one list, or two selectors.", NULL },
	{ "not-finished", WARNING, "A comparison that was not finished",
	  "The policies can be combined in more ways than are looked at. What was found is true, "
	  "but there may be more.",
	  "Compare fewer policies at once, or allow more states.", NULL },
	{ "not-possible-here", 0, "Something that this kernel cannot do",
	  "The hook exists, but no way of attaching to it does all that the policy asks for: deny, "
	  "see the result, read an argument. The policy is rejected instead of being weakened.",
	  "Use the hook or the kernel option that the hint names.", NULL },
	{ "not-resident", NOTE, "Text that cannot be read at the entry of a call",
	  "An argument in memory of the process that is not resident at that moment cannot be read "
	  "by a program that may not wait. Where one waits for it, a preemptible kernel skips that "
	  "program while another task waits in it. Rules treat the text as unreadable.",
	  "Hook the security_ function, which sees the kernel's copy.", NULL },
	{ "own-unknown", WARNING, "A session that cannot leave itself out",
	  "The process is in a pid namespace of its own, and hooks know it by another number.",
	  "Start it in the pid namespace of the host.", NULL },
	{ "rate-not-known", NOTE, "A comparison that does not know a rate",
	  "Whether a rate limit holds an event back depends on the events before. Both are "
	  "compared, and a region says for which it holds.",
	  "Nothing has to be done.", NULL },
	{ "refused-by-verifier", ERROR, "A program that the verifier refuses",
	  "The kernel's verifier does not accept a program of the library. That is a fault of the "
	  "library, or of an unusual kernel.",
	  "Report it with the log of the session at level debug.", NULL },
	{ "ring-size", NOTE, "A ring buffer of another size",
	  "The kernel takes powers of two, of at least a page; the next larger one is used.",
	  "Nothing has to be done.", NULL },
	{ "switched-off", ERROR, "A switch that keeps programs from running",
	  "kernel.ftrace_enabled or the switch of kprobes is off. Programs would load and attach, "
	  "and never run.",
	  "Switch it on again; the hint has the command.", NULL },
	{ "time-namespace", ERROR, "A session in a time namespace",
	  "The clock of this process differs from the kernel's, so events would have wrong times "
	  "and running processes would not be recognised.",
	  "Start the program in the time namespace of the host.", NULL },
	{ "unchanged", NOTE, "A policy that was loaded already",
	  "The same text is loaded under this name. It stays as it is, with its counters.",
	  "Nothing has to be done.", NULL },
	{ "unknown-policy", ERROR, "A policy that is not loaded",
	  "A transaction unloads, replaces or switches a policy by a name that no loaded policy "
	  "has.",
	  "Use the name that the hint offers.", NULL },
	{ "unreadable-processes", WARNING, "Running processes that cannot be read",
	  "/proc does not say which programs some of the running processes execute. Rules on "
	  "binaries do not hold for them until they execute another one.",
	  "Give CAP_SYS_PTRACE.", NULL },
	{ "widened", NOTE, "A path that also stands for the file it is a link to",
	  "The path is a symbolic link on this machine, and resolved paths are compared. Both names "
	  "match, so that the policy does what its author meant.",
	  "Nothing has to be done; write the resolved path to say it in the policy.",
	  NULL },
};

const struct finding_rows findings_machine = { rows, ARRAY_SIZE(rows) };
