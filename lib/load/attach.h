/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching a loaded program: the link is a descriptor, closing it detaches the program. All
 * are close-on-exec.
 */
#ifndef TETRA_LIB_LOAD_ATTACH_H
#define TETRA_LIB_LOAD_ATTACH_H

#include "lib/kernel/kernel.h"

struct attach_target {
	struct tetra_kernel *kernel;
	const char *subsystem; /* of a tracepoint; the file of a uprobe */
	const char *name;      /* the symbol or event; not looked at by attach_typed() */
	uint64_t offset, counter; /* uprobes: in the file */
};

/* Each returns a descriptor or a negative errno. */
typedef int (*attach_fn)(int prog_fd, const struct attach_target *target);

/* A program that is loaded for its target: fentry, fexit, fmod_ret, lsm, tp_btf. */
int attach_typed(int prog_fd, const struct attach_target *target);
int attach_raw_tracepoint(int prog_fd, const struct attach_target *target);
int attach_tracepoint(int prog_fd, const struct attach_target *target);
int attach_kprobe(int prog_fd, const struct attach_target *target);
int attach_kretprobe(int prog_fd, const struct attach_target *target);
int attach_uprobe(int prog_fd, const struct attach_target *target);
int attach_uretprobe(int prog_fd, const struct attach_target *target);
/* A program that is loaded for BPF_TRACE_KPROBE_MULTI. */
int attach_kprobe_multi(int prog_fd, const struct attach_target *target);
int attach_kretprobe_multi(int prog_fd, const struct attach_target *target);

#endif
