/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of JSON, whole and byte for byte: what a scenario gives is compared with
 * tests/data/record/NAME.json.
 */
#include "bpf/abi/image.h"
#include "record-build.h"
#include "lib/process/writer.h"
#include "tests/unit/suite.h"

#define SH_STAMP   UINT64_C(500000000000)
#define CURL_STAMP UINT64_C(999900000000)

static struct desk desk;
static struct build build;

static const struct process_seed shell = {
	.tgid = 4120,
	.stamp = SH_STAMP,
	.parent_tgid = 1,
	.parent_stamp = 10000000,
	.has_cred = true,
	.facts.cred = { .uid = 1000, .euid = 1000, .login_uid = 1000 },
	.exe = "/usr/bin/bash",
	.cwd = "/home/ana",
	.cmdline = "-bash",
	.cmdline_bytes = 6,
};

static const struct build_exec curl = {
	.tgid = 4177,
	.stamp = CURL_STAMP,
	.parent_tgid = 4120,
	.parent_stamp = SH_STAMP,
	.flags = TETRA_EXEC_CLONE,
	.uid = 1000,
	.login_uid = 1000,
	.filename = "/usr/bin/curl",
	.exe = "/usr/bin/curl",
	.cwd = "/home/ana",
	BUILD_ARGS("curl\0-s\0https://example.test/a b"),
};

static const struct event_group_arg file_args[] = {
	{ .slot = 0, .kind = TETRA_ARG_FILE, .yaml_type = "file" },
	{ .slot = 2, .kind = TETRA_ARG_NOP, .yaml_type = "nop" },
	{ .slot = 1, .kind = TETRA_ARG_INT32, .label = "mask", .yaml_type = "int" },
};

static const char *const file_tags[] = { "observability.filesystem" };

static const struct event_group file_group = {
	.id = 1,
	.kind = TETRA_EVENT_KPROBE,
	.policy_name = "file-watch",
	.function_name = "security_file_permission",
	.message = "Sensitive file access",
	.tags = file_tags,
	.n_tags = 1,
	.args = file_args,
	.n_args = 3,
	.wants_return = 1,
	.return_slot = TETRA_RETURN_SLOT,
	.return_kind = TETRA_ARG_INT32,
	.return_type = "int",
};

#define ONE(kind_)                                                                       \
	{                                                                                \
		.slot = 0, .kind = TETRA_ARG_##kind_, .yaml_type = "x"                   \
	}

static void expect_file(const char *name)
{
	const char *folder = getenv("TETRA_TEST_DATA");
	char path[512], want[8192];
	unsigned int i;
	FILE *file;

	ck_assert_ptr_nonnull(folder);
	snprintf(path, sizeof(path), "%s/record/%s.json", folder, name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "no %s", path);
	for (i = 0; fgets(want, sizeof(want), file); i++) {
		want[strcspn(want, "\n")] = '\0';
		ck_assert_uint_lt(i, desk.n_events);
		ck_assert_str_eq(desk.lines[i], want);
	}
	fclose(file);
	ck_assert_uint_eq(i, desk.n_events);
}

static void setup(void)
{
	desk_init(&desk, NULL);
}

static void teardown(void)
{
	desk_done(&desk);
}

TEST(json_exec_and_exit)
{
	decoder_seed(desk.decoder, &shell, false);
	desk_feed(&desk, build_exec(&build, &curl));
	desk_feed(&desk,
		  build_exit(&build, 4177, CURL_STAMP, CURL_STAMP + 400000001, 6 << 8));
	expect_file("exec-exit");
}

TEST(json_killed_with_a_core)
{
	decoder_seed(desk.decoder, &shell, false);
	desk_feed(&desk, build_exec(&build, &curl));
	desk_feed(&desk, build_exit(&build, 4177, CURL_STAMP, BUILD_BOOT_NS, 0x80 | 11));
	ck_assert_ptr_nonnull(strstr(desk.lines[1], ",\"signal\":\"SIGSEGV\",\"time\":"));
	ck_assert_ptr_null(strstr(desk.lines[1], "status"));
}

TEST(json_real_time_signals_have_no_name)
{
	uint32_t status, signal;

	decoder_seed(desk.decoder, &shell, false);
	desk_feed(&desk, build_exec(&build, &curl));
	desk_feed(&desk, build_exit(&build, 4177, CURL_STAMP, BUILD_BOOT_NS, 40));
	ck_assert_ptr_null(strstr(desk.lines[1], "signal"));
	ck_assert_int_eq(tetra_event_get_exit(desk.events[1], &status, &signal), 0);
	ck_assert_uint_eq(status, 0);
	ck_assert_uint_eq(signal, 40);
}

TEST(json_kprobe)
{
	struct tetra_record *head;

	desk.groups[1] = &file_group;
	decoder_seed(desk.decoder, &shell, false);
	desk_feed(&desk, build_exec(&build, &curl));
	desk_clear(&desk);
	head = build_hook(&build, 1, 4177, CURL_STAMP, TETRA_ACTION_POST);
	head->tid = 4179;
	build_path(head, 0, TETRA_ARG_FILE, 0100640, "/etc/shadow");
	build_int(head, 1, TETRA_ARG_INT32, 4);
	build_int(head, TETRA_RETURN_SLOT, TETRA_ARG_INT32, 0);
	desk_feed(&desk, head);
	expect_file("kprobe");
}

TEST(json_process_unknown_to_the_kernel_side)
{
	static const struct event_group_arg args[] = { ONE(SOCK) };
	static const struct event_group group = {
		.id = 1,
		.kind = TETRA_EVENT_KPROBE,
		.policy_name = "net",
		.function_name = "tcp_connect",
		.args = args,
		.n_args = 1,
	};
	struct tetra_record_sock sock = {
		.family = 2,
		.type = 1,
		.protocol = 6,
		.state = 2,
		.sport = 41822,
		.dport = 443,
		.saddr = { 10, 0, 0, 5 },
		.daddr = { 93, 184, 216, 34 },
		.cookie = UINT64_C(18446624578341234688),
	};
	struct tetra_record *head;

	desk.groups[1] = &group;
	head = build_hook(&build, 1, 777, 0, TETRA_ACTION_POST);
	head->flags = TETRA_HOOK_UNKNOWN;
	head->time_ns = BUILD_BOOT_NS + 202000001;
	build_arg(head, 0, TETRA_ARG_SOCK, &sock, sizeof(sock));
	desk_feed(&desk, head);
	expect_file("unknown-process");
	ck_assert_uint_eq(tetra_event_get_flags(desk.events[0]), TETRA_EVENT_UNKNOWN);
}

TEST(json_tracepoint_and_lsm)
{
	static const struct event_group_arg args[] = {
		{ .slot = 0,
		  .kind = TETRA_ARG_INT64,
		  .label = "id",
		  .yaml_type = "long" },
		{ .slot = 1, .kind = TETRA_ARG_CONST_BUF, .yaml_type = "const_buf" },
		{ .slot = 2, .kind = TETRA_ARG_CHAR_BUF, .yaml_type = "char_buf" },
	};
	static const struct event_group tracepoint = {
		.id = 1,
		.kind = TETRA_EVENT_TRACEPOINT,
		.policy_name = "syscalls",
		.subsys = "raw_syscalls",
		.function_name = "sys_enter",
		.args = args,
		.n_args = 3,
	};
	static const struct event_group_arg lsm_args[] = { ONE(BINPRM) };
	static const struct event_group lsm = {
		.id = 2,
		.kind = TETRA_EVENT_LSM,
		.policy_name = "guard",
		.function_name = "bprm_check_security",
		.args = lsm_args,
		.n_args = 1,
		.message = "no",
		.tags = file_tags,
		.n_tags = 1,
	};
	static const uint64_t longs[] = { UINT64_MAX - 99, 0, 4096 };
	struct tetra_record *head;

	desk.groups[1] = &tracepoint;
	desk.groups[2] = &lsm;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);
	build_int(head, 0, TETRA_ARG_INT64, 257);
	build_arg(head, 1, TETRA_ARG_CONST_BUF, longs, sizeof(longs));
	build_arg(head, 2, TETRA_ARG_CHAR_BUF, "GREP/", 5)->size = 5000;
	desk_feed(&desk, head);
	head = build_hook(&build, 2, 4120, SH_STAMP, TETRA_ACTION_SIGKILL);
	build_path(head, 0, TETRA_ARG_BINPRM, 0104755, "/usr/bin/su");
	desk_feed(&desk, head);
	expect_file("tracepoint-lsm");
}

/* The result is the last argument; numbers that are 0 are not there. */
TEST(json_uprobe)
{
	static const struct event_group_arg args[] = { ONE(INT32) };
	static struct event_group uprobe = {
		.id = 1,
		.kind = TETRA_EVENT_UPROBE,
		.policy_name = "p",
		.subsys = "/bin/x",
		.function_name = "main",
		.args = args,
		.n_args = 1,
		.wants_return = 1,
		.return_slot = TETRA_RETURN_SLOT,
		.return_kind = TETRA_ARG_INT32,
		.return_type = "int",
	};
	struct tetra_record *head;

	desk.groups[1] = &uprobe;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);
	head->flags |= TETRA_HOOK_RETURN;
	build_int(head, 0, TETRA_ARG_INT32, 7);
	build_int(head, TETRA_RETURN_SLOT, TETRA_ARG_INT32, (uint64_t)-1);
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(strstr(desk.lines[0],
				     "\"path\":\"/bin/x\",\"symbol\":\"main\","
				     "\"policy_name\":\"p\",\"args\":[{\"int_arg\":7},"
				     "{\"int_arg\":-1}],\"action\":"));
	ck_assert_ptr_null(strstr(desk.lines[0], "return"));
	ck_assert_str_eq(tetra_event_get_file(desk.events[0]), "/bin/x");
	ck_assert_uint_eq(tetra_event_get_file_offset(desk.events[0]), 0);
	ck_assert_ptr_null(tetra_event_get_subsystem(desk.events[0]));
	ck_assert_ptr_null(tetra_event_get_provider(desk.events[0]));
	uprobe.function_name = NULL;
	uprobe.offset = 4454;
	uprobe.counter = 64;
	uprobe.n_args = uprobe.wants_return = 0;
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(strstr(desk.lines[1],
				     "\"path\":\"/bin/x\",\"policy_name\":\"p\","
				     "\"offset\":\"4454\",\"ref_ctr_offset\":\"64\","
				     "\"action\":"));
	ck_assert_ptr_null(tetra_event_get_function(desk.events[1]));
	ck_assert_uint_eq(tetra_event_get_file_offset(desk.events[1]), 4454);
	ck_assert_uint_eq(tetra_event_get_counter_offset(desk.events[1]), 64);
}

TEST(json_usdt)
{
	static const char *const tags[] = { "tag" };
	static const struct event_group_arg args[] = {
		{ .slot = 0, .kind = TETRA_ARG_INT32, .label = "first" }
	};
	static struct event_group usdt = {
		.id = 1,
		.kind = TETRA_EVENT_USDT,
		.policy_name = "p",
		.subsys = "/bin/x",
		.provider = "lab",
		.function_name = "probe",
		.message = "m",
		.tags = tags,
		.n_tags = 1,
		.args = args,
		.n_args = 1,
	};
	struct tetra_record *head;

	desk.groups[1] = &usdt;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);
	build_int(head, 0, TETRA_ARG_INT32, 7);
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(
		strstr(desk.lines[0],
		       "\"path\":\"/bin/x\",\"provider\":\"lab\",\"name\":\"probe\","
		       "\"policy_name\":\"p\",\"message\":\"m\","
		       "\"args\":[{\"int_arg\":7,\"label\":\"first\"}],"
		       "\"tags\":[\"tag\"],\"action\":\"KPROBE_ACTION_POST\"}"));
	ck_assert_str_eq(tetra_event_get_file(desk.events[0]), "/bin/x");
	ck_assert_str_eq(tetra_event_get_provider(desk.events[0]), "lab");
	ck_assert_str_eq(tetra_event_get_function(desk.events[0]), "probe");
	ck_assert_uint_eq(tetra_event_get_file_offset(desk.events[0]), 0);
	ck_assert_ptr_null(tetra_event_get_subsystem(desk.events[0]));
}

TEST(json_loss_is_an_event)
{
	uint64_t count;

	decoder_lost(desk.decoder, TETRA_LOST_RING, 12);
	ck_assert_str_eq(desk.lines[0],
			 "{\"tetra_lost\":{\"cause\":\"ring\",\"count\":\"12\"},"
			 "\"node_name\":\"edge-7\","
			 "\"time\":\"2026-08-21T10:46:36.500Z\"}");
	ck_assert_str_eq(tetra_event_get_lost(desk.events[0], &count), "ring");
	ck_assert_uint_eq(count, 12);
	ck_assert_ptr_null(tetra_event_get_process(desk.events[0]));
}

TEST(json_arguments_that_did_not_fit_leave_a_hole)
{
	struct tetra_arg arg = { .size = sizeof(arg) };
	struct tetra_record *head;

	desk.groups[1] = &file_group;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_POST);
	head->flags = TETRA_HOOK_CUT;
	build_int(head, 1, TETRA_ARG_INT32, 4);
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"args\":[{},{\"int_arg\":4,"));
	ck_assert_int_eq(tetra_event_get_arg(desk.events[0], 0, &arg), 0);
	ck_assert_uint_eq(arg.status, TETRA_ARG_STATUS_MISSING);
	ck_assert_uint_eq(tetra_event_get_flags(desk.events[0]), TETRA_EVENT_CUT);
}

TEST(json_override_is_named_on_the_return_side_too)
{
	struct tetra_record *head;

	desk.groups[1] = &file_group;
	decoder_seed(desk.decoder, &shell, false);
	head = build_hook(&build, 1, 4120, SH_STAMP, TETRA_ACTION_OVERRIDE);
	build_int(head, TETRA_RETURN_SLOT, TETRA_ARG_INT32, -1);
	desk_feed(&desk, head);
	ck_assert_ptr_nonnull(strstr(desk.lines[0], "\"return\":{\"int_arg\":-1}"));
	ck_assert_ptr_nonnull(
		strstr(desk.lines[0], "\"return_action\":\"KPROBE_ACTION_OVERRIDE\""));
}

TEST(json_options_add_credentials_and_namespaces)
{
	struct decoder_opts opts = {
		.json = { .cluster_name = "lab",
			  .flags = EVENT_JSON_CRED | EVENT_JSON_NS },
	};
	struct build_exec deleted = curl;

	teardown();
	opts.json.host_namespaces[TETRA_NS_MNT] = 4026531841;
	desk_init(&desk, &opts);
	decoder_seed(desk.decoder, &shell, false);
	deleted.deleted = 1;
	deleted.uid = 0;
	desk_feed(&desk, build_exec(&build, &deleted));
	expect_file("options");
}

static const char *properties_of(const struct build_exec *exec)
{
	static char text[512];
	const char *at, *end;

	desk_clear(&desk);
	desk_feed(&desk, build_exec(&build, exec));
	at = strstr(desk.lines[0], "\"binary_properties\":");
	if (!at)
		return "";
	end = strstr(at, ",\"in_init_tree\"");
	ck_assert_ptr_nonnull(end);
	snprintf(text, sizeof(text), "%.*s", (int)(end - at), at);
	return text + strlen("\"binary_properties\":");
}

static const char *find_user(void *users, uint32_t uid)
{
	++*(unsigned int *)users;
	return uid == 1000 ? "ana" : NULL;
}

/* The user of an exec in those namespaces, as events show it; "" if they do not. */
static const char *user_shown(uint32_t uid, uint32_t mnt, uint32_t user_ns)
{
	struct build_exec exec = curl;
	struct tetra_record_exec *record;
	const char *at;

	exec.uid = uid;
	record = (struct tetra_record_exec *)build_exec(&build, &exec);
	record->namespaces[TETRA_NS_MNT] = mnt;
	record->namespaces[TETRA_NS_USER] = user_ns;
	desk_clear(&desk);
	desk_feed(&desk, &record->head);
	at = strstr(desk.lines[0], "\"user\":");
	return at ? at : "";
}

TEST(json_names_users_of_the_host)
{
	struct decoder_opts opts = { .json.find_user = find_user };
	unsigned int n = 0;

	opts.json.users = &n;
	opts.json.host_namespaces[TETRA_NS_MNT] = 5;
	opts.json.host_namespaces[TETRA_NS_USER] = 6;
	desk_done(&desk);
	desk_init(&desk, &opts);
	ck_assert_ptr_nonnull(strstr(user_shown(1000, 5, 6),
				     "\"user\":{\"name\":\"ana\"},\"in_init_tree\""));
	ck_assert_str_eq(user_shown(1001, 5, 6), "");
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(user_shown(1000, 7, 6), "");
	ck_assert_str_eq(user_shown(1000, 5, 7), "");
	ck_assert_uint_eq(n, 2);
	desk_done(&desk);
	desk_init(&desk, NULL);
	ck_assert_str_eq(user_shown(1000, 5, 6), "");
}

TEST(json_tells_what_the_file_changed)
{
	struct decoder_opts opts = { .json = { .flags = EVENT_JSON_CRED } };
	struct build_exec exec = curl;

	teardown();
	desk_init(&desk, &opts);
	ck_assert_str_eq(properties_of(&exec), "");
	exec.uid = 0;
	exec.privileges = TETRA_EXEC_SETUID | TETRA_EXEC_RAISED_UID;
	ck_assert_str_eq(properties_of(&exec),
			 "{\"setuid\":0,\"privileges_changed\":["
			 "\"PRIVILEGES_RAISED_EXEC_FILE_SETUID\"]}");
	exec.privileges = TETRA_EXEC_SETGID;
	ck_assert_str_eq(properties_of(&exec), "{\"setgid\":0}");
	exec.privileges = TETRA_EXEC_RAISED_CAPS | TETRA_EXEC_RAISED_GID;
	ck_assert_str_eq(properties_of(&exec),
			 "{\"privileges_changed\":[\"PRIVILEGES_RAISED_EXEC_FILE_CAP\","
			 "\"PRIVILEGES_RAISED_EXEC_FILE_SETGID\"]}");
	exec.privileges = TETRA_EXEC_SETUID;
	exec.uid = 33;
	exec.deleted = 1;
	ck_assert_str_eq(
		properties_of(&exec),
		"{\"setuid\":33,\"file\":{\"inode\":{\"number\":\"4711\",\"links\":0}}}");
	teardown();
	desk_init(&desk, NULL);
	ck_assert_str_eq(properties_of(&exec), "");
}

TEST(json_kernel_is_its_own_parent)
{
	decoder_seed_kernel(desk.decoder, true);
	expect_file("kernel");
}

TEST(json_is_cut_at_any_size_and_tells_its_length)
{
	size_t size, n;
	char buf[4096];

	decoder_seed(desk.decoder, &shell, true);
	n = strlen(desk.lines[0]);
	for (size = 1; size <= n + 1; size++) {
		memset(buf, 'Z', sizeof(buf));
		ck_assert_uint_eq(tetra_event_to_json(desk.events[0], buf, size), n);
		ck_assert_uint_eq(strlen(buf), MIN(size - 1, n));
		ck_assert(!strncmp(buf, desk.lines[0], size - 1));
		ck_assert_int_eq(buf[size], 'Z');
	}
}

TEST(json_of_kept_events_is_the_same)
{
	uint32_t i;
	char *line;

	decoder_seed(desk.decoder, &shell, true);
	desk_feed(&desk, build_exec(&build, &curl));
	desk.decoder = decoder_free(desk.decoder);
	for (i = 0; i < desk.n_events; i++) {
		line = event_line(desk.events[i]);
		ck_assert_str_eq(line, desk.lines[i]);
		free(line);
	}
}

static const char *escaped(const char *text, size_t len)
{
	static char buf[512];
	struct writer writer;

	writer_init(&writer, buf, sizeof(buf));
	writer_json(&writer, text, len);
	writer_finish(&writer, sizeof(buf));
	return buf;
}

#define ESCAPED(text) escaped(text, sizeof(text) - 1)

TEST(json_escapes_what_must_be_and_no_more)
{
	ck_assert_str_eq(ESCAPED("a\"b\\c/<>&"), "a\\\"b\\\\c/<>&");
	/* Terminals obey these as well. */
	ck_assert_str_eq(ESCAPED("\x7f\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"),
			 "\\u007f\\u0080\\u009b\\u009f\xc2\xa0");
	ck_assert_str_eq(ESCAPED("sixteen \x7f, alone among others"),
			 "sixteen \\u007f, alone among others");
	ck_assert_str_eq(ESCAPED("\b\f\n\r\t\x01\x1f\0"),
			 "\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000");
	ck_assert_str_eq(ESCAPED("long enough to be looked at by eight \n then more"),
			 "long enough to be looked at by eight \\n then more");
	ck_assert_str_eq(ESCAPED("caf\xc3\xa9 \xf0\x9f\x9a\x80"),
			 "caf\xc3\xa9 \xf0\x9f\x9a\x80");
}

TEST(json_repairs_each_run_of_bad_bytes_once)
{
	ck_assert_str_eq(ESCAPED("a\xff\xfe\x80z"), "a\xef\xbf\xbdz");
	ck_assert_str_eq(ESCAPED("\xffx\xc3"), "\xef\xbf\xbdx\xef\xbf\xbd");
	ck_assert_str_eq(ESCAPED("\xff\xc3\xa9"), "\xef\xbf\xbd\xc3\xa9");
	ck_assert_str_eq(ESCAPED("\xed\xa0\x80"), "\xef\xbf\xbd");
	ck_assert_str_eq(ESCAPED("plain plain \xc0\xaf"), "plain plain \xef\xbf\xbd");
}

static const char *timed(uint64_t wall_ns, unsigned int digits)
{
	static char buf[64];
	struct writer writer;

	writer_init(&writer, buf, sizeof(buf));
	writer_time(&writer, wall_ns, digits);
	writer_finish(&writer, sizeof(buf));
	return buf;
}

TEST(json_times_have_0_3_6_or_9_digits)
{
	ck_assert_str_eq(timed(0, 0), "1970-01-01T00:00:00Z");
	ck_assert_str_eq(timed(BUILD_WALL_NS, 0), "2026-08-21T10:46:36.500Z");
	ck_assert_str_eq(timed(BUILD_WALL_NS + 1000, 0), "2026-08-21T10:46:36.500001Z");
	ck_assert_str_eq(timed(BUILD_WALL_NS + 1, 0), "2026-08-21T10:46:36.500000001Z");
	ck_assert_str_eq(timed(UINT64_C(951868799) * 1000000000, 9),
			 "2000-02-29T23:59:59.000000000Z");
	ck_assert_str_eq(timed(UINT64_C(4102444800) * 1000000000, 0),
			 "2100-01-01T00:00:00Z");
}

static const char *address6(const char *bytes)
{
	static char buf[64];
	struct writer writer;

	writer_init(&writer, buf, sizeof(buf));
	writer_ipv6(&writer, (const uint8_t *)bytes);
	writer_finish(&writer, sizeof(buf));
	return buf;
}

TEST(json_addresses_in_their_short_form)
{
	ck_assert_str_eq(address6("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "::");
	ck_assert_str_eq(address6("\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"), "fd00::5");
	ck_assert_str_eq(address6("\0\0\0\0\0\0\0\0\0\0\xff\xff\x01\x02\x03\x04"),
			 "::ffff:1.2.3.4");
	ck_assert_str_eq(address6("\0\x01\0\0\0\x02\0\0\0\0\0\x03\0\0\0\0"),
			 "1:0:2::3:0:0");
	ck_assert_str_eq(address6("\0\x01\0\0\0\x01\0\x01\0\x01\0\x01\0\x01\0\x01"),
			 "1:0:1:1:1:1:1:1");
	ck_assert_str_eq(address6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0"),
			 "2001:db8::");
}

FIXTURE(setup, teardown)
