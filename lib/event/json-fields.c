/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/json-fields.h"

#include "lib/event/codec.h"
#include "lib/event/event.h"
#include "lib/process/json-process.h"
#include "lib/process/writer.h"
#include "lib/linux/names.h"

static uint32_t shown_refcnt(const struct tetra_event *event, bool properties)
{
	if (event->group || properties)
		return event->refcnt;
	return event->process->flags & PROCESS_FORKED ? 1 : 0;
}

void json_process(struct writer *writer, const struct tetra_event *event)
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

void json_parent(struct writer *writer, const struct tetra_event *event)
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

void json_signal(struct writer *writer, const struct tetra_event *event)
{
	uint32_t signal = event_exit_signal(event);
	const char *name = signal ? names_text(&names_signals, signal) : NULL;

	if (!name)
		return;
	writer_lit(writer, ",\"signal\":\"");
	put_text(writer, name);
}

void json_status(struct writer *writer, const struct tetra_event *event)
{
	if (!event_exit_status(event))
		return;
	writer_lit(writer, ",\"status\":");
	writer_u64(writer, event_exit_status(event));
}

void json_time(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"time\":\"");
	writer_time(writer, event->wall_ns, 0);
	writer_char(writer, '"');
}

void json_function(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"function_name\":\"");
	put_text(writer, event->group->function_name);
}

void json_subsys(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"subsys\":\"");
	put_text(writer, event->group->subsys);
}

void json_event(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"event\":\"");
	put_text(writer, event->group->function_name);
}

void json_file(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"path\":\"");
	put_text(writer, event->group->subsys);
}

void json_provider(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"provider\":\"");
	put_text(writer, event->group->provider);
}

void json_name(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"name\":\"");
	put_text(writer, event->group->function_name);
}

void json_symbol(struct writer *writer, const struct tetra_event *event)
{
	if (!event->group->function_name)
		return;
	writer_lit(writer, ",\"symbol\":\"");
	put_text(writer, event->group->function_name);
}

/* A text in JSON, as it has 64 bits; absent if 0. */
static void put_offset(struct writer *writer, const char *key, uint64_t offset)
{
	if (!offset)
		return;
	writer_text(writer, key);
	writer_u64(writer, offset);
	writer_char(writer, '"');
}

void json_offset(struct writer *writer, const struct tetra_event *event)
{
	put_offset(writer, ",\"offset\":\"", event->group->offset);
}

void json_counter(struct writer *writer, const struct tetra_event *event)
{
	put_offset(writer, ",\"ref_ctr_offset\":\"", event->group->counter);
}

/* The arguments, or the elements of data; how many. */
static uint32_t put_list(struct writer *writer, const struct tetra_event *event,
			 const char *begin, bool data)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < event->n_args; i++) {
		if (event->args[i].spec->is_data != data)
			continue;
		writer_text(writer, n++ ? "," : begin);
		codec_json(writer, event, &event->args[i]);
	}
	return n;
}

static void put_args(struct writer *writer, const struct tetra_event *event,
		     bool with_return)
{
	uint32_t n = put_list(writer, event, ",\"args\":[", false);

	if (with_return) {
		writer_text(writer, n++ ? "," : ",\"args\":[");
		codec_json(writer, event, &event->result);
	}
	if (n)
		writer_char(writer, ']');
}

void json_data(struct writer *writer, const struct tetra_event *event)
{
	if (put_list(writer, event, ",\"data\":[", true))
		writer_char(writer, ']');
}

void json_args(struct writer *writer, const struct tetra_event *event)
{
	put_args(writer, event, false);
}

void json_args_return(struct writer *writer, const struct tetra_event *event)
{
	put_args(writer, event, event->has_return);
}

void json_return(struct writer *writer, const struct tetra_event *event)
{
	if (!event->has_return)
		return;
	writer_lit(writer, ",\"return\":");
	codec_json(writer, event, &event->result);
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

void json_action(struct writer *writer, const struct tetra_event *event)
{
	if (!event->action)
		return;
	writer_lit(writer, ",\"action\":\"");
	put_action_name(writer, event->action);
}

void json_return_action(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"return_action\":\"");
	put_action_name(writer, event->return_action);
}

void json_policy(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, ",\"policy_name\":\"");
	put_text(writer, event->group->policy_name);
}

void json_message(struct writer *writer, const struct tetra_event *event)
{
	if (!event->group->message || !event->group->message[0])
		return;
	writer_lit(writer, ",\"message\":\"");
	put_text(writer, event->group->message);
}

void json_tags(struct writer *writer, const struct tetra_event *event)
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

void json_lost(struct writer *writer, const struct tetra_event *event)
{
	writer_lit(writer, "\"cause\":\"");
	put_text(writer, event_loss_name(event->lost_cause));
	writer_lit(writer, ",\"count\":\"");
	writer_u64(writer, event->lost_count);
	writer_char(writer, '"');
}
