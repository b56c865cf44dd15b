/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a policy that list hooks, a row each. */
#ifndef TETRA_LIB_SECTION_H
#define TETRA_LIB_SECTION_H

#include "lib/base/base.h"

enum policy_hook_kind {
	POLICY_KPROBE, /* call: a kernel function, or a syscall when .syscall is set */
	POLICY_TRACEPOINT, /* subsystem/event of tracefs */
	POLICY_RAW_TRACEPOINT,
	POLICY_LSM,
	POLICY_UPROBE, /* a place in a program or library */
	POLICY_USDT,   /* a probe that one has put there itself */
};

/* What the hooks of a section are. */
#define SECTION_CALLS	1u /* functions of the kernel, system calls by default */
#define SECTION_EVENTS	2u /* events of tracefs: a subsystem and a name */
#define SECTION_IN_USER 4u /* functions of programs */

/*
 * NAME, number, key in spec, schema of its items, supported yet, kind of its hooks, traits,
 * what its names are called
 */
/* A row a line. */
/* clang-format off */
#define POLICY_SECTIONS(X)                                                                   \
	X(KPROBE, 0, "kprobes", kprobe, 1, POLICY_KPROBE, SECTION_CALLS, "function")         \
	X(FENTRY, 1, "fentries", fentry, 1, POLICY_KPROBE, SECTION_CALLS, "function")        \
	X(TRACEPOINT, 2, "tracepoints", tracepoint, 1, POLICY_TRACEPOINT, SECTION_EVENTS,    \
	  "event")                                                                           \
	X(LSM, 3, "lsmhooks", lsm, 1, POLICY_LSM, 0, "function")                             \
	X(UPROBE, 4, "uprobes", uprobe, 1, POLICY_UPROBE, SECTION_IN_USER, "function")       \
	X(USDT, 5, "usdts", usdt, 1, POLICY_USDT, SECTION_IN_USER, "probe")
/* clang-format on */

/* Bits, so that rows can name sets of them. */
#define X(NAME, number, ...) SECTION_##NAME = 1 << (number),
enum section { POLICY_SECTIONS(X) };
#undef X

/* Positions in sections[] and in the hooks of a document. */
#define X(NAME, number, ...) SECTION_AT_##NAME = (number),
enum section_at { POLICY_SECTIONS(X) N_SECTIONS };
#undef X

#define SECTION_ALL ((1u << N_SECTIONS) - 1)

struct section_row {
	const char *name; /* key in spec */
	uint8_t section;  /* enum section */
	uint8_t supported;
	uint8_t kind;	  /* enum policy_hook_kind */
	uint8_t traits;	  /* SECTION_CALLS ... */
	const char *what; /* the name of a hook is that of a ... */
};

extern const struct section_row sections[N_SECTIONS];

#endif
