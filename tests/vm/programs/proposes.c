/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proposes: tetra-policy new runs a command, and proposes what it did: the programs that it and its
 * descendants start, the files that they open, where they connect to; nothing of other processes,
 * and nothing of how the command was started. What the command prints is not mixed with the
 * proposal; a caller that ignores SIGCHLD does no harm. Nothing is left in the kernel.
 */
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

/* Below the folder of this program. */
#define TETRA_POLICY "../../../examples/tetra-policy/tetra-policy"
#define POLICY	     "/tmp/proposed.yaml"
#define OUT	     "/tmp/out"
#define ERR	     "/tmp/err"
#define TEXT_BYTES   (1u << 20)

static char program[512], text[TEXT_BYTES];

static void redirect(int to, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(125);
}

static const char *text_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* @ends: what is done about SIGCHLD where the program is called. */
static int run(char *const *argv, void (*ends)(int))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		redirect(STDOUT_FILENO, OUT);
		redirect(STDERR_FILENO, ERR);
		signal(SIGCHLD, ends);
		execv(program, argv);
		_exit(125);
	}
	waitpid(pid, &status, 0);
	if (status)
		fputs(text_read(ERR), stderr);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Another process, which opens a file all the time. */
static pid_t neighbour(void)
{
	pid_t pid = fork();

	while (pid == 0) {
		close(open("/tmp/neighbour", O_RDONLY | O_CREAT, 0600));
		usleep(1000);
	}
	return pid;
}

static void proposal_is_complete(void)
{
	static char command[] =
		"cat /etc/hostname /etc/passwd >/dev/null; (id >/dev/null); "
		"python3 -c 'import socket\n"
		"try: socket.create_connection((\"127.0.0.1\", 7077))\n"
		"except OSError: pass'; echo aside";
	char *const proposing[] = { program, "new", "-o",    POLICY, "--",
				    "sh",    "-c",  command, NULL };
	char *const checking[] = { program, "check", "--strict", POLICY, NULL };
	static const char *const wanted[] = { "\"/etc/hostname\" # ",
					      "\"/etc/passwd\" # ",
					      "/cat\" # ",
					      "/id\" # ",
					      "\"127.0.0.1\" # ",
					      "\"7077\" # ",
					      "security_bprm_check" };
	pid_t other = neighbour();
	size_t i;

	fact_equal(run(proposing, SIG_DFL), 0, "a policy is proposed");
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	fact(strcmp(text_read(OUT), "aside\n") == 0, "the command prints on its own");
	text_read(POLICY);
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		fact(strstr(text, wanted[i]) != NULL, "it has %s", wanted[i]);
	fact(!strstr(text, "neighbour"), "it has nothing of others");
	fact(!strstr(text, "tetra-policy\""), "it has nothing of this program");
	fact_equal(run(checking, SIG_DFL), 0, "check finds it clean");
}

static void output_is_apart(void)
{
	char *const proposing[] = { program, "new", "--",
				    "sh",    "-c",  "echo aside; exit 3",
				    NULL };
	char *const checking[] = { program, "check", "--strict", POLICY, NULL };

	fact_equal(run(proposing, SIG_IGN), 0, "ends where SIGCHLD is ignored");
	fact(strstr(text_read(ERR), "the command failed") != NULL, "it has the status");
	fact(strstr(text, "aside\n") != NULL, "what is printed goes to standard error");
	fact(strncmp(text_read(OUT), "# Proposed by ", 14) == 0, "a policy is printed");
	fact(!strstr(text, "aside"), "nothing else is");
	rename(OUT, POLICY);
	fact_equal(run(checking, SIG_DFL), 0, "check finds it clean");
}

static void nothing_is_left(void)
{
	glob_t found;

	fact(glob("/sys/fs/cgroup/tetra-*", 0, NULL, &found) == GLOB_NOMATCH,
	     "no control group is left");
	globfree(&found);
}

int main(void)
{
	ssize_t n = readlink("/proc/self/exe", program, 400);

	if (n < 0)
		return 2;
	strcpy(strrchr(program, '/') + 1, TETRA_POLICY);
	proposal_is_complete();
	output_is_apart();
	nothing_is_left();
	return fact_close();
}
