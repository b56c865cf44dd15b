/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that ran before the session: their rows are made in the kernel at once, so that
 * hooks know them; their events come with the first dispatches, when there are subscribers.
 */
#include <inttypes.h>
#include <signal.h>
#include <time.h>

#include "lib/base/arena.h"
#include "lib/host/proc.h"
#include "lib/session/session.h"

struct session_seeds {
	struct arena *arena;
	struct process_seed *seeds;
	uint32_t n, size;
	uint32_t next; /* not delivered yet */
	bool kernel_done;
};

struct session_seeds *seeds_free(struct session_seeds *seeds)
{
	if (!seeds)
		return NULL;
	arena_free(seeds->arena);
	free(seeds->seeds);
	free(seeds);
	return NULL;
}

static const char *seed_text(struct session_seeds *seeds, const char *text)
{
	return *text ? arena_text(seeds->arena, text, strlen(text)) : NULL;
}

static int seeds_add(struct session_seeds *seeds, const struct proc_entry *entry)
{
	struct process_seed *seed;

	if (seeds->n == seeds->size) {
		uint32_t size = seeds->size * 2 + 64;
		struct process_seed *grown = realloc(seeds->seeds, size * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		seeds->seeds = grown;
		seeds->size = size;
	}
	seed = &seeds->seeds[seeds->n++];
	memset(seed, 0, sizeof(*seed));
	seed->tgid = entry->tgid;
	seed->parent_tgid = entry->ppid;
	seed->stamp = entry->start_ns;
	seed->ns_tgid = entry->nspid;
	seed->kernel_thread = entry->is_kernel_thread;
	seed->has_cred = true;
	seed->facts = entry->facts;
	seed->cgroup_text = seed_text(seeds, strbuf_get(&entry->cgroup));
	seed->comm = seed_text(seeds, entry->comm);
	seed->exe = seed_text(seeds, entry->exe);
	seed->cwd = seed_text(seeds, entry->cwd);
	seed->cmdline_bytes = entry->cmdline.len;
	seed->cmdline =
		arena_text(seeds->arena, strbuf_get(&entry->cmdline), entry->cmdline.len);
	return 0;
}

static int seed_compare(const void *left, const void *right)
{
	const struct process_seed *a = left, *b = right;

	if (a->stamp != b->stamp)
		return a->stamp < b->stamp ? -1 : 1;
	return a->tgid < b->tgid ? -1 : a->tgid > b->tgid;
}

static int seed_compare_tgid(const void *left, const void *right)
{
	const struct process_seed *a = *(struct process_seed *const *)left;
	const struct process_seed *b = *(struct process_seed *const *)right;

	return a->tgid < b->tgid ? -1 : a->tgid > b->tgid;
}

/* /proc counts in ticks: the start was within the tick that it names. */
static bool same_start(uint64_t stamp, uint64_t start_ns)
{
	return stamp >= start_ns && stamp - start_ns < PROC_TICK_NS;
}

/*
 * Parents' stamps, by their number, if the kernel has not given them; for a parent that ended
 * before it had a row, the stamp in its children's rows. Children of process 0 descend from
 * <kernel>.
 */
static int seeds_link(struct session_seeds *seeds)
{
	_cleanup_(freep) struct process_seed **by_tgid =
		calloc(MAX(seeds->n, 1u), sizeof(*by_tgid));

	if (!by_tgid)
		return -ENOMEM;
	for (uint32_t i = 0; i < seeds->n; i++)
		by_tgid[i] = &seeds->seeds[i];
	qsort(by_tgid, seeds->n, sizeof(*by_tgid), seed_compare_tgid);
	for (uint32_t i = 0; i < seeds->n; i++) {
		struct process_seed key = { .tgid = seeds->seeds[i].parent_tgid };
		const struct process_seed *wanted = &key;
		struct process_seed **found = bsearch(
			&wanted, by_tgid, seeds->n, sizeof(*by_tgid), seed_compare_tgid);

		if (found && seeds->seeds[i].parent_stamp && !(*found)->has_row &&
		    same_start(seeds->seeds[i].parent_stamp, (*found)->stamp))
			(*found)->stamp = seeds->seeds[i].parent_stamp;
		if (seeds->seeds[i].parent_stamp)
			continue;
		if (found)
			seeds->seeds[i].parent_stamp = (*found)->stamp;
		else if (!seeds->seeds[i].parent_tgid)
			seeds->seeds[i].parent_stamp = PROCESS_KERNEL_STAMP;
	}
	return 0;
}

/* The executable's name if /proc does not show it and the row has all of it. */
static const char *seed_name(struct session_seeds *seeds, const struct tetra_proc *row)
{
	if (!row->exe_bytes || row->exe_bytes > sizeof(row->exe_head))
		return NULL;
	return arena_text(seeds->arena, (const char *)row->exe_head, row->exe_bytes);
}

/*
 * A process that has exec'd since the programs were attached has its own record. But if it had a
 * row from the iterator, the record names the image before as its parent, which /proc showed.
 */
static void seed_take_exec(struct process_seed *seed, const struct tetra_proc *row)
{
	if (row->parent_tgid == seed->tgid &&
	    same_start(row->parent_stamp, seed->stamp)) {
		seed->stamp = row->parent_stamp;
		return;
	}
	seed->described = true;
	seed->stamp = row->stamp;
	seed->parent_tgid = row->parent_tgid;
	seed->parent_stamp = row->parent_stamp;
}

/* What the kernel's row says: it decides which process this is, and since when. */
static void seed_take_row(struct session_seeds *seeds, struct process_seed *seed,
			  const struct sensor *sensor)
{
	struct tetra_proc row;

	/* The map is full, we see different numbers, or the process has ended. */
	if (sensor_get_process(sensor, seed->tgid, &row) < 0 ||
	    !same_start(row.start, seed->stamp))
		return;
	seed->has_row = true;
	if (row.flags & TETRA_PROC_EXECED && !(row.flags & TETRA_PROC_SEEDED)) {
		seed_take_exec(seed, &row);
		return;
	}
	seed->stamp = row.stamp;
	seed->parent_tgid = row.parent_tgid;
	seed->parent_stamp = row.parent_stamp;
	seed->ns_tgid = row.ns_tgid;
	seed->has_record = seed->forked = !(row.flags & TETRA_PROC_SEEDED);
	seed->foreign = row.flags & TETRA_PROC_FOREIGN;
	if (!seed->exe)
		seed->exe = seed_name(seeds, &row);
}

/*
 * The rows that were made since. A process that ended without a row is described for its
 * children, but not announced: it may have exec'd the image in /proc after the programs were
 * attached.
 */
static int seeds_take_rows(struct session_seeds *seeds, const struct sensor *sensor)
{
	uint64_t was_full = 0;
	int r = sensor_get_loss(sensor, TETRA_LOST_PROCESS, &was_full);

	if (r < 0)
		return r;

	for (uint32_t i = 0; i < seeds->n; i++) {
		struct process_seed *seed = &seeds->seeds[i];

		if (seed->has_row)
			continue;
		seed_take_row(seeds, seed, sensor);
		/* Without losses, only ended processes have no row. */
		if (!seed->has_row && (!was_full || kill((pid_t)seed->tgid, 0) < 0))
			seed->has_record = true;
	}
	return 0;
}

static uint64_t boottime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int seeds_collect(struct session_seeds *seeds, const struct sensor *sensor)
{
	_cleanup_(proc_iter_freep) struct proc_iter *iter = NULL;
	const struct proc_entry *entry;
	int r = proc_iter_new(&iter, NULL, NULL);

	while (r == 0) {
		r = proc_iter_next(iter, &entry);
		if (r <= 0)
			break;
		r = seeds_add(seeds, entry);
		if (r == 0)
			seed_take_row(seeds, &seeds->seeds[seeds->n - 1], sensor);
	}
	return r;
}

/*
 * /proc first, while the programs already run: every process in it is described, whether or
 * not it is still alive when the kernel makes its rows, since a child's row may name it. A
 * process that has a row by then was forked or has exec'd while /proc was read. A process that
 * was forked afterwards has a record.
 */
int seeds_read(struct session_seeds **ret, struct tetra_session *session)
{
	const struct tetra_proc kernel = { .stamp = PROCESS_KERNEL_STAMP,
					   .parent_stamp = PROCESS_KERNEL_STAMP,
					   .flags = TETRA_PROC_EXECED };
	struct session_seeds *seeds = calloc(1, sizeof(*seeds));
	int r;

	if (!seeds)
		return -ENOMEM;
	r = arena_new(&seeds->arena);
	if (r == 0)
		r = seeds_collect(seeds, session->sensor);
	if (r == 0)
		r = sensor_seed(session->sensor, &kernel);
	if (r == 0) {
		session->marks.begin_ns = boottime_ns();
		r = seeds_take_rows(seeds, session->sensor);
	}
	if (r == 0) {
		r = seeds_link(seeds);
		qsort(seeds->seeds, seeds->n, sizeof(*seeds->seeds), seed_compare);
	}
	if (r < 0) {
		seeds_free(seeds);
		return r;
	}
	decoder_begin(session->decoder);
	*ret = seeds;
	return 0;
}

bool seeds_deliver(struct tetra_session *session)
{
	struct session_seeds *seeds = session->seeds;
	bool announce = !(session->opts.flags & TETRA_SESSION_QUIET_START);

	if (!seeds->kernel_done) {
		seeds->kernel_done = true;
		(void)decoder_seed_kernel(session->decoder,
					  announce); /* counted inside */
	}
	while (seeds->next < seeds->n) {
		const struct process_seed *seed = &seeds->seeds[seeds->next];

		if (session->stop_asked ||
		    (session->max_events && session->n_events >= session->max_events))
			return false;
		seeds->next++;
		if (!seed->described)
			(void)decoder_seed(session->decoder, seed,
					   announce); /* counted inside */
	}
	return true;
}

void session_watch_table(struct tetra_session *session)
{
	uint64_t lost;

	if (session->table_was_full ||
	    sensor_get_loss(session->sensor, TETRA_LOST_PROCESS, &lost) < 0 || !lost)
		return;
	session->table_was_full = true;
	session_log(
		session, TETRA_LOG_WARNING, "process",
		"the process map is full: %" PRIu64 " processes have no row; rules read "
		"their executables from the task each time, and rules that follow forks or "
		"children may not know them; raise max_processes",
		lost);
}
