/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vm/programs/rig.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static unsigned int n_facts, n_wrong;

static bool fact_print(bool holds, const char *format, va_list args)
{
	n_facts++;
	n_wrong += !holds;
	fputs(holds ? "ok   " : "FAIL ", stdout);
	vprintf(format, args);
	return holds;
}

bool fact(bool holds, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fact_print(holds, format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	return holds;
}

/* @event and @times: in the words of tests/vm/skips.py, or empty. */
static bool fact_number(int64_t got, int64_t wanted, const char *event, const char *times,
			const char *format, va_list args)
{
	bool holds = got == wanted;
	char text[512];

	snprintf(text, sizeof(text), "%s%s", got < wanted ? event : "", format);
	fact_print(holds, text, args);
	if (holds)
		printf(" (%" PRId64 ")\n", got);
	else
		printf(": %" PRId64 "%s instead of %" PRId64 "\n", got, times, wanted);
	fflush(stdout);
	return holds;
}

bool fact_equal(int64_t got, int64_t wanted, const char *format, ...)
{
	va_list args;
	bool holds;

	va_start(args, format);
	holds = fact_number(got, wanted, "", "", format, args);
	va_end(args);
	return holds;
}

bool fact_told(int64_t got, int64_t wanted, const char *format, ...)
{
	va_list args;
	bool holds;

	va_start(args, format);
	holds = fact_number(got, wanted, "event ", " times", format, args);
	va_end(args);
	return holds;
}

int fact_close(void)
{
	printf("%u facts, %u wrong\n", n_facts, n_wrong);
	fflush(stdout);
	return n_wrong || !n_facts ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void diag_print(struct tetra_diag *diag)
{
	char line[4096];

	for (unsigned int i = 0; tetra_diag_render(diag, i, line, sizeof(line)) >= 0; i++)
		fputs(line, stderr);
}

static struct tetra_diag *rig_diag(void)
{
	struct tetra_diag *diag;

	if (tetra_diag_new(&diag) < 0)
		exit(EXIT_FAILURE);
	return diag;
}

/* Prints the findings of a failure and drops them. Return: @r. */
static int diag_close(struct tetra_diag *diag, int r)
{
	if (r < 0)
		diag_print(diag);
	tetra_diag_free(diag);
	return r;
}

static void must(int r, const char *what)
{
	if (r >= 0)
		return;
	fact(false, "%s: %s", what, strerror(-r));
	exit(EXIT_FAILURE);
}

struct tetra_session *rig_session(const struct tetra_session_opts *opts)
{
	struct tetra_session *session = NULL;
	struct tetra_diag *diag = rig_diag();

	must(diag_close(diag, tetra_session_new(&session, opts, diag)), "open a session");
	return session;
}

void rig_end(struct tetra_session *session)
{
	fprintf(stderr, "lost: runs skipped %" PRIu64 "\n",
		rig_stats(session).lost_recursion);
	tetra_session_free(session);
}

struct tetra_policy *rig_policy(const char *format, ...)
{
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = rig_diag();
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	must(n < 0 ? -ENOMEM : 0, "write a policy");
	must(diag_close(diag, tetra_policy_parse(&policy, text, n, NULL, diag)),
	     "parse a policy");
	free(text);
	return policy;
}

struct tetra_txn *rig_txn(struct tetra_session *session)
{
	struct tetra_txn *txn = NULL;

	must(tetra_txn_begin(session, &txn), "begin a transaction");
	return txn;
}

int rig_txn_load(struct tetra_txn *txn, struct tetra_policy *policy, uint32_t flags)
{
	struct tetra_load_opts opts = { .size = sizeof(opts), .flags = flags };
	struct tetra_diag *diag = rig_diag();
	int r = diag_close(diag, tetra_txn_load(txn, policy, &opts, diag));

	tetra_policy_unref(policy);
	return r;
}

int rig_commit(struct tetra_txn *txn)
{
	struct tetra_diag *diag = rig_diag();

	return diag_close(diag, tetra_txn_commit(txn, diag));
}

void rig_load(struct tetra_session *session, struct tetra_policy *policy, uint32_t flags)
{
	struct tetra_txn *txn = rig_txn(session);

	must(rig_txn_load(txn, policy, flags), "load a policy");
	must(rig_commit(txn), "commit");
}

pid_t rig_child(void (*run)(void))
{
	pid_t pid = fork();

	must(pid < 0 ? -errno : 0, "start a process");
	if (pid == 0)
		run();
	return pid;
}

void rig_open(struct rig_tally *tally, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		tally->opened++;
		close(fd);
	} else if (errno == EPERM) {
		tally->denied++;
	} else {
		tally->other++;
	}
}

void *rig_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(memory == MAP_FAILED ? -errno : 0, "share memory");
	return memory;
}

void rig_file(const char *folder, const char *path)
{
	int fd;

	must(mkdir(folder, 0755) < 0 && errno != EEXIST ? -errno : 0, folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	must(fd < 0 ? -errno : 0, path);
	close(fd);
}

struct tetra_counts rig_counts(struct tetra_session *session, const char *policy)
{
	struct tetra_counts counts = { .size = sizeof(counts) };

	must(tetra_stats_policy(session, policy, TETRA_ALL, TETRA_ALL, &counts),
	     "read a policy's statistics");
	return counts;
}

struct tetra_session_stats rig_stats(struct tetra_session *session)
{
	struct tetra_session_stats stats = { .size = sizeof(stats) };

	must(tetra_stats_session(session, &stats), "read the session's statistics");
	return stats;
}

int64_t rig_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

int rig_open_errno(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

void rig_step(const char *what, unsigned int done, unsigned int all)
{
	static int64_t said;
	int64_t now = rig_now_ms();

	if (now < said + 1000)
		return;
	said = now;
	printf("     %s %u of %u\n", what, done, all);
	fflush(stdout);
}
