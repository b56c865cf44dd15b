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
	bool has_files; /* recorded: the files here are those of that machine */
	/* recorded: what has no fact here is found out from the types, as on the machine */
	bool complete;
	const char *proc_root, *sys_root, *btf_path;
	const char *tracefs; /* NULL: not searched for, or missing */
	const char *release, *machine;
	const char *lsm;	   /* or NULL */
	const char *build_version; /* "#1 SMP PREEMPT_DYNAMIC ..."; or NULL */
	bool own_roots;		   /* /proc and /sys of this machine, not of a test */
	bool preemption_asked, offers_voluntary;
	enum kernel_preemption preemption;
	struct knob knobs[KNOB_END];
	const char *knob_texts[KNOB_END]; /* recorded; NULL: not shown there */
	bool confidential;		  /* recorded */
	struct strbuf config;		  /* recorded lines */
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
/* Which modes the knob offers. */
void kernel_read_offers(struct tetra_kernel *kernel);

/* Finds out about @key: 0 and .function, .event or .member of the fact, or why not. */
typedef int (*fact_resolve_fn)(struct tetra_kernel *kernel, const char *key,
			       struct fact *fact);
/*
 * The fact about @key, which @resolve finds out when it is first asked for. Return: what @resolve
 * returned then; -ENOENT if it was not recorded; -ENOMEM.
 */
int kernel_answer(struct tetra_kernel *kernel, enum fact_kind kind, const char *key,
		  fact_resolve_fn resolve, struct fact **ret);

/* A question without an answer so far can be found out. */
bool kernel_can_ask(const struct tetra_kernel *kernel);

/* The kernel's types, opened. 0 or why not. */
int kernel_open_vmlinux(struct tetra_kernel *kernel);

/* The lists of symbols, read once. 0, or why one cannot be read. */
int kernel_load_traceable(struct tetra_kernel *kernel);
int kernel_load_injectable(struct tetra_kernel *kernel);
/* If it exists, it can be traced: none of them is inlined or marked notrace, on any kernel. */
bool function_is_always_attachable(struct tetra_kernel *kernel, const char *name);

/*
 * Calls @visit with each line of the kernel's configuration, "CONFIG_BPF=y" and a newline, until it
 * returns other than 0. Return: that; 0; -ENOENT if no file says it. Of a live kernel.
 */
int kernel_each_config(const struct tetra_kernel *kernel,
		       int (*visit)(const char *line, void *user), void *user);
#define CONFIG_PREFIX "CONFIG_"
/* Facts have it: for people, since what it decides is asked of the kernel. */
bool config_is_kept(const char *line);

/* Where tracefs is mounted; NULL if it is not, or may not be read. */
const char *kernel_tracefs(struct tetra_kernel *kernel);

#endif
