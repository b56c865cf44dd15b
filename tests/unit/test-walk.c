/* SPDX-License-Identifier: Apache-2.0 */
/* Ways through structs of a BTF that is made here. */
#include "lib/btf/walk.h"

#include <bpf/btf.h>
#include <stdio.h>

#include "lib/base/strbuf.h"
#include "tests/unit/suite.h"

static struct vmlinux vmlinux;
static struct arena *arena;
/* Types of parameters: struct top *, int *, struct top **, int. */
static int top_ptr, int_ptr, top_ptr_ptr, i32;

static int add_struct(struct btf *btf, const char *name, uint32_t size)
{
	int id = btf__add_struct(btf, name, size);

	ck_assert_int_gt(id, 0);
	return id;
}

static void add_field(struct btf *btf, const char *name, int type, uint32_t bit)
{
	ck_assert_int_eq(btf__add_field(btf, name, type, bit, 0), 0);
}

/*
 * struct inner { int a; unsigned short b; char name[16]; };			32 bytes
 * struct top { int first; struct inner in; struct inner *to; struct { int hidden; };
 *	struct inner some[3]; char *text; struct top *next; int flag:3; int end[]; };
 */
static void setup(void)
{
	struct btf *btf = btf__new_empty();
	int u16, c, index, name, inner, inner_ptr, unnamed, some, text, top, flex;
	const void *data;
	uint32_t bytes;

	i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	u16 = btf__add_int(btf, "unsigned short", 2, 0);
	c = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	index = btf__add_int(btf, "long unsigned int", 8, 0);
	name = btf__add_array(btf, index, c, 16);
	inner = add_struct(btf, "inner", 32);
	add_field(btf, "a", i32, 0);
	add_field(btf, "b", u16, 32);
	add_field(btf, "name", name, 64);
	inner_ptr = btf__add_ptr(btf, btf__add_const(btf, inner));
	unnamed = add_struct(btf, NULL, 4);
	add_field(btf, "hidden", i32, 0);
	some = btf__add_array(btf, index, inner, 3);
	flex = btf__add_array(btf, index, i32, 0);
	text = btf__add_ptr(btf, c);
	int_ptr = btf__add_ptr(btf, i32);
	top_ptr = int_ptr + 1;
	/* Before the struct: fields follow their struct. */
	ck_assert_int_eq(btf__add_ptr(btf, top_ptr + 1), top_ptr);
	top = add_struct(btf, "top", 192);
	ck_assert_int_eq(top, top_ptr + 1);
	add_field(btf, "first", i32, 0);
	add_field(btf, "in", inner, 64);
	add_field(btf, "to", inner_ptr, 40 * 8);
	add_field(btf, NULL, unnamed, 48 * 8);
	add_field(btf, "some", some, 56 * 8);
	add_field(btf, "text", text, 152 * 8);
	add_field(btf, "next", top_ptr, 160 * 8);
	ck_assert_int_eq(btf__add_field(btf, "flag", i32, 168 * 8, 3), 0);
	add_field(btf, "end", flex, 176 * 8);
	top_ptr_ptr = btf__add_ptr(btf, top_ptr);
	data = btf__raw_data(btf, &bytes);
	vmlinux = (struct vmlinux){};
	ck_assert_int_eq(vmlinux_load(&vmlinux, data, bytes), 0);
	ck_assert_int_eq(arena_new(&arena), 0);
	btf__free(btf);
}

static void teardown(void)
{
	vmlinux_close(&vmlinux);
	arena = arena_free(arena);
}

/* "8* 4=: int 4": steps, with the bytes that each loads, and the type at the end. */
static const char *walk_text(int type, const char *path)
{
	static char text[512];
	_cleanup_(strbuf_done) struct strbuf out = {};
	struct kernel_walk walk;

	ck_assert_int_eq(vmlinux_walk(&vmlinux, vmlinux_pointed(&vmlinux, (uint32_t)type),
				      path, arena, &walk),
			 0);
	if (walk.error)
		strbuf_format(&out, "%s: %d%s%s", walk.bad, walk.error,
			      walk.near ? " " : "", walk.near ? walk.near : "");
	for (uint32_t i = 0; !walk.error && i < walk.n_steps; i++)
		strbuf_format(&out, "%s%u%s", i ? " " : "", walk.steps[i].offset,
			      walk.steps[i].load == 8 ? "*"
			      : walk.steps[i].load    ? "="
						      : "");
	if (!walk.error)
		strbuf_format(&out, ": %s%s %u", walk.end.is_pointer ? "*" : "",
			      walk.end.type_name, walk.end.size);
	snprintf(text, sizeof(text), "%s", strbuf_get(&out));
	return text;
}

static const struct {
	const char *path, *way;
} ways[] = {
	{ "first", "0=: int 4" },
	{ "in", "8: *inner 8" },
	{ "in.b", "12=: unsigned short 2" },
	{ "in.name", "16: *char 8" },
	{ "in.name[3]", "19=: char 1" },
	{ "to", "40*: *inner 8" },
	{ "to.b", "40* 4=: unsigned short 2" },
	{ "to.name", "40* 8: *char 8" },
	{ "to[2].a", "40* 64=: int 4" },
	{ "hidden", "48=: int 4" },
	{ "some[0].a", "56=: int 4" },
	{ "some[2].b", "124=: unsigned short 2" },
	{ "text", "152*: *char 8" },
	{ "next.next.first", "160* 160* 0=: int 4" },
	{ "next.text[1]", "160* 152* 1=: char 1" },
	{ "end[5]", "196=: int 4" },
	{ "[1].first", "192=: int 4" },
	{ "next.next.next.next.next.next.next.next.next.first",
	  "160* 160* 160* 160* 160* 160* 160* 160* 160* 0=: int 4" },
	/* What is not there. */
	{ "nope", "nope: -2" },
	{ "hiddn", "hiddn: -2 hidden" },
	{ "to.names", "names: -2 name" },
	{ "in.nope", "nope: -2" },
	{ "first.a", "a: -2" },
	{ "some[3].a", "some[3]: -2" },
	{ "first[0]", "first[0]: -2" },
	{ "flag", "flag: -95" },
	{ "next.next.next.next.next.next.next.next.next.next.first", "first: -7" },
	{ "end[20000]", "end[20000]: -7" },
};

TEST_EACH(walk_goes_where_the_path_says, ARRAY_SIZE(ways))
{
	ck_assert_str_eq(walk_text(top_ptr, ways[_i].path), ways[_i].way);
}

TEST(walk_begins_at_a_pointer)
{
	ck_assert_str_eq(walk_text(int_ptr, "[0]"), "0=: int 4");
	ck_assert_str_eq(walk_text(int_ptr, "[1]"), "4=: int 4");
	ck_assert_str_eq(walk_text(top_ptr_ptr, "first"), "0* 0=: int 4");
	ck_assert_str_eq(walk_text(i32, "first"), ": -2");
	ck_assert_str_eq(walk_text(0, "first"), ": -2");
}

FIXTURE(setup, teardown)
