/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process: a program image with its identity. The description (binary, arguments,
 * credentials, ...) is a struct process_image, which a fork shares with its parent; the
 * identity (key, parent, start) is the process's own. Both are immutable once made, and
 * reference-counted, so that kept events can hold them in other threads. What changes, the
 * position in the process table and the reference counter that events show, belongs to the
 * table and is only touched by the session's thread.
 *
 * The encoded form is cached with the process, because each of its events repeats it.
 */
#ifndef TETRA_LIB_PROCESS_H
#define TETRA_LIB_PROCESS_H

#include "bpf/abi/kinds.h"
#include "bpf/abi/record.h"
#include "lib/base/base.h"
#include "tetra/process.h"

/* What events call flags; the bits are the reference's. */
#define PROCESS_EXECVE	       0x1u
#define PROCESS_PROCFS	       0x4u
#define PROCESS_TRUNC_ARGS     0x10u
#define PROCESS_ERROR_FILENAME 0x100u
#define PROCESS_ERROR_ARGS     0x200u
#define PROCESS_ROOT_CWD       0x1000u
#define PROCESS_ERROR_CWD      0x2000u
#define PROCESS_CLONE	       0x4000u
#define PROCESS_ERROR_PATH_CWD 0x400000u
#define PROCESS_DATA_FILENAME  0x800000u
#define PROCESS_DATA_ARGS      0x1000000u
#define PROCESS_IN_INIT_TREE   0x2000000u
/* Ours, printed: the executable's name was made in a user namespace */
#define PROCESS_FOREIGN 0x8000000u
/* Ours, never printed */
#define PROCESS_FORKED	0x10000000u /* never executed anything */
#define PROCESS_UNKNOWN 0x20000000u /* flags text "unknown" */
#define PROCESS_UNTOLD	0x40000000u /* came and went while the session started */

/* The pseudo process that is the parent of pid 1: its pid and stamp. */
#define PROCESS_KERNEL_PID   0u
#define PROCESS_KERNEL_STAMP 1u

struct process_key {
	uint32_t tgid;
	uint64_t stamp;
};

struct process_text {
	const char *text; /* NUL-terminated; NULL: unknown */
	size_t len;
};

/* The texts of an image, except the arguments as one text, which are joined from argv. */
#define PROCESS_TEXTS(X)                                                                 \
	X(binary) X(executable) X(cwd) X(cgroup) X(container) X(user) X(argv)

#define X(name) struct process_text name;
struct process_image {
	uint32_t n_refs; /* atomic */
	bool has_cred;	 /* cap and process_credentials may be shown */
	bool foreign;	 /* PROCESS_FOREIGN in all processes of it */
	struct tetra_record_image facts;
	PROCESS_TEXTS(X)
	struct process_text arguments;
};

/* What a new image copies. */
struct process_image_source {
	const struct tetra_record_image *facts;
	bool has_cred;	/* process_image.has_cred */
	bool foreign;	/* process_image.foreign */
	bool trim_argv; /* trailing empty arguments are not shown */
	bool argv_lost; /* show the marker instead of arguments */
	PROCESS_TEXTS(X)
};
#undef X

struct process_json;

struct tetra_process {
	uint32_t n_refs; /* atomic */
	uint32_t flags;	 /* PROCESS_* */
	struct process_key key;
	struct process_key parent;
	uint32_t ns_tgid;
	uint64_t start_wall_ns;
	struct process_image *image; /* NULL: only key and start are known */
	struct process_json *json;   /* cache, atomic; NULL until first encoded */
	/* The table's part */
	uint32_t refcnt; /* as events show it: the process itself, and living children */
	uint8_t dead, holds_parent, holds_self;
	struct tetra_process *next;	     /* in its bucket */
	struct tetra_process *newer, *older; /* by use, or by time of death */
	uint64_t dead_ns;
	/* "EXEC_ID\0PARENT_EXEC_ID\0" */
	uint32_t exec_id_len, parent_exec_id_len;
	char ids[];
};

int process_image_new(struct process_image **ret,
		      const struct process_image_source *source);
struct process_image *process_image_ref(struct process_image *image);
struct process_image *process_image_unref(struct process_image *image);

struct process_source {
	const char *node; /* node name, as it goes into ids */
	struct process_key key, parent;
	uint32_t ns_tgid;
	uint32_t flags;
	uint64_t start_wall_ns;
	struct process_image *image; /* a reference is taken; NULL: unknown */
};

int process_new(struct tetra_process **ret, const struct process_source *source);
struct tetra_process *process_ref(struct tetra_process *process);
struct tetra_process *process_unref(struct tetra_process *process);

static inline void process_image_unrefp(struct process_image **image)
{
	process_image_unref(*image);
}

static inline void process_unrefp(struct tetra_process **process)
{
	process_unref(*process);
}

static inline const char *process_exec_id(const struct tetra_process *process)
{
	return process->ids;
}

static inline const char *process_parent_exec_id(const struct tetra_process *process)
{
	return process->ids + process->exec_id_len + 1;
}

/* The words for @flags, separated by blanks; @buf has PROCESS_FLAGS_MAX bytes. */
#define PROCESS_FLAGS_MAX 320
size_t process_flags_text(uint32_t flags, char *buf);

/*
 * A path built from a directory and a name, lexically clean: no ".", "..", "//".
 * @buf has room for dir.len + name.len + 3. Return: its length.
 */
size_t process_path_clean(char *buf, struct process_text dir, struct process_text name);

/* The first 31 characters of the container id that a leaf cgroup name holds, or "". */
void process_container_id(const char *leaf, char ret[32]);
/* Likewise from the text of /proc/PID/cgroup. */
void process_container_id_from_proc(const char *text, char ret[32]);

#endif
