/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test-act: commands without policies, in mount namespaces of their own. What they do in a sandbox
 * is shown in guests (tests/data/suites). 77: this needs root.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/act.h"
#include "live/person.h"
#include "sandbox/view.h"

#define SKIPPED 77
/* Seconds; a test that hangs is ended. */
#define MOST 20u

static unsigned int n_wrong;

static void expect(int is_true, const char *what)
{
	if (!is_true)
		printf("wrong: %s\n", what);
	n_wrong += !is_true;
}

/* Runs in a process of its own, whose user, mounts and time are not ours. */
static int run_apart(int (*test)(const char *text), const char *text)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		alarm(MOST);
		_exit(test(text));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* "user: NAME" and so on. Return: 1: the process may become that; 0: it is refused. */
static int is_accepted(const char *key, const struct node *value)
{
	struct arena arena = {};
	struct node *form = node_new(&arena, NODE_MAP, NULL);
	char why[200];

	node_add(&arena, form, node_scalar(&arena, NULL, key, 1), value);
	return person_become(form, why, sizeof(why)) == 0;
}

static int is_user(const char *name)
{
	struct arena arena = {};

	return is_accepted("user", node_scalar(&arena, NULL, name, 1));
}

static int is_other_user(const char *name)
{
	return is_user(name) && getuid() != 0 && geteuid() != 0;
}

static int has_many_groups(const char *name)
{
	struct arena arena = {};
	struct node *list = node_new(&arena, NODE_LIST, NULL);
	unsigned int i;

	for (i = 0; i < 65; i++)
		node_add(&arena, list, NULL, node_scalar(&arena, NULL, name, 1));
	return is_accepted("groups", list);
}

static void test_person(void)
{
	/* The id "as before" would leave the command with that of the runner. */
	static const char *const wrong[] = { "-1",	   "4294967295",
					     "4294967296", " 7",
					     "+7",	   "7x",
					     "",	   "18446744073709551616" };
	size_t i;

	expect(run_apart(is_other_user, "65533") == 1, "a number is a user");
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		expect(run_apart(is_user, wrong[i]) == 0, wrong[i]);
	expect(run_apart(has_many_groups, "7") == 0, "no group is left out silently");
}

/* A program that writes without end leaves its reader time to look at the clock. */
static int is_read_in_parts(const char *text)
{
	struct sandbox here = { .root = -1, .net_ns = -1 };
	struct cgroup none = {};
	struct arena arena = {};
	struct node *form = node_new(&arena, NODE_MAP, NULL);
	const char *why = "";
	struct pollfd fds[4];
	struct act act;
	unsigned int i;

	here.mnt_ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	node_add(&arena, form, node_scalar(&arena, NULL, "sh", 1),
		 node_scalar(&arena, NULL, text, 0));
	if (act_prepare(&act, &arena, form, &here, &none, &why) < 0) {
		printf("%s\n", why);
		return SKIPPED;
	}
	act_release(&act);
	for (i = 0; i < 3; i++) {
		poll(fds, act_poll(&act, fds), -1);
		act_take(&act);
	}
	i = act.out.n > 0;
	act_done(&act);
	return (int)i;
}

static int write_to(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A file system whose path an overlay takes for two. */
static int is_unchanged(const char *folder)
{
	char where[200], file[256], why[256];

	snprintf(where, sizeof(where), "%s/a:b", folder);
	snprintf(file, sizeof(file), "%s/file", where);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mkdir(where, 0755) < 0 || mount("test", where, "tmpfs", 0, NULL) < 0 ||
	    !write_to(file) || view_make(NULL, 0, why, sizeof(why)) < 0)
		return SKIPPED;
	return access(file, F_OK) < 0 || (!write_to(file) && errno == EROFS);
}

int main(void)
{
	char folder[] = "/var/tmp/test-act-XXXXXX", inner[64];
	int read, unchanged = SKIPPED;

	if (geteuid() != 0)
		return SKIPPED;
	test_person();
	read = run_apart(is_read_in_parts, "exec yes");
	expect(read == 1 || read == SKIPPED, "what writes without end is read in parts");
	if (mkdtemp(folder)) {
		unchanged = run_apart(is_unchanged, folder);
		snprintf(inner, sizeof(inner), "%s/a:b", folder);
		rmdir(inner);
		rmdir(folder);
	}
	expect(unchanged == 1 || unchanged == SKIPPED,
	       "what cannot be below an overlay is not written");
	printf("%u wrong%s%s\n", n_wrong, read == SKIPPED ? ", no command" : "",
	       unchanged == SKIPPED ? ", no view" : "");
	return n_wrong != 0;
}
