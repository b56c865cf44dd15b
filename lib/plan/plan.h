/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will run on this machine. Two questions, both pure functions of policy and kernel:
 *
 *  plan_use()    one policy's hook: which hook points of this kernel it means, how each
 *                argument is read there, what it needs of the hook point
 *  plan_ladder() one hook point with the needs of all policies on it: which programs are
 *                attached there, and why nothing better
 *
 * A hook point is identified by its key; policies with the same key share it. Nothing here
 * opens a program or needs privileges beyond those for the kernel's facts.
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

/* How a hook point is reached. Names are those of reports. */
/* clang-format off */
#define PLAN_PROGRAMS(X)                      \
	X(FENTRY, "fentry")                   \
	X(FENTRY_SLEEPS, "fentry.s")          \
	X(FEXIT, "fexit")                     \
	X(FMOD_RET, "fmod_ret")               \
	X(LSM, "lsm")                         \
	X(TP_BTF, "tp_btf")                   \
	X(RAW_TP, "raw_tp")                   \
	X(TRACEPOINT, "tracepoint")           \
	X(TRACEPOINT_SLEEPS, "tracepoint.s")  \
	X(KPROBE_MULTI, "kprobe.multi")       \
	X(KPROBE, "kprobe")                   \
	X(KRETPROBE_MULTI, "kretprobe.multi") \
	X(KRETPROBE, "kretprobe")             \
	X(SYS_ENTER, "raw_tp/sys_enter")      \
	X(SYS_EXIT, "raw_tp/sys_exit")
/* clang-format on */

#define X(NAME, ...) PLAN_##NAME,
enum plan_program { PLAN_PROGRAMS(X) PLAN_PROGRAM_END };
#undef X

const char *plan_program_name(uint32_t program);

/* Where the arguments begin in the record of syscalls/sys_enter_*, 8 bytes each. */
#define PLAN_CALL_RECORD 16u

#define PLAN_KEY_BYTES	   192
#define PLAN_REASON_BYTES  512
#define PLAN_MAX_INSTANCES 4

/* One program to attach. */
struct plan_instance {
	uint32_t program; /* enum plan_program */
	uint32_t phase;	  /* TETRA_PHASE_* */
	/* fentry, fexit, fmod_ret and the probes: the symbol; lsm: the hook's name, without
	 * bpf_lsm_; tp_btf, raw_tp: the event; the tracepoints: "subsystem/event" */
	char target[PLAN_KEY_BYTES];
	/* of the attach point's prototype (context words before the return) */
	uint32_t n_params;
	uint8_t syscall;    /* parameters are in the caller's struct pt_regs */
	uint8_t has_return; /* the attach point returns something */
	uint8_t typed;	    /* context words have BTF types: direct loads are possible */
	uint8_t reserved;
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

enum plan_point_kind {
	PLAN_POINT_FUNCTION,
	PLAN_POINT_SYSCALL,
	PLAN_POINT_LSM,
	PLAN_POINT_TRACEPOINT,
	PLAN_POINT_RAW_TRACEPOINT
};

/* One policy hook on one hook point. */
struct plan_use {
	char key[PLAN_KEY_BYTES]; /* "function:tcp_connect", "syscall:__x64_sys_read",
				   * "lsm:file_open", "tracepoint:sched/sched_switch",
				   * "raw:sched/sched_switch" */
	uint32_t kind;		  /* enum plan_point_kind */
	char symbol
		[PLAN_KEY_BYTES]; /* function_name of events; the event of tracepoints */
	uint32_t needs;		  /* PLAN_NEEDS_* */
	/* By position in hook->args; .kind TETRA_ARG_NOP where nothing is read. "auto" of a
	 * tracepoint is resolved; .kind is final. .param is the word that holds the parameter
	 * which the policy's index means (structs by value take two words, or none); .typed
	 * says that the BTF type of that parameter is the struct the kind reads. Tracepoints:
	 * offset, field, size_*, data_loc (TETRA_FIELD_*). .user for syscalls */
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

#endif
