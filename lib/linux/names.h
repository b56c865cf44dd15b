/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the kernel's small numbers, as policies write and events show them. Numbers
 * without a name here are shown as numbers.
 */
#ifndef TETRA_LIB_NAMES_H
#define TETRA_LIB_NAMES_H

#include "lib/base/base.h"

struct name {
	const char *text;
	uint32_t number;
};

struct names {
	const struct name *items; /* in order of their numbers */
	size_t n_items;
};

extern const struct names names_bpf_commands; /* of bpf(2), BPF_* */
extern const struct names names_bpf_maps;     /* BPF_MAP_TYPE_* */
extern const struct names names_bpf_programs; /* BPF_PROG_TYPE_* */
extern const struct names names_capabilities; /* bit number, CAP_* */
extern const struct names names_families;     /* AF_* */
extern const struct names
	names_file_types; /* of FileType; S_IFMT >> 12, two names each */
extern const struct names names_perf_types;   /* PERF_TYPE_* */
extern const struct names names_protocols;    /* IPPROTO_* */
extern const struct names names_securebits;   /* bit value */
extern const struct names names_signals;      /* SIG* of this architecture */
extern const struct names names_socket_types; /* SOCK_* */
extern const struct names names_taints;	      /* of modules: bit number, TAINT_* */
extern const struct names names_tcp_states;   /* TCP_* */

/* The name of @number, static; NULL if it has none. */
const char *names_text(const struct names *names, uint32_t number);

/* 0 and the number of @text, compared exactly; -ENOENT if it is not a name. */
int names_number(const struct names *names, const char *text, uint32_t *ret);

/* A system call by the name of its entry, without "sys_". */
bool names_is_syscall(const char *text);
/* The name of a call that @text may have meant, static; NULL if nothing is near. */
const char *names_nearest_syscall(const char *text);

/* The name that @text may have meant, static; NULL if nothing is near. */
const char *names_nearest(const struct names *names, const char *text);

/*
 * How events spell a capability: as the policy language does, except bit 1, which has always
 * been "DAC_OVERRIDE" in events. NULL if it has no name.
 */
const char *capability_event_name(uint32_t bit);

#endif
