/* SPDX-License-Identifier: Apache-2.0 */
#include <bpf/bpf.h>
#include <check.h>

#include "bpf/abi/config.h"
#include "bpf/abi/hash.h"
#include "bpf/hook.skel.h"
#include "lib/load/log.h"
#include "lib/load/template.h"

#define SKIPPED 77

static struct tetra_kernel *kernel;
static struct template *template;
static int maps[SENSOR_MAP_END];

static bool is_wanted(const char *program, uint64_t set)
{
	return set && str_equal(program, "tetra_raw_tp");
}

static void setup(void)
{
	struct template_source source = {
		.wants = is_wanted,
		.set = 1,
		.max_entries = { [SENSOR_MAP_RING] = 4096 },
	};

	source.elf = hook_bpf__elf_bytes(&source.bytes);
	memset(maps, -1, sizeof(maps));
	ck_assert_int_eq(kernel_probe(&kernel, NULL, NULL), 0);
	ck_assert_int_eq(template_new(&template, &source, maps, kernel), 0);
}

static void teardown(void)
{
	template = template_free(template);
	kernel = kernel_free(kernel);
	for (int i = 0; i < SENSOR_MAP_END; i++)
		closep(&maps[i]);
}

static int configure(uint32_t hook)
{
	struct tetra_hook_config config = { .hook = hook, .n_words = 1, .n_params = 3 };

	return template_configure(template, offsetof(struct hook_bpf__rodata, cfg),
				  &config, sizeof(config));
}

static int load(const char *program, int config, char **ret_log)
{
	const struct template_place place = { BPF_PROG_TYPE_RAW_TRACEPOINT };

	return template_load(template, program, &place, config, ret_log);
}

static struct bpf_prog_info info_of(int fd)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	ck_assert_int_eq(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info;
}

START_TEST(template_makes_maps_and_keeps_them)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	ck_assert_int_ge(maps[SENSOR_MAP_RING], 0);
	ck_assert_int_eq(bpf_obj_get_info_by_fd(maps[SENSOR_MAP_RING], &info, &size), 0);
	ck_assert_uint_eq(info.max_entries, 4096);
	ck_assert_str_eq(info.name, "tetra_ring");
}
END_TEST

/* Each has its configuration; the functions have their records, or they would be inlined. */
START_TEST(template_loads_a_program_more_than_once)
{
	_cleanup_(log_freep) char *log = NULL;
	uint32_t ids[2] = {};

	for (uint32_t i = 0; i < ARRAY_SIZE(ids); i++) {
		_cleanup_(closep) int config = configure(i);
		_cleanup_(closep) int fd = load("tetra_raw_tp", config, &log);
		struct bpf_prog_info info;

		ck_assert_int_ge(config, 0);
		ck_assert_msg(fd >= 0, "%d: %s", fd, log_last_lines(log));
		info = info_of(fd);
		ids[i] = info.id;
		ck_assert_str_eq(info.name, "tetra_raw_tp");
		ck_assert_uint_gt(info.nr_map_ids, 0);
		ck_assert_uint_gt(info.nr_func_info, 1);
		ck_assert_uint_eq(info.nr_func_info, info.nr_jited_func_lens);
	}
	ck_assert_uint_ne(ids[0], ids[1]);
}
END_TEST

START_TEST(template_has_only_what_was_wanted)
{
	_cleanup_(closep) int config = configure(0);
	char *log;

	ck_assert_int_eq(load("tetra_kprobe", config, &log), -ENOENT);
	ck_assert_ptr_null(log);
}
END_TEST

START_TEST(template_tells_why_a_program_is_refused)
{
	char *log = NULL;

	/* A map that has no value to point to. */
	ck_assert_int_lt(load("tetra_raw_tp", maps[SENSOR_MAP_RING], &log), 0);
	ck_assert_ptr_nonnull(log);
	ck_assert_uint_gt(strlen(log_last_lines(log)), 10);
	log_free(log);
}
END_TEST

START_TEST(template_configures_within_its_data)
{
	uint8_t byte = 0;

	ck_assert_int_eq(template_configure(template, 1 << 20, &byte, 1), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("template");
	TCase *tests = tcase_create("template");
	SRunner *runner;
	int failed;

	if (geteuid() != 0)
		return SKIPPED;
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, template_makes_maps_and_keeps_them);
	tcase_add_test(tests, template_loads_a_program_more_than_once);
	tcase_add_test(tests, template_has_only_what_was_wanted);
	tcase_add_test(tests, template_tells_why_a_program_is_refused);
	tcase_add_test(tests, template_configures_within_its_data);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
