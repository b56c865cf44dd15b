/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/json-object.h"

#include "lib/base/kinds.h"
#include "lib/event/object.h"

void json_object_name(struct writer *writer, const struct names *names, uint32_t number)
{
	const char *name = names_text(names, number);

	writer_char(writer, '"');
	if (name)
		writer_text(writer, name);
	else
		writer_u64(writer, number);
	writer_char(writer, '"');
}

/* ,"key":"text"; nothing if it is empty. The first one has no comma. */
static bool put_text(struct writer *writer, const char *key, struct process_text text,
		     bool first)
{
	if (!text.len)
		return first;
	writer_text(writer, key + first);
	writer_char(writer, '"');
	writer_json(writer, text.text, text.len);
	writer_char(writer, '"');
	return false;
}

static void put_number(struct writer *writer, const char *key, uint32_t number)
{
	if (!number)
		return;
	writer_text(writer, key);
	writer_u64(writer, number);
}

/* 64-bit numbers are written as text. */
static void put_long(struct writer *writer, const char *key, uint64_t number)
{
	if (!number)
		return;
	writer_text(writer, key);
	writer_char(writer, '"');
	writer_u64(writer, number);
	writer_char(writer, '"');
}

void json_user_ns(struct writer *writer, const struct tetra_record_arg_user_ns *ns)
{
	writer_lit(writer, "{\"level\":");
	writer_u64(writer, ns->level);
	writer_lit(writer, ",\"uid\":");
	writer_u64(writer, ns->uid);
	writer_lit(writer, ",\"gid\":");
	writer_u64(writer, ns->gid);
	writer_lit(writer, ",\"ns\":{\"inum\":");
	writer_u64(writer, ns->inum);
	if (!ns->level)
		writer_lit(writer, ",\"is_host\":true");
	writer_lit(writer, "}}");
}

void json_arg_user_ns(struct writer *writer, const struct tetra_event *event,
		      const struct event_arg *arg)
{
	struct tetra_record_arg_user_ns ns;

	memcpy(&ns, arg->data, sizeof(ns));
	json_user_ns(writer, &ns);
}

void json_capability(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	int32_t number = (int32_t)event_arg_u64(arg);
	const char *name = number < 0 ? NULL : capability_event_name((uint32_t)number);

	writer_lit(writer, "{\"value\":");
	writer_i64(writer, number);
	if (name) {
		writer_lit(writer, ",\"name\":\"");
		writer_text(writer, name);
		writer_char(writer, '"');
	}
	writer_char(writer, '}');
}

/* 16 digits. */
void json_caps(struct writer *writer, const struct tetra_event *event,
	       const struct event_arg *arg)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t set = event_arg_u64(arg);

	writer_char(writer, '"');
	for (uint32_t shift = 64; shift; shift -= 4)
		writer_char(writer, digits[set >> (shift - 4) & 15]);
	writer_char(writer, '"');
}

/* A number without a name is written as a number. */
void json_bpf_cmd(struct writer *writer, const struct tetra_event *event,
		  const struct event_arg *arg)
{
	uint32_t number = (uint32_t)event_arg_u64(arg);

	if (names_text(&names_bpf_commands, number))
		json_object_name(writer, &names_bpf_commands, number);
	else
		writer_i64(writer, (int32_t)number);
}

void json_bpf_prog(struct writer *writer, const struct tetra_event *event,
		   const struct event_arg *arg)
{
	struct tetra_record_arg_bpf_prog prog;

	memcpy(&prog, arg->data, sizeof(prog));
	writer_lit(writer, "{\"ProgType\":");
	json_object_name(writer, &names_bpf_programs, prog.type);
	put_number(writer, ",\"InsnCnt\":", prog.n_insns);
	(void)put_text(writer, ",\"ProgName\":", object_name(arg), false);
	writer_char(writer, '}');
}

void json_bpf_map(struct writer *writer, const struct tetra_event *event,
		  const struct event_arg *arg)
{
	struct tetra_record_arg_bpf_map map;

	memcpy(&map, arg->data, sizeof(map));
	writer_lit(writer, "{\"MapType\":");
	json_object_name(writer, &names_bpf_maps, map.type);
	put_number(writer, ",\"KeySize\":", map.key_size);
	put_number(writer, ",\"ValueSize\":", map.value_size);
	put_number(writer, ",\"MaxEntries\":", map.max_entries);
	(void)put_text(writer, ",\"MapName\":", object_name(arg), false);
	writer_char(writer, '}');
}

void json_perf_event(struct writer *writer, const struct tetra_event *event,
		     const struct event_arg *arg)
{
	struct tetra_record_arg_perf_event perf;
	bool first;

	memcpy(&perf, arg->data, sizeof(perf));
	writer_char(writer, '{');
	first = put_text(writer, ",\"KprobeFunc\":", object_name(arg), true);
	writer_text(writer, ",\"Type\":" + first);
	json_object_name(writer, &names_perf_types, perf.type);
	put_long(writer, ",\"Config\":", perf.config);
	put_long(writer, ",\"ProbeOffset\":", object_probe_offset(&perf));
	writer_char(writer, '}');
}

static bool put_taints(struct writer *writer, uint64_t taints, bool first)
{
	const char *name;
	bool any = false;

	for (; taints; taints &= taints - 1) {
		name = names_text(&names_taints, (uint32_t)__builtin_ctzll(taints));
		if (!name)
			continue;
		writer_text(writer, any ? ",\"" : ",\"tainted\":[\"" + first);
		writer_text(writer, name);
		writer_char(writer, '"');
		any = true;
	}
	if (any)
		writer_char(writer, ']');
	return first && !any;
}

void json_module(struct writer *writer, const struct tetra_event *event,
		 const struct event_arg *arg)
{
	struct tetra_record_arg_module module;
	bool first;

	memcpy(&module, arg->data, sizeof(module));
	writer_char(writer, '{');
	first = put_text(writer, ",\"name\":", object_name(arg), true);
	if (kind_row(arg->spec->kind)->shape == TETRA_SHAPE_LOAD_INFO) {
		writer_text(writer, ",\"signature_ok\":" + first);
		writer_text(writer, module.is_signed ? "true" : "false");
		first = false;
	}
	(void)put_taints(writer, module.taints, first);
	writer_char(writer, '}');
}
