/* SPDX-License-Identifier: Apache-2.0 */
/*
 * starved: a commit whose rules move from one hook to another waits for the calls in flight,
 * and waits longer if it has no descriptors or no memory to check for them, or may not.
 *
 * The programs that the library loads for this check are called tetra_idle. Here
 * bpf_prog_load() is ours: before one of those it uses up all descriptors, or says that there is
 * no memory.
 */
#include <bpf/bpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/vm/programs/rig.h"

#define SECRET "/tmp/lab/secret/"
/* Of the long wait, as the library has it. */
#define LONG_MS 2000

static int starving; /* errno that the check meets; 0: none */
static int starved;  /* times that it could not check */

typedef int (*prog_load_fn)(enum bpf_prog_type type, const char *name,
			    const char *license, const struct bpf_insn *insns,
			    size_t n_insns, const struct bpf_prog_load_opts *opts);

static void descriptors_allow(rlim_t n)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = n < limit.rlim_max ? n : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

__attribute__((visibility("default"))) int
bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
	      const struct bpf_insn *insns, size_t n_insns,
	      const struct bpf_prog_load_opts *opts)
{
	prog_load_fn load = (prog_load_fn)dlsym(RTLD_NEXT, "bpf_prog_load");
	int starve = name && strcmp(name, "tetra_idle") == 0 ? starving : 0;
	int fd;

	if (starve == EMFILE)
		descriptors_allow(3);
	if (starve && starve != EMFILE) {
		errno = starve;
		fd = -starve;
	} else {
		fd = load(type, name, license, insns, n_insns, opts);
	}
	if (starve == EMFILE)
		descriptors_allow(1024);
	starved += starve && fd < 0;
	return fd;
}

static const char on_open[] = RIG_DENY;
static const char on_mmap[] = RIG_DENY_ON("  kprobes:\n"
					  "  - call: security_file_permission\n"
					  "    syscall: false\n");

/* Milliseconds of a commit that moves a policy's rules to another hook. */
static int64_t move_ms(struct tetra_session *session, const char *text)
{
	int64_t from = rig_now_ms();

	rig_load(session, rig_policy(text, "moving", SECRET), TETRA_LOAD_REPLACE);
	return rig_now_ms() - from;
}

static void check_starved(struct tetra_session *session, const char *text, int error)
{
	int64_t ms;

	starving = error;
	starved = 0;
	ms = move_ms(session, text);
	starving = 0;
	fact(starved > 0, "the commit could not look: %s", strerrorname_np(error));
	fact(ms >= LONG_MS, "it waited the long way: %ld ms", (long)ms);
}

int main(int argc, char **argv)
{
	struct tetra_session *session = rig_session(NULL);
	int64_t ms;

	rig_load(session, rig_policy(on_open, "moving", SECRET), 0);
	check_starved(session, on_mmap, EMFILE);
	check_starved(session, on_open, ENOMEM);
	check_starved(session, on_mmap, EPERM);
	ms = move_ms(session, on_open);
	printf("with descriptors: %ld ms\n", (long)ms);
	fact(rig_counts(session, "moving").size > 0, "the policy is in force");
	tetra_session_free(session);
	return fact_close();
}
