/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/process/table.h"

#include "lib/base/counter.h"

/* Buckets of an empty table: a small machine's processes. A power of two. */
#define FIRST_BUCKETS 256u
/* Fewer rows than one event's chain of parents make no sense. */
#define MIN_PROCESSES 16u

/* A list by age: since last use for living rows, since death for dead ones. */
struct age_list {
	struct tetra_process *newest, *oldest;
	uint64_t n;
};

struct process_table {
	char *node;
	uint32_t max_processes, max_dead;
	uint64_t grace_ns;
	uint64_t now_ns;
	struct tetra_process **buckets;
	uint32_t mask; /* number of buckets - 1 */
	struct age_list living, dead;
	uint64_t added, evicted;
};

static void list_push(struct age_list *list, struct tetra_process *process)
{
	process->newer = NULL;
	process->older = list->newest;
	if (list->newest)
		list->newest->newer = process;
	else
		list->oldest = process;
	list->newest = process;
	counter_add(&list->n, 1);
}

static void list_remove(struct age_list *list, struct tetra_process *process)
{
	if (process->newer)
		process->newer->older = process->older;
	else
		list->newest = process->older;
	if (process->older)
		process->older->newer = process->newer;
	else
		list->oldest = process->newer;
	counter_add(&list->n, -1);
}

static struct age_list *list_of(struct process_table *table,
				struct tetra_process *process)
{
	return process->dead ? &table->dead : &table->living;
}

/* Hashed by number only: all processes that had a number are found together; they are few. */
static struct tetra_process **bucket(struct process_table *table, struct process_key key)
{
	uint64_t hash = key.tgid * 0x9e3779b97f4a7c15ull;

	return &table->buckets[(hash >> 32) & table->mask];
}

static bool key_equal(struct process_key a, struct process_key b)
{
	return a.stamp == b.stamp && a.tgid == b.tgid;
}

static struct tetra_process *lookup(struct process_table *table, struct process_key key)
{
	struct tetra_process *process = *bucket(table, key);

	while (process && !key_equal(process->key, key))
		process = process->next;
	return process;
}

struct tetra_process *process_table_find(struct process_table *table,
					 struct process_key key)
{
	struct tetra_process *process = lookup(table, key);

	if (process && !process->dead && process != table->living.newest) {
		list_remove(&table->living, process);
		list_push(&table->living, process);
	}
	return process;
}

struct tetra_process *process_table_find_number(struct process_table *table,
						uint32_t tgid, uint64_t stamp)
{
	struct tetra_process *at = *bucket(table, (struct process_key){ .tgid = tgid });
	struct tetra_process *found = NULL;

	for (; at; at = at->next)
		if (at->key.tgid == tgid && at->holds_self && at->key.stamp <= stamp &&
		    (!found || at->key.stamp > found->key.stamp))
			found = at;
	return found;
}

static void gain(struct process_table *table, struct tetra_process *process)
{
	if (process->dead) {
		list_remove(&table->dead, process);
		process->dead = 0;
		list_push(&table->living, process);
	}
	process->refcnt++;
}

static void lose(struct process_table *table, struct tetra_process *process)
{
	if (!process->refcnt || --process->refcnt)
		return;
	list_remove(&table->living, process);
	process->dead = 1;
	process->dead_ns = table->now_ns;
	list_push(&table->dead, process);
}

static void drop_parent(struct process_table *table, struct tetra_process *process)
{
	struct tetra_process *parent;

	if (!process->holds_parent)
		return;
	process->holds_parent = 0;
	parent = lookup(table, process->parent);
	if (parent && parent != process)
		lose(table, parent);
}

static void unlink_row(struct process_table *table, struct tetra_process *process)
{
	struct tetra_process **at = bucket(table, process->key);

	while (*at != process)
		at = &(*at)->next;
	*at = process->next;
	list_remove(list_of(table, process), process);
}

static void evict(struct process_table *table, struct tetra_process *process)
{
	drop_parent(table, process);
	unlink_row(table, process);
	process_unref(process);
}

static void expire(struct process_table *table)
{
	struct tetra_process *oldest = table->dead.oldest;

	while (oldest && (table->dead.n > table->max_dead ||
			  table->now_ns - oldest->dead_ns > table->grace_ns)) {
		evict(table, oldest);
		oldest = table->dead.oldest;
	}
}

static uint64_t rows(const struct process_table *table)
{
	return counter_get(&table->living.n) + counter_get(&table->dead.n);
}

static void make_room(struct process_table *table)
{
	struct tetra_process *oldest;

	while (rows(table) >= table->max_processes) {
		oldest = table->living.oldest;
		if (table->dead.oldest) {
			evict(table, table->dead.oldest);
		} else if (oldest->key.tgid == PROCESS_KERNEL_PID) {
			/* Nothing would ever bring it back. */
			process_table_find(table, oldest->key);
		} else {
			evict(table, oldest);
			counter_add(&table->evicted, 1);
		}
	}
}

/* Twice the buckets. Without memory for them the chains grow instead. */
static void grow(struct process_table *table)
{
	uint32_t i, n = table->mask + 1;
	struct tetra_process **old = table->buckets, *process, *next, **at;
	struct tetra_process **buckets = calloc(2 * (size_t)n, sizeof(*buckets));

	if (!buckets)
		return;
	table->buckets = buckets;
	table->mask = 2 * n - 1;
	for (i = 0; i < n; i++) {
		for (process = old[i]; process; process = next) {
			next = process->next;
			at = bucket(table, process->key);
			process->next = *at;
			*at = process;
		}
	}
	free(old);
}

static void link_row(struct process_table *table, struct tetra_process *process)
{
	struct tetra_process **at;

	if (rows(table) > table->mask)
		grow(table);
	at = bucket(table, process->key);
	process->next = *at;
	*at = process;
	list_push(&table->living, process);
}

static void hold_parent(struct process_table *table, struct tetra_process *process)
{
	struct tetra_process *parent = lookup(table, process->parent);

	if (!parent || parent == process)
		return;
	gain(table, parent);
	process->holds_parent = 1;
}

/* A row that replaces another keeps the references that children hold. */
static void replace(struct process_table *table, struct tetra_process *old,
		    struct tetra_process *process)
{
	process->refcnt = old->refcnt - old->holds_self + 1;
	evict(table, old);
	link_row(table, process);
}

int process_table_add(struct process_table *table, const struct process_source *source,
		      struct tetra_process **ret)
{
	struct process_source with_node = *source;
	struct tetra_process *process, *old;
	int r;

	with_node.node = table->node;
	r = process_new(&process, &with_node);
	if (r < 0)
		return r;
	expire(table);
	make_room(table);
	old = lookup(table, source->key);
	if (old) {
		replace(table, old, process);
	} else {
		process->refcnt = 1;
		link_row(table, process);
	}
	process->holds_self = 1;
	hold_parent(table, process);
	counter_add(&table->added, 1);
	*ret = process;
	return 0;
}

void process_table_release(struct process_table *table, struct process_key key)
{
	struct tetra_process *process = lookup(table, key);

	if (!process)
		return;
	drop_parent(table, process);
	if (process->holds_self) {
		process->holds_self = 0;
		lose(table, process);
	}
}

void process_table_advance(struct process_table *table, uint64_t time_ns)
{
	if (time_ns <= table->now_ns)
		return;
	table->now_ns = time_ns;
	expire(table);
}

void process_table_get_stats(const struct process_table *table,
			     struct process_table_stats *ret)
{
	*ret = (struct process_table_stats){
		.processes = rows(table),
		.dead = counter_get(&table->dead.n),
		.added = counter_get(&table->added),
		.evicted = counter_get(&table->evicted),
	};
}

int process_table_new(struct process_table **ret, const struct process_table_opts *opts)
{
	_cleanup_(process_table_freep) struct process_table *table =
		calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->max_processes = opts->max_processes
				       ? MAX(opts->max_processes, MIN_PROCESSES)
				       : PROCESS_TABLE_MAX;
	table->max_dead = opts->max_dead ? opts->max_dead : PROCESS_TABLE_MAX_DEAD;
	table->grace_ns = opts->grace_ns ? opts->grace_ns : PROCESS_TABLE_GRACE_NS;
	table->mask = FIRST_BUCKETS - 1;
	table->node = strdup(opts->node);
	table->buckets = calloc(FIRST_BUCKETS, sizeof(*table->buckets));
	if (!table->node || !table->buckets)
		return -ENOMEM;
	*ret = TAKE_PTR(table);
	return 0;
}

struct process_table *process_table_free(struct process_table *table)
{
	if (!table)
		return NULL;
	/* The end of a child can make its parent's row dead. */
	while (rows(table))
		evict(table,
		      table->dead.oldest ? table->dead.oldest : table->living.oldest);
	free(table->buckets);
	free(table->node);
	free(table);
	return NULL;
}
