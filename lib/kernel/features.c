/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes let the kernel verify a program of a few instructions; versions are not checked. Most
 * of them differ only in their program's type, its target and the helper it calls: those are
 * data.
 *
 * There are two ways to probe a helper. If its arguments are easily made, the program must
 * load. Otherwise the program calls it without arguments, which cannot load, and the
 * verifier's log shows whether it rejects the arguments or the helper.
 */
#include "lib/kernel/features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "lib/kernel/machine.h"
#include "lib/kernel/memlock.h"
#include "lib/host/pseudo.h"

/* Bytes. The relevant message is in the first lines. */
#define FEATURE_LOG_BYTES 4096u
/* Linux calls it only for its own tests, and it can be traced in every way. */
#define FEATURE_IDLE_FUNCTION "bpf_fentry_test1"

/* Of kernel.perf_event_paranoid: its text, and the highest that means what Linux documents. */
#define PARANOID_BYTES 16u
#define PARANOID_MAX   2

/* Inode of the initial namespace (include/linux/proc_ns.h). */
#define FIRST_USER_NS 0xeffffffdu

enum feature_mode {
	FEATURE_LOADS, /* the program must load */
	FEATURE_KNOWS, /* the verifier must know the helper for this type of program */
};

struct feature_row {
	/* 0, or a negative errno as the kernel gave it. */
	int (*probe)(struct tetra_kernel *kernel, const struct feature_row *row);
	/* The rest is for probe_program(). */
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	/* Function with BTF, typedef btf_trace_*, or system call without the prefix. */
	const char *target;
	int helper; /* 0: none */
	enum feature_mode mode;
	uint32_t flags;		   /* BPF_F_* of the program */
	enum kernel_feature first; /* a prerequisite; itself: none */
};

#define INSN(op, to, from, offset, number)                                               \
	((struct bpf_insn){ .code = (op),                                                \
			    .dst_reg = (to),                                             \
			    .src_reg = (from),                                           \
			    .off = (offset),                                             \
			    .imm = (number) })
#define MOV(to, number) INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number)
#define CALL(helper)	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT()		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static uint32_t target_id(struct tetra_kernel *kernel, const char *target)
{
	_cleanup_(strbuf_done) struct strbuf symbol = {};

	if (!kernel_btf(kernel))
		return 0;
	if (str_has_prefix(target, "btf_trace_"))
		return vmlinux_find_typedef(&kernel->vmlinux, target);
	if (str_has_prefix(target, "sys_"))
		strbuf_puts(&symbol, kernel_syscall_prefix(kernel));
	strbuf_puts(&symbol, target);
	return symbol.failed ? 0 : vmlinux_find_function(&kernel->vmlinux, symbol.text);
}

/* A descriptor, or a negative errno. */
static int load_instructions(struct tetra_kernel *kernel, const struct feature_row *row,
			     const struct bpf_insn *insns, size_t n_insns, char *log)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = row->attach,
		    .prog_flags = row->flags, .attempts = 1);
	int fd;

	if (log) {
		opts.log_buf = log;
		opts.log_size = FEATURE_LOG_BYTES;
		opts.log_level = 1;
	}
	if (row->target) {
		opts.attach_btf_id = target_id(kernel, row->target);
		if (!opts.attach_btf_id)
			return -ENOENT;
	}
	fd = bpf_prog_load(row->type, "tetra_probe", "GPL", insns, n_insns, &opts);
	return fd < 0 ? -errno : fd;
}

static bool log_refuses_helper(const char *log)
{
	static const char *const words[] = {
		"invalid func ",	      /* no such number */
		"unknown func ",	      /* not for this type of program */
		"cannot use helper ",	      /* the same, from Linux 6.12 */
		"helper call is not allowed", /* not on this function */
		"is not sleepable", /* neither is it asked for one that sleeps */
		"can be sleepable", /* nor for this type of program */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(log, words[i]))
			return true;
	return false;
}

static int knows_helper(struct tetra_kernel *kernel, const struct feature_row *row)
{
	const struct bpf_insn insns[] = { CALL(row->helper), MOV(BPF_REG_0, 0), EXIT() };
	char log[FEATURE_LOG_BYTES] = "";
	_cleanup_(closep) int fd =
		load_instructions(kernel, row, insns, ARRAY_SIZE(insns), log);

	if (fd >= 0)
		return 0;
	if (fd == -EPERM || fd == -ENOENT)
		return fd;
	/* No log: it was rejected before the helper was checked. */
	return !*log || log_refuses_helper(log) ? fd : 0;
}

/* The smallest program; the helper gets ctx and zeros, enough for those probed this way. */
static int load_program(struct tetra_kernel *kernel, const struct feature_row *row)
{
	const struct bpf_insn insns[] = {
		MOV(BPF_REG_2, 0),
		CALL(row->helper),
		MOV(BPF_REG_0, 0),
		EXIT(),
	};
	const struct bpf_insn plain[] = { MOV(BPF_REG_0, 0), EXIT() };

	if (row->helper)
		return load_instructions(kernel, row, insns, ARRAY_SIZE(insns), NULL);
	return load_instructions(kernel, row, plain, ARRAY_SIZE(plain), NULL);
}

static int probe_program(struct tetra_kernel *kernel, const struct feature_row *row)
{
	_cleanup_(closep) int fd = -1;

	if (row->mode == FEATURE_KNOWS)
		return knows_helper(kernel, row);
	fd = load_program(kernel, row);
	return MIN(fd, 0);
}

static int probe_btf(struct tetra_kernel *kernel, const struct feature_row *row)
{
	return kernel_open_vmlinux(kernel);
}

/* The kernel keeps its modules' BTF in a struct that exists only if it keeps it. */
static int probe_btf_modules(struct tetra_kernel *kernel, const struct feature_row *row)
{
	int r = kernel_open_vmlinux(kernel);

	if (r < 0)
		return r;
	return vmlinux_find_type(&kernel->vmlinux, "btf_module", BTF_KIND_STRUCT)
		       ? 0
		       : -ENOENT;
}

/*
 * Since Linux 5.12, trampolines count the runs of a program on a CPU, and skip it while there
 * is one; before, no task was preempted inside.
 */
static int probe_steady_trampoline(struct tetra_kernel *kernel,
				   const struct feature_row *row)
{
	int r = kernel_open_vmlinux(kernel);

	if (r < 0)
		return r;
	return vmlinux_has_member(&kernel->vmlinux, "bpf_prog", "active") ? -EOPNOTSUPP
									  : 0;
}

/* Trampolines of LSM programs no longer count: since Linux 6.2 they are entered
 * differently. */
static int probe_steady_lsm(struct tetra_kernel *kernel, const struct feature_row *row)
{
	int r = kernel_open_vmlinux(kernel);

	if (r == 0 && vmlinux_find_function(&kernel->vmlinux, "__bpf_prog_enter_recur"))
		return 0;
	return r < 0 ? r : probe_steady_trampoline(kernel, row);
}

/*
 * Tracepoints used to call programs with preemption off. Those that do not depend on the fast
 * kind of SRCU, which came shortly before (Linux 6.15).
 */
static int probe_steady_tracepoint(struct tetra_kernel *kernel,
				   const struct feature_row *row)
{
	int r = kernel_open_vmlinux(kernel);

	if (r < 0)
		return r;
	return vmlinux_find_type(&kernel->vmlinux, "srcu_ctr", BTF_KIND_STRUCT)
		       ? -EOPNOTSUPP
		       : 0;
}

static int probe_ringbuf(struct tetra_kernel *kernel, const struct feature_row *row)
{
	_cleanup_(closep) int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "tetra_probe", 0,
						  0, (uint32_t)getpagesize(), NULL);

	return fd < 0 ? -errno : 0;
}

/* A program that looks @map up, which is the least that makes it the program's. */
static int load_lookup(struct tetra_kernel *kernel, const struct feature_row *row,
		       int map)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		CALL(BPF_FUNC_map_lookup_elem),
		MOV(BPF_REG_0, 0),
		EXIT(),
	};

	return load_instructions(kernel, row, insns, ARRAY_SIZE(insns), NULL);
}

/*
 * Linux 5.6 to 6.0 warn, and are tainted, when a program of a probe or tracepoint has a hash
 * map that allocates as it grows: inside the allocator that could deadlock. For the same
 * reason they reject a program of a perf event, without a warning; later kernels have a
 * separate allocator and accept both. So this probes the harmless one.
 */
static int probe_growing_maps(struct tetra_kernel *kernel, const struct feature_row *row)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	_cleanup_(closep) int map = -1, fd = -1;

	map = bpf_map_create(BPF_MAP_TYPE_HASH, "tetra_probe", sizeof(uint32_t),
			     sizeof(uint64_t), 1, &opts);
	if (map < 0)
		return -errno;
	fd = load_lookup(kernel, row, map);
	return MIN(fd, 0);
}

/*
 * Some kernels verify what they cannot attach. Detaching waits for the kernel (40 ms in a
 * guest), so it is tried only if the function that attaching depends on cannot be seen.
 */
static int probe_fentry(struct tetra_kernel *kernel, const struct feature_row *row)
{
	_cleanup_(closep) int fd = load_program(kernel, row);
	_cleanup_(closep) int link = -1;

	if (fd < 0)
		return fd;
	if (vmlinux_find_function(&kernel->vmlinux, "register_ftrace_direct"))
		return 0;
	link = bpf_raw_tracepoint_open(NULL, fd);
	return link < 0 ? -errno : 0;
}

static bool list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && strncmp(list, word, len) == 0)
			return true;
	return false;
}

/* An LSM program that sets the first word of @map. A descriptor or a negative errno. */
static int load_marker(struct tetra_kernel *kernel, const struct feature_row *row,
		       int map)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, map),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_1, 0, 0, 1),
		MOV(BPF_REG_0, 0),
		EXIT(),
	};
	struct feature_row probe = *row;

	probe.target = "bpf_lsm_task_getpgid";
	return load_instructions(kernel, &probe, insns, ARRAY_SIZE(insns), NULL);
}

/*
 * Does an attached program run? Without 'bpf' among the LSMs it does not, and nothing else
 * shows it. Any caller of getpgid(2) may set the mark: that is proof as well.
 */
static int lsm_program_runs(struct tetra_kernel *kernel, const struct feature_row *row)
{
	_cleanup_(closep) int map = -1, fd = -1, link = -1;
	uint32_t key = 0;
	uint64_t mark = 0;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "tetra_probe", sizeof(key), sizeof(mark),
			     1, NULL);
	if (map < 0)
		return -errno;
	fd = load_marker(kernel, row, map);
	if (fd < 0)
		return fd;
	link = bpf_raw_tracepoint_open(NULL, fd);
	if (link < 0)
		return -errno;
	(void)getpgid(getpid()); /* only the call matters, not its result */
	if (bpf_map_lookup_elem(map, &key, &mark) < 0)
		return -errno;
	return mark ? 0 : -EOPNOTSUPP;
}

static int probe_lsm(struct tetra_kernel *kernel, const struct feature_row *row)
{
	_cleanup_(closep) int fd = -1;

	if (!kernel->lsm) /* securityfs is not mounted */
		return lsm_program_runs(kernel, row);
	if (!list_has(kernel->lsm, "bpf"))
		return -EOPNOTSUPP;
	fd = load_program(kernel, row);
	return MIN(fd, 0);
}

int kernel_pmu_type(struct tetra_kernel *kernel, const char *pmu)
{
	_cleanup_(strbuf_done) struct strbuf path = {}, text = {};
	int r;

	strbuf_format(&path, "%s/bus/event_source/devices/%s/type", kernel->sys_root,
		      pmu);
	if (path.failed)
		return -ENOMEM;
	r = pseudo_read(&text, AT_FDCWD, path.text, FEATURE_LOG_BYTES);
	return r < 0 ? r : atoi(strbuf_get(&text));
}

/*
 * Registering and removing a probe waits for the kernel. One without a symbol, address or file is
 * rejected with EINVAL, but only after the checks that forbid such probes altogether (lockdown,
 * missing privilege).
 */
static int probe_of_perf(struct tetra_kernel *kernel, const char *pmu)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .disabled = 1 };
	_cleanup_(closep) int fd = -1;
	int type = kernel_pmu_type(kernel, pmu);

	if (type < 0)
		return type;
	attr.type = (uint32_t)type;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd >= 0 || errno == EINVAL ? 0 : -errno;
}

static int probe_kprobe(struct tetra_kernel *kernel, const struct feature_row *row)
{
	(void)row;
	return probe_of_perf(kernel, "kprobe");
}

static int probe_uprobe(struct tetra_kernel *kernel, const struct feature_row *row)
{
	(void)row;
	return probe_of_perf(kernel, "uprobe");
}

/*
 * Attaching by name makes the kernel walk all its symbols. Kernels that would accept a valid
 * address list reject an unreadable one with EFAULT.
 */
static int probe_kprobe_multi(struct tetra_kernel *kernel, const struct feature_row *row)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	_cleanup_(closep) int fd = load_program(kernel, row);
	_cleanup_(closep) int link = -1;

	if (fd < 0)
		return fd;
	opts.kprobe_multi.addrs = (const unsigned long *)1;
	opts.kprobe_multi.cnt = 1;
	link = bpf_link_create(fd, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	if (link >= 0)
		return 0;
	return errno == EFAULT ? 0 : -errno;
}

#define PROGRAM_BY(PROBE, TYPE, ATTACH)                                                  \
	.probe = (PROBE), .type = BPF_PROG_TYPE_##TYPE, .attach = (ATTACH)
#define PROGRAM(TYPE, ATTACH) PROGRAM_BY(probe_program, TYPE, ATTACH)

/* A row a line. */
/* clang-format off */
static const struct feature_row rows[KERNEL_FEATURE_END] = {
	[KERNEL_BTF] = { .probe = probe_btf, .first = KERNEL_BTF },
	[KERNEL_BTF_MODULES] = { .probe = probe_btf_modules, .first = KERNEL_BTF },
	[KERNEL_RINGBUF] = { .probe = probe_ringbuf, .first = KERNEL_RINGBUF },
	[KERNEL_FENTRY] = {
		PROGRAM_BY(probe_fentry, TRACING, BPF_TRACE_FENTRY),
		.target = FEATURE_IDLE_FUNCTION, .first = KERNEL_BTF,
	},
	[KERNEL_LSM_BPF] = {
		PROGRAM_BY(probe_lsm, LSM, BPF_LSM_MAC),
		.target = "bpf_lsm_file_open", .first = KERNEL_BTF,
	},
	[KERNEL_FMODRET_SECURITY] = {
		PROGRAM(TRACING, BPF_MODIFY_RETURN),
		.target = "security_file_open", .first = KERNEL_FENTRY,
	},
	[KERNEL_FMODRET_SYSCALL] = {
		PROGRAM(TRACING, BPF_MODIFY_RETURN),
		.target = "sys_getpgid", .first = KERNEL_FENTRY,
	},
	[KERNEL_FENTRY_SLEEPS] = {
		PROGRAM(TRACING, BPF_TRACE_FENTRY), .flags = BPF_F_SLEEPABLE,
		.target = "sys_getpgid", .helper = BPF_FUNC_find_vma,
		.mode = FEATURE_KNOWS, .first = KERNEL_FENTRY,
	},
	/* Not of the kind with types (tp_btf): Linux 5.10 and 6.1 load and attach a sleepable
	 * program of it by mistake, and run it where it must not sleep. */
	[KERNEL_TRACEPOINT_SLEEPS] = {
		PROGRAM(TRACEPOINT, 0), .flags = BPF_F_SLEEPABLE,
		.helper = BPF_FUNC_find_vma, .mode = FEATURE_KNOWS,
		.first = KERNEL_TRACEPOINT_SLEEPS,
	},
	[KERNEL_OVERRIDE_RETURN] = {
		PROGRAM(KPROBE, 0), .helper = BPF_FUNC_override_return,
		.first = KERNEL_KPROBE,
	},
	[KERNEL_KPROBE] = { .probe = probe_kprobe, .first = KERNEL_KPROBE },
	[KERNEL_UPROBE] = { .probe = probe_uprobe, .first = KERNEL_UPROBE },
	[KERNEL_KPROBE_MULTI] = {
		PROGRAM_BY(probe_kprobe_multi, KPROBE, BPF_TRACE_KPROBE_MULTI),
		.first = KERNEL_KPROBE_MULTI,
	},
	[KERNEL_RAW_TP] = { PROGRAM(RAW_TRACEPOINT, 0), .first = KERNEL_RAW_TP },
	[KERNEL_TP_BTF] = {
		PROGRAM(TRACING, BPF_TRACE_RAW_TP),
		.target = "btf_trace_sched_process_exec", .first = KERNEL_BTF,
	},
	[KERNEL_SEND_SIGNAL] = {
		PROGRAM(RAW_TRACEPOINT, 0), .helper = BPF_FUNC_send_signal,
		.mode = FEATURE_KNOWS, .first = KERNEL_RAW_TP,
	},
	[KERNEL_BPF_LOOP] = {
		PROGRAM(RAW_TRACEPOINT, 0), .helper = BPF_FUNC_loop,
		.mode = FEATURE_KNOWS, .first = KERNEL_RAW_TP,
	},
	[KERNEL_D_PATH_LSM] = {
		PROGRAM(LSM, BPF_LSM_MAC), .target = "bpf_lsm_file_open",
		.helper = BPF_FUNC_d_path, .mode = FEATURE_KNOWS, .first = KERNEL_LSM_BPF,
	},
	[KERNEL_TASK_STORAGE] = {
		PROGRAM(TRACING, BPF_TRACE_RAW_TP),
		.target = "btf_trace_sched_process_exec", .mode = FEATURE_KNOWS,
		.helper = BPF_FUNC_task_storage_get, .first = KERNEL_TP_BTF,
	},
	[KERNEL_TASK_ITER] = {
		PROGRAM(TRACING, BPF_TRACE_ITER), .target = "bpf_iter_task",
		.first = KERNEL_BTF,
	},
	[KERNEL_CURRENT_TASK_BTF] = {
		PROGRAM(RAW_TRACEPOINT, 0), .helper = BPF_FUNC_get_current_task_btf,
		.first = KERNEL_RAW_TP,
	},
	[KERNEL_FUNC_ARG] = {
		PROGRAM(TRACING, BPF_TRACE_FENTRY), .target = FEATURE_IDLE_FUNCTION,
		.helper = BPF_FUNC_get_func_arg, .mode = FEATURE_KNOWS,
		.first = KERNEL_FENTRY,
	},
	[KERNEL_FUNC_IP] = {
		PROGRAM(KPROBE, 0), .helper = BPF_FUNC_get_func_ip,
		.first = KERNEL_KPROBE,
	},
	[KERNEL_ATTACH_COOKIE] = {
		PROGRAM(KPROBE, 0), .helper = BPF_FUNC_get_attach_cookie,
		.first = KERNEL_KPROBE,
	},
	[KERNEL_STEADY_TRAMPOLINE] = {
		.probe = probe_steady_trampoline, .first = KERNEL_BTF,
	},
	[KERNEL_STEADY_LSM] = { .probe = probe_steady_lsm, .first = KERNEL_BTF },
	[KERNEL_STEADY_TRACEPOINT] = {
		.probe = probe_steady_tracepoint, .first = KERNEL_BTF,
	},
	[KERNEL_GROWING_MAPS] = {
		PROGRAM_BY(probe_growing_maps, PERF_EVENT, 0), .first = KERNEL_GROWING_MAPS,
	},
};
/* clang-format on */

static const struct {
	const char *name, *need;
} texts[KERNEL_FEATURE_END] = {
#define X(NAME, name, need) [KERNEL_##NAME] = { name, need },
	KERNEL_FEATURES(X)
#undef X
};

static bool has_capability(uint32_t capability)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	return data[capability / 32].effective >> capability % 32 & 1;
}

/*
 * Programs need CAP_BPF and CAP_PERFMON where those exist (Linux 5.8), or
 * CAP_SYS_ADMIN.
 */
static bool may_load_programs(void)
{
	return has_capability(CAP_SYS_ADMIN) ||
	       (has_capability(CAP_BPF) && has_capability(CAP_PERFMON));
}

bool kernel_may_reserve_perf(const struct tetra_kernel *kernel)
{
	_cleanup_(strbuf_done) struct strbuf path = {}, text = {};

	if (kernel->recorded || has_capability(CAP_SYS_ADMIN))
		return false;
	strbuf_format(&path, "%s/sys/kernel/perf_event_paranoid", kernel->proc_root);
	return !path.failed &&
	       pseudo_read(&text, AT_FDCWD, strbuf_get(&path), PARANOID_BYTES) == 0 &&
	       strtol(strbuf_get(&text), NULL, 10) > PARANOID_MAX;
}

static const char *reason_text(struct tetra_kernel *kernel, enum kernel_feature feature,
			       int error)
{
	const char *need = texts[feature].need;
	const char *name = strerrorname_np(-error);

	if (error == -EMFILE || error == -ENFILE)
		return "needs more file descriptors (RLIMIT_NOFILE)";
	if (error != -EPERM && error != -EACCES)
		return arena_format(kernel->arena, "%s (%s)", need,
				    name ? name : "refused");
	if (!may_load_programs())
		return "needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN";
	if (kernel->user_ns && kernel->user_ns != FIRST_USER_NS)
		return "needs CAP_BPF and CAP_PERFMON in the first user namespace: those "
		       "of a user namespace do not count";
	if ((feature == KERNEL_KPROBE || feature == KERNEL_UPROBE) &&
	    kernel_may_reserve_perf(kernel))
		return KERNEL_PERF_RESERVED ": " KERNEL_PERF_CURE;
	if (memlock_may_be_why(kernel, error))
		return "the limit of locked memory (RLIMIT_MEMLOCK) may be too low";
	return arena_format(kernel->arena,
			    "the kernel refuses it although it has it (%s): locked down, "
			    "or the host does not allow it",
			    name);
}

static void feature_ask(struct tetra_kernel *kernel, enum kernel_feature feature)
{
	struct feature_answer *answer = &kernel->features[feature];
	const struct feature_row *row = &rows[feature];
	int r;

	answer->asked = 1;
	answer->has = 0;
	if (row->first != feature && !kernel_has(kernel, row->first)) {
		answer->reason = kernel_feature_reason(kernel, row->first);
		return;
	}
	r = row->probe(kernel, row);
	/* Probe again when the privileges may be there. */
	answer->asked = r != -EMFILE && r != -ENFILE && r != -ENOMEM;
	answer->has = r == 0;
	answer->reason = r == 0 ? NULL : reason_text(kernel, feature, r);
}

static const struct feature_answer *feature_get(struct tetra_kernel *kernel,
						enum kernel_feature feature)
{
	if (!kernel->features[feature].asked && !kernel->recorded)
		feature_ask(kernel, feature);
	return &kernel->features[feature];
}

bool kernel_has(struct tetra_kernel *kernel, enum kernel_feature feature)
{
	return feature < KERNEL_FEATURE_END && feature_get(kernel, feature)->has;
}

const char *kernel_feature_reason(struct tetra_kernel *kernel,
				  enum kernel_feature feature)
{
	const struct feature_answer *answer;

	if (feature >= KERNEL_FEATURE_END)
		return "no such feature";
	answer = feature_get(kernel, feature);
	if (answer->has)
		return NULL;
	return answer->reason ? answer->reason : texts[feature].need;
}

const char *kernel_feature_name(enum kernel_feature feature)
{
	return feature < KERNEL_FEATURE_END ? texts[feature].name : "";
}

const char *kernel_feature_need(enum kernel_feature feature)
{
	return feature < KERNEL_FEATURE_END ? texts[feature].need : "";
}

enum kernel_feature kernel_feature_from_name(const char *name)
{
	enum kernel_feature feature = 0;

	while (feature < KERNEL_FEATURE_END && !str_equal(texts[feature].name, name))
		feature++;
	return feature;
}

bool feature_fentry_loads(struct tetra_kernel *kernel, const char *function)
{
	const struct feature_row row = {
		PROGRAM(TRACING, BPF_TRACE_FENTRY),
		.target = function,
	};

	return probe_program(kernel, &row) == 0;
}

bool feature_modify_return_loads(struct tetra_kernel *kernel, const char *function)
{
	const struct feature_row row = {
		PROGRAM(TRACING, BPF_MODIFY_RETURN),
		.target = function,
	};

	return probe_program(kernel, &row) == 0;
}
