/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/use/layout.h"

#include "bpf/abi/record.h"

#define POINTER_BYTES 8u
/* The kernel's IFNAMSIZ. */
#define DEVICE_NAME_BYTES 16u

enum layout_follow {
	FOLLOW_NOT,
	FOLLOW_STRUCT,	  /* the rest is in the struct that this points to */
	FOLLOW_TEXT,	  /* it points to the text that comes after the members */
	FOLLOW_USER_TEXT, /* likewise, in the memory of the process */
};

struct layout_field {
	const char *
		path; /* of kernel_find_member(); NULL: .at is the place, in every kernel */
	uint16_t at;
	uint8_t place; /* in the payload */
	uint8_t bytes;
	uint8_t follow; /* enum layout_follow */
};

/* A member of the payload @type, and its place there. */
#define PLACE(type, member)                                                              \
	.place = offsetof(struct type, member),                                          \
	.bytes = sizeof(((const struct type *)0)->member)
#define FIELD(name, type, member)                                                        \
	{                                                                                \
		.path = (name), PLACE(type, member)                                      \
	}
/* Likewise, at a place that the kernel's interface promises. */
#define FIXED(offset, type, member)                                                      \
	{                                                                                \
		.at = (offset), PLACE(type, member)                                      \
	}
#define POINTER(name, what)                                                              \
	{                                                                                \
		.path = (name), .bytes = POINTER_BYTES, .follow = (what)                 \
	}
#define ENTER(name) POINTER(name, FOLLOW_STRUCT)

/* A row a line. */
/* clang-format off */
static const struct layout_field cred_fields[] = {
	FIELD("cred.uid", tetra_record_arg_cred, cred.uid),
	FIELD("cred.gid", tetra_record_arg_cred, cred.gid),
	FIELD("cred.euid", tetra_record_arg_cred, cred.euid),
	FIELD("cred.egid", tetra_record_arg_cred, cred.egid),
	FIELD("cred.suid", tetra_record_arg_cred, cred.suid),
	FIELD("cred.sgid", tetra_record_arg_cred, cred.sgid),
	FIELD("cred.fsuid", tetra_record_arg_cred, cred.fsuid),
	FIELD("cred.fsgid", tetra_record_arg_cred, cred.fsgid),
	FIELD("cred.securebits", tetra_record_arg_cred, cred.securebits),
	FIELD("cred.cap_permitted", tetra_record_arg_cred, cred.caps[TETRA_CAPSET_PERMITTED]),
	FIELD("cred.cap_effective", tetra_record_arg_cred, cred.caps[TETRA_CAPSET_EFFECTIVE]),
	FIELD("cred.cap_inheritable", tetra_record_arg_cred,
	      cred.caps[TETRA_CAPSET_INHERITABLE]),
	ENTER("cred.user_ns"),
	FIELD("user_namespace.level", tetra_record_arg_cred, ns.level),
	FIELD("user_namespace.owner", tetra_record_arg_cred, ns.uid),
	FIELD("user_namespace.group", tetra_record_arg_cred, ns.gid),
	FIELD("user_namespace.ns.inum", tetra_record_arg_cred, ns.inum),
};

static const struct layout_field user_ns_fields[] = {
	FIELD("user_namespace.level", tetra_record_arg_user_ns, level),
	FIELD("user_namespace.owner", tetra_record_arg_user_ns, uid),
	FIELD("user_namespace.group", tetra_record_arg_user_ns, gid),
	FIELD("user_namespace.ns.inum", tetra_record_arg_user_ns, inum),
};

/* union bpf_attr: prog_type, insn_cnt, prog_name. */
static const struct layout_field bpf_attr_fields[] = {
	FIXED(0, tetra_record_arg_bpf_prog, type),
	FIXED(4, tetra_record_arg_bpf_prog, n_insns),
	FIXED(48, tetra_record_arg_bpf_prog, name),
};

static const struct layout_field bpf_prog_fields[] = {
	FIELD("bpf_prog.type", tetra_record_arg_bpf_prog, type),
	FIELD("bpf_prog.len", tetra_record_arg_bpf_prog, n_insns),
	ENTER("bpf_prog.aux"),
	FIELD("bpf_prog_aux.name", tetra_record_arg_bpf_prog, name),
};

static const struct layout_field bpf_map_fields[] = {
	FIELD("bpf_map.map_type", tetra_record_arg_bpf_map, type),
	FIELD("bpf_map.key_size", tetra_record_arg_bpf_map, key_size),
	FIELD("bpf_map.value_size", tetra_record_arg_bpf_map, value_size),
	FIELD("bpf_map.max_entries", tetra_record_arg_bpf_map, max_entries),
	FIELD("bpf_map.name", tetra_record_arg_bpf_map, name),
};

static const struct layout_field perf_event_fields[] = {
	FIELD("perf_event.attr.type", tetra_record_arg_perf_event, type),
	FIELD("perf_event.attr.config", tetra_record_arg_perf_event, config),
	FIELD("perf_event.attr.probe_offset", tetra_record_arg_perf_event, probe_offset),
	POINTER("perf_event.attr.kprobe_func", FOLLOW_USER_TEXT),
};

/* The name is at the end of the payload. */
static const struct layout_field module_fields[] = {
	FIELD("module.taints", tetra_record_arg_module, taints),
	{ .path = "module.name", .place = sizeof(struct tetra_record_arg_module),
	  .bytes = TETRA_FIELD_MAX },
};

static const struct layout_field load_info_fields[] = {
	FIELD("load_info.sig_ok", tetra_record_arg_module, is_signed),
	POINTER("load_info.name", FOLLOW_TEXT),
	ENTER("load_info.mod"),
	FIELD("module.taints", tetra_record_arg_module, taints),
};

#define FIELDS(list) NULL, 0, list, ARRAY_SIZE(list)

static const struct layout {
	uint32_t kind;
	const char *step; /* a pointer to follow first; NULL: none */
	uint8_t step_bytes; /* 0: a pointer; else the value is there itself, so long */
	const struct layout_field *fields;
	uint8_t n_fields;
	uint16_t bytes; /* of the payload */
} layouts[] = {
	{ TETRA_ARG_FILENAME, "filename.name", 0, NULL, 0, 0 },
	{ TETRA_ARG_SOCKET, "socket.sk", 0, NULL, 0, 0 },
	{ TETRA_ARG_NET_DEVICE, "net_device.name", DEVICE_NAME_BYTES, NULL, 0, 0 },
	{ TETRA_ARG_KIOCB, "kiocb.ki_filp", 0, NULL, 0, 0 },
	{ TETRA_ARG_CRED, FIELDS(cred_fields), sizeof(struct tetra_record_arg_cred) },
	{ TETRA_ARG_USER_NAMESPACE, FIELDS(user_ns_fields),
	  sizeof(struct tetra_record_arg_user_ns) },
	{ TETRA_ARG_BPF_ATTR, FIELDS(bpf_attr_fields),
	  sizeof(struct tetra_record_arg_bpf_prog) },
	{ TETRA_ARG_BPF_PROG, FIELDS(bpf_prog_fields),
	  sizeof(struct tetra_record_arg_bpf_prog) },
	{ TETRA_ARG_BPF_MAP, FIELDS(bpf_map_fields),
	  sizeof(struct tetra_record_arg_bpf_map) },
	{ TETRA_ARG_PERF_EVENT, FIELDS(perf_event_fields),
	  sizeof(struct tetra_record_arg_perf_event) },
	{ TETRA_ARG_MODULE, FIELDS(module_fields),
	  sizeof(struct tetra_record_arg_module) + TETRA_FIELD_MAX },
	{ TETRA_ARG_LOAD_INFO, FIELDS(load_info_fields),
	  sizeof(struct tetra_record_arg_module) },
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(cred_fields) <= TETRA_MAX_FIELDS, "fields of a slot");
_Static_assert(sizeof(struct tetra_record_arg_cred) <= TETRA_FIELDS_BYTES, "payloads");
_Static_assert(sizeof(struct tetra_record_arg_module) + TETRA_FIELD_MAX <=
		       TETRA_FIELDS_BYTES,
	       "payloads");

static const struct layout *layout_of(uint32_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].kind == kind)
			return &layouts[i];
	return NULL;
}

bool layout_has_step(uint32_t kind)
{
	const struct layout *layout = layout_of(kind);

	return layout && layout->step;
}

/* @bytes: what it must have. */
static int member_plan(struct tetra_kernel *kernel, const char *path, uint32_t bytes,
		       uint16_t *ret_offset, const char **ret_missing)
{
	struct kernel_member member;
	int r = kernel_find_member(kernel, path, &member);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || member.size != bytes || member.offset > UINT16_MAX) {
		*ret_missing = path;
		return -EOPNOTSUPP;
	}
	*ret_offset = (uint16_t)member.offset;
	return 0;
}

static int step_plan(struct tetra_slot_config *slot, struct tetra_kernel *kernel,
		     const struct layout *layout, const char **ret_missing)
{
	struct tetra_source *value = &slot->value;

	struct tetra_step *step;

	/* A way that the policy names may lead to the struct. */
	if (value->from != TETRA_FROM_STEPS) {
		value->start = value->from;
		value->from = TETRA_FROM_STEPS;
	}
	if (value->n_steps == TETRA_MAX_STEPS) {
		*ret_missing = layout->step;
		return -E2BIG;
	}
	step = &value->steps[value->n_steps++];
	step->load = layout->step_bytes ? 0 : POINTER_BYTES;
	return member_plan(kernel, layout->step,
			   layout->step_bytes ? layout->step_bytes : POINTER_BYTES,
			   &step->offset, ret_missing);
}

int layout_plan(struct tetra_slot_config *slot, struct tetra_kernel *kernel,
		const char **ret_missing)
{
	const struct layout *layout = layout_of(slot->kind);
	uint32_t base = 0, n_addresses = 1;
	int r = 0;

	if (!layout)
		return 0;
	if (layout->step)
		r = step_plan(slot, kernel, layout, ret_missing);
	for (uint8_t i = 0; r == 0 && i < layout->n_fields; i++) {
		const struct layout_field *field = &layout->fields[i];
		struct tetra_field *ret = &slot->fields[i];

		ret->base = TETRA_FIELDS_BASE(base);
		ret->place = field->place;
		ret->bytes = field->bytes;
		ret->offset = field->at;
		if (field->follow)
			ret->place = TETRA_FIELDS_BASE(n_addresses);
		if (field->follow == FOLLOW_STRUCT)
			base = n_addresses;
		else if (field->follow)
			slot->text = ret->place;
		slot->text_user |= field->follow == FOLLOW_USER_TEXT;
		n_addresses += field->follow != FOLLOW_NOT;
		if (field->path)
			r = member_plan(kernel, field->path, ret->bytes, &ret->offset,
					ret_missing);
	}
	slot->n_fields = layout->n_fields;
	slot->n_bytes = (uint8_t)layout->bytes;
	return r;
}

void use_plan_layout(struct use_build *build, const struct use_spot *spot,
		     uint32_t position)
{
	bool is_result = position == POLICY_ARG_RETURN;
	struct tetra_slot_config *slot =
		is_result ? &build->use->return_arg : &build->use->args[position];
	const char *type = is_result ? build->hook->return_arg.type
				     : build->hook->args[position].type;
	const char *missing = NULL;
	int r = layout_plan(slot, build->kernel, &missing);

	if (r >= 0)
		return;
	if (r == -ENOMEM) {
		use_error(build, spot, r, "no-memory", NULL, "out of memory");
	} else if (r == -E2BIG) {
		use_error(build, spot, -EOPNOTSUPP, "too-many", NULL,
			  "type '%s' is read from '%s', which is more than %u steps away",
			  type, missing, TETRA_MAX_STEPS);
	} else if (is_result || use_filters(build, position)) {
		use_error(build, spot, r, "not-possible-here", NULL,
			  "type '%s' cannot be read: this kernel has no '%s'", type,
			  missing);
	} else {
		use_warning(build, spot, "not-possible-here", NULL,
			    "type '%s' cannot be read: this kernel has no '%s'; it is "
			    "reported as unsupported",
			    type, missing);
		use_leave_out(build, position);
	}
}

const char *layout_member(uint32_t kind, uint32_t index)
{
	const struct layout *layout = layout_of(kind);

	if (!layout)
		return NULL;
	if (layout->step)
		return index ? NULL : layout->step;
	return index < layout->n_fields ? layout->fields[index].path : NULL;
}
