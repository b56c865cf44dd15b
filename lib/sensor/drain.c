/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/drain.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/sensor/attach.h"

/* Functions that the kernel has for testing fentry: bpf_fentry_test1 ... Processes that wait
 * at the same time should not use the same one. */
#define DRAIN_FUNCTIONS 6u
#define DRAIN_POLL_US	20000u
/* No task waits this long for a CPU, or the machine has other problems. */
#define DRAIN_LIMIT_MS 60000
/* If the kernel does not show its trampolines: many times the length of a grace period. */
#define DRAIN_BLIND_US 2000000u

#define SYMBOLS	   "/proc/kallsyms"
#define TRAMPOLINE "bpf_trampoline_"
/* High bits of the trampoline number of a vmlinux function; low bits: BTF id (kernel/bpf). */
#define TRAMPOLINE_VMLINUX 0x80000000u

struct idle {
	int progs[2], links[2];
};

static void idle_done(struct idle *idle)
{
	for (size_t i = 0; i < ARRAY_SIZE(idle->links); i++) {
		closep(&idle->links[i]);
		closep(&idle->progs[i]);
	}
}

/* Two programs that do nothing, one after the other on a function that nothing calls: the
 * second makes the kernel replace the function's trampoline. */
static int idle_attach(struct idle *idle, uint32_t btf_id)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = btf_id);

	for (size_t i = 0; i < ARRAY_SIZE(idle->progs); i++) {
		idle->progs[i] =
			bpf_prog_load(BPF_PROG_TYPE_TRACING, "tetra_idle", "Dual BSD/GPL",
				      nothing, ARRAY_SIZE(nothing), &opts);
		if (idle->progs[i] < 0)
			return idle->progs[i];
		idle->links[i] = attach_typed(idle->progs[i]);
		if (idle->links[i] < 0)
			return idle->links[i];
	}
	return 0;
}

/* Number of trampolines of a function; -1 if it cannot be read. */
static int trampolines_count(uint32_t btf_id)
{
	FILE *file = fopen(SYMBOLS, "re");
	char line[512];
	int n = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		const char *name = strstr(line, " " TRAMPOLINE);

		n += name && (uint32_t)strtoull(name + strlen(" " TRAMPOLINE), NULL,
						10) == (TRAMPOLINE_VMLINUX | btf_id);
	}
	fclose(file);
	return n;
}

/*
 * A replaced trampoline is freed when no task can be inside any: after a grace period for
 * tasks, which is what we wait for. The kernel offers no other way to request one.
 */
static int trampolines_wait(uint32_t btf_id)
{
	int n = trampolines_count(btf_id);

	if (n < 1) {
		usleep(DRAIN_BLIND_US);
		return 0;
	}
	for (uint32_t us = 0; n > 1; us += DRAIN_POLL_US) {
		if (us / 1000 > DRAIN_LIMIT_MS)
			return -EBUSY;
		usleep(DRAIN_POLL_US);
		n = trampolines_count(btf_id);
	}
	return 0;
}

static int drain_trampolines(struct tetra_kernel *kernel)
{
	struct idle idle = { { -1, -1 }, { -1, -1 } };
	struct kernel_function function;
	char name[32];
	int r;

	/* Without fentry there are no trampolines to wait for. */
	if (!kernel_has(kernel, KERNEL_FENTRY))
		return 0;
	snprintf(name, sizeof(name), "bpf_fentry_test%u",
		 (uint32_t)getpid() % DRAIN_FUNCTIONS + 1);
	r = kernel_find_function(kernel, name, &function);
	if (r == 0)
		r = idle_attach(&idle, function.btf_id);
	/* Out of descriptors or memory, nothing can be checked: wait longer instead. */
	if (r < 0)
		usleep(DRAIN_BLIND_US);
	r = r < 0 ? 0 : trampolines_wait(function.btf_id);
	idle_done(&idle);
	return r;
}

int drain_calls(const struct published *published, struct sensor *sensor,
		struct tetra_kernel *kernel)
{
	/* Programs of probes and tracepoints hold the RCU lock, preempted or not. */
	int r = published_wait(published, sensor);

	return r < 0 ? r : drain_trampolines(kernel);
}
