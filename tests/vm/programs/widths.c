/* SPDX-License-Identifier: Apache-2.0 */
/*
 * widths: parameters of system calls that are narrower than a register. The kernel looks at
 * their own bytes only, so a caller may leave anything in the rest; rules must not.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define REST	(INT64_C(0x5a5a5a5a) << 32)
#define REQUEST 21537 /* FIONBIO */

#define HEAD RIG_HEAD_OF("widths") "  "
#define CALL(name, arg)                                                                  \
	"kprobes:\n  - {call: sys_" name ", syscall: true, args: [{index: " arg "}],"
#define EVENT(name, arg)                                                                 \
	"tracepoints:\n  - {subsystem: syscalls, event: sys_enter_" name                 \
	", args: [{index: " arg "}],"
#define KILLS(arg, op, value)                                                            \
	" selectors: [{matchArgs: [{index: " arg ", operator: " op ", values: ['" value  \
	"']}], matchActions: [{action: Sigkill}]}]}\n"

static struct tetra_session *session;

/* The process's signal, or else the errno of the call. */
static int call(long number, int64_t a, int64_t b, int64_t c)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(syscall(number, a, b, c) < 0 ? errno : 0);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void check_lengths(void)
{
	static const struct {
		const char *name, *policy;
	} rows[] = {
		{ "Equal", HEAD CALL("sethostname", "0, type: char_buf, sizeArgIndex: 2")
				   KILLS("0", "Equal", "evil") },
		{ "Postfix",
		  HEAD CALL("sethostname", "0, type: char_buf, sizeArgIndex: 2")
			  KILLS("0", "Postfix", "evil") },
		{ "Equal, tracepoint",
		  HEAD EVENT("sethostname", "5, type: char_buf, sizeArgIndex: 7")
			  KILLS("5", "Equal", "evil") },
	};
	/* Not a literal: those may not be resident. */
	char evil[] = "evil", good[] = "good";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rig_load(session, rig_policy("%s", rows[i].policy), TETRA_LOAD_REPLACE);
		fact_equal(call(SYS_sethostname, (intptr_t)evil, 4, 0), -SIGKILL, "%s",
			   rows[i].name);
		fact_equal(call(SYS_sethostname, (intptr_t)evil, 4 | REST, 0), -SIGKILL,
			   "%s, with a full register", rows[i].name);
		fact_equal(call(SYS_sethostname, (intptr_t)good, 4 | REST, 0), 0,
			   "%s, another name", rows[i].name);
	}
}

static void check_number(const char *policy, const char *type)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	rig_load(session, rig_policy(policy, type), TETRA_LOAD_REPLACE);
	fact_equal(call(SYS_ioctl, fd, REQUEST, 0), -SIGKILL, "%s", type);
	fact_equal(call(SYS_ioctl, fd, REQUEST | REST, 0), -SIGKILL,
		   "%s, with a full register", type);
	fact(call(SYS_ioctl, fd, (REQUEST + 1) | REST, 0) > 0, "%s, another request",
	     type);
	close(fd);
}

int main(void)
{
	static const char *const types[] = { "int", "uint32", "int64", "uint64",
					     "size_t" };

	setvbuf(stdout, NULL, _IOLBF, 0);
	session = rig_session(NULL);
	check_lengths();
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		check_number(HEAD CALL("ioctl", "1, type: %s")
				     KILLS("1", "Equal", "21537"),
			     types[i]);
		check_number(HEAD EVENT("ioctl", "6, type: %s")
				     KILLS("6", "Equal", "21537"),
			     types[i]);
	}
	check_number(HEAD EVENT("ioctl", "6%.0s") KILLS("6", "Equal", "21537"),
		     "the field's own type");
	tetra_session_free(session);
	return fact_close();
}
