/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to attach to a hook point, best first, each with what it serves, what it needs of
 * the kernel, what may rule it out, and whether a preemptible kernel skips its programs.
 */
#ifndef TETRA_LIB_RUNGS_H
#define TETRA_LIB_RUNGS_H

#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"

#define LSM_PREFIX	"bpf_lsm_"
#define SECURITY_PREFIX "security_"

/* What a rung serves. */
/* CARRY: signals, in addition to a tracepoint that can be skipped. TOUCH: waits for pages of
 * the process that are not resident, before the programs that judge. */
enum role { ROLE_ENTRY, ROLE_RETURN, ROLE_DENY, ROLE_CARRY, ROLE_TOUCH, ROLE_END };

struct rung;

struct ladder {
	const struct plan_use *use;
	uint32_t needs; /* without HOLD and CATCH, */
	uint32_t asks;	/* which are here */
	struct tetra_kernel *kernel;
	struct kernel_function function; /* of the point; of system calls: the call */
	struct kernel_function hook;	 /* the LSM hook, if .has_hook */
	bool has_hook;
	bool has_call; /* tracepoint: .function is the system call that it begins */
	uint64_t file_offset; /* uprobe: in the file as it is now */
	const struct rung *chosen[ROLE_END];
	uint32_t judges; /* 1 << PLAN_*: programs that signal or deny */
	const struct rung
		*catches;     /* the return probe that kills what got through, or NULL */
	struct strbuf passed; /* "NAME: why not; " of each rung passed over */
};

struct rung {
	uint32_t program;
	enum role role;
	uint32_t points;	     /* AT() */
	enum kernel_feature feature; /* KERNEL_FEATURE_END: none */
	/* With it no run is skipped even if the kernel is preemptible; KERNEL_FEATURE_END:
	 * none ever is. */
	enum kernel_feature steady;
	const char *(*obstacle)(const struct ladder *ladder); /* NULL: it fits */
};

/* Its programs may be skipped on this kernel, as it is now. */
bool rung_can_skip(const struct ladder *ladder, const struct rung *rung);
/* The rung of the entry role that a program is on; NULL if it is on none. */
const struct rung *rung_of_entry(uint32_t program);
/* Any rung of a program: whether it can be skipped is the same in all roles. */
const struct rung *rung_of(uint32_t program);

/*
 * The event of PLAN_CALL_SUBSYSTEM that begins the system call of the point.
 * Return: 0; -ENOENT if the kernel does not show one.
 */
int ladder_call_event(const struct ladder *ladder, char (*ret)[PLAN_NAME_BYTES]);

/*
 * The first that fits; with @steady, the first that is never skipped, if there is one; NULL if
 * none fits. The others are noted in @ladder->passed.
 */
const struct rung *ladder_walk(struct ladder *ladder, enum role role, bool steady);

#endif
