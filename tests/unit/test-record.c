/* SPDX-License-Identifier: Apache-2.0 */
#include "record-build.h"
#include "tests/unit/suite.h"

#define SH_STAMP UINT64_C(500000000000)

static struct desk desk;
static struct build build;

static const struct event_group_arg two_args[] = {
	{ .slot = 3, .kind = TETRA_ARG_INT32, .label = "second", .yaml_type = "int" },
	{ .slot = 0, .kind = TETRA_ARG_STRING, .yaml_type = "string" },
};
static const char *const tags[] = { "one", "two" };
static const struct event_group group = {
	.id = 1,
	.kind = TETRA_EVENT_KPROBE,
	.policy_name = "p",
	.function_name = "f",
	.args = two_args,
	.n_args = 2,
	.tags = tags,
	.n_tags = 2,
	.wants_return = 1,
	.return_slot = TETRA_RETURN_SLOT,
	.return_kind = TETRA_ARG_INT64,
	.return_type = "long",
};

static void setup(void)
{
	desk_init(&desk, NULL);
	desk.groups[1] = &group;
}

static void teardown(void)
{
	desk_done(&desk);
}

static struct decoder_stats stats(void)
{
	struct decoder_stats result;

	decoder_get_stats(desk.decoder, &result);
	return result;
}

static void feed_exec(uint32_t tgid, uint64_t stamp, const char *filename)
{
	struct build_exec exec = {
		.tgid = tgid,
		.stamp = stamp,
		.parent_tgid = 1,
		.parent_stamp = 10000000,
		.flags = TETRA_EXEC_CLONE | TETRA_EXEC_CWD_ROOT,
		.filename = filename,
		BUILD_ARGS("x"),
	};

	ck_assert_int_eq(desk_feed(&desk, build_exec(&build, &exec)), 0);
}

static struct tetra_record *hook(uint32_t tgid, uint64_t stamp)
{
	struct tetra_record *head =
		build_hook(&build, 1, tgid, stamp, TETRA_ACTION_SIGKILL);

	build_arg(head, 0, TETRA_ARG_STRING, "text", 4);
	build_int(head, 3, TETRA_ARG_INT32, -7);
	return head;
}

TEST(record_gives_arguments_in_the_order_of_the_policy)
{
	struct tetra_arg arg = { .size = sizeof(arg) };
	const struct tetra_event *event;
	struct tetra_record *head;

	feed_exec(100, SH_STAMP, "/bin/sh");
	head = hook(100, SH_STAMP);
	head->tid = 101;
	head->flags = TETRA_HOOK_MONITOR;
	build_int(head, TETRA_RETURN_SLOT, TETRA_ARG_INT64, 5);
	desk_feed(&desk, head);
	event = desk.events[1];
	ck_assert_uint_eq(tetra_event_get_kind(event), TETRA_EVENT_KPROBE);
	ck_assert_uint_eq(tetra_event_get_tid(event), 101);
	ck_assert_uint_eq(tetra_event_get_flags(event), TETRA_EVENT_SUPPRESSED);
	ck_assert_uint_eq(tetra_event_get_action(event), TETRA_DID_SIGKILL);
	ck_assert_uint_eq(tetra_event_get_return_action(event), TETRA_DID_POST);
	ck_assert_uint_eq(tetra_event_count_args(event), 2);
	ck_assert_int_eq(tetra_event_get_arg(event, 0, &arg), 0);
	ck_assert_uint_eq(arg.type, TETRA_TYPE_INT32);
	ck_assert_int_eq(arg.as_int, -7);
	ck_assert_str_eq(arg.label, "second");
	ck_assert_str_eq(arg.type_name, "int");
	ck_assert_int_eq(tetra_event_get_arg(event, 1, &arg), 0);
	ck_assert_uint_eq(arg.text_len, 4);
	ck_assert(!memcmp(arg.text, "text", 4));
	ck_assert_int_eq(tetra_event_get_arg(event, 2, &arg), -ENOENT);
	ck_assert_int_eq(tetra_event_get_return(event, &arg), 0);
	ck_assert_int_eq(arg.as_int, 5);
	ck_assert_str_eq(tetra_event_get_policy(event), "p");
	ck_assert_str_eq(tetra_event_get_function(event), "f");
	ck_assert_uint_eq(tetra_event_count_tags(event), 2);
	ck_assert_str_eq(tetra_event_get_tag(event, 1), "two");
	ck_assert_ptr_null(tetra_event_get_tag(event, 2));
	ck_assert_uint_eq(tetra_event_get_time_ns(event), SH_STAMP + 200000000);
	ck_assert_uint_eq(tetra_event_get_wall_ns(event),
			  BUILD_WALL_NS - BUILD_BOOT_NS + SH_STAMP + 200000000);
}

TEST(record_tells_how_long_a_cut_text_was)
{
	static const struct {
		uint64_t size, want;
	} rows[] = { { 0, 4 }, { 3, 4 }, { 4, 4 }, { 5, 5 }, { 5000, 5000 } };
	struct tetra_arg arg = { .size = sizeof(arg) };
	struct tetra_record *head;
	size_t i;

	feed_exec(100, SH_STAMP, "/bin/sh");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		head = build_hook(&build, 1, 100, SH_STAMP, TETRA_ACTION_POST);
		build_arg(head, 0, TETRA_ARG_STRING, "text", 4)->size =
			(uint32_t)rows[i].size;
		desk_feed(&desk, head);
		ck_assert_int_eq(tetra_event_get_arg(desk.events[i + 1], 1, &arg), 0);
		ck_assert_uint_eq(arg.text_len, 4);
		ck_assert_uint_eq(arg.orig_size, rows[i].want);
	}
}

TEST(record_events_of_other_kinds_are_no_loss)
{
	uint64_t count = 4711;

	feed_exec(100, SH_STAMP, "/bin/sh");
	desk_feed(&desk, hook(100, SH_STAMP));
	ck_assert_ptr_null(tetra_event_get_lost(desk.events[0], &count));
	ck_assert_ptr_null(tetra_event_get_lost(desk.events[1], &count));
	ck_assert_ptr_null(tetra_event_get_lost(NULL, &count));
	ck_assert_uint_eq(count, 4711);
}

TEST(record_getters_take_shorter_structs)
{
	struct {
		struct tetra_arg arg;
	} filled;
	struct tetra_arg arg = { .size = offsetof(struct tetra_arg, as_uint) };

	memset(&filled, 0x5a, sizeof(filled));
	feed_exec(100, SH_STAMP, "/bin/sh");
	desk_feed(&desk, hook(100, SH_STAMP));
	filled.arg.size = arg.size;
	ck_assert_int_eq(tetra_event_get_arg(desk.events[1], 0, &filled.arg), 0);
	ck_assert_int_eq(filled.arg.as_int, -7);
	ck_assert_uint_eq(filled.arg.as_uint, UINT64_C(0x5a5a5a5a5a5a5a5a));
	arg.size = 0;
	ck_assert_int_eq(tetra_event_get_arg(desk.events[1], 0, &arg), -EINVAL);
}

TEST(record_hook_waits_for_its_process)
{
	desk_feed(&desk, hook(100, SH_STAMP));
	ck_assert_uint_eq(desk.n_events, 0);
	ck_assert_uint_eq(stats().held, 1);
	feed_exec(200, SH_STAMP, "/bin/other");
	ck_assert_uint_eq(desk.n_events, 1);
	feed_exec(100, SH_STAMP, "/bin/sh");
	ck_assert_uint_eq(desk.n_events, 3);
	ck_assert_uint_eq(tetra_event_get_kind(desk.events[2]), TETRA_EVENT_KPROBE);
	ck_assert_str_eq(
		tetra_process_get_binary(tetra_event_get_process(desk.events[2])),
		"/bin/sh");
	ck_assert_uint_eq(stats().unknown_processes, 0);
}

TEST(record_hook_waits_for_a_fork_too)
{
	feed_exec(100, SH_STAMP, "/bin/sh");
	desk_feed(&desk, hook(101, SH_STAMP + 5));
	desk_feed(&desk, build_fork(&build, 101, SH_STAMP + 5, 100, SH_STAMP));
	ck_assert_uint_eq(desk.n_events, 2);
	ck_assert_str_eq(
		tetra_process_get_binary(tetra_event_get_process(desk.events[1])),
		"/bin/sh");
}

TEST(record_hook_waits_no_longer_than_a_tenth_of_a_second)
{
	const struct tetra_process *process;

	desk_feed(&desk, hook(100, BUILD_BOOT_NS));
	/* The clock goes by the records too: the hook's time is 200 ms after its
	 * process's. */
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 299000000,
			BUILD_WALL_NS + 299000000);
	ck_assert_uint_eq(desk.n_events, 0);
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 300000000,
			BUILD_WALL_NS + 300000000);
	ck_assert_uint_eq(desk.n_events, 1);
	process = tetra_event_get_process(desk.events[0]);
	ck_assert(!tetra_process_is_known(process));
	ck_assert_uint_eq(tetra_process_get_pid(process), 100);
	ck_assert_ptr_null(tetra_process_get_exec_id(process));
	ck_assert_ptr_nonnull(strstr(desk.lines[0],
				     "{\"process\":{\"pid\":100,\"start_time\":"
				     "\"2026-08-21T10:46:36.500Z\"},\"function_name\""));
}

TEST(record_waits_once_for_a_process_that_never_comes)
{
	desk_feed(&desk, hook(100, SH_STAMP));
	decoder_flush(desk.decoder);
	ck_assert_uint_eq(desk.n_events, 1);
	desk_feed(&desk, hook(100, SH_STAMP));
	ck_assert_uint_eq(desk.n_events, 2);
	ck_assert_uint_eq(stats().held, 1);
	/* Late is better than never. */
	feed_exec(100, SH_STAMP, "/bin/sh");
	desk_feed(&desk, hook(100, SH_STAMP));
	ck_assert_str_eq(
		tetra_process_get_binary(tetra_event_get_process(desk.events[3])),
		"/bin/sh");
}

TEST(record_holds_a_bounded_number)
{
	uint32_t i;

	for (i = 0; i < 64; i++)
		desk_feed(&desk, hook(1000 + i, SH_STAMP));
	ck_assert_uint_eq(desk.n_events, 0);
	for (; i < 64 + 5; i++)
		desk_feed(&desk, hook(1000 + i, SH_STAMP));
	ck_assert_uint_eq(desk.n_events, 5);
	ck_assert_uint_eq(tetra_event_get_tid(desk.events[4]), 1004);
}

TEST(record_hook_of_a_removed_policy_is_counted)
{
	desk.groups[1] = NULL;
	ck_assert_int_eq(desk_feed(&desk, hook(100, SH_STAMP)), 0);
	ck_assert_uint_eq(desk.n_events, 0);
	ck_assert_uint_eq(stats().orphans, 1);
}

TEST(record_of_an_ancestor_keeps_the_real_thread)
{
	struct tetra_record *head;

	feed_exec(100, SH_STAMP, "/bin/sh");
	head = hook(100, SH_STAMP);
	head->tid = 555;
	head->flags = TETRA_HOOK_ANCESTOR | TETRA_HOOK_ENFORCED;
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "\"tid\":555,"));
	ck_assert_uint_eq(tetra_event_get_flags(desk.events[1]),
			  TETRA_EVENT_ANCESTOR | TETRA_EVENT_ENFORCED);
}

TEST(record_of_a_newer_kernel_side_is_stepped_over)
{
	struct tetra_record *head = build_head(&build, 77, 64, 1, 1);

	ck_assert_int_eq(desk_feed(&desk, head), 0);
	ck_assert_uint_eq(stats().unknown_kinds, 1);
	feed_exec(100, SH_STAMP, "/bin/sh");
	head = hook(100, SH_STAMP);
	/* Known kinds may be longer than we know them, and have kinds of arguments. */
	build_arg(head, 5, 200, "abc", 3);
	ck_assert_int_eq(desk_feed(&desk, head), 0);
	ck_assert_uint_eq(desk.n_events, 2);
}

TEST(record_with_wrong_lengths_is_refused)
{
	struct tetra_record *head;
	struct tetra_record_arg *arg;

	feed_exec(100, SH_STAMP, "/bin/sh");
	head = hook(100, SH_STAMP);
	ck_assert_int_eq(decoder_record(desk.decoder, head, head->bytes - 1), -EINVAL);
	ck_assert_int_eq(decoder_record(desk.decoder, head, 8), -EINVAL);
	head->bytes -= 8;
	ck_assert_int_eq(desk_feed(&desk, head), -EINVAL);
	head = hook(100, SH_STAMP);
	((struct tetra_record_hook *)head)->n_args = 3;
	ck_assert_int_eq(desk_feed(&desk, head), -EINVAL);
	head = build_hook(&build, 1, 100, SH_STAMP, TETRA_ACTION_POST);
	build_arg(head, 0, TETRA_ARG_SOCK, "short", 5);
	ck_assert_int_eq(desk_feed(&desk, head), -EINVAL);
	head = build_hook(&build, 1, 100, SH_STAMP, TETRA_ACTION_POST);
	arg = build_int(head, 0, TETRA_ARG_INT32, 1);
	arg->bytes = UINT32_MAX;
	ck_assert_int_eq(desk_feed(&desk, head), -EINVAL);
	ck_assert_uint_eq(stats().malformed, 6);
	ck_assert_uint_eq(desk.n_events, 1);
}

TEST(record_exit_of_an_unknown_process_is_told)
{
	desk_feed(&desk, build_exit(&build, 300, SH_STAMP, SH_STAMP + 7, 3 << 8));
	ck_assert_ptr_nonnull(strstr(desk.lines[0],
				     "{\"process_exit\":{\"process\":{\"pid\":300,"
				     "\"start_time\":\"2026-08-21T10:38:16.500Z\"},"
				     "\"status\":3,"));
}

static const struct tetra_process *last_process(void)
{
	return tetra_event_get_process(desk.events[desk.n_events - 1]);
}

static void feed_exec_rest(const char *inline_args, size_t n, uint32_t args_bytes,
			   uint32_t flags)
{
	struct build_exec exec = {
		.tgid = 100,
		.stamp = SH_STAMP,
		.flags = TETRA_EXEC_ARGS_FRAGMENTS | flags,
		.filename = "/bin/sh",
		.cwd = "/tmp",
		.args = inline_args,
		.args_len = n,
		.args_bytes = args_bytes,
	};

	ck_assert_int_eq(desk_feed(&desk, build_exec(&build, &exec)), 0);
}

TEST(record_fragments_are_put_together)
{
	size_t n;

	desk_feed(&desk, build_args(&build, 100, SH_STAMP, 0, "sh\0-", 4));
	desk_feed(&desk, build_args(&build, 200, SH_STAMP, 0, "other", 5));
	desk_feed(&desk, build_args(&build, 100, SH_STAMP, 4, "c\0ex", 4));
	feed_exec_rest("it 3", 5, 13, 0);
	ck_assert_str_eq(tetra_process_get_arguments(last_process()), "-c \"exit 3\"");
	ck_assert(!memcmp(tetra_process_get_argv(last_process(), &n), "sh\0-c\0exit 3",
			  13));
	ck_assert_uint_eq(n, 13);
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"flags\":\"execve dataArgs\""));
}

TEST(record_lost_fragments_are_said)
{
	desk_feed(&desk, build_args(&build, 100, SH_STAMP, 4, "c\0ex", 4));
	feed_exec_rest("it 3", 5, 13, 0);
	ck_assert_str_eq(tetra_process_get_arguments(last_process()), "<enomem>");
	ck_assert_str_eq(tetra_process_get_binary(last_process()), "/bin/sh");
	ck_assert_uint_eq(stats().fragments_lost, 1);
	feed_exec_rest("it 3", 5, 13, 0);
	ck_assert_str_eq(tetra_process_get_arguments(last_process()), "<enomem>");
	ck_assert_ptr_nonnull(strstr(desk.lines[1], "errorArgs"));
	/* Nothing is missing if the end of the area never was. */
	desk_feed(&desk, build_args(&build, 100, SH_STAMP, 0, "sh\0-c", 5));
	feed_exec_rest("", 0, 13, 0);
	ck_assert_str_eq(tetra_process_get_arguments(last_process()), "<enomem>");
}

TEST(record_cut_arguments_are_flagged)
{
	desk_feed(&desk, build_args(&build, 100, SH_STAMP, 0, "sh\0-", 4));
	feed_exec_rest("c", 1, 5000000, TETRA_EXEC_ARGS_CUT);
	ck_assert_str_eq(tetra_process_get_arguments(last_process()), "-c");
	ck_assert_ptr_nonnull(
		strstr(desk.lines[0], "\"flags\":\"execve truncArgs dataArgs\""));
}

TEST(record_fragments_without_an_exec_are_bounded)
{
	uint32_t i;

	for (i = 0; i < 16; i++)
		desk_feed(&desk, build_args(&build, i, SH_STAMP, 0, "abc", 3));
	ck_assert_uint_eq(stats().fragments_lost, 0);
	for (; i < 100; i++)
		desk_feed(&desk, build_args(&build, i, SH_STAMP, 0, "abc", 3));
	ck_assert_uint_eq(stats().fragments_lost, 100 - 16);
}

TEST(record_wall_clock_may_be_set)
{
	feed_exec(100, SH_STAMP, "/bin/sh");
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS, BUILD_WALL_NS + 3600000000000);
	desk_feed(&desk, hook(100, SH_STAMP));
	/* The event is by the new clock, the start was told by the old one, and stays. */
	ck_assert_ptr_nonnull(
		strstr(desk.lines[1], "\"start_time\":\"2026-08-21T10:38:16.500Z\""));
	ck_assert_ptr_nonnull(
		strstr(desk.lines[1], "\"time\":\"2026-08-21T11:38:16.700Z\""));
}

TEST(record_clock_noise_does_not_move_times)
{
	feed_exec(100, SH_STAMP, "/bin/sh");
	decoder_tick_at(desk.decoder, BUILD_BOOT_NS + 1000, BUILD_WALL_NS + 1900);
	desk_feed(&desk, hook(100, SH_STAMP));
	ck_assert_uint_eq(tetra_event_get_wall_ns(desk.events[1]) -
				  tetra_event_get_wall_ns(desk.events[0]),
			  200000000);
}

/* xorshift; the same bytes in every run */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void drop(void *user, const struct tetra_event *event)
{
	char text[512];
	struct tetra_arg arg = { .size = sizeof(arg) };

	(void)tetra_event_to_json(event, text, sizeof(text));
	(void)tetra_event_to_compact(event, text, sizeof(text), NULL);
	(void)tetra_event_get_arg(event, 0, &arg);
	tetra_event_unref(tetra_event_ref(event));
}

static struct tetra_record *some_record(uint32_t which)
{
	static const struct build_exec exec = {
		.tgid = 100,
		.stamp = SH_STAMP,
		.filename = "sh",
		.exe = "/bin/sh",
		.cwd = "/tmp",
		.flags = TETRA_EXEC_ARGS_FRAGMENTS,
		BUILD_ARGS("sh\0-c\0x y"),
	};
	struct tetra_record *head;

	switch (which % 5) {
	case 0:
		return build_exec(&build, &exec);
	case 1:
		return build_fork(&build, 101, SH_STAMP + 1, 100, SH_STAMP);
	case 2:
		return build_exit(&build, 100, SH_STAMP, SH_STAMP + 9, 0);
	case 3:
		return build_args(&build, 100, SH_STAMP, 0, "sh\0", 3);
	default:
		head = hook(100, SH_STAMP);
		build_path(head, 1, TETRA_ARG_FILE, 0100644, "/etc/passwd");
		return head;
	}
}

/* Exactly as many bytes as are given, so that a sanitizer sees one more. */
static void feed_exact(const void *bytes, size_t n)
{
	void *copy = malloc(MAX(n, (size_t)1));

	memcpy(copy, bytes, n);
	(void)decoder_record(desk.decoder, copy, n);
	free(copy);
}

TEST(record_survives_every_cut)
{
	const struct decoder_opts opts = { .deliver = drop };
	struct tetra_record *head;
	uint32_t which, n, whole;

	teardown();
	desk_init(&desk, &opts);
	desk.groups[1] = &group;
	for (which = 0; which < 5; which++) {
		whole = some_record(which)->bytes;
		for (n = 0; n < whole; n++) {
			head = some_record(which);
			feed_exact(head, n);
			head->bytes = n;
			feed_exact(head, n);
		}
	}
}

TEST(record_survives_any_bytes)
{
	const struct decoder_opts opts = { .deliver = drop, .max_processes = 64 };
	uint64_t state = 88172645463325252u;
	struct tetra_record *head;
	uint32_t i, k, bytes;

	teardown();
	desk_init(&desk, &opts);
	desk.groups[1] = &group;
	for (i = 0; i < 50000; i++) {
		head = some_record((uint32_t)next_random(&state));
		bytes = head->bytes;
		for (k = 0; k < 1 + i % 4; k++)
			build.bytes[next_random(&state) % bytes] =
				(uint8_t)next_random(&state);
		feed_exact(head, bytes);
	}
	ck_assert_uint_eq(stats().records, 50000);
}

FIXTURE(setup, teardown)
TIMEOUT(120)
