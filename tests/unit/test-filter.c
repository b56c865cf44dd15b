/* SPDX-License-Identifier: Apache-2.0 */
#include "record-build.h"
#include "tetra/filter.h"
#include "tests/unit/suite.h"

#define STAMP UINT64_C(500000000000)

static struct desk desk;
static struct build build;
static struct tetra_filter *filter;
static const struct event_group group = { .id = 1,
					  .kind = TETRA_EVENT_LSM,
					  .policy_name = "guard",
					  .function_name = "file_open" };
/* In the order of delivery. */
enum { SHELL, CURL, HOOK, EXIT, LOST };

static void setup(void)
{
	struct build_exec exec = {
		.tgid = 100, .stamp = STAMP, .filename = "/bin/sh", .cwd = "/"
	};

	desk_init(&desk, NULL);
	desk.groups[1] = &group;
	desk_feed(&desk, build_exec(&build, &exec));
	exec = (struct build_exec){
		.tgid = 200,
		.stamp = STAMP + 1,
		.parent_tgid = 100,
		.parent_stamp = STAMP,
		.filename = "/usr/bin/curl",
		.cwd = "/",
		.flags = TETRA_EXEC_CLONE,
		.cgroup = "docker-3f9c2a7be01d44c6a58e9b7f0c1d2e3f4a5b6c"
			  "7d8e9f00112233445566778899.scope"
	};
	desk_feed(&desk, build_exec(&build, &exec));
	desk_feed(&desk, build_hook(&build, 1, 200, STAMP + 1, TETRA_ACTION_POST));
	desk_feed(&desk, build_exit(&build, 200, STAMP + 1, STAMP + 2, 0));
	decoder_lost(desk.decoder, TETRA_LOST_RING, 1);
	ck_assert_uint_eq(desk.n_events, 5);
	ck_assert_int_eq(tetra_filter_new(&filter), 0);
}

static void teardown(void)
{
	filter = tetra_filter_unref(filter);
	desk_done(&desk);
}

/* The events that pass, as letters. */
static const char *passing(void)
{
	static const char letters[] = "SCHEL";
	static char text[8];
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < desk.n_events; i++)
		if (tetra_filter_matches(filter, desk.events[i]))
			text[n++] = letters[i];
	text[n] = '\0';
	return text;
}

TEST(filter_without_clauses_passes_all)
{
	ck_assert_str_eq(passing(), "SCHEL");
	ck_assert_int_eq(tetra_filter_matches(NULL, desk.events[LOST]), 1);
}

TEST(filter_values_of_a_property_are_alternatives)
{
	tetra_filter_add_kind(filter, TETRA_EVENT_EXEC);
	ck_assert_str_eq(passing(), "SC");
	tetra_filter_add_kind(filter, TETRA_EVENT_LOST);
	ck_assert_str_eq(passing(), "SCL");
}

TEST(filter_properties_of_a_clause_must_all_hold)
{
	tetra_filter_add_kind(filter, TETRA_EVENT_EXEC);
	tetra_filter_add_pid(filter, 200);
	ck_assert_str_eq(passing(), "C");
}

TEST(filter_clauses_are_alternatives)
{
	tetra_filter_add_policy(filter, "guard");
	tetra_filter_add_clause(filter, TETRA_FILTER_ALLOW);
	tetra_filter_add_binary(filter, "/bin/sh", TETRA_MATCH_EXACT);
	ck_assert_str_eq(passing(), "SH");
}

TEST(filter_denying_clauses_win)
{
	tetra_filter_add_clause(filter, TETRA_FILTER_DENY);
	tetra_filter_add_binary(filter, "/usr/bin/", TETRA_MATCH_PREFIX);
	ck_assert_str_eq(passing(), "SL");
	tetra_filter_add_clause(filter, TETRA_FILTER_ALLOW);
	tetra_filter_add_kind(filter, TETRA_EVENT_EXEC);
	ck_assert_str_eq(passing(), "S");
}

TEST(filter_texts)
{
	tetra_filter_add_binary(filter, "url", TETRA_MATCH_POSTFIX);
	ck_assert_str_eq(passing(), "CHE");
	tetra_filter_add_function(filter, "file_", TETRA_MATCH_PREFIX);
	ck_assert_str_eq(passing(), "H");
	tetra_filter_add_function(filter, "", TETRA_MATCH_PREFIX);
	ck_assert_str_eq(passing(), "H");
}

TEST(filter_parents)
{
	tetra_filter_add_parent_binary(filter, "/bin/sh", TETRA_MATCH_EXACT);
	ck_assert_str_eq(passing(), "CHE");
}

TEST(filter_containers)
{
	tetra_filter_add_container(filter, "3f9c2a7b");
	ck_assert_str_eq(passing(), "CHE");
	tetra_filter_unref(filter);
	ck_assert_int_eq(tetra_filter_new(&filter), 0);
	tetra_filter_add_container(filter, "");
	ck_assert_str_eq(passing(), "S");
}

TEST(filter_namespaces)
{
	tetra_filter_add_namespace(filter, TETRA_PROCESS_NS_MNT, 1);
	ck_assert_str_eq(passing(), "");
	tetra_filter_add_namespace(filter, TETRA_PROCESS_NS_MNT, 4026531841);
	ck_assert_str_eq(passing(), "SCHE");
	tetra_filter_add_namespace(filter, TETRA_PROCESS_NS_TIME, 1);
	ck_assert_str_eq(passing(), "");
}

/* Nothing is known of a process that nobody described: it is in no namespace, not in 0. */
TEST(filter_namespaces_of_an_unknown_process)
{
	struct tetra_record *head = build_hook(&build, 1, 777, 0, TETRA_ACTION_POST);

	head->flags = TETRA_HOOK_UNKNOWN;
	desk_clear(&desk);
	desk_feed(&desk, head);
	ck_assert_uint_eq(desk.n_events, 1);
	ck_assert_str_eq(passing(), "S");
	tetra_filter_add_namespace(filter, TETRA_PROCESS_NS_MNT, 0);
	ck_assert_str_eq(passing(), "");
	tetra_filter_unref(filter);
	ck_assert_int_eq(tetra_filter_new(&filter), 0);
	tetra_filter_add_pid(filter, 777);
	ck_assert_str_eq(passing(), "S");
}

TEST(filter_refuses_what_it_does_not_know)
{
	ck_assert_int_eq(tetra_filter_add_kind(filter, 2), -EINVAL);
	ck_assert_int_eq(tetra_filter_add_binary(filter, NULL, 0), -EINVAL);
	ck_assert_int_eq(tetra_filter_add_binary(filter, "x", 3), -EINVAL);
	ck_assert_int_eq(tetra_filter_add_clause(filter, 2), -EINVAL);
	ck_assert_int_eq(tetra_filter_add_namespace(filter, 10, 1), -EINVAL);
	ck_assert_str_eq(passing(), "SCHEL");
}

TEST(filter_kinds_have_names)
{
	ck_assert_uint_eq(tetra_event_kind_from_name("PROCESS_EXEC"), TETRA_EVENT_EXEC);
	ck_assert_uint_eq(tetra_event_kind_from_name("kprobe"), TETRA_EVENT_KPROBE);
	ck_assert_uint_eq(tetra_event_kind_from_name("lost"), TETRA_EVENT_LOST);
	ck_assert_uint_eq(tetra_event_kind_from_name("exe"), 0);
	ck_assert_uint_eq(tetra_event_kind_from_name(NULL), 0);
	ck_assert_str_eq(tetra_event_kind_to_name(TETRA_EVENT_LSM), "process_lsm");
	ck_assert_ptr_null(tetra_event_kind_to_name(2));
}

FIXTURE(setup, teardown)
