/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flat: the cost of a hook's run that matches no rule, with 1 to 1000 policies on that hook.
 * Measured by the kernel's own clock around each program; under an instruction counter it
 * counts instructions.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define RUNS	5000u
#define WARM_UP 100u
/* Hook programs, and those that follow processes, of one session. */
#define MAX_PROGRAMS 64

#define FOLDER "/tmp/lab/folder"
#define FILE_  FOLDER "/file"

static const unsigned int sizes[] = { 1, 10, 100, 1000 };
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

static struct tetra_policy *policy_number(unsigned int i)
{
	return rig_policy(RIG_HEAD_OF("flat-%u") RIG_SEEKS RIG_OFFSET("Equal"), i,
			  (int)(1000 + i));
}

static struct tetra_policy *policy_prefix(unsigned int i)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "/srv/secret-%u/", i);
	return rig_policy(RIG_HEAD_OF("flat-%u") "  kprobes:\n"
						 "  - call: security_file_permission\n"
						 "    syscall: false\n" RIG_FILES,
			  i, prefix);
}

static void run_number(unsigned int n)
{
	while (n--)
		(void)lseek(-1, 7, SEEK_SET);
}

static void run_prefix(unsigned int n)
{
	int fd = open(FILE_, O_RDONLY | O_CLOEXEC);
	char byte;

	while (fd >= 0 && n--)
		(void)!pread(fd, &byte, 1, 0);
	close(fd);
}

static const struct work {
	const char *name;
	struct tetra_policy *(*policy)(unsigned int i);
	void (*run)(unsigned int n);
} works[] = {
	{ "number", policy_number, run_number },
	{ "path", policy_prefix, run_prefix },
};

struct programs {
	uint32_t ids[MAX_PROGRAMS];
	uint32_t n;
};

struct cost {
	uint64_t ns, runs;
};

static void programs_list(struct programs *ret)
{
	uint32_t id = 0;

	ret->n = 0;
	while (ret->n < MAX_PROGRAMS && bpf_prog_get_next_id(id, &id) == 0)
		ret->ids[ret->n++] = id;
}

static bool programs_have(const struct programs *programs, uint32_t id)
{
	for (uint32_t i = 0; i < programs->n; i++)
		if (programs->ids[i] == id)
			return true;
	return false;
}

static struct cost program_cost(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd >= 0)
		(void)bpf_obj_get_info_by_fd(fd, &info, &size); /* zeros: no runs */
	close(fd);
	return (struct cost){ info.run_time_ns, info.run_cnt };
}

/* Of the programs that were not there @before. */
static struct cost programs_cost(const struct programs *before)
{
	struct cost sum = { 0 };
	struct programs now;

	programs_list(&now);
	for (uint32_t i = 0; i < now.n; i++) {
		struct cost cost;

		if (programs_have(before, now.ids[i]))
			continue;
		cost = program_cost(now.ids[i]);
		sum.ns += cost.ns;
		sum.runs += cost.runs;
	}
	return sum;
}

static void load_all(struct tetra_session *session, const struct work *work,
		     unsigned int n)
{
	struct tetra_txn *txn = rig_txn(session);

	for (unsigned int i = 0; i < n; i++)
		if (rig_txn_load(txn, work->policy(i), 0) < 0)
			exit(EXIT_FAILURE);
	if (rig_commit(txn) < 0)
		exit(EXIT_FAILURE);
}

/* Nanoseconds of one run of the hook, in tenths. */
static uint64_t measure(const struct work *work, unsigned int n)
{
	struct tetra_session *session = rig_session(NULL);
	struct programs before;
	struct cost begin, end;

	programs_list(&before);
	load_all(session, work, n);
	work->run(WARM_UP);
	begin = programs_cost(&before);
	work->run(RUNS);
	end = programs_cost(&before);
	tetra_session_free(session);
	fact(end.runs - begin.runs >= RUNS, "%s, %u policies: %" PRIu64 " runs",
	     work->name, n, end.runs - begin.runs);
	return end.runs > begin.runs ? (end.ns - begin.ns) * 10 / (end.runs - begin.runs)
				     : 0;
}

static void compare(const struct work *work)
{
	uint64_t costs[N_SIZES];

	for (unsigned int i = 0; i < N_SIZES; i++) {
		costs[i] = measure(work, sizes[i]);
		printf("     %s, %u policies: %" PRIu64 ".%" PRIu64 " ns\n", work->name,
		       sizes[i], costs[i] / 10, costs[i] % 10);
	}
	for (unsigned int i = 1; i < N_SIZES; i++)
		fact(costs[0] && costs[i] * 10 < costs[0] * 11,
		     "%s: %u policies cost less than 10 %% more than one", work->name,
		     sizes[i]);
}

int main(void)
{
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (!fact(stats >= 0, "the kernel measures its programs"))
		return fact_close();
	rig_file(FOLDER, FILE_);
	for (unsigned int i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		compare(&works[i]);
	close(stats);
	return fact_close();
}
