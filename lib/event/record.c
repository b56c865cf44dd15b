/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/record.h"

#include <time.h>

#include "bpf/abi/image.h"
#include "lib/base/counter.h"
#include "lib/base/kinds.h"
#include "lib/event/codec.h"
#include "lib/event/exec.h"
#include "lib/process/fragments.h"

/* Hooks that wait for their process: more would mean that records were lost, and then waiting
 * does not help. */
#define HELD_MAX 64u
/* Records, and time, after which waiting ends. */
#define HELD_RECORDS 256u
#define HELD_NS	     100000000u
/* Clock differences that are only noise of reading the clocks one after the other. */
#define OFFSET_NOISE_NS 50000

struct held_record {
	struct tetra_record *record; /* owned copy */
	uint64_t since_record, since_ns;
};

struct decoder {
	struct event_encoding *encoding;
	struct process_table *table;
	decoder_find_group_fn find_group;
	decoder_deliver_fn deliver;
	void *user;
	uint64_t wall_offset; /* wall time - boot time; wraps */
	uint64_t boot_ns;     /* of the last tick or record */
	uint64_t begin_ns;    /* decoder_begin() */
	struct fragments fragments;
	struct held_record held[HELD_MAX]; /* in order of arrival */
	uint32_t n_held;
	struct decoder_stats stats;
	struct tetra_event event; /* the one being delivered */
};

static uint64_t wall(const struct decoder *decoder, uint64_t boot_ns)
{
	return boot_ns + decoder->wall_offset;
}

static struct process_key head_key(const struct tetra_record *head)
{
	return (struct process_key){ head->tgid, head->stamp };
}

/* Begin an event. The arguments stay as they are: their number says which are valid. */
static struct tetra_event *event_begin(struct decoder *decoder, uint32_t kind,
				       uint64_t time_ns)
{
	struct tetra_event *event = &decoder->event;

	memset(event, 0, offsetof(struct tetra_event, return_spec));
	event->kind = kind;
	event->time_ns = time_ns;
	event->wall_ns = wall(decoder, time_ns);
	event->encoding = decoder->encoding;
	return event;
}

static void event_deliver(struct decoder *decoder, struct tetra_event *event)
{
	counter_add(&decoder->stats.events, 1);
	decoder->deliver(decoder->user, event);
}

static void event_set_process(struct decoder *decoder, struct tetra_event *event,
			      struct tetra_process *process)
{
	event->process = process;
	event->table = decoder->table;
	event->refcnt = process->refcnt;
	event->parent = process_table_find(decoder->table, process->parent);
	if (event->parent && !event->parent->image)
		event->parent = NULL;
}

/* A process whose key and start alone are known, for one event. */
static int unknown_process(struct decoder *decoder, const struct tetra_record *head,
			   uint32_t flags, struct tetra_process **ret)
{
	bool has_start = head->stamp && !(flags & PROCESS_UNKNOWN);
	struct process_source source = {
		.node = decoder->encoding->node_name,
		.key = head_key(head),
		.flags = flags,
		.start_wall_ns = wall(decoder, has_start ? head->stamp : head->time_ns),
	};

	counter_add(&decoder->stats.unknown_processes, 1);
	return process_new(ret, &source);
}

static void deliver_unknown(struct decoder *decoder, struct tetra_event *event,
			    const struct tetra_record *head, uint32_t flags)
{
	_cleanup_(process_unrefp) struct tetra_process *process = NULL;

	if (unknown_process(decoder, head, flags, &process) < 0) {
		counter_add(&decoder->stats.no_memory, 1);
		return;
	}
	event->process = process;
	event->refcnt = 1;
	event_deliver(decoder, event);
	event->process = NULL;
}

struct slots {
	const struct tetra_record_arg *args[TETRA_MAX_SLOTS];
};

static bool arg_is_sound(const struct tetra_record_arg *arg)
{
	if (arg->slot >= TETRA_MAX_SLOTS)
		return false;
	return arg->status != TETRA_ARG_OK || codec_accepts(arg->kind, arg->bytes);
}

static int slots_read(struct slots *ret, const struct tetra_record_hook *hook)
{
	const uint8_t *at = (const uint8_t *)(hook + 1);
	const uint8_t *end = (const uint8_t *)hook + hook->head.bytes;
	const struct tetra_record_arg *arg;
	uint32_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < hook->n_args; i++) {
		arg = (const struct tetra_record_arg *)at;
		if ((size_t)(end - at) < sizeof(*arg))
			return -EINVAL;
		at += sizeof(*arg);
		if (arg->bytes > (size_t)(end - at) || !arg_is_sound(arg))
			return -EINVAL;
		/* The padding of the last one may be missing. */
		at += MIN((size_t)(end - at), (size_t)ROUND_UP((uint64_t)arg->bytes, 8));
		ret->args[arg->slot] = arg;
	}
	return 0;
}

/*
 * Takes from the record what the group wants in @spec: the kind is the group's if there are
 * enough bytes for it (a hook's slot can serve policies that read it as int and as uint32).
 */
static void arg_set(struct event_arg *arg, const struct event_group_arg *spec,
		    const struct slots *slots)
{
	const struct tetra_record_arg *from =
		spec->slot < TETRA_MAX_SLOTS ? slots->args[spec->slot] : NULL;
	const struct kind_row *kind = kind_row(spec->kind);

	arg->spec = spec;
	if (!from || kind->shape == TETRA_SHAPE_NONE ||
	    (from->status == TETRA_ARG_OK && from->bytes < codecs[kind->shape].min)) {
		arg->data = NULL;
		arg->head = (struct tetra_record_arg){ 0 };
		return;
	}
	arg->data = (const uint8_t *)(from + 1);
	arg->head = *from;
}

static void event_set_args(struct tetra_event *event, const struct slots *slots)
{
	const struct event_group *group = event->group;
	uint32_t i;

	for (i = 0; i < group->n_args && event->n_args < EVENT_MAX_ARGS; i++) {
		if (group->args[i].kind != TETRA_ARG_NOP)
			arg_set(&event->args[event->n_args++], &group->args[i], slots);
	}
	if (!group->wants_return || group->return_slot >= TETRA_MAX_SLOTS ||
	    !slots->args[group->return_slot])
		return;
	event->has_return = true;
	event->return_spec = (struct event_group_arg){
		.slot = group->return_slot,
		.kind = group->return_kind,
		.yaml_type = group->return_type,
	};
	arg_set(&event->result, &event->return_spec, slots);
}

static uint32_t hook_flags(uint32_t flags)
{
	return (flags & TETRA_HOOK_MONITOR ? TETRA_EVENT_SUPPRESSED : 0) |
	       (flags & TETRA_HOOK_ENFORCED ? TETRA_EVENT_ENFORCED : 0) |
	       (flags & TETRA_HOOK_CUT ? TETRA_EVENT_CUT : 0) |
	       (flags & TETRA_HOOK_UNKNOWN ? TETRA_EVENT_UNKNOWN : 0) |
	       (flags & TETRA_HOOK_ANCESTOR ? TETRA_EVENT_ANCESTOR : 0);
}

/* A return side that changes the result names that action; all others post. */
static uint32_t return_action(const struct tetra_event *event)
{
	bool overrides = event->has_return && event->action == TETRA_ACTION_OVERRIDE;

	return overrides ? TETRA_ACTION_OVERRIDE : TETRA_ACTION_POST;
}

static struct tetra_event *hook_event(struct decoder *decoder,
				      const struct tetra_record_hook *hook,
				      const struct event_group *group,
				      const struct slots *slots)
{
	struct tetra_event *event = event_begin(decoder, group->kind, hook->head.time_ns);

	event->tid = hook->head.tid;
	event->flags = hook_flags(hook->head.flags);
	event->action = hook->action;
	event->selector = hook->selector;
	event->group = group;
	event_set_args(event, slots);
	event->return_action = return_action(event);
	return event;
}

static bool hook_hold(struct decoder *decoder, const struct tetra_record *head);

/* This process is unknown, and we need not wait for it again. */
static struct tetra_process *give_up(struct decoder *decoder,
				     const struct tetra_record *head)
{
	struct process_source source = {
		.key = head_key(head),
		.start_wall_ns = wall(decoder, head->stamp ? head->stamp : head->time_ns),
	};
	struct tetra_process *process = NULL;

	if (process_table_add(decoder->table, &source, &process) < 0)
		counter_add(&decoder->stats.no_memory, 1);
	return process;
}

static int hook_decode(struct decoder *decoder, const struct tetra_record *head,
		       bool may_hold)
{
	const struct tetra_record_hook *hook = (const struct tetra_record_hook *)head;
	const struct event_group *group = decoder->find_group(decoder->user, hook->group);
	struct tetra_process *process;
	struct tetra_event *event;
	struct slots slots;

	if (slots_read(&slots, hook) < 0)
		return -EINVAL;
	if (!group) {
		counter_add(&decoder->stats.orphans, 1);
		return 0;
	}
	if (head->flags & TETRA_HOOK_UNKNOWN) {
		event = hook_event(decoder, hook, group, &slots);
		deliver_unknown(decoder, event, head, PROCESS_UNKNOWN);
		return 0;
	}
	process = process_table_find(decoder->table, head_key(head));
	if (!process && may_hold && hook_hold(decoder, head))
		return 0;
	if (!process)
		process = give_up(decoder, head);
	event = hook_event(decoder, hook, group, &slots);
	if (!process) {
		deliver_unknown(decoder, event, head, 0);
		return 0;
	}
	if (!process->image)
		counter_add(&decoder->stats.unknown_processes, 1);
	event_set_process(decoder, event, process);
	event_deliver(decoder, event);
	return 0;
}

static int decode_hook(struct decoder *decoder, const struct tetra_record *head)
{
	return hook_decode(decoder, head, true);
}

/* Deliver the record held at @index, as completely as possible. */
static void held_release(struct decoder *decoder, uint32_t index)
{
	_cleanup_(freep) struct tetra_record *record = decoder->held[index].record;

	decoder->n_held--;
	memmove(&decoder->held[index], &decoder->held[index + 1],
		(decoder->n_held - index) * sizeof(decoder->held[0]));
	/* It was checked when it came. */
	(void)hook_decode(decoder, record, false);
}

static bool hook_hold(struct decoder *decoder, const struct tetra_record *head)
{
	struct tetra_record *copy = malloc(head->bytes);

	if (!copy)
		return false;
	if (decoder->n_held == HELD_MAX)
		held_release(decoder, 0);
	memcpy(copy, head, head->bytes);
	decoder->held[decoder->n_held++] = (struct held_record){
		.record = copy,
		.since_record = decoder->stats.records,
		.since_ns = decoder->boot_ns,
	};
	counter_add(&decoder->stats.held, 1);
	return true;
}

/* A process became known: deliver the records that waited for it. */
static void held_retry(struct decoder *decoder, struct process_key key)
{
	uint32_t i = 0;

	while (i < decoder->n_held) {
		const struct tetra_record *record = decoder->held[i].record;

		if (record->tgid == key.tgid && record->stamp == key.stamp)
			held_release(decoder, i);
		else
			i++;
	}
}

static void held_expire(struct decoder *decoder)
{
	while (decoder->n_held) {
		const struct held_record *held = &decoder->held[0];

		if (decoder->stats.records - held->since_record < HELD_RECORDS &&
		    decoder->boot_ns < held->since_ns + HELD_NS)
			return;
		held_release(decoder, 0);
	}
}

/* Add a process; one that cannot be described is added bare, so that its pid is known. */
static int add_process(struct decoder *decoder, struct process_source *source,
		       struct tetra_process **ret)
{
	int r;

	source->start_wall_ns = wall(decoder, source->key.stamp);
	r = process_table_add(decoder->table, source, ret);
	if (r < 0)
		counter_add(&decoder->stats.no_memory, 1);
	return r;
}

/*
 * A process that ended before anybody could describe it, for its child that was forked since the
 * programs are there. At the fork both were of one image; without @image only its number and
 * its start are known.
 */
static void add_ended(struct decoder *decoder, struct process_key key,
		      struct process_image *image)
{
	struct process_source source = {
		.key = key,
		.image = image,
		.flags = PROCESS_UNTOLD,
	};
	struct tetra_process *process;

	if (key.tgid && key.stamp && add_process(decoder, &source, &process) == 0)
		process_table_release(decoder->table, key);
}

static int exec_describe(struct decoder *decoder, const struct exec_view *view,
			 struct process_image **ret, uint32_t *ret_flags)
{
	struct fragment_list args;
	int r;

	if (!(view->record->head.flags & TETRA_EXEC_ARGS_FRAGMENTS))
		return exec_image(ret, ret_flags, decoder->encoding, view, NULL);
	args = fragments_take(&decoder->fragments, head_key(&view->record->head));
	fragment_list_append(&args, view->args.text, view->args.len);
	if (args.hole)
		counter_add(&decoder->stats.fragments_lost, 1);
	r = exec_image(ret, ret_flags, decoder->encoding, view, &args);
	fragment_list_done(&args);
	return r;
}

/*
 * The parent that the record names. If the kernel had no row for it, the stamp is right only
 * if the parent has not exec'd; otherwise the parent is the process with that number.
 */
static struct process_key find_parent(struct decoder *decoder,
				      const struct tetra_record *head,
				      struct process_key parent)
{
	struct tetra_process *found;

	if (!(head->flags & TETRA_EXEC_NO_PARENT) ||
	    process_table_find(decoder->table, parent))
		return parent;
	found = process_table_find_number(decoder->table, parent.tgid, head->time_ns);
	return found ? found->key : parent;
}

/* Another process with the number of @key has ended: its end was not seen. */
static void end_others(struct decoder *decoder, struct process_key key)
{
	struct tetra_process *other;

	if (!key.stamp)
		return;
	while ((other = process_table_find_number(decoder->table, key.tgid,
						  key.stamp - 1)))
		process_table_release(decoder->table, other->key);
}

static int decode_exec(struct decoder *decoder, const struct tetra_record *head)
{
	_cleanup_(process_image_unrefp) struct process_image *image = NULL;
	struct process_source source = { .key = head_key(head) };
	struct tetra_process *process;
	struct tetra_event *event;
	struct exec_view view;

	if (exec_view(&view, head) < 0)
		return -EINVAL;
	if (exec_describe(decoder, &view, &image, &source.flags) < 0)
		counter_add(&decoder->stats.no_memory, 1);
	source.parent = find_parent(decoder, head, exec_parent(view.record));
	source.ns_tgid = view.record->ns_tgid;
	source.image = image;
	if (add_process(decoder, &source, &process) < 0)
		return 0;
	end_others(decoder, source.key);
	event = event_begin(decoder, TETRA_EVENT_EXEC, head->time_ns);
	event->tid = head->tgid;
	event_set_process(decoder, event, process);
	event_deliver(decoder, event);
	held_retry(decoder, source.key);
	return 0;
}

/* A process already running, or forked while those were read: its only exec event. */
static void announce_seed(struct decoder *decoder, struct tetra_process *process)
{
	struct tetra_event *event =
		event_begin(decoder, TETRA_EVENT_EXEC, process->key.stamp);

	event->tid = process->key.tgid;
	event->flags = TETRA_EVENT_FROM_PROC;
	event_set_process(decoder, event, process);
	event_deliver(decoder, event);
}

static int decode_fork(struct decoder *decoder, const struct tetra_record *head)
{
	const struct tetra_record_fork *fork = (const struct tetra_record_fork *)head;
	struct tetra_process *parent, *process, *known;
	struct process_source source = {
		.key = head_key(head),
		.parent = { fork->parent_tgid, fork->parent_stamp },
		.ns_tgid = fork->ns_tgid,
		.flags = PROCESS_EXECVE | PROCESS_FORKED,
	};

	source.parent = find_parent(decoder, head, source.parent);
	if (head->flags & TETRA_EXEC_IN_INIT_TREE)
		source.flags |= PROCESS_IN_INIT_TREE;
	parent = process_table_find(decoder->table, source.parent);
	known = process_table_find(decoder->table, source.key);
	if (known && known->image && !(parent && parent->image)) {
		announce_seed(decoder, known);
		return 0;
	}
	/* The table may evict the parent's row to make room for the child's. */
	source.image = process_image_ref(parent ? parent->image : NULL);
	if (!source.image && head->time_ns < decoder->begin_ns)
		source.flags |= PROCESS_UNTOLD;
	if (add_process(decoder, &source, &process) == 0) {
		end_others(decoder, source.key);
		held_retry(decoder, source.key);
		if (!parent)
			add_ended(decoder, source.parent, NULL);
	}
	process_image_unref(source.image);
	return 0;
}

/* The process that ends. NULL, and @ret_told is false, if it was never announced. */
static struct tetra_process *find_ended(struct decoder *decoder,
					const struct tetra_record *head, bool *ret_told)
{
	struct tetra_process *process;

	if (head->stamp)
		process = process_table_find(decoder->table, head_key(head));
	else
		process = process_table_find_number(decoder->table, head->tgid,
						    head->time_ns);
	*ret_told = process ? !(process->flags & PROCESS_UNTOLD)
			    : head->stamp && !(head->flags & TETRA_EXIT_SEEDED);
	return process;
}

static int decode_exit(struct decoder *decoder, const struct tetra_record *head)
{
	const struct tetra_record_exit *record = (const struct tetra_record_exit *)head;
	struct tetra_process *process;
	struct tetra_event *event;
	struct process_key key;
	bool told;

	/* Records that wait for this process will not see it described any more. */
	held_retry(decoder, head_key(head));
	process = find_ended(decoder, head, &told);
	if (!told) {
		if (process)
			process_table_release(decoder->table, process->key);
		return 0;
	}
	event = event_begin(decoder, TETRA_EVENT_EXIT, head->time_ns);
	event->tid = head->tgid;
	event->exit_code = record->code;
	if (!process) {
		deliver_unknown(decoder, event, head, 0);
		return 0;
	}
	key = process->key;
	event_set_process(decoder, event, process);
	event_deliver(decoder, event);
	process_table_release(decoder->table, key);
	return 0;
}

static int decode_args(struct decoder *decoder, const struct tetra_record *head)
{
	const struct tetra_record_args *args = (const struct tetra_record_args *)head;

	if (args->bytes > head->bytes - sizeof(*args))
		return -EINVAL;
	fragments_add(&decoder->fragments, head_key(head), args->offset,
		      (const char *)(args + 1), args->bytes);
	return 0;
}

static const struct {
	size_t min_bytes;
	int (*decode)(struct decoder *decoder, const struct tetra_record *head);
} kinds[TETRA_RECORD_END] = {
	[TETRA_RECORD_EXEC] = { sizeof(struct tetra_record_exec), decode_exec },
	[TETRA_RECORD_FORK] = { sizeof(struct tetra_record_fork), decode_fork },
	[TETRA_RECORD_EXIT] = { sizeof(struct tetra_record_exit), decode_exit },
	[TETRA_RECORD_HOOK] = { sizeof(struct tetra_record_hook), decode_hook },
	[TETRA_RECORD_ARGS] = { sizeof(struct tetra_record_args), decode_args },
};

static int record_check(const struct tetra_record *head, size_t bytes)
{
	if (bytes < sizeof(*head) || (uintptr_t)head % __alignof__(struct tetra_record))
		return -EINVAL;
	if (head->bytes < sizeof(*head) || head->bytes > bytes)
		return -EINVAL;
	if (head->kind >= TETRA_RECORD_END || !kinds[head->kind].decode)
		return -EOPNOTSUPP;
	return head->bytes < kinds[head->kind].min_bytes ? -EINVAL : 0;
}

static void advance(struct decoder *decoder, uint64_t boot_ns)
{
	if (boot_ns <= decoder->boot_ns)
		return;
	decoder->boot_ns = boot_ns;
	process_table_advance(decoder->table, boot_ns);
}

int decoder_record(struct decoder *decoder, const void *data, size_t bytes)
{
	const struct tetra_record *head = data;
	int r = record_check(head, bytes);

	counter_add(&decoder->stats.records, 1);
	if (r == -EOPNOTSUPP) {
		/* From newer programs: skip it by its length. */
		counter_add(&decoder->stats.unknown_kinds, 1);
		return 0;
	}
	if (r == 0) {
		advance(decoder, head->time_ns);
		r = kinds[head->kind].decode(decoder, head);
	}
	if (r < 0)
		counter_add(&decoder->stats.malformed, 1);
	if (decoder->n_held)
		held_expire(decoder);
	return r;
}

void decoder_tick_at(struct decoder *decoder, uint64_t boot_ns, uint64_t wall_ns)
{
	uint64_t offset = wall_ns - boot_ns;
	int64_t change = (int64_t)(offset - decoder->wall_offset);

	/* Kept, so that times of events are as exact relative to each other as the
	 * records'. */
	if (change > OFFSET_NOISE_NS || change < -OFFSET_NOISE_NS)
		decoder->wall_offset = offset;
	advance(decoder, boot_ns);
	held_expire(decoder);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void decoder_tick(struct decoder *decoder)
{
	uint64_t boot_ns = clock_ns(CLOCK_BOOTTIME);

	decoder_tick_at(decoder, boot_ns, clock_ns(CLOCK_REALTIME));
}

void decoder_flush(struct decoder *decoder)
{
	while (decoder->n_held)
		held_release(decoder, 0);
}

/* Add a process already running, and announce it. */
static int seed_add(struct decoder *decoder, struct process_source *source, bool announce)
{
	struct tetra_process *process;
	int r = add_process(decoder, source, &process);

	if (r < 0)
		return r;
	if (announce)
		announce_seed(decoder, process);
	held_retry(decoder, source->key);
	return 0;
}

void decoder_begin(struct decoder *decoder)
{
	decoder->begin_ns = clock_ns(CLOCK_BOOTTIME);
}

int decoder_seed_kernel(struct decoder *decoder, bool announce)
{
	_cleanup_(process_image_unrefp) struct process_image *image = NULL;
	struct process_source source = {
		.key = { PROCESS_KERNEL_PID, PROCESS_KERNEL_STAMP },
		.parent = { PROCESS_KERNEL_PID, PROCESS_KERNEL_STAMP },
	};
	int r = exec_kernel_image(&image, &source.flags);

	if (r < 0)
		return r;
	source.image = image;
	return seed_add(decoder, &source, announce);
}

int decoder_seed(struct decoder *decoder, const struct process_seed *seed, bool announce)
{
	_cleanup_(process_image_unrefp) struct process_image *image = NULL;
	struct process_source source = {
		.key = { seed->tgid, seed->stamp },
		.parent = { seed->parent_tgid, seed->parent_stamp },
		.ns_tgid = seed->ns_tgid,
	};
	struct tetra_process *known = process_table_find(decoder->table, source.key),
			     *parent;
	int r;

	if (known && known->image)
		return 0;
	r = exec_seed_image(&image, &source.flags, decoder->encoding, seed);
	if (r < 0)
		return r;
	if (!seed->parent_tgid)
		source.parent =
			(struct process_key){ PROCESS_KERNEL_PID, PROCESS_KERNEL_STAMP };
	source.image = image;
	parent = process_table_find(decoder->table, source.parent);
	if (parent)
		source.flags |= parent->flags & PROCESS_IN_INIT_TREE;
	else if (seed->forked)
		add_ended(decoder, source.parent, image);
	return seed_add(decoder, &source,
			announce && !seed->kernel_thread && !seed->has_record);
}

void decoder_lost(struct decoder *decoder, uint32_t cause, uint64_t count)
{
	struct tetra_event *event =
		event_begin(decoder, TETRA_EVENT_LOST, decoder->boot_ns);

	event->lost_cause = cause;
	event->lost_count = count;
	event_deliver(decoder, event);
}

void decoder_get_stats(const struct decoder *decoder, struct decoder_stats *ret)
{
	const uint64_t *from = (const uint64_t *)&decoder->stats;
	uint64_t *to = (uint64_t *)ret;

	_Static_assert(sizeof(*ret) % sizeof(*to) == 0, "counters and nothing else");
	for (size_t i = 0; i < sizeof(*ret) / sizeof(*to); i++)
		to[i] = counter_get(&from[i]);
	ret->fragments_lost += counter_get(&decoder->fragments.dropped);
}

struct process_table *decoder_get_table(struct decoder *decoder)
{
	return decoder->table;
}

int decoder_new(struct decoder **ret, const struct decoder_opts *opts)
{
	_cleanup_(decoder_freep) struct decoder *decoder = calloc(1, sizeof(*decoder));
	struct process_table_opts table = {
		.node = opts->json.node_name,
		.max_processes = opts->max_processes,
		.max_dead = opts->max_dead,
		.grace_ns = opts->grace_ns,
	};
	int r;

	if (!decoder)
		return -ENOMEM;
	decoder->find_group = opts->find_group;
	decoder->deliver = opts->deliver;
	decoder->user = opts->user;
	r = event_encoding_new(&decoder->encoding, &opts->json);
	if (r < 0)
		return r;
	r = process_table_new(&decoder->table, &table);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(decoder);
	return 0;
}

struct decoder *decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return NULL;
	while (decoder->n_held)
		free(decoder->held[--decoder->n_held].record);
	fragments_done(&decoder->fragments);
	process_table_free(decoder->table);
	event_encoding_unref(decoder->encoding);
	free(decoder);
	return NULL;
}
