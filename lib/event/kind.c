/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/kind.h"

#include <strings.h>

#include "lib/event/compact.h"
#include "lib/event/json-fields.h"
#include "tetra/event.h"

static const event_field_fn exec_fields[] = { json_process, json_parent };

static const event_field_fn exit_fields[] = { json_process, json_parent, json_signal,
					      json_status, json_time };

static const event_field_fn kprobe_fields[] = {
	json_process, json_parent, json_function, json_args,
	json_return,  json_action, json_policy,	  json_return_action,
	json_message, json_tags,   json_data
};

static const event_field_fn tracepoint_fields[] = {
	json_process, json_parent, json_subsys,	 json_event, json_args,
	json_policy,  json_action, json_message, json_tags
};

static const event_field_fn lsm_fields[] = { json_process, json_parent,	 json_function,
					     json_policy,  json_message, json_args,
					     json_action,  json_tags };

static const event_field_fn uprobe_fields[] = {
	json_process, json_parent,  json_file,	      json_symbol,
	json_policy,  json_message, json_args_return, json_tags,
	json_offset,  json_counter, json_action,      json_data
};

static const event_field_fn usdt_fields[] = { json_process,  json_parent, json_file,
					      json_provider, json_name,	  json_policy,
					      json_message,  json_args,	  json_tags,
					      json_action };

static const event_field_fn lost_fields[] = { json_lost };

#define ROW(KIND, key, stem)                                                             \
	{                                                                                \
		TETRA_EVENT_##KIND, key, "{\"" key "\":{", sizeof(key) + 4,              \
			stem##_fields, ARRAY_SIZE(stem##_fields), compact_##stem         \
	}

static const struct event_kind_row rows[] = {
	ROW(EXEC, "process_exec", exec),
	ROW(EXIT, "process_exit", exit),
	ROW(KPROBE, "process_kprobe", kprobe),
	ROW(TRACEPOINT, "process_tracepoint", tracepoint),
	ROW(UPROBE, "process_uprobe", uprobe),
	ROW(USDT, "process_usdt", usdt),
	ROW(LSM, "process_lsm", lsm),
	ROW(LOST, "tetra_lost", lost),
};

const struct event_kind_row *event_kind_row(uint32_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].kind == kind)
			return &rows[i];
	return NULL;
}

const char *tetra_event_kind_to_name(uint32_t kind)
{
	const struct event_kind_row *row = event_kind_row(kind);

	return row ? row->name : NULL;
}

uint32_t tetra_event_kind_from_name(const char *name)
{
	const char *end;
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(rows); i++) {
		end = strchr(rows[i].name, '_') + 1;
		if (!strcasecmp(name, rows[i].name) || !strcasecmp(name, end))
			return rows[i].kind;
	}
	return 0;
}
