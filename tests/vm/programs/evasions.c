/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evasions: ways to make a rule look at something it cannot judge, or at the wrong name, each
 * tried against a policy that forbids the act: depth, files without a name or whose name is
 * gone, other roots, other mount namespaces, long buffers, IPv4 in IPv6. What is not forbidden
 * must still work.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpf/abi/kinds.h"
#include "lib/base/base.h"
#include "tests/vm/programs/rig.h"
#include "tests/vm/programs/uring.h"

#define LAB    "/tmp/lab"
#define SECRET LAB "/secret"
#define FREE   LAB "/free"
#define TOOLS  LAB "/tools"
/* Components that a walk follows (PATH_STEPS of the programs). */
#define WALK_STEPS 4096

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

/* As a policy is written. */
/* clang-format off */
#define HOOK(call)                                      \
	"  kprobes:\n"                                  \
	"  - call: " call "\n"                          \
	"    syscall: false\n"
#define DENY                                            \
	"      matchActions:\n"                         \
	"      - action: Override\n"                    \
	"        argError: -1\n"
#define ARG(type) "    args: [{index: 0, type: " type "}]\n"
#define ON_ARG(operator, value)                         \
	"    selectors:\n"                              \
	"    - matchArgs:\n"                            \
	"      - {index: 0, operator: " operator ", values: [" value "]}\n"
/* clang-format on */

static struct tetra_session *session;

typedef int (*act_fn)(const char *text, int number);

/* What a child of its own ends with: 0 done, an errno, or minus a signal. */
static int act(act_fn fn, const char *text, int number)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn(text, number));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1000;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int act_open(const char *path, int number)
{
	(void)number;
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
}

static void policy_on(const char *format, const char *name)
{
	rig_load(session, rig_policy(format, name), 0);
}

static void policy_off(const char *name)
{
	fact_equal(tetra_policy_unload(session, name, NULL), 0, "%s is unloaded", name);
}

static void file_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) < 0 ||
	    sendfile(out, in, NULL, st.st_size) != st.st_size)
		fact(false, "copy %s to %s", from, to);
	close(in);
	close(out);
}

static void folder_enter(const char *name)
{
	if ((mkdir(name, 0755) < 0 && errno != EEXIST) || chdir(name) < 0)
		_exit(200);
}

/* Opens a file @levels folders below @top. */
static int act_open_deep(const char *top, int levels)
{
	int fd;

	if (chdir(top) < 0)
		return 201;
	for (int i = 0; i < levels; i++)
		folder_enter("d");
	fd = open("file", O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? errno : 0;
}

static void check_depth(void)
{
	static const int levels[] = { 0,   1,	9,   30,  31,  32,  33,
				      190, 191, 192, 193, 700, 4000 };

	rig_load(session,
		 rig_policy(RIG_DENY_ON(HOOK("security_file_open")), "depth", SECRET "/"),
		 0);
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		fact_equal(act(act_open_deep, SECRET, levels[i]), EPERM,
			   "%d folders below the secret", levels[i]);
		fact_equal(act(act_open_deep, FREE, levels[i]), 0, "%d folders elsewhere",
			   levels[i]);
	}
	/* Beyond what is followed nothing is known, and what is not known does not pass. */
	fact_equal(act(act_open_deep, SECRET, WALK_STEPS + 10), EPERM,
		   "too deep to follow");
	fact_equal(act(act_open_deep, FREE, WALK_STEPS + 10), EPERM,
		   "too deep elsewhere");
	policy_off("depth");
	rig_load(session,
		 rig_policy(RIG_HEAD
			    "  options: [{name: unreadable, value: no-match}]\n" HOOK(
				    "security_file_open") ARG("file")
				    ON_ARG("Prefix", "'" SECRET "/'") DENY,
			    "depth"),
		 0);
	fact_equal(act(act_open_deep, FREE, WALK_STEPS + 10), 0,
		   "too deep elsewhere, where the policy lets it pass");
	fact_equal(act(act_open_deep, SECRET, 700), EPERM,
		   "700 folders below the secret");
	policy_off("depth");
}

static int act_exec(const char *path, int number)
{
	char *argv[] = { (char *)"true", NULL };

	(void)number;
	execv(path, argv);
	return errno;
}

/* A program in a folder @levels deep, of which all are called as the allowed one. */
static int act_exec_deep(const char *name, int levels)
{
	if (chdir(FREE) < 0)
		return 201;
	for (int i = 0; i < levels; i++)
		folder_enter(name);
	file_copy(TOOLS "/true", "program");
	return act_exec("./program", 0);
}

static int act_exec_fd(int fd)
{
	char *argv[] = { (char *)"true", NULL };
	char *envp[] = { NULL };

	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return errno;
}

static int act_exec_memfd(const char *path, int number)
{
	int fd = memfd_create("tools", MFD_CLOEXEC);
	int in = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	(void)number;
	if (fd < 0 || in < 0 || fstat(in, &st) < 0 ||
	    sendfile(fd, in, NULL, st.st_size) != st.st_size)
		return 202;
	return act_exec_fd(fd);
}

static int act_exec_unlinked(const char *path, int number)
{
	int fd;

	(void)number;
	file_copy(TOOLS "/true", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || unlink(path) < 0)
		return 202;
	return act_exec_fd(fd);
}

static void check_exec_allowed(void)
{
	policy_on(RIG_HEAD HOOK("security_bprm_check") ARG("linux_binprm")
			  ON_ARG("NotPrefix", "'" TOOLS "/', /usr/, /bin/") DENY,
		  "exec-list");
	fact_equal(act(act_exec, TOOLS "/true", 0), 0, "the allowed program runs");
	fact_equal(act(act_exec, FREE "/true", 0), EPERM, "another does not");
	for (int i = 186; i < 196; i++)
		fact_equal(act(act_exec_deep, "usr", i), EPERM, "nor %d folders deep", i);
	fact_equal(act(act_exec_memfd, TOOLS "/true", 0), EPERM, "nor from a memfd");
	fact_equal(act(act_exec_unlinked, FREE "/gone", 0), EPERM, "nor when it is gone");
	fact_equal(act(act_exec_unlinked, TOOLS "/gone", 0), 0,
		   "one that was allowed and is gone runs");
	policy_off("exec-list");
}

/* What the kernel adds to the text of a program that is gone does not belong to its name. */
static void check_exec_deleted(void)
{
	static const struct {
		const char *operator, * value;
		int wanted;
	} rows[] = {
		{ "Equal", FREE "/gone", EPERM },
		{ "Equal", FREE "/gone (deleted)", 0 },
		{ "NotEqual", FREE "/gone", 0 },
		{ "NotEqual", FREE "/gone (deleted)", EPERM },
		{ "Prefix", FREE "/go", EPERM },
		{ "Prefix", FREE "/gone (", 0 },
		{ "NotPrefix", FREE "/go", 0 },
		{ "NotPrefix", FREE "/gone (", EPERM },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rig_load(session,
			 rig_policy(RIG_HEAD HOOK("security_bprm_check")
					    ARG("linux_binprm") ON_ARG("%s", "'%s'") DENY,
				    "exec-gone", rows[i].operator, rows[i].value),
			 TETRA_LOAD_REPLACE);
		fact_equal(act(act_exec_unlinked, FREE "/gone", 0), rows[i].wanted,
			   "a program that is gone: %s '%s'", rows[i].operator,
			   rows[i].value);
	}
	policy_off("exec-gone");
}

/* Pipes and sockets have no names, and are no files of an allow-list. */
static int act_pipe(const char *text, int number)
{
	int fds[2], sockets[2];

	(void)number;
	if (pipe(fds) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
		return 203;
	if (write(fds[1], text, 1) != 1 || write(sockets[1], text, 1) != 1)
		return errno;
	return 0;
}

static int act_memfd_write(const char *text, int number)
{
	int fd = memfd_create(text, MFD_CLOEXEC);

	(void)number;
	return write(fd, text, 1) == 1 ? 0 : errno;
}

static void check_write_allowed(void)
{
	static const char policy[] = RIG_HEAD HOOK("security_file_permission")
		ARG("file") "    selectors:\n"
			    "    - matchBinaries: [{operator: In, values: ['%s']}]\n"
			    "      matchPIDs: [{operator: NotIn, values: [%d]}]\n"
			    "      matchArgs:\n"
			    "      - {index: 0, operator: NotPrefix, values: ['" FREE
			    "/', /usr/, /dev/]}\n" DENY;
	char self[PATH_MAX] = "";

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		fact(false, "our own name");
	/* We print, wherever that goes. */
	rig_load(session, rig_policy(policy, "write-list", self, getpid()), 0);
	fact_equal(act(act_pipe, "x", 0), 0, "pipes and sockets are written");
	fact_equal(act(act_memfd_write, "x", 0), EPERM, "a memfd is in no folder");
	policy_off("write-list");
}

/* The first write is refused; the name goes; the same descriptor is written again. */
static int act_write_unlinked(const char *path, int number)
{
	char other[256];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	(void)number;
	snprintf(other, sizeof(other), "%s.kept", path);
	(void)unlink(other);
	if (fd < 0 || link(path, other) < 0 || unlink(path) < 0)
		return 204;
	return write(fd, "x", 1) == 1 ? 0 : errno;
}

static void check_deleted(void)
{
	policy_on(RIG_HEAD HOOK("security_file_permission") ARG("file")
			  ON_ARG("Postfix", ".wal") DENY,
		  "deleted");
	fact_equal(act(act_write_unlinked, FREE "/a.wal", 0), EPERM,
		   "a deleted .wal file");
	fact_equal(act(act_write_unlinked, FREE "/a.log", 0), 0, "a deleted .log file");
	policy_off("deleted");
	rig_load(
		session,
		rig_policy(
			RIG_HEAD HOOK("security_file_permission") ARG("file") ON_ARG(
				"NotPostfix",
				".log, .so") "      matchPIDs: [{operator: NotIn, values: [%d]}]\n" DENY,
			"deleted", getpid()),
		0);
	fact_equal(act(act_write_unlinked, FREE "/b.log", 0), 0,
		   "a deleted .log file that a list allows");
	policy_off("deleted");
}

static int act_chroot(const char *root, int number)
{
	(void)number;
	if (chroot(root) < 0 || chdir("/") < 0)
		return 205;
	return act_open("/file", 0);
}

static int act_clone(const char *folder, int number)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, folder, OPEN_TREE_CLONE);
	int fd;

	(void)number;
	if (tree < 0)
		return 206;
	fd = openat(tree, "file", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int act_namespace(const char *path, int number)
{
	(void)number;
	if (unshare(CLONE_NEWNS) < 0)
		return 207;
	return act_open(path, 0);
}

/* The kernel copies a layer's file up before it is written. */
static int act_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	return fd >= 0 && write(fd, "x", 1) == 1 ? 0 : errno;
}

/* An overlay of our own whose layer has the secret's path, seen from the layer. */
static int act_overlay(const char *path, int number)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("tmpfs", LAB "/ov", "tmpfs", 0, NULL) < 0)
		return 208;
	for (size_t i = 0; i < 4; i++) {
		static const char *const folders[] = { "/lower", "/upper", "/work",
						       "/top" };
		char folder[64];

		snprintf(folder, sizeof(folder), LAB "/ov%s", folders[i]);
		if (mkdir(folder, 0755) < 0)
			return 208;
	}
	if (mkdir(LAB "/ov/lower/etc", 0755) < 0 ||
	    close(open(LAB "/ov/lower/etc/secret", O_CREAT | O_WRONLY, 0644)) < 0 ||
	    truncate(LAB "/ov/lower/etc/secret", 4096) < 0)
		return 208;
	if (mount("overlay", LAB "/ov/top", "overlay", 0,
		  "lowerdir=" LAB "/ov/lower,upperdir=" LAB "/ov/upper,workdir=" LAB
		  "/ov/work") < 0)
		return errno == ENODEV ? 0 : 209;
	return number ? act_append(path) : act_open(path, 0);
}

static void check_roots(void)
{
	rig_load(session,
		 rig_policy(RIG_DENY_ON(HOOK("security_file_open")), "roots", SECRET "/"),
		 0);
	fact_equal(act(act_chroot, SECRET, 0), EPERM, "the secret as the root");
	fact_equal(act(act_chroot, FREE, 0), 0, "another root");
	fact_equal(act(act_clone, SECRET, 0), EPERM, "a clone of the secret's mount");
	fact_equal(act(act_namespace, SECRET "/file", 0), EPERM,
		   "another mount namespace");
	fact_equal(act(act_namespace, FREE "/file", 0), 0, "the same, and another file");
	policy_off("roots");
	rig_load(session,
		 rig_policy(RIG_DENY_ON(HOOK("security_file_open")), "roots",
			    "/etc/secret"),
		 0);
	fact_equal(act(act_overlay, LAB "/ov/top/etc/secret", 0), 0,
		   "a layer's file is not the machine's");
	policy_off("roots");
	rig_load(session,
		 rig_policy(RIG_DENY_ON(HOOK("security_file_permission")), "roots",
			    SECRET "/"),
		 0);
	fact_equal(act(act_overlay, LAB "/ov/top/etc/secret", 1), 0,
		   "a layer's file is copied up and written");
	policy_off("roots");
}

static int map_ids(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	int r = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0
										  : -1;

	close(fd);
	return r;
}

/* The allowed folder, as a user namespace sees it: with a program of its own. */
static int namespace_make(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    map_ids("/proc/self/uid_map", "0 0 1") < 0 ||
	    map_ids("/proc/self/setgroups", "deny") < 0 ||
	    map_ids("/proc/self/gid_map", "0 0 1") < 0)
		return -1;
	return mount("tmpfs", TOOLS, "tmpfs", 0, NULL);
}

static int act_spoof(const char *path, int number)
{
	(void)number;
	if (namespace_make() < 0)
		return 210;
	file_copy(FREE "/true", TOOLS "/true");
	return act_exec(path, 0);
}

static void check_user_namespaces(void)
{
	static const char policy[] =
		RIG_HEAD "  options: [{name: user-namespaces, value: %s}]\n" HOOK(
			"security_bprm_check") ARG("linux_binprm")
			ON_ARG("NotPrefix", "'" TOOLS "/', /usr/, /bin/") DENY;

	rig_load(session, rig_policy(policy, "spoof", "distrust"), 0);
	fact_equal(act(act_exec, TOOLS "/true", 0), 0, "the allowed program runs");
	fact_equal(act(act_spoof, TOOLS "/true", 0), EPERM, "a made-up one does not");
	policy_off("spoof");
	rig_load(session, rig_policy(policy, "spoof", "trust"), 0);
	fact_equal(act(act_spoof, TOOLS "/true", 0), 0,
		   "it does where names are believed");
	policy_off("spoof");
}

/* The allowed reader, or one that only has its name; its status is the reader's. */
static int act_read(const char *path, int spoofs)
{
	if (spoofs) {
		if (namespace_make() < 0)
			return 210;
		file_copy("/bin/cat", TOOLS "/cat");
	}
	execl(TOOLS "/cat", "cat", path, (char *)NULL);
	return errno;
}

/* The same as exceptions that come first, and then everybody else. */
static void check_exceptions(void)
{
	static const char programs[] = RIG_HEAD HOOK("security_bprm_check") ARG(
		"linux_binprm")
		ON_ARG("Prefix",
		       "'" TOOLS
		       "/', /usr/, /bin/") "      matchActions: [{action: NoPost}]\n"
					   "    - matchActions: [{action: Override, argError: -1}]\n";
	static const char files[] = RIG_HEAD HOOK("security_file_open") ARG(
		"file") "    selectors:\n"
			"    - matchBinaries: [{operator: In, values: [" TOOLS "/cat]}]\n"
			"      matchActions: [{action: NoPost}]\n"
			"    - matchArgs: [{index: 0, operator: Prefix, values: [" SECRET
			"/]}]\n" DENY;

	file_copy("/bin/cat", TOOLS "/cat");
	policy_on(programs, "excepted");
	fact_equal(act(act_exec, TOOLS "/true", 0), 0, "an excepted program runs");
	fact_equal(act(act_spoof, TOOLS "/true", 0), EPERM, "one of its name does not");
	policy_off("excepted");
	policy_on(files, "excepted");
	fact_equal(act(act_read, SECRET "/file", 0), 0, "an excepted program reads");
	fact_equal(act(act_read, SECRET "/file", 1), 1, "one of its name does not");
	fact_equal(act(act_read, FREE "/file", 1), 0, "it reads other files");
	policy_off("excepted");
}

static int act_write_long(const char *end, int bytes)
{
	char *text = malloc(bytes);
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (!text || fd < 0)
		return 211;
	memset(text, 'x', bytes);
	memcpy(text + bytes - strlen(end), end, strlen(end));
	return write(fd, text, bytes) == bytes ? 0 : errno;
}

static void check_buffers(void)
{
	static const int sizes[] = { 6, 100, 4094, 4095, 4096, 4097, 5000, 1 << 20 };

	policy_on(RIG_HEAD "  kprobes:\n"
			   "  - call: sys_write\n"
			   "    syscall: true\n"
			   "    args: [{index: 1, type: char_buf, sizeArgIndex: 3}]\n"
			   "    selectors:\n"
			   "    - matchArgs:\n"
			   "      - {index: 1, operator: Postfix, values: [SECRET]}\n"
			   "      matchActions: [{action: Sigkill}]\n",
		  "buffer");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		fact_equal(act(act_write_long, "SECRET", sizes[i]), -SIGKILL,
			   "%d bytes that end as forbidden", sizes[i]);
		fact_equal(act(act_write_long, "SECRETS", sizes[i] + 1), 0,
			   "%d bytes that do not", sizes[i] + 1);
	}
	policy_off("buffer");
}

static int act_connect(const char *address, int family)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (family == AF_INET) {
		inet_pton(AF_INET, address, &in.sin_addr);
		r = connect(fd, (struct sockaddr *)&in, sizeof(in));
	} else {
		inet_pton(AF_INET6, address, &in6.sin6_addr);
		r = connect(fd, (struct sockaddr *)&in6, sizeof(in6));
	}
	return r < 0 ? errno : 0;
}

static void check_addresses(void)
{
	policy_on(RIG_HEAD HOOK("tcp_connect") ARG("sock") ON_ARG(
			  "DAddr",
			  "127.0.0.1/32") "      matchActions: [{action: Sigkill}]\n",
		  "address");
	fact_equal(act(act_connect, "127.0.0.1", AF_INET), -SIGKILL, "IPv4");
	fact_equal(act(act_connect, "::ffff:127.0.0.1", AF_INET6), -SIGKILL,
		   "IPv4 in IPv6");
	fact_equal(act(act_connect, "::ffff:127.0.0.2", AF_INET6), ECONNREFUSED,
		   "another IPv4 address in IPv6");
	fact_equal(act(act_connect, "127.0.0.2", AF_INET), ECONNREFUSED,
		   "another in IPv4");
	policy_off("address");
}

/* By a worker of the kernel's, which is the process's for what rules look at. */
static int act_open_ring(const char *path, int flags)
{
	int r = uring_open(path, O_RDONLY | O_CLOEXEC, (unsigned char)flags);

	return r < 0 ? -r : 0;
}

static void check_workers(void)
{
	static const unsigned char flags[] = { 0, IOSQE_ASYNC };
	char own[PATH_MAX] = "";

	if (readlink("/proc/self/exe", own, sizeof(own) - 1) < 0)
		fact(false, "own name");
	rig_load(
		session,
		rig_policy(
			RIG_HEAD HOOK("security_file_open") ARG("file") ON_ARG(
				"Prefix", SECRET
				"/") "      matchBinaries: [{operator: In, values: ['%s']}]\n" DENY,
			"worker", own),
		0);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		fact_equal(act(act_open_ring, SECRET "/file", flags[i]), EPERM,
			   "a ring opens what is forbidden, flags %u", flags[i]);
		fact_equal(act(act_open_ring, FREE "/file", flags[i]), 0,
			   "a ring opens something else, flags %u", flags[i]);
	}
	policy_off("worker");
}

/* The allowed reader, from a copy of its mount that is mounted nowhere: it has no name. */
static int act_read_cloned(const char *path, int number)
{
	int tree = syscall(SYS_open_tree, AT_FDCWD, TOOLS, OPEN_TREE_CLONE);
	char *argv[] = { (char *)"cat", (char *)path, NULL };
	char *envp[] = { NULL };

	(void)number;
	if (tree < 0)
		return 212;
	syscall(SYS_execveat, tree, "cat", argv, envp, 0);
	return errno;
}

/* As a number: what a caller may pass for a name. */
static int act_open_nothing(const char *text, int number)
{
	(void)text;
	return syscall(SYS_openat, AT_FDCWD, number, O_RDONLY) < 0 ? errno : 0;
}

#define OPEN_FILES                                                                       \
	HOOK("security_file_open")                                                       \
	ARG("file") ON_ARG("Prefix", "'" SECRET "/'")
#define BY_READER                                                                        \
	OPEN_FILES "      matchBinaries: [{operator: In, values: [" FREE "/cat]}]\n"
#define OPEN_NAMES                                                                       \
	HOOK("do_sys_openat2")                                                           \
	"    args: [{index: 1, type: string}]\n"                                         \
	"    selectors:\n"                                                               \
	"    - matchArgs:\n"                                                             \
	"      - {index: 1, operator: Equal, values: [" SECRET "/file]}\n"

static const char *unreadable_read(uint32_t cause, uint64_t *ret)
{
	const char *name = NULL;

	fact_equal(tetra_stats_unreadable(session, cause, &name, ret), 0, "cause %u",
		   cause);
	return name;
}

/* Counts since @before; they are there for one cause, @cause. */
static void counted_once(const uint64_t *before, uint32_t cause)
{
	for (uint32_t i = 0; i < TETRA_UNREADABLE_END; i++) {
		uint64_t count = 0;
		const char *name = unreadable_read(i, &count);

		fact((count > before[i]) == (i == cause), "%s %s",
		     i == cause ? "counted:" : "not counted:", name);
	}
}

/* Acts on what cannot be judged do not pass, and each cause has a count of its own. */
static void check_causes(void)
{
	static const struct {
		const char *policy;
		uint32_t cause;
		act_fn act;
		const char *path;
		int number, wanted;
	} rows[] = {
		{ OPEN_FILES DENY, TETRA_UNREADABLE_PATH_DEEP, act_open_deep, FREE,
		  WALK_STEPS + 10, EPERM },
		{ OPEN_FILES DENY, TETRA_UNREADABLE_PATH_DETACHED, act_clone, FREE, 0,
		  EPERM },
		{ BY_READER DENY, TETRA_UNREADABLE_PROCESS, act_read_cloned,
		  SECRET "/file", 0, 1 },
		{ OPEN_NAMES "      matchActions: [{action: Sigkill}]\n",
		  TETRA_UNREADABLE_KERNEL_MEMORY, act_open_nothing, NULL, 8, -SIGKILL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t before[TETRA_UNREADABLE_END];

		rig_load(session, rig_policy(RIG_HEAD "%s", "causes", rows[i].policy), 0);
		for (uint32_t k = 0; k < TETRA_UNREADABLE_END; k++)
			(void)unreadable_read(k, &before[k]);
		fact_equal(act(rows[i].act, rows[i].path, rows[i].number), rows[i].wanted,
			   "does not pass: cause %u", rows[i].cause);
		counted_once(before, rows[i].cause);
		policy_off("causes");
	}
}

static void stage_make(void)
{
	rig_file(SECRET, SECRET "/file");
	rig_file(FREE, FREE "/file");
	rig_file(TOOLS, TOOLS "/file");
	rig_file(LAB "/ov", LAB "/ov/file");
	file_copy("/bin/true", TOOLS "/true");
	file_copy("/bin/true", FREE "/true");
	if (system("ip link set lo up") != 0)
		fact(false, "the loopback interface is up");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	stage_make();
	session = rig_session(NULL);
	check_depth();
	check_exec_allowed();
	check_exec_deleted();
	check_write_allowed();
	check_deleted();
	check_roots();
	check_user_namespaces();
	check_exceptions();
	check_buffers();
	check_addresses();
	check_workers();
	check_causes();
	tetra_session_free(session);
	return fact_close();
}
