/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of events: by label, and those whose value is a struct. */
#include "bpf/abi/image.h"
#include "tests/unit/suite.h"

#include "record-build.h"

static struct desk desk;
static struct build build;

static const struct event_group_arg specs[] = {
	{ .slot = 0, .kind = TETRA_ARG_SOCK, .label = "peer", .yaml_type = "sock" },
	{ .slot = 1, .kind = TETRA_ARG_STRING, .yaml_type = "string" },
	{ .slot = 2, .kind = TETRA_ARG_INT32, .label = "size", .yaml_type = "int" },
	{ .slot = 3, .kind = TETRA_ARG_INT32, .label = "size", .yaml_type = "int" },
	{ .slot = 4, .kind = TETRA_ARG_CRED, .label = "cred", .yaml_type = "cred" },
	{ .slot = 5, .kind = TETRA_ARG_SKB, .label = "packet", .yaml_type = "skb" },
};

static const struct event_group group = {
	.id = 1,
	.kind = TETRA_EVENT_KPROBE,
	.policy_name = "p",
	.function_name = "f",
	.args = specs,
	.n_args = ARRAY_SIZE(specs),
};

static const struct tetra_record_sock record_sock = {
	.family = 2,
	.type = 1,
	.protocol = 6,
	.state = 10,
	.mark = 7,
	.priority = 3,
	.saddr = { 127, 0, 0, 1 },
	.daddr = { 192, 0, 2, 1 },
	.sport = 1337,
	.dport = 80,
	.cookie = 4711,
};

/* Each member another number. */
static const struct tetra_record_arg_cred record_cred = {
	.cred = { .uid = 1,
		  .gid = 2,
		  .euid = 3,
		  .egid = 4,
		  .suid = 5,
		  .sgid = 6,
		  .fsuid = 7,
		  .fsgid = 8,
		  .securebits = 9,
		  .caps = { 10, 11, 12 } },
	.ns.level = 13,
	.ns.uid = 14,
	.ns.gid = 15,
	.ns.inum = 16,
};

/* A later fragment, whose protocol is not known either. */
static const struct tetra_record_skb record_skb = {
	.sock = { .family = 10,
		  .absent = 1 << TETRA_COL_SPORT | 1 << TETRA_COL_DPORT |
			    1 << TETRA_COL_STATE,
		  .mark = 1,
		  .priority = 2,
		  .saddr = { [15] = 3 },
		  .daddr = { [15] = 4 },
		  .unread = 1 << TETRA_COL_PROTOCOL,
		  .cookie = 4711 },
	.hash = 5,
	.len = 6,
	.sec_path_len = 7,
	.sec_path_olen = 8,
};

static void setup(void)
{
	static const struct process_seed shell = { .tgid = 7,
						   .stamp = 7000,
						   .parent_tgid = 1 };
	struct tetra_record *head;

	desk_init(&desk, NULL);
	desk.groups[1] = &group;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 7, 7000, TETRA_ACTION_POST);
	build_arg(head, 0, TETRA_ARG_SOCK, &record_sock, sizeof(record_sock));
	build_arg(head, 1, TETRA_ARG_STRING, "text", 4);
	build_int(head, 2, TETRA_ARG_INT32, 40);
	build_int(head, 3, TETRA_ARG_INT32, 41);
	build_arg(head, 4, TETRA_ARG_CRED, &record_cred, sizeof(record_cred));
	build_arg(head, 5, TETRA_ARG_SKB, &record_skb, sizeof(record_skb));
	ck_assert_int_ge(desk_feed(&desk, head), 0);
	ck_assert_uint_eq(desk.n_events, 1);
}

static void teardown(void)
{
	desk_done(&desk);
}

TEST(arguments_are_found_by_their_label)
{
	static const struct {
		const char *label;
		int result;
		uint32_t type;
		int64_t as_int;
	} rows[] = {
		{ "peer", 0, TETRA_TYPE_SOCK, 0 },
		{ "size", 0, TETRA_TYPE_INT32, 40 },
		{ "Size", -ENOENT, 0, 0 },
		{ "siz", -ENOENT, 0, 0 },
		{ "", -ENOENT, 0, 0 },
		{ NULL, -EINVAL, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tetra_arg arg = { .size = sizeof(arg) };

		ck_assert_int_eq(
			tetra_event_find_arg(desk.events[0], rows[i].label, &arg),
			rows[i].result);
		ck_assert_uint_eq(arg.type, rows[i].type);
		ck_assert_int_eq(arg.as_int, rows[i].as_int);
	}
	ck_assert_int_eq(tetra_event_find_arg(desk.events[0], "size", NULL), -EINVAL);
	ck_assert_int_eq(tetra_event_find_arg(NULL, "size", NULL), -ENOENT);
}

static void expect_sock(const struct tetra_event *event)
{
	struct tetra_sock sock = { .size = sizeof(sock) };
	struct tetra_arg arg = { .size = sizeof(arg) };

	ck_assert_int_eq(tetra_event_get_arg(event, 0, &arg), 0);
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), 0);
	ck_assert_uint_eq(sock.size, sizeof(sock));
	ck_assert_uint_eq(sock.family, 2);
	ck_assert_uint_eq(sock.type, 1);
	ck_assert_uint_eq(sock.protocol, 6);
	ck_assert_uint_eq(sock.state, 10);
	ck_assert_uint_eq(sock.mark, 7);
	ck_assert_uint_eq(sock.priority, 3);
	ck_assert(!memcmp(sock.saddr, record_sock.saddr, sizeof(sock.saddr)));
	ck_assert(!memcmp(sock.daddr, record_sock.daddr, sizeof(sock.daddr)));
	ck_assert_uint_eq(sock.sport, 1337);
	ck_assert_uint_eq(sock.dport, 80);
	ck_assert_uint_eq(sock.cookie, 4711);
}

static void expect_cred(const struct tetra_event *event)
{
	struct tetra_cred cred = { .size = sizeof(cred) };
	struct tetra_arg arg = { .size = sizeof(arg) };

	ck_assert_int_eq(tetra_event_find_arg(event, "cred", &arg), 0);
	ck_assert_int_eq(tetra_arg_get_cred(&arg, &cred), 0);
	ck_assert_uint_eq(cred.uid, 1);
	ck_assert_uint_eq(cred.gid, 2);
	ck_assert_uint_eq(cred.euid, 3);
	ck_assert_uint_eq(cred.egid, 4);
	ck_assert_uint_eq(cred.suid, 5);
	ck_assert_uint_eq(cred.sgid, 6);
	ck_assert_uint_eq(cred.fsuid, 7);
	ck_assert_uint_eq(cred.fsgid, 8);
	ck_assert_uint_eq(cred.securebits, 9);
	ck_assert_uint_eq(cred.permitted, 10);
	ck_assert_uint_eq(cred.effective, 11);
	ck_assert_uint_eq(cred.inheritable, 12);
	ck_assert_uint_eq(cred.user_ns_level, 13);
	ck_assert_uint_eq(cred.user_ns_uid, 14);
	ck_assert_uint_eq(cred.user_ns_gid, 15);
	ck_assert_uint_eq(cred.user_ns_inum, 16);
}

TEST(structs_have_typed_getters)
{
	struct tetra_event *kept = tetra_event_ref(desk.events[0]);

	expect_sock(desk.events[0]);
	expect_cred(desk.events[0]);
	/* A kept event owns its values: the record is overwritten. */
	memset(&build, 0x5a, sizeof(build));
	expect_sock(kept);
	expect_cred(kept);
	tetra_event_unref(kept);
}

TEST(a_packet_says_what_it_lacks)
{
	struct tetra_skb skb = { .size = sizeof(skb) };
	struct tetra_sock sock = { .size = sizeof(sock) };
	struct tetra_arg arg = { .size = sizeof(arg) };

	ck_assert_int_eq(tetra_event_find_arg(desk.events[0], "packet", &arg), 0);
	ck_assert_uint_eq(arg.type, TETRA_TYPE_SKB);
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), -ENOENT);
	ck_assert_int_eq(tetra_arg_get_skb(&arg, NULL), -EINVAL);
	ck_assert_int_eq(tetra_arg_get_skb(&arg, &skb), 0);
	ck_assert_uint_eq(skb.size, sizeof(skb));
	ck_assert_uint_eq(skb.mark, 1);
	ck_assert_uint_eq(skb.priority, 2);
	ck_assert_uint_eq(skb.saddr[15], 3);
	ck_assert_uint_eq(skb.daddr[15], 4);
	ck_assert_uint_eq(skb.hash, 5);
	ck_assert_uint_eq(skb.len, 6);
	ck_assert_uint_eq(skb.sec_path_len, 7);
	ck_assert_uint_eq(skb.sec_path_olen, 8);
	ck_assert_uint_eq(skb.family, 10);
	ck_assert_uint_eq(skb.absent, TETRA_SKB_SPORT | TETRA_SKB_DPORT);
	ck_assert_uint_eq(skb.unreadable, TETRA_SKB_PROTOCOL);
	ck_assert_int_eq(tetra_event_get_arg(desk.events[0], 0, &arg), 0);
	ck_assert_int_eq(tetra_arg_get_skb(&arg, &skb), -ENOENT);
}

TEST(typed_getters_of_other_values_find_nothing)
{
	struct tetra_sock sock = { .size = sizeof(sock) };
	struct tetra_cred cred = { .size = sizeof(cred) };
	struct tetra_arg arg = { .size = sizeof(arg) };

	ck_assert_int_eq(tetra_event_get_arg(desk.events[0], 0, &arg), 0);
	ck_assert_int_eq(tetra_arg_get_cred(&arg, &cred), -ENOENT);
	ck_assert_int_eq(tetra_arg_get_cred(&arg, NULL), -EINVAL);
	ck_assert_int_eq(tetra_event_get_arg(desk.events[0], 1, &arg), 0);
	ck_assert_ptr_null(arg.value);
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), -ENOENT);
	arg.type = TETRA_TYPE_SOCK;
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), -ENOENT);
	ck_assert_int_eq(tetra_arg_get_sock(NULL, &sock), -EINVAL);
	ck_assert_int_eq(tetra_event_get_arg(desk.events[0], 0, &arg), 0);
	sock.size = 0;
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), -EINVAL);
	ck_assert_int_eq(tetra_arg_get_sock(&arg, NULL), -EINVAL);
	/* A program that was built before the member existed. */
	sock.size = sizeof(sock);
	arg.size = offsetof(struct tetra_arg, value);
	ck_assert_int_eq(tetra_arg_get_sock(&arg, &sock), -EINVAL);
}

FIXTURE(setup, teardown)
