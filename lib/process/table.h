/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process table: processes by key (tgid and stamp), for the session's thread only.
 *
 * A row counts its users, as events show it under "refcnt": the process itself until it exits
 * or executes another program, and each living child. A row without users is dead and stays
 * for a grace period, because its exit record may have overtaken another of its records; dead
 * rows are also limited in number. Rows whose exit was lost are removed when the table is
 * full, least recently used first, and are counted.
 *
 * Missing parents are looked up again each time and never invented.
 */
#ifndef TETRA_LIB_TABLE_H
#define TETRA_LIB_TABLE_H

#include "lib/process/process.h"

/* Defaults of the options. */
#define PROCESS_TABLE_MAX      32768u
#define PROCESS_TABLE_MAX_DEAD 4096u
#define PROCESS_TABLE_GRACE_NS 1000000000u

struct process_table_opts {
	const char *node;	/* node name, for ids; copied */
	uint32_t max_processes; /* 0: PROCESS_TABLE_MAX */
	uint32_t max_dead;	/* 0: PROCESS_TABLE_MAX_DEAD */
	uint64_t grace_ns;	/* 0: PROCESS_TABLE_GRACE_NS */
};

struct process_table_stats {
	uint64_t processes; /* current rows, including dead ones */
	uint64_t dead;
	uint64_t added;
	uint64_t evicted; /* living rows removed to make room */
};

struct process_table;

int process_table_new(struct process_table **ret, const struct process_table_opts *opts);
struct process_table *process_table_free(struct process_table *table);

/* The row of @key, borrowed until the next call that changes the table; NULL if none. */
struct tetra_process *process_table_find(struct process_table *table,
					 struct process_key key);

/* The youngest process of a number that has not ended and is not younger than @stamp. */
struct tetra_process *process_table_find_number(struct process_table *table,
						uint32_t tgid, uint64_t stamp);

/*
 * Add a row, or replace the one of this key, for instance one without a description.
 * source->node is the table's. The parent's row, if there is one, gains a reference.
 * Return: 0 with the row, borrowed, in @ret; -ENOMEM.
 */
int process_table_add(struct process_table *table, const struct process_source *source,
		      struct tetra_process **ret);

/* The process is gone, or its image was replaced: drop what it held. Unknown keys are
 * fine. */
void process_table_release(struct process_table *table, struct process_key key);

/* Time by the records' clock; only moves forward. Dead rows are removed after their grace. */
void process_table_advance(struct process_table *table, uint64_t time_ns);

void process_table_get_stats(const struct process_table *table,
			     struct process_table_stats *ret);

static inline void process_table_freep(struct process_table **table)
{
	process_table_free(*table);
}

#endif
