/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopped: tetra-policy test is asked to end, in the middle of a case or of its setup. The case's
 * cleanup runs, the cases after it do not; processes and control groups are gone, and the
 * parent learns which signal it was.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

/* Below the folder of this program. */
#define TETRA_POLICY "../../../examples/tetra-policy/tetra-policy"
#define SUITE	     "/tmp/stopped.yaml"
/* For the guest that is slow. */
#define WAIT_MS 60000

/* As a suite is written. */
/* clang-format off */
static const char suite_text[] =
	"apiVersion: tetra.test/v1\n"
	"kind: PolicySuite\n"
	"policies:\n"
	"- apiVersion: cilium.io/v1alpha1\n"
	"  kind: TracingPolicy\n"
	"  metadata: {name: stopped}\n"
	"  spec: {kprobes: [{call: tcp_connect, syscall: false, args: [{index: 0, type: sock}]}]}\n"
	"cases:\n"
	"- name: waits\n"
	"  setup: %s\n"
	"  cleanup: kill -USR1 %d\n"
	"  with: {sh: sleep 31337 & exec sleep 31338}\n"
	"  run: {argv: [sleep, \"31339\"]}\n"
	"  expect: {exit: 0}\n"
	"- name: is not run\n"
	"  run: {sh: kill -USR2 %d}\n"
	"  expect: {exit: 0}\n";
/* clang-format on */

static volatile sig_atomic_t n_cleanups, n_others;

static void on_signal(int signal)
{
	n_cleanups += signal == SIGUSR1;
	n_others += signal == SIGUSR2;
}

/* Whether a process runs sleep for @seconds; any of this program's if NULL. */
static bool sleeps(const char *seconds)
{
	DIR *folder = opendir("/proc");
	char path[300], text[64];
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder))) {
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		if (fd >= 0)
			close(fd);
		text[n > 0 ? n : 0] = '\0';
		found = n > 6 && strcmp(text, "sleep") == 0 &&
			strncmp(text + 6, seconds ? seconds : "3133", seconds ? 6 : 4) ==
				0;
	}
	if (folder)
		closedir(folder);
	return found;
}

static bool has_groups(void)
{
	DIR *folder = opendir("/sys/fs/cgroup");
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder)))
		found = strncmp(entry->d_name, "tetra-", 6) == 0;
	if (folder)
		closedir(folder);
	return found;
}

static pid_t start(const char *setup)
{
	char program[512];
	ssize_t n = readlink("/proc/self/exe", program, 400);
	FILE *file = fopen(SUITE, "w");
	pid_t pid;

	if (n < 0 || !file)
		exit(2);
	program[n] = '\0';
	strcpy(strrchr(program, '/') + 1, TETRA_POLICY);
	fprintf(file, suite_text, setup, (int)getpid(), (int)getpid());
	fclose(file);
	pid = fork();
	if (pid == 0) {
		execl(program, program, "test", SUITE, NULL);
		_exit(125);
	}
	return pid;
}

static void stop_at(const char *what, const char *setup, int signal)
{
	int64_t end = rig_now_ms() + WAIT_MS;
	pid_t pid = start(setup);
	int status = 0;

	n_cleanups = n_others = 0;
	while (!sleeps("31339") && rig_now_ms() < end &&
	       waitpid(pid, &status, WNOHANG) == 0)
		usleep(20000);
	kill(pid, signal);
	fact(waitpid(pid, &status, 0) == pid, "%s: it ends", what);
	fact(WIFSIGNALED(status) && WTERMSIG(status) == signal,
	     "%s: by the signal (status %#x)", what, (unsigned int)status);
	fact_equal(n_cleanups, 1, "%s: cleanups", what);
	fact_equal(n_others, 0, "%s: cases after it", what);
	fact(!sleeps(NULL), "%s: its processes are gone", what);
	fact(!has_groups(), "%s: its control groups are gone", what);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	stop_at("a command, SIGINT", "exit 0", SIGINT);
	stop_at("a command, SIGTERM", "exit 0", SIGTERM);
	stop_at("a setup, SIGTERM", "exec sleep 31339", SIGTERM);
	return fact_close();
}
