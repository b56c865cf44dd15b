/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments in JSON: each kind's values, and what stands for those that could not be read. */
#include "bpf/abi/image.h"
#include "record-build.h"
#include "tests/unit/suite.h"

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

/* One argument of one kind, as a policy on a kprobe shows it. */
static const char *arg_text(uint32_t kind, const char *label, const void *bytes, size_t n,
			    void (*change)(struct tetra_record_arg *arg))
{
	static char text[4096];
	struct event_group_arg arg = { .kind = (uint8_t)kind,
				       .label = label,
				       .yaml_type = "x" };
	struct event_group group = { .id = 1,
				     .kind = TETRA_EVENT_KPROBE,
				     .policy_name = "p",
				     .function_name = "f",
				     .args = &arg,
				     .n_args = 1 };
	struct tetra_record *head = build_hook(&build, 1, 1, 1, TETRA_ACTION_POST);
	struct tetra_record_arg *built;
	const char *from, *end;

	desk_clear(&desk);
	desk.groups[1] = &group;
	head->flags = TETRA_HOOK_UNKNOWN;
	built = build_arg(head, 0, kind, bytes, n);
	if (change)
		change(built);
	ck_assert_int_eq(desk_feed(&desk, head), 0);
	from = strstr(desk.lines[0], "\"args\":[") + 8;
	end = strstr(from, "],\"action\"");
	snprintf(text, sizeof(text), "%.*s", (int)(end - from), from);
	desk.groups[1] = NULL;
	return text;
}

static const char *int_text(uint32_t kind, int64_t value)
{
	return arg_text(kind, NULL, &value, sizeof(value), NULL);
}

TEST(json_numbers_by_their_kind)
{
	ck_assert_str_eq(int_text(TETRA_ARG_INT32, -1), "{\"int_arg\":-1}");
	ck_assert_str_eq(int_text(TETRA_ARG_INT8, -128), "{\"int_arg\":-128}");
	ck_assert_str_eq(int_text(TETRA_ARG_UINT16, 65535), "{\"uint_arg\":65535}");
	ck_assert_str_eq(int_text(TETRA_ARG_UINT32, 0), "{\"uint_arg\":0}");
	ck_assert_str_eq(int_text(TETRA_ARG_INT64, INT64_MIN),
			 "{\"long_arg\":\"-9223372036854775808\"}");
	ck_assert_str_eq(int_text(TETRA_ARG_UINT64, -1),
			 "{\"size_arg\":\"18446744073709551615\"}");
	ck_assert_str_eq(int_text(TETRA_ARG_SIZE, 4096), "{\"size_arg\":\"4096\"}");
}

TEST(json_texts_and_labels)
{
	ck_assert_str_eq(arg_text(TETRA_ARG_STRING, "na\"me", "/etc/passwd", 11, NULL),
			 "{\"string_arg\":\"/etc/passwd\",\"label\":\"na\\\"me\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_STRING, NULL, "", 0, NULL),
			 "{\"string_arg\":\"\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_CHAR_BUF, NULL, "hello\n", 6, NULL),
			 "{\"bytes_arg\":\"aGVsbG8K\"}");
}

static void make_longer(struct tetra_record_arg *arg)
{
	arg->size = 5000;
}

static void make_whole(struct tetra_record_arg *arg)
{
	arg->size = arg->bytes;
}

static void make_one_longer(struct tetra_record_arg *arg)
{
	arg->size = arg->bytes + 1;
}

static void make_fault(struct tetra_record_arg *arg)
{
	arg->status = TETRA_ARG_FAULT;
	arg->bytes = 0;
}

static void make_unresolved(struct tetra_record_arg *arg)
{
	arg->flags = TETRA_ARG_UNRESOLVED;
}

static void make_foreign(struct tetra_record_arg *arg)
{
	arg->flags = TETRA_ARG_FOREIGN;
}

static void make_both(struct tetra_record_arg *arg)
{
	arg->flags = TETRA_ARG_FOREIGN | TETRA_ARG_UNRESOLVED;
}

TEST(json_buffers_tell_what_is_missing)
{
	ck_assert_str_eq(arg_text(TETRA_ARG_CHAR_BUF, "b", "GREP/", 5, make_longer),
			 "{\"truncated_bytes_arg\":{\"bytes_arg\":\"R1JFUC8=\","
			 "\"orig_size\":\"5000\"},\"label\":\"b\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_CHAR_BUF, NULL, "GREP/", 5, make_whole),
			 "{\"bytes_arg\":\"R1JFUC8=\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_CHAR_BUF, NULL, "GREP/", 5, make_one_longer),
			 "{\"truncated_bytes_arg\":{\"bytes_arg\":\"R1JFUC8=\","
			 "\"orig_size\":\"6\"}}");
}

static void make_on_way(struct tetra_record_arg *arg)
{
	arg->status = TETRA_ARG_FAULT;
	arg->flags = TETRA_ARG_ON_WAY;
	arg->size = 3;
}

TEST(json_faults_on_the_way_to_a_value)
{
	const uint32_t kinds[] = { TETRA_ARG_INT32, TETRA_ARG_STRING, TETRA_ARG_FILE,
				   TETRA_ARG_CHAR_BUF };

	for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++)
		ck_assert_str_eq(
			arg_text(kinds[i], "x", "", 0, make_on_way),
			"{\"error_arg\":{\"Message\":\"Bad address encountered "
			"during resolve dereference at depth 3\"},\"label\":\"x\"}");
}

TEST(json_faults_by_kind)
{
	ck_assert_str_eq(arg_text(TETRA_ARG_INT32, "x", "", 0, make_fault),
			 "{\"error_arg\":{\"Message\":\"Bad address for basic type\"},"
			 "\"label\":\"x\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_STRING, NULL, "", 0, make_fault),
			 "{\"string_arg\":\"\"}");
	ck_assert_str_eq(arg_text(TETRA_ARG_FD, NULL, "", 0, make_fault),
			 "{\"file_arg\":{}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_CHAR_BUF, NULL, "", 0, make_fault),
			 "{\"bytes_arg\":\"Q2hhckJ1ZkVycm9yUGFnZUZhdWx0\"}");
}

TEST(json_paths_with_their_mode)
{
	static const char pipe[] = "\x80\x11\0\0\0\0\0\0";    /* 010600, no text */
	static const char dir[] = "\xed\x43\0\0\0\0\0\0/srv"; /* 041755 */

	ck_assert_str_eq(arg_text(TETRA_ARG_FILE, NULL, pipe, 8, NULL),
			 "{\"file_arg\":{\"permission\":\"prw-------\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_PATH, NULL, dir, 12, make_unresolved),
			 "{\"path_arg\":{\"path\":\"/srv\",\"flags\":"
			 "\"unresolvedPathComponents\",\"permission\":\"drwxr-xr-t\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_PATH, NULL, dir, 12, make_foreign),
			 "{\"path_arg\":{\"path\":\"/srv\",\"flags\":"
			 "\"userNamespace\",\"permission\":\"drwxr-xr-t\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_PATH, NULL, dir, 12, make_both),
			 "{\"path_arg\":{\"path\":\"/srv\",\"flags\":"
			 "\"unresolvedPathComponents userNamespace\","
			 "\"permission\":\"drwxr-xr-t\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_PATH, NULL, "\0\0\0\0\0\0\0\0/x", 10, NULL),
			 "{\"path_arg\":{\"path\":\"/x\",\"permission\":\"---------\"}}");
}

TEST(json_sockets)
{
	struct tetra_record_sock sock = { .family = 10,
					  .type = 1,
					  .protocol = 58,
					  .mark = 7,
					  .state = 10,
					  .sport = 1337 };

	sock.saddr[15] = 1;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_SOCK, NULL, &sock, sizeof(sock), NULL),
		"{\"sock_arg\":{\"family\":\"AF_INET6\",\"type\":\"SOCK_STREAM\","
		"\"protocol\":\"58\",\"mark\":7,\"saddr\":\"::1\",\"daddr\":\"::\","
		"\"sport\":1337,\"state\":\"TCP_LISTEN\"}}");
	sock.family = 1;
	ck_assert_ptr_nonnull(
		strstr(arg_text(TETRA_ARG_SOCK, NULL, &sock, sizeof(sock), NULL),
		       "\"saddr\":\"invalid IP\""));
}

TEST(json_addresses_of_sockets)
{
	struct tetra_record_sock sock = { .family = 2, .sport = 80, .cookie = 9 };

	sock.saddr[0] = 10;
	sock.saddr[3] = 1;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_SOCKADDR, NULL, &sock, sizeof(sock), NULL),
		"{\"sockaddr_arg\":{\"family\":\"AF_INET\",\"addr\":\"10.0.0.1\","
		"\"port\":80}}");
	sock = (struct tetra_record_sock){ .family = 1 };
	ck_assert_str_eq(arg_text(TETRA_ARG_SOCKADDR, NULL, &sock, sizeof(sock), NULL),
			 "{\"sockaddr_arg\":{\"family\":\"AF_UNIX\","
			 "\"addr\":\"invalid IP\"}}");
}

TEST(json_packets)
{
	struct tetra_record_skb skb = {
		.sock = { .family = 2,
			  .protocol = 17,
			  .mark = 4,
			  .priority = 3,
			  .saddr = { 10, 0, 0, 5 },
			  .daddr = { 10, 0, 0, 9 },
			  .sport = 53211,
			  .dport = 53,
			  .cookie = 9 },
		.hash = 1,
		.len = 2,
		.sec_path_len = 5,
		.sec_path_olen = 6,
	};

	ck_assert_str_eq(arg_text(TETRA_ARG_SKB, NULL, &skb, sizeof(skb), NULL),
			 "{\"skb_arg\":{\"hash\":1,\"len\":2,\"priority\":3,\"mark\":4,"
			 "\"saddr\":\"10.0.0.5\",\"daddr\":\"10.0.0.9\",\"sport\":53211,"
			 "\"dport\":53,\"proto\":17,\"sec_path_len\":5,"
			 "\"sec_path_olen\":6,\"protocol\":\"IPPROTO_UDP\","
			 "\"family\":\"AF_INET\"}}");
	/* Behind too many extensions. */
	skb = (struct tetra_record_skb){ .sock = { .family = 10,
						   .unread = 1 << TETRA_COL_PROTOCOL } };
	ck_assert_str_eq(arg_text(TETRA_ARG_SKB, NULL, &skb, sizeof(skb), NULL),
			 "{\"skb_arg\":{\"saddr\":\"::\",\"daddr\":\"::\","
			 "\"family\":\"AF_INET6\"}}");
	skb = (struct tetra_record_skb){ .len = 60 };
	ck_assert_str_eq(arg_text(TETRA_ARG_SKB, NULL, &skb, sizeof(skb), NULL),
			 "{\"skb_arg\":{\"len\":60}}");
	skb.len = 0;
	ck_assert_str_eq(arg_text(TETRA_ARG_SKB, NULL, &skb, sizeof(skb), NULL),
			 "{\"skb_arg\":{}}");
}

TEST(json_credentials)
{
	struct tetra_record_arg_cred cred = {
		.cred = { .uid = 1000, .gid = 1001, .suid = 2, .fsgid = 3 },
		.ns.level = 0,
		.ns.inum = 4026531837,
	};

	cred.cred.securebits = 1u << 4;
	cred.cred.caps[TETRA_CAPSET_PERMITTED] = 3;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_CRED, "new", &cred, sizeof(cred), NULL),
		"{\"process_credentials_arg\":{\"uid\":1000,\"gid\":1001,\"euid\":0,"
		"\"egid\":0,\"suid\":2,\"sgid\":0,\"fsuid\":0,\"fsgid\":3,"
		"\"securebits\":[\"SecBitKeepCaps\"],"
		"\"caps\":{\"permitted\":[\"CAP_CHOWN\",\"DAC_OVERRIDE\"]},"
		"\"user_ns\":{\"level\":0,\"uid\":0,\"gid\":0,"
		"\"ns\":{\"inum\":4026531837,\"is_host\":true}}},\"label\":\"new\"}");
	cred.ns.level = 1;
	cred.ns.uid = 1000;
	ck_assert_ptr_nonnull(
		strstr(arg_text(TETRA_ARG_CRED, NULL, &cred, sizeof(cred), NULL),
		       "\"caps\":{\"permitted\":[\"CAP_CHOWN\",\"DAC_OVERRIDE\"]},"
		       "\"user_ns\":{\"level\":1,\"uid\":1000,\"gid\":0,"
		       "\"ns\":{\"inum\":4026531837}}}}"));
	ck_assert_str_eq(arg_text(TETRA_ARG_CRED, NULL, "", 0, make_fault),
			 "{\"process_credentials_arg\":{}}");
}

TEST(json_user_namespaces)
{
	struct tetra_record_arg_user_ns ns = { .uid = 5, .inum = 9 };

	ck_assert_str_eq(arg_text(TETRA_ARG_USER_NAMESPACE, NULL, &ns, sizeof(ns), NULL),
			 "{\"user_ns_arg\":{\"level\":0,\"uid\":5,\"gid\":0,"
			 "\"ns\":{\"inum\":9,\"is_host\":true}}}");
	ns.level = 2;
	ck_assert_ptr_nonnull(
		strstr(arg_text(TETRA_ARG_USER_NAMESPACE, NULL, &ns, sizeof(ns), NULL),
		       "\"ns\":{\"inum\":9}}}"));
}

TEST(json_numbers_with_names)
{
	static const struct {
		uint32_t kind;
		uint64_t number;
		const char *text;
	} rows[] = {
		{ TETRA_ARG_CAPABILITY, 0,
		  "{\"capability_arg\":{\"value\":0,\"name\":\"CAP_CHOWN\"}}" },
		{ TETRA_ARG_CAPABILITY, 40,
		  "{\"capability_arg\":{\"value\":40,"
		  "\"name\":\"CAP_CHECKPOINT_RESTORE\"}}" },
		{ TETRA_ARG_CAPABILITY, 41, "{\"capability_arg\":{\"value\":41}}" },
		{ TETRA_ARG_CAPABILITY, UINT64_MAX,
		  "{\"capability_arg\":{\"value\":-1}}" },
		{ TETRA_ARG_BPF_CMD, 0, "{\"bpf_cmd_arg\":\"BPF_MAP_CREATE\"}" },
		{ TETRA_ARG_BPF_CMD, 36, "{\"bpf_cmd_arg\":\"BPF_TOKEN_CREATE\"}" },
		{ TETRA_ARG_BPF_CMD, 37, "{\"bpf_cmd_arg\":37}" },
		{ TETRA_ARG_KERNEL_CAP, 0x1ffff,
		  "{\"kernel_cap_t_arg\":\"000000000001ffff\"}" },
		{ TETRA_ARG_CAP_PERMITTED, 0,
		  "{\"cap_permitted_arg\":\"0000000000000000\"}" },
		{ TETRA_ARG_CAP_EFFECTIVE, UINT64_MAX,
		  "{\"cap_effective_arg\":\"ffffffffffffffff\"}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_str_eq(arg_text(rows[i].kind, NULL, &rows[i].number, 8, NULL),
				 rows[i].text);
	ck_assert_str_eq(arg_text(TETRA_ARG_CAP_EFFECTIVE, NULL, "", 0, make_fault),
			 "{\"error_arg\":{\"Message\":\"Bad address for basic type\"}}");
}

TEST(json_programs_and_maps)
{
	struct tetra_record_arg_bpf_prog prog = { 31, 2, "p" };
	struct tetra_record_arg_bpf_map map = { 2, 4, 8, 3, "0123456789abcdef" };

	ck_assert_str_eq(arg_text(TETRA_ARG_BPF_PROG, NULL, &prog, sizeof(prog), NULL),
			 "{\"bpf_prog_arg\":{\"ProgType\":\"BPF_PROG_TYPE_SYSCALL\","
			 "\"InsnCnt\":2,\"ProgName\":\"p\"}}");
	prog = (struct tetra_record_arg_bpf_prog){ .type = 32 };
	ck_assert_str_eq(arg_text(TETRA_ARG_BPF_ATTR, NULL, &prog, sizeof(prog), NULL),
			 "{\"bpf_attr_arg\":{\"ProgType\":\"32\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_BPF_MAP, NULL, &map, sizeof(map), NULL),
			 "{\"bpf_map_arg\":{\"MapType\":\"BPF_MAP_TYPE_ARRAY\","
			 "\"KeySize\":4,\"ValueSize\":8,\"MaxEntries\":3,"
			 "\"MapName\":\"0123456789abcdef\"}}");
	ck_assert_str_eq(arg_text(TETRA_ARG_BPF_MAP, NULL, "", 0, make_fault),
			 "{\"bpf_map_arg\":{}}");
}

/* Only what may be a probe has the name and the offset of one. */
TEST(json_events_of_perf)
{
	struct {
		struct tetra_record_arg_perf_event perf;
		char name[8];
	} event = { { .type = 6, .config = 1, .probe_offset = 7 }, "function" };

	ck_assert_str_eq(
		arg_text(TETRA_ARG_PERF_EVENT, NULL, &event, sizeof(event), NULL),
		"{\"perf_event_arg\":{\"KprobeFunc\":\"function\","
		"\"Type\":\"PERF_TYPE_MAX\",\"Config\":\"1\",\"ProbeOffset\":\"7\"}}");
	event.perf.type = 9;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_PERF_EVENT, NULL, &event, sizeof(event.perf), NULL),
		"{\"perf_event_arg\":{\"Type\":\"9\",\"Config\":\"1\","
		"\"ProbeOffset\":\"7\"}}");
	event.perf.type = 5;
	event.perf.config = 0;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_PERF_EVENT, NULL, &event, sizeof(event), NULL),
		"{\"perf_event_arg\":{\"Type\":\"PERF_TYPE_BREAKPOINT\"}}");
}

TEST(json_modules)
{
	struct {
		struct tetra_record_arg_module module;
		char name[8];
	} module = { { .taints = 1u << 13 | 1u << 12 | 1u << 3 }, "m" };

	ck_assert_str_eq(arg_text(TETRA_ARG_MODULE, NULL, &module, sizeof(module), NULL),
			 "{\"module_arg\":{\"name\":\"m\",\"tainted\":["
			 "\"TAINT_OUT_OF_TREE_MODULE\",\"TAINT_UNSIGNED_MODULE\"]}}");
	module.module = (struct tetra_record_arg_module){ .is_signed = 1 };
	ck_assert_str_eq(
		arg_text(TETRA_ARG_LOAD_INFO, NULL, &module, sizeof(module), NULL),
		"{\"module_arg\":{\"name\":\"m\",\"signature_ok\":true}}");
	module.module = (struct tetra_record_arg_module){ .taints = 1 };
	ck_assert_str_eq(
		arg_text(TETRA_ARG_LOAD_INFO, NULL, &module, sizeof(module.module), NULL),
		"{\"module_arg\":{\"signature_ok\":false,"
		"\"tainted\":[\"TAINT_PROPRIETARY_MODULE\"]}}");
	module.module.taints = 0;
	ck_assert_str_eq(
		arg_text(TETRA_ARG_MODULE, NULL, &module, sizeof(module.module), NULL),
		"{\"module_arg\":{}}");
}

FIXTURE(setup, teardown)
