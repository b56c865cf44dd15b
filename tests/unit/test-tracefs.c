/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "lib/kernel/tracefs.h"
#include "tests/unit/suite.h"

static struct arena *arena;

static void setup(void)
{
	ck_assert_int_eq(arena_new(&arena), 0);
}

static void teardown(void)
{
	arena = arena_free(arena);
}

#define COMMON                                                                           \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"           \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"           \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"   \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"                       \
	"\n"

static const char format[] =
	"name: sample\n"
	"ID: 310\n"
	"format:\n" COMMON
	"\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"
	"\tfield:char comm[16];\toffset:16;\tsize:16;\tsigned:0;\n"
	"\tfield:const char * name;\toffset:32;\tsize:8;\tsigned:0;\n"
	"\tfield:const struct iovec *vec;\toffset:40;\tsize:8;\tsigned:0;\n"
	"\tfield:__rel_loc u8[] bytes;\toffset:48;\tsize:4;\tsigned:0;\n"
	"\tfield:unsigned long args[6];\toffset:56;\tsize:48;\tsigned:0;\n"
	"\n"
	"print fmt: \"field:int fake;\toffset:0;\tsize:4;\tsigned:1;\", REC->pid\n"
	"field:int behind;\toffset:0;\tsize:4;\tsigned:1;\n";

TEST(tracefs_reads_every_form_of_field)
{
	static const struct {
		const char *name, *type;
		uint32_t offset, size;
		uint8_t is_signed, is_array, is_data_loc, is_rel_loc, is_pointer;
	} rows[] = {
		{ "filename", "char", 8, 4, 1, 0, 1, 0, 0 },
		{ "pid", "pid_t", 12, 4, 1, 0, 0, 0, 0 },
		{ "comm", "char", 16, 16, 0, 1, 0, 0, 0 },
		{ "name", "const char *", 32, 8, 0, 0, 0, 0, 1 },
		{ "vec", "const struct iovec *", 40, 8, 0, 0, 0, 0, 1 },
		{ "bytes", "u8", 48, 4, 0, 0, 0, 1, 0 },
		{ "args", "unsigned long", 56, 48, 0, 1, 0, 0, 0 },
	};
	struct kernel_event event = {};
	size_t i;

	ck_assert_int_eq(tracefs_parse_format(format, arena, &event), 0);
	ck_assert_uint_eq(event.id, 310);
	ck_assert_uint_eq(event.n_common, 4);
	ck_assert_uint_eq(event.n_fields, 4 + ARRAY_SIZE(rows));
	ck_assert_str_eq(event.fields[3].name, "common_pid");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct kernel_event_field *field = &event.fields[4 + i];

		ck_assert_str_eq(field->name, rows[i].name);
		ck_assert_str_eq(field->type, rows[i].type);
		ck_assert_uint_eq(field->offset, rows[i].offset);
		ck_assert_uint_eq(field->size, rows[i].size);
		ck_assert_uint_eq(field->is_signed, rows[i].is_signed);
		ck_assert_uint_eq(field->is_array, rows[i].is_array);
		ck_assert_uint_eq(field->is_data_loc, rows[i].is_data_loc);
		ck_assert_uint_eq(field->is_rel_loc, rows[i].is_rel_loc);
		ck_assert_uint_eq(field->is_pointer, rows[i].is_pointer);
	}
}

TEST(tracefs_refuses_what_is_no_format)
{
	static const char *const texts[] = {
		"",
		"name: x\nID: 3\nformat:\n",
		"format:\n" COMMON,
		"ID: 3\n\tfield:int a;\tsize:4;\tsigned:1;\n",
		"ID: 3\n\tfield:int a;\toffset:4;\tsigned:1;\n",
		"ID: 3\n\tfield:nothing;\toffset:4;\tsize:4;\tsigned:1;\n",
		"ID: 3\n\tfield:;\toffset:4;\tsize:4;\tsigned:1;\n",
		"ID: 3\n\tfield:int ];\toffset:4;\tsize:4;\tsigned:1;\n",
		"ID: 3\n\tfield:int a\n\toffset:4;\tsize:4;\tsigned:1;\n",
	};
	struct kernel_event event = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(tracefs_parse_format(texts[i], arena, &event) == -EINVAL,
			      "text %zu was taken", i);
}

TEST(tracefs_bounds_the_fields)
{
	static char text[128 * 1024];
	struct kernel_event event = {};
	size_t i, len = 0;

	len = (size_t)sprintf(text, "ID: 3\n");
	for (i = 0; i < 129; i++) {
		if (i == 128)
			ck_assert_int_eq(tracefs_parse_format(text, arena, &event), 0);
		len += (size_t)sprintf(
			text + len,
			"\tfield:int f%zu;\toffset:%zu;\tsize:4;\tsigned:1;\n", i, i * 4);
	}
	ck_assert_uint_eq(event.n_fields, 128);
	ck_assert_int_eq(tracefs_parse_format(text, arena, &event), -E2BIG);
}

TEST(tracefs_names_are_single_folders)
{
	ck_assert(tracefs_is_name("sched_process_exec"));
	ck_assert(!tracefs_is_name(""));
	ck_assert(!tracefs_is_name(".."));
	ck_assert(!tracefs_is_name("../../etc"));
	ck_assert(!tracefs_is_name("a/b"));
}

FIXTURE(setup, teardown)
