/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that cross the interface, between programs and libraries of different ages. */
#include "tests/unit/suite.h"
#include <stdio.h>

#include "lib/base/opts.h"
#include "lib/session/options.h"
#include "tests/unit/record-build.h"
#include "tetra/session.h"

/* What a library of today knows, and what a program of tomorrow gives it. */
struct known {
	size_t size;
	uint32_t first, second;
};
struct newer {
	struct known known;
	uint8_t more[16];
};

static struct tetra_diag *diag;

static void setup(void)
{
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	tetra_diag_free(diag);
}

static const char *message(void)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	if (tetra_diag_get(diag, 0, &finding) < 0)
		return "";
	ck_assert_str_eq(finding.code, "bad-option");
	return finding.message;
}

TEST(opts_of_any_age_are_read)
{
	static const struct {
		size_t size;
		int tail; /* the byte of the tail that is set, or -1 */
		int result;
		uint32_t first, second;
		const char *says;
	} rows[] = {
		{ 0, -1, -EINVAL, 0, 0, "the size of struct known is 0" },
		{ 7, -1, -EINVAL, 0, 0, "the size of struct known is 7" },
		{ 8, -1, 0, 0, 0, "" },
		{ 12, -1, 0, 1, 0, "" },
		{ 16, -1, 0, 1, 2, "" },
		{ 16, 0, 0, 1, 2, "" },
		{ 32, -1, 0, 1, 2, "" },
		{ 17, 0, -E2BIG, 0, 0,
		  "struct known has 17 bytes, but this library knows only the first 16: bytes 16 to 16 "
		  "are not zero" },
		{ 32, 15, -E2BIG, 0, 0,
		  "struct known has 32 bytes, but this library knows only the first 16: bytes 31 to 31 "
		  "are not zero" },
		{ 31, 15, 0, 1, 2, "" },
		{ OPTS_MAX_BYTES + 1, -1, -EINVAL, 0, 0,
		  "the size of struct known is 4097" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct newer given = { { rows[i].size, 1, 2 }, {} };
		struct known got;

		tetra_diag_clear(diag);
		if (rows[i].tail >= 0)
			given.more[rows[i].tail] = 1;
		ck_assert_int_eq(opts_read(&got, sizeof(got), &given, "known", diag),
				 rows[i].result);
		ck_assert_str_eq(message(), rows[i].says);
		ck_assert_uint_eq(got.first, rows[i].first);
		ck_assert_uint_eq(got.second, rows[i].second);
	}
}

TEST(opts_may_be_absent)
{
	struct known got = { 1, 2, 3 };

	ck_assert_int_eq(opts_read(&got, sizeof(got), NULL, "known", diag), 0);
	ck_assert_uint_eq(got.first | got.second, 0);
}

TEST(an_output_says_how_much_of_it_was_filled)
{
	static const struct {
		size_t size;
		int result;
		size_t filled;
		uint32_t first, second, more;
	} rows[] = {
		{ 0, -EINVAL, 0, 9, 9, 9 }, { 7, -EINVAL, 7, 9, 9, 9 },
		{ 8, 0, 8, 9, 9, 9 },	    { 12, 0, 12, 1, 9, 9 },
		{ 16, 0, 16, 1, 2, 9 },	    { 32, 0, 16, 1, 2, 9 },
	};
	const struct known full = { 0, 1, 2 };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct newer ret = { { rows[i].size, 9, 9 }, { 9 } };

		ck_assert_int_eq(opts_fill(&ret, &full, sizeof(full)), rows[i].result);
		ck_assert_uint_eq(ret.known.size, rows[i].filled);
		ck_assert_uint_eq(ret.known.first, rows[i].first);
		ck_assert_uint_eq(ret.known.second, rows[i].second);
		ck_assert_uint_eq(ret.more[0], rows[i].more);
	}
	ck_assert_int_eq(opts_fill(NULL, &full, sizeof(full)), -EINVAL);
}

/* Every option struct, given to its call with @size and one byte set behind it. */
static int call_parse(void *opts)
{
	static const char text[] =
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		"metadata: {name: p}\nspec: {kprobes: [{call: vfs_read, "
		"syscall: false}]}\n";
	struct tetra_policy *policy = NULL;
	int r = tetra_policy_parse(&policy, text, sizeof(text) - 1, opts, diag);

	tetra_policy_unref(policy);
	return r;
}

static int call_session(void *opts)
{
	struct tetra_session *session = NULL;
	int r = tetra_session_new(&session, opts, diag);

	tetra_session_free(session);
	return r;
}

TEST(every_call_reads_its_options_in_this_way)
{
	static const struct {
		int (*call)(void *opts);
		size_t bytes;
	} rows[] = {
		{ call_parse, sizeof(struct tetra_parse_opts) },
		{ call_session, sizeof(struct tetra_session_opts) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t given[256] = {};
		size_t size = rows[i].bytes + 8;

		memcpy(given, &size, sizeof(size));
		given[size - 1] = 1;
		tetra_diag_clear(diag);
		ck_assert_int_eq(rows[i].call(given), -E2BIG);
		ck_assert(strstr(message(), "are not zero"));
		size = 0;
		memcpy(given, &size, sizeof(size));
		ck_assert_int_eq(rows[i].call(given), -EINVAL);
	}
	ck_assert_int_eq(call_parse(&(size_t){ sizeof(size_t) }), 0);
}

TEST(sizes_of_a_session_are_taken_up_to_their_limits)
{
	static const struct {
		uint32_t ring_bytes, max_processes;
		int result;
		uint32_t ring;
		const char *code; /* of what is said; NULL: nothing */
	} rows[] = {
		{ 0, 0, 0, 1u << 20, NULL },
		{ 4096, 0, 0, 4096, NULL },
		{ 4095, 0, 0, 4096, "ring-size" },
		{ 4097, 0, 0, 8192, "ring-size" },
		{ 1u << 30, 0, 0, 1u << 30, NULL },
		{ (1u << 30) + 1, 0, -EINVAL, 0, "bad-option" },
		{ 0, 1u << 22, 0, 1u << 20, NULL },
		{ 0, (1u << 22) + 1, -EINVAL, 0, "bad-option" },
	};
	struct tetra_finding finding = { .size = sizeof(finding) };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		TETRA_OPTS(tetra_session_opts, opts, .ring_bytes = rows[i].ring_bytes,
			   .max_processes = rows[i].max_processes);

		tetra_diag_clear(diag);
		ck_assert_int_eq(session_check_opts(&opts, diag), rows[i].result);
		ck_assert_uint_eq(tetra_diag_count(diag, 0), rows[i].code != NULL);
		if (rows[i].code && tetra_diag_get(diag, 0, &finding) == 0)
			ck_assert_str_eq(finding.code, rows[i].code);
		if (rows[i].result == 0)
			ck_assert_uint_eq(session_ring_bytes(&opts), rows[i].ring);
	}
}

TEST(unknown_flags_of_a_session_are_named)
{
	TETRA_OPTS(tetra_session_opts, opts, .flags = TETRA_SESSION_JSON_NS | 1u << 31);

	ck_assert_int_eq(call_session(&opts), -EINVAL);
	ck_assert_str_eq(message(), "flags of the session: 0x80000000 is unknown");
}

/* The structs that calls fill, each through its call, longer than the library knows them. */
TEST(every_call_writes_the_size_back)
{
	static const size_t longer = 4096;
	struct build_exec exec = { .tgid = 7,
				   .stamp = 7000,
				   .flags = TETRA_EXEC_CLONE,
				   .filename = "/bin/x",
				   .exe = "/bin/x",
				   .cwd = "/",
				   BUILD_ARGS("x") };
	static struct build build;
	struct tetra_credentials cred = { .size = longer };
	struct tetra_finding finding = { .size = longer };
	struct desk desk;

	desk_init(&desk, NULL);
	ck_assert_int_ge(desk_feed(&desk, build_exec(&build, &exec)), 0);
	ck_assert_int_eq(tetra_process_get_credentials(
				 tetra_event_get_process(desk.events[0]), &cred),
			 0);
	ck_assert_uint_eq(cred.size, sizeof(cred));
	desk_done(&desk);
	ck_assert_int_eq(call_parse(&(size_t){ 0 }), -EINVAL);
	ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
	ck_assert_uint_eq(finding.size, sizeof(finding));
}

FIXTURE(setup, teardown)
