/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs do, the calls and functions that do it, and the hooks that see all ways of
 * doing it: one table, for lints, for hints of later stages and for documents.
 */
#ifndef TETRA_LIB_ACTS_H
#define TETRA_LIB_ACTS_H

#include "lib/base/base.h"
#include "lib/base/strbuf.h"

#define ACT_MAX_HOOKS 3u
#define ACT_MAX_MORE  4u

/* One of the hooks that an act needs. */
struct act_hook {
	const char *names; /* alternatives, best first: "security_path_chmod|..." */
	const char *sees;  /* which part of the act goes through this one */
};

enum act {
	ACT_NONE,
	ACT_OPEN,
	ACT_READ,
	ACT_WRITE,
	ACT_MAP,
	ACT_PROTECT,
	ACT_TRUNCATE,
	ACT_UNLINK,
	ACT_RMDIR,
	ACT_MKDIR,
	ACT_CREATE,
	ACT_MKNOD,
	ACT_SYMLINK,
	ACT_LINK,
	ACT_RENAME,
	ACT_CHMOD,
	ACT_CHOWN,
	ACT_SETXATTR,
	ACT_STAT,
	ACT_IOCTL,
	ACT_FCNTL,
	ACT_EXEC,
	ACT_FORK,
	ACT_SOCKET,
	ACT_BIND,
	ACT_LISTEN,
	ACT_ACCEPT,
	/* Before connecting, which TCP Fast Open does by sending. */
	ACT_SEND,
	ACT_RECEIVE,
	ACT_CONNECT,
	ACT_MOUNT,
	ACT_UMOUNT,
	ACT_MOVE_MOUNT,
	ACT_PIVOT_ROOT,
	ACT_CHROOT,
	ACT_PTRACE,
	ACT_PROCESS_MEMORY,
	ACT_KILL,
	ACT_MODULE,
	ACT_MODULE_FILE,
	ACT_MODULE_DATA,
	ACT_KEXEC,
	ACT_BPF,
	ACT_PERF,
	ACT_SETUID,
	ACT_SETGID,
	ACT_CAPSET,
	ACT_PRCTL,
	ACT_LIMIT,
	ACT_TIME,
	ACT_KEYS,
	ACT_SYSLOG,
	ACT_ADJUST_TIME,
	ACT_GROUPS,
	ACT_ENTER_NAMESPACE,
	ACT_MAKE_MOUNT,
	ACT_USER_NAMESPACE,
	N_ACTS,
};

struct act_row {
	const char *what;		      /* "writing to a file" */
	struct act_hook hooks[ACT_MAX_HOOKS]; /* all are needed to see every way;
					       * none: no hook sees it */
	/* Acts with the same effect, and what they are then. */
	struct {
		enum act act;
		const char *what;
	} more[ACT_MAX_MORE];
	const char *note; /* what no hook sees; or NULL */
};

/* How often a function is called on a machine that is used, but not busy. */
enum often {
	OFTEN_NO,
	OFTEN_SOME, /* some per second */
	OFTEN_BUSY, /* tens per second: an event for each is a flood */
	OFTEN_HOT,  /* thousands per second: each run costs */
};

/* A way: a system call ("sys_openat") or a function. */
struct way_row {
	const char *name; /* a prefix if it ends in '*' */
	enum act act;
	bool io_uring; /* a ring can do it without the call */
	enum often often;
};

extern const struct act_row acts[N_ACTS];

/* Every way, in order of acts; ends with a row without a name. */
extern const struct way_row ways[];

/* Bytes of the name of a hook or function. */
#define ACT_NAME_BYTES 64u

const struct way_row *way_find(const char *name);

/* The first act that has such a hook; ACT_NONE if there is none. */
enum act act_of_hook(const char *name);

/* Whether any hook sees the act. */
static inline bool act_has_hook(enum act act)
{
	return acts[act].hooks[0].names;
}

/* Adds "security_a and security_b", by @has and its @user, or all first names if NULL. */
void act_describe(enum act act, bool (*has)(void *user, const char *name), void *user,
		  struct strbuf *ret);

struct lint;

/* evasion.c: the policy has all hooks that the act needs. */
bool lint_hooks_all(const struct lint *lint, enum act act);

#endif
