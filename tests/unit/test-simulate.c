/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simulations: policies and events as people write them, and what must come of them. A verdict
 * is "HOOK VERDICT SELECTOR FILTER"; several are separated by "; ".
 */
#include <stdio.h>

#include "lib/base/base.h"
#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/simulate/bind.h"
#include "tests/unit/suite.h"
#include "tetra/simulate.h"

TIMEOUT(60)

#define POLICY(spec)                                                                     \
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"     \
	"spec:\n" spec

/* Everybody but login is killed who writes to passwd; reading is told. */
#define PASSWD                                                                            \
	POLICY("  kprobes:\n"                                                             \
	       "  - call: security_file_permission\n"                                     \
	       "    syscall: false\n"                                                     \
	       "    args: [{index: 0, type: file}, {index: 1, type: int, label: mask}]\n" \
	       "    selectors:\n"                                                         \
	       "    - matchArgs:\n"                                                       \
	       "      - {index: 0, operator: Equal, values: [/etc/passwd]}\n"             \
	       "      - {index: 1, operator: Equal, values: ['2']}\n"                     \
	       "      matchBinaries: [{operator: NotIn, values: [/usr/bin/login]}]\n"     \
	       "      matchActions: [{action: Sigkill}]\n"                                \
	       "    - matchArgs:\n"                                                       \
	       "      - {index: 0, operator: Prefix, values: [/etc/]}\n"                  \
	       "      - {index: 1, operator: Equal, values: ['4']}\n")

#define ARGS(type, selectors)                                                            \
	POLICY("  kprobes:\n"                                                            \
	       "  - call: f\n"                                                           \
	       "    syscall: false\n"                                                    \
	       "    args: [{index: 0, type: " type "}]\n"                                \
	       "    selectors: [" selectors "]\n")
#define MATCH(op, values)                                                                \
	"{matchArgs: [{index: 0, operator: " op ", values: [" values "]}]}"
#define KILL(op, values)                                                                 \
	"{matchArgs: [{index: 0, operator: " op ", values: [" values                     \
	"]}], matchActions: [{action: Sigkill}]}"
#define PROCESS(filter)                                                                  \
	POLICY("  kprobes:\n"                                                            \
	       "  - call: f\n"                                                           \
	       "    syscall: false\n"                                                    \
	       "    selectors: [{" filter "}]\n")

/* Selectors of a hook with an argument and a result. */
#define LATE(selectors)                                                                  \
	POLICY("  kprobes:\n"                                                            \
	       "  - call: f\n"                                                           \
	       "    syscall: false\n"                                                    \
	       "    return: true\n"                                                      \
	       "    args: [{index: 0, type: int}]\n"                                     \
	       "    returnArg: {index: 0, type: int}\n"                                  \
	       "    selectors: [" selectors "]\n")
#define BY_RESULT "{matchReturnArgs: [{operator: Equal, values: ['0']}]}"
#define QUIET                                                                            \
	"{matchReturnArgs: [{operator: Equal, values: ['0']}], matchActions: [{action: " \
	"NoPost}]}"

#define USDT                                                                             \
	POLICY("  usdts:\n"                                                              \
	       "  - {path: /bin/x, provider: lab, name: probe, args: [{index: 0, type: " \
	       "int32}],\n"                                                              \
	       "     selectors: [" KILL("GT", "5") "]}\n")

/* A case a line. */
/* clang-format off */
static const struct {
	const char *policy, *event, *verdicts;
} rows[] = {
	{ USDT, "{usdt: '/bin/x:lab/probe', args: [6]}", "usdts[0] kill 0" },
	{ USDT, "{usdt: '/bin/x:lab/probe', args: [5]}", "usdts[0] none 0 matchArgs[0]" },
	{ USDT, "{usdt: '/bin/x:lab/probe'}", "usdts[0] unknown 0 matchArgs[0]" },
	{ USDT, "{usdt: '/bin/x:lab/prob', args: [6]}", "" },
	{ USDT, "{usdt: '/bin/y:lab/probe', args: [6]}", "" },
	{ USDT, "{uprobe: '/bin/x:lab/probe', args: [6]}", "" },
	/* What waits for an unknown result, before and beside what enforces at the entry. */
	{ LATE(BY_RESULT ", " KILL("Equal", "1")), "{function: f, args: [1]}", "kprobes[0] kill 1" },
	{ LATE(BY_RESULT ", " KILL("Equal", "1")), "{function: f, args: [1], return: 0}", "kprobes[0] kill 1" },
	{ LATE(BY_RESULT ", " KILL("Equal", "1")), "{function: f, args: [2]}", "kprobes[0] unknown 0 matchReturnArgs[0]" },
	{ LATE(BY_RESULT ", " KILL("Equal", "1")), "{function: f}", "kprobes[0] unknown 0 matchReturnArgs[0]" },
	{ LATE(BY_RESULT ", " KILL("Equal", "1")), "{function: f, return: 1}", "kprobes[0] unknown 1 matchArgs[0]" },
	{ LATE(BY_RESULT ", " MATCH("Equal", "1") ", " KILL("Equal", "1")), "{function: f, args: [1]}", "kprobes[0] post -1" },
	{ LATE(QUIET ", " MATCH("Equal", "1") ", " KILL("Equal", "1")), "{function: f, args: [1]}", "kprobes[0] unknown 0 matchReturnArgs[0]" },
	{ LATE(QUIET ", " MATCH("Equal", "1")), "{function: f, args: [1], return: 0}", "kprobes[0] silent 0" },
	{ LATE(MATCH("Equal", "1") ", " QUIET), "{function: f, args: [1]}", "kprobes[0] post 0" },
	{ LATE(BY_RESULT ", " MATCH("Equal", "1") ", " MATCH("Equal", "2")), "{function: f, return: 0}", "kprobes[0] post 0" },
	{ LATE(KILL("Equal", "1") ", " BY_RESULT), "{function: f, return: 0}", "kprobes[0] unknown 0 matchArgs[0]" },
	/* The contract's example, and what it leaves open. */
	{ PASSWD, "{function: security_file_permission, args: [/etc/passwd, 2], return: 0, process: {binary: /usr/bin/dash, uid: 0, pid: 7, ns: {mnt: host}, caps: {effective: [CAP_SYS_ADMIN]}, parent: {binary: /usr/sbin/sshd}}}", "kprobes[0] kill 0" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/passwd, 2], process: {binary: /usr/bin/login}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/passwd, 2]}", "kprobes[0] unknown 0 matchBinaries[0]" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/hosts, 2]}", "kprobes[0] none 1 matchArgs[1]" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/hosts, 4]}", "kprobes[0] post 1" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/hosts]}", "kprobes[0] unknown 1 matchArgs[1]" },
	{ PASSWD, "{function: security_file_permission, args: {mask: 1}}", "kprobes[0] none 1 matchArgs[1]" },
	{ PASSWD, "{function: security_file_permission, args: [{path: /etc/hosts}, {number: 4}]}", "kprobes[0] post 1" },
	{ PASSWD, "{function: security_file_open, args: [/etc/passwd, 2]}", "" },
	{ PASSWD, "{hook: security_file_permission, args: [/etc/passwd, 2]}", "" },
	/* Names that a user namespace may have made. */
	{ PASSWD, "{function: security_file_permission, args: [/etc/passwd, 2], process: {binary: /usr/bin/login, ns: {user: other}}}", "kprobes[0] unknown 0 matchBinaries[0]" },
	{ PASSWD, "{function: security_file_permission, args: [/etc/passwd, 2], process: {binary: /usr/bin/login, ns: {user: host}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PASSWD, "{function: security_file_permission, names: user-namespace, args: [/etc/passwd, 2], process: {binary: /usr/bin/login}}", "kprobes[0] kill 0" },
	{ PASSWD, "{function: security_file_permission, names: unknown, args: [/etc/passwd, 2], process: {binary: /usr/bin/dash}}", "kprobes[0] kill 0" },
	/* States of a path; a selector that enforces takes what it cannot read. */
	{ ARGS("file", KILL("Equal", "/a")), "{function: f, args: [{unreadable: true}]}", "kprobes[0] kill 0" },
	{ ARGS("file", MATCH("Equal", "/a")), "{function: f, args: [{unreadable: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", KILL("Equal", "/a")), "{function: f, args: [{truncated: true}]}", "kprobes[0] kill 0" },
	{ ARGS("file", KILL("Equal", "/a")), "{function: f, args: [{no-path: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", KILL("NotEqual", "/a")), "{function: f, args: [{no-path: true}]}", "kprobes[0] kill 0" },
	{ ARGS("file", KILL("NotEqual", "/a")), "{function: f, args: [{absent: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", KILL("NotEqual", "/a")), "{function: f, args: [{unknown: true}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("file", MATCH("FileType", "reg")), "{function: f, args: [{path: /a, type: reg}]}", "kprobes[0] post 0" },
	{ ARGS("file", MATCH("FileType", "reg")), "{function: f, args: [{no-path: true, type: fifo}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", MATCH("FileType", "reg")), "{function: f, args: [/a]}", "kprobes[0] unknown 0 matchArgs[0]" },
	/* Of a text. */
	{ ARGS("string", MATCH("Equal", "ab")), "{function: f, args: [ab]}", "kprobes[0] post 0" },
	{ ARGS("string", KILL("Equal", "ab")), "{function: f, args: [{unreadable: true}]}", "kprobes[0] kill 0" },
	{ ARGS("string", MATCH("Prefix", "ab")), "{function: f, args: [{text: abc, truncated: true}]}", "kprobes[0] post 0" },
	{ ARGS("string", MATCH("Equal", "abc")), "{function: f, args: [{truncated: true, text: abc}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("string", MATCH("Equal", "abc")), "{function: f, args: [{beginning: true, text: abc}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("string", MATCH("Prefix", "ab")), "{function: f, args: [{truncated: true}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("string", KILL("Postfix", "ab")), "{function: f, args: [{truncated: true}]}", "kprobes[0] kill 0" },
	{ ARGS("string", MATCH("Equal", "'7'")), "{function: f, args: [7]}", "kprobes[0] unknown 0 matchArgs[0]" },
	/* Of a number. */
	{ ARGS("int", MATCH("Equal", "'-1'")), "{function: f, args: [-1]}", "kprobes[0] post 0" },
	{ ARGS("uint32", MATCH("Equal", "'0xffffffff'")), "{function: f, args: [-1]}", "kprobes[0] post 0" },
	{ ARGS("uint64", MATCH("GT", "'5'")), "{function: f, args: [18446744073709551615]}", "kprobes[0] post 0" },
	{ ARGS("int", MATCH("Equal", "'1'")), "{function: f, args: ['1']}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("int", MATCH("Equal", "'1'")), "{function: f}", "kprobes[0] unknown 0 matchArgs[0]" },
	/* Of a socket. */
	{ ARGS("sock", MATCH("DPort", "'443'")), "{function: f, args: [{saddr: 10.0.0.1, dport: 443, family: AF_INET, protocol: TCP}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("DPort", "'443'")), "{function: f, args: [{dport: 443}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("DPort", "'443'")), "{function: f, args: [{dport: 80}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("sock", MATCH("DAddr", "10.0.0.0/8")), "{function: f, args: [{daddr: 10.1.2.3}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("DAddr", "10.0.0.0/8")), "{function: f, args: [{daddr: 10.1.2.3, family: AF_INET6}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("NotDAddr", "10.0.0.0/8")), "{function: f, args: [{daddr: 'fd00::1'}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("SAddr", "10.0.0.0/8")), "{function: f, args: [{daddr: 10.1.2.3}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("sock", MATCH("NotSPort", "'1'")), "{function: f, args: [{family: AF_UNIX}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("sock", MATCH("Protocol", "IPPROTO_TCP")), "{function: f, args: [{protocol: 6}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("State", "TCP_LISTEN")), "{function: f, args: [{state: LISTEN}]}", "kprobes[0] post 0" },
	{ ARGS("sock", MATCH("Family", "AF_INET")), "{function: f, args: [{dport: 1}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("sock", MATCH("Family", "AF_UNIX")), "{function: f, args: [{dport: 1}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("skb", MATCH("NotDPort", "'443'")), "{function: f, args: [{dport: 80}]}", "kprobes[0] post 0" },
	{ ARGS("skb", MATCH("NotDPort", "'443'")), "{function: f, args: [{daddr: 10.0.0.1}]}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("skb", MATCH("NotDPort", "'443'")), "{function: f, args: [{dport: {absent: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("skb", MATCH("NotDPort", "'443'")), "{function: f, args: [{dport: {unreadable: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("skb", MATCH("NotDPort", "'443'")), "{function: f, args: [{family: AF_INET, protocol: ICMP}]}", "kprobes[0] none 0 matchArgs[0]" },
	/* Of a header that is too short to be one. Both ports are read, or none. */
	{ ARGS("skb", KILL("NotDPort", "'443'")), "{function: f, args: [{family: AF_INET, protocol: ICMP, dport: {unreadable: true}}]}", "kprobes[0] kill 0" },
	{ ARGS("skb", KILL("NotSPort", "'443'")), "{function: f, args: [{family: AF_INET, protocol: ICMP, dport: {unreadable: true}}]}", "kprobes[0] kill 0" },
	{ ARGS("skb", KILL("NotDPort", "'443'")), "{function: f, args: [{family: AF_INET, protocol: ICMP}]}", "kprobes[0] none 0 matchArgs[0]" },
	/* A header that cannot be read, and none; a packet that cannot be read. */
	{ ARGS("skb", KILL("Protocol", "IPPROTO_TCP")), "{function: f, args: [{family: {unreadable: true}}]}", "kprobes[0] kill 0" },
	{ ARGS("skb", KILL("DPort", "'443'")), "{function: f, args: [{family: {unreadable: true}}]}", "kprobes[0] kill 0" },
	{ ARGS("skb", KILL("Protocol", "IPPROTO_TCP")), "{function: f, args: [{family: {absent: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("skb", KILL("State", "TCP_LISTEN")), "{function: f, args: [{family: {unreadable: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("skb", KILL("State", "TCP_LISTEN")), "{function: f, args: [{unreadable: true}]}", "kprobes[0] kill 0" },
	{ ARGS("skb", MATCH("DAddr", "10.0.0.0/8")), "{function: f, args: [{daddr: 10.0.0.1, dport: {absent: true}}]}", "kprobes[0] post 0" },
	{ ARGS("skb", MATCH("State", "TCP_LISTEN")), "{function: f, args: [{dport: 80}]}", "kprobes[0] none 0 matchArgs[0]" },
	/* Effects that are equal need no decision between selectors. */
	{ ARGS("int", MATCH("Equal", "'1'") ", " MATCH("NotEqual", "'1'")), "{function: f}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("int", MATCH("Equal", "'1'") ", {}"), "{function: f}", "kprobes[0] post -1" },
	{ ARGS("int", KILL("Equal", "'1'") ", {}"), "{function: f}", "kprobes[0] unknown 0 matchArgs[0]" },
	{ ARGS("int", "{}, " KILL("Equal", "'1'")), "{function: f}", "kprobes[0] post 0" },
	/* Processes. */
	{ PROCESS("matchPIDs: [{operator: In, values: [7]}]"), "{function: f, process: {pid: 7}}", "kprobes[0] post 0" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7]}]"), "{function: f}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], isNamespacePID: true}]"), "{function: f, process: {pid: 7}}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], isNamespacePID: true}]"), "{function: f, process: {nspid: 7}}", "kprobes[0] post 0" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls}}", "kprobes[0] unknown 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: /bin/sh}}}", "kprobes[0] post 0" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: /sbin/init, parent: null}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {pid: 3, parent: null}}}", "kprobes[0] unknown 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh]}]"), "{function: f, process: {binary: {unreadable: true}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh]}], matchActions: [{action: Sigkill}]"), "{function: f, process: {binary: {no-path: true}}}", "kprobes[0] kill 0" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: NotIn, values: [host_ns]}]"), "{function: f, process: {ns: {mnt: host}}}", "kprobes[0] none 0 matchNamespaces[0]" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: NotIn, values: [host_ns]}]"), "{function: f, process: {ns: {mnt: other}}}", "kprobes[0] post 0" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: NotIn, values: [host_ns]}]"), "{function: f, process: {ns: {mnt: 4026531999}}}", "kprobes[0] unknown 0 matchNamespaces[0]" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: In, values: ['4026531999']}]"), "{function: f, process: {ns: {mnt: 4026531999}}}", "kprobes[0] post 0" },
	{ PROCESS("matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]"), "{function: f, process: {caps: {effective: [SYS_ADMIN]}}}", "kprobes[0] post 0" },
	{ PROCESS("matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]"), "{function: f, process: {caps: {effective: []}}}", "kprobes[0] none 0 matchCapabilities[0]" },
	{ PROCESS("matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]"), "{function: f, process: {caps: {permitted: []}}}", "kprobes[0] unknown 0 matchCapabilities[0]" },
	/* As witnesses have it. */
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {pid: 7}}}", "kprobes[0] post 0" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {pid: 8}}}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {ns_pid: 7}}}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: null}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], isNamespacePID: true}]"), "{function: f, process: {ns_pid: 7}}", "kprobes[0] post 0" },
	/* Whom a process descends from: itself, known ancestors, and what was not readable. */
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 7, parent: null}}", "kprobes[0] post 0" },
	{ PROCESS("matchPIDs: [{operator: NotIn, values: [7], followForks: true}]"), "{function: f, process: {pid: 7, parent: null}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true, isNamespacePID: true}]"), "{function: f, process: {ns_pid: 7, parent: null}}", "kprobes[0] post 0" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true, isNamespacePID: true}]"), "{function: f, process: {ns_pid: 0, pid: 7, parent: null}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {pid: 8, parent: null}}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {pid: 8, parent: {pid: 7}}}}", "kprobes[0] post 0" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {binary: /bin/sh, parent: null}}}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true, isNamespacePID: true}]"), "{function: f, process: {ns_pid: 9, parent: {pid: 7, ns_pid: 8, parent: null}}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true, isNamespacePID: true}]"), "{function: f, process: {ns_pid: 9, parent: {pid: 8, parent: null}}}", "kprobes[0] unknown 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}]"), "{function: f, process: {pid: 9, parent: {unreadable: true}}}", "kprobes[0] none 0 matchPIDs[0]" },
	{ PROCESS("matchPIDs: [{operator: In, values: [7], followForks: true}], matchActions: [{action: Sigkill}]"), "{function: f, process: {pid: 9, parent: {unreadable: true}}}", "kprobes[0] kill 0" },
	{ PROCESS("matchPIDs: [{operator: NotIn, values: [7], followForks: true}], matchActions: [{action: Sigkill}]"), "{function: f, process: {pid: 9, parent: {unreadable: true}}}", "kprobes[0] kill 0" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {unreadable: true}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: {unreadable: true}}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}], matchActions: [{action: Sigkill}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: {unreadable: true}}}}", "kprobes[0] kill 0" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: {no-path: true}, parent: null}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: In, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {parent: {binary: /bin/sh}, binary: /bin/ls}}}", "kprobes[0] post 0" },
	/* A name that may be false starts no descent for a rule that distrusts it. */
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh], followChildren: true}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: /bin/sh, foreign: true, parent: null}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh], followChildren: true}], matchActions: [{action: Sigkill}]"), "{function: f, process: {binary: /bin/ls, parent: {binary: /bin/sh, foreign: true, parent: null}}}", "kprobes[0] kill 0" },
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh], followChildren: true}], matchActions: [{action: Sigkill}]"), "{function: f, process: {binary: /bin/ls, foreign: true, parent: {binary: /bin/sh, parent: null}}}", "kprobes[0] none 0 matchBinaries[0]" },
	{ PROCESS("matchBinaries: [{operator: NotIn, values: [/bin/sh], followChildren: true}], matchActions: [{action: Sigkill}]"), "{function: f, names: unknown, process: {binary: /bin/ls, parent: {binary: /bin/sh, parent: null}}}", "kprobes[0] unknown 0 matchBinaries[0]" },
	/* Types of files beside what was read of the name. */
	{ ARGS("file", MATCH("FileType", "reg")), "{function: f, args: [{unreadable: true, file_type: reg}]}", "kprobes[0] post 0" },
	{ ARGS("file", MATCH("NotFileType", "reg")), "{function: f, args: [{path: /a, file_type: {absent: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", MATCH("NotFileType", "reg")), "{function: f, args: [{path: /a, file_type: {unreadable: true}}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ ARGS("file", KILL("NotFileType", "reg")), "{function: f, args: [{path: /a, file_type: {unreadable: true}}]}", "kprobes[0] kill 0" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: In, values: [host_ns]}]"), "{function: f, process: {ns: {mnt: {number: 5, host: false}}}}", "kprobes[0] none 0 matchNamespaces[0]" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: In, values: ['5']}]"), "{function: f, process: {ns: {mnt: {number: 5, host: false}}}}", "kprobes[0] post 0" },
	{ PROCESS("matchNamespaces: [{namespace: Mnt, operator: In, values: ['5']}]"), "{function: f, process: {ns: {mnt: {host: true}}}}", "kprobes[0] unknown 0 matchNamespaces[0]" },
	{ ARGS("file", MATCH("FileType", "reg")), "{function: f, args: [{path: /a, file_type: reg}]}", "kprobes[0] post 0" },
	{ POLICY("  kprobes: [{call: sys_open, syscall: true, args: [{index: 0, type: string}], selectors: [" KILL("Equal", "/a") "]}]\n"), "{function: sys_open, args: [{unreadable: true, fault: false}]}", "kprobes[0] kill 0" },
	{ POLICY("  kprobes: [{call: sys_open, syscall: true, args: [{index: 0, type: string}], selectors: [" KILL("Equal", "/a") "]}]\n"), "{function: sys_open, args: [{unreadable: true, fault: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	/* Hooks. */
	{ POLICY("  kprobes: [{call: sys_write, syscall: true}]\n"), "{function: __x64_sys_write}", "kprobes[0] post 0" },
	{ POLICY("  kprobes: [{call: f, syscall: false}, {call: g, syscall: false}, {call: f, syscall: false}]\n"), "{function: f}", "kprobes[0] post 0; kprobes[2] post 0" },
	{ POLICY("  tracepoints: [{subsystem: raw_syscalls, event: sys_enter}]\n"), "{event: raw_syscalls/sys_enter}", "tracepoints[0] post 0" },
	{ POLICY("  lsmhooks: [{hook: file_open}]\n"), "{hook: file_open}", "lsmhooks[0] post 0" },
	/* Effects. */
	{ PROCESS("matchActions: [{action: NoPost}]"), "{function: f}", "kprobes[0] silent 0" },
	{ POLICY("  kprobes: [{call: sys_open, syscall: true, selectors: [{matchActions: [{action: Override, argError: -1}]}]}]\n"), "{function: sys_open}", "kprobes[0] deny 0 error -1" },
	{ POLICY("  kprobes: [{call: sys_open, syscall: true, selectors: [{matchActions: [{action: Override, argError: -13}, {action: Sigkill}]}]}]\n"), "{function: sys_open}", "kprobes[0] deny 0 error -13 signal 9" },
	{ PROCESS("matchActions: [{action: Signal, argSig: 10}]"), "{function: f}", "kprobes[0] signal 0 signal 10" },
	{ POLICY("  options: [{name: policy-mode, value: monitor}]\n  kprobes: [{call: f, syscall: false, selectors: [{matchActions: [{action: Sigkill}]}]}]\n"), "{function: f}", "kprobes[0] post 0" },
	{ POLICY("  options: [{name: policy-mode, value: monitor}]\n  kprobes: [{call: f, syscall: false, selectors: [{matchActions: [{action: Sigkill}, {action: NoPost}]}]}]\n"), "{function: f}", "kprobes[0] silent 0" },
	/* The options that say what cannot be judged. */
	{ POLICY("  options: [{name: unreadable, value: no-match}]\n  kprobes: [{call: f, syscall: false, args: [{index: 0, type: file}], selectors: [" KILL("Equal", "/a") "]}]\n"), "{function: f, args: [{unreadable: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ POLICY("  options: [{name: unreadable, value: match}]\n  kprobes: [{call: f, syscall: false, args: [{index: 0, type: file}], selectors: [" MATCH("Equal", "/a") "]}]\n"), "{function: f, args: [{unreadable: true}]}", "kprobes[0] post 0" },
	{ POLICY("  kprobes: [{call: sys_open, syscall: true, args: [{index: 0, type: string}], selectors: [" KILL("Equal", "/a") "]}]\n"), "{function: sys_open, args: [{unreadable: true}]}", "kprobes[0] none 0 matchArgs[0]" },
	{ POLICY("  options: [{name: user-namespaces, value: trust}]\n  kprobes: [{call: f, syscall: false, args: [{index: 0, type: file}], selectors: [" KILL("NotEqual", "/a") "]}]\n"), "{function: f, names: user-namespace, args: [/a]}", "kprobes[0] none 0 matchArgs[0]" },
	{ POLICY("  kprobes: [{call: f, syscall: false, return: true, returnArg: {index: 0, type: int}, selectors: [{matchReturnArgs: [{operator: Equal, values: ['-1']}]}]}]\n"), "{function: f, return: -1}", "kprobes[0] post 0" },
	{ POLICY("  kprobes: [{call: f, syscall: false, return: true, returnArg: {index: 0, type: int}, selectors: [{matchReturnArgs: [{operator: Equal, values: ['-1']}]}]}]\n"), "{function: f}", "kprobes[0] unknown 0 matchReturnArgs[0]" },
};
/* clang-format on */

static void show_findings(struct tetra_diag *diag)
{
	char text[2048];

	for (unsigned int i = 0; i < tetra_diag_count(diag, 0); i++) {
		tetra_diag_render(diag, i, text, sizeof(text));
		fputs(text, stderr);
	}
}

static void describe(struct tetra_sim *sim, int n, char *ret, size_t size)
{
	size_t len = 0;

	*ret = '\0';
	for (int i = 0; i < n; i++) {
		struct tetra_verdict verdict = { .size = sizeof(verdict) };

		ck_assert_int_eq(tetra_sim_get_verdict(sim, (unsigned int)i, &verdict),
				 0);
		len += (size_t)snprintf(
			ret + len, size - len, "%s%s %s %d%s%s%s", i ? "; " : "",
			verdict.hook_name, tetra_verdict_kind_to_name(verdict.kind),
			verdict.selector, *verdict.missed_by ? " " : "",
			verdict.missed_by, *verdict.depends_on ? " " : "");
		len += (size_t)snprintf(ret + len, size - len, "%s", verdict.depends_on);
		if (verdict.error)
			len += (size_t)snprintf(ret + len, size - len, " error %d",
						verdict.error);
		if (verdict.signal && verdict.kind != TETRA_VERDICT_KILL)
			len += (size_t)snprintf(ret + len, size - len, " signal %u",
						verdict.signal);
	}
}

static struct tetra_policy *policy_of(const char *text)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	if (tetra_policy_parse(&policy, text, strlen(text), NULL, diag) < 0) {
		show_findings(diag);
		ck_abort_msg("no policy: %s", text);
	}
	return policy;
}

static struct tetra_sim *sim_of(const char *text)
{
	struct tetra_policy *policy = policy_of(text);
	TETRA_OPTS(tetra_sim_opts, opts, .flags = TETRA_SIM_EXPLAIN);
	struct tetra_sim *sim = NULL;

	ck_assert_int_eq(tetra_sim_new(&sim, &policy, 1, &opts, NULL), 0);
	tetra_policy_unref(policy);
	return sim;
}

static int read_event(struct tetra_input *input, const char *text)
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	int r;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	r = tetra_input_read(input, text, strlen(text), NULL, diag);
	if (r < 0)
		show_findings(diag);
	return r;
}

TEST_EACH(an_event_gets_its_verdict, ARRAY_SIZE(rows))
{
	struct tetra_sim *sim = sim_of(rows[_i].policy);
	_cleanup_(tetra_input_freep) struct tetra_input *input = NULL;
	char text[512];

	ck_assert_int_eq(tetra_input_new(&input), 0);
	ck_assert_int_eq(read_event(input, rows[_i].event), 0);
	describe(sim, tetra_sim_run(sim, input), text, sizeof(text));
	ck_assert_msg(strcmp(text, rows[_i].verdicts) == 0,
		      "row %d: %s\n  is  %s\n  not %s", _i, rows[_i].event, text,
		      rows[_i].verdicts);
	tetra_sim_free(sim);
}

/* A case a line. */
/* clang-format off */
static const struct {
	const char *event, *code;
	uint32_t line, column;
	const char *path;
} bad_rows[] = {
	{ "{usdt: probe}", "bad-value", 1, 8, "usdt" },
	{ "{usdt: '/bin/x:probe'}", "bad-value", 1, 8, "usdt" },
	{ "{usdt: '/bin/x/lab/probe'}", "bad-value", 1, 8, "usdt" },
	{ "{function: f, arg: [1]}", "unknown-field", 1, 15, "arg" },
	{ "function: f\nprocess:\n  binary: 5\n", "wrong-type", 3, 11, "process.binary" },
	{ "{function: f, hook: g}", "conflict", 1, 15, "hook" },
	{ "{args: [1]}", "missing-field", 1, 1, NULL },
	{ "{event: sys_enter}", "bad-value", 1, 9, "event" },
	{ "{function: f, args: [[1]]}", "wrong-type", 1, 22, "args[0]" },
	{ "{function: f, args: [true]}", "wrong-type", 1, 22, "args[0]" },
	{ "{function: f, args: [{unreadble: true}]}", "unknown-field", 1, 23, "args[0].unreadble" },
	{ "{function: f, args: [{unreadable: 1}]}", "wrong-type", 1, 35, "args[0].unreadable" },
	{ "{function: f, args: [{unreadable: true, absent: true}]}", "conflict", 1, 41, "args[0].absent" },
	{ "{function: f, args: [{dport: 70000}]}", "out-of-range", 1, 30, "args[0].dport" },
	{ "{function: f, args: [{daddr: 10.0.0.256}]}", "bad-value", 1, 30, "args[0].daddr" },
	{ "{function: f, args: [{daddr: 'fd00::1', family: AF_INET}]}", "conflict", 1, 30, "args[0].daddr" },
	{ "{function: f, args: [{dport: {gone: true}}]}", "bad-value", 1, 23, "args[0].dport" },
	{ "{function: f, args: [{dport: 1, port: 1}]}", "unknown-field", 1, 33, "args[0].port" },
	{ "{function: f, args: [{protocol: TPC}]}", "bad-enum", 1, 33, "args[0].protocol" },
	{ "{function: f, process: {caps: {effective: [CAP_FLY]}}}", "bad-enum", 1, 44, "process.caps.effective[0]" },
	{ "{function: f, process: {caps: {effective: CAP_SYS_ADMIN}}}", "wrong-type", 1, 43, "process.caps.effective" },
	{ "{function: f, process: {ns: {mount: host}}}", "unknown-field", 1, 30, "process.ns.mount" },
	{ "{function: f, process: {ns: {mnt: mine}}}", "bad-value", 1, 35, "process.ns.mnt" },
	{ "{function: f, process: {pid: -1}}", "out-of-range", 1, 30, "process.pid" },
	{ "{function: f, names: here}", "bad-enum", 1, 22, "names" },
	{ "{function: f, args: [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}", "too-many", 1, 15, "args" },
	{ "[1]", "wrong-type", 1, 1, NULL },
};
/* clang-format on */

TEST_EACH(a_wrong_event_is_reported_where_it_is_wrong, ARRAY_SIZE(bad_rows))
{
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	_cleanup_(tetra_input_freep) struct tetra_input *input = NULL;
	struct tetra_finding finding = { .size = sizeof(finding) };
	const char *event = bad_rows[_i].event;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(tetra_input_new(&input), 0);
	ck_assert_int_eq(tetra_input_read(input, event, strlen(event), "e", diag),
			 -EINVAL);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_msg(strcmp(finding.code, bad_rows[_i].code) == 0 &&
			      finding.line == bad_rows[_i].line &&
			      finding.column == bad_rows[_i].column &&
			      (!bad_rows[_i].path ||
			       strcmp(finding.path, bad_rows[_i].path) == 0),
		      "row %d: %s at %u:%u, %s: %s", _i, finding.code, finding.line,
		      finding.column, finding.path, finding.message);
	ck_assert(!input->name.is_set && !input->n_args);
}

/* Fields of a random event; each is one of a few values that the policies tell apart. */
enum { PATH, MASK, BINARY, PID, PORT, CAPS, MOUNTS, USERS, RESULT, FIELDS };

#define N_VALUES 4u

struct choice {
	uint8_t values[FIELDS];
};

static const char *const paths[N_VALUES] = { "/etc/passwd", "/etc/hosts", "/a",
					     "/usr/lib/x" };
static const char *const binaries[N_VALUES] = { "/usr/bin/login", "/bin/sh",
						"/usr/bin/dash", "/a" };
static const uint64_t numbers[N_VALUES] = { 2, 4, 1, (uint64_t)-1 };

static void field_set(struct tetra_input *input, uint32_t field, uint32_t value)
{
	struct tetra_sock sock = { .size = sizeof(sock), .family = 2, .dport = 443 };
	int r = -1;

	switch (field) {
	case PATH:
		r = value ? tetra_input_set_text(input, 0, paths[value],
						 strlen(paths[value]))
			  : tetra_input_set_state(input, 0, TETRA_INPUT_UNREADABLE);
		break;
	case MASK:
		r = tetra_input_set_number(input, 1, numbers[value]);
		break;
	case BINARY:
		r = tetra_input_set_binary(input, binaries[value],
					   strlen(binaries[value]));
		break;
	case PID:
		r = tetra_input_set_pid(input, 6 + value);
		break;
	case PORT:
		sock.dport = (uint16_t)(442 + value);
		r = tetra_input_set_sock(input, 2, &sock,
					 TETRA_INPUT_FAMILY | TETRA_INPUT_DPORT);
		break;
	case CAPS:
		r = tetra_input_set_capabilities(input, 1, (uint64_t)value << 20);
		break;
	case MOUNTS:
		r = tetra_input_set_namespace(input, 2, 5 + value, value == 1);
		break;
	case USERS:
		r = tetra_input_set_names(input, 1 + value % 2);
		break;
	case RESULT:
		r = tetra_input_set_number(input, TETRA_INPUT_RETURN, numbers[value]);
		break;
	}
	ck_assert_int_eq(r, 0);
}

TEST(what_a_packet_lacks_is_said_of_parts_and_with_a_state)
{
	_cleanup_(tetra_input_freep) struct tetra_input *input = NULL;
	uint32_t beyond = TETRA_INPUT_TCPSTATE << 1;

	ck_assert_int_eq(tetra_input_new(&input), 0);
	ck_assert_int_eq(
		tetra_input_set_lacking(input, 0, TETRA_INPUT_SPORT, TETRA_INPUT_ABSENT),
		0);
	ck_assert_int_eq(tetra_input_set_lacking(input, TETRA_INPUT_MAX_ARGS - 1,
						 TETRA_INPUT_TCPSTATE,
						 TETRA_INPUT_UNREADABLE),
			 0);
	ck_assert_int_eq(tetra_input_set_lacking(input, 0, beyond, TETRA_INPUT_ABSENT),
			 -EINVAL);
	ck_assert_int_eq(
		tetra_input_set_lacking(input, 0, TETRA_INPUT_SPORT, TETRA_INPUT_NO_PATH),
		-EINVAL);
	ck_assert_int_eq(tetra_input_set_lacking(input, TETRA_INPUT_MAX_ARGS,
						 TETRA_INPUT_SPORT, TETRA_INPUT_ABSENT),
			 -E2BIG);
}

/* Only the fields in @known. */
static uint32_t choice_judge(struct tetra_sim *sim, struct tetra_input *input,
			     const struct choice *choice, uint32_t known,
			     struct tetra_verdict *ret)
{
	tetra_input_reset(input);
	ck_assert_int_eq(tetra_input_set_function(input, "f"), 0);
	ck_assert_int_eq(tetra_input_set_names(input, TETRA_INPUT_NAMES_UNKNOWN), 0);
	for (uint32_t i = 0; i < FIELDS; i++)
		if (known >> i & 1)
			field_set(input, i, choice->values[i]);
	ck_assert_int_eq(tetra_sim_run(sim, input), 1);
	ck_assert_int_eq(tetra_sim_get_verdict(sim, 0, ret), 0);
	return ret->kind;
}

#define KNOWN_ALL ((1u << FIELDS) - 1)
#define RANDOM_POLICY                                                                    \
	POLICY("  kprobes:\n"                                                            \
	       "  - call: f\n"                                                           \
	       "    syscall: false\n"                                                    \
	       "    return: true\n"                                                      \
	       "    returnArg: {index: 0, type: int}\n"                                  \
	       "    args: [{index: 0, type: file}, {index: 1, type: int}, "              \
	       "{index: 2, type: sock}]\n"                                               \
	       "    selectors: [%s, %s, %s, %s]\n")

/* Hooks of one function, each with a program of its own, and one for all. */
#define MANY 70

static struct tetra_policy *policy_of_programs(void)
{
	struct tetra_policy *policy = NULL;
	struct strbuf text = {};

	strbuf_puts(&text, "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
			   "metadata: {name: p}\nspec:\n  kprobes:\n");
	for (unsigned int i = 0; i < MANY; i++)
		strbuf_format(
			&text,
			"  - call: f\n    syscall: false\n"
			"    args: [{index: 0, type: int}]\n    selectors:\n"
			"    - matchBinaries: [{operator: In, values: [/bin/b%u]}]\n"
			"      matchArgs: [{index: 0, operator: Equal, values: ['%u']}]\n"
			"    - matchArgs: [{index: 0, operator: Equal, values: ['99']}]\n",
			i, i);
	ck_assert_int_eq(
		tetra_policy_parse(&policy, strbuf_get(&text), text.len, NULL, NULL), 0);
	strbuf_done(&text);
	return policy;
}

static unsigned int count_verdicts(struct tetra_sim *sim, const char *event,
				   uint32_t kind)
{
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	struct tetra_input *input = NULL;
	unsigned int n = 0;

	ck_assert_int_eq(tetra_input_new(&input), 0);
	ck_assert_int_eq(tetra_input_read(input, event, strlen(event), NULL, NULL), 0);
	ck_assert_int_eq(tetra_sim_run(sim, input), MANY);
	for (unsigned int i = 0; tetra_sim_get_verdict(sim, i, &verdict) == 0; i++)
		n += verdict.kind == kind;
	tetra_input_free(input);
	return n;
}

#define COUNT(event, kind) count_verdicts(sim, event, TETRA_VERDICT_##kind)

TEST(programs_decide_which_hooks_are_looked_at)
{
	struct tetra_policy *policy = policy_of_programs();
	struct tetra_sim *sim = NULL;

	ck_assert_int_eq(tetra_sim_new(&sim, &policy, 1, NULL, NULL), 0);
	tetra_policy_unref(policy);
	ck_assert_uint_eq(
		COUNT("{function: f, args: [65], process: {binary: /bin/b65}}", POST), 1);
	ck_assert_uint_eq(
		COUNT("{function: f, args: [65], process: {binary: /bin/b64}}", NONE),
		MANY);
	ck_assert_uint_eq(
		COUNT("{function: f, args: [99], process: {binary: /bin/other}}", POST),
		MANY);
	/* Of a program that is not known, or of unknown arguments, less is known. */
	ck_assert_uint_eq(COUNT("{function: f, args: [65]}", UNKNOWN), 1);
	ck_assert_uint_eq(COUNT("{function: f, process: {binary: /bin/b1}}", UNKNOWN),
			  MANY);
	ck_assert_uint_eq(
		COUNT("{function: f, args: [1], process: {binary: \"/bin/b1\\0x\"}}",
		      NONE),
		MANY);
	ck_assert_uint_eq(
		COUNT("{function: f, args: [1], process: {binary: {unreadable: true}}}",
		      NONE),
		MANY);
	tetra_sim_free(sim);
}

static const char *const random_selectors[] = {
	"{matchArgs: [{index: 0, operator: Prefix, values: [/etc/]}]}",
	"{matchArgs: [{index: 0, operator: NotEqual, values: [/etc/hosts]}, {index: 1, "
	"operator: Equal, values: ['2']}], matchActions: [{action: Sigkill}]}",
	"{matchBinaries: [{operator: NotIn, values: [/usr/bin/login]}], matchActions: "
	"[{action: Sigkill}]}",
	"{matchBinaries: [{operator: In, values: [/bin/sh]}], matchPIDs: [{operator: NotIn, "
	"values: [7]}]}",
	"{matchArgs: [{index: 2, operator: DPort, values: ['443', '444']}], matchActions: "
	"[{action: NoPost}]}",
	"{matchCapabilities: [{type: Effective, operator: In, values: [CAP_SYS_ADMIN]}]}",
	"{matchNamespaces: [{namespace: Mnt, operator: NotIn, values: [host_ns, '7']}], "
	"matchActions: [{action: Signal, argSig: 10}]}",
	"{matchReturnArgs: [{operator: Equal, values: ['-1']}]}",
	"{matchArgs: [{index: 1, operator: GT, values: ['1']}]}",
	"{matchPIDs: [{operator: In, values: [6, 8]}]}",
};

static const char *selector_random(void)
{
	return random_selectors[(size_t)rand() % ARRAY_SIZE(random_selectors)];
}

/* What the evaluator says, which knows no gaps. */
static int evaluate(const struct tetra_policy *policy, const struct tetra_input *input)
{
	struct bind_hook hook;
	struct bound bound;

	memset(&bound, 0, sizeof(bound));
	bind_hook_init(&hook, policy, &policy->hooks[0]);
	bind_process(input, &bound);
	bind_args(&hook, input, &bound);
	bind_marks(&hook, input, &bound);
	return eval_policy_hook(&policy->hooks[0], &bound.event);
}

static uint32_t check_random(struct tetra_sim *sim, const struct tetra_policy *policy,
			     struct tetra_input *input)
{
	struct tetra_verdict some = { .size = sizeof(some) },
			     all = { .size = sizeof(all) };
	uint32_t known = (uint32_t)rand() & KNOWN_ALL;
	struct choice choice;
	int winner;

	for (uint32_t i = 0; i < FIELDS; i++)
		choice.values[i] = (uint8_t)((uint32_t)rand() % N_VALUES);
	choice_judge(sim, input, &choice, known, &some);
	for (uint32_t n = 0; n < 12; n++) {
		for (uint32_t i = 0; i < FIELDS; i++)
			if (!(known >> i & 1))
				choice.values[i] = (uint8_t)((uint32_t)rand() % N_VALUES);
		choice_judge(sim, input, &choice, KNOWN_ALL, &all);
		/* Nothing is open, and the evaluator says the same. */
		ck_assert_uint_ne(all.kind, TETRA_VERDICT_UNKNOWN);
		winner = evaluate(policy, input);
		ck_assert_int_eq(all.kind == TETRA_VERDICT_NONE ? -1 : all.selector,
				 winner);
		if (some.kind == TETRA_VERDICT_UNKNOWN)
			continue;
		ck_assert_uint_eq(some.kind, all.kind);
		ck_assert_uint_eq(some.signal, all.signal);
		if (some.kind != TETRA_VERDICT_NONE && some.selector >= 0)
			ck_assert_int_eq(some.selector, all.selector);
	}
	return some.kind != TETRA_VERDICT_UNKNOWN;
}

TEST(a_verdict_holds_for_all_completions)
{
	_cleanup_(tetra_input_freep) struct tetra_input *input = NULL;
	uint32_t n_decided = 0;

	srand(1);
	ck_assert_int_eq(tetra_input_new(&input), 0);
	for (uint32_t i = 0; i < 100; i++) {
		struct tetra_policy *policy;
		struct tetra_sim *sim;
		char text[4096];

		snprintf(text, sizeof(text), RANDOM_POLICY, selector_random(),
			 selector_random(), selector_random(), selector_random());
		sim = sim_of(text);
		policy = policy_of(text);
		for (uint32_t k = 0; k < 60; k++)
			n_decided += check_random(sim, policy, input);
		tetra_policy_unref(policy);
		tetra_sim_free(sim);
	}
	ck_assert_uint_gt(n_decided, 1000);
	ck_assert_uint_lt(n_decided, 100 * 60);
}
