/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of struct tetra_kernel, for lib/kernel only.
 */
#ifndef TETRA_LIB_KERNEL_MACHINE_H
#define TETRA_LIB_KERNEL_MACHINE_H

#include "lib/base/arena.h"
#include "lib/btf/btf.h"
#include "lib/kernel/facts.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/knobs.h"
#include "lib/host/symbols.h"

struct feature_answer {
	uint8_t asked;
	uint8_t has;
	const char *reason; /* in the arena; NULL if it has */
};

struct tetra_kernel {
	struct arena *arena; /* all texts, all facts */
	bool recorded;
	const char *proc_root, *sys_root, *btf_path;
	const char *tracefs; /* NULL: not searched for, or missing */
	const char *release, *machine;
	const char *lsm;	   /* or NULL */
	const char *build_version; /* "#1 SMP PREEMPT_DYNAMIC ..."; or NULL */
	bool own_roots;		   /* /proc and /sys of this machine, not of a test */
	bool preemption_asked, offers_voluntary;
	enum kernel_preemption preemption;
	struct knob knobs[KNOB_END];
	uint32_t version;
	uint64_t host_ns[TETRA_NS_USER + 1];
	uint64_t user_ns; /* ours; 0 if it cannot be read */
	struct feature_answer features[KERNEL_FEATURE_END];
	struct facts facts;
	struct vmlinux vmlinux;
	struct symbols symbols;
};

/* "/sys" and @path joined, in the arena. NULL: out of memory. */
const char *kernel_path(struct tetra_kernel *kernel, const char *root, const char *path);

/* Empty: nothing is known, no roots. */
int kernel_new(struct tetra_kernel **ret);
int kernel_set_release(struct tetra_kernel *kernel, const char *release);
/* By its name; an unknown one is KERNEL_PREEMPTION_UNKNOWN. */
int kernel_set_preemption(struct tetra_kernel *kernel, const char *name);

/* Finds out about @key: 0 and .function, .event or .member of the fact, or why not. */
typedef int (*fact_resolve_fn)(struct tetra_kernel *kernel, const char *key,
			       struct fact *fact);
/*
 * The fact about @key, which @resolve finds out when it is first asked for. Return: what @resolve
 * returned then; -ENOENT if it was not recorded; -ENOMEM.
 */
int kernel_answer(struct tetra_kernel *kernel, enum fact_kind kind, const char *key,
		  fact_resolve_fn resolve, struct fact **ret);

/* The vmlinux of a live kernel, opened. 0 or why not. */
int kernel_open_vmlinux(struct tetra_kernel *kernel);

/* Where tracefs is mounted; NULL if it is not, or may not be read. */
const char *kernel_tracefs(struct tetra_kernel *kernel);

#endif
