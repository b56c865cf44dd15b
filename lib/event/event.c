/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/event.h"

#include "bpf/abi/image.h"
#include "lib/base/opts.h"
#include "lib/event/codec.h"
#include "lib/process/table.h"

/* The public numbers are the records' own. */
#define X(NAME, number, ...)                                                             \
	_Static_assert((int)TETRA_TYPE_##NAME == (int)TETRA_ARG_##NAME, #NAME);
#define TETRA_TYPE_BINPRM TETRA_TYPE_LINUX_BINPRM
TETRA_ARG_KINDS(X)
#undef TETRA_TYPE_BINPRM
#undef X
/* Of the actions, those that are supported. */
#define DID_1(NAME)                                                                      \
	_Static_assert((int)TETRA_DID_##NAME == (int)TETRA_ACTION_##NAME, #NAME);
#define DID_0(NAME)
#define X(NAME, number, name, sections, enforces, needs, marks, unmarks, text,           \
	  supported)                                                                     \
	DID_##supported(NAME)
TETRA_ACTIONS(X)
#undef X
#undef DID_0
#undef DID_1
_Static_assert(TETRA_ARG_IS_CUT == TETRA_ARG_CUT, "flags of arguments");
_Static_assert(TETRA_ARG_IS_UNRESOLVED == TETRA_ARG_UNRESOLVED, "flags of arguments");
_Static_assert(TETRA_ARG_IS_DELETED == TETRA_ARG_DELETED, "flags of arguments");
_Static_assert(TETRA_ARG_HAS_NO_PATH == TETRA_ARG_NO_PATH, "flags of arguments");
_Static_assert(TETRA_ARG_IS_MOVED == TETRA_ARG_MOVED, "flags of arguments");
_Static_assert(TETRA_ARG_IS_ON_WAY == TETRA_ARG_ON_WAY, "flags of arguments");
_Static_assert(TETRA_ARG_IS_FOREIGN == TETRA_ARG_FOREIGN, "flags of arguments");
_Static_assert((int)TETRA_ARG_STATUS_FAULT == TETRA_ARG_FAULT, "status of arguments");
_Static_assert((int)TETRA_ARG_STATUS_ABSENT == TETRA_ARG_ABSENT, "status of arguments");
_Static_assert((int)TETRA_PROCESS_NS_USER == (int)TETRA_NS_USER, "namespaces");
_Static_assert((int)TETRA_PROCESS_CAPS_INHERITABLE == (int)TETRA_CAPSET_INHERITABLE,
	       "sets");

const char *event_action_name(uint32_t action)
{
	static const char *const names[TETRA_ACTION_END] = {
#define X(NAME, number, name, sections, enforces, needs, marks, unmarks, text, ...)      \
	[number] = text,
		TETRA_ACTIONS(X)
#undef X
	};

	return action < TETRA_ACTION_END ? names[action] : NULL;
}

const char *event_loss_name(uint32_t cause)
{
#define X(NAME, number, text, ...) [number] = text,
	static const char *const names[TETRA_LOST_END] = { TETRA_LOSSES(X) };
#undef X

	return cause < TETRA_LOST_END ? names[cause] : "unknown";
}

/* An owned event's copies; NULL in, NULL out. *failed is set when memory ran out. */
static const char *own_text(struct arena *arena, const char *text, bool *failed)
{
	char *copy = text ? arena_text(arena, text, strlen(text)) : NULL;

	*failed |= text && !copy;
	return copy;
}

static void *own_bytes(struct arena *arena, const void *bytes, size_t n, bool *failed)
{
	void *copy = arena_alloc(arena, MAX(n, (size_t)1));

	if (!copy)
		*failed = true;
	else if (n)
		memcpy(copy, bytes, n);
	return copy;
}

static const char *const *own_tags(struct arena *arena, const struct event_group *from,
				   bool *failed)
{
	const char **tags = arena_array(arena, MAX(from->n_tags, 1u), sizeof(*tags));
	uint32_t i;

	*failed |= !tags;
	for (i = 0; tags && i < from->n_tags; i++)
		tags[i] = own_text(arena, from->tags[i], failed);
	return tags;
}

static const struct event_group *own_group(struct arena *arena,
					   const struct event_group *from, bool *failed)
{
	struct event_group *group = own_bytes(arena, from, sizeof(*from), failed);

	if (!group)
		return NULL;
#define X(name) group->name = own_text(arena, from->name, failed);
	EVENT_GROUP_TEXTS(X)
#undef X
	group->tags = own_tags(arena, from, failed);
	group->args = NULL; /* the event's own arguments have all of it */
	group->n_args = 0;
	return group;
}

static void own_arg(struct arena *arena, struct event_arg *arg, bool *failed)
{
	struct event_group_arg *spec = own_bytes(arena, arg->spec, sizeof(*spec), failed);

	if (!spec)
		return;
#define X(name) spec->name = own_text(arena, arg->spec->name, failed);
	EVENT_ARG_TEXTS(X)
#undef X
	arg->spec = spec;
	if (arg->data)
		arg->data = own_bytes(arena, arg->data, arg->head.bytes, failed);
}

/* The process before @process, in the table; NULL past the last known one. */
static struct tetra_process *table_parent(const struct tetra_event *event,
					  const struct tetra_process *process)
{
	struct tetra_process *parent = process_table_find(event->table, process->parent);

	return parent == process || !parent || !parent->image ? NULL : parent;
}

static void own_ancestors(struct tetra_event *event, bool *failed)
{
	struct tetra_process *at = event->table ? event->parent : NULL;

	event->ancestors = arena_array(event->arena, EVENT_MAX_ANCESTORS, sizeof(at));
	*failed |= !event->ancestors;
	event->n_ancestors = 0;
	while (!*failed && at && event->n_ancestors < EVENT_MAX_ANCESTORS) {
		event->ancestors[event->n_ancestors++] = at;
		at = table_parent(event, at);
	}
	event->table = NULL;
}

static bool own_all(struct tetra_event *event)
{
	bool failed = false;
	uint32_t i;

	own_ancestors(event, &failed);
	if (event->group)
		event->group = own_group(event->arena, event->group, &failed);
	for (i = 0; i < event->n_args; i++)
		own_arg(event->arena, &event->args[i], &failed);
	if (event->has_return)
		own_arg(event->arena, &event->result, &failed);
	return !failed;
}

static struct tetra_event *event_own(const struct tetra_event *from)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct tetra_event *event;
	uint32_t i;

	if (arena_new(&arena) < 0)
		return NULL;
	event = arena_alloc(arena, sizeof(*event));
	if (!event)
		return NULL;
	*event = *from;
	event->arena = arena;
	if (!own_all(event))
		return NULL;
	event->n_refs = 1;
	process_ref(event->process);
	process_ref(event->parent);
	for (i = 0; i < event->n_ancestors; i++)
		process_ref(event->ancestors[i]);
	event_encoding_ref(event->encoding);
	TAKE_PTR(arena);
	return event;
}

struct tetra_event *tetra_event_ref(const struct tetra_event *event)
{
	struct tetra_event *owned = (struct tetra_event *)event;

	if (!event)
		return NULL;
	if (!__atomic_load_n(&event->n_refs, __ATOMIC_RELAXED))
		return event_own(event);
	__atomic_add_fetch(&owned->n_refs, 1, __ATOMIC_RELAXED);
	return owned;
}

struct tetra_event *tetra_event_unref(struct tetra_event *event)
{
	uint32_t i;

	if (!event || !__atomic_load_n(&event->n_refs, __ATOMIC_RELAXED))
		return NULL;
	if (__atomic_sub_fetch(&event->n_refs, 1, __ATOMIC_ACQ_REL))
		return NULL;
	process_unref(event->process);
	process_unref(event->parent);
	for (i = 0; i < event->n_ancestors; i++)
		process_unref(event->ancestors[i]);
	event_encoding_unref(event->encoding);
	arena_free(event->arena);
	return NULL;
}

/* Getters accept NULL and treat it as an empty event. */
static const struct tetra_event *some(const struct tetra_event *event)
{
	static const struct tetra_event nothing;

	return event ? event : &nothing;
}

uint32_t tetra_event_get_kind(const struct tetra_event *event)
{
	return some(event)->kind;
}

uint64_t tetra_event_get_time_ns(const struct tetra_event *event)
{
	return some(event)->time_ns;
}

uint64_t tetra_event_get_wall_ns(const struct tetra_event *event)
{
	return some(event)->wall_ns;
}

uint32_t tetra_event_get_flags(const struct tetra_event *event)
{
	return some(event)->flags;
}

uint32_t tetra_event_get_tid(const struct tetra_event *event)
{
	return some(event)->tid;
}

const struct tetra_process *tetra_event_get_process(const struct tetra_event *event)
{
	return some(event)->process;
}

const struct tetra_process *tetra_event_get_parent(const struct tetra_event *event)
{
	return some(event)->parent;
}

const struct tetra_process *tetra_event_get_ancestor(const struct tetra_event *event,
						     unsigned int index)
{
	const struct tetra_process *at = some(event)->parent;

	if (some(event)->n_refs)
		return index < some(event)->n_ancestors ? some(event)->ancestors[index]
							: NULL;
	for (; at && index; index--)
		at = table_parent(event, at);
	return at;
}

const char *tetra_event_get_policy(const struct tetra_event *event)
{
	return some(event)->group ? some(event)->group->policy_name : NULL;
}

const char *tetra_event_get_function(const struct tetra_event *event)
{
	return some(event)->group ? some(event)->group->function_name : NULL;
}

const char *tetra_event_get_subsystem(const struct tetra_event *event)
{
	return some(event)->kind == TETRA_EVENT_TRACEPOINT ? some(event)->group->subsys
							   : NULL;
}

/* Its group; NULL for other kinds. */
static const struct event_group *uprobe_group(const struct tetra_event *event)
{
	return some(event)->kind == TETRA_EVENT_UPROBE ? some(event)->group : NULL;
}

static const struct event_group *usdt_group(const struct tetra_event *event)
{
	return some(event)->kind == TETRA_EVENT_USDT ? some(event)->group : NULL;
}

const char *tetra_event_get_file(const struct tetra_event *event)
{
	return uprobe_group(event) || usdt_group(event) ? event->group->subsys : NULL;
}

const char *tetra_event_get_provider(const struct tetra_event *event)
{
	return usdt_group(event) ? event->group->provider : NULL;
}

uint64_t tetra_event_get_file_offset(const struct tetra_event *event)
{
	return uprobe_group(event) ? event->group->offset : 0;
}

uint64_t tetra_event_get_counter_offset(const struct tetra_event *event)
{
	return uprobe_group(event) ? event->group->counter : 0;
}

const char *tetra_event_get_message(const struct tetra_event *event)
{
	return some(event)->group ? some(event)->group->message : NULL;
}

unsigned int tetra_event_count_tags(const struct tetra_event *event)
{
	return some(event)->group ? some(event)->group->n_tags : 0;
}

const char *tetra_event_get_tag(const struct tetra_event *event, unsigned int index)
{
	return index < tetra_event_count_tags(event) ? some(event)->group->tags[index]
						     : NULL;
}

uint32_t tetra_event_get_action(const struct tetra_event *event)
{
	return some(event)->action;
}

uint32_t tetra_event_get_return_action(const struct tetra_event *event)
{
	return some(event)->return_action;
}

uint32_t tetra_event_get_selector(const struct tetra_event *event)
{
	return some(event)->selector;
}

unsigned int tetra_event_count_args(const struct tetra_event *event)
{
	return some(event)->n_args;
}

static int fill_arg(struct tetra_arg *ret, const struct event_arg *arg)
{
	struct tetra_arg all = { .type = arg->spec->kind };

	if (!opts_can_fill(ret))
		return -EINVAL;
	all.label = arg->spec->label;
	all.type_name = arg->spec->yaml_type;
	if (arg->data)
		all.status = arg->head.status;
	else
		all.status = arg->spec->slot < TETRA_MAX_SLOTS
				     ? TETRA_ARG_STATUS_MISSING
				     : TETRA_ARG_STATUS_UNSUPPORTED;
	all.flags = (arg->data ? arg->head.flags : 0) |
		    (arg->spec->is_data ? TETRA_ARG_IS_DATA : 0);
	if (all.status == TETRA_ARG_STATUS_OK)
		codec_fill(&all, arg);
	return opts_fill(ret, &all, sizeof(all));
}

int tetra_event_get_arg(const struct tetra_event *event, unsigned int index,
			struct tetra_arg *ret)
{
	return index < some(event)->n_args ? fill_arg(ret, &some(event)->args[index])
					   : -ENOENT;
}

int tetra_event_find_arg(const struct tetra_event *event, const char *label,
			 struct tetra_arg *ret)
{
	if (!label)
		return -EINVAL;
	for (uint32_t i = 0; i < some(event)->n_args; i++) {
		const struct event_arg *arg = &some(event)->args[i];

		if (arg->spec->label && str_equal(arg->spec->label, label))
			return fill_arg(ret, arg);
	}
	return -ENOENT;
}

int tetra_event_get_return(const struct tetra_event *event, struct tetra_arg *ret)
{
	return some(event)->has_return ? fill_arg(ret, &some(event)->result) : -ENOENT;
}

int tetra_event_get_exit(const struct tetra_event *event, uint32_t *ret_status,
			 uint32_t *ret_signal)
{
	if (some(event)->kind != TETRA_EVENT_EXIT)
		return -ENOENT;
	if (ret_status)
		*ret_status = event_exit_status(event);
	if (ret_signal)
		*ret_signal = event_exit_signal(event);
	return 0;
}

const char *tetra_event_get_lost(const struct tetra_event *event, uint64_t *ret_count)
{
	if (some(event)->kind != TETRA_EVENT_LOST)
		return NULL;
	if (ret_count)
		*ret_count = some(event)->lost_count;
	return event_loss_name(some(event)->lost_cause);
}
