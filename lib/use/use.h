/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One policy's hook on one hook point: where that is on this machine, how each argument is read
 * there, what the hook needs of the point.
 */
#ifndef TETRA_LIB_USE_H
#define TETRA_LIB_USE_H

#include "bpf/abi/config.h"
#include "lib/base/base.h"
#include "lib/kernel/kernel.h"
#include "lib/policy/policy.h"

/* What a policy's hook needs of its hook point. */
#define PLAN_NEEDS_EVENT    1u	/* see every call */
#define PLAN_NEEDS_SIGNAL   2u	/* send signals that do not deny */
#define PLAN_NEEDS_KILL	    4u	/* Sigkill: deny if the hook point can */
#define PLAN_NEEDS_OVERRIDE 8u	/* change the result: reject if no attach point can */
#define PLAN_NEEDS_RETURN   16u /* see the return value */
/* Best-effort enforcement: if a denial can be skipped, kill the process that got through. */
#define PLAN_NEEDS_CATCH 32u
/* Reject if enforcement can be skipped. Part of a query, never of a hook point. */
#define PLAN_NEEDS_HOLD 64u
/* Enforcement that filters texts in the user memory of a system call. */
#define PLAN_NEEDS_MEMORY 128u

/* All that enforcing actions need. */
#define X(NAME, number, name, sections, enforces, needs, ...) | ((enforces) ? (needs) : 0)
enum { PLAN_NEEDS_ENFORCE = 0 TETRA_ACTIONS(X) };
#undef X

/* Of the tracepoints that begin and end system calls; where the arguments begin in the record of
 * sys_enter_*, 8 bytes each. */
#define PLAN_CALL_SUBSYSTEM "syscalls"
#define PLAN_CALL_RECORD    16u

/* Of a function, hook or event; of a subsystem, or a program's file. */
#define PLAN_NAME_BYTES	 256u
#define PLAN_POINT_BYTES (2u * PLAN_NAME_BYTES + 16u)

/*
 * The kinds of hook points: NAME, word before what plan_point_print() writes, key of the hook
 * that names the point, kind of event (TETRA_EVENT_*), hooks of policies that mean it (POLICY_*),
 * which are system calls; how it is found: use_*() and ladder_find_*() of point.h; what is
 * between subsystem and symbol in print
 */
/* A row a line. */
/* clang-format off */
#define PLAN_POINTS(X)                                                                   \
	X(FUNCTION, "function", "call", KPROBE, KPROBE, 0, function, "/")                \
	X(SYSCALL, "syscall", "call", KPROBE, KPROBE, 1, syscall, "/")                   \
	X(LSM, "lsm", "hook", LSM, LSM, 0, lsm, "/")                                     \
	X(TRACEPOINT, "tracepoint", "event", TRACEPOINT, TRACEPOINT, 0, tracepoint, "/") \
	X(RAW_TRACEPOINT, "raw", "event", TRACEPOINT, RAW_TRACEPOINT, 0, raw_tracepoint, \
	  "/")                                                                           \
	X(UPROBE, "uprobe", "path", UPROBE, UPROBE, 0, uprobe, ":")                      \
	X(USDT, "usdt", "name", USDT, USDT, 0, usdt, ":")
/* clang-format on */

#define X(NAME, ...) PLAN_POINT_##NAME,
enum plan_point_kind { PLAN_POINTS(X) PLAN_POINT_END };
#undef X

/* A hook point: uses of the same one share its programs. */
struct plan_point {
	uint32_t kind; /* enum plan_point_kind */
	/* Of tracepoints; the file of uprobes and usdts, from the root on; otherwise empty. */
	char subsystem[PLAN_NAME_BYTES];
	/* The function, the hook without its prefix, or the event; function_name of events. */
	char symbol[PLAN_NAME_BYTES];
	struct policy_place place; /* uprobes; usdts: the counter alone */
	/* Uprobes, usdts: in the file, when the point was planned, and which file that is; 0: not known. */
	uint64_t offset, device, inode, changed;
	uint32_t part; /* usdts: hooks on further arguments have a point of their own */
};

bool plan_point_is_same(const struct plan_point *a, const struct plan_point *b);
/* The kernel has one counter, or none, for a place in a file: they have different ones. */
bool plan_point_excludes(const struct plan_point *a, const struct plan_point *b);

/* enum tetra_event_kind of what happens there. */
uint32_t plan_point_event_kind(const struct plan_point *point);

/* "sched/sched_switch", "/bin/bash:readline", "tcp_connect" */
void plan_point_print_name(const struct plan_point *point, char (*ret)[PLAN_POINT_BYTES]);

/*
 * "function:tcp_connect", "syscall:__x64_sys_read", "lsm:file_open",
 * "tracepoint:sched/sched_switch", "raw:sched/sched_switch", "uprobe:/bin/bash:readline",
 * "usdt:/bin/python3:python/function__entry"
 */
void plan_point_print(const struct plan_point *point, char (*ret)[PLAN_POINT_BYTES]);

/* One policy hook on one hook point. */
struct plan_use {
	struct plan_point point;
	uint32_t needs; /* PLAN_NEEDS_* */
	/* By position in hook->args; .kind TETRA_ARG_NOP where nothing is read. "auto" of a
	 * tracepoint is resolved; .kind is final. The word of a parameter is not always the
	 * policy's index: structs by value take two words, or none. .typed says that the BTF
	 * type of that parameter is the struct the kind reads. .user for syscalls */
	struct tetra_slot_config args[8];
	uint32_t n_args;
	uint8_t unsupported; /* bit i: argument i cannot be read here, and no filter needs it */
	struct tetra_slot_config return_arg; /* .kind 0 if not wanted */
};

#endif
