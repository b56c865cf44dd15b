/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/json.h"

#include "lib/event/event.h"
#include "lib/event/writer.h"
#include "lib/kernel/names.h"

/* A field writes its key and value, or nothing if it is absent in this event. */
typedef void (*field_fn)(struct writer *writer, const struct tetra_event *event);

struct event_row {
	const char *open; /* the start of the line */
	size_t open_len;
	const field_fn *fields;
	unsigned int n_fields;
};

static uint32_t shown_refcnt(const struct tetra_event *event, bool properties)
{
	if (event->group || properties)
		return event->refcnt;
	return event->process->flags & PROCESS_FORKED ? 1 : 0;
}

static void put_process(struct writer *writer, const struct tetra_event *event)
{
	bool properties = event->kind == TETRA_EVENT_EXEC &&
			  process_json_has_properties(event->encoding, event->process);
	struct process_json_use use = {
		.tid = event->tid,
		.refcnt = shown_refcnt(event, properties),
		.binary_properties = properties,
		.may_cache = !event->n_refs,
	};

	writer_lit(writer, "\"process\":");
	process_json(writer, event->encoding, event->process, &use);
}

static void put_parent(struct writer *writer, const struct tetra_event *event)
{
	struct process_json_use use = { .may_cache = !event->n_refs };

	if (!event->parent)
		return;
	use.tid = event->parent->key.tgid;
	use.refcnt = event->parent->flags & PROCESS_FORKED ? 1 : 0;
	writer_lit(writer, ",\"parent\":");
	process_json(writer, event->encoding, event->parent, &use);
}

static void put_text(struct writer *writer, const char *text)
{
	if (text)
		writer_json(writer, text, strlen(text));
	writer_char(writer, '"');
}

static void put_signal(struct writer *writer, const struct tetra_event *event)
{
	uint32_t signal = event_exit_signal(event);
	const char *name = signal ? names_text(&names_signals, signal) : NULL;

	if (!name)
		return;
	writer_lit(writer, ",\"signal\":\"");
	put_text(writer, name);
}

static void put_status(struct writer *writer, const struct tetra_event *event)
{
	if (!event_exit_status(event))
		return;
	writer_lit(writer, ",\"status\":");
	writer_u64(writer, event_exit_status(event));
}

static void put_time(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"time\":\"");
	writer_time(writer, event->wall_ns, 0);
	writer_char(writer, '"');
}

static void put_function(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"function_name\":\"");
	put_text(writer, event->group->function_name);
}

static void put_subsys(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"subsys\":\"");
	put_text(writer, event->group->subsys);
}

static void put_event(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"event\":\"");
	put_text(writer, event->group->event);
}

static void put_args(struct writer *writer, const struct tetra_event *event)
{
	uint32_t i;

	if (!event->n_args)
		return;
	writer_lit(writer, ",\"args\":[");
	for (i = 0; i < event->n_args; i++) {
		if (i)
			writer_char(writer, ',');
		event_arg_json(writer, event, &event->args[i]);
	}
	writer_char(writer, ']');
}

static void put_return(struct writer *writer, const struct tetra_event *event)
{
	if (!event->has_return)
		return;
	writer_lit(writer, ",\"return\":");
	event_arg_json(writer, event, &event->result);
}

static void put_action_name(struct writer *writer, uint32_t action)
{
	const char *name = event_action_name(action);

	if (name)
		writer_text(writer, name);
	else
		writer_lit(writer, "KPROBE_ACTION_UNKNOWN");
	writer_char(writer, '"');
}

static void put_action(struct writer *writer, const struct tetra_event *event)
{
	if (!event->action)
		return;
	writer_lit(writer, ",\"action\":\"");
	put_action_name(writer, event->action);
}

static void put_return_action(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"return_action\":\"");
	put_action_name(writer, event->return_action);
}

static void put_policy(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"policy_name\":\"");
	put_text(writer, event->group->policy_name);
}

static void put_message(struct writer *writer, const struct tetra_event *event)
{
	if (!event->group->message || !event->group->message[0])
		return;
	writer_lit(writer, ",\"message\":\"");
	put_text(writer, event->group->message);
}

static void put_tags(struct writer *writer, const struct tetra_event *event)
{
	uint32_t i;

	if (!event->group->n_tags)
		return;
	writer_lit(writer, ",\"tags\":[");
	for (i = 0; i < event->group->n_tags; i++) {
		writer_put(writer, i ? ",\"" : "\"", i ? 2 : 1);
		put_text(writer, event->group->tags[i]);
	}
	writer_char(writer, ']');
}

static void put_lost(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, "\"cause\":\"");
	put_text(writer, event_loss_name(event->lost_cause));
	writer_lit(writer, ",\"count\":\"");
	writer_u64(writer, event->lost_count);
	writer_char(writer, '"');
}

static const field_fn exec_fields[] = { put_process, put_parent };

static const field_fn exit_fields[] = { put_process, put_parent, put_signal, put_status,
					put_time };

static const field_fn kprobe_fields[] = { put_process, put_parent,	  put_function,
					  put_args,    put_return,	  put_action,
					  put_policy,  put_return_action, put_message,
					  put_tags };

static const field_fn tracepoint_fields[] = { put_process, put_parent,	put_subsys,
					      put_event,   put_args,	put_policy,
					      put_action,  put_message, put_tags };

static const field_fn lsm_fields[] = { put_process, put_parent, put_function, put_policy,
				       put_message, put_args,	put_action,   put_tags };

static const field_fn lost_fields[] = { put_lost };

#define EVENT_ROW(key, table)                                                            \
	{                                                                                \
		"{\"" key "\":{", sizeof(key) + 4, table, ARRAY_SIZE(table)              \
	}

static const struct event_row hook_rows[] = {
	[TETRA_EVENT_EXEC] = EVENT_ROW("process_exec", exec_fields),
	[TETRA_EVENT_EXIT] = EVENT_ROW("process_exit", exit_fields),
	[TETRA_EVENT_KPROBE] = EVENT_ROW("process_kprobe", kprobe_fields),
	[TETRA_EVENT_TRACEPOINT] = EVENT_ROW("process_tracepoint", tracepoint_fields),
	[TETRA_EVENT_LSM] = EVENT_ROW("process_lsm", lsm_fields),
};
static const struct event_row lost_row = EVENT_ROW("tetra_lost", lost_fields);

static const struct event_row *row_of(uint32_t kind)
{
	return kind < ARRAY_SIZE(hook_rows) ? &hook_rows[kind] : &lost_row;
}

size_t tetra_event_to_json(const struct tetra_event *event, char *buf, size_t size)
{
	const struct event_row *row;
	struct writer writer;
	unsigned int i;

	writer_init(&writer, buf, size);
	if (!event)
		return writer_finish(&writer, size);
	row = row_of(event->kind);
	writer_put(&writer, row->open, row->open_len);
	for (i = 0; i < row->n_fields; i++)
		row->fields[i](&writer, event);
	writer_put(&writer, event->encoding->before_time,
		   event->encoding->before_time_len);
	writer_time(&writer, event->wall_ns, 0);
	writer_put(&writer, event->encoding->after_time, event->encoding->after_time_len);
	return writer_finish(&writer, size);
}
