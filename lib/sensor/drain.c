/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/drain.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/load/attach.h"
#include "lib/sensor/news.h"

/* Functions that the kernel has for testing fentry: bpf_fentry_test1 ... Processes that wait
 * at the same time should not use the same one. */
#define DRAIN_FUNCTIONS 6u
/* No task waits this long for a CPU, or the machine has other problems. */
#define DRAIN_LIMIT_MS 60000u
/* Listening costs nothing, so this is only how late the limits are noticed. Reading the list of
 * symbols costs a fraction of a second: where the kernel says what goes, that is for records
 * that were lost. */
#define DRAIN_LISTEN_MS 50u
#define DRAIN_LOST_MS	2000u
#define DRAIN_LOOK_MS	100u
/* Trampolines that come while ours are attached: two, and those of others. */
#define DRAIN_COME 16u
/* If the kernel does not show its trampolines: many times the length of a grace period. */
#define DRAIN_BLIND_US 2000000u

#define SYMBOLS	   "/proc/kallsyms"
#define TRAMPOLINE "bpf_trampoline_"
/* High bits of the trampoline number of a vmlinux function; low bits: BTF id (kernel/bpf). Before
 * 5.11 the number was the BTF id. */
#define TRAMPOLINE_VMLINUX 0x80000000u

struct idle {
	int progs[2], links[2];
};

#define IDLE_NONE ((struct idle){ { -1, -1 }, { -1, -1 } })

static void idle_done(struct idle *idle)
{
	for (size_t i = 0; i < ARRAY_SIZE(idle->links); i++) {
		closep(&idle->links[i]);
		closep(&idle->progs[i]);
	}
	*idle = IDLE_NONE;
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
		idle->links[i] = attach_typed(idle->progs[i], NULL);
		if (idle->links[i] < 0)
			return idle->links[i];
	}
	return 0;
}

/* @name: after TRAMPOLINE. */
static bool is_trampoline_of(const char *name, uint32_t btf_id)
{
	uint32_t number = (uint32_t)strtoull(name, NULL, 10);

	return number == btf_id || number == (TRAMPOLINE_VMLINUX | btf_id);
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

		n += name && is_trampoline_of(name + strlen(" " TRAMPOLINE), btf_id);
	}
	fclose(file);
	return n;
}

/* Trampolines of the function whose end is a grace period that began after the drain did: all that
 * came since. Another one's end proves nothing, and what had an address before is said to be gone
 * before that is given away again. */
struct watch {
	struct news news;
	uint32_t btf_id;
	uint64_t come[DRAIN_COME];
	uint32_t n_come;
};

static bool watch_next(struct watch *watch, struct news_symbol *ret)
{
	while (news_next(&watch->news, ret))
		if (str_has_prefix(ret->name, TRAMPOLINE) &&
		    is_trampoline_of(ret->name + strlen(TRAMPOLINE), watch->btf_id))
			return true;
	return false;
}

/* What has come until now; all that has gone until now belongs to the past. */
static void watch_come(struct watch *watch)
{
	struct news_symbol symbol;

	while (watch_next(watch, &symbol))
		if (!symbol.gone && watch->n_come < DRAIN_COME)
			watch->come[watch->n_come++] = symbol.address;
}

static bool watch_is_over(struct watch *watch)
{
	struct news_symbol symbol;

	while (watch_next(watch, &symbol))
		for (uint32_t i = 0; symbol.gone && i < watch->n_come; i++)
			if (watch->come[i] == symbol.address)
				return true;
	return false;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * A replaced trampoline is freed when no task can be inside any: after a grace period for
 * tasks, which is what we wait for. The kernel offers no other way to request one.
 */
static int trampolines_wait(struct watch *watch)
{
	uint32_t step = watch->n_come ? DRAIN_LISTEN_MS : DRAIN_LOOK_MS;
	uint32_t look = watch->n_come ? DRAIN_LOST_MS : DRAIN_LOOK_MS;
	uint64_t begin = now_ms(), looked = begin;
	int n = watch->n_come ? 2 : trampolines_count(watch->btf_id);

	while (n > 1 && !watch_is_over(watch)) {
		uint64_t now;

		news_wait(&watch->news, (int)step);
		now = now_ms();
		if (now - begin > DRAIN_LIMIT_MS)
			return -EBUSY;
		if (now - looked < look)
			continue;
		n = trampolines_count(watch->btf_id);
		looked = now_ms();
	}
	/* Neither heard nor shown, or no longer. */
	if (n < 1 && !watch->n_come)
		usleep(DRAIN_BLIND_US);
	return 0;
}

static int drain_watched(struct watch *watch, struct tetra_kernel *kernel)
{
	struct idle idle = IDLE_NONE;
	struct kernel_function function;
	char name[32];
	int r;

	snprintf(name, sizeof(name), "bpf_fentry_test%u",
		 (uint32_t)getpid() % DRAIN_FUNCTIONS + 1);
	r = kernel_find_function(kernel, name, &function);
	if (r == 0) {
		watch->btf_id = function.btf_id;
		r = idle_attach(&idle, function.btf_id);
	}
	/* Listening takes a descriptor for each processor. */
	if (r == -EMFILE) {
		news_done(&watch->news);
		idle_done(&idle);
		r = idle_attach(&idle, watch->btf_id);
	}
	/* Out of descriptors or memory, nothing can be checked: wait longer instead. */
	if (r < 0)
		usleep(DRAIN_BLIND_US);
	else
		watch_come(watch);
	r = r < 0 ? 0 : trampolines_wait(watch);
	idle_done(&idle);
	return r;
}

static int drain_trampolines(struct tetra_kernel *kernel)
{
	struct watch watch = { 0 };
	int r;

	/* No fentry, no trampolines. */
	if (!kernel_has(kernel, KERNEL_FENTRY))
		return 0;
	/* Not heard, they are looked for. */
	(void)news_listen(&watch.news);
	r = drain_watched(&watch, kernel);
	news_done(&watch.news);
	return r;
}

int drain_calls(const struct published *published, struct sensor *sensor,
		struct tetra_kernel *kernel)
{
	/* Programs of probes and tracepoints hold the RCU lock, preempted or not. */
	int r = published_wait(published, sensor);

	return r < 0 ? r : drain_trampolines(kernel);
}
