/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd ACT...: no process gets past a rule because others are busy in its program.
 *
 * For each act, a policy that forbids it is loaded. Then N processes start at the same moment
 * and make harmless calls to the same hook and the forbidden one, while another one keeps a
 * CPU busy: so tasks are preempted inside the program. After that two idlers of another user
 * and of the idle class make harmless calls, and a third process acts. A process that is alive
 * after the forbidden call and got what it asked for has passed: none may. "refused-ACT" is an
 * act whose policy must be rejected here, "best-ACT" one whose policy asks for best effort: there,
 * each process that was killed because the denial was skipped is in the ledger.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define HARMLESS_CALLS	10
#define HOGS		1
#define LOITERERS	2
#define LOITER_ATTEMPTS 25
#define OTHER_USER	1000
/* Of the attacker, between two attempts: loiterers must get to run. */
#define LOITER_US 3000

#define SECRET "/tmp/lab/secret"
#define OPEN   "/tmp/lab/open"
/* An offset, and a length, that nothing else uses. */
#define OFFSET	 4294967295 /* as an int, an error number */
#define LENGTH	 0x7777000
#define TEXT_(x) #x
#define TEXT(x)	 TEXT_(x)

#define PASSED 42 /* exit status */

struct shared {
	int go, ready;
	long tried, passed, refused, harmless, harmless_refused;
} * shared;

static int file;   /* each process has one of its own */
static long ended; /* processes that were killed at the forbidden call, so far */

/* --- the acts --- */

/* True if it was done. */
static bool seek_to(off_t offset)
{
	return lseek(file, offset, SEEK_SET) == offset;
}

static bool seek_forbidden(void)
{
	return seek_to(OFFSET);
}

static bool seek_harmless(void)
{
	return seek_to(0);
}

static bool open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool open_forbidden(void)
{
	return open_path(SECRET "/file");
}

static bool open_harmless(void)
{
	return open_path(OPEN "/file");
}

static bool map_length(size_t length)
{
	void *map = mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map != MAP_FAILED)
		munmap(map, length);
	return map != MAP_FAILED;
}

static bool map_forbidden(void)
{
	return map_length(LENGTH);
}

static bool map_harmless(void)
{
	return map_length(4096);
}

/* As a policy is written. */
/* clang-format off */
#define HEAD							\
	RIG_HEAD_OF("crowd")						\
	"  options: [{name: enforcement, value: %s}]\n"
#define KPROBE(call, syscall, args, index, op, value, action)	\
	HEAD "  kprobes:\n"					\
	"  - {call: " call ", syscall: " syscall ", args: [" args "], " \
	SELECTORS(index, op, value, action) "}\n"
#define SELECTORS(index, op, value, action)			\
	"selectors: [{matchArgs: [{index: " index ", operator: " op \
	", values: ['" value "']}], matchActions: [{" action "}]}]"
#define SELECTORS_BINARY(name)					\
	"selectors: [{matchBinaries: [{operator: In, values: ['" name "']}]}]"
#define KILL "action: Sigkill"
#define OVERRIDE "action: Override, argError: -1"
#define FILE_ "{index: 0, type: file}"
#define OFFSET_ "{index: 1, type: int64}"

static const struct act {
	const char *name, *policy;
	bool (*forbidden)(void), (*harmless)(void);
} acts[] = {
	{ "llseek-kill", KPROBE("vfs_llseek", "false", OFFSET_, "1", "Equal", TEXT(OFFSET), KILL),
	  seek_forbidden, seek_harmless },
	{ "sys-lseek-kill", KPROBE("sys_lseek", "true", OFFSET_, "1", "Equal", TEXT(OFFSET), KILL),
	  seek_forbidden, seek_harmless },
	{ "sys-lseek-override",
	  KPROBE("sys_lseek", "true", OFFSET_, "1", "Equal", TEXT(OFFSET), OVERRIDE),
	  seek_forbidden, seek_harmless },
	/* Beside a program of the other kind that is on the way to it, and may be preempted. */
	{ "traced-kill",
	  KPROBE("sys_lseek", "true", OFFSET_, "1", "Equal", TEXT(OFFSET), KILL)
	  "  tracepoints:\n  - {subsystem: syscalls, event: sys_enter_lseek, args: "
	  "[{index: 6, type: int64}], "
	  SELECTORS("6", "Equal", "77777", "action: Post") "}\n"
	  "  - {subsystem: raw_syscalls, event: sys_enter, raw: true, "
	  SELECTORS_BINARY("/tmp/nobody") "}\n",
	  seek_forbidden, seek_harmless },
	{ "mmap-kill",
	  KPROBE("do_mmap", "false", "{index: 2, type: uint64}", "2", "Equal", "125267968", KILL),
	  map_forbidden, map_harmless },
	{ "open-kill",
	  KPROBE("security_file_open", "false", FILE_, "0", "Prefix", SECRET "/", KILL),
	  open_forbidden, open_harmless },
	{ "open-signal",
	  KPROBE("security_file_open", "false", FILE_, "0", "Prefix", SECRET "/",
		 "action: Signal, argSig: 9"),
	  open_forbidden, open_harmless },
	{ "open-override",
	  KPROBE("security_file_open", "false", FILE_, "0", "Prefix", SECRET "/", OVERRIDE),
	  open_forbidden, open_harmless },
	{ "lsm-override",
	  HEAD "  lsmhooks:\n  - {hook: file_open, args: [" FILE_ "], "
	  SELECTORS("0", "Prefix", SECRET "/", OVERRIDE) "}\n",
	  open_forbidden, open_harmless },
	{ "tracepoint-kill",
	  HEAD "  tracepoints:\n  - {subsystem: syscalls, event: sys_enter_lseek, args: "
	  "[{index: 6, type: int64}], " SELECTORS("6", "Equal", TEXT(OFFSET), KILL) "}\n",
	  seek_forbidden, seek_harmless },
};
/* clang-format on */

/* --- a crowd --- */

/*
 * On the root, which is an overlay: its files seek by way of vfs_llseek(). One for each, or a
 * lock would let in one at a time.
 */
static void file_make(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/var/tmp/crowd-%d", getpid());
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	unlink(path);
}

static void child_begin(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	file_make();
}

static void count(long *number)
{
	__atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

/* Alive after the call: a kill would have come on its way out. */
static void attempt(const struct act *act)
{
	count(&shared->tried);
	if (!act->forbidden()) {
		count(&shared->refused);
		_exit(0);
	}
	count(&shared->passed);
	_exit(PASSED);
}

static void crowd_child(const struct act *act)
{
	child_begin();
	__atomic_fetch_add(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->go, FUTEX_WAIT, 0, NULL, NULL, 0);
	for (int i = 0; i < HARMLESS_CALLS; i++)
		count(act->harmless() ? &shared->harmless : &shared->harmless_refused);
	attempt(act);
}

static pid_t hog_start(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (volatile unsigned long i = 0;; i++)
		;
}

static void crowd_play(const struct act *act, int n)
{
	pid_t hogs[HOGS];
	int made = 0;

	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < HOGS; i++)
		hogs[i] = hog_start();
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (!pid)
			crowd_child(act);
		made += pid > 0;
	}
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < made)
		usleep(2000);
	__atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->go, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
	for (int i = 0; i < made; i++)
		(void)waitpid(-1, NULL, 0); /* a hog only ends when it is killed */
	for (int i = 0; i < HOGS; i++) {
		kill(hogs[i], SIGKILL);
		waitpid(hogs[i], NULL, 0);
	}
	fact(made == n && shared->tried + shared->harmless + shared->harmless_refused > 0,
	     "%s: a crowd of %d gathers", act->name, n);
}

static void crowd_judge(const struct act *act, int n)
{
	crowd_play(act, n);
	fact_equal(shared->passed, 0, "%s: of %d at one moment (%ld refused) pass",
		   act->name, n, shared->refused);
	fact_equal(shared->harmless_refused, 0, "%s: of %ld harmless calls refused",
		   act->name, shared->harmless + shared->harmless_refused);
	ended += shared->tried - shared->refused - shared->passed;
}

/* --- loiterers --- */

static pid_t loiterer_start(const struct act *act)
{
	const struct sched_param none = { 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	child_begin();
	(void)sched_setscheduler(0, SCHED_IDLE, &none); /* idle is worse, not needed */
	for (;;)
		act->harmless();
}

static void attempts_make(const struct act *act)
{
	for (int i = 0; i < LOITER_ATTEMPTS; i++) {
		pid_t pid;

		usleep(LOITER_US + (unsigned int)i % 7 * 700);
		pid = fork();
		if (!pid) {
			child_begin();
			attempt(act);
		}
		waitpid(pid, NULL, 0);
	}
}

/* All on the first processor, as another user. */
static void loiter_child(const struct act *act)
{
	pid_t loiterers[LOITERERS];
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (setgid(OTHER_USER) || setuid(OTHER_USER) ||
	    sched_setaffinity(0, sizeof(first), &first))
		_exit(1);
	for (int i = 0; i < LOITERERS; i++)
		loiterers[i] = loiterer_start(act);
	attempts_make(act);
	for (int i = 0; i < LOITERERS; i++) {
		kill(loiterers[i], SIGKILL);
		waitpid(loiterers[i], NULL, 0);
	}
	_exit(0);
}

static void loiter_judge(const struct act *act)
{
	pid_t pid;
	int status = -1;

	memset(shared, 0, sizeof(*shared));
	pid = fork();
	if (!pid)
		loiter_child(act);
	waitpid(pid, &status, 0);
	fact(status == 0 && shared->tried == LOITER_ATTEMPTS,
	     "%s: %d attempts beside %d loiterers", act->name, LOITER_ATTEMPTS,
	     LOITERERS);
	fact_equal(shared->passed, 0, "%s: of them pass", act->name);
	ended += shared->tried - shared->refused - shared->passed;
}

/* --- all of it --- */

static void attach_print(struct tetra_session *session)
{
	struct tetra_hook_status status = { .size = sizeof(status) };

	if (tetra_policy_get_hook_status(session, "crowd", 0, &status) == 0)
		printf("%s: %s\n", status.attach, status.reason);
}

/* What the kernel skipped is in the ledger, and so is what a return probe had to make up for. */
static void ledger_judge(struct tetra_session *session, const struct act *act,
			 bool catches)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	struct tetra_session_stats stats = rig_stats(session);

	(void)tetra_policy_get_hook_status(session, "crowd", 0, &status);
	fact(stats.lost_recursion >= status.recursion_misses,
	     "%s: runs skipped %ld, here %ld", act->name, (long)stats.lost_recursion,
	     (long)status.recursion_misses);
	fact_equal(stats.lost_passed, catches ? ended : 0,
		   "%s: got past a denial and were killed", act->name);
}

/* Loads the policy; true if there is something to try. */
static bool act_load(struct tetra_session *session, const struct act *act,
		     const char *how, bool refused)
{
	struct tetra_policy *policy = rig_policy(act->policy, how);
	int r = tetra_policy_load(session, policy, NULL, NULL);

	tetra_policy_unref(policy);
	if (refused) {
		fact(r == -EOPNOTSUPP, "%s: refused (%d)", act->name, r);
		return false;
	}
	return fact(r == 0, "%s: loaded (%d)", act->name, r);
}

static void act_play(const struct act *act, const char *how, bool refused)
{
	struct tetra_session *session = rig_session(NULL);

	ended = 0;
	if (act_load(session, act, how, refused)) {
		attach_print(session);
		crowd_judge(act, 200);
		crowd_judge(act, 600);
		loiter_judge(act);
		ledger_judge(session, act, strcmp(how, "best-effort") == 0);
		fflush(stdout);
	}
	tetra_session_free(session);
}

static const char *without(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 ? name + len : name;
}

static void named_play(const char *name)
{
	const char *best = without(name, "best-"), *refused = without(name, "refused-");
	const char *plain = best != name ? best : refused;

	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		if (strcmp(acts[i].name, plain) == 0) {
			act_play(&acts[i], best != name ? "best-effort" : "strict",
				 refused != name);
			return;
		}
	fact(false, "there is an act '%s'", plain);
}

int main(int argc, char **argv)
{
	shared = rig_share(sizeof(*shared));
	rig_file(SECRET, SECRET "/file");
	rig_file(OPEN, OPEN "/file");
	setpriority(PRIO_PROCESS, 0, -5);
	for (int i = 1; i < argc; i++)
		named_play(argv[i]);
	return fact_close();
}
