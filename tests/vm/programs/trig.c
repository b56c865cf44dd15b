// SPDX-License-Identifier: Apache-2.0
/*
 * trig OP ARGS [-- OP ARGS]...
 *
 * Runs the operations in order, in this one process, and prints for each, with one write,
 * "op args -> RESULT [ERRNO]". Some operations take another one as their arguments:
 *
 *   rep COUNT OP...     COUNT times; the result is that of the last time
 *   tries COUNT OP...   COUNT times; the result is how often it succeeded
 *   tryfor MS OP...     for MS milliseconds; the result is how often it succeeded
 *   child OP...         in a forked child; says how that ended
 *   grandchild OP...    in a child's child
 *   thread OP...        in a second thread
 */
#include "trig.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_NO_OPERATION = 98,
	EXIT_UNKNOWN_OPERATION = 99,
	/* How much of an operation's words is repeated before its result. */
	LABEL_WORDS = 4,
	LABEL_BYTES = 128,
	LABEL_FULL = 100,
};

static int run_ops(int n, char **words);

const char *word_text(int n_words, char **words, int i)
{
	return i < n_words ? words[i] : "";
}

long word_number(int n_words, char **words, int i)
{
	return strtol(word_text(n_words, words, i), NULL, 0);
}

void fd_close(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

static void print_result(const char *label, long result)
{
	const char *name = result < 0 ? strerrorname_np(errno) : NULL;
	char line[LABEL_BYTES + 32];
	int n;

	if (result < 0)
		n = snprintf(line, sizeof(line), "%s -> %ld %s\n", label, result,
			     name ?: "?");
	else
		n = snprintf(line, sizeof(line), "%s -> %ld\n", label, result);
	/* Past stdio: one write per operation, whatever standard output is. */
	if (write(STDOUT_FILENO, line, n) < 0)
		return;
}

static const struct op *op_find(const char *name)
{
	static const struct op *const tables[] = { trig_file_ops, trig_net_ops,
						   trig_process_ops };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (const struct op *op = tables[i]; op->name; op++)
			if (!strcmp(op->name, name))
				return op;
	return NULL;
}

static long op_run(const struct op *op, int n, char **words)
{
	errno = 0;
	return op->run(n, words);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The three that repeat; words[1] is their number, the operation begins at words[2]. */
static int run_repeated(int n, char **words)
{
	const struct op *op = n > 2 ? op_find(words[2]) : NULL;
	int timed = !strcmp(words[0], "tryfor");
	long limit = word_number(n, words, 1), end = timed ? now_ms() + limit : 0;
	long successes = 0, result = 0;

	if (!op)
		return EXIT_UNKNOWN_OPERATION;
	for (long i = 0; timed ? now_ms() < end : i < limit; i++) {
		result = op_run(op, n - 2, words + 2);
		successes += result >= 0;
	}
	print_result(words[0], strcmp(words[0], "rep") ? successes : result);
	return 0;
}

static int run_child(int n, char **words)
{
	int status, deeper = !strcmp(words[0], "grandchild");
	pid_t pid = fork();

	if (pid == 0) {
		pid = deeper ? fork() : 0;
		if (pid != 0) {
			waitpid(pid, &status, 0);
			_exit(0);
		}
		_exit(run_ops(n - 1, words + 1));
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		print_result("child-signalled", WTERMSIG(status));
	else
		print_result("child-exit", WEXITSTATUS(status));
	return 0;
}

struct thread_words {
	int n;
	char **words;
};

static void *thread_main(void *data)
{
	struct thread_words *own = data;

	run_ops(own->n, own->words);
	return NULL;
}

static int run_thread(int n, char **words)
{
	struct thread_words own = { n - 1, words + 1 };
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, &own))
		return EXIT_UNKNOWN_OPERATION;
	pthread_join(thread, NULL);
	return 0;
}

static int run_plain(int n, char **words)
{
	const struct op *op = op_find(words[0]);
	char label[LABEL_BYTES];
	long result;
	int used;

	if (!op) {
		print_result("unknown-op", 0);
		return EXIT_UNKNOWN_OPERATION;
	}
	result = op_run(op, n, words);
	used = snprintf(label, sizeof(label), "%s", words[0]);
	for (int i = 1; i < n && i < LABEL_WORDS && used < LABEL_FULL; i++)
		used += snprintf(label + used, sizeof(label) - used, " %.24s", words[i]);
	print_result(label, result);
	return 0;
}

static int run_one(int n, char **words)
{
	static const struct {
		const char *name;
		int (*run)(int n, char **words);
	} forms[] = {
		{ "rep", run_repeated },     { "tries", run_repeated },
		{ "tryfor", run_repeated },  { "child", run_child },
		{ "grandchild", run_child }, { "thread", run_thread },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (!strcmp(forms[i].name, words[0]))
			return forms[i].run(n, words);
	return run_plain(n, words);
}

static int run_ops(int n, char **words)
{
	for (int i = 0, end; i < n; i = end + 1) {
		int r;

		for (end = i; end < n && strcmp(words[end], "--"); end++)
			;
		if (end == i)
			continue;
		r = run_one(end - i, words + i);
		if (r)
			return r;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return EXIT_NO_OPERATION;
	return run_ops(argc - 1, argv + 1);
}
