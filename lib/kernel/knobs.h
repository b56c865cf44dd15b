/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of a running kernel that decide whether attached programs run, and that may
 * change at any time. Each is opened once and read again for each query.
 *
 * What was tried on 5.10, 6.1, 6.12 and 7.2, with programs of every kind attached:
 *
 *	kernel.ftrace_enabled=0		stops fentry, fexit, fmod_ret, LSM and
 *					kprobe.multi programs, and kprobes that use
 *					ftrace; 5.10 rejects it while trampolines are
 *					attached, but accepts it before
 *	debugfs kprobes/enabled=0	stops kprobes; kprobe.multi and the rest run on
 *	kernel.unprivileged_bpf_disabled=0
 *					lets every user make maps; while a task is inside
 *					bpf(2) for one and preempted, kprobes and
 *					kprobe.multi are skipped on that CPU
 *	tracefs tracing_on, events/enable, set_event_pid, set_ftrace_pid, set_ftrace_filter,
 *	set_ftrace_notrace, current_tracer, kprobe_events, dynamic_events, tracing_cpumask,
 *	kernel.stack_tracer_enabled, kernel.traceoff_on_warning: no effect on programs
 *	net.core.bpf_jit_enable, bpf_jit_harden, bpf_jit_limit, kernel.bpf_stats_enabled,
 *	kernel.perf_event_paranoid, kernel.perf_cpu_time_max_percent, kernel.perf_event_max_sample_rate,
 *	kernel.kptr_restrict, debug.kprobes-optimization, kernel.modules_disabled, lockdown
 *	set at run time, a CPU taken offline: no effect on attached programs
 */
#ifndef TETRA_LIB_KERNEL_KNOBS_H
#define TETRA_LIB_KERNEL_KNOBS_H

#include "lib/base/base.h"

struct tetra_kernel;

enum kernel_knob { KNOB_FTRACE, KNOB_KPROBES, KNOB_PREEMPT, KNOB_BPF, KNOB_END };

struct knob {
	int fd;		 /* -1: not open */
	uint8_t missing; /* it was searched for */
};

/* Bytes of a knob's text, NUL included. */
#define KNOB_BYTES 64

void knobs_init(struct knob *knobs);
void knobs_done(struct knob *knobs);

/* Its name in facts. */
const char *knob_name(enum kernel_knob knob);

/* The current value of @knob. 0; -ENOENT if this kernel does not show it to us. */
int kernel_knob_read(struct tetra_kernel *kernel, enum kernel_knob knob,
		     char (*ret)[KNOB_BYTES]);

#endif
