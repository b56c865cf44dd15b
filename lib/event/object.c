/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/event/object.h"

#include <linux/perf_event.h>

#include "lib/base/kinds.h"

/* Where the name is in a payload of each shape; 0: it has none. */
static const uint8_t name_places[TETRA_SHAPE_END] = {
	[TETRA_SHAPE_BPF_PROG] = offsetof(struct tetra_record_arg_bpf_prog, name),
	[TETRA_SHAPE_BPF_MAP] = offsetof(struct tetra_record_arg_bpf_map, name),
	[TETRA_SHAPE_PERF_EVENT] = sizeof(struct tetra_record_arg_perf_event),
	[TETRA_SHAPE_MODULE] = sizeof(struct tetra_record_arg_module),
	[TETRA_SHAPE_LOAD_INFO] = sizeof(struct tetra_record_arg_module),
};

/* Whether an event of that type may be a probe: PMUs that are registered at boot. */
static bool may_probe(uint32_t perf_type)
{
	return perf_type >= PERF_TYPE_MAX;
}

uint64_t object_probe_offset(const struct tetra_record_arg_perf_event *perf)
{
	return may_probe(perf->type) ? perf->probe_offset : 0;
}

struct process_text object_name(const struct event_arg *arg)
{
	uint32_t shape = kind_row(arg->spec->kind)->shape;
	struct process_text name = { NULL, 0 };
	struct tetra_record_arg_perf_event perf;

	if (shape == TETRA_SHAPE_PERF_EVENT) {
		memcpy(&perf, arg->data, sizeof(perf));
		if (!may_probe(perf.type))
			return name;
	}
	name.text = (const char *)arg->data + name_places[shape];
	name.len = strnlen(name.text, arg->head.bytes - name_places[shape]);
	return name;
}
