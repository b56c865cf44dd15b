/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf/abi/config.h"
#include "bpf/abi/hash.h"
#include "bpf/hook.skel.h"
#include "bpf/process.skel.h"
#include "lib/base/base.h"
#include "lib/btf/excerpt.h"
#include "tests/unit/suite.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* Where a member is, seen from the struct it is asked of. */
struct place {
	uint32_t bit_offset, bits, kind;
	int64_t size;
};

static const char *name_of(const struct btf *btf, uint32_t name_off)
{
	return btf__str_by_offset(btf, name_off);
}

static uint32_t strip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type) || btf_is_type_tag(type)) {
		id = type->type;
		type = btf__type_by_id(btf, id);
	}
	return id;
}

/* As relocations look for it: through anonymous members too. */
static bool find_member(const struct btf *btf, uint32_t id, const char *name,
			struct place *ret)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	const struct btf_member *members = btf_members(type);

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		uint32_t inner = strip(btf, members[i].type);
		const struct btf_type *held = btf__type_by_id(btf, inner);

		if (!members[i].name_off && btf_is_composite(held)) {
			if (!find_member(btf, inner, name, ret))
				continue;
			ret->bit_offset += btf_member_bit_offset(type, i);
			return true;
		}
		if (!str_equal(name_of(btf, members[i].name_off), name))
			continue;
		ret->bit_offset = btf_member_bit_offset(type, i);
		ret->bits = btf_member_bitfield_size(type, i);
		ret->kind = btf_kind(held);
		ret->size = btf__resolve_size(btf, inner);
		return true;
	}
	return false;
}

/* The @nth type of that kind whose name without a flavour is @name; 0 if there are fewer. */
static uint32_t find_type(const struct btf *btf, uint32_t kind, const char *name,
			  size_t len, uint32_t nth)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *found = name_of(btf, type->name_off);

		if (btf_kind(type) == kind && strncmp(found, name, len) == 0 &&
		    (!found[len] || strncmp(found + len, "___", 3) == 0) && nth-- == 0)
			return id;
	}
	return 0;
}

/* Under its new name; the excerpt has it as bytes, if it is no pointer. */
static bool find_renamed(const struct btf *full, uint32_t id, const char *name,
			 struct place *ret)
{
	const char *type = name_of(full, btf__type_by_id(full, id)->name_off);
	const char *new_name = excerpt_new_name(type, name);

	if (!new_name || !find_member(full, id, new_name, ret))
		return false;
	if (ret->kind != BTF_KIND_PTR)
		ret->kind = BTF_KIND_ARRAY;
	return true;
}

static uint32_t compare_members(const struct btf *wanted, uint32_t id,
				const struct btf *full, uint32_t full_id,
				const struct btf *excerpt, uint32_t excerpt_id)
{
	const struct btf_type *type = btf__type_by_id(wanted, id);
	const struct btf_member *members = btf_members(type);
	uint32_t n = 0;

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *name = name_of(wanted, members[i].name_off);
		uint32_t inner = strip(wanted, members[i].type);
		struct place expected = {}, got = {};
		bool there;

		if (!*name) {
			n += compare_members(wanted, inner, full, full_id, excerpt,
					     excerpt_id);
			continue;
		}
		there = find_member(full, full_id, name, &expected) ||
			find_renamed(full, full_id, name, &expected);
		ck_assert_msg(find_member(excerpt, excerpt_id, name, &got) == there, "%s",
			      name);
		ck_assert_msg(got.bit_offset == expected.bit_offset &&
				      got.bits == expected.bits &&
				      got.kind == expected.kind &&
				      got.size == expected.size,
			      "%s", name);
		n += there;
	}
	return n;
}

/* Returns how many members of types of @wanted the full BTF has. */
static uint32_t compare(const struct btf *wanted, const struct btf *full,
			const struct btf *excerpt)
{
	uint32_t n = 0;

	for (uint32_t id = 1; id < btf__type_cnt(wanted); id++) {
		const struct btf_type *type = btf__type_by_id(wanted, id);
		const char *name = name_of(wanted, type->name_off);
		const char *flavor = strstr(name, "___");
		size_t len = flavor ? (size_t)(flavor - name) : strlen(name);
		uint32_t nth = 0, full_id, excerpt_id;

		if (!btf_is_composite(type) || !*name)
			continue;
		do {
			full_id = find_type(full, btf_kind(type), name, len, nth);
			excerpt_id = find_type(excerpt, btf_kind(type), name, len, nth);
			nth++;
			ck_assert_msg(!full_id == !excerpt_id, "%s", name);
			if (!full_id)
				break;
			ck_assert_uint_eq(btf__type_by_id(full, full_id)->size,
					  btf__type_by_id(excerpt, excerpt_id)->size);
			n += compare_members(wanted, id, full, full_id, excerpt,
					     excerpt_id);
		} while (nth < 4);
	}
	return n;
}

static struct btf *excerpt_of(const struct btf *full, const struct btf *wanted)
{
	struct btf *excerpt = NULL;

	ck_assert_int_eq(excerpt_new(&excerpt, full, wanted), 0);
	return excerpt;
}

/* Two "file" of different layout, one with what is asked for inside an anonymous union. */
static struct btf *sample_full(void)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int u64 = btf__add_int(btf, "unsigned long", 8, 0);
	int chars = btf__add_array(btf, u32, btf__add_int(btf, "char", 1, 0), 16);
	int path = btf__add_struct(btf, "path", 16);
	int anonymous, flags;

	btf__add_field(btf, "mnt", btf__add_ptr(btf, path), 0, 0);
	path = btf__add_struct(btf, "path", 16);
	btf__add_field(btf, "dentry", u64, 64, 0);
	flags = btf__add_typedef(btf, "fmode_t", btf__add_const(btf, u32));
	anonymous = btf__add_union(btf, NULL, 16);
	btf__add_field(btf, "f_path", path, 0, 0);
	btf__add_field(btf, "f_unasked", u64, 0, 0);
	btf__add_struct(btf, "file", 64);
	btf__add_field(btf, "f_lock", chars, 0, 0);
	btf__add_field(btf, "", anonymous, 128, 0);
	btf__add_field(btf, "f_mode", flags, 256, 3);
	btf__add_struct(btf, "file", 8);
	btf__add_field(btf, "f_mode", u64, 0, 0);
	btf__add_struct(btf, "other", 8);
	btf__add_field(btf, "f_mode", u64, 0, 0);
	return btf;
}

static struct btf *sample_wanted(void)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "unsigned int", 4, 0);
	int path = btf__add_struct(btf, "path", 8);

	btf__add_field(btf, "dentry", u32, 0, 0);
	btf__add_struct(btf, "file___newer", 32);
	btf__add_field(btf, "f_path", path, 0, 0);
	btf__add_field(btf, "f_mode", u32, 64, 0);
	btf__add_field(btf, "f_gone", u32, 96, 0);
	return btf;
}

TEST(excerpt_has_what_is_asked_for)
{
	struct btf *full = sample_full(), *wanted = sample_wanted();
	struct btf *excerpt = excerpt_of(full, wanted);
	struct place place = {};
	uint32_t file = find_type(excerpt, BTF_KIND_STRUCT, "file", 4, 0);

	/* dentry of one path; f_path, f_mode of the first file; f_mode of the second */
	ck_assert_uint_eq(compare(wanted, full, excerpt), 4);
	ck_assert(find_member(excerpt, file, "f_path", &place));
	ck_assert_uint_eq(place.bit_offset, 128);
	ck_assert(!find_member(excerpt, file, "f_gone", &place));
	btf__free(excerpt);
	btf__free(wanted);
	btf__free(full);
}

TEST(excerpt_has_nothing_else)
{
	struct btf *full = sample_full(), *wanted = sample_wanted();
	struct btf *excerpt = excerpt_of(full, wanted);
	struct place place;
	uint32_t file = find_type(excerpt, BTF_KIND_STRUCT, "file", 4, 0);

	ck_assert(!find_member(excerpt, file, "f_unasked", &place));
	ck_assert(!find_member(excerpt, file, "f_lock", &place));
	ck_assert_uint_eq(find_type(excerpt, BTF_KIND_STRUCT, "other", 5, 0), 0);
	btf__free(excerpt);
	btf__free(wanted);
	btf__free(full);
}

/* A dentry whose inline name is called @name, and has @bytes at 56. */
static struct btf *sample_dentry(const char *name, uint32_t bytes)
{
	struct btf *btf = btf__new_empty();
	int u64 = btf__add_int(btf, "unsigned long", 8, 0);
	int words = btf__add_array(btf, u64, u64, bytes / 8);
	int held = btf__add_union(btf, "shortname_store", bytes);

	btf__add_field(btf, "words", words, 0, 0);
	btf__add_struct(btf, "dentry", 56 + bytes);
	btf__add_field(btf, name, held, 56 * 8, 0);
	return btf;
}

/* A node of a file system whose parent is called @name. */
static struct btf *sample_node(const char *name)
{
	struct btf *btf = btf__new_empty();
	int pointer = btf__add_ptr(btf, 2);

	btf__add_struct(btf, "kernfs_node", 16);
	btf__add_field(btf, name, pointer, 8 * 8, 0);
	return btf;
}

TEST(excerpt_has_renamed_pointers_as_pointers)
{
	struct btf *full = sample_node("__parent"), *wanted = sample_node("parent");
	struct btf *excerpt = excerpt_of(full, wanted);
	uint32_t node = find_type(excerpt, BTF_KIND_STRUCT, "kernfs_node", 11, 0);
	struct place place = {};

	ck_assert(find_member(excerpt, node, "parent", &place));
	ck_assert_uint_eq(place.bit_offset, 8 * 8);
	ck_assert_uint_eq(place.kind, BTF_KIND_PTR);
	btf__free(excerpt);
	btf__free(wanted);
	btf__free(full);
}

TEST(excerpt_has_renamed_members_by_their_older_name)
{
	struct btf *full = sample_dentry("d_shortname", 40);
	struct btf *wanted = sample_dentry("d_iname", 32);
	struct btf *excerpt = excerpt_of(full, wanted);
	uint32_t dentry = find_type(excerpt, BTF_KIND_STRUCT, "dentry", 6, 0);
	struct place place = {};

	ck_assert(find_member(excerpt, dentry, "d_iname", &place));
	ck_assert_uint_eq(place.bit_offset, 56 * 8);
	ck_assert_uint_eq(place.kind, BTF_KIND_ARRAY);
	ck_assert_int_eq(place.size, 40);
	ck_assert(!find_member(excerpt, dentry, "d_shortname", &place));
	btf__free(excerpt);
	btf__free(wanted);
	btf__free(full);
}

/* EXCERPT_MAX_CHAIN, EXCERPT_MAX_DEPTH */
#define MAX_CHAIN 32u
#define MAX_DEPTH 32u

/* struct top { T m; }, T being n times const of a struct inside n structs. */
static struct btf *deep(unsigned int n_const, unsigned int n_structs)
{
	struct btf *btf = btf__new_empty();
	int inner = btf__add_int(btf, "int", 4, 0);

	for (unsigned int i = 0; i < n_structs; i++) {
		int next = btf__add_struct(btf, NULL, 4);

		btf__add_field(btf, "m", inner, 0, 0);
		inner = next;
	}
	for (unsigned int i = 0; i < n_const; i++)
		inner = btf__add_const(btf, inner);
	btf__add_struct(btf, "top", 4);
	btf__add_field(btf, "m", inner, 0, 0);
	return btf;
}

/* A chain or a nest that is longer is a kernel's BTF that is broken. */
TEST(excerpt_follows_types_to_a_depth)
{
	static const struct {
		unsigned int n_const, n_structs;
		int result;
	} rows[] = {
		{ MAX_CHAIN, 1, 0 },
		{ MAX_CHAIN + 1, 1, -EINVAL },
		{ 0, MAX_DEPTH - 1, 0 },
		{ 0, MAX_DEPTH, -EINVAL },
	};
	struct btf *wanted = deep(0, 0);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct btf *full = deep(rows[i].n_const, rows[i].n_structs);
		struct btf *excerpt = NULL;

		ck_assert_msg(excerpt_new(&excerpt, full, wanted) == rows[i].result,
			      "%u const, %u structs", rows[i].n_const, rows[i].n_structs);
		btf__free(excerpt);
		btf__free(full);
	}
	btf__free(wanted);
}

TEST(excerpt_of_empty_btf_is_empty)
{
	struct btf *none = btf__new_empty(), *wanted = sample_wanted();
	struct btf *excerpt = excerpt_of(none, wanted);

	ck_assert_uint_eq(compare(wanted, none, excerpt), 0);
	btf__free(excerpt);
	btf__free(wanted);
	btf__free(none);
}

/* The objects against themselves, and against this machine's kernel where it has BTF. */
TEST(excerpt_agrees_with_full_btf_for_our_objects)
{
	static const struct {
		const void *(*bytes)(size_t *size);
	} objects[] = { { hook_bpf__elf_bytes }, { process_bpf__elf_bytes } };
	struct btf *kernel = NULL, *excerpt;

	if (access(KERNEL_BTF, R_OK) == 0)
		kernel = btf__parse_raw(KERNEL_BTF);
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		size_t size;
		const void *bytes = objects[i].bytes(&size);
		struct bpf_object *object = bpf_object__open_mem(bytes, size, NULL);
		struct btf *own = bpf_object__btf(object);

		ck_assert_ptr_nonnull(own);
		excerpt = excerpt_of(own, own);
		ck_assert_uint_gt(compare(own, own, excerpt), 100);
		btf__free(excerpt);
		if (kernel) {
			excerpt = excerpt_of(kernel, own);
			ck_assert_uint_gt(compare(own, kernel, excerpt), 60);
			ck_assert_uint_lt(btf__type_cnt(excerpt), 1000);
			btf__free(excerpt);
		}
		bpf_object__close(object);
	}
	btf__free(kernel);
}
