/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will run on this machine. Two questions, both pure functions of policy and kernel:
 *
 *  plan_use()    one policy's hook: which hook points of this kernel it means, how each
 *                argument is read there, what it needs of the hook point
 *  plan_ladder() one hook point with the needs of all policies on it: which programs are
 *                attached there, and why nothing better
 *
 * Nothing here opens a program or needs privileges beyond those for the kernel's facts.
 */
#ifndef TETRA_LIB_PLAN_H
#define TETRA_LIB_PLAN_H

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

/* What a program's target is. */
enum plan_aim {
	PLAN_AT_FUNCTION, /* the function of the point */
	PLAN_AT_HOOK,	  /* its LSM hook */
	PLAN_AT_EVENT, /* the event of the point, with the words of the kernel's function */
	PLAN_AT_RECORD, /* the event of the point, with the record that tracefs describes */
	PLAN_AT_CALL,	/* the tracepoint that begins the system call of the point */
	PLAN_AT_ENTRY, /* that of all system calls: (registers, number) */
	PLAN_AT_EXIT,  /* the end of all system calls: (registers, result) */
};

/* Where a program finds the words of a call. */
enum plan_words {
	PLAN_WORDS_TYPED,     /* in its context, with BTF types */
	PLAN_WORDS_PLAIN,     /* in its context or a record */
	PLAN_WORDS_REGISTERS, /* likewise, and it can save them for the return */
	PLAN_WORDS_SAVED,     /* where a program at the entry has saved them */
};

/* How a hook point is reached: NAME, name in reports, words, target */
/* A row a line. */
/* clang-format off */
#define PLAN_PROGRAMS(X)                                   \
	X(FENTRY, "fentry", TYPED, FUNCTION)               \
	X(FENTRY_SLEEPS, "fentry.s", TYPED, FUNCTION)      \
	X(FEXIT, "fexit", TYPED, FUNCTION)                 \
	X(FMOD_RET, "fmod_ret", TYPED, FUNCTION)           \
	X(LSM, "lsm", TYPED, HOOK)                         \
	X(TP_BTF, "tp_btf", TYPED, EVENT)                  \
	X(RAW_TP, "raw_tp", PLAIN, EVENT)                  \
	X(TRACEPOINT, "tracepoint", PLAIN, RECORD)         \
	X(TRACEPOINT_SLEEPS, "tracepoint.s", PLAIN, CALL)  \
	X(KPROBE_MULTI, "kprobe.multi", REGISTERS, FUNCTION) \
	X(KPROBE, "kprobe", REGISTERS, FUNCTION)           \
	X(KRETPROBE_MULTI, "kretprobe.multi", SAVED, FUNCTION) \
	X(KRETPROBE, "kretprobe", SAVED, FUNCTION)         \
	X(SYS_ENTER, "raw_tp/sys_enter", PLAIN, ENTRY)     \
	X(SYS_EXIT, "raw_tp/sys_exit", PLAIN, EXIT)
/* clang-format on */

#define X(NAME, ...) PLAN_##NAME,
enum plan_program { PLAN_PROGRAMS(X) PLAN_PROGRAM_END };
#undef X

const char *plan_program_name(uint32_t program);
enum plan_words plan_program_words(uint32_t program);
enum plan_aim plan_program_aim(uint32_t program);

/* Of the tracepoints that begin and end system calls; where the arguments begin in the record of
 * sys_enter_*, 8 bytes each. */
#define PLAN_CALL_SUBSYSTEM "syscalls"
#define PLAN_CALL_RECORD    16u

#define PLAN_NAME_BYTES	   176u /* of a function, hook or event; of a subsystem */
#define PLAN_POINT_BYTES   (2u * PLAN_NAME_BYTES + 16u)
#define PLAN_REASON_BYTES  512
#define PLAN_MAX_INSTANCES 4

/* One program to attach. */
struct plan_instance {
	uint32_t program;		 /* enum plan_program */
	uint32_t phase;			 /* TETRA_PHASE_* */
	char subsystem[PLAN_NAME_BYTES]; /* of a record's event; otherwise empty */
	/* The symbol; lsm: the hook's name, without bpf_lsm_; the event. */
	char target[PLAN_NAME_BYTES];
	/* of the attach point's prototype (context words before the return) */
	uint32_t n_params;
	uint8_t syscall;    /* parameters are in the caller's struct pt_regs */
	uint8_t has_return; /* the attach point returns something */
	uint8_t reserved[2];
	int32_t syscall_number; /* SYS_ENTER, SYS_EXIT */
};

struct plan_ladder {
	struct plan_instance instances[PLAN_MAX_INSTANCES];
	uint32_t n_instances;
	uint8_t can_deny; /* a kill here denies, an override works */
	/* PLAN_NEEDS_* whose programs this kernel can skip, all of them */
	uint32_t unheld;
	char reason[PLAN_REASON_BYTES]; /* why this rung; one line */
};

/*
 * The kinds of hook points: NAME, word before what plan_point_print() writes, key of the hook
 * that names the point, kind of event (TETRA_EVENT_*), hooks of policies that mean it (POLICY_*),
 * which are system calls; how it is found: use_*() and ladder_find_*() of point.h
 */
/* A row a line. */
/* clang-format off */
#define PLAN_POINTS(X)                                                                   \
	X(FUNCTION, "function", "call", KPROBE, KPROBE, 0, function)                     \
	X(SYSCALL, "syscall", "call", KPROBE, KPROBE, 1, syscall)                        \
	X(LSM, "lsm", "hook", LSM, LSM, 0, lsm)                                          \
	X(TRACEPOINT, "tracepoint", "event", TRACEPOINT, TRACEPOINT, 0, tracepoint)      \
	X(RAW_TRACEPOINT, "raw", "event", TRACEPOINT, RAW_TRACEPOINT, 0, raw_tracepoint)
/* clang-format on */

#define X(NAME, ...) PLAN_POINT_##NAME,
enum plan_point_kind { PLAN_POINTS(X) PLAN_POINT_END };
#undef X

/* A hook point: uses of the same one share its programs. */
struct plan_point {
	uint32_t kind;			 /* enum plan_point_kind */
	char subsystem[PLAN_NAME_BYTES]; /* of tracepoints; otherwise empty */
	/* The function, the hook without its prefix, or the event; function_name of events. */
	char symbol[PLAN_NAME_BYTES];
};

bool plan_point_is_same(const struct plan_point *a, const struct plan_point *b);

/* enum tetra_event_kind of what happens there. */
uint32_t plan_point_event_kind(const struct plan_point *point);

/*
 * "function:tcp_connect", "syscall:__x64_sys_read", "lsm:file_open",
 * "tracepoint:sched/sched_switch", "raw:sched/sched_switch"
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

/*
 * Return: 0; -ENOENT if the function, hook or event does not exist here; -EOPNOTSUPP if an
 * argument cannot be read here; findings in @diag at the hook's places (code unknown-symbol
 * with the nearest name, arg-type-mismatch and arg-beyond-parameters as warnings ...). If the
 * policy says ignore.callNotFound, -ENOENT comes with only a note: skip the hook.
 * @file: for findings.
 */
int plan_use(struct plan_use *ret, const struct policy_hook *hook, const char *file,
	     struct tetra_kernel *kernel, struct tetra_diag *diag);

/*
 * @needs: of all uses of the point. @place may be NULL; findings: an error with the table of
 * rungs as the reason; "kills, but the call may complete" as a warning (code does-not-prevent)
 * that names the hook that would stop it; if a preemptible kernel can skip the enforcing
 * program, an error (code can-be-skipped) with PLAN_NEEDS_HOLD and a warning with
 * PLAN_NEEDS_CATCH.
 * Return: 0; -EOPNOTSUPP if no rung fits.
 */
struct diag_place;
int plan_ladder(struct plan_ladder *ret, const struct plan_use *use, uint32_t needs,
		const struct diag_place *place, struct tetra_kernel *kernel,
		struct tetra_diag *diag);

/* The same programs do the same. */
bool plan_ladder_is_same(const struct plan_ladder *a, const struct plan_ladder *b);

#endif
