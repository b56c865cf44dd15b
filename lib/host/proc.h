/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that were already running, from /proc. A process may end while it is read: it is
 * then skipped, never mixed with another one of the same number, since all its files are
 * opened below one descriptor of its folder.
 */
#ifndef TETRA_LIB_HOST_PROC_H
#define TETRA_LIB_HOST_PROC_H

#include <limits.h>

#include "bpf/abi/kinds.h"
#include "bpf/abi/record.h"
#include "lib/base/base.h"
#include "lib/base/strbuf.h"
#include "lib/host/cgroup.h"

/* Nanoseconds of a tick of /proc/PID/stat: USER_HZ is 100 on every machine we know. */
#define PROC_TICK_NS UINT64_C(10000000)
/* loginuid of a process without a login. */
#define PROC_NO_LOGINUID UINT32_MAX
/* Bytes of a command line: more than a kernel accepts for an exec. */
#define PROC_MAX_CMDLINE (8u << 20)

struct proc_entry {
	uint32_t tgid, ppid;
	uint64_t start_ns;		 /* since boot; steps of PROC_TICK_NS */
	struct tetra_record_image facts; /* what /proc knows of them; the rest is 0 */
	uint32_t nspid; /* in its innermost pid namespace; 0: it has only one */
	char comm[16 * 4 +
		  1]; /* cut by the kernel; kernel workers may have longer ones */
	char state;   /* 'R', 'S', 'Z' ... */
	uint8_t is_kernel_thread;
	/*
	 * It is the root of a container: number 1 there, in a container's group.
	 */
	uint8_t is_init;
	/* "" if it cannot be read; " (deleted)" at the end comes from the kernel. */
	char exe[PATH_MAX];
	char cwd[PATH_MAX];
	struct strbuf cmdline; /* arguments with a NUL after each; .len is valid */
	struct strbuf cgroup;  /* path in the relevant hierarchy, "/user.slice/..." */
	char container[CGROUP_CONTAINER_BYTES]; /* or "" */
};

/*
 * Read one process into @entry, which is zeroed or was used before. Memory in it is freed
 * by proc_entry_done(). What may not be read stays empty; -ENOENT if the process has ended;
 * -ENOMEM. @proc_root NULL: "/proc".
 */
int proc_read_one(struct proc_entry *entry, const char *proc_root, enum cgroup_mode mode,
		  uint32_t pid);
void proc_entry_done(struct proc_entry *entry);

struct proc_iter;

/* Iterates over all current processes. Roots NULL: "/proc", "/sys". */
int proc_iter_new(struct proc_iter **ret, const char *proc_root, const char *sys_root);
/* 1 and the next process, borrowed until the next call; 0 at the end; -ENOMEM. */
int proc_iter_next(struct proc_iter *iter, const struct proc_entry **ret);
struct proc_iter *proc_iter_free(struct proc_iter *iter);

static inline void proc_iter_freep(struct proc_iter **iter)
{
	proc_iter_free(*iter);
}

#endif
