/* SPDX-License-Identifier: Apache-2.0 */
#include "live/act.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live/person.h"
#include "live/stop.h"

/* Shared with the command's process, which waits there and makes no call that a policy may see. */
struct gate {
	unsigned int state;
	char why[256];
};
enum { GATE_CLOSED, GATE_READY, GATE_OPEN, GATE_FAILED };

/* A preparation that takes longer hangs. */
#define READY_TRIES 200u
#define READY_MS    50

/* What setup and cleanup may take, as commands do. */
#define SHELL_MS 60000

/* A program that writes without end is not read without end: its time is to run out. */
#define TAKE_READS (ACT_OUTPUT_MAX / 4096u)

static void gate_set(struct gate *gate, unsigned int state)
{
	__atomic_store_n(&gate->state, state, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &gate->state, FUTEX_WAKE, 16, NULL, NULL, 0);
}

/* While it is @state; NULL: without end. */
static void gate_wait(struct gate *gate, unsigned int state, const struct timespec *most)
{
	if (__atomic_load_n(&gate->state, __ATOMIC_SEQ_CST) == state)
		syscall(SYS_futex, &gate->state, FUTEX_WAIT, state, most, NULL, 0);
}

/* What the command's process has; it ends with it. */
struct start {
	const struct node *form;
	const struct sandbox *sandbox;
	const struct cgroup *cgroup;
	struct gate *gate;
	int in, out, err;
};

static __attribute__((noreturn)) void give_up(const struct start *start, const char *what)
{
	if (!start->gate->why[0])
		snprintf(start->gate->why, sizeof(start->gate->why), "%s: %s", what,
			 strerror(errno));
	gate_set(start->gate, GATE_FAILED);
	_exit(125);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) >= 0)
		close(fd);
}

/* A user namespace in which all ids are those of before: its parent has to write that. */
static int new_user_namespace(void)
{
	int ends[2];
	pid_t helper, self = getpid();
	char name[64], c = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	helper = fork();
	if (helper == 0) {
		close(ends[1]); /* or it would wait for itself if this fails */
		if (read(ends[0], &c, 1) != 1)
			_exit(1);
		snprintf(name, sizeof(name), "/proc/%d/uid_map", (int)self);
		write_file(name, "0 0 4294967295");
		snprintf(name, sizeof(name), "/proc/%d/gid_map", (int)self);
		write_file(name, "0 0 4294967295");
		_exit(0);
	}
	if (helper < 0 || unshare(CLONE_NEWUSER) < 0 || write(ends[1], &c, 1) != 1)
		return -1;
	return waitpid(helper, NULL, 0) < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int flag;
} namespaces[] = { { "mnt", CLONE_NEWNS },	  { "pid", CLONE_NEWPID },
		   { "ipc", CLONE_NEWIPC },	  { "uts", CLONE_NEWUTS },
		   { "cgroup", CLONE_NEWCGROUP }, { "net", 0 /* the sandbox's */ },
		   { "user", CLONE_NEWUSER } };

static int flags_of(const struct node *list)
{
	int flags = 0;
	size_t i, k;

	for (i = 0; i < node_count(list); i++)
		for (k = 0; k < sizeof(namespaces) / sizeof(*namespaces); k++)
			if (strcmp(namespaces[k].name, node_text(node_item(list, i))) ==
			    0)
				flags |= namespaces[k].flag;
	return flags;
}

/* The first process of a pid namespace is a child; this one ends as it does. */
static void become_parent(const struct start *start)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		give_up(start, "process");
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	close(start->in);
	close(start->out);
	close(start->err);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		kill(getpid(), WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}

static void enter_namespaces(const struct start *start)
{
	int flags = flags_of(node_get(start->form, "namespaces"));

	if (flags & CLONE_NEWUSER && new_user_namespace() < 0)
		give_up(start, "user namespace");
	flags &= ~CLONE_NEWUSER;
	if (flags & CLONE_NEWPID)
		flags |= CLONE_NEWNS;
	if (flags && unshare(flags) < 0)
		give_up(start, "namespaces");
	if (!(flags & CLONE_NEWPID))
		return;
	become_parent(start);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		give_up(start, "/proc");
}

/* Error messages are in English: "errno" looks for their texts. */
static void set_environment(const struct node *env)
{
	size_t i;

	setenv("LC_ALL", "C", 1);
	for (i = 0; env && i < env->n; i++)
		setenv(node_text(env->keys[i]), node_text(env->items[i]), 1);
}

static void run(const struct start *start)
{
	const struct node *argv = node_get(start->form, "argv");
	const char *text = node_get_text(start->form, "sh");
	const char *shell[] = { "sh", "-c", text, NULL };
	const char **words = shell;
	size_t i;

	if (argv) {
		words = calloc(argv->n + 1, sizeof(*words));
		if (!words)
			give_up(start, "memory");
		for (i = 0; i < argv->n; i++)
			words[i] = node_text(argv->items[i]);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of user has undone it */
	gate_set(start->gate, GATE_READY);
	while (__atomic_load_n(&start->gate->state, __ATOMIC_SEQ_CST) == GATE_READY)
		gate_wait(start->gate, GATE_READY, NULL);
	execvp(words[0], (char *const *)words);
	dprintf(STDERR_FILENO, "%s: %s\n", words[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static __attribute__((noreturn)) void begin(const struct start *start)
{
	const char *cwd = node_get_text(start->form, "cwd");
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (cgroup_join(start->cgroup) < 0)
		give_up(start, "control group");
	if (sandbox_enter(start->sandbox) < 0)
		give_up(start, "sandbox");
	umask(0022);
	if (chdir(cwd ? cwd : "/") < 0)
		give_up(start, cwd ? cwd : "/");
	if (dup2(start->in, STDIN_FILENO) < 0 || dup2(start->out, STDOUT_FILENO) < 0 ||
	    dup2(start->err, STDERR_FILENO) < 0)
		give_up(start, "standard streams");
	enter_namespaces(start);
	set_environment(node_get(start->form, "env"));
	if (person_become(start->form, start->gate->why, sizeof(start->gate->why)) < 0)
		give_up(start, "user");
	run(start);
	_exit(125);
}

static int wait_ready(struct act *act)
{
	struct timespec most = { .tv_nsec = READY_MS * 1000000L };
	unsigned int i;

	for (i = 0; i < READY_TRIES; i++) {
		unsigned int state = __atomic_load_n(&act->gate->state, __ATOMIC_SEQ_CST);

		if (state == GATE_READY)
			return 0;
		act->is_ended = waitpid(act->pid, NULL, WNOHANG) == act->pid;
		if (state == GATE_FAILED || act->is_ended)
			break;
		gate_wait(act->gate, state, &most);
	}
	return -1;
}

/* Standard input is a pipe if there is something to read, so that it ends. */
static int open_streams(struct act *act, struct start *start, const char *input)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };

	if (input && pipe2(in, O_CLOEXEC) == 0)
		fcntl(in[1], F_SETFL, O_NONBLOCK);
	else if (!input)
		in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pipe2(out, O_CLOEXEC) == 0)
		fcntl(out[0], F_SETFL, O_NONBLOCK);
	if (pipe2(err, O_CLOEXEC) == 0)
		fcntl(err[0], F_SETFL, O_NONBLOCK);
	act->in = in[1];
	act->input = input;
	act->out.fd = out[0];
	act->err.fd = err[0];
	start->in = in[0];
	start->out = out[1];
	start->err = err[1];
	return in[0] < 0 || out[0] < 0 || err[0] < 0 ? -1 : 0;
}

static void close_starts(const struct start *start)
{
	const int fds[] = { start->in, start->out, start->err };
	size_t i;

	for (i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int act_prepare(struct act *ret, struct arena *arena, const struct node *form,
		const struct sandbox *sandbox, const struct cgroup *cgroup,
		const char **ret_why)
{
	struct start start = { .form = form, .sandbox = sandbox, .cgroup = cgroup };
	int r;

	*ret = (struct act){ .pidfd = -1, .in = -1, .out.fd = -1, .err.fd = -1 };
	ret->gate = mmap(NULL, sizeof(*ret->gate), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ret->gate == MAP_FAILED)
		ret->gate = NULL;
	start.gate = ret->gate;
	r = open_streams(ret, &start, node_get_text(form, "stdin"));
	if (r == 0 && ret->gate)
		ret->pid = fork();
	if (r == 0 && ret->gate && ret->pid == 0)
		begin(&start);
	close_starts(&start);
	if (ret->pid > 0)
		ret->pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0);
	if (ret->pidfd >= 0 && wait_ready(ret) == 0)
		return 0;
	*ret_why = arena_text(arena, "the command cannot be prepared: %s",
			      ret->gate && ret->gate->why[0] ? ret->gate->why
							     : strerror(errno));
	act_done(ret);
	return -1;
}

void act_release(struct act *act)
{
	gate_set(act->gate, GATE_OPEN);
}

unsigned int act_poll(const struct act *act, struct pollfd *ret)
{
	unsigned int n = 0;

	if (act->out.fd >= 0)
		ret[n++] = (struct pollfd){ .fd = act->out.fd, .events = POLLIN };
	if (act->err.fd >= 0)
		ret[n++] = (struct pollfd){ .fd = act->err.fd, .events = POLLIN };
	if (act->in >= 0)
		ret[n++] = (struct pollfd){ .fd = act->in, .events = POLLOUT };
	if (!act->is_ended)
		ret[n++] = (struct pollfd){ .fd = act->pidfd, .events = POLLIN };
	return n;
}

static void end_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void output_take(struct output *output)
{
	char bytes[4096];
	unsigned int reads = 0;
	ssize_t n = 0;

	while (output->fd >= 0 && reads++ < TAKE_READS &&
	       (n = read(output->fd, bytes, sizeof(bytes))) > 0) {
		size_t room = ACT_OUTPUT_MAX - output->n;
		size_t take = (size_t)n < room ? (size_t)n : room;
		char *grown = realloc(output->text, output->n + take + 1);

		if (!grown)
			break;
		memcpy(grown + output->n, bytes, take);
		output->is_cut |= take < (size_t)n;
		output->text = grown;
		output->n += take;
		grown[output->n] = '\0';
	}
	if (output->fd >= 0 && n == 0)
		end_fd(&output->fd);
}

static void input_give(struct act *act)
{
	ssize_t n;

	if (act->in < 0)
		return;
	while (*act->input && (n = write(act->in, act->input, strlen(act->input))) > 0)
		act->input += n;
	if (!*act->input || errno != EAGAIN)
		end_fd(&act->in);
}

void act_take(struct act *act)
{
	input_give(act);
	output_take(&act->out);
	output_take(&act->err);
	if (!act->is_ended && waitpid(act->pid, &act->status, WNOHANG) == act->pid) {
		act->is_ended = 1;
		output_take(&act->out);
		output_take(&act->err);
	}
}

void act_done(struct act *act)
{
	end_fd(&act->in);
	end_fd(&act->out.fd);
	end_fd(&act->err.fd);
	end_fd(&act->pidfd);
	if (act->pid > 0 && !act->is_ended) {
		kill(act->pid, SIGKILL);
		waitpid(act->pid, NULL, 0);
	}
	free(act->out.text);
	free(act->err.text);
	if (act->gate)
		munmap(act->gate, sizeof(*act->gate));
	*act = (struct act){ .pidfd = -1, .in = -1, .out.fd = -1, .err.fd = -1 };
}

int64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Until it ends, its time does, or the runner is asked to. A cleanup runs after that. */
static void shell_wait(struct act *act)
{
	int64_t end = now_ms() + SHELL_MS, left;
	struct pollfd fds[5] = { { .fd = stop_fd(), .events = POLLIN } };

	while (!act->is_ended && !stop_take() && (left = end - now_ms()) > 0) {
		poll(fds, 1 + act_poll(act, fds + 1), (int)left);
		act_take(act);
	}
}

int act_shell(struct arena *arena, const struct sandbox *sandbox,
	      const struct cgroup *cgroup, const char *text, const char **ret_why)
{
	struct node key = { .kind = NODE_SCALAR, .text = "sh", .n = 2 };
	struct node value = { .kind = NODE_SCALAR, .text = text, .n = strlen(text) };
	const struct node *keys[] = { &key }, *items[] = { &value };
	struct node form = { .kind = NODE_MAP, .keys = keys, .items = items, .n = 1 };
	struct act act;
	int r;

	if (act_prepare(&act, arena, &form, sandbox, cgroup, ret_why) < 0)
		return -1;
	act_release(&act);
	shell_wait(&act);
	r = act.is_ended && WIFEXITED(act.status) && WEXITSTATUS(act.status) == 0 ? 0
										  : -1;
	if (!act.is_ended)
		*ret_why = stop_signal() ? "interrupted" : "setup did not end in time";
	else if (r < 0)
		*ret_why = arena_text(arena, "setup failed: %s",
				      act.err.text ? act.err.text : "no message");
	act_done(&act);
	return r;
}
