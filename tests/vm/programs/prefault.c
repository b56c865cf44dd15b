/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefault: arguments of system calls in pages that are not resident when the call is made.
 * With "resident", the kernel lets one of our programs make them resident, and what is
 * forbidden is stopped; without, such an argument is a FAULT: the call continues, and is
 * counted.
 */
#include <errno.h>
#include <inttypes.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/vm/programs/prefault.h"

#define SECRET LAB "/secret"
#define FREE   LAB "/free"
#define IMAGE  LAB "/image"
#define PAGES  4
/* More than the programs keep of a buffer. */
#define LONG_BUFFER (PAGE + 1000)
#define N_COMMITS   20u

#define PATH_ARG(index)	 "{index: " #index ", type: string}"
#define IS_SECRET(index) "{index: " #index ", operator: Equal, values: ['" SECRET "']}"
#define REFUSE		 "{action: Override, argError: -95}"

struct tetra_session *session;
bool resident;
size_t near_bytes = 2;

static size_t before_border(void)
{
	return PAGE - near_bytes;
}

static void image_write(const char *bytes, size_t n, size_t at)
{
	int fd = open(IMAGE, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || ftruncate(fd, PAGES * PAGE) < 0 ||
	    pwrite(fd, bytes, n, at) != (ssize_t)n)
		_exit(201);
	close(fd);
}

static char *image_map(void)
{
	int fd = open(IMAGE, O_RDWR | O_CLOEXEC);
	char *map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	if (fd < 0 || map == MAP_FAILED)
		_exit(202);
	close(fd);
	return map;
}

static char *place_fresh(const char *bytes, size_t n)
{
	image_write(bytes, n, 0);
	return image_map();
}

static char *place_dropped(const char *bytes, size_t n)
{
	char *map;

	image_write(bytes, n, 0);
	map = image_map();
	for (size_t i = 0; i < PAGES; i++)
		(void)((volatile char *)map)[i * PAGE];
	if (madvise(map, PAGES * PAGE, MADV_DONTNEED) < 0)
		_exit(203);
	return map;
}

char *place_border(const char *bytes, size_t n)
{
	char *map;

	image_write(bytes, n, before_border());
	map = image_map();
	(void)((volatile char *)map)[0];
	/* The fault has brought the pages around as well. */
	if (madvise(map + PAGE, (PAGES - 1) * PAGE, MADV_DONTNEED) < 0)
		_exit(203);
	return map + before_border();
}

static char *place_border_fresh(const char *bytes, size_t n)
{
	image_write(bytes, n, before_border());
	return image_map() + before_border();
}

static struct {
	int fd;
	char page[PAGE];
} filler;

/* Fills the page that somebody waits for. */
static void *filler_run(void *arg)
{
	struct uffd_msg message;
	struct uffdio_copy copy = { .src = (uintptr_t)filler.page, .len = PAGE };

	(void)arg;
	if (read(filler.fd, &message, sizeof(message)) != sizeof(message))
		_exit(204);
	usleep(20000);
	copy.dst = message.arg.pagefault.address & ~(uint64_t)(PAGE - 1);
	if (ioctl(filler.fd, UFFDIO_COPY, &copy) < 0)
		_exit(205);
	return NULL;
}

/* A page that comes when another thread gives it: with @bytes. */
static void page_give(char *page, const char *bytes, size_t n)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	pthread_t thread;

	memcpy(filler.page, bytes, MIN(n, (size_t)PAGE));
	filler.fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (uintptr_t)page;
	range.range.len = PAGE;
	if (filler.fd < 0 || ioctl(filler.fd, UFFDIO_API, &api) < 0 ||
	    ioctl(filler.fd, UFFDIO_REGISTER, &range) < 0 ||
	    pthread_create(&thread, NULL, filler_run, NULL) != 0)
		_exit(206);
}

static char *place_given(const char *bytes, size_t n)
{
	char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	page_give(map, bytes, n);
	return map;
}

char *place_half_given(const char *bytes, size_t n)
{
	char *map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(map + before_border(), bytes, near_bytes);
	page_give(map + PAGE, bytes + near_bytes, n - near_bytes);
	return map + before_border();
}

/* Of this one it is not waited for: who has it may be the one that is judged. */
static const struct layout given = { "a page that a thread gives", place_given };

static const struct layout layouts[] = {
	{ "a fresh mapping", place_fresh },
	{ "a dropped page", place_dropped },
	{ "across a border", place_border },
	{ "across a border, both fresh", place_border_fresh },
};

int act(act_fn fn, const struct layout *layout, const char *bytes, size_t n)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(layout, bytes, n));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1000;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int act_path(act_fn fn, const struct layout *layout, const char *path)
{
	return act(fn, layout, path, strlen(path) + 1);
}

/* The library's wrappers might look at the text. */
int act_open(const struct layout *layout, const char *bytes, size_t n)
{
	const char *path = layout->place(bytes, n);

	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static int act_exec(const struct layout *layout, const char *bytes, size_t n)
{
	char *const args[] = { "true", NULL };
	const char *path = layout->place(bytes, n);

	syscall(SYS_execve, path, args, NULL);
	return errno;
}

int act_write(const struct layout *layout, const char *bytes, size_t n)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const char *buffer = layout->place(bytes, n);

	return syscall(SYS_write, fd, buffer, n) == (long)n ? 0 : errno;
}

uint64_t unreadable(void)
{
	const char *cause;
	uint64_t count, all = 0;

	for (unsigned int i = 0; tetra_stats_unreadable(session, i, &cause, &count) == 0;
	     i++)
		all += count;
	return all;
}

/* What has become of a call: stopped as @wanted, or gone on as @otherwise and counted. */
static void check_stopped(int got, int wanted, int otherwise, uint64_t before,
			  const char *what, const char *where)
{
	fact_equal(got, resident ? wanted : otherwise, "%s: %s", what, where);
	if (resident)
		fact_equal(unreadable() - before, 0, "%s: %s: all was read", what, where);
	else
		fact(unreadable() > before, "%s: %s: counted", what, where);
}

static void check_path(const char *what, act_fn fn, const char *path, int wanted,
		       int otherwise)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		uint64_t before = unreadable();

		check_stopped(act_path(fn, &layouts[i], path), wanted, otherwise, before,
			      what, layouts[i].name);
	}
}

static void policy_on(const char *text)
{
	rig_load(session, rig_policy("%s", text), TETRA_LOAD_REPLACE);
}

void policy_off(void)
{
	fact_equal(tetra_policy_unload(session, "prefault", NULL), 0, "unloaded");
}

static void tell_attach(void)
{
	struct tetra_hook_status status = { .size = sizeof(status) };

	for (unsigned int i = 0;
	     tetra_policy_get_hook_status(session, "prefault", i, &status) == 0; i++)
		printf("%s: %s: %s\n", status.function, status.attach, status.reason);
}

static void check_kill(void)
{
	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), KILL));
	tell_attach();
	check_path("openat is killed", act_open, SECRET, -SIGKILL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		fact_equal(act_path(act_open, &layouts[i], FREE), 0, "openat goes on: %s",
			   layouts[i].name);
	policy_on(HEAD HOOK("sys_execve", PATH_ARG(0), IS_SECRET(0), KILL));
	check_path("execve is killed", act_exec, SECRET, -SIGKILL, EACCES);
	policy_off();
}

/* A path that is in each program that a loader starts. */
#define LOADER	"/lib64/ld-linux-x86-64.so.2"
#define PROGRAM "/bin/true"

/* In a file that no memory holds: to read it, the process has to wait for the disk. */
static char *place_cold(const char *bytes, size_t n)
{
	int fd = open(PROGRAM, O_RDONLY | O_CLOEXEC);
	size_t size = lseek(fd, 0, SEEK_END);
	char *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	char *copy = malloc(size), *at;

	if (map == MAP_FAILED || !copy || pread(fd, copy, size, 0) != (ssize_t)size)
		_exit(208);
	at = memmem(copy, size, bytes, n);
	if (!at || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		_exit(209);
	return map + (at - copy);
}

static void check_cold(void)
{
	static const struct layout cold = { "a file that is not in memory", place_cold };
	uint64_t before;

	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1),
			    "{index: 1, operator: Equal, values: ['" LOADER "']}", KILL));
	before = unreadable();
	check_stopped(act_path(act_open, &cold, LOADER), -SIGKILL, 0, before,
		      "openat is killed", cold.name);
	policy_off();
}

/* Nothing comes before a tracepoint, unless its own programs may wait. */
static void check_tracepoint(void)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	bool was = resident;

	policy_on("apiVersion: cilium.io/v1alpha1\n"
		  "kind: TracingPolicy\n"
		  "metadata: {name: prefault}\n"
		  "spec:\n"
		  "  tracepoints:\n"
		  "  - subsystem: syscalls\n"
		  "    event: sys_enter_openat\n"
		  "    args: [{index: 6, type: string}]\n"
		  "    selectors:\n"
		  "    - matchArgs: [{index: 6, operator: Equal, values: ['" SECRET
		  "']}]\n"
		  "      matchActions: [" KILL "]\n");
	tell_attach();
	tetra_policy_get_hook_status(session, "prefault", 0, &status);
	resident = strstr(status.attach, "tracepoint.s") != NULL;
	check_path("tracepoint of openat", act_open, SECRET, -SIGKILL, 0);
	resident = was;
	policy_off();
}

static void check_override(void)
{
	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), REFUSE));
	tell_attach();
	check_path("openat is refused", act_open, SECRET, EOPNOTSUPP, 0);
	policy_off();
}

static void check_buffer(const char *bytes, size_t n, const char *what)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		uint64_t before = unreadable();

		check_stopped(act(act_write, &layouts[i], bytes, n), -SIGKILL, 0, before,
			      what, layouts[i].name);
	}
}

static void check_buffers(void)
{
	static char bytes[LONG_BUFFER];

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "BEGIN", 5);
	memcpy(bytes + sizeof(bytes) - 3, "END", 3);
	policy_on(HEAD HOOK("sys_write", BUFFER,
			    "{index: 1, operator: Prefix, values: [BEGIN]}", KILL));
	check_buffer("BEGIN", 5, "write of a short buffer");
	check_buffer(bytes, sizeof(bytes), "write of a long buffer");
	policy_on(HEAD HOOK("sys_write", BUFFER,
			    "{index: 1, operator: Postfix, values: [END]}", KILL));
	check_buffer(bytes, sizeof(bytes), "write of a long buffer's end");
	policy_off();
}

/* A page that nobody may read, behind the first bytes. */
static char *place_forbidden(const char *bytes, size_t n)
{
	char *map = place_border_fresh(bytes, n) - before_border();

	if (mprotect(map + PAGE, PAGE, PROT_NONE) < 0)
		_exit(207);
	return map + before_border();
}

/* It cannot be read by anything: the rule does not match, and the call says so itself. */
static void check_forbidden(void)
{
	static const struct layout forbidden = { "a page without access",
						 place_forbidden };
	uint64_t before;

	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), KILL));
	before = unreadable();
	fact_equal(act_path(act_open, &forbidden, SECRET), EFAULT, "%s", forbidden.name);
	fact(unreadable() > before, "%s: counted", forbidden.name);
	policy_off();
}

/* It remains a fault, nobody waits, and the call itself gets its page. */
static void check_given(void)
{
	struct tetra_hook_status status = { .size = sizeof(status) };
	uint64_t before, missed;

	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), KILL));
	before = unreadable();
	fact_equal(act_path(act_open, &given, SECRET), 0, "%s", given.name);
	fact(unreadable() > before, "%s: counted", given.name);
	tetra_policy_get_hook_status(session, "prefault", 0, &status);
	missed = status.recursion_misses;
	fact_equal(missed, 0, "%s: no run was skipped", given.name);
	policy_off();
}

/* More rules than the small programs have. */
#define N_RULES 70u

static void check_many_rules(void)
{
	struct tetra_txn *txn = rig_txn(session);

	for (unsigned int i = 0; i < N_RULES; i++)
		(void)rig_txn_load(
			txn,
			rig_policy(
				"apiVersion: cilium.io/v1alpha1\n"
				"kind: TracingPolicy\n"
				"metadata: {name: many-%u}\n"
				"spec:\n"
				"  kprobes:\n"
				"  - call: sys_openat\n"
				"    syscall: true\n"
				"    args: [" PATH_ARG(
					1) "]\n"
					   "    selectors:\n"
					   "    - matchArgs:\n"
					   "      - {index: 1, operator: Equal, values: ['%s%s']}\n"
					   "      matchActions: [" KILL "]\n",
				i, SECRET, i + 1 < N_RULES ? "-not" : ""),
			0);
	fact_equal(rig_commit(txn), 0, "%u rules", N_RULES);
	check_path("openat is killed by one of many", act_open, SECRET, -SIGKILL, 0);
}

/* A string whose first pages are there; its end is further away than is waited for. */
static char *place_long(const char *bytes, size_t n)
{
	char *map;

	(void)bytes;
	image_write("", 0, 0);
	map = image_map();
	memset(map, 'x', 2 * PAGE);
	if (pwrite(open(IMAGE, O_RDWR | O_CLOEXEC), memset(malloc(n), 'x', n), n,
		   2 * PAGE) != (ssize_t)n ||
	    madvise(map + 2 * PAGE, (PAGES - 2) * PAGE, MADV_DONTNEED) < 0)
		_exit(211);
	return map;
}

static void check_long_string(void)
{
	static const struct layout far = { "an end that is not there", place_long };
	uint64_t before;

	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1),
			    "{index: 1, operator: Postfix, values: [SECRET]}", KILL));
	before = unreadable();
	fact_equal(act(act_open, &far, "", PAGE), ENAMETOOLONG, "Postfix, %s", far.name);
	fact(unreadable() > before, "Postfix, %s: counted", far.name);
	policy_off();
}

struct tries {
	_Atomic bool ends;
	uint32_t n, n_through;
};

static void tries_run(struct tries *tries)
{
	while (!tries->ends) {
		tries->n++;
		tries->n_through += act_path(act_open, &layouts[0], SECRET) != -SIGKILL;
	}
	_exit(0);
}

/*
 * A preemptible kernel skips the program that waits while another task is inside it: the text is a
 * fault then, which is counted.
 */
static void commits_judge(const struct tries *tries, uint64_t faults)
{
	fact(tries->n > N_COMMITS, "%u calls while rules were replaced", tries->n);
	if (rig_stats(session).preemption < TETRA_PREEMPTION_LAZY)
		fact_equal(tries->n_through, 0, "calls that got through");
	else
		fact(tries->n_through <= faults && tries->n_through < tries->n / 10,
		     "calls that got through: %u, texts that could not be read: %" PRIu64,
		     tries->n_through, faults);
}

/* The hook gets successors that read another argument, and the old one back. */
static void check_commits(void)
{
	struct tries *tries = rig_share(sizeof(*tries));
	uint64_t before = unreadable();
	pid_t pid;

	policy_on(HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), KILL));
	pid = fork();
	if (pid == 0)
		tries_run(tries);
	for (unsigned int i = 0; i < N_COMMITS; i++) {
		rig_step("commits", i, N_COMMITS);
		policy_on(i % 2 ? HEAD HOOK("sys_openat", PATH_ARG(1), IS_SECRET(1), KILL)
				: HEAD HOOK("sys_openat",
					    PATH_ARG(1) ", {index: 2, type: int}",
					    IS_SECRET(1), KILL));
	}
	tries->ends = true;
	waitpid(pid, NULL, 0);
	commits_judge(tries, unreadable() - before);
	policy_off();
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	resident = argc > 1 && strcmp(argv[1], "resident") == 0;
	rig_file(LAB, SECRET);
	rig_file(LAB, FREE);
	session = rig_session(NULL);
	check_kill();
	check_buffers();
	check_cold();
	check_tracepoint();
	check_forbidden();
	check_given();
	check_parts();
	check_exceptions();
	check_functions();
	check_long_string();
	if (resident) {
		check_override();
		check_commits();
		check_many_rules();
	}
	tetra_session_free(session);
	return fact_close();
}
