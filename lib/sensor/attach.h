/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching a loaded program: the link is a descriptor, closing it detaches the program. All
 * are close-on-exec.
 */
#ifndef TETRA_LIB_SENSOR_ATTACH_H
#define TETRA_LIB_SENSOR_ATTACH_H

#include "lib/kernel/kernel.h"

/* Each returns a descriptor or a negative errno. */

/* A program that is loaded for its target: fentry, fexit, fmod_ret, lsm, tp_btf. */
int attach_typed(int prog_fd);
int attach_raw_tracepoint(int prog_fd, const char *event);
/* "subsystem/event" */
int attach_tracepoint(int prog_fd, const char *event, struct tetra_kernel *kernel);
int attach_kprobe(int prog_fd, const char *symbol, struct tetra_kernel *kernel);
int attach_kretprobe(int prog_fd, const char *symbol, struct tetra_kernel *kernel);
/* A program that is loaded for BPF_TRACE_KPROBE_MULTI. */
int attach_kprobe_multi(int prog_fd, const char *symbol);
int attach_kretprobe_multi(int prog_fd, const char *symbol);

#endif
