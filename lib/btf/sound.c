/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/btf/sound.h"

#include <bpf/btf.h>

struct bounds {
	uint32_t n_types, strings_bytes;
};

static bool ref_is_sound(const struct bounds *bounds, uint32_t name, uint32_t type)
{
	return name < bounds->strings_bytes && type < bounds->n_types;
}

static bool members_are_sound(const struct bounds *bounds, const struct btf_type *type)
{
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (!ref_is_sound(bounds, members[i].name_off, members[i].type))
			return false;
	return true;
}

static bool params_are_sound(const struct bounds *bounds, const struct btf_type *type)
{
	const struct btf_param *params = btf_params(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++)
		if (!ref_is_sound(bounds, params[i].name_off, params[i].type))
			return false;
	return ref_is_sound(bounds, 0, type->type);
}

static bool type_is_sound(const struct bounds *bounds, const struct btf_type *type)
{
	if (type->name_off >= bounds->strings_bytes)
		return false;
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
	case BTF_KIND_TYPE_TAG:
		return ref_is_sound(bounds, 0, type->type);
	case BTF_KIND_ARRAY:
		return ref_is_sound(bounds, 0, btf_array(type)->type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members_are_sound(bounds, type);
	case BTF_KIND_FUNC_PROTO:
		return params_are_sound(bounds, type);
	default:
		return true;
	}
}

bool btf_is_sound(const struct btf *btf, uint32_t strings_bytes)
{
	const struct bounds bounds = { btf__type_cnt(btf), strings_bytes };

	for (uint32_t id = 1; id < bounds.n_types; id++)
		if (!type_is_sound(&bounds, btf__type_by_id(btf, id)))
			return false;
	return true;
}
