/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about policies that load, but do something else than they seem to say. In the order
 * of their codes. */
#include "lib/manual/findings.h"

#define WARNING TETRA_SEVERITY_WARNING

static const struct finding_row rows[] = {
	{ "any-case", WARNING, "A path that has other spellings here",
	  "The path is on a file system that ignores upper and lower case, as VFAT does. Names are "
	  "compared as they are spelt, so a process that writes the same path in other letters "
	  "passes.",
	  "Deny by another property, such as the folder that is mounted there, with Prefix.",
	  NULL },
	{ "arg-beyond-parameters", WARNING, "A parameter that the function does not have",
	  "Parameters are numbered from 0, and the function has fewer. What would be read is "
	  "whatever the register holds; the argument is reported as unsupported instead.",
	  "Correct the index, or remove the argument.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 3\n"
	  "    type: int\n" },
	{ "arg-type-mismatch", 0, "A parameter that is read as another type than it has",
	  "The function's parameter is a pointer to one struct, and the policy reads it as another, "
	  "or as a number. Values, and filters on them, would be of whatever is in memory there. It "
	  "is an error where a filter needs the value.",
	  "Use the type that the hint names.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: sock\n" },
	{ "bind-mount", WARNING, "Enforcement by a path that a user can change",
	  "The rule compares paths. In a user namespace of their own, every user can mount the same "
	  "file under another path, with a bind mount or an overlay, and open it there: the path is "
	  "not the one in the rule, and nothing is stopped.",
	  "Also hook security_sb_mount and security_move_mount, or add a selector for processes "
	  "outside of the host's mount namespace (matchNamespaces: Mnt NotIn host_ns).",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [/etc/shadow]\n"
	  "    matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "broad-enforcement", WARNING, "An action that hits nearly everybody",
	  "No filter narrows down who is hit, so the action hits every process that makes this "
	  "call: services, shells, package managers, and perhaps this program. Machines have "
	  "become unusable by such a line.",
	  "Add a filter, or try it with the option policy-mode: monitor first.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchActions:\n"
	  "    - action: Sigkill\n" },
	{ "decimal-mode", WARNING, "A file mode that was written in decimal",
	  "Modes are octal. Without a 0 in front the number is decimal, and 755 is another mode "
	  "than 0755.",
	  "Write a 0 in front.",
	  "kprobes:\n"
	  "- call: sys_fchmod\n"
	  "  syscall: true\n"
	  "  args:\n"
	  "  - index: 1\n"
	  "    type: int\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 1\n"
	  "      operator: Equal\n"
	  "      values: [\"755\"]\n" },
	{ "does-not-prevent", WARNING, "An action that does not stop the act",
	  "A signal arrives when the call is over: the process dies, but the file is written or the "
	  "packet sent. Or the result that is put into the place of the function's is one that its "
	  "callers take for success, or the signal is one that is ignored.",
	  "Add the action Override with argError: -1 at a hook that can deny; the hint names it.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: sock\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: DPort\n"
	  "      values: [\"4444\"]\n"
	  "    matchActions:\n"
	  "    - action: Sigkill\n" },
	{ "duplicate-value", WARNING, "A value that another one covers",
	  "The value, filter, argument or hook is in the list twice, or is covered by a shorter "
	  "prefix or a larger range beside it. It adds nothing, and often another value was meant.",
	  "Remove it, or write what was meant.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [/etc/passwd, /etc/passwd]\n" },
	{ "evasion", WARNING, "A way around the hook",
	  "What the rule stops can be done by another call that this hook does not see: a write "
	  "through a shared mapping, a rename over the file, the 32-bit entry of a system call, a "
	  "relative spelling of a path. Whoever knows that is not stopped.",
	  "Hook the function that all ways go through, or the other ways as well; the hint names "
	  "them.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  - index: 1\n"
	  "    type: int\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [/etc/passwd]\n"
	  "    - index: 1\n"
	  "      operator: Equal\n"
	  "      values: [\"2\"]\n"
	  "    matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "host-bits", WARNING, "An address with bits that are not compared",
	  "Only the bits of the prefix are compared, so 10.1.2.3/8 stands for all of 10.0.0.0/8. "
	  "Mostly one address was meant.",
	  "Write the network's address, or /32 (IPv6: /128) for one address.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: sock\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: DAddr\n"
	  "      values: [10.1.2.3/8]\n" },
	{ "hot-hook", WARNING, "A hook on a function that is called very often",
	  "Each call of the function costs the run of a program, and without a filter an event. On "
	  "a busy machine these are hundreds of thousands a second: the machine gets slower, and "
	  "events are lost.",
	  "Choose a function that is called less often, add a filter, or use the action Post with "
	  "a rateLimit.",
	  "kprobes:\n"
	  "- call: security_file_permission\n"
	  "  syscall: false\n" },
	{ "ignored-field", WARNING, "Something that has no effect",
	  "The field, or the value, is valid, but nothing looks at it here: the action does not "
	  "use it, or every possible value passes the filter. The policy does less, or hits more, "
	  "than it seems to.",
	  "Remove it, or move it to where it counts.",
	  "kprobes:\n"
	  "- call: sys_setuid\n"
	  "  syscall: true\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: int\n"
	  "    maxData: true\n" },
	{ "late-exception", WARNING, "An exception that comes too late",
	  "A selector that enforces acts before the call has a result. One before it that filters the "
	  "result only watches: it cannot keep the later one from a call, because it is not yet known "
	  "whether it accepts that call. The action hits the calls that it was to exempt, and its "
	  "own event is not sent for them. And the first matching selector wins: one with NoPost that "
	  "no later selector overlaps keeps nothing back.",
	  "Write the exception with filters of arguments or of the process, or leave these calls out "
	  "of the selector that enforces. Put exceptions first.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  return: true\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  returnArg:\n"
	  "    index: 0\n"
	  "    type: int\n"
	  "  selectors:\n"
	  "  - matchReturnArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [\"0\"]\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Prefix\n"
	  "      values: [/srv/vault/]\n"
	  "    matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "merged-usr-path", WARNING, "A path through a link, or of one",
	  "On most systems /bin, /sbin and /lib are links to folders in /usr, and the kernel "
	  "reports resolved paths: /bin/login is /usr/bin/login there. Some files are links, too: "
	  "/usr/bin/python3 and /usr/sbin/modprobe. For programs (matchBinaries), the policy also "
	  "works, and the load report says that both names match, but events show the other one.",
	  "Write the resolved path.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchBinaries:\n"
	  "    - operator: In\n"
	  "      values: [/bin/sh]\n" },
	{ "never-enforces", WARNING, "An action that can do nothing here",
	  "The place has no result that could be changed, or the process is already ending, or is "
	  "one that the kernel lets nobody signal.",
	  "Hook what comes before: the system call, or the security_ function that decides.",
	  "kprobes:\n"
	  "- call: do_exit\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchBinaries:\n"
	  "    - operator: In\n"
	  "      values: [/usr/bin/nc]\n"
	  "    matchActions:\n"
	  "    - action: Sigkill\n" },
	{ "never-matches", WARNING, "A filter that nothing passes",
	  "No value passes this filter, alone or together with the others of the selector: a path "
	  "that no resolved path can equal, a range that another filter excludes, an empty list. "
	  "The selector, with its actions, is dead.",
	  "Correct the value; the message says which other filter excludes it.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [etc/passwd]\n" },
	{ "never-posts", WARNING, "A hook that reports nothing",
	  "The action NoPost takes the event away, or the function never returns and the event "
	  "needs its result. If nothing is enforced either, the hook costs and does nothing.",
	  "Remove NoPost, or add a selector for the events that are wanted.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchActions:\n"
	  "    - action: NoPost\n" },
	{ "no-rate-limit", WARNING, "Events of a function that is called often",
	  "Filters pass, and each match is an event; the function is one that is called often. A "
	  "single busy process can fill the ring buffer and hide the events of all others.",
	  "Add rateLimit, for example 10s.",
	  "kprobes:\n"
	  "- call: tcp_sendmsg\n"
	  "  syscall: false\n"
	  "  selectors:\n"
	  "  - matchActions:\n"
	  "    - action: Post\n" },
	{ "own-process", WARNING, "A policy that includes the program that loads it",
	  "The rule holds for the process that loads the policy as well: an action can kill the "
	  "agent, and an event for each write of an event never ends.",
	  "Leave the program out with matchBinaries, or with TETRA_SESSION_SKIP_SELF.",
	  NULL },
	{ "prefix-sibling", WARNING, "A prefix that also begins other names",
	  "Prefix compares texts, not folders: /etc/passwd also begins /etc/passwd-, and /opt/app "
	  "also /opt/app-old. The rule hits, or spares, files that were not meant.",
	  "End a folder with '/', and use Equal for a file.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Prefix\n"
	  "      values: [/etc/passwd]\n" },
	{ "range-order", WARNING, "A range whose ends are the wrong way round",
	  "The lower bound is the higher number. As written, the range holds nothing; which of the "
	  "two was meant is not known.",
	  "Write the lower number first.",
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: sock\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: DPort\n"
	  "      values: [\"2000:1000\"]\n" },
	{ "redundant-action", WARNING, "An action that another one makes pointless",
	  "The action is listed twice, or another one of the list leaves it nothing to do: after "
	  "Sigkill no other signal arrives.",
	  "Remove one of the two.",
	  "kprobes:\n"
	  "- call: sys_ptrace\n"
	  "  syscall: true\n"
	  "  selectors:\n"
	  "  - matchBinaries:\n"
	  "    - operator: In\n"
	  "      values: [/usr/bin/gdb]\n"
	  "    matchActions:\n"
	  "    - action: Signal\n"
	  "      argSig: 19\n"
	  "    - action: Sigkill\n" },
	{ "shadowed-selector", WARNING, "A selector that is never reached",
	  "Selectors are tried from the top, and the first that matches wins. One or several "
	  "earlier selectors accept all that this one does, so its actions never run.",
	  "Put the stricter selector first, or remove this one.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Prefix\n"
	  "      values: [/etc/]\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Equal\n"
	  "      values: [/etc/shadow]\n" },
	{ "symbolic-link", WARNING, "A path that is a symbolic link on this machine",
	  "Resolved paths are compared, and a file system of this machine makes another path of "
	  "this one. Where the library may, it also compares the resolved path (see 'widened'); "
	  "the message says where it does not.",
	  "Write the resolved path.", NULL },
	{ "syscall-default", WARNING, "A name that is looked for in the wrong place",
	  "'syscall' says whether the name is a system call or a function of the kernel, and is "
	  "true if it is not written. A function that is looked for among the system calls is not "
	  "found, or its arguments are read from the wrong registers.",
	  "Write syscall: false for functions of the kernel, syscall: true for system calls.",
	  "kprobes:\n"
	  "- call: tcp_connect\n" },
	{ "toctou", WARNING, "A value that can change after the check",
	  "The argument is memory of the process that makes the call, or a descriptor that its "
	  "threads share. Another thread can change it after the check and before the kernel uses "
	  "it; what is not resident yet cannot be read at all.",
	  "Hook the security_ function that the hint names: it sees what the kernel uses.",
	  "kprobes:\n"
	  "- call: sys_symlinkat\n"
	  "  syscall: true\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: string\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: Prefix\n"
	  "      values: [/etc/]\n"
	  "    matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "truncated", WARNING, "A text of which only the beginning is kept",
	  "Messages and tags have a greatest length in events, and of a buffer without its length "
	  "nothing, or only the beginning, is read.",
	  "Shorten the text; name the parameter that holds the length with sizeArgIndex.",
	  "kprobes:\n"
	  "- call: sys_write\n"
	  "  syscall: true\n"
	  "  args:\n"
	  "  - index: 1\n"
	  "    type: char_buf\n" },
	{ "unjudged", WARNING, "Values that the rule cannot judge",
	  "Some values cannot be compared: a file without a path (memfd, deleted), a path that "
	  "cannot be read, a text whose end is too far away. An enforcing rule treats them as its "
	  "operator and its options say, which is not always what its author expects.",
	  "Decide with the option 'unreadable', or use an operator that does not depend on it.",
	  "kprobes:\n"
	  "- call: security_file_open\n"
	  "  syscall: false\n"
	  "  args:\n"
	  "  - index: 0\n"
	  "    type: file\n"
	  "  selectors:\n"
	  "  - matchArgs:\n"
	  "    - index: 0\n"
	  "      operator: NotPrefix\n"
	  "      values: [/usr/]\n"
	  "    matchBinaries:\n"
	  "    - operator: In\n"
	  "      values: [/usr/bin/nginx]\n"
	  "    matchActions:\n"
	  "    - action: Override\n"
	  "      argError: -1\n" },
	{ "unused", WARNING, "A definition that nothing uses",
	  "A list, a macro, an enforcer or an option has no effect, because nothing in the policy "
	  "refers to it. Often the reference is misspelt.",
	  "Refer to it, or remove it.",
	  "options:\n"
	  "- name: enforcement\n"
	  "  value: best-effort\n"
	  "kprobes:\n"
	  "- call: tcp_connect\n"
	  "  syscall: false\n" },
};

const struct finding_rows findings_lints = { rows, ARRAY_SIZE(rows) };
