/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counted: counters of probes, which the kernel counts up in a process while a probe is there: what
 * it does with them, and that what it refuses or would never count is refused with that reason, by
 * loads and by what foretells them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tetra/fit.h>

#include "tests/vm/programs/rig.h"

/* A copy of this program, which is probed. */
#define COPY "/tmp/lab/counted-copy"
/* PERF_UPROBE_REF_CTR_OFFSET_SHIFT */
#define COUNTER_SHIFT 32

/* As a policy is written. */
/* clang-format off */
#define HOOK(place, counter)						\
	"  - {path: " COPY ", " place ", refCtrOffsets: [" counter "]}\n"
#define BARE(place)							\
	"  - {path: " COPY ", " place "}\n"
/* clang-format on */

/* As linkers place what <sys/sdt.h> declares. */
static volatile uint16_t counters[2] __attribute__((section(".probes"), used)) = { 0, 0 };
static const char constant[] = "cannot be counted up";

__attribute__((noinline, used)) static void counted_place(void)
{
	asm volatile("nop" ::: "memory");
}

/* In the file: where @at is mapped from. */
static uint64_t offset_of(const volatile void *at)
{
	uint64_t from, to, offset, wanted = (uintptr_t)at, ret = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &from, &to,
			   &offset) == 3 &&
		    wanted >= from && wanted < to)
			ret = wanted - from + offset;
	if (maps)
		fclose(maps);
	return ret;
}

static int text_to_int(const char *path)
{
	FILE *file = fopen(path, "re");
	int number = -1;

	if (file && fscanf(file, "%d", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	return number;
}

/* A probe that is not the library's. Return: a descriptor, or a negative errno. */
static int probe(uint64_t place, uint64_t counter)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.config = counter << COUNTER_SHIFT,
		.uprobe_path = (uintptr_t)COPY,
		.probe_offset = place,
	};
	int fd;

	attr.type = (uint32_t)text_to_int("/sys/bus/event_source/devices/uprobe/type");
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* What the kernel says to a probe with @counter. */
static int probe_says(uint64_t place, uint64_t counter)
{
	int fd = probe(place, counter);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* The first counter in a process of the copy that starts now. */
static int counted(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl(COPY, COPY, "count", NULL);
		_exit(255);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void kernel_facts(uint64_t place)
{
	uint64_t counter = offset_of(counters);
	int fd = probe(place, counter);

	fact(fd >= 0, "the kernel takes a counter");
	fact_equal(counted(), 1, "it counts");
	fact_equal(probe_says(place, counter), 0, "the same counter, twice");
	fact_equal(probe_says(place, counter + 2), -EINVAL, "another counter there");
	fact_equal(probe_says(place, 0), -EINVAL, "no counter there");
	close(fd);
	fact_equal(counted(), 0, "it does not count any more");
	fact_equal(probe_says(place, counter + 1), -EINVAL, "an odd one");
	fact_equal(probe_says(place, 0x7ffffff0), 0, "one past the end is taken");
	fact_equal(probe_says(place, offset_of(constant) & ~(uint64_t)1), 0,
		   "one in data that cannot be written is taken");
}

static char said[1024];

/* The first error. */
static void say(struct tetra_diag *diag)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	said[0] = '\0';
	for (unsigned int i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (finding.severity == TETRA_SEVERITY_ERROR && !said[0])
			snprintf(said, sizeof(said), "[%s] %s", finding.code,
				 finding.message);
}

static int load(struct tetra_session *session, struct tetra_policy *policy,
		uint32_t flags)
{
	struct tetra_load_opts opts = { .size = sizeof(opts), .flags = flags };
	struct tetra_diag *diag = NULL;
	int r = tetra_diag_new(&diag);

	if (r == 0)
		r = tetra_policy_load(session, policy, &opts, diag);
	say(diag);
	tetra_diag_free(diag);
	return r;
}

/* 1 if the policy would load; a negative errno. */
static int foretold(struct tetra_policy *policy)
{
	struct tetra_policy_fit verdict = { .size = sizeof(verdict) };
	struct tetra_facts *facts = NULL;
	struct tetra_fit *fit = NULL;
	int r = tetra_facts_read(&facts, NULL);

	if (r == 0)
		r = tetra_fit(&fit, policy, facts, NULL, NULL);
	if (r == 0)
		r = tetra_fit_get_policy(fit, &verdict);
	tetra_fit_free(fit);
	tetra_facts_free(facts);
	return r < 0 ? r : (int)verdict.loads;
}

static void refused(struct tetra_session *session, struct tetra_policy *policy,
		    const char *code, const char *what)
{
	fact_equal(foretold(policy), 0, "%s: foretold", what);
	fact_equal(load(session, policy, 0), -EOPNOTSUPP, "%s: refused", what);
	fact(strstr(said, code) != NULL, "%s: with the reason %s (%s)", what, code, said);
	tetra_policy_unref(policy);
}

static void unload(struct tetra_session *session, const char *name)
{
	fact_equal(tetra_policy_unload(session, name, NULL), 0, "'%s' goes", name);
}

#define UPROBES(name) RIG_HEAD_OF(name) "  uprobes:\n"

static void nothing_to_count(struct tetra_session *session)
{
	static const char hook[] =
		UPROBES("never") HOOK("symbols: [counted_place]", "%" PRIu64);

	refused(session, rig_policy(hook, (uint64_t)0x7ffffff0), "out-of-range",
		"a counter past the end");
	refused(session, rig_policy(hook, offset_of(constant) & ~(uint64_t)1),
		"out-of-range", "a counter in constants");
	refused(session,
		rig_policy(hook, offset_of((const void *)(uintptr_t)counted_place) &
					 ~(uint64_t)1),
		"out-of-range", "a counter in code");
}

static void two_at_a_place(struct tetra_session *session, uint64_t place)
{
	uint64_t counter = offset_of(counters);
	struct tetra_policy *policy;

	refused(session,
		rig_policy(UPROBES("two") HOOK("symbols: [counted_place]", "%" PRIu64)
				   HOOK("offsets: [%" PRIu64 "]", "%" PRIu64),
			   counter, place, counter + 2),
		"conflict", "two counters in a policy");
	refused(session,
		rig_policy(UPROBES("two") HOOK("symbols: [counted_place]", "%" PRIu64)
				   BARE("offsets: [%" PRIu64 "]"),
			   counter, place),
		"conflict", "a counter and none in a policy");
	rig_load(session, rig_policy(UPROBES("bare") BARE("symbols: [counted_place]")),
		 0);
	policy = rig_policy(UPROBES("late") HOOK("offsets: [%" PRIu64 "]", "%" PRIu64),
			    place, counter);
	fact_equal(load(session, policy, 0), -EOPNOTSUPP,
		   "a counter where another policy has none");
	fact(strstr(said, "conflict") && strstr(said, "'bare'"), "with that reason (%s)",
	     said);
	unload(session, "bare");
	fact_equal(load(session, policy, 0), 0, "alone, it is taken");
	tetra_policy_unref(policy);
	policy = rig_policy(UPROBES("late") BARE("symbols: [counted_place]"));
	fact_equal(load(session, policy, TETRA_LOAD_REPLACE), -EOPNOTSUPP,
		   "what replaces it has to have its counter");
	fact(strstr(said, "conflict") != NULL, "with that reason (%s)", said);
	tetra_policy_unref(policy);
	fact_equal(counted(), 1, "the one before is in force");
	unload(session, "late");
}

/* Several policies share a counter, and the program counts once. */
static void shared(struct tetra_session *session)
{
	uint64_t counter = offset_of(counters);

	rig_load(session,
		 rig_policy(UPROBES("one") HOOK("symbols: [counted_place]", "%" PRIu64),
			    counter),
		 0);
	fact_equal(counted(), 1, "a policy's counter counts");
	rig_load(session,
		 rig_policy(UPROBES("other")
				    HOOK("symbols: [counted_place+0]", "%" PRIu64),
			    counter),
		 0);
	fact_equal(counted(), 1, "two policies are one probe");
	unload(session, "one");
	fact_equal(counted(), 1, "which stays with the second");
	unload(session, "other");
	fact_equal(counted(), 0, "and goes with it");
}

static void beside_a_stranger(struct tetra_session *session, uint64_t place)
{
	int fd = probe(place, offset_of(counters));
	struct tetra_policy *policy =
		rig_policy(UPROBES("bare") BARE("symbols: [counted_place]"));

	fact(fd >= 0, "a probe of somebody else");
	fact_equal(load(session, policy, 0), -EOPNOTSUPP,
		   "none of ours without a counter");
	fact(strstr(said, "another probe is there, with another counter") != NULL,
	     "with that reason (%s)", said);
	close(fd);
	fact_equal(load(session, policy, 0), 0, "once it is gone, there is");
	tetra_policy_unref(policy);
	unload(session, "bare");
}

/* The copy finds its libraries beside those of this program. */
static void find_libraries(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512], *from = NULL, *to;

	while (maps && !from && fgets(line, sizeof(line), maps))
		from = strstr(line, "libtetra.so") ? strchr(line, '/') : NULL;
	if (from) {
		to = strstr(line, "/libtetra.so");
		*to = '\0';
		setenv("LD_LIBRARY_PATH", from, 1);
	}
	if (maps)
		fclose(maps);
}

int main(int argc, char **argv)
{
	uint64_t place = offset_of((const void *)(uintptr_t)counted_place);
	struct tetra_session *session;

	if (argc > 1) {
		counted_place();
		return counters[0];
	}
	fact(system("cp /proc/$PPID/exe " COPY) == 0, "a copy of this program");
	find_libraries();
	kernel_facts(place);
	session = rig_session(NULL);
	nothing_to_count(session);
	two_at_a_place(session, place);
	shared(session);
	beside_a_stranger(session, place);
	tetra_session_free(session);
	return fact_close();
}
