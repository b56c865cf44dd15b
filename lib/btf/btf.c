/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/btf/btf.h"

#include <bpf/btf.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/host/pseudo.h"
#include "lib/btf/quiet.h"
#include "lib/btf/sound.h"
#include "lib/btf/types.h"

/*
 * Longest chain of types: a well-formed one is far shorter, a broken one may be a loop.
 */
#define BTF_MAX_DEPTH 32u
/* Members without a name in one struct, nested ones too: the kernel has some dozens at most. */
#define BTF_MAX_UNNAMED 512u
/* Prefix of the kernel's types of raw tracepoints. */
#define BTF_TRACE_PREFIX "btf_trace_"

/* libbpf has checked that the section exists and ends with a NUL. */
static void find_strings(struct vmlinux *vmlinux)
{
	uint32_t size;
	const struct btf_header *header = btf__raw_data(vmlinux->btf, &size);

	vmlinux->strings = (const char *)header + header->hdr_len + header->str_off;
	vmlinux->strings_bytes = header->str_len;
}

int vmlinux_open(struct vmlinux *vmlinux, const char *path)
{
	QUIET;

	if (vmlinux->btf)
		return 0;
	/* A kernel without BTF has no such file. */
	if (access(path, R_OK) < 0) {
		vmlinux->error = errno == ENOENT ? -EOPNOTSUPP : pseudo_error(errno);
		return vmlinux->error;
	}
	vmlinux->btf = btf__parse_raw(path);
	vmlinux->error = vmlinux->btf ? 0 : pseudo_error(errno);
	if (vmlinux->btf)
		find_strings(vmlinux);
	return vmlinux->error;
}

int vmlinux_load(struct vmlinux *vmlinux, const void *data, size_t bytes)
{
	QUIET;

	vmlinux_close(vmlinux);
	if (bytes > UINT32_MAX)
		return -EINVAL;
	vmlinux->btf = btf__new(data, (uint32_t)bytes);
	if (!vmlinux->btf)
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	find_strings(vmlinux);
	return btf_is_sound(vmlinux->btf, vmlinux->strings_bytes) ? 0 : -EINVAL;
}

void vmlinux_close(struct vmlinux *vmlinux)
{
	btf__free(vmlinux->btf);
	free(vmlinux->slots);
	memset(vmlinux, 0, sizeof(*vmlinux));
}

static const char *type_name(const struct vmlinux *vmlinux, const struct btf_type *type)
{
	return type->name_off < vmlinux->strings_bytes ? vmlinux->strings + type->name_off
						       : "";
}

static bool type_is_indexed(const struct vmlinux *vmlinux, const struct btf_type *type)
{
	return btf_is_func(type) ||
	       (btf_is_typedef(type) &&
		str_has_prefix(type_name(vmlinux, type), BTF_TRACE_PREFIX));
}

/* By words: there are 50,000 names of 20 bytes. */
static uint32_t name_hash(const char *name)
{
	size_t len = strlen(name), at;
	uint64_t hash = len, word = 0;

	for (at = 0; at + sizeof(word) <= len; at += sizeof(word)) {
		memcpy(&word, name + at, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	for (word = 0; at < len; at++)
		word = word << 8 | (uint8_t)name[at];
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(hash >> 32);
}

static uint32_t *vmlinux_slot(struct vmlinux *vmlinux, const char *name, uint32_t kind)
{
	uint32_t i = name_hash(name) & (vmlinux->n_slots - 1);

	for (; vmlinux->slots[i]; i = (i + 1) & (vmlinux->n_slots - 1)) {
		const struct btf_type *type =
			btf__type_by_id(vmlinux->btf, vmlinux->slots[i]);

		if (btf_kind(type) == kind && str_equal(type_name(vmlinux, type), name))
			break;
	}
	return &vmlinux->slots[i];
}

static int vmlinux_index(struct vmlinux *vmlinux)
{
	uint32_t id, n_types = btf__type_cnt(vmlinux->btf);

	if (vmlinux->slots)
		return 0;
	/* Less than half of a kernel's types are functions: the table is never full. */
	vmlinux->n_slots = 2;
	while (vmlinux->n_slots <= n_types)
		vmlinux->n_slots *= 2;
	vmlinux->slots = calloc(vmlinux->n_slots, sizeof(*vmlinux->slots));
	if (!vmlinux->slots)
		return -ENOMEM;
	for (id = 1; id < n_types; id++) {
		const struct btf_type *type = btf__type_by_id(vmlinux->btf, id);
		uint32_t *slot;

		if (!type_is_indexed(vmlinux, type))
			continue;
		/* Static functions may share a name. The first one counts, as for libbpf. */
		slot = vmlinux_slot(vmlinux, type_name(vmlinux, type), btf_kind(type));
		if (!*slot)
			*slot = id;
	}
	return 0;
}

static uint32_t vmlinux_find(struct vmlinux *vmlinux, const char *name, uint32_t kind)
{
	if (!vmlinux->btf || vmlinux_index(vmlinux) < 0)
		return 0;
	return *vmlinux_slot(vmlinux, name, kind);
}

uint32_t vmlinux_find_function(struct vmlinux *vmlinux, const char *name)
{
	return vmlinux_find(vmlinux, name, BTF_KIND_FUNC);
}

uint32_t vmlinux_find_typedef(struct vmlinux *vmlinux, const char *name)
{
	return vmlinux_find(vmlinux, name, BTF_KIND_TYPEDEF);
}

uint32_t vmlinux_find_type(struct vmlinux *vmlinux, const char *name, uint32_t kind)
{
	int id = vmlinux->btf ? btf__find_by_name_kind(vmlinux->btf, name, kind) : -1;

	return id > 0 ? (uint32_t)id : 0;
}

bool vmlinux_has_member(struct vmlinux *vmlinux, const char *name, const char *member)
{
	uint32_t id = vmlinux_find_type(vmlinux, name, BTF_KIND_STRUCT);
	const struct btf_type *type = id ? btf__type_by_id(vmlinux->btf, id) : NULL;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++)
		if (str_equal(member, btf__name_by_offset(vmlinux->btf,
							  btf_members(type)[i].name_off)))
			return true;
	return false;
}

static bool type_is_transparent(const struct btf_type *type)
{
	return btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type);
}

const struct btf_type *type_strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	uint32_t depth;

	for (depth = 0; type && type_is_transparent(type); depth++) {
		if (depth == BTF_MAX_DEPTH)
			return NULL;
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	return id ? type : NULL;
}

/* A struct read from a file may claim to contain itself. */
const struct btf_member *member_find(const struct vmlinux *vmlinux,
				     const struct btf_type *type, const char *name,
				     uint32_t depth, struct member_place *place)
{
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		uint32_t bit = btf_member_bit_offset(type, i);
		const struct btf_member *found = &members[i];
		const char *own = btf__name_by_offset(vmlinux->btf, found->name_off);
		const struct btf_type *inner = type_strip(vmlinux->btf, found->type);

		if (own && *own) {
			if (!str_equal(own, name))
				continue;
			place->offset += bit / 8;
			return btf_member_bitfield_size(type, i) ? NULL : found;
		}
		if (!inner || !btf_is_composite(inner) || depth == BTF_MAX_DEPTH)
			continue;
		if (place->n_unnamed++ >= BTF_MAX_UNNAMED)
			return NULL;
		found = member_find(vmlinux, inner, name, depth + 1, place);
		if (found) {
			place->offset += bit / 8;
			return found;
		}
	}
	return NULL;
}

int vmlinux_find_member(struct vmlinux *vmlinux, const char *name, char *path,
			struct kernel_member *ret)
{
	uint32_t id = vmlinux_find_type(vmlinux, name, BTF_KIND_STRUCT);
	struct member_place place = {};
	int64_t size = -1;

	for (char *part; (part = strsep(&path, "."));) {
		const struct btf_type *type = id ? type_strip(vmlinux->btf, id) : NULL;
		const struct btf_member *member =
			type && btf_is_composite(type)
				? member_find(vmlinux, type, part, 0, &place)
				: NULL;

		if (!member)
			return -ENOENT;
		id = member->type;
		size = btf__resolve_size(vmlinux->btf, id);
	}
	if (size < 0)
		return -ENOENT;
	ret->offset = place.offset;
	ret->size = (uint32_t)size;
	return 0;
}

static void text_append(char *text, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, KERNEL_TYPE_TEXT - len, "%s", more);
}

static void type_text(const struct vmlinux *vmlinux, uint32_t id, uint32_t depth,
		      char *text)
{
	const struct btf *btf = vmlinux->btf;
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (!id || !type || depth == BTF_MAX_DEPTH) {
		text_append(text, id ? "?" : "void");
		return;
	}
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
		type_text(vmlinux, type->type, depth + 1, text);
		text_append(text, *text && text[strlen(text) - 1] == '*' ? "*" : " *");
		return;
	case BTF_KIND_CONST:
		if (btf_is_ptr(btf__type_by_id(btf, type->type))) {
			type_text(vmlinux, type->type, depth + 1, text);
			text_append(text, "const");
			return;
		}
		text_append(text, "const ");
		/* fall through */
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		type_text(vmlinux, type->type, depth + 1, text);
		return;
	case BTF_KIND_ARRAY:
		type_text(vmlinux, btf_array(type)->type, depth + 1, text);
		text_append(text, "[]");
		return;
	case BTF_KIND_FUNC_PROTO:
		text_append(text, "function");
		return;
	case BTF_KIND_STRUCT:
		text_append(text, "struct ");
		break;
	case BTF_KIND_UNION:
		text_append(text, "union ");
		break;
	case BTF_KIND_FWD:
		text_append(text, btf_kflag(type) ? "union " : "struct ");
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		text_append(text, "enum ");
		break;
	}
	text_append(text, type_name(vmlinux, type));
}

static bool type_has_sign(const struct btf_type *type)
{
	if (btf_is_int(type))
		return btf_int_encoding(type) & BTF_INT_SIGNED;
	return btf_is_any_enum(type) && btf_kflag(type);
}

static const char *copy_name(struct arena *arena, const char *name)
{
	return *name ? arena_text(arena, name, strlen(name)) : "";
}

/* What the verifier of 5.10 lets programs load: pointers to structs, to void, not to const void,
 * and to char. Later ones have more, and 7.2 all. */
static bool pointer_is_opaque(const struct vmlinux *vmlinux,
			      const struct btf_type *pointer)
{
	const struct btf_type *to = type_strip(vmlinux->btf, pointer->type);

	if (!pointer->type)
		return false;
	return !to || (!btf_is_composite(to) &&
		       !(btf_is_int(to) && str_equal(type_name(vmlinux, to), "char")));
}

int describe_type(const struct vmlinux *vmlinux, uint32_t id, struct arena *arena,
		  struct kernel_param *param)
{
	const struct btf *btf = vmlinux->btf;
	const struct btf_type *type = type_strip(btf, id), *named = type;
	int64_t size = type ? btf__resolve_size(btf, id) : 0;

	param->is_pointer = type && btf_is_ptr(type);
	param->is_struct = type && btf_is_composite(type);
	param->is_signed = type && type_has_sign(type);
	param->size = size > 0 && size <= UINT32_MAX ? (uint32_t)size : 0;
	if (param->is_pointer)
		named = type_strip(btf, type->type);
	param->is_opaque = param->is_pointer && pointer_is_opaque(vmlinux, type);
	param->type_name = "";
	if (named && !btf_is_ptr(named))
		param->type_name = copy_name(arena, type_name(vmlinux, named));
	param->c_type[0] = '\0';
	type_text(vmlinux, id, 0, param->c_type);
	return param->type_name ? 0 : -ENOMEM;
}

/* FUNC -> its prototype; typedef of a pointer to a prototype -> that. */
static const struct btf_type *find_prototype(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	if (type && btf_is_func(type))
		type = btf__type_by_id(btf, type->type);
	else if (type && (type = type_strip(btf, id)) && btf_is_ptr(type))
		type = type_strip(btf, type->type);
	return type && btf_is_func_proto(type) ? type : NULL;
}

int vmlinux_describe(struct vmlinux *vmlinux, uint32_t id, uint32_t n_skip,
		     struct arena *arena, struct kernel_function *ret)
{
	const struct btf_type *prototype = find_prototype(vmlinux->btf, id);
	const struct btf_param *params;
	uint32_t i, n;
	int r;

	if (!prototype)
		return -EINVAL;
	params = btf_params(prototype);
	n = btf_vlen(prototype);
	/* "...": a last parameter of no type and no name. */
	ret->is_variadic = n && !params[n - 1].type && !params[n - 1].name_off;
	n -= ret->is_variadic;
	n_skip = MIN(n_skip, n);
	ret->has_more = n - n_skip > KERNEL_MAX_PARAMS;
	ret->n_params = MIN(n - n_skip, KERNEL_MAX_PARAMS);
	ret->has_params = 1;
	ret->btf_id = id;
	for (i = 0; i < ret->n_params; i++) {
		const struct btf_param *from = &params[n_skip + i];
		struct kernel_param *param = &ret->params[i];

		r = describe_type(vmlinux, from->type, arena, param);
		param->name = copy_name(
			arena, btf__name_by_offset(vmlinux->btf, from->name_off) ?: "");
		if (r < 0 || !param->name)
			return -ENOMEM;
	}
	ret->ret.name = "";
	return describe_type(vmlinux, prototype->type, arena, &ret->ret);
}

uint32_t vmlinux_param_type(struct vmlinux *vmlinux, uint32_t id, uint32_t index)
{
	const struct btf_type *prototype = find_prototype(vmlinux->btf, id);

	return prototype && index < btf_vlen(prototype)
		       ? btf_params(prototype)[index].type
		       : 0;
}

int vmlinux_each_function(struct vmlinux *vmlinux, const char *prefix,
			  int (*visit)(const char *name, void *user), void *user)
{
	uint32_t id, n_types = vmlinux->btf ? btf__type_cnt(vmlinux->btf) : 0;
	size_t len = strlen(prefix);
	int r;

	for (id = 1; id < n_types; id++) {
		const struct btf_type *type = btf__type_by_id(vmlinux->btf, id);
		const char *name;

		if (!btf_is_func(type))
			continue;
		name = type_name(vmlinux, type);
		if (strncmp(name, prefix, len) != 0)
			continue;
		r = visit(name, user);
		if (r)
			return r;
	}
	return 0;
}
