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

#include "lib/use/use.h"

/* What a program's target is. */
enum plan_aim {
	PLAN_AT_FUNCTION, /* the function of the point */
	PLAN_AT_HOOK,	  /* its LSM hook */
	PLAN_AT_EVENT, /* the event of the point, with the words of the kernel's function */
	PLAN_AT_RECORD, /* the event of the point, with the record that tracefs describes */
	PLAN_AT_CALL,	/* the tracepoint that begins the system call of the point */
	PLAN_AT_ENTRY, /* that of all system calls: (registers, number) */
	PLAN_AT_EXIT,  /* the end of all system calls: (registers, result) */
	PLAN_AT_FILE,  /* a place in a program or library */
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
	X(SYS_EXIT, "raw_tp/sys_exit", PLAIN, EXIT)        \
	X(UPROBE, "uprobe", REGISTERS, FILE)               \
	X(URETPROBE, "uretprobe", SAVED, FILE)
/* clang-format on */

#define X(NAME, ...) PLAN_##NAME,
enum plan_program { PLAN_PROGRAMS(X) PLAN_PROGRAM_END };
#undef X

const char *plan_program_name(uint32_t program);
enum plan_words plan_program_words(uint32_t program);
enum plan_aim plan_program_aim(uint32_t program);

#define PLAN_REASON_BYTES  512
#define PLAN_MAX_INSTANCES 4

/* One program to attach. */
struct plan_instance {
	uint32_t program; /* enum plan_program */
	uint32_t phase;	  /* TETRA_PHASE_* */
	/* Of a record's event; the file of a uprobe or usdt; otherwise empty. */
	char subsystem[PLAN_NAME_BYTES];
	/* The symbol; lsm: the hook's name, without bpf_lsm_; the event. */
	char target[PLAN_NAME_BYTES];
	uint64_t offset, counter; /* uprobes, usdts: in the file */
	/* of the attach point's prototype (context words before the return) */
	uint32_t n_params;
	uint8_t syscall;      /* parameters are in the caller's struct pt_regs */
	uint8_t has_return;   /* the attach point returns something */
	uint8_t result_bytes; /* of that; 0: unknown */
	/* Number + 1 of a parameter that is a file, a path or a program; 0: none. Its reader. */
	uint8_t file_param, file_reader;
	uint8_t in_user; /* the stack is the program's */
	uint8_t reserved[2];
	/*
	 * The words of parameters, one bit each, that programs with types cannot load as such;
	 * the result has the bit n_params.
	 */
	uint32_t opaque;
	int32_t syscall_number; /* SYS_ENTER, SYS_EXIT */
};

struct plan_ladder {
	struct plan_instance instances[PLAN_MAX_INSTANCES];
	uint32_t n_instances;
	uint8_t can_deny;   /* a kill here denies, an override works */
	uint8_t deny_skips; /* but this kernel can skip the program that denies */
	/* PLAN_NEEDS_* whose programs this kernel can skip, all of them */
	uint32_t unheld;
	char reason[PLAN_REASON_BYTES]; /* why this rung; one line */
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
 * A hook on a probe in user space is a hook on each place that the file has for it: how many there
 * are, at least 1, and the one with number @at.
 */
uint32_t plan_places(const struct policy_hook *hook, struct tetra_kernel *kernel);
int plan_use_at(struct plan_use *ret, const struct policy_hook *hook, uint32_t at,
		const char *file, struct tetra_kernel *kernel, struct tetra_diag *diag);

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

#define PLAN_ATTACH_BYTES 64u
/* "fentry+lsm": its programs, in the order of attaching. */
void plan_ladder_print(const struct plan_ladder *ladder, char (*ret)[PLAN_ATTACH_BYTES]);

/* The same programs do the same. */
bool plan_ladder_is_same(const struct plan_ladder *a, const struct plan_ladder *b);

#endif
