/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window storm [SESSIONS] | full | crowd: process identity during the start, or with a full
 * table.
 *
 * storm: processes fork and exec continuously while sessions start repeatedly, and while they
 * replace its programs. Each session must know every process that it reports, announce each image
 * once, and deny the vaults to every worker that is judged while one of its policies is in force.
 *
 * full: a process table that is far too small. Every act must be judged as if it were not,
 * processes that do not fit are counted, and ended ones are forgotten.
 *
 * crowd: many processes exec a program at the same moment, on CPUs that are never idle. Each
 * image must be judged by its own name, not by that of the one before, which may more; be
 * announced, and leave no row.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tetra/tetra.h>

#include "lib/base/base.h"
#include "tests/vm/programs/rig.h"
#include "tests/vm/programs/window.h"

#define SESSIONS 3u
#define MAX_TOLD 65536u
/* What a session should see of the storm, and how long it waits for that at most. */
#define STORM_EVENTS  110u
#define STORM_REFUSED 2u
#define STORM_MS      60000
#define STORM_COMMITS 2u
#define FULL_ROWS     64u
#define FULL_CHAIN    6u
#define FULL_FORKS    40u
#define CROWD_MAX     600u
#define VAULTS	      2u
#define LOITERERS     2u
#define OFFSET_UNUSED 424300
/* Of a full table: vaults 3 and further, one for each way to select. */
#define FULL_VAULT    (LAB "/vault/full-%u")
#define FULL_PATH_MAX 64

static struct shared *shared;

/* What one session tells. Only one is there at a time. */
static struct heard {
	uint64_t events, unknown, orphans, again, doubles;
	pid_t told[MAX_TOLD]; /* processes whose second image was announced */
} heard;

static void heard_exec(const struct tetra_process *process)
{
	const char *arguments = tetra_process_get_arguments(process);
	pid_t pid = (pid_t)tetra_process_get_pid(process);

	if (!arguments ||
	    (strncmp(arguments, "later", strlen("later")) && strcmp(arguments, "act")))
		return;
	for (uint64_t i = 0; i < heard.again; i++)
		if (heard.told[i] == pid) {
			heard.doubles++;
			printf("twice: %u\n", pid);
		}
	if (heard.again < MAX_TOLD)
		heard.told[heard.again++] = pid;
}

static void heard_print(const char *what, const struct tetra_event *event)
{
	char text[4096];

	(void)tetra_event_to_json(event, text, sizeof(text)); /* cut, it still says who */
	printf("%s: %s\n", what, text);
}

static int on_event(void *user, const struct tetra_event *event)
{
	const struct tetra_process *process = tetra_event_get_process(event);

	(void)user;
	if (!process)
		return 0;
	heard.events++;
	if (!tetra_process_is_known(process)) {
		heard.unknown++;
		if (heard.unknown < 4)
			printf("unknown: kind %u pid %u flags %u\n",
			       tetra_event_get_kind(event),
			       tetra_process_get_pid(process),
			       tetra_event_get_flags(event));
		return 0;
	}
	if (tetra_process_get_pid(process) && !tetra_event_get_parent(event) &&
	    heard.orphans++ < 4)
		heard_print("no parent", event);
	if (tetra_event_get_kind(event) == TETRA_EVENT_EXEC)
		heard_exec(process);
	return 0;
}

/* As a policy is written. */
/* clang-format off */
#define SELECTORS                                                                        \
	"    selectors:\n"                                                               \
	"    - matchBinaries: [{operator: In, values: ['" EVIL "']}]\n"                  \
	"      matchArgs: [{index: 0, operator: Equal, values: ['" VAULT "']}]\n"        \
	"      matchActions: [{action: Override, argError: -1}]\n"                       \
	"    - matchBinaries: [{operator: NotIn, values: ['" GOOD "']}]\n"               \
	"      matchArgs: [{index: 0, operator: Equal, values: ['" VAULT "2']}]\n"       \
	"      matchActions: [{action: Override, argError: -1}]\n"
#define FILE_ARG "    args: [{index: 0, type: file}]\n"
static const char policy_text[] = RIG_HEAD_OF("window") RIG_OPEN FILE_ARG SELECTORS;

#define POLICY_LSM RIG_HEAD_OF("window") "  lsmhooks:\n  - hook: file_open\n" FILE_ARG SELECTORS

/* Of the same meaning, but each is on another hook than the one before, or on more. */
static const char *const policy_turns[] = {
	POLICY_LSM,
	RIG_HEAD_OF("window") RIG_OPEN
	"    return: true\n"
	"    returnArg: {index: 0, type: int}\n" FILE_ARG SELECTORS
	"    - matchArgs: [{index: 0, operator: Postfix, values: [/nowhere]}]\n"
	"  - call: sys_lseek\n"
	"    syscall: true\n"
	"    args: [{index: 1, type: int64}]\n"
	"    selectors:\n"
	RIG_OFFSET("Equal"),
	POLICY_LSM,
};
/* clang-format on */

static struct tetra_session *window_session(uint32_t max_processes)
{
	struct tetra_session_opts opts = {
		.size = sizeof(opts),
		.ring_bytes = 1u << 24,
		.max_processes = max_processes,
	};
	struct tetra_session *session = rig_session(&opts);

	memset(&heard, 0, sizeof(heard));
	if (tetra_subscribe(session, NULL, on_event, NULL, NULL) < 0)
		exit(EXIT_FAILURE);
	rig_load(session, rig_policy("%s", policy_text), 0);
	return session;
}

static void poll_for(struct tetra_session *session, int64_t ms)
{
	for (int64_t end = rig_now_ms() + ms; rig_now_ms() < end;)
		tetra_session_poll(session, 50);
}

/* The storm has only what the machine leaves it: until it has happened, not for so long. */
static void poll_storm(struct tetra_session *session)
{
	uint64_t refused = shared->workers.refused;
	int64_t end = rig_now_ms() + STORM_MS;

	poll_for(session, 600);
	while ((heard.events < STORM_EVENTS ||
		shared->workers.refused < refused + STORM_REFUSED) &&
	       rig_now_ms() < end)
		tetra_session_poll(session, 50);
}

/* The highest number that a program has: programs that are loaded get higher ones. */
static uint32_t last_program(void)
{
	uint32_t id = 0;

	while (bpf_prog_get_next_id(id, &id) == 0)
		;
	return id;
}

static void turn_commit(struct tetra_session *session, const char *text)
{
	rig_load(session, rig_policy(text, OFFSET_UNUSED), TETRA_LOAD_REPLACE);
	poll_for(session, 50);
}

/* The policy is replaced: in the last session by others, and each time programs are, too. */
static void session_commits(struct tetra_session *session, bool is_last)
{
	if (!is_last) {
		for (unsigned int i = 0; i < STORM_COMMITS; i++)
			turn_commit(session, policy_text);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(policy_turns); i++) {
		uint32_t before = last_program();
		int64_t begin = rig_now_ms();

		turn_commit(session, policy_turns[i]);
		fact(last_program() > before, "commit %zu has other programs, %d ms", i,
		     (int)(rig_now_ms() - begin));
	}
}

static void session_round(uint64_t *events, uint64_t *bad, bool is_last)
{
	struct tetra_session *session = window_session(0);
	struct tetra_session_stats stats;

	__atomic_add_fetch(&shared->session, 1, __ATOMIC_SEQ_CST);
	poll_storm(session);
	session_commits(session, is_last);
	__atomic_add_fetch(&shared->session, 1, __ATOMIC_SEQ_CST);
	poll_for(session, 50);
	stats = rig_stats(session);
	if (stats.lost_ring || stats.lost_process || stats.lost_scratch)
		printf("lost: ring %" PRIu64 ", process %" PRIu64 ", scratch %" PRIu64
		       "\n",
		       stats.lost_ring, stats.lost_process, stats.lost_scratch);
	rig_end(session);
	*events += heard.events;
	bad[0] += heard.unknown;
	bad[1] += heard.doubles;
	bad[2] += heard.orphans;
}

static int storm(unsigned int sessions)
{
	uint64_t events = 0, bad[3] = { 0 };
	pid_t pid = fork();

	if (pid == 0) {
		execl(EVIL, EVIL, "storm", (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	usleep(300000);
	for (unsigned int i = 0; i < sessions; i++)
		session_round(&events, bad, i + 1 == sessions);
	__atomic_store_n(&shared->over, 1, __ATOMIC_SEQ_CST);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	fact(events > sessions * 100, "%u sessions, %" PRIu64 " events", sessions,
	     events);
	fact_told(events - bad[0], events, "events of processes that are known");
	fact_equal((int64_t)bad[1], 0, "images announced twice");
	fact_told(events - bad[2], events, "events with a parent");
	fact(shared->workers.refused > sessions, "%" PRIu64 " workers refused",
	     shared->workers.refused);
	fact_equal((int64_t)shared->workers.opened, 0, "workers that opened the vault");
	fact_equal((int64_t)shared->workers.other, 0, "workers that met another error");
	return fact_close();
}

static int run(const char *mode, const char *program, unsigned int length,
	       const char *path)
{
	pid_t pid = fork();
	char text[16];
	int status;

	snprintf(text, sizeof(text), "%u", length);
	if (pid == 0) {
		execl(program, program, mode, text, path, (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int chain_run(const char *program, unsigned int length, const char *path)
{
	return run("chain", program, length, path);
}

/* Sleepers, all at one time. */
static void sleepers(pid_t *pids, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			pause();
			_exit(EXIT_SUCCESS);
		}
	}
}

static void sleepers_end(const pid_t *pids, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

static void full_counts(struct tetra_session *session)
{
	struct tetra_session_stats before = rig_stats(session), after;
	pid_t pids[FULL_FORKS];

	sleepers(pids, FULL_FORKS);
	poll_for(session, 300);
	after = rig_stats(session);
	fact(after.lost_process - before.lost_process >= FULL_FORKS - 8 &&
		     after.lost_process - before.lost_process <= FULL_FORKS + 8,
	     "%u forks without room: %" PRIu64 " counted", FULL_FORKS,
	     after.lost_process - before.lost_process);
	sleepers_end(pids, FULL_FORKS);
	poll_for(session, 1500);
	/* The dead are let go with the next event. */
	(void)chain_run(GOOD, 0, VAULT);
	poll_for(session, 1500);
	(void)chain_run(GOOD, 0, VAULT);
	poll_for(session, 300);
	after = rig_stats(session);
	fact(after.processes <= before.processes + 8,
	     "processes known to the session: %" PRIu64 ", before %" PRIu64,
	     after.processes, before.processes);
}

/* Ways to select by what the process is, and what becomes of a process that runs good. Evil is
 * always stopped. */
static const struct full_way {
	const char *selector;
	/* Unknown: of a process without a row it is not known whether it descends from others. */
	enum { GOOD_PASSES, GOOD_CHILD_STOPPED, GOOD_UNKNOWN } good;
} full_ways[] = {
	{ "matchBinaries: [{operator: Prefix, values: ['" LAB "/ev']}]", GOOD_PASSES },
	{ "matchBinaries: [{operator: NotPrefix, values: ['" LAB "/go']}]", GOOD_PASSES },
	{ "matchBinaries: [{operator: Postfix, values: [/evil]}]", GOOD_PASSES },
	{ "matchBinaries: [{operator: NotPostfix, values: [/good]}]", GOOD_PASSES },
	{ "matchBinaries: [{operator: In, followChildren: true, values: ['" EVIL "']}]",
	  GOOD_CHILD_STOPPED },
	{ "matchBinaries: [{operator: NotIn, followChildren: true, values: ['" GOOD
	  "']}]",
	  GOOD_UNKNOWN },
	{ "matchPIDs: [{operator: In, followForks: true, values: [%1$d]}]",
	  GOOD_CHILD_STOPPED },
	{ "matchPIDs: [{operator: NotIn, followForks: true, values: [%2$d]}]",
	  GOOD_CHILD_STOPPED },
};

static const char *full_vault(char *to, size_t way)
{
	snprintf(to, FULL_PATH_MAX, FULL_VAULT, (unsigned int)way);
	return to;
}

/* As many selectors as a hook can have. @filler is a process that none of the judged ones
 * descends from. */
#define FULL_SELECTORS 5u

static void full_load(struct tetra_session *session, size_t from, pid_t filler)
{
	char text[8192], path[FULL_PATH_MAX];
	size_t n = (size_t)snprintf(text, sizeof(text),
				    RIG_HEAD RIG_OPEN FILE_ARG "    selectors:\n",
				    from ? "full-more" : "full");

	for (size_t i = from; i < MIN(from + FULL_SELECTORS, ARRAY_SIZE(full_ways));
	     i++) {
		char selector[256];

		rig_file(LAB "/vault", full_vault(path, i));
		snprintf(selector, sizeof(selector), full_ways[i].selector, getpid(),
			 filler);
		n += (size_t)snprintf(
			text + n, sizeof(text) - n,
			"    - %s\n"
			"      matchArgs: [{index: 0, operator: Equal, values: ['%s']}]\n"
			"      matchActions: [{action: Override, argError: -1}]\n",
			selector, path);
	}
	rig_load(session, rig_policy("%s", text), 0);
}

static void full_check(struct tetra_session *session, size_t way, unsigned int forks)
{
	const char *what = full_ways[way].selector;
	char path[FULL_PATH_MAX];

	full_vault(path, way);
	fact_equal(chain_run(EVIL, forks, path), EPERM, "%s, %u forks", what, forks);
	if (full_ways[way].good == GOOD_PASSES)
		fact_equal(chain_run(GOOD, forks, path), 0, "%s, the other, %u forks",
			   what, forks);
	if (full_ways[way].good == GOOD_CHILD_STOPPED)
		fact_equal(run("child", EVIL, forks, path), EPERM,
			   "%s, the other as a child, %u forks", what, forks);
	poll_for(session, 20);
}

static int full(void)
{
	static const unsigned int lengths[] = { 0, 1, FULL_CHAIN };
	pid_t fillers[FULL_ROWS];
	struct tetra_session *session;

	sleepers(fillers, FULL_ROWS);
	session = window_session(FULL_ROWS);
	poll_for(session, 200);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		unsigned int n = lengths[i];

		fact_equal(chain_run(EVIL, n, VAULT), EPERM, "In, %u forks", n);
		fact_equal(chain_run(EVIL, n, VAULT "2"), EPERM, "NotIn, %u forks", n);
		fact_equal(chain_run(GOOD, n, VAULT), 0, "In, another program, %u forks",
			   n);
		fact_equal(chain_run(GOOD, n, VAULT "2"), 0,
			   "NotIn, the listed one, %u forks", n);
		poll_for(session, 50);
	}
	/* There a process can make any file its executable, and nothing knows its first one. */
	fact_equal(run("apart", GOOD, 1, VAULT), EPERM, "In, in a user namespace");
	fact_equal(run("apart", GOOD, 1, VAULT "2"), EPERM, "NotIn, in a user namespace");
	full_load(session, 0, fillers[0]);
	full_load(session, FULL_SELECTORS, fillers[0]);
	for (size_t i = 0; i < ARRAY_SIZE(full_ways); i++) {
		full_check(session, i, 0);
		full_check(session, i, FULL_CHAIN);
	}
	full_counts(session);
	rig_end(session);
	sleepers_end(fillers, FULL_ROWS);
	return fact_close();
}

/* Asleep until nobody holds the other end of the pipe. */
static void crowd_member(const int pipe_fds[2])
{
	if (dup2(pipe_fds[0], STDIN_FILENO) < 0)
		_exit(EXIT_FAILURE);
	execl(GOOD, GOOD, "become", (char *)NULL);
	_exit(EXIT_FAILURE);
}

static void crowd_round(struct tetra_session *session, unsigned int n)
{
	static pid_t pids[CROWD_MAX];
	int64_t end = rig_now_ms() + STORM_MS;
	unsigned int left = n;
	int fds[2];

	__atomic_store_n(&shared->ready, 0, __ATOMIC_SEQ_CST);
	if (pipe2(fds, O_CLOEXEC) < 0)
		exit(EXIT_FAILURE);
	for (unsigned int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			crowd_member(fds);
	}
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < n &&
	       rig_now_ms() < end)
		tetra_session_poll(session, 50);
	close(fds[1]);
	close(fds[0]);
	for (unsigned int i = 0; i < n; i++) {
		tetra_session_poll(session, 0);
		left -= waitpid(pids[i], NULL, 0) == pids[i];
	}
	poll_for(session, 300);
	fact_equal(left, 0, "members of a crowd of %u that are left", n);
}

/* Rows of the kernel's process map. */
static long rows_count(void)
{
	FILE *pipe = popen("bpftool map dump name tetra_procs | grep -c '\"key\"\\|^key'",
			   "r");
	long n = -1;

	if (!pipe || fscanf(pipe, "%ld", &n) != 1)
		n = -1;
	if (pipe)
		pclose(pipe);
	return n;
}

/* Runs of the programs that announce images which the kernel skipped: an exec at a moment when
 * somebody on that processor was preempted inside of bpf(2). The ledger has them in its sum. */
static uint64_t skipped_announcements(void)
{
	uint64_t skipped = 0;
	uint32_t id = 0;

	while (bpf_prog_get_next_id(id, &id) == 0) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
		    (!strcmp(info.name, "tetra_exec") ||
		     !strcmp(info.name, "tetra_probe_exe")))
			skipped += info.recursion_misses;
		close(fd);
	}
	return skipped;
}

static int crowd(void)
{
	static const unsigned int crowds[] = { 200, CROWD_MAX };
	struct tetra_session *session = window_session(0);
	pid_t loiterers[LOITERERS];
	uint64_t skipped, all = 0;
	long before;

	poll_for(session, 500);
	before = rows_count();
	__atomic_add_fetch(&shared->session, 1, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < LOITERERS; i++) {
		loiterers[i] = fork();
		if (loiterers[i] == 0) {
			execl(GOOD, GOOD, "loiter", (char *)NULL);
			_exit(EXIT_FAILURE);
		}
	}
	for (size_t i = 0; i < sizeof(crowds) / sizeof(*crowds); i++) {
		crowd_round(session, crowds[i]);
		all += crowds[i];
	}
	sleepers_end(loiterers, LOITERERS);
	poll_for(session, 2000);
	/* A program that finds no memory to start with meets another error. */
	fact(shared->workers.refused > all * VAULTS * 9 / 10,
	     "%" PRIu64 " of %" PRIu64 " refused", shared->workers.refused, all * VAULTS);
	fact_equal((int64_t)shared->workers.opened, 0, "opened the vault");
	skipped = skipped_announcements();
	fact(heard.again <= all && heard.again + skipped >= all,
	     "%" PRIu64 " of %" PRIu64 " images announced, %" PRIu64
	     " skipped and counted",
	     heard.again, all, skipped);
	fact(rig_stats(session).lost_recursion >= skipped,
	     "the ledger has them: %" PRIu64, rig_stats(session).lost_recursion);
	fact_told(heard.events - heard.unknown, heard.events,
		  "events of processes that are known");
	fact(before > 0 && rows_count() <= before + 8, "rows: %ld, before %ld",
	     rows_count(), before);
	rig_end(session);
	return fact_close();
}

static void shared_map(void)
{
	int fd = open(LAB "/shared", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(*shared)) < 0)
		exit(EXIT_FAILURE);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		exit(EXIT_FAILURE);
	close(fd);
}

/* The worker lies beside this program. */
static void lab_make(void)
{
	static const char copy[] =
		"cp $(dirname $(readlink /proc/$PPID/exe))/window-worker " EVIL
		" && cp " EVIL " " GOOD;

	rig_file(LAB "/vault", VAULT);
	rig_file(LAB "/vault", VAULT "2");
	if (system(copy) != 0)
		exit(EXIT_FAILURE);
	shared_map();
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	lab_make();
	if (!strcmp(mode, "full"))
		return full();
	if (!strcmp(mode, "crowd"))
		return crowd();
	if (!strcmp(mode, "storm"))
		return storm(argc > 2 ? (unsigned int)atoi(argv[2]) : SESSIONS);
	return EXIT_FAILURE;
}
