/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/base.h"
#include "tests/bench/meter.h"

/*
 * By the guest's clock, which leaps ahead while nothing runs: a minute of it may pass while
 * a busy host reads one page. The guest's own limit is the host's.
 */
#define READY_SECONDS 3600

static int file_copy(const char *folder, const char *name)
{
	_cleanup_(closep) int from = -1;
	_cleanup_(closep) int to = -1;
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	from = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), STAGE "/%s", name);
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) < 0)
		return -errno;
	return sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size ? 0 : -EINVAL;
}

/* A file on the stage, with the folders above it. */
static int file_make(const char *name)
{
	_cleanup_(closep) int fd = -1;
	char path[4096], *slash;

	snprintf(path, sizeof(path), STAGE "%s", name);
	for (slash = path + sizeof(STAGE); (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd >= 0 && write(fd, "x", 1) == 1 ? 0 : -errno;
}

/* One entry of the old root, under its name in the new one: links as they are, folders with
 * what is mounted below. */
static int entry_take(const struct dirent *entry)
{
	char from[300], to[sizeof(STAGE) + 300], target[PATH_MAX] = "";

	snprintf(from, sizeof(from), "/%s", entry->d_name);
	snprintf(to, sizeof(to), STAGE "/%s", entry->d_name);
	if (entry->d_type == DT_LNK)
		return readlink(from, target, sizeof(target) - 1) < 0 ||
				       symlink(target, to) < 0
			       ? -errno
			       : 0;
	/* Those that the stage has itself stay its own. */
	if (entry->d_type != DT_DIR || mkdir(to, 0755) < 0)
		return 0;
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ? -errno : 0;
}

/* The stage becomes the machine's root. */
static int stage_enter(void)
{
	struct dirent *entry;
	DIR *root = opendir("/");
	int r = root ? 0 : -errno;

	while (r == 0 && (entry = readdir(root)))
		if (!str_equal(entry->d_name, ".") && !str_equal(entry->d_name, ".."))
			r = entry_take(entry);
	if (root)
		closedir(root);
	if (r == 0 && (chdir(STAGE) < 0 || syscall(SYS_pivot_root, ".", STAGE_OLD) < 0 ||
		       chdir("/") < 0))
		r = -errno;
	return r;
}

static int stage_make(const char *programs)
{
	static const char *const files[] = {
		"/tmp/w/n/file",    "/tmp/w/m/file", "/srv/x/file",
		"/tmp/w/m500/file", STAGE_12,	     STAGE_30,
		STAGE_51,	    STAGE_59,	     STAGE_VOLUME_FILE,
	};
	size_t i;
	int r = 0;

	if (mkdir(STAGE_OLD, 0755) < 0 || mkdir(STAGE STAGE_VOLUME, 0755) < 0 ||
	    mount("volume", STAGE STAGE_VOLUME, "tmpfs", 0, "mode=755") < 0)
		return -errno;
	for (i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
		r = file_make(files[i]);
	if (r == 0)
		r = file_copy(programs, "workload");
	if (r == 0)
		r = file_copy(programs, "tiny");
	return r;
}

int stage_init(const char *programs)
{
	int r;

	if (mkdir(STAGE, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (mount("bench", STAGE, "tmpfs", 0, "mode=755") < 0)
		return -errno;
	r = stage_make(programs);
	return r == 0 ? stage_enter() : r;
}

static void child_workload(const char *op, uint32_t n, const char *path, int out)
{
	char number[16];
	char *argv[] = { (char *)"workload", (char *)op, number, (char *)path, NULL };
	char *envp[] = { NULL };

	snprintf(number, sizeof(number), "%u", n);
	if (dup2(out, STDOUT_FILENO) < 0 || chdir("/") < 0)
		_exit(126);
	execve("/workload", argv, envp);
	_exit(127);
}

int stage_run(const char *op, uint32_t n, const char *path, uint64_t *ret_ns)
{
	_cleanup_(closep) int in = -1;
	unsigned long long elapsed;
	char text[128] = "";
	int out[2], status;
	ssize_t len;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	in = out[0];
	pid = fork();
	if (pid == 0)
		child_workload(op, n, path, out[1]);
	close(out[1]);
	if (pid < 0)
		return -errno;
	len = read(in, text, sizeof(text) - 1);
	if (waitpid(pid, &status, 0) != pid || status || len <= 0 ||
	    sscanf(text, "%*s %*s %llu", &elapsed) != 1)
		return -ECANCELED;
	*ret_ns = elapsed;
	return 0;
}

static void child_daemon(char *const argv[])
{
	int out = open(STAGE_EVENTS, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	int log = open(STAGE_LOG, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	close(out);
	close(log);
	execv(argv[0], argv);
	_exit(127);
}

int stage_start(struct stage_daemon *daemon, char *const argv[])
{
	unlink(STAGE_EVENTS);
	unlink(STAGE_LOG);
	daemon->start_ns = meter_now_ns();
	daemon->pid = fork();
	if (daemon->pid == 0)
		child_daemon(argv);
	return daemon->pid < 0 ? -errno : 0;
}

static int64_t lines_count(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int64_t n = 0;

	if (!file)
		return 0;
	while (getline(&line, &size, file) > 0)
		n += strstr(line, text) != NULL;
	free(line);
	fclose(file);
	return n;
}

int64_t stage_count_lines(const char *text)
{
	return lines_count(STAGE_EVENTS, text);
}

/* What it said, on our standard error. Return: -ECANCELED. */
static int log_print(const char *what)
{
	FILE *file = fopen(STAGE_LOG, "re");
	char line[1024];

	fprintf(stderr, "bench: tetra-mini %s; its messages:\n", what);
	while (file && fgets(line, sizeof(line), file))
		fputs(line, stderr);
	if (file)
		fclose(file);
	return -ECANCELED;
}

int stage_wait_ready(const struct stage_daemon *daemon)
{
	int i;

	for (i = 0; i < READY_SECONDS * 10; i++) {
		if (lines_count(STAGE_LOG, ": ready") > 0)
			return 0;
		if (waitpid(daemon->pid, NULL, WNOHANG) != 0)
			return log_print("has ended");
		usleep(100000);
	}
	return log_print("does not become ready");
}

void stage_stop(struct stage_daemon *daemon)
{
	if (daemon->pid <= 0)
		return;
	kill(daemon->pid, SIGCONT);
	kill(daemon->pid, SIGTERM);
	waitpid(daemon->pid, NULL, 0);
	daemon->pid = 0;
}
