/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/btf.h>
#include <fcntl.h>
#include <stdio.h>

#include "lib/btf/btf.h"
#include "tests/unit/suite.h"

/* Type ids of a BTF that is made here, as a kernel's is: a handful of functions. */
static struct btf_sample {
	char path[64];
	struct arena *arena;
	struct vmlinux vmlinux;
	int file_open, printk, wide, trace_exec, pointers;
} sample;

/* BTF_MAX_DEPTH */
#define MAX_DEPTH 32

static int add_function(struct btf *btf, const char *name, int ret,
			const char *const *names, const int *types, size_t n)
{
	int proto = btf__add_func_proto(btf, ret);
	size_t i;

	for (i = 0; i < n; i++)
		ck_assert_int_eq(btf__add_func_param(btf, names[i], types[i]), 0);
	return name ? btf__add_func(btf, name, BTF_FUNC_STATIC, proto) : proto;
}

static void sample_fill(struct btf *btf)
{
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int u64 = btf__add_int(btf, "long unsigned int", 8, 0);
	int c = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	int size = btf__add_typedef(btf, "size_t", u64);
	int file = btf__add_struct(btf, "file", 64);
	int file_ptr = btf__add_ptr(btf, file);
	int text_ptr = btf__add_ptr(btf, btf__add_const(btf, c));
	int text_ptr_ptr = btf__add_ptr(btf, text_ptr);
	int kuid = btf__add_typedef(btf, "kuid_t", btf__add_struct(btf, NULL, 4));
	int mode = btf__add_enum(btf, "mode", 4);
	int void_ptr = btf__add_ptr(btf, 0);

	sample.file_open =
		add_function(btf, "security_file_open", i32,
			     (const char *[]){ "file", "how", "uid", "n", "argv" },
			     (int[]){ file_ptr, mode, kuid, size, text_ptr_ptr }, 5);
	sample.printk = add_function(btf, "_printk", 0, (const char *[]){ "fmt", NULL },
				     (int[]){ text_ptr, 0 }, 2);
	sample.wide = add_function(btf, "wide", i32,
				   (const char *[]){ "a", "b", "c", "d", "e", "f", "g",
						     "h", "i", "j", "k", "l", "m" },
				   (int[]){ i32, i32, i32, i32, i32, i32, i32, i32, i32,
					    i32, i32, i32, i32 },
				   13);
	/* A second static function of the same name. */
	add_function(btf, "wide", 0, NULL, NULL, 0);
	sample.trace_exec = btf__add_typedef(
		btf, "btf_trace_sched_process_exec",
		btf__add_ptr(btf,
			     add_function(btf, NULL, 0, (const char *[]){ NULL, NULL },
					  (int[]){ void_ptr, file_ptr }, 2)));
}

/* struct outer { int a; struct inner { long x; } in; union { void *p; }; int bits : 3; } */
static void sample_fill_members(struct btf *btf)
{
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int i64 = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	int pointer = btf__add_ptr(btf, 0);
	int inner = btf__add_struct(btf, "inner", 8), choice;

	btf__add_field(btf, "x", i64, 0, 0);
	choice = btf__add_union(btf, NULL, 8);
	/* Fields go to the last struct that was added. */
	btf__add_field(btf, "p", pointer, 0, 0);
	choice = btf__add_const(btf, choice);
	btf__add_struct(btf, "outer", 32);
	btf__add_field(btf, "a", i32, 0, 0);
	btf__add_field(btf, "in", inner, 8 * 8, 0);
	btf__add_field(btf, NULL, choice, 16 * 8, 0);
	btf__add_field(btf, "bits", i32, 24 * 8 + 5, 3);
}

static int add_const(struct btf *btf, int type, unsigned int n)
{
	while (n--)
		type = btf__add_const(btf, type);
	return type;
}

/* A struct @name { T m; }, T being a struct with a member x, by way of @n times const. */
static void add_chain(struct btf *btf, const char *name, int i32, unsigned int n)
{
	int inner = btf__add_struct(btf, NULL, 4);

	btf__add_field(btf, "x", i32, 0, 0);
	inner = add_const(btf, inner, n);
	btf__add_struct(btf, name, 4);
	btf__add_field(btf, "m", inner, 0, 0);
}

/* A struct @name in which x is inside @n structs without a name. */
static void add_nest(struct btf *btf, const char *name, int i32, unsigned int n)
{
	int inner = i32;

	for (unsigned int i = 0; i < n; i++) {
		int next = btf__add_struct(btf, NULL, 4);

		btf__add_field(btf, i ? NULL : "x", inner, 0, 0);
		inner = next;
	}
	btf__add_struct(btf, name, 4);
	btf__add_field(btf, NULL, inner, 0, 0);
}

/* Types as long as they are followed, and one longer. */
static void sample_fill_depths(struct btf *btf)
{
	int i32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), type[2], loop;

	add_chain(btf, "chain", i32, MAX_DEPTH);
	add_chain(btf, "chain_more", i32, MAX_DEPTH + 1);
	add_nest(btf, "nest", i32, MAX_DEPTH);
	add_nest(btf, "nest_more", i32, MAX_DEPTH + 1);
	/* No compiler makes it, and a search for each way through it does not end. */
	loop = btf__add_struct(btf, "loop", 4);
	for (int i = 0; i < 4; i++)
		btf__add_field(btf, NULL, loop, 0, 0);
	btf__add_field(btf, "x", i32, 0, 0);
	for (int i = 0; i < 2; i++) {
		type[i] = i32;
		for (int n = 0; n < MAX_DEPTH - 1 + i; n++)
			type[i] = btf__add_ptr(btf, type[i]);
	}
	sample.pointers =
		add_function(btf, "pointers", 0, (const char *[]){ "a", "b" }, type, 2);
}

static void sample_write(struct btf *btf)
{
	uint32_t size;
	const void *data = btf__raw_data(btf, &size);
	int fd;

	strcpy(sample.path, "/tmp/test-btf.XXXXXX");
	fd = mkstemp(sample.path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
	close(fd);
}

static void setup(void)
{
	struct btf *btf = btf__new_empty();

	ck_assert_ptr_nonnull(btf);
	sample_fill(btf);
	sample_fill_members(btf);
	sample_fill_depths(btf);
	sample_write(btf);
	btf__free(btf);
	ck_assert_int_eq(arena_new(&sample.arena), 0);
	ck_assert_int_eq(vmlinux_open(&sample.vmlinux, sample.path), 0);
}

static void teardown(void)
{
	vmlinux_close(&sample.vmlinux);
	sample.arena = arena_free(sample.arena);
	unlink(sample.path);
}

static void describe(int id, uint32_t n_skip, struct kernel_function *ret)
{
	memset(ret, 0, sizeof(*ret));
	ck_assert_int_eq(vmlinux_describe(&sample.vmlinux, (uint32_t)id, n_skip,
					  sample.arena, ret),
			 0);
}

TEST(btf_finds_functions_by_name)
{
	ck_assert_uint_eq(vmlinux_find_function(&sample.vmlinux, "security_file_open"),
			  (uint32_t)sample.file_open);
	ck_assert_uint_eq(vmlinux_find_function(&sample.vmlinux, "security_file_ope"), 0);
	ck_assert_uint_eq(vmlinux_find_function(&sample.vmlinux, ""), 0);
	ck_assert_uint_eq(vmlinux_find_function(&sample.vmlinux, "size_t"), 0);
}

TEST(btf_takes_the_first_of_two_namesakes)
{
	ck_assert_uint_eq(vmlinux_find_function(&sample.vmlinux, "wide"),
			  (uint32_t)sample.wide);
}

TEST(btf_describes_parameters)
{
	static const struct {
		const char *name, *type_name, *c_type;
		uint32_t size;
		uint8_t is_pointer, is_signed, is_struct;
	} rows[] = {
		{ "file", "file", "struct file *", 8, 1, 0, 0 },
		{ "how", "mode", "enum mode", 4, 0, 0, 0 },
		{ "uid", "", "kuid_t", 4, 0, 0, 1 },
		{ "n", "long unsigned int", "size_t", 8, 0, 0, 0 },
		{ "argv", "", "const char **", 8, 1, 0, 0 },
	};
	struct kernel_function function;
	size_t i;

	describe(sample.file_open, 0, &function);
	ck_assert_uint_eq(function.n_params, ARRAY_SIZE(rows));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct kernel_param *param = &function.params[i];

		ck_assert_str_eq(param->name, rows[i].name);
		ck_assert_str_eq(param->type_name, rows[i].type_name);
		ck_assert_str_eq(param->c_type, rows[i].c_type);
		ck_assert_uint_eq(param->size, rows[i].size);
		ck_assert_uint_eq(param->is_pointer, rows[i].is_pointer);
		ck_assert_uint_eq(param->is_signed, rows[i].is_signed);
		ck_assert_uint_eq(param->is_struct, rows[i].is_struct);
	}
	ck_assert_str_eq(function.ret.c_type, "int");
	ck_assert_uint_eq(function.ret.is_signed, 1);
}

TEST(btf_describes_types_up_to_a_depth)
{
	struct kernel_function function;
	char c_type[64] = "int ";

	memset(c_type + strlen(c_type), '*', MAX_DEPTH - 1);
	describe(sample.pointers, 0, &function);
	ck_assert_str_eq(function.params[0].c_type, c_type);
	memset(c_type, 0, sizeof(c_type));
	strcpy(c_type, "? ");
	memset(c_type + strlen(c_type), '*', MAX_DEPTH);
	ck_assert_str_eq(function.params[1].c_type, c_type);
}

TEST(btf_describes_void_and_variadic)
{
	struct kernel_function function;

	describe(sample.printk, 0, &function);
	ck_assert_uint_eq(function.n_params, 1);
	ck_assert_uint_eq(function.is_variadic, 1);
	ck_assert_str_eq(function.params[0].c_type, "const char *");
	ck_assert_str_eq(function.params[0].type_name, "char");
	ck_assert_str_eq(function.ret.c_type, "void");
	ck_assert_uint_eq(function.ret.size, 0);
}

TEST(btf_says_when_there_are_more_parameters)
{
	struct kernel_function function;

	describe(sample.wide, 0, &function);
	ck_assert_uint_eq(function.n_params, KERNEL_MAX_PARAMS);
	ck_assert_uint_eq(function.has_more, 1);
}

TEST(btf_describes_a_raw_tracepoint_without_its_context)
{
	struct kernel_function function;
	uint32_t id =
		vmlinux_find_typedef(&sample.vmlinux, "btf_trace_sched_process_exec");

	ck_assert_uint_eq(id, (uint32_t)sample.trace_exec);
	describe(sample.trace_exec, 1, &function);
	ck_assert_uint_eq(function.n_params, 1);
	ck_assert_str_eq(function.params[0].c_type, "struct file *");
	ck_assert_str_eq(function.params[0].name, "");
}

TEST(btf_describes_no_other_types)
{
	struct kernel_function function = {};
	uint32_t file = vmlinux_find_type(&sample.vmlinux, "file", BTF_KIND_STRUCT);

	ck_assert_uint_ne(file, 0);
	ck_assert_int_eq(
		vmlinux_describe(&sample.vmlinux, file, 0, sample.arena, &function),
		-EINVAL);
	ck_assert_int_eq(
		vmlinux_describe(&sample.vmlinux, 9999, 0, sample.arena, &function),
		-EINVAL);
}

static int count(const char *name, void *user)
{
	++*(int *)user;
	return 0;
}

TEST(btf_walks_a_family)
{
	int n = 0;

	ck_assert_int_eq(vmlinux_each_function(&sample.vmlinux, "", count, &n), 0);
	ck_assert_int_eq(n, 5);
	n = 0;
	ck_assert_int_eq(vmlinux_each_function(&sample.vmlinux, "security_", count, &n),
			 0);
	ck_assert_int_eq(n, 1);
}

TEST(btf_without_a_file_is_not_supported)
{
	struct vmlinux vmlinux = {};

	ck_assert_int_eq(vmlinux_open(&vmlinux, "/nonexistent/vmlinux"), -EOPNOTSUPP);
	ck_assert_uint_eq(vmlinux_find_function(&vmlinux, "wide"), 0);
	vmlinux_close(&vmlinux);
}

TEST(btf_that_is_rubbish_is_refused)
{
	struct vmlinux vmlinux = {};
	int fd = open(sample.path, O_WRONLY | O_TRUNC);

	ck_assert_int_eq(write(fd, "rubbish rubbish rubbish rubbish", 31), 31);
	close(fd);
	ck_assert_int_lt(vmlinux_open(&vmlinux, sample.path), 0);
	ck_assert_ptr_null(vmlinux.btf);
	vmlinux_close(&vmlinux);
}

FIXTURE(setup, teardown)

TEST(btf_finds_members)
{
	static const struct {
		const char *type, *path;
		int result;
		uint32_t offset, size;
	} rows[] = {
		{ "outer", "a", 0, 0, 4 },
		{ "outer", "in", 0, 8, 8 },
		{ "outer", "in.x", 0, 8, 8 },
		{ "outer", "p", 0, 16, 8 },
		{ "outer", "bits", -ENOENT, 0, 0 },
		{ "outer", "b", -ENOENT, 0, 0 },
		{ "outer", "a.b", -ENOENT, 0, 0 },
		{ "outer", "in.", -ENOENT, 0, 0 },
		{ "outer", "", -ENOENT, 0, 0 },
		{ "int", "a", -ENOENT, 0, 0 },
		{ "other", "a", -ENOENT, 0, 0 },
		{ "chain", "m.x", 0, 0, 4 },
		{ "chain_more", "m.x", -ENOENT, 0, 0 },
		{ "nest", "x", 0, 0, 4 },
		{ "nest_more", "x", -ENOENT, 0, 0 },
		{ "loop", "y", -ENOENT, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kernel_member member = {};
		char path[16];

		strcpy(path, rows[i].path);
		ck_assert_msg(vmlinux_find_member(&sample.vmlinux, rows[i].type, path,
						  &member) == rows[i].result,
			      "%s.%s", rows[i].type, rows[i].path);
		ck_assert_uint_eq(member.offset, rows[i].offset);
		ck_assert_uint_eq(member.size, rows[i].size);
	}
}
