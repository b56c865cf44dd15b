/* SPDX-License-Identifier: Apache-2.0 */
#include "record-build.h"
#include "tests/unit/suite.h"

#define STAMP UINT64_C(500000000000)

static struct desk desk;
static struct build build;
static struct event_group_arg args[8];
static struct event_group group;

static void setup(void)
{
	desk_init(&desk, NULL);
	group = (struct event_group){
		.id = 1, .kind = TETRA_EVENT_KPROBE, .policy_name = "p", .args = args
	};
	desk.groups[1] = &group;
}

static void teardown(void)
{
	desk_done(&desk);
}

static void exec_args(const char *arguments, size_t len)
{
	struct build_exec exec = { .tgid = 100,
				   .stamp = STAMP,
				   .filename = "/usr/bin/curl",
				   .cwd = "/",
				   .args = arguments,
				   .args_len = len };

	ck_assert_int_eq(desk_feed(&desk, build_exec(&build, &exec)), 0);
}

#define EXEC(arguments) exec_args(arguments, sizeof(arguments))

static struct tetra_record *begin(const char *function)
{
	EXEC("curl");
	desk_clear(&desk);
	group.function_name = function;
	group.n_args = 0;
	return build_hook(&build, 1, 100, STAMP, TETRA_ACTION_POST);
}

static void add(uint32_t kind)
{
	args[group.n_args] = (struct event_group_arg){ .slot = (uint8_t)group.n_args,
						       .kind = (uint8_t)kind,
						       .yaml_type = "x" };
	group.n_args++;
}

static void add_path(struct tetra_record *head, uint32_t kind, const char *path)
{
	build_path(head, group.n_args, kind, 0100644, path);
	add(kind);
}

static void add_text(struct tetra_record *head, const char *text)
{
	build_arg(head, group.n_args, TETRA_ARG_STRING, text, strlen(text));
	add(TETRA_ARG_STRING);
}

static void add_int(struct tetra_record *head, uint32_t kind, int64_t value)
{
	build_int(head, group.n_args, kind, value);
	add(kind);
}

static void add_sock(struct tetra_record *head)
{
	struct tetra_record_sock sock = {
		.family = 2,
		.type = 1,
		.protocol = 6,
		.sport = 41822,
		.dport = 443,
		.saddr = { 10, 0, 0, 5 },
		.daddr = { 93, 184, 216, 34 },
	};

	build_arg(head, group.n_args, TETRA_ARG_SOCK, &sock, sizeof(sock));
	add(TETRA_ARG_SOCK);
}

static const char *line_with(uint32_t flags)
{
	TETRA_OPTS(tetra_compact_opts, opts, .flags = flags);
	static char text[4096];

	ck_assert_uint_gt(desk.n_events, 0);
	ck_assert_uint_lt(tetra_event_to_compact(desk.events[desk.n_events - 1], text,
						 sizeof(text), &opts),
			  sizeof(text));
	return text;
}

static const char *fed(const struct tetra_record *head)
{
	ck_assert_int_eq(desk_feed(&desk, head), 0);
	return line_with(0);
}

TEST(compact_exec_and_exit)
{
	EXEC("curl\0-s\0https://example.test/");
	ck_assert_str_eq(line_with(0),
			 "🚀 process edge-7 /usr/bin/curl \"-s https://example.test/\"");
	ck_assert_str_eq(line_with(TETRA_COMPACT_UNQUOTED),
			 "🚀 process edge-7 /usr/bin/curl -s https://example.test/");
	EXEC("curl\0005");
	ck_assert_str_eq(line_with(0), "🚀 process edge-7 /usr/bin/curl 5");
	EXEC("curl");
	ck_assert_str_eq(line_with(0), "🚀 process edge-7 /usr/bin/curl ");
	desk_feed(&desk, build_exit(&build, 100, STAMP, STAMP + 1, 0));
	ck_assert_str_eq(line_with(0), "💥 exit    edge-7 /usr/bin/curl  0");
	desk_feed(&desk, build_exit(&build, 100, STAMP, STAMP + 1, 9));
	ck_assert_str_eq(line_with(0), "💥 exit    edge-7 /usr/bin/curl  SIGKILL");
}

TEST(compact_without_quotes_obeys_nothing_either)
{
	EXEC("curl\0a \\ \"b\" \x1b[2J\xc2\x9b\xe2\x80\xae\xff");
	ck_assert_str_eq(line_with(TETRA_COMPACT_UNQUOTED),
			 "🚀 process edge-7 /usr/bin/curl "
			 " \"a \\ \"b\" \\x1b[2J\\u009b\\u202e\\xff\"");
}

TEST(compact_quotes_as_go_does)
{
	EXEC("curl\0a\tb");
	ck_assert_str_eq(line_with(0), "🚀 process edge-7 /usr/bin/curl \"a\\tb\"");
	EXEC("curl\0\"q\"");
	ck_assert_str_eq(line_with(0), "🚀 process edge-7 /usr/bin/curl \"q\"");
	EXEC("curl\0\x7f\\ \xff\xc2\xa0");
	ck_assert_str_eq(
		line_with(0),
		"🚀 process edge-7 /usr/bin/curl \" \\\"\\x7f\\\\ \\xff\\u00a0\\\"\"");
}

TEST(compact_files)
{
	struct tetra_record *head = begin("__x64_sys_write");

	add_path(head, TETRA_ARG_FD, "/srv/out");
	add(TETRA_ARG_CHAR_BUF);
	add_int(head, TETRA_ARG_SIZE, 512);
	ck_assert_str_eq(fed(head), "📝 write   edge-7 /usr/bin/curl /srv/out 512 bytes");
	head = begin("__x64_sys_write");
	add_int(head, TETRA_ARG_INT32, 1);
	add(TETRA_ARG_CHAR_BUF);
	add_int(head, TETRA_ARG_SIZE, 512);
	ck_assert_str_eq(fed(head), "📝 write   edge-7 /usr/bin/curl  512 bytes");
	head = begin("fd_install");
	add_int(head, TETRA_ARG_INT32, 1);
	add_path(head, TETRA_ARG_FILE, "/etc/hosts");
	ck_assert_str_eq(fed(head), "📬 open    edge-7 /usr/bin/curl /etc/hosts");
	head = begin("__arm64_sys_openat");
	add_int(head, TETRA_ARG_INT32, 1);
	add_text(head, "/etc/hosts");
	ck_assert_str_eq(fed(head), "📬️ openat  edge-7 /usr/bin/curl /etc/hosts");
	head = begin("sys_mount");
	add_text(head, "/dev/sdb1");
	add_text(head, "/mnt");
	ck_assert_str_eq(fed(head), "💾 mount   edge-7 /usr/bin/curl /dev/sdb1 /mnt");
}

TEST(compact_security_hooks)
{
	struct tetra_record *head = begin("security_file_permission");

	add_path(head, TETRA_ARG_FILE, "/etc/hosts");
	add_int(head, TETRA_ARG_INT32, 4);
	ck_assert_str_eq(fed(head), "📚 read    edge-7 /usr/bin/curl /etc/hosts");
	head = begin("security_file_permission");
	add_path(head, TETRA_ARG_FILE, "/etc/hosts");
	add_int(head, TETRA_ARG_INT32, 1);
	ck_assert_str_eq(fed(head),
			 "❓ syscall edge-7 /usr/bin/curl security_file_permission");
	head = begin("security_mmap_file");
	add_path(head, TETRA_ARG_FILE, "/usr/lib/libz.so.1");
	add_int(head, TETRA_ARG_UINT32, 5);
	ck_assert_str_eq(fed(head), "📝 mmap-rx edge-7 /usr/bin/curl /usr/lib/libz.so.1");
	head = begin("security_path_truncate");
	add_path(head, TETRA_ARG_PATH, "/etc/motd");
	ck_assert_str_eq(fed(head), "📝 truncate edge-7 /usr/bin/curl /etc/motd");
	ck_assert_str_eq(fed(begin("security_path_truncate")),
			 "❓ syscall edge-7 /usr/bin/curl security_path_truncate");
}

TEST(compact_network)
{
	struct tetra_record *head = begin("tcp_connect");

	add_sock(head);
	ck_assert_str_eq(fed(head), "🔌 connect edge-7 /usr/bin/curl "
				    "tcp 10.0.0.5:41822 -> 93.184.216.34:443");
	head = begin("tcp_sendmsg");
	add_sock(head);
	add_int(head, TETRA_ARG_INT32, 517);
	ck_assert_str_eq(fed(head), "📤 sendmsg edge-7 /usr/bin/curl "
				    "tcp 10.0.0.5:41822 -> 93.184.216.34:443 bytes 517");
}

TEST(compact_other_functions)
{
	struct tetra_record *head = begin("__x64_sys_setuid");

	add_int(head, TETRA_ARG_INT32, 0);
	ck_assert_str_eq(fed(head), "🔑 setuid  edge-7 /usr/bin/curl 0");
	head = begin("__x64_sys_setns");
	add_int(head, TETRA_ARG_INT32, 3);
	add_int(head, TETRA_ARG_INT32, 0x40000000);
	ck_assert_str_eq(fed(head), "🔧 setns   edge-7 /usr/bin/curl net");
	ck_assert_str_eq(fed(begin("__x64_sys_clock_settime")),
			 "⏰ clock_settime edge-7 /usr/bin/curl");
	ck_assert_str_eq(fed(begin("__x64_sys_getuid")),
			 "❓ syscall edge-7 /usr/bin/curl __x64_sys_getuid");
}

TEST(compact_lsm_and_tracepoint)
{
	struct tetra_record *head = begin("bprm_check_security");

	group.kind = TETRA_EVENT_LSM;
	ck_assert_str_eq(fed(head), "🔒 LSM     edge-7 /usr/bin/curl bprm_check_security");
	head = begin("SSL_write");
	group.kind = TETRA_EVENT_UPROBE;
	group.subsys = "/usr/lib/libssl.so.3";
	ck_assert_str_eq(
		fed(head),
		"🕵️ uprobe  edge-7 /usr/bin/curl /usr/lib/libssl.so.3 SSL_write");
	head = begin(NULL);
	group.kind = TETRA_EVENT_UPROBE;
	group.subsys = "/bin/x";
	ck_assert_str_eq(fed(head), "🕵️ uprobe  edge-7 /usr/bin/curl /bin/x");
	head = begin("function__entry");
	group.kind = TETRA_EVENT_USDT;
	group.subsys = "/usr/bin/python3.11";
	group.provider = "python";
	ck_assert_str_eq(fed(head), "🕵️ usdt    edge-7 /usr/bin/curl "
				    "/usr/bin/python3.11 python function__entry");
	head = begin(NULL);
	group.kind = TETRA_EVENT_TRACEPOINT;
	group.subsys = "sched";
	group.function_name = "sched_process_exec";
	ck_assert_str_eq(
		fed(head),
		"⁉️ tracepoint edge-7 /usr/bin/curl sched sched_process_exec");
}

#if defined(__x86_64__)
TEST(compact_decodes_system_calls)
{
	static const uint64_t longs[] = { UINT64_MAX - 99, 0x7ffd3a1c4e80, 0, 0, 1, 1 };
	struct tetra_record *head = begin("sys_enter");

	group.kind = TETRA_EVENT_TRACEPOINT;
	group.subsys = "raw_syscalls";
	group.function_name = "sys_enter";
	add_int(head, TETRA_ARG_INT64, 257);
	build_arg(head, 1, TETRA_ARG_CONST_BUF, longs, sizeof(longs));
	add(TETRA_ARG_CONST_BUF);
	ck_assert_str_eq(
		fed(head),
		"☎  syscall edge-7 /usr/bin/curl openat(int dfd=18446744073709551516, "
		"const char *filename=0x7ffd3a1c4e80, int flags=0, umode_t mode=0)");
	head = begin("sys_enter");
	add_int(head, TETRA_ARG_INT64, 32);
	ck_assert_str_eq(fed(head),
			 "☎  syscall edge-7 /usr/bin/curl dup(unsigned int fildes=?)");
	head = begin("sys_enter");
	add_int(head, TETRA_ARG_INT64, 39);
	ck_assert_str_eq(fed(head), "☎  syscall edge-7 /usr/bin/curl getpid");
	head = begin("sys_enter");
	add_int(head, TETRA_ARG_INT64, 100000);
	ck_assert_str_eq(fed(head), "☎  syscall edge-7 /usr/bin/curl unknown");
}
#endif

TEST(compact_time_and_colour_on_request)
{
	EXEC("curl\0005");
	ck_assert_str_eq(
		line_with(TETRA_COMPACT_TIME),
		"2026-08-21T10:38:16.500000000Z 🚀 process edge-7 /usr/bin/curl 5");
	ck_assert_str_eq(line_with(TETRA_COMPACT_COLOR),
			 "\x1b[34m🚀 process\x1b[0m \x1b[32medge-7\x1b[0m "
			 "\x1b[35m/usr/bin/curl\x1b[0m \x1b[36m5\x1b[0m");
}

TEST(compact_points_out_who_may_do_anything)
{
	const struct decoder_opts opts = { .json = { .flags = EVENT_JSON_CRED } };
	const char *line;

	teardown();
	desk_init(&desk, &opts);
	EXEC("curl\0005");
	line = line_with(0);
	/* The icon of the trailer has three bytes more than characters. */
	ck_assert_uint_eq(strlen(line), 121 + 3);
	ck_assert_str_eq(strstr(line, "🛑"), "🛑 CAP_SYS_ADMIN");
}

TEST(compact_losses_and_unknown_processes)
{
	struct tetra_record *head = build_hook(&build, 1, 9, 0, TETRA_ACTION_POST);

	decoder_lost(desk.decoder, TETRA_LOST_FRAGMENT, 3);
	ck_assert_str_eq(line_with(0), "❗ lost    edge-7 fragment 3");
	group.function_name = "f";
	head->flags = TETRA_HOOK_UNKNOWN;
	ck_assert_str_eq(fed(head), "❓ syscall edge-7  f");
}

TEST(compact_options_of_a_later_version_are_refused)
{
	struct {
		struct tetra_compact_opts opts;
		uint64_t later;
	} longer = { .opts = { .size = sizeof(longer) } };
	char text[64];

	EXEC("curl");
	ck_assert_uint_gt(
		tetra_event_to_compact(desk.events[0], text, sizeof(text), &longer.opts),
		0);
	longer.later = 1;
	ck_assert_uint_eq(
		tetra_event_to_compact(desk.events[0], text, sizeof(text), &longer.opts),
		0);
}

FIXTURE(setup, teardown)
