/* SPDX-License-Identifier: Apache-2.0 */
/*
 * busy: followChildren and followForks while a privileged program is busy at its BPF maps.
 *
 * A preemptible kernel skips probes on a CPU while a task that was preempted inside bpf(2) waits
 * there. Here idle tasks do nothing else, on each CPU, so that whoever wakes up runs beside one.
 * Descendants of evil must not get at the vault, however they descend; everybody else must.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/follow.h"
#include "tests/vm/programs/rig.h"

#define EVIL	 LAB "/evil"
#define OTHER	 LAB "/other"
#define THIRD	 LAB "/third"
#define VAULT	 LAB "/vault"
#define VAULT2	 LAB "/vault2"
#define ROUNDS	 30u
#define MAX_STEP 16
#define MAX_CPUS 8
/* The kernel copies a value inside, so a large one is a long stay. */
#define VALUE_BYTES (128u << 10)
/* Between two rounds the idle tasks get to run. */
#define ROUND_US 20000

/* As a policy is written. */
/* clang-format off */
static const char policy_text[] =
	RIG_HEAD_OF("busy")
	"  kprobes:\n"
	"  - call: security_file_open\n"
	"    syscall: false\n"
	"    args: [{index: 0, type: file}]\n"
	"    selectors:\n"
	"    - matchBinaries: [{operator: In, values: ['" EVIL "'], followChildren: true}]\n"
	"      matchArgs: [{index: 0, operator: Equal, values: ['" VAULT "']}]\n"
	"      matchActions: [{action: Override, argError: -1}]\n"
	"    - matchPIDs: [{operator: In, values: [%d], followForks: true}]\n"
	"      matchArgs: [{index: 0, operator: Equal, values: ['" VAULT2 "']}]\n"
	"      matchActions: [{action: Override, argError: -1}]\n";
/* clang-format on */

static const struct way {
	const char *name;
	int answer;
	const char *steps[MAX_STEP];
} ways[] = {
	{ "another", 0, { OTHER, "tell", VAULT } },
	{ "another's child", 0, { OTHER, "fork", "tell", VAULT } },
	{ "another's child, of followForks", 0, { OTHER, "fork", "tell", VAULT2 } },
	{ "what another's child executed",
	  0,
	  { OTHER, "fork", "exec", THIRD, "tell", VAULT } },
	{ "what that executed",
	  0,
	  { OTHER, "fork", "exec", THIRD, "exec", OTHER, "fork", "tell", VAULT } },
	{ "another's in a user namespace",
	  0,
	  { OTHER, "fork", "apart", "fork", "exec", THIRD, "exec", OTHER, "tell",
	    VAULT } },
	{ "evil", EPERM, { EVIL, "tell", VAULT } },
	{ "its child", EPERM, { EVIL, "fork", "exec", OTHER, "tell", VAULT } },
	{ "what that executed",
	  EPERM,
	  { OTHER, "exec", EVIL, "exec", OTHER, "exec", THIRD, "fork", "tell", VAULT } },
};

static void busy_child(int cpu)
{
	const struct sched_param none = { 0 };
	char *value = calloc(1, VALUE_BYTES);
	uint32_t key = 0;
	cpu_set_t cpus;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "busy", sizeof(key), VALUE_BYTES, 2, NULL);
	if (!value || fd < 0 || sched_setaffinity(0, sizeof(cpus), &cpus) < 0 ||
	    sched_setscheduler(0, SCHED_IDLE, &none) < 0)
		_exit(EXIT_FAILURE);
	for (;;)
		if (bpf_map_update_elem(fd, &key, value, BPF_ANY) < 0)
			_exit(EXIT_FAILURE);
}

static int way_play(const struct way *way)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execv(way->steps[0], (char **)way->steps);
		_exit(EXIT_FAILURE);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ways_judge(struct tetra_session *session)
{
	unsigned int wrong[ARRAY_SIZE(ways)] = { 0 };

	for (unsigned int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
			tetra_session_poll(session, 0);
			usleep(ROUND_US);
			wrong[i] += way_play(&ways[i]) != ways[i].answer;
			rig_step("rounds", round, ROUNDS);
		}
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		fact_equal(wrong[i], 0, "of %u: %s, wrongly %s", ROUNDS, ways[i].name,
			   ways[i].answer ? "let in" : "refused");
}

int main(void)
{
	int n_cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	struct tetra_session *session = rig_session(NULL);
	pid_t busy[MAX_CPUS], nobody = fork();

	if (nobody == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(EXIT_SUCCESS);
	}
	rig_load(session, rig_policy(policy_text, nobody), 0);
	n_cpus = MIN(n_cpus, MAX_CPUS);
	for (int i = 0; i < n_cpus; i++) {
		busy[i] = fork();
		if (busy[i] == 0)
			busy_child(i);
	}
	usleep(ROUND_US);
	ways_judge(session);
	for (int i = 0; i < n_cpus; i++) {
		fact_equal(waitpid(busy[i], NULL, WNOHANG), 0, "busy to the end");
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	kill(nobody, SIGKILL);
	printf("runs skipped: %ld\n", (long)rig_stats(session).lost_recursion);
	tetra_session_free(session);
	return fact_close();
}
