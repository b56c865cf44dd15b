/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edges: values that end where memory ends, and files that have lost their names.
 *
 * A buffer whose caller announces more bytes than are mapped is still written as far as it
 * goes: filters judge that part. A file that is opened by its handle after its dentry has left
 * the cache is a file without a known name, and not one that has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/abi/kinds.h"
#include "tests/vm/programs/rig.h"

#define LAB  "/tmp/lab"
#define DISK LAB "/disk"
#define PAGE 4096

static struct tetra_session *session;

static void policy_off(const char *name)
{
	fact_equal(tetra_policy_unload(session, name, NULL), 0, "%s is unloaded", name);
}

/* --- buffers --- */

/* Writes @text, which ends where its memory does, as if it had @size bytes. */
static void write_edge(const char *text, size_t size)
{
	size_t bytes = strlen(text), pages = bytes / PAGE + 1;
	char *map = mmap(NULL, (pages + 1) * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int fd = open(LAB "/out", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	char *at = map + pages * PAGE - bytes;

	if (map == MAP_FAILED || fd < 0 || munmap(map + pages * PAGE, PAGE) < 0)
		_exit(100);
	memcpy(at, text, bytes);
	_exit(write(fd, at, size) == (ssize_t)bytes ? 0 : 101);
}

/* Whether the process that wrote was killed. */
static bool killed(const char *text, size_t size)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		write_edge(text, size);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

static void policy_write(const char *op, const char *value)
{
	rig_load(session,
		 rig_policy("apiVersion: cilium.io/v1alpha1\n"
			    "kind: TracingPolicy\n"
			    "metadata: {name: edges}\n"
			    "spec:\n"
			    "  kprobes:\n"
			    "  - call: sys_write\n"
			    "    syscall: true\n"
			    "    args:\n"
			    "    - {index: 0, type: fd}\n"
			    "    - {index: 1, type: char_buf, sizeArgIndex: 3}\n"
			    "    selectors:\n"
			    "    - matchArgs:\n"
			    "      - {index: 0, operator: Equal, values: [" LAB "/out]}\n"
			    "      - {index: 1, operator: %s, values: ['%s']}\n"
			    "      matchActions: [{action: Sigkill}]\n",
			    op, value),
		 0);
}

static void check_buffers(void)
{
	static const size_t sizes[] = { 16, 17, 3333, 4095, 4096, 1u << 20 };
	static const struct {
		const char *op, *value;
	} rules[] = { { "Prefix", "SECRET" },
		      { "Equal", "SECRETS and more" },
		      { "NotPrefix", "GOOD" },
		      { "NotEqual", "GOOD and no more" } };

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		policy_write(rules[i].op, rules[i].value);
		for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++)
			fact(killed("SECRETS and more", sizes[k]),
			     "%s, %zu bytes, 16 mapped", rules[i].op, sizes[k]);
		fact(!killed("GOOD and no more", 16), "%s, something else", rules[i].op);
		policy_off("edges");
	}
}

/* The pages of a buffer whose end is searched (TETRA_BUFFER_PAGES). */
#define END_PAGES 1024u

/* Writes @pages pages that end with @text; if there is @decoy, one page that is missing and another
 * one that ends with it are announced as well. */
static void write_pages(size_t pages, const char *text, const char *decoy)
{
	size_t all = decoy ? pages + 2 : pages;
	char *map = mmap(NULL, all * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int fd = open(LAB "/out", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (map == MAP_FAILED || fd < 0)
		_exit(100);
	memcpy(map + pages * PAGE - strlen(text), text, strlen(text));
	if (decoy) {
		memcpy(map + all * PAGE - strlen(decoy), decoy, strlen(decoy));
		if (munmap(map + pages * PAGE, PAGE) < 0)
			_exit(100);
	}
	_exit(write(fd, map, all * PAGE) == (ssize_t)(pages * PAGE) ? 0 : 101);
}

static bool killed_pages(size_t pages, const char *text, const char *decoy)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		write_pages(pages, text, decoy);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

static uint64_t unreadable(unsigned int cause)
{
	const char *text;
	uint64_t count;

	if (tetra_stats_unreadable(session, cause, &text, &count) < 0)
		exit(EXIT_FAILURE);
	return count;
}

static uint64_t ends_too_far(void)
{
	return unreadable(TETRA_UNREADABLE_TEXT_END);
}

/* The write ends at the page that is missing, whatever comes after it. */
static void check_holes(void)
{
	static const size_t pages[] = { 1, 2, 31, 32, 33, 300, END_PAGES - 1 };
	uint64_t before;

	policy_write("Postfix", "more");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		fact(killed_pages(pages[i], "and more", "and less"),
		     "Postfix, %zu pages and a hole", pages[i]);
		fact(!killed_pages(pages[i], "and less", "and more"),
		     "Postfix, %zu pages and another end", pages[i]);
	}
	before = ends_too_far();
	fact(!killed_pages(END_PAGES, "and less", NULL), "Postfix, %u pages", END_PAGES);
	fact_equal((int64_t)(ends_too_far() - before), 0, "ends that were too far");
	fact(killed_pages(END_PAGES + 1, "and less", NULL), "Postfix, one page more");
	fact(ends_too_far() > before, "its end was too far");
	policy_off("edges");
}

/* Of four texts of this length, a record has room for three. */
#define TEXT_BYTES 4094

static bool killed_mount(size_t bytes, const char *data)
{
	static char text[TEXT_BYTES + 1], last[TEXT_BYTES + 1];
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		memset(text, 'a', bytes);
		memset(last, 'b', bytes);
		memcpy(last, data, strlen(data));
		syscall(SYS_mount, text, text, text, 0, last);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* A text that finds no room beside the others cannot be judged: it does not pass. */
static void check_room(void)
{
	uint64_t before;

	rig_load(session,
		 rig_policy("apiVersion: cilium.io/v1alpha1\n"
			    "kind: TracingPolicy\n"
			    "metadata: {name: edges}\n"
			    "spec:\n"
			    "  kprobes:\n"
			    "  - call: sys_mount\n"
			    "    syscall: true\n"
			    "    args:\n"
			    "    - {index: 0, type: string}\n"
			    "    - {index: 1, type: string}\n"
			    "    - {index: 2, type: string}\n"
			    "    - {index: 4, type: string}\n"
			    "    selectors:\n"
			    "    - matchArgs:\n"
			    "      - {index: 0, operator: Prefix, values: [aa]}\n"
			    "      - {index: 1, operator: Prefix, values: [aa]}\n"
			    "      - {index: 2, operator: Prefix, values: [aa]}\n"
			    "      - {index: 4, operator: Prefix, values: [evil]}\n"
			    "      matchActions: [{action: Sigkill}]\n"),
		 0);
	before = unreadable(TETRA_UNREADABLE_RECORD_FULL);
	fact(killed_mount(100, "evil"), "four short texts");
	fact(!killed_mount(100, "good"), "four short texts, another one");
	fact_equal((int64_t)(unreadable(TETRA_UNREADABLE_RECORD_FULL) - before), 0,
		   "texts without room");
	fact(killed_mount(TEXT_BYTES, "evil"), "four long texts");
	fact(killed_mount(TEXT_BYTES, "good"), "the last of which has no room");
	fact(unreadable(TETRA_UNREADABLE_RECORD_FULL) > before, "it is counted");
	policy_off("edges");
}

/* Where a program waits for user memory, what is not there is not mapped. */
static void check_ends(void)
{
	static char text[3 * PAGE];

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + sizeof(text) - 5, "more", 4);
	policy_write("Postfix", "more");
	fact(killed("SECRETS and more", 3333), "Postfix, 3333 bytes, 16 mapped");
	fact(killed(text, 1u << 20), "Postfix, a long text in a longer buffer");
	policy_off("edges");
	policy_write("NotPostfix", "more");
	fact(!killed("SECRETS and more", 3333), "NotPostfix, 3333 bytes, 16 mapped");
	fact(!killed(text, 1u << 20), "NotPostfix, a long text in a longer buffer");
	fact(killed("SECRETS and less", 3333), "NotPostfix, another end");
	policy_off("edges");
}

/* --- handles --- */

static struct {
	struct file_handle handle;
	unsigned char bytes[MAX_HANDLE_SZ];
} file;
static bool enters; /* the disk, before the file is opened */

static void handle_take(const char *path)
{
	int mount;

	file.handle.handle_bytes = sizeof(file.bytes);
	fact_equal(name_to_handle_at(AT_FDCWD, path, &file.handle, &mount, 0), 0,
		   "handle of %s", path);
	fact_equal(system("sync; echo 3 > /proc/sys/vm/drop_caches"), 0,
		   "nothing is cached");
}

/* The disk becomes the root of a mount namespace, as a container's does. */
static int disk_enter(void)
{
	if (unshare(CLONE_NEWNS) < 0 || chdir(DISK) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0)
		_exit(100);
	return open("/", O_RDONLY | O_DIRECTORY);
}

/* errno of opening the file by its handle, and of executing it if that is asked for. */
static int handle_errno(int flags, bool executes)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		char *const none[] = { NULL };
		int disk = enters ? disk_enter() : open(DISK, O_RDONLY | O_DIRECTORY);
		int fd = open_by_handle_at(disk, &file.handle, flags);

		if (fd >= 0 && executes)
			syscall(SYS_execveat, fd, "", none, none, AT_EMPTY_PATH);
		_exit(fd >= 0 && !executes ? 0 : errno);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_handle(const char *op, const char *value, int wanted)
{
	rig_load(session,
		 rig_policy(
			 "apiVersion: cilium.io/v1alpha1\n"
			 "kind: TracingPolicy\n"
			 "metadata: {name: edges}\n"
			 "spec:\n"
			 "  kprobes:\n"
			 "  - call: security_file_open\n"
			 "    syscall: false\n"
			 "    args: [{index: 0, type: file}]\n"
			 "    selectors:\n"
			 "    - matchBinaries: [{operator: Postfix, values: [/edges]}]\n"
			 "      matchArgs: [{index: 0, operator: %s, values: ['%s']}]\n"
			 "      matchActions: [{action: Override, argError: -1}]\n",
			 op, value),
		 0);
	fact_equal(handle_errno(O_RDONLY, false), wanted, "%s by a handle", op);
	policy_off("edges");
}

/* The program is the file; denied by what its name would be. */
static void check_program(void)
{
	rig_load(session,
		 rig_policy("apiVersion: cilium.io/v1alpha1\n"
			    "kind: TracingPolicy\n"
			    "metadata: {name: edges}\n"
			    "spec:\n"
			    "  kprobes:\n"
			    "  - call: security_bprm_check\n"
			    "    syscall: false\n"
			    "    args: [{index: 0, type: linux_binprm}]\n"
			    "    selectors:\n"
			    "    - matchArgs:\n"
			    "      - {index: 0, operator: Prefix, values: ['" DISK
			    "/secret/']}\n"
			    "      matchActions: [{action: Override, argError: -1}]\n"),
		 0);
	fact_equal(handle_errno(O_PATH, true), EPERM, "the program by a handle");
	policy_off("edges");
	fact_equal(handle_errno(O_PATH, true), 0, "the same without a policy");
}

static void check_handles(void)
{
	static const char make[] =
		"{ test -e /dev/loop-control || modprobe loop; } && mkdir -p " DISK
		" && truncate -s 16M " LAB "/image && mkfs.ext4 -q -F " LAB "/image"
		/* Some kernels mount no device that is open for writing, as mount has it. */
		" && mount $(losetup -f --show " LAB "/image) " DISK " && mkdir " DISK
		"/secret && cp /bin/true " DISK "/secret/file";

	if (system(make) != 0) {
		fact(false, "a file system of our own");
		return;
	}
	handle_take(DISK "/secret/file");
	fact_equal(handle_errno(O_RDONLY, false), 0, "without a policy");
	handle_take(DISK "/secret/file");
	check_handle("NotPrefix", LAB "/", EPERM);
	check_handle("Prefix", DISK "/secret/", EPERM);
	check_handle("Postfix", "/secret/file", EPERM);
	check_handle("Equal", DISK "/secret/file", EPERM);
	check_program();
	enters = true;
	handle_take(DISK "/secret/file");
	check_handle("Postfix", "/file", EPERM);
	check_handle("NotPostfix", "/", EPERM);
	check_handle("Prefix", "/secret/", EPERM);
	(void)system("umount -l " DISK);
}

int main(int argc, char **argv)
{
	session = rig_session(NULL);
	check_buffers();
	check_room();
	if (argc > 1 && !strcmp(argv[1], "waits")) {
		check_ends();
		check_holes();
	}
	check_handles();
	tetra_session_free(session);
	return fact_close();
}
