/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/btf/excerpt.h"

#include <bpf/btf.h>

#include "lib/base/base.h"

/* Aggregates within aggregates; well-formed BTF has far fewer. */
#define EXCERPT_MAX_DEPTH 32u
/* Longest chain of types without a layout: const, typedefs, tags. */
#define EXCERPT_MAX_CHAIN 32u

/* Texts of the object's BTF, borrowed, without what follows "___", as CO-RE compares them. */
struct name {
	const char *text; /* NULL: a free slot */
	uint32_t len, hash;
};

struct name_set {
	struct name *slots; /* a hash table, never full */
	uint32_t n_slots;   /* a power of two */
	uint32_t n_names;
};

struct excerpt {
	const struct btf *full;
	struct btf *btf;
	struct name_set types, members;
	uint32_t *copies; /* by id in .full: the id in .btf; 0: none yet */
	int index;	  /* the integer that arrays are indexed by */
	int byte;	  /* the type of bytes */
	int pointer;	  /* void * */
};

static const struct {
	const char *type, *member, *new_name;
} excerpt_renamed[] = {
	/* v6.15: the name inside a dentry became a union */
	{ "dentry", "d_iname", "d_shortname" },
	/* v6.15 (633488947ef6): it is read under RCU */
	{ "kernfs_node", "parent", "__parent" },
};

const char *excerpt_new_name(const char *type, const char *member)
{
	for (size_t i = 0; i < ARRAY_SIZE(excerpt_renamed); i++)
		if (str_equal(excerpt_renamed[i].type, type) &&
		    str_equal(excerpt_renamed[i].member, member))
			return excerpt_renamed[i].new_name;
	return NULL;
}

/* The older name of a member, or NULL. */
static const char *old_name(const char *type, const char *member)
{
	for (size_t i = 0; i < ARRAY_SIZE(excerpt_renamed); i++)
		if (str_equal(excerpt_renamed[i].type, type) &&
		    str_equal(excerpt_renamed[i].new_name, member))
			return excerpt_renamed[i].member;
	return NULL;
}

static struct name name_of(const char *text)
{
	struct name name = { .text = text, .hash = 2166136261u }; /* FNV-1a */

	for (; text[name.len]; name.len++) {
		const char *at = text + name.len;

		if (at[0] == '_' && at[1] == '_' && at[2] == '_' && name.len)
			break;
		name.hash = (name.hash ^ (uint8_t)*at) * 16777619u;
	}
	return name;
}

static struct name *name_slot(const struct name_set *set, const struct name *name)
{
	uint32_t i = name->hash & (set->n_slots - 1);

	for (; set->slots[i].text; i = (i + 1) & (set->n_slots - 1)) {
		const struct name *slot = &set->slots[i];

		if (slot->hash == name->hash && slot->len == name->len &&
		    memcmp(slot->text, name->text, name->len) == 0)
			break;
	}
	return &set->slots[i];
}

static int name_set_grow(struct name_set *set)
{
	struct name_set grown = { .n_slots = MAX(set->n_slots * 2, 64u),
				  .n_names = set->n_names };

	grown.slots = calloc(grown.n_slots, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->n_slots; i++)
		if (set->slots[i].text)
			*name_slot(&grown, &set->slots[i]) = set->slots[i];
	free(set->slots);
	*set = grown;
	return 0;
}

static int name_set_add(struct name_set *set, const char *text)
{
	struct name name = name_of(text);
	struct name *slot;

	if (!name.len)
		return 0;
	if (set->n_names * 2 >= set->n_slots && name_set_grow(set) < 0)
		return -ENOMEM;
	slot = name_slot(set, &name);
	if (!slot->text) {
		*slot = name;
		set->n_names++;
	}
	return 0;
}

static bool name_set_has(const struct name_set *set, const char *text)
{
	struct name name = name_of(text);

	return set->n_slots && name.len && name_slot(set, &name)->text;
}

static bool type_is_wanted_kind(const struct btf_type *type)
{
	return btf_is_composite(type) || btf_is_any_enum(type);
}

static int excerpt_read_wanted(struct excerpt *excerpt, const struct btf *wanted)
{
	uint32_t n = btf__type_cnt(wanted);
	int r = 0;

	for (uint32_t id = 1; id < n && r == 0; id++) {
		const struct btf_type *type = btf__type_by_id(wanted, id);
		const struct btf_member *members = btf_members(type);

		if (!type_is_wanted_kind(type))
			continue;
		r = name_set_add(&excerpt->types,
				 btf__str_by_offset(wanted, type->name_off));
		for (uint32_t i = 0;
		     btf_is_composite(type) && i < btf_vlen(type) && r == 0; i++)
			r = name_set_add(&excerpt->members,
					 btf__str_by_offset(wanted, members[i].name_off));
	}
	return r;
}

static const struct btf_type *type_behind(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *type = btf__type_by_id(btf, *id);

	for (uint32_t i = 0;
	     type && (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type));
	     i++) {
		if (i == EXCERPT_MAX_CHAIN)
			return NULL;
		*id = type->type;
		type = btf__type_by_id(btf, *id);
	}
	return type;
}

static int excerpt_copy(struct excerpt *excerpt, uint32_t id, uint32_t depth);

/* A member's name in the excerpt; NULL if the object does not need it. */
static const char *excerpt_member_name(const struct excerpt *excerpt, const char *type,
				       const char *member)
{
	const char *name = old_name(type, member);

	if (name && name_set_has(&excerpt->members, name))
		return name;
	/* Members of an anonymous one count as those of the enclosing struct. */
	return !*member || name_set_has(&excerpt->members, member) ? member : NULL;
}

static int excerpt_copy_member(struct excerpt *excerpt, const char *type,
			       const char *member, uint32_t id, uint32_t depth)
{
	const char *name = excerpt_member_name(excerpt, type, member);
	int64_t bytes;

	if (!name)
		return 0;
	if (str_equal(name, member))
		return excerpt_copy(excerpt, id, depth);
	if (btf_is_ptr(btf__type_by_id(excerpt->full, id)))
		return excerpt->pointer;
	bytes = btf__resolve_size(excerpt->full, id);
	if (bytes <= 0)
		return -EINVAL;
	return btf__add_array(excerpt->btf, excerpt->index, excerpt->byte,
			      (uint32_t)bytes);
}

/* Members of a struct directly follow it: their types are copied before. */
static int excerpt_copy_struct(struct excerpt *excerpt, const struct btf_type *type,
			       uint32_t depth)
{
	const struct btf_member *members = btf_members(type);
	_cleanup_(freep) int *ids = calloc(btf_vlen(type) + 1, sizeof(*ids));
	const char *name = btf__str_by_offset(excerpt->full, type->name_off);
	int id, r = 0;

	if (!ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *member =
			btf__str_by_offset(excerpt->full, members[i].name_off);

		ids[i] = excerpt_copy_member(excerpt, name, member, members[i].type,
					     depth + 1);
		if (ids[i] < 0)
			return ids[i];
	}
	id = btf_is_union(type) ? btf__add_union(excerpt->btf, name, type->size)
				: btf__add_struct(excerpt->btf, name, type->size);
	for (uint32_t i = 0; i < btf_vlen(type) && id > 0 && r == 0; i++)
		if (ids[i])
			r = btf__add_field(
				excerpt->btf,
				excerpt_member_name(
					excerpt, name,
					btf__str_by_offset(excerpt->full,
							   members[i].name_off)),
				ids[i], btf_member_bit_offset(type, i),
				btf_member_bitfield_size(type, i));
	return r < 0 ? r : id;
}

static int excerpt_copy_enum(struct excerpt *excerpt, const struct btf_type *type)
{
	const char *name = btf__str_by_offset(excerpt->full, type->name_off);
	int id, r = 0;

	if (btf_is_enum64(type)) {
		const struct btf_enum64 *values = btf_enum64(type);

		id = btf__add_enum64(excerpt->btf, name, type->size, btf_kflag(type));
		for (uint32_t i = 0; i < btf_vlen(type) && id > 0 && r == 0; i++)
			r = btf__add_enum64_value(
				excerpt->btf,
				btf__str_by_offset(excerpt->full, values[i].name_off),
				btf_enum64_value(&values[i]));
	} else {
		const struct btf_enum *values = btf_enum(type);

		id = btf__add_enum(excerpt->btf, name, type->size);
		for (uint32_t i = 0; i < btf_vlen(type) && id > 0 && r == 0; i++)
			r = btf__add_enum_value(
				excerpt->btf,
				btf__str_by_offset(excerpt->full, values[i].name_off),
				btf_kflag(type) ? values[i].val
						: (int64_t)(uint32_t)values[i].val);
	}
	return r < 0 ? r : id;
}

static int excerpt_copy_kind(struct excerpt *excerpt, const struct btf_type *type,
			     uint32_t depth)
{
	const char *name = btf__str_by_offset(excerpt->full, type->name_off);
	int element;

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return btf__add_int(excerpt->btf, name, type->size,
				    btf_int_encoding(type));
	case BTF_KIND_FLOAT:
		return btf__add_float(excerpt->btf, name, type->size);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return excerpt_copy_enum(excerpt, type);
	case BTF_KIND_ARRAY:
		element = excerpt_copy(excerpt, btf_array(type)->type, depth + 1);
		if (element < 0)
			return element;
		return btf__add_array(excerpt->btf, excerpt->index, element,
				      btf_array(type)->nelems);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return excerpt_copy_struct(excerpt, type, depth);
	default:
		return excerpt->pointer;
	}
}

/* The id of the copy, or a negative errno. */
static int excerpt_copy(struct excerpt *excerpt, uint32_t id, uint32_t depth)
{
	const struct btf_type *type = type_behind(excerpt->full, &id);
	int copy;

	if (!type || !id || depth > EXCERPT_MAX_DEPTH)
		return -EINVAL;
	if (excerpt->copies[id])
		return (int)excerpt->copies[id];
	copy = excerpt_copy_kind(excerpt, type, depth);
	if (copy > 0)
		excerpt->copies[id] = (uint32_t)copy;
	return copy;
}

static int excerpt_fill(struct excerpt *excerpt)
{
	uint32_t n = btf__type_cnt(excerpt->full);

	excerpt->copies = calloc(n, sizeof(*excerpt->copies));
	excerpt->btf = btf__new_empty();
	if (!excerpt->copies || !excerpt->btf)
		return -ENOMEM;
	excerpt->index = btf__add_int(excerpt->btf, "unsigned int", 4, 0);
	excerpt->byte = btf__add_int(excerpt->btf, "unsigned char", 1, 0);
	excerpt->pointer = btf__add_ptr(excerpt->btf, 0);
	if (excerpt->index < 0 || excerpt->byte < 0 || excerpt->pointer < 0)
		return -ENOMEM;
	for (uint32_t id = 1; id < n; id++) {
		const struct btf_type *type = btf__type_by_id(excerpt->full, id);
		int r;

		if (!type_is_wanted_kind(type) || !type->name_off ||
		    !name_set_has(&excerpt->types,
				  btf__str_by_offset(excerpt->full, type->name_off)))
			continue;
		r = excerpt_copy(excerpt, id, 0);
		if (r < 0)
			return r;
	}
	return 0;
}

int excerpt_new(struct btf **ret, const struct btf *full, const struct btf *wanted)
{
	struct excerpt excerpt = { .full = full };
	int r = excerpt_read_wanted(&excerpt, wanted);

	if (r == 0)
		r = excerpt_fill(&excerpt);
	free(excerpt.types.slots);
	free(excerpt.members.slots);
	free(excerpt.copies);
	if (r < 0) {
		btf__free(excerpt.btf);
		return r == -ENOMEM ? r : -EINVAL;
	}
	*ret = excerpt.btf;
	return 0;
}
