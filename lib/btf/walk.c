/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/btf/walk.h"

#include <stdlib.h>

#include "lib/base/nearest.h"
#include "lib/btf/types.h"

/* The offset of a step has 16 bits in the programs. */
#define MAX_OFFSET UINT16_MAX
/* How deep unnamed structs may be nested for their names to be suggested. */
#define MAX_UNNAMED 4u

/* Where the walk is: .offset bytes after the address that the steps so far lead to. */
struct at {
	struct vmlinux *vmlinux;
	struct arena *arena;
	struct kernel_walk *walk;
	uint32_t id; /* the type of what is there */
	uint64_t offset;
};

/* @load: bytes. */
static int step_add(struct at *at, uint32_t load)
{
	struct kernel_walk *walk = at->walk;

	if (walk->n_steps == KERNEL_MAX_STEPS || at->offset > MAX_OFFSET)
		return -E2BIG;
	walk->steps[walk->n_steps++] =
		(struct kernel_step){ (uint16_t)at->offset, (uint8_t)load };
	at->offset = 0;
	return 0;
}

static const struct btf_type *at_type(const struct at *at)
{
	return at->id ? type_strip(at->vmlinux->btf, at->id) : NULL;
}

/* Follows the pointer that is there. */
static int follow(struct at *at)
{
	int r = step_add(at, sizeof(uint64_t));

	at->id = at_type(at)->type;
	return r;
}

/* Offers the names of members, including those of unnamed structs. */
static void members_offer(const struct at *at, const struct btf_type *type,
			  uint32_t depth, struct nearest *nearest)
{
	for (uint32_t i = 0; i < btf_vlen(type) && depth < MAX_UNNAMED; i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name =
			btf__name_by_offset(at->vmlinux->btf, member->name_off);
		const struct btf_type *inner = type_strip(at->vmlinux->btf, member->type);

		if (name && *name)
			nearest_offer(nearest, name);
		else if (inner && btf_is_composite(inner))
			members_offer(at, inner, depth + 1, nearest);
	}
}

static int member_miss(struct at *at, const struct btf_type *type, const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	members_offer(at, type, 0, &nearest);
	if (!nearest.best)
		return -ENOENT;
	/* The member exists, but has no address of its own. */
	if (str_equal(nearest.best, name))
		return -EOPNOTSUPP;
	at->walk->near = arena_text(at->arena, nearest.best, strlen(nearest.best));
	return at->walk->near ? -ENOENT : -ENOMEM;
}

static int member_enter(struct at *at, const char *name)
{
	const struct btf_type *type = at_type(at);
	const struct btf_member *member;
	struct member_place place = {};
	int r = 0;

	if (type && btf_is_ptr(type)) {
		r = follow(at);
		type = at_type(at);
	}
	if (r < 0)
		return r;
	if (!type || !btf_is_composite(type))
		return -ENOENT;
	member = member_find(at->vmlinux, type, name, 0, &place);
	if (!member)
		return member_miss(at, type, name);
	at->offset += place.offset;
	at->id = member->type;
	return 0;
}

/* @first: the value that the walk begins with is the address of the elements. */
static int element_enter(struct at *at, uint64_t index, bool first)
{
	const struct btf_type *type = at_type(at);
	int64_t bytes;
	int r = 0;

	if (!type)
		return -ENOENT;
	if (btf_is_array(type)) {
		if (btf_array(type)->nelems && index >= btf_array(type)->nelems)
			return -ENOENT;
		at->id = btf_array(type)->type;
	} else if (!first) {
		if (!btf_is_ptr(type))
			return -ENOENT;
		r = follow(at);
	}
	if (r < 0)
		return r;
	bytes = btf__resolve_size(at->vmlinux->btf, at->id);
	if (bytes <= 0)
		return -ENOENT;
	if (index > MAX_OFFSET || index * (uint64_t)bytes > MAX_OFFSET)
		return -E2BIG;
	at->offset += index * (uint64_t)bytes;
	return 0;
}

/* A name, and the numbers in brackets after it. @part is changed. */
static int part_enter(struct at *at, char *part, bool first)
{
	char *bracket = strchr(part, '[');
	bool begins = first && bracket == part;
	int r = 0;

	if (bracket)
		*bracket = '\0';
	if (*part)
		r = member_enter(at, part);
	while (r == 0 && bracket) {
		r = element_enter(at, strtoull(bracket + 1, NULL, 10), begins);
		begins = false;
		bracket = strchr(bracket + 1, '[');
	}
	return r;
}

/* The value, or the address of a struct or array. */
static int finish(struct at *at)
{
	const struct btf_type *type = at_type(at);
	struct kernel_param *end = &at->walk->end;
	int r = describe_type(at->vmlinux, at->id, at->arena, end);

	end->name = "";
	if (r < 0)
		return r;
	if (!type)
		return -ENOENT;
	if (!btf_is_composite(type) && !btf_is_array(type))
		return end->size > 8 ? -EOPNOTSUPP : step_add(at, end->size);
	if (btf_is_array(type)) {
		r = describe_type(at->vmlinux, btf_array(type)->type, at->arena, end);
		end->name = "";
	}
	end->is_pointer = 1;
	end->is_struct = 0;
	end->size = sizeof(uint64_t);
	return r < 0 ? r : step_add(at, 0);
}

static int path_walk(struct at *at, char *path)
{
	struct kernel_walk *walk = at->walk;
	bool first = true;
	char *part;
	int r = 0;

	while (r == 0 && (part = strsep(&path, "."))) {
		walk->bad = arena_text(at->arena, part, strlen(part));
		r = walk->bad ? part_enter(at, part, first) : -ENOMEM;
		first = false;
	}
	return r < 0 ? r : finish(at);
}

uint32_t vmlinux_pointed(struct vmlinux *vmlinux, uint32_t id)
{
	const struct btf_type *pointer = id ? type_strip(vmlinux->btf, id) : NULL;

	return pointer && btf_is_ptr(pointer) ? pointer->type : 0;
}

int vmlinux_walk(struct vmlinux *vmlinux, uint32_t id, const char *path,
		 struct arena *arena, struct kernel_walk *ret)
{
	char *copy = arena_text(arena, path, strlen(path));
	struct at at = { .vmlinux = vmlinux, .arena = arena, .walk = ret, .id = id };

	*ret = (struct kernel_walk){ .bad = "", .error = -ENOENT };
	if (!copy)
		return -ENOMEM;
	if (id)
		ret->error = path_walk(&at, copy);
	return ret->error == -ENOMEM ? -ENOMEM : 0;
}
