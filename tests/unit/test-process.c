/* SPDX-License-Identifier: Apache-2.0 */
#include "record-build.h"
#include "lib/process/arguments.h"
#include "tests/unit/suite.h"

#define SH_STAMP UINT64_C(500000000000)

static struct desk desk;
static struct build build;

static void setup(void)
{
	desk_init(&desk, NULL);
}

static void teardown(void)
{
	desk_done(&desk);
}

static struct process_table_stats stats(void)
{
	struct process_table_stats result;

	process_table_get_stats(decoder_get_table(desk.decoder), &result);
	return result;
}

static struct tetra_process *row(uint32_t tgid, uint64_t stamp)
{
	return process_table_find(decoder_get_table(desk.decoder),
				  (struct process_key){ tgid, stamp });
}

static void exec_in(uint32_t tgid, uint64_t stamp, uint64_t old_stamp,
		    uint32_t parent_tgid, uint64_t parent_stamp, uint32_t flags)
{
	struct build_exec exec = {
		.tgid = tgid,
		.stamp = stamp,
		.old_stamp = old_stamp,
		.parent_tgid = parent_tgid,
		.parent_stamp = parent_stamp,
		.flags = flags,
		.filename = "/bin/sh",
		.cwd = "/home",
		BUILD_ARGS("sh\0-c"),
	};

	ck_assert_int_eq(desk_feed(&desk, build_exec(&build, &exec)), 0);
}

static void fork_in(uint32_t tgid, uint64_t stamp, uint32_t parent_tgid,
		    uint64_t parent_stamp)
{
	desk_feed(&desk, build_fork(&build, tgid, stamp, parent_tgid, parent_stamp));
}

static void exit_in(uint32_t tgid, uint64_t stamp, uint64_t time_ns)
{
	desk_feed(&desk, build_exit(&build, tgid, stamp, time_ns, 0));
}

static const char *joined(const char *argv, size_t len, bool trim)
{
	static char buf[256];
	size_t n = arguments_join(NULL, argv, len, trim);

	ck_assert_uint_eq(arguments_join(buf, argv, len, trim), n);
	buf[n] = '\0';
	return buf;
}

#define JOINED(text) joined(text, sizeof(text), false)

TEST(process_arguments_are_joined_exactly)
{
	ck_assert_str_eq(JOINED("x"), "");
	ck_assert_str_eq(JOINED("x\0a\0b"), "a b");
	ck_assert_str_eq(JOINED("x\0a b"), " \"a b\"");
	ck_assert_str_eq(JOINED("x\0-c\0echo \"hi\""), "-c \"echo \"hi\"\"");
	ck_assert_str_eq(JOINED("x\0\0a"), "a");
	ck_assert_str_eq(JOINED("x\0a\0\0b"), "a  b");
	ck_assert_str_eq(JOINED("x\0a\tb\nc"), "a\tb\nc");
	ck_assert_str_eq(joined("x\0a\0\0", 5, false), "a ");
	ck_assert_str_eq(joined("x\0a\0\0", 5, true), "a");
	ck_assert_str_eq(joined("x\0ab", 4, false), "ab");
	ck_assert_str_eq(joined("", 0, false), "");
	ck_assert_str_eq(joined("\0\0\0", 3, false), "");
}

static const char *cleaned(const char *dir, const char *name)
{
	static char buf[256];

	process_path_clean(buf, (struct process_text){ dir, strlen(dir) },
			   (struct process_text){ name, strlen(name) });
	return buf;
}

TEST(process_binary_is_made_absolute)
{
	struct build_exec exec = { .tgid = 1,
				   .stamp = 2,
				   .filename = "../bin/./trig",
				   .cwd = "/golden/x",
				   BUILD_ARGS("trig") };

	ck_assert_str_eq(cleaned("/a/b", "c"), "/a/b/c");
	ck_assert_str_eq(cleaned("/", "c"), "/c");
	ck_assert_str_eq(cleaned("/a", "../../../c//d/"), "/c/d");
	ck_assert_str_eq(cleaned("/a/.", "."), "/a");
	ck_assert_str_eq(cleaned("/a", ".."), "/");
	ck_assert_str_eq(cleaned("rel", "x"), "/rel/x");
	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"binary\":\"/golden/bin/trig\""));
}

TEST(process_name_that_was_not_read)
{
	struct build_exec exec = { .tgid = 1,
				   .stamp = 2,
				   .exe = "/usr/bin/x",
				   .flags =
					   TETRA_EXEC_NAME_FAULT | TETRA_EXEC_CWD_FAULT };

	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert_ptr_nonnull(strstr(desk.lines[0],
				     "\"binary\":\"/usr/bin/x\","
				     "\"flags\":\"execve errorFilename errorCWD\""));
	exec.exe = NULL;
	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"binary\":\"<enomem>\""));
	ck_assert_ptr_null(strstr(desk.lines[1], "\"cwd\""));
}

TEST(process_long_names_have_their_flag)
{
	struct build_exec exec = { .tgid = 1, .stamp = 2, .flags = TETRA_EXEC_CWD_ROOT };
	char name[255];

	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[253] = '\0';
	exec.filename = name;
	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"flags\":\"execve rootcwd\""));
	name[253] = 'n';
	name[254] = '\0';
	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert_ptr_nonnull(
		strstr(desk.lines[1], "\"flags\":\"execve rootcwd dataFilename\""));
}

static const struct tetra_process *last(void)
{
	return tetra_event_get_process(desk.events[desk.n_events - 1]);
}

static const struct tetra_process *last_parent(void)
{
	return tetra_event_get_parent(desk.events[desk.n_events - 1]);
}

TEST(process_ids_are_node_stamp_and_pid)
{
	exec_in(4177, 84231550012345, 0, 0, 0, 0);
	/* base64 of edge-7:84231550012345:4177, and of edge-7:1:0 */
	ck_assert_str_eq(tetra_process_get_exec_id(last()),
			 "ZWRnZS03Ojg0MjMxNTUwMDEyMzQ1OjQxNzc=");
	ck_assert_str_eq(tetra_process_get_parent_exec_id(last()), "ZWRnZS03OjE6MA==");
	ck_assert_ptr_null(last_parent());
}

TEST(process_parent_of_a_fork_and_its_first_exec_is_the_real_parent)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	fork_in(200, SH_STAMP + 10, 100, SH_STAMP);
	exec_in(200, SH_STAMP + 20, SH_STAMP + 10, 100, SH_STAMP, TETRA_EXEC_CLONE);
	ck_assert_uint_eq(tetra_process_get_pid(last_parent()), 100);
	ck_assert_str_eq(tetra_process_get_parent_exec_id(last()),
			 tetra_process_get_exec_id(last_parent()));
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"flags\":\"execve clone\""));
}

TEST(process_parent_of_an_exec_without_fork_is_the_image_before)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	exec_in(100, SH_STAMP + 20, SH_STAMP, 1, 5, 0);
	ck_assert_uint_eq(tetra_process_get_pid(last_parent()), 100);
	ck_assert_uint_eq(tetra_process_get_stamp_ns(last_parent()), SH_STAMP);
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"flags\":\"execve\""));
}

TEST(process_parent_that_was_not_found_is_not_invented)
{
	exec_in(100, SH_STAMP, 0, 77, 0, TETRA_EXEC_CLONE | TETRA_EXEC_NO_PARENT);
	ck_assert_ptr_null(last_parent());
	ck_assert_ptr_null(strstr(desk.lines[0], "\"parent\":"));
	ck_assert_str_eq(tetra_process_get_parent_exec_id(last()), "ZWRnZS03OjA6Nzc=");
}

TEST(process_kept_events_have_16_ancestors)
{
	uint32_t i;

	exec_in(1, 5, 0, 0, 0, TETRA_EXEC_CLONE);
	for (i = 2; i <= 18; i++)
		exec_in(i, SH_STAMP + i, 0, i - 1, i == 2 ? 5 : SH_STAMP + i - 1,
			TETRA_EXEC_CLONE);
	/* The seventeenth process has sixteen above it, the eighteenth one more. */
	ck_assert_uint_eq(
		tetra_process_get_pid(tetra_event_get_ancestor(desk.events[16], 15)), 1);
	ck_assert_uint_eq(
		tetra_process_get_pid(tetra_event_get_ancestor(desk.events[17], 15)), 2);
	ck_assert_ptr_null(tetra_event_get_ancestor(desk.events[17], 16));
}

TEST(process_table_has_sixteen_rows_at_least)
{
	static const struct {
		uint32_t asked, rows;
	} rows[] = { { 1, 16 }, { 16, 16 }, { 17, 17 } };
	uint32_t i, k;

	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		const struct decoder_opts opts = { .max_processes = rows[k].asked };

		teardown();
		desk_init(&desk, &opts);
		for (i = 1; i <= 20; i++)
			exec_in(i, SH_STAMP + i, 0, 0, 0, TETRA_EXEC_CLONE);
		ck_assert_uint_eq(stats().processes, rows[k].rows);
		ck_assert_uint_eq(stats().evicted, 20 - rows[k].rows);
	}
}

static struct tetra_process *borrowed_ancestors[4];

static void keep_ancestors(void *user, const struct tetra_event *event)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(borrowed_ancestors); i++)
		borrowed_ancestors[i] =
			(struct tetra_process *)tetra_event_get_ancestor(event, i);
	desk_keep(user, event);
}

TEST(process_ancestors_of_borrowed_and_kept_events)
{
	const struct decoder_opts opts = { .deliver = keep_ancestors };
	uint32_t i;

	teardown();
	desk_init(&desk, &opts);
	decoder_seed_kernel(desk.decoder, false);
	exec_in(1, 5, 0, 0, 0, 0);
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	exec_in(100, SH_STAMP + 1, SH_STAMP, 1, 5, 0);
	ck_assert_uint_eq(tetra_process_get_pid(borrowed_ancestors[0]), 100);
	ck_assert_uint_eq(tetra_process_get_pid(borrowed_ancestors[1]), 1);
	ck_assert_uint_eq(tetra_process_get_pid(borrowed_ancestors[2]), 0);
	ck_assert_ptr_null(borrowed_ancestors[3]);
	for (i = 0; i < ARRAY_SIZE(borrowed_ancestors); i++)
		ck_assert_ptr_eq(tetra_event_get_ancestor(desk.events[2], i),
				 borrowed_ancestors[i]);
}

TEST(process_fork_is_a_copy_with_a_name_of_its_own)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	fork_in(200, SH_STAMP + 10, 100, SH_STAMP);
	ck_assert_uint_eq(desk.n_events, 1);
	exit_in(200, SH_STAMP + 10, SH_STAMP + 15);
	ck_assert(tetra_process_is_forked(last()));
	ck_assert_str_eq(tetra_process_get_binary(last()), "/bin/sh");
	ck_assert_str_eq(tetra_process_get_cwd(last()), "/home");
	ck_assert_str_eq(tetra_process_get_arguments(last()), "-c");
	ck_assert_uint_eq(tetra_process_get_pid(last_parent()), 100);
	ck_assert_ptr_nonnull(
		strstr(desk.lines[1], "\"flags\":\"execve\",\"start_time\""));
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"refcnt\":1,\"tid\":200,"));
}

TEST(process_says_that_a_user_namespace_made_its_name)
{
	struct process_seed seed = {
		.tgid = 400, .stamp = 40, .exe = "/bin/x", .cwd = "/", .foreign = true
	};

	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE | TETRA_EXEC_FOREIGN);
	ck_assert(tetra_process_is_foreign(last()));
	ck_assert_ptr_nonnull(
		strstr(desk.lines[0], "\"flags\":\"execve clone userNamespace\""));
	fork_in(200, SH_STAMP + 10, 100, SH_STAMP);
	ck_assert(tetra_process_is_foreign(row(200, SH_STAMP + 10)));
	/* The next image has a name of its own. */
	exec_in(200, SH_STAMP + 20, SH_STAMP + 10, 100, SH_STAMP, TETRA_EXEC_CLONE);
	ck_assert(!tetra_process_is_foreign(last()));
	ck_assert(tetra_process_is_foreign(last_parent()));
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"flags\":\"execve clone\""));
	decoder_seed(desk.decoder, &seed, true);
	ck_assert(tetra_process_is_foreign(last()));
	ck_assert_ptr_nonnull(
		strstr(desk.lines[2], "\"flags\":\"procFS rootcwd userNamespace\""));
}

TEST(process_counts_itself_and_its_living_children)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 1);
	fork_in(200, SH_STAMP + 10, 100, SH_STAMP);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 2);
	exec_in(200, SH_STAMP + 20, SH_STAMP + 10, 100, SH_STAMP, TETRA_EXEC_CLONE);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 2);
	ck_assert_uint_eq(row(200, SH_STAMP + 10)->refcnt, 0);
	exit_in(100, SH_STAMP, SH_STAMP + 30);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 1);
	exit_in(200, SH_STAMP + 20, SH_STAMP + 40);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 0);
	exit_in(200, SH_STAMP + 20, SH_STAMP + 50);
	ck_assert_uint_eq(row(100, SH_STAMP)->refcnt, 0);
}

TEST(process_images_before_the_last_but_one_go)
{
	uint32_t i;

	exec_in(100, BUILD_BOOT_NS, 0, 1, 5, TETRA_EXEC_CLONE);
	for (i = 1; i < 50; i++)
		exec_in(100, BUILD_BOOT_NS + i, BUILD_BOOT_NS + i - 1, 1, 5, 0);
	ck_assert_uint_eq(stats().dead, 48);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 2000000000,
			BUILD_WALL_NS + 2000000000);
	ck_assert_uint_eq(stats().processes, 2);
	ck_assert_uint_eq(stats().evicted, 0);
}

TEST(process_rows_stay_for_late_records_and_then_go)
{
	exec_in(100, BUILD_BOOT_NS, 0, 1, 5, TETRA_EXEC_CLONE);
	exit_in(100, BUILD_BOOT_NS, BUILD_BOOT_NS + 10);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 900000000,
			BUILD_WALL_NS + 900000000);
	ck_assert_ptr_nonnull(row(100, BUILD_BOOT_NS));
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 1100000000,
			BUILD_WALL_NS + 1100000000);
	ck_assert_ptr_null(row(100, BUILD_BOOT_NS));
}

/* The grace is over when more than a second has passed, and not before. */
TEST(process_rows_stay_for_the_whole_grace)
{
	const uint64_t grace = PROCESS_TABLE_GRACE_NS;

	exec_in(100, BUILD_BOOT_NS, 0, 1, 5, TETRA_EXEC_CLONE);
	exit_in(100, BUILD_BOOT_NS, BUILD_BOOT_NS);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + grace, BUILD_WALL_NS + grace);
	ck_assert_ptr_nonnull(row(100, BUILD_BOOT_NS));
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + grace + 1,
			BUILD_WALL_NS + grace + 1);
	ck_assert_ptr_null(row(100, BUILD_BOOT_NS));
}

static void ignore(void *user, const struct tetra_event *event)
{
}

TEST(process_table_does_not_grow_without_bound)
{
	const struct decoder_opts opts = { .max_processes = 1000,
					   .max_dead = 100,
					   .deliver = ignore };
	uint32_t i;

	teardown();
	desk_init(&desk, &opts);
	decoder_seed_kernel(desk.decoder, false);
	for (i = 1; i < 20000; i++) {
		exec_in(i, SH_STAMP + i, 0, 0, 0, TETRA_EXEC_CLONE);
		exit_in(i, SH_STAMP + i, SH_STAMP + i);
	}
	ck_assert_uint_le(stats().dead, 101);
	ck_assert_uint_eq(stats().evicted, 0);
	/* Exits that are lost make the oldest go, and are counted. */
	for (i = 1; i < 20000; i++)
		exec_in(i, BUILD_BOOT_NS + i, 0, 0, 0, TETRA_EXEC_CLONE);
	ck_assert_uint_eq(stats().processes, 1000);
	ck_assert_uint_ge(stats().evicted, 18000);
	ck_assert_ptr_nonnull(row(PROCESS_KERNEL_PID, PROCESS_KERNEL_STAMP));
	ck_assert_ptr_nonnull(row(19999, BUILD_BOOT_NS + 19999));
	ck_assert_ptr_null(row(100, BUILD_BOOT_NS + 100));
}

TEST(process_seeds_describe_what_runs_already)
{
	struct process_seed seed = {
		.tgid = 812,
		.stamp = 42100000000,
		.parent_tgid = 1,
		.parent_stamp = 10000000,
		.exe = "/usr/sbin/sshd",
		.cwd = "/",
		.cmdline = "sshd\0-D",
		.cmdline_bytes = 8,
	};

	decoder_seed(desk.decoder, &seed, true);
	ck_assert_uint_eq(tetra_event_get_flags(desk.events[0]), TETRA_EVENT_FROM_PROC);
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"arguments\":\"-D\","
						    "\"flags\":\"procFS rootcwd\""));
	decoder_seed(desk.decoder, &seed, true);
	ck_assert_uint_eq(desk.n_events, 1);
	seed.tgid = 813;
	seed.cwd = NULL;
	decoder_seed(desk.decoder, &seed, true);
	ck_assert_ptr_nonnull(
		strstr(desk.lines[1], "\"flags\":\"procFS rootcwd errorCWD\""));
	ck_assert_ptr_null(strstr(desk.lines[1], "\"cwd\""));
}

TEST(process_exit_without_a_stamp_is_of_who_has_the_number)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	exec_in(100, SH_STAMP + 20, 0, 1, 5, TETRA_EXEC_CLONE);
	exit_in(100, 0, SH_STAMP + 30);
	ck_assert_uint_eq(desk.n_events, 3);
	ck_assert_uint_eq(tetra_process_get_stamp_ns(last()), SH_STAMP + 20);
	/* Both threads of a pair may say so; and of a process that nobody knew nothing is told. */
	exit_in(100, 0, SH_STAMP + 31);
	exit_in(999, 0, SH_STAMP + 32);
	ck_assert_uint_eq(desk.n_events, 3);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS * 2, BUILD_WALL_NS);
	ck_assert_uint_eq(stats().processes, 0);
}

TEST(process_whose_end_was_not_seen_ends_when_its_number_comes_back)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	fork_in(100, SH_STAMP + 500, 1, 5);
	exit_in(100, SH_STAMP + 500, SH_STAMP + 600);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS * 2, BUILD_WALL_NS);
	ck_assert_uint_eq(stats().processes, 0);
}

TEST(process_parent_without_a_row_is_who_has_its_number)
{
	exec_in(100, SH_STAMP, 0, 1, 5, TETRA_EXEC_CLONE);
	exec_in(200, SH_STAMP + 20, 0, 100, 7, TETRA_EXEC_CLONE | TETRA_EXEC_NO_PARENT);
	ck_assert_uint_eq(tetra_process_get_stamp_ns(last_parent()), SH_STAMP);
	/* Who has it later is not the parent. */
	exec_in(300, SH_STAMP - 20, 0, 100, 7, TETRA_EXEC_CLONE | TETRA_EXEC_NO_PARENT);
	ck_assert_ptr_null(last_parent());
}

static void seed_forked(uint32_t tgid, uint64_t stamp)
{
	struct process_seed seed = {
		.tgid = tgid,
		.stamp = stamp,
		.parent_tgid = 100,
		.parent_stamp = SH_STAMP,
		.exe = "/bin/child",
		.has_record = true,
	};

	decoder_seed(desk.decoder, &seed, true);
}

TEST(process_forked_while_all_is_read_has_one_description)
{
	struct process_seed seed = { .tgid = 100,
				     .stamp = SH_STAMP,
				     .exe = "/bin/parent" };

	/* Its parent was gone before it was read: the child is announced. */
	seed_forked(200, SH_STAMP + 10);
	ck_assert_uint_eq(desk.n_events, 0);
	fork_in(200, SH_STAMP + 10, 100, SH_STAMP);
	ck_assert_uint_eq(desk.n_events, 1);
	ck_assert_str_eq(tetra_process_get_binary(last()), "/bin/child");
	ck_assert_uint_eq(tetra_event_get_flags(desk.events[0]), TETRA_EVENT_FROM_PROC);
	/* The parent is known: a fork as any other. */
	seed_forked(300, SH_STAMP + 20);
	decoder_seed(desk.decoder, &seed, false);
	fork_in(300, SH_STAMP + 20, 100, SH_STAMP);
	ck_assert_uint_eq(desk.n_events, 1);
	exit_in(300, SH_STAMP + 20, SH_STAMP + 30);
	ck_assert_str_eq(tetra_process_get_binary(last()), "/bin/parent");
	ck_assert_uint_eq(tetra_process_get_pid(last_parent()), 100);
}

TEST(process_that_came_and_went_while_all_is_read_is_not_told)
{
	struct tetra_record *head;

	decoder_begin(desk.decoder);
	fork_in(200, 10, 100, 5);
	exit_in(200, 10, 20);
	head = build_exit(&build, 201, 5, 20, 0);
	head->flags = TETRA_EXIT_SEEDED;
	desk_feed(&desk, head);
	ck_assert_uint_eq(desk.n_events, 0);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS * 2, BUILD_WALL_NS);
	ck_assert_uint_eq(stats().processes, 0);
}

TEST(process_kernel_threads_are_known_and_not_announced)
{
	struct process_seed seed = { .tgid = 9,
				     .stamp = 10000000,
				     .parent_tgid = 2,
				     .kernel_thread = true,
				     .comm = "kworker/0:1" };

	decoder_seed(desk.decoder, &seed, true);
	ck_assert_uint_eq(desk.n_events, 0);
	ck_assert_str_eq(tetra_process_get_binary(row(9, 10000000)), "[kworker/0:1]");
}

TEST(process_init_tree_is_inherited_by_seeds)
{
	struct process_seed seed = {
		.tgid = 500,
		.stamp = 10,
		.ns_tgid = 1,
		.exe = "/init",
		.cwd = "/",
		.cgroup_name = "docker-3f9c2a7be01d44c6a58e9b7f0c1d2e3f"
			       "4a5b6c7d8e9f00112233445566778899.scope",
	};

	decoder_seed(desk.decoder, &seed, true);
	ck_assert(tetra_process_is_in_init_tree(last()));
	ck_assert_str_eq(tetra_process_get_container_id(last()),
			 "3f9c2a7be01d44c6a58e9b7f0c1d2e3");
	ck_assert_ptr_nonnull(strstr(desk.lines[0],
				     ",\"docker\":\"3f9c2a7be01d44c6a58e9b7f0c1d2e3\","));
	seed = (struct process_seed){ .tgid = 501,
				      .stamp = 11,
				      .parent_tgid = 500,
				      .parent_stamp = 10,
				      .exe = "/x",
				      .cwd = "/" };
	decoder_seed(desk.decoder, &seed, true);
	ck_assert(tetra_process_is_in_init_tree(last()));
	ck_assert_ptr_null(tetra_process_get_container_id(last()));
}

static const char *container(const char *leaf)
{
	static char id[32];

	process_container_id(leaf, id);
	return id;
}

static const char *container_proc(const char *text)
{
	static char id[32];

	process_container_id_from_proc(text, id);
	return id;
}

#define HEX64 "3f9c2a7be01d44c6a58e9b7f0c1d2e3f4a5b6c7d8e9f00112233445566778899"
#define HEX31 "3f9c2a7be01d44c6a58e9b7f0c1d2e3"

TEST(process_container_ids_from_cgroup_names)
{
	ck_assert_str_eq(container("docker-" HEX64 ".scope"), HEX31);
	ck_assert_str_eq(container("cri-containerd-" HEX64 ".scope"), HEX31);
	ck_assert_str_eq(container(HEX64), HEX31);
	ck_assert_str_eq(container("kubelet-kubepods-pod1.slice:cri-containerd:" HEX64),
			 HEX31);
	ck_assert_str_eq(container("session-3.scope"), "");
	ck_assert_str_eq(container("docker.service"), "");
	ck_assert_str_eq(container(HEX31), "");
	ck_assert_str_eq(container(""), "");
}

/* What the kernel side sends when the leaf bears no id. */
TEST(process_container_id_of_a_group_above)
{
	static const struct {
		const char *leaf, *above, *id;
	} rows[] = {
		{ "container", "libpod-" HEX64 ".scope", HEX31 },
		{ "container", "crio-" HEX64 ".scope", HEX31 },
		{ "init.scope", HEX64, HEX31 },
		{ "cron.service", "docker-" HEX64 ".scope", HEX31 },
		{ "docker-" HEX64 ".scope", NULL, HEX31 },
		{ "container", "build-" HEX64 ".scope", NULL },
		{ "container", NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct build_exec exec = { .tgid = 700,
					   .stamp = SH_STAMP + i,
					   .flags = TETRA_EXEC_CLONE,
					   .filename = "/bin/x",
					   .cwd = "/",
					   .cgroup = rows[i].leaf,
					   .above = rows[i].above,
					   BUILD_ARGS("x") };

		desk_feed(&desk, build_exec(&build, &exec));
		ck_assert_str_eq(tetra_process_get_cgroup(last()), rows[i].leaf);
		if (rows[i].id)
			ck_assert_str_eq(tetra_process_get_container_id(last()),
					 rows[i].id);
		else
			ck_assert_ptr_null(tetra_process_get_container_id(last()));
	}
}

TEST(process_container_ids_from_proc)
{
	ck_assert_str_eq(container_proc("0::/system.slice/docker-" HEX64 ".scope\n"),
			 HEX31);
	ck_assert_str_eq(
		container_proc("2:cpu:/\n1:pids:/kubepods/pod1/" HEX64 "\n0::/\n"),
		HEX31);
	ck_assert_str_eq(
		container_proc("0::/machine.slice/libpod-" HEX64 ".scope/container\n"),
		HEX31);
	ck_assert_str_eq(container_proc("0::/odd/" HEX31), HEX31);
	ck_assert_str_eq(
		container_proc("0::/a/b/c/" HEX64 "/syscont-cgroup-root/init.scope\n"),
		HEX31);
	ck_assert_str_eq(container_proc("0::/user.slice/user-0.slice/session-3.scope\n"),
			 "");
	ck_assert_str_eq(container_proc(""), "");
}

TEST(process_getters)
{
	struct tetra_credentials cred = { .size = sizeof(cred) };
	struct build_exec exec = {
		.tgid = 100,
		.stamp = SH_STAMP,
		.uid = 1000,
		.login_uid = 1001,
		.filename = "/lnk",
		.exe = "/usr/bin/real",
		.cwd = "/home",
		.cgroup = "session-3.scope",
		BUILD_ARGS("a\0b c"),
	};
	char flags[8];
	uint32_t links;
	size_t n;

	desk_feed(&desk, build_exec(&build, &exec));
	ck_assert(tetra_process_is_known(last()));
	ck_assert_str_eq(tetra_process_get_executable(last()), "/usr/bin/real");
	ck_assert_str_eq(tetra_process_get_cgroup(last()), "session-3.scope");
	ck_assert_uint_eq(tetra_process_get_namespace_pid(last()), 100);
	ck_assert_uint_eq(tetra_process_get_namespace(last(), TETRA_PROCESS_NS_MNT),
			  4026531841);
	ck_assert_uint_eq(tetra_process_get_namespace(last(), 99), 0);
	ck_assert_uint_eq(tetra_process_get_inode(last(), &links), 4711);
	ck_assert_uint_eq(links, 1);
	ck_assert_int_eq(tetra_process_get_credentials(last(), &cred), 0);
	ck_assert_uint_eq(cred.euid, 1000);
	ck_assert_uint_eq(cred.login_uid, 1001);
	ck_assert(!memcmp(tetra_process_get_argv(last(), &n), "a\0b c", 6));
	ck_assert_uint_eq(n, 6);
	ck_assert_uint_eq(tetra_process_get_flags(last(), flags, sizeof(flags)), 6);
	ck_assert_str_eq(flags, "execve");
	ck_assert_uint_eq(tetra_process_get_flags(last(), flags, 4), 6);
	ck_assert_str_eq(flags, "exe");
}

FIXTURE(setup, teardown)
TIMEOUT(60)
