/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: records of the ring buffer in, events out.
 *
 * Every length is checked before a byte is read; a malformed record is counted and changes
 * nothing. The decoder owns the process table and feeds it from EXEC, FORK, EXIT and from the
 * processes already running (seeds).
 *
 * Records arrive almost in order. A hook's record whose process is not yet known is held, in a
 * bounded number, until the process becomes known or some records or milliseconds have passed;
 * then it is delivered with what is known. If waiting for a key failed, it is not repeated.
 *
 * One thread. Nothing here blocks, reads a file, or reads the clock, except decoder_tick().
 */
#ifndef TETRA_LIB_RECORD_H
#define TETRA_LIB_RECORD_H

#include "lib/event/event.h"
#include "lib/process/table.h"

typedef void (*decoder_deliver_fn)(void *user, const struct tetra_event *event);
typedef const struct event_group *(*decoder_find_group_fn)(void *user, uint32_t id);

struct decoder_opts {
	struct event_json_opts json;
	uint32_t max_processes; /* as in struct process_table_opts */
	uint32_t max_dead;
	uint64_t grace_ns;
	decoder_find_group_fn
		find_group;	    /* the group of a record; NULL: it no longer exists */
	decoder_deliver_fn deliver; /* the event is borrowed until it returns */
	void *user;
};

struct decoder_stats {
	uint64_t records;	/* all that came in */
	uint64_t events;	/* delivered, losses included */
	uint64_t unknown_kinds; /* from newer programs, skipped */
	uint64_t malformed;
	uint64_t orphans; /* hooks whose group no longer existed */
	uint64_t held;	  /* hooks that came before their process */
	/* events sent with a process that was never described */
	uint64_t unknown_processes;
	uint64_t fragments_lost; /* argument lists with a hole */
	uint64_t no_memory;	 /* records dropped, or processes left undescribed */
};

/* A process that ran before the session, from /proc or a task iterator. */
struct process_seed {
	uint32_t tgid, parent_tgid;
	uint64_t stamp, parent_stamp; /* CLOCK_BOOTTIME of their starts */
	uint32_t ns_tgid;	      /* in its own pid namespace; 0 in the root one */
	bool kernel_thread;	      /* known, but not announced */
	bool has_row;		      /* the stamps are the kernel's own */
	bool forked; /* since the programs were attached, without an exec: has a record */
	bool has_record; /* its own record, at least possibly: not announced */
	bool described;	 /* by its own record: only what it says of its parent matters */
	bool has_cred;
	bool foreign; /* its name is one that a user namespace may have made */
	struct tetra_record_image facts; /* as far as they are known */
	const char
		/* first 31 characters of the id; NULL: find it from below */
		*container;
	const char *cgroup_name; /* leaf; or NULL */
	const char *cgroup_text; /* of /proc/PID/cgroup; or NULL */
	const char *comm;	 /* kernel threads */
	const char *exe;	 /* NULL or "": unreadable */
	const char *cwd;	 /* NULL or "": unreadable */
	const char *cmdline;	 /* argv[0] first, NUL after each; or NULL */
	size_t cmdline_bytes;
};

struct decoder;

int decoder_new(struct decoder **ret, const struct decoder_opts *opts);
struct decoder *decoder_free(struct decoder *decoder);

/*
 * One record. @data is 8-byte aligned, @bytes what the ring says it has.
 * Return: 0; -EINVAL if it is malformed (counted; nothing else happened).
 */
int decoder_record(struct decoder *decoder, const void *data, size_t bytes);

/* Once per dispatch: measure the offset between the clocks, drop old things. */
void decoder_tick(struct decoder *decoder);
/* The same with given clocks, for tests and recordings. */
void decoder_tick_at(struct decoder *decoder, uint64_t boot_ns, uint64_t wall_ns);

/* Deliver what is held, at the end. */
void decoder_flush(struct decoder *decoder);

/* The pseudo process <kernel>, parent of all; first of the seeds. @announce: as an
 * event. */
int decoder_seed_kernel(struct decoder *decoder, bool announce);
/* Parents first. A process that is already known is not changed. */
int decoder_seed(struct decoder *decoder, const struct process_seed *seed, bool announce);

/* All seeds were read: what was forked until now and is not described never will be. */
void decoder_begin(struct decoder *decoder);

/* Deliver an event of a loss that was noticed now. @cause: enum tetra_loss. */
void decoder_lost(struct decoder *decoder, uint32_t cause, uint64_t count);

void decoder_get_stats(const struct decoder *decoder, struct decoder_stats *ret);
struct process_table *decoder_get_table(struct decoder *decoder);

static inline void decoder_freep(struct decoder **decoder)
{
	decoder_free(*decoder);
}

#endif
