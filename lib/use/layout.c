/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/use/layout.h"

#include "bpf/abi/record.h"

#define POINTER_BYTES 8u
/* The kernel's IFNAMSIZ. */
#define DEVICE_NAME_BYTES 16u

struct layout_field {
	const char *path; /* of kernel_find_member() */
	uint8_t place;	  /* in the payload */
	uint8_t bytes;	  /* 0: the rest is in the struct that this points to */
};

/* A member of the payload @type, and its place there. */
#define FIELD(path, type, member)                                                        \
	{                                                                                \
		path, offsetof(struct type, member),                                     \
			sizeof(((const struct type *)0)->member)                         \
	}
#define ENTER(path)                                                                      \
	{                                                                                \
		path, 0, 0                                                               \
	}

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
	FIELD("user_namespace.level", tetra_record_arg_cred, ns_level),
	FIELD("user_namespace.owner", tetra_record_arg_cred, ns_uid),
	FIELD("user_namespace.group", tetra_record_arg_cred, ns_gid),
	FIELD("user_namespace.ns.inum", tetra_record_arg_cred, ns_inum),
};

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
	{ TETRA_ARG_CRED, NULL, 0, cred_fields, ARRAY_SIZE(cred_fields),
	  sizeof(struct tetra_record_arg_cred) },
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(cred_fields) <= TETRA_MAX_FIELDS, "fields of a slot");
_Static_assert(sizeof(struct tetra_record_arg_cred) <= TETRA_FIELDS_BYTES, "payloads");

static const struct layout *layout_of(uint32_t kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].kind == kind)
			return &layouts[i];
	return NULL;
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
		return -EOPNOTSUPP;
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
	uint32_t base = 0;
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
		if (!field->bytes) {
			ret->place = TETRA_FIELDS_BASE(++base);
			ret->bytes = POINTER_BYTES;
		}
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
