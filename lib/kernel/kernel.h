/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tetra_kernel: facts about one machine's kernel, one query at a time.
 *
 * A live one answers from BTF, tracefs, securityfs and small bpf(2) probes, each read when the
 * first query needs it; answers are cached. A recorded one answers from a facts file, which
 * contains only answers that a live one has given: planning for a kernel that does not run
 * here is the same code. Nothing on the machine is changed; probes that must attach do so
 * briefly, to functions that are never called.
 *
 * Returned texts and fields are borrowed from the kernel until it is freed. One thread at a
 * time: answers fill caches. Errors are 0 or one of -ENOENT (does not exist), -EPERM (not
 * permitted to look), -EOPNOTSUPP (cannot look: not mounted, no BTF), -EINVAL (what was read
 * makes no sense), -ENOMEM.
 */
#ifndef TETRA_LIB_KERNEL_H
#define TETRA_LIB_KERNEL_H

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"
#include "lib/btf/prototype.h"
#include "tetra/diag.h"

struct btf;
struct tetra_kernel;

struct kernel_probe_opts {
	const char *proc_root; /* NULL: "/proc" */
	const char *sys_root;  /* NULL: "/sys" */
	const char *btf_path;  /* NULL: kernel/btf/vmlinux below sys_root */
};

/*
 * NAME, name in texts, what it needs. Rows of lib/kernel/features.c, which holds the
 * probes.
 */
/* A row a line. */
/* clang-format off */
#define KERNEL_FEATURES(X)								\
	X(BTF, "btf",									\
	  "needs CONFIG_DEBUG_INFO_BTF and a readable /sys/kernel/btf/vmlinux")		\
	X(BTF_MODULES, "btf-modules",							\
	  "needs CONFIG_DEBUG_INFO_BTF_MODULES (Linux 5.11)")				\
	X(RINGBUF, "ringbuf",								\
	  "needs BPF ring buffers (Linux 5.8)")						\
	X(FENTRY, "fentry",								\
	  "needs BPF trampolines: CONFIG_BPF_JIT and "					\
	  "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS (Linux 5.5)")			\
	X(LSM_BPF, "lsm",								\
	  "needs CONFIG_BPF_LSM and 'bpf' in lsm= on the kernel's command "		\
	  "line (Linux 5.7)")								\
	X(FMODRET_SECURITY, "fmod-ret-security",					\
	  "needs BPF trampolines that may change a return value (Linux 5.7)")		\
	X(FMODRET_SYSCALL, "fmod-ret-syscall",						\
	  "needs CONFIG_FUNCTION_ERROR_INJECTION, or Linux 7.2")			\
	X(OVERRIDE_RETURN, "override-return",						\
	  "needs CONFIG_BPF_KPROBE_OVERRIDE")						\
	X(KPROBE, "kprobe",								\
	  "needs CONFIG_KPROBE_EVENTS, and no lockdown for confidentiality")		\
	X(UPROBE, "uprobe", "needs CONFIG_UPROBE_EVENTS")					\
	X(KPROBE_MULTI, "kprobe-multi",							\
	  "needs CONFIG_FPROBE (Linux 5.18)")						\
	X(RAW_TP, "raw-tracepoint",							\
	  "needs CONFIG_BPF_EVENTS (Linux 4.17)")					\
	X(TP_BTF, "btf-tracepoint",							\
	  "needs BTF of tracepoints (Linux 5.5)")					\
	X(SEND_SIGNAL, "send-signal",							\
	  "needs bpf_send_signal (Linux 5.3)")						\
	X(BPF_LOOP, "loop",								\
	  "needs bpf_loop (Linux 5.17)")						\
	X(D_PATH_LSM, "lsm-d-path",							\
	  "needs bpf_d_path in LSM programs (Linux 5.11)")				\
	X(TASK_STORAGE, "task-storage",							\
	  "needs task storage in tracing programs (Linux 5.12)")			\
	X(TASK_ITER, "task-iterator",							\
	  "needs BPF iterators over tasks (Linux 5.8)")					\
	X(CURRENT_TASK_BTF, "current-task-btf",						\
	  "needs bpf_get_current_task_btf (Linux 5.11)")				\
	X(FENTRY_SLEEPS, "sleepable-fentry",						\
	  "needs sleepable programs on system calls: "					\
	  "CONFIG_FUNCTION_ERROR_INJECTION (and Linux 5.17), or Linux 7.2")		\
	X(TRACEPOINT_SLEEPS, "sleepable-tracepoint",					\
	  "needs sleepable programs on tracepoints of system calls (Linux 7.2)")			\
	X(FUNC_ARG, "func-arg",								\
	  "needs bpf_get_func_arg and bpf_get_func_ret (Linux 5.17)")			\
	X(FUNC_IP, "func-ip",								\
	  "needs bpf_get_func_ip (Linux 5.15)")						\
	X(ATTACH_COOKIE, "attach-cookie",						\
	  "needs bpf_get_attach_cookie (Linux 5.15)")					\
	X(STEADY_TRAMPOLINE, "steady-trampoline",					\
	  "needs a kernel without preemption: runs on trampolines are skipped")		\
	X(STEADY_LSM, "steady-lsm",							\
	  "needs Linux 6.2, or a kernel without preemption: runs of LSM programs "	\
	  "are skipped")								\
	X(STEADY_TRACEPOINT, "steady-tracepoint",					\
	  "needs a kernel without preemption: runs on tracepoints are skipped")		\
	X(GROWING_MAPS, "growing-maps",							\
	  "needs hash maps that may grow under tracing programs (Linux 6.1)")
/* clang-format on */

#define X(NAME, ...) KERNEL_##NAME,
enum kernel_feature { KERNEL_FEATURES(X) KERNEL_FEATURE_END };
#undef X

/* NAME, its name in debugfs and on the command line. */
#define KERNEL_PREEMPTIONS(X)                                                            \
	X(UNKNOWN, "unknown")                                                            \
	X(NONE, "none")                                                                  \
	X(VOLUNTARY, "voluntary")                                                        \
	X(LAZY, "lazy")                                                                  \
	X(FULL, "full")

#define X(NAME, ...) KERNEL_PREEMPTION_##NAME,
enum kernel_preemption { KERNEL_PREEMPTIONS(X) KERNEL_PREEMPTION_END };
#undef X

/*
 * Switches that stop programs without detaching them, as far as they were found
 * (lib/kernel/knobs.h). NAME, name in texts, what happens when it is off, how to switch it on.
 */
#define KERNEL_SWITCHES(X)                                                                   \
	X(FTRACE, "kernel.ftrace_enabled",                                                   \
	  "the kernel does not call fentry, fexit, fmod_ret, LSM and kprobe.multi programs", \
	  "sysctl kernel.ftrace_enabled=1")                                                  \
	X(KPROBES, "/sys/kernel/debug/kprobes/enabled",                                      \
	  "the kernel does not call kprobe programs",                                        \
	  "echo 1 >/sys/kernel/debug/kprobes/enabled")

#define X(NAME, ...) KERNEL_SWITCH_##NAME,
enum kernel_switch { KERNEL_SWITCHES(X) KERNEL_SWITCH_END };
#undef X

struct kernel_event_field {
	const char *name;
	const char
		/* as the format says, with no brackets: "char", "const char *" */
		*type;
	uint32_t offset, size; /* bytes, in the record */
	uint8_t is_signed;
	uint8_t is_array;    /* of a fixed size */
	uint8_t is_data_loc; /* offset and length of the data in 32 bits */
	uint8_t is_rel_loc;  /* the same, counted from the end of this field */
	uint8_t is_pointer;
	uint8_t reserved[3];
};

/* A tracepoint of tracefs. Fields are in the order of its format file. */
struct kernel_event {
	const char *subsystem, *name;
	uint32_t id;
	uint32_t n_common; /* of the fields: those that every event has, at the front */
	uint32_t n_fields;
	uint32_t reserved;
	const struct kernel_event_field *fields;
};

/* Of the machine we run on. @opts NULL: defaults. Cheap; needs no privilege. */
int kernel_probe(struct tetra_kernel **ret, const struct kernel_probe_opts *opts,
		 struct tetra_diag *diag);
struct tetra_kernel *kernel_free(struct tetra_kernel *kernel);

/*
 * Free what can be read again: BTF (about 6 MB), lists of symbols. For use after loading.
 * Returned data stays valid, except struct btf of kernel_btf().
 */
void kernel_trim(struct tetra_kernel *kernel);

/* From a file with the answers to all questions. */
bool kernel_is_complete(const struct tetra_kernel *kernel);
bool kernel_is_recorded(const struct tetra_kernel *kernel);
/* The machine's programs can be looked at here: a live one's, or as kernel_set_files() says. */
bool kernel_has_files(const struct tetra_kernel *kernel);
void kernel_set_files(struct tetra_kernel *kernel, bool here);
const char *kernel_release(const struct tetra_kernel *kernel);
const char *kernel_machine(const struct tetra_kernel *kernel);
/* As LINUX_VERSION_CODE. For messages and reports only: for decisions use kernel_has(). */
uint32_t kernel_version(const struct tetra_kernel *kernel);
/* "lockdown,yama,bpf"; NULL if it cannot be read. */
const char *kernel_lsm_list(const struct tetra_kernel *kernel);
/*
 * Debian's kernels, and others, leave perf events (kprobes, classic tracepoints) to CAP_SYS_ADMIN
 * at kernel.perf_event_paranoid=3, their default. 1 if that may be why one was refused.
 */
bool kernel_may_reserve_perf(const struct tetra_kernel *kernel);
#define KERNEL_PERF_RESERVED                                                             \
	"kernel.perf_event_paranoid above 2 leaves probes and tracepoints to CAP_SYS_ADMIN"
#define KERNEL_PERF_CURE "give CAP_SYS_ADMIN, or set kernel.perf_event_paranoid=2"

/* Locked down for confidentiality, now: programs may not read the kernel's memory. */
bool kernel_is_confidential(const struct tetra_kernel *kernel);
/* Inode of a namespace of the first process; 0 if it cannot be read. */
uint64_t kernel_host_ns(const struct tetra_kernel *kernel, enum tetra_namespace ns);

/* The preemption mode, looked up once. */
enum kernel_preemption kernel_preemption(struct tetra_kernel *kernel);
/* The same, looked up again if the kernel shows the current mode. One read of a file. */
enum kernel_preemption kernel_preemption_again(struct tetra_kernel *kernel);
/* A task that runs in the kernel can be preempted. Unknown counts as yes. */
bool kernel_is_preemptible(struct tetra_kernel *kernel);
/* It could be booted with preempt=voluntary. False also if this cannot be seen. */
bool kernel_offers_voluntary(const struct tetra_kernel *kernel);
const char *kernel_preemption_name(enum kernel_preemption mode);

/* Bits 1 << enum kernel_switch of the switches that are off now. A read for each. */
uint32_t kernel_switches_off(struct tetra_kernel *kernel);
/* We cannot see whether they are: /proc/sys is hidden, and mounting another is not allowed. */
bool kernel_hides_switches(struct tetra_kernel *kernel);
/* Every user may call bpf(2), now. A read of a file. */
#define KERNEL_BPF_KNOB "kernel.unprivileged_bpf_disabled"
#define KERNEL_BPF_CURE "sysctl " KERNEL_BPF_KNOB "=2"
bool kernel_bpf_is_free(struct tetra_kernel *kernel);
const char *kernel_switch_name(enum kernel_switch which);
const char *kernel_switch_stops(enum kernel_switch which);
const char *kernel_switch_cure(enum kernel_switch which);

/* Probed once, at the first question. */
bool kernel_has(struct tetra_kernel *kernel, enum kernel_feature feature);
/* Why not: one line with the requirement and the result; NULL if the kernel has it. */
const char *kernel_feature_reason(struct tetra_kernel *kernel,
				  enum kernel_feature feature);
const char *kernel_feature_name(enum kernel_feature feature);
const char *kernel_feature_need(enum kernel_feature feature);
/* KERNEL_FEATURE_END if it is unknown. */
enum kernel_feature kernel_feature_from_name(const char *name);

/*
 * BTF of vmlinux, borrowed until kernel_trim() or kernel_free(); NULL if there is none.
 */
struct btf *kernel_btf(struct tetra_kernel *kernel);

/* A function that vmlinux has BTF for. -ENOENT also if it is a symbol without BTF. */
int kernel_find_function(struct tetra_kernel *kernel, const char *name,
			 struct kernel_function *ret);
/* There is such a symbol that can be traced, with or without BTF. */
bool kernel_has_symbol(struct tetra_kernel *kernel, const char *name);
/*
 * May be traced: it exists outside its callers. Cheap for functions with BTF, but then does
 * not detect functions marked notrace or discarded after boot: attaching does, and
 * kernel_function_traceable().
 */
bool kernel_function_attachable(struct tetra_kernel *kernel, const char *name);
/*
 * The same, exactly, if tracefs can be read. The kernel needs 0.3 G instructions to print its
 * list: for reports, and for why attaching failed, not before each attempt.
 */
bool kernel_function_traceable(struct tetra_kernel *kernel, const char *name);
/* From now on kernel_function_attachable() is exact as well: nothing will be attached. */
void kernel_be_exact(struct tetra_kernel *kernel);
/* bpf_override_return() is allowed there, and the kernel has it. */
bool kernel_function_injectable(struct tetra_kernel *kernel, const char *name);
/* A fmod_ret program is allowed there. */
bool kernel_function_modifiable(struct tetra_kernel *kernel, const char *name);
/* One of the two above. */
bool kernel_function_overridable(struct tetra_kernel *kernel, const char *name);
/*
 * Call @visit with the name of every function with BTF that starts with @prefix. A return
 * other than 0 ends the walk and is returned. @visit must not ask this kernel anything.
 */
int kernel_each_function(struct tetra_kernel *kernel, const char *prefix,
			 int (*visit)(const char *name, void *user), void *user);

/*
 * Where "cred.uid" is in a struct of vmlinux; "user_namespace.ns.inum" is a member of a member.
 * -ENOENT if the kernel has no such struct or member; bit fields count as none.
 */
int kernel_find_member(struct tetra_kernel *kernel, const char *path,
		       struct kernel_member *ret);
/* A pointer that a path begins with: to struct .type, or parameter .index of a kernel function, or
 * of a raw tracepoint. */
struct kernel_pointer {
	const char *type; /* or NULL */
	const char *function;
	uint32_t index;
	bool is_trace;
};

/*
 * Resolves @path, "mm.owner.pid". ret->error says whether it exists.
 * Return: 0; -ENOENT: not recorded; -EOPNOTSUPP: the kernel has no BTF; -E2BIG; -ENOMEM.
 */
int kernel_find_walk(struct tetra_kernel *kernel, const struct kernel_pointer *from,
		     const char *path, struct kernel_walk *ret);

/*
 * The LSM hook "file_open"; .name is that of the BPF attach point, "bpf_lsm_file_open".
 */
bool kernel_lsm_hook(struct tetra_kernel *kernel, const char *hook,
		     struct kernel_function *ret);
/*
 * The LSM hook that a security_* function calls. False if there is none, or if its
 * parameters are not the function's own.
 */
bool kernel_lsm_hook_of(struct tetra_kernel *kernel, const char *function,
			struct kernel_function *ret);

/*
 * A raw tracepoint, its parameters as programs see them. Parameter names are there if the
 * kernel has them.
 */
int kernel_find_raw_tracepoint(struct tetra_kernel *kernel, const char *event,
			       struct kernel_function *ret);
/* A tracepoint of tracefs. */
int kernel_find_tracepoint_fields(struct tetra_kernel *kernel, const char *subsystem,
				  const char *event, struct kernel_event *ret);
/* The type number of an event source, "kprobe", for perf_event_open(2); or a negative
 * errno. */
int kernel_pmu_type(struct tetra_kernel *kernel, const char *pmu);
/* The subsystem exists: the other one of a tracepoint's two names is wrong. */
bool kernel_has_subsystem(struct tetra_kernel *kernel, const char *subsystem);

/* "__x64_"; "" on machines whose system calls have no wrappers. */
const char *kernel_syscall_prefix(const struct tetra_kernel *kernel);
/*
 * A system call as policies name it: "sys_write", "__x64_sys_write", "__ia32_sys_write".
 * .name is the symbol, .btf_id its wrapper's; the parameters are those of the call itself if
 * the kernel gives them (.has_params), not the wrapper's single pointer to registers.
 */
int kernel_find_syscall(struct tetra_kernel *kernel, const char *name,
			struct kernel_function *ret);

/* What may have been meant, for hints; NULL if nothing is near. */
const char *kernel_nearest_function(struct tetra_kernel *kernel, const char *name);
const char *kernel_nearest_lsm_hook(struct tetra_kernel *kernel, const char *hook);
const char *kernel_nearest_syscall(struct tetra_kernel *kernel, const char *name);
/* "sched/sched_process_exec", or NULL. */
const char *kernel_nearest_tracepoint(struct tetra_kernel *kernel, const char *subsystem,
				      const char *event);

static inline void kernel_freep(struct tetra_kernel **kernel)
{
	kernel_free(*kernel);
}

#endif
