/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions up to the commit, which is the first step that needs a kernel: on a session that
 * has nothing but the recorded facts of one.
 */
#include <stdio.h>
#include <time.h>

#include "lib/base/diag.h"
#include "lib/commit/next.h"
#include "lib/state/txn.h"
#include "lib/recording/recording.h"
#include "tests/unit/suite.h"

/* As many as a daemon of a whole fleet's policies would load. */
#define N_POLICIES 10000u
/* Growth of the time for ten times as many policies: linear is 10, quadratic 100. */
#define GROWTH_MAX 35.0

static struct tetra_kernel *kernel;
static struct tetra_session session;
static struct tetra_diag *diag;

static void setup(void)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/kernel/6.12.facts.gz",
		 getenv("TETRA_TEST_DATA"));
	ck_assert_int_eq(kernel_read_facts(&kernel, path, NULL), 0);
	session = (struct tetra_session){ .kernel = kernel, .next_group = 1 };
	session.state = calloc(1, sizeof(*session.state));
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	tetra_diag_free(diag);
	state_free(session.state);
	free(session.groups);
	kernel_free(kernel);
}

static struct tetra_policy *policy_named(const char *name, const char *call,
					 unsigned int n_selectors)
{
	TETRA_OPTS(tetra_parse_opts, opts, .file = name);
	struct tetra_policy *policy = NULL;
	char text[16384];
	int n;

	n = snprintf(text, sizeof(text),
		     "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
		     "metadata:\n  name: %s\nspec:\n  kprobes:\n  - call: %s\n"
		     "    syscall: false\n    args:\n    - index: 0\n      type: file\n"
		     "    selectors:\n",
		     name, call);
	for (unsigned int i = 0; i < n_selectors; i++)
		n += snprintf(text + n, sizeof(text) - n,
			      "    - matchArgs:\n      - index: 0\n"
			      "        operator: Prefix\n        values: [/srv/%s/%u/]\n",
			      name, i);
	ck_assert_int_eq(tetra_policy_parse(&policy, text, n, &opts, diag), 0);
	return policy;
}

static int load(struct tetra_txn *txn, const char *name, const char *call,
		unsigned int n_selectors, uint32_t flags)
{
	TETRA_OPTS(tetra_load_opts, opts, .flags = flags);
	struct tetra_policy *policy = policy_named(name, call, n_selectors);
	int r = tetra_txn_load(txn, policy, &opts, diag);

	tetra_policy_unref(policy);
	return r;
}

static int load_number(struct tetra_txn *txn, unsigned int i, unsigned int n_selectors,
		       uint32_t flags)
{
	char name[32];

	snprintf(name, sizeof(name), "p%u", i);
	return load(txn, name, "security_file_open", n_selectors, flags);
}

static struct tetra_txn *begin(void)
{
	struct tetra_txn *txn = NULL;

	ck_assert_int_eq(tetra_txn_begin(&session, &txn), 0);
	return txn;
}

static bool diag_has(const char *code, const char *text)
{
	struct tetra_finding finding = { .size = sizeof(finding) };

	for (unsigned int i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		if (str_equal(finding.code, code) && strstr(finding.message, text))
			return finding.line > 0;
	return false;
}

TEST(load_that_is_one_rule_too_many_is_refused_at_once)
{
	struct tetra_txn *txn = begin();
	unsigned int i;

	for (i = 0; i < TETRA_MAX_RULES / 4; i++)
		ck_assert_int_eq(load_number(txn, i, 4, 0), 0);
	ck_assert_int_eq(load_number(txn, i, 1, 0), -E2BIG);
	ck_assert(diag_has("resource-limit", "security_file_open"));
	/* Other hooks have room, and the transaction goes on. */
	ck_assert_int_eq(load(txn, "other", "security_file_permission", 4, 0), 0);
	ck_assert_int_eq(tetra_txn_unload(txn, "p7", NULL), 0);
	ck_assert_int_eq(load_number(txn, i, 4, 0), 0);
	ck_assert_int_eq(load_number(txn, i + 1, 1, 0), -E2BIG);
	/* One that takes another's place needs no more room than that has. */
	ck_assert_int_eq(load_number(txn, 3, 4, TETRA_LOAD_REPLACE), 0);
	ck_assert_int_eq(load_number(txn, 3, 5, TETRA_LOAD_REPLACE), -E2BIG);
	ck_assert_int_eq(tetra_txn_set_enabled(txn, "p9", 0, NULL), 0);
	ck_assert_int_eq(load_number(txn, i + 1, 4, 0), 0);
	tetra_txn_free(txn);
}

TEST(options_of_a_program_of_any_age_are_read)
{
	static const struct {
		size_t size;
		uint32_t mode, flags, later;
		int result;
		const char *says;
	} rows[] = {
		{ offsetof(struct tetra_load_opts, flags), 0, 77, 77, 0, NULL },
		{ offsetof(struct tetra_load_opts, cgroups), 0, 0, 77, 0, NULL },
		{ sizeof(struct tetra_load_opts), 0, 0, 77, 0, NULL },
		{ sizeof(struct tetra_load_opts) + 4, 0, 0, 0, 0, NULL },
		{ sizeof(struct tetra_load_opts) + 4, 0, 0, 77, -E2BIG,
		  "bytes 32 to 32" },
		{ sizeof(struct tetra_load_opts), 77, 0, 0, -EINVAL, "no mode 77" },
		{ sizeof(struct tetra_load_opts), 0, 6, 0, -EINVAL, "0x6 is unknown" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct {
			struct tetra_load_opts opts;
			uint32_t later;
		} given = { { rows[i].size, rows[i].mode, rows[i].flags },
			    rows[i].later };
		struct tetra_policy *policy = policy_named("p", "security_file_open", 1);
		struct tetra_finding finding = { .size = sizeof(finding) };
		struct tetra_txn *txn = begin();

		tetra_diag_clear(diag);
		ck_assert_int_eq(tetra_txn_load(txn, policy, &given.opts, diag),
				 rows[i].result);
		ck_assert_int_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR),
				 rows[i].result < 0);
		if (rows[i].says) {
			ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
			ck_assert_ptr_nonnull(strstr(finding.message, rows[i].says));
		}
		tetra_txn_free(txn);
		tetra_policy_unref(policy);
	}
}

static int change_unload(struct tetra_txn *txn, const char *name)
{
	return tetra_txn_unload(txn, name, diag);
}

static int change_mode(struct tetra_txn *txn, const char *name)
{
	return tetra_txn_set_mode(txn, name, TETRA_MODE_MONITOR, diag);
}

static int change_enabled(struct tetra_txn *txn, const char *name)
{
	return tetra_txn_set_enabled(txn, name, 0, diag);
}

static int change_scope(struct tetra_txn *txn, const char *name)
{
	return tetra_txn_set_scope(txn, name, NULL, 0, diag);
}

TEST(names_that_are_not_loaded_are_findings)
{
	static int (*const changes[])(struct tetra_txn *,
				      const char *) = { change_unload, change_mode,
							change_enabled, change_scope };
	static const struct {
		const char *name;
		int result;
		const char *message, *hint;
	} rows[] = {
		{ "watch-fil", -ENOENT, "no policy named 'watch-fil' is loaded",
		  "did you mean 'watch-file'?" },
		{ "other", -ENOENT, "no policy named 'other' is loaded", NULL },
		{ "", -ENOENT, "no policy named '' is loaded", NULL },
		{ NULL, -EINVAL, NULL, NULL },
		{ "watch-file", 0, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(changes) * ARRAY_SIZE(rows); i++) {
		size_t row = i % ARRAY_SIZE(rows);
		struct tetra_finding finding = { .size = sizeof(finding) };
		struct tetra_txn *txn = begin();

		ck_assert_int_eq(load(txn, "watch-file", "security_file_open", 1, 0), 0);
		tetra_diag_clear(diag);
		ck_assert_int_eq(changes[i / ARRAY_SIZE(rows)](txn, rows[row].name),
				 rows[row].result);
		ck_assert_uint_eq(tetra_diag_count(diag, 0), rows[row].message != NULL);
		if (rows[row].message) {
			ck_assert_int_eq(tetra_diag_get(diag, 0, &finding), 0);
			ck_assert_str_eq(finding.code, "unknown-policy");
			ck_assert_str_eq(finding.message, rows[row].message);
			ck_assert_pstr_eq(finding.hint, rows[row].hint);
		}
		tetra_txn_free(txn);
	}
}

TEST(modes_that_do_not_exist_are_findings)
{
	static const uint32_t modes[] = { TETRA_MODE_DEFAULT, TETRA_MODE_MONITOR + 1,
					  77 };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct tetra_txn *txn = begin();

		ck_assert_int_eq(load(txn, "p", "security_file_open", 1, 0), 0);
		tetra_diag_clear(diag);
		ck_assert_int_eq(tetra_txn_set_mode(txn, "p", modes[i], diag), -EINVAL);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR), 1);
		tetra_txn_free(txn);
	}
}

/* No lookup is needed for these; groups of this machine are for tests/vm. */
TEST(scopes_are_given_kept_and_refused)
{
	const uint64_t none = 0;
	const struct {
		const uint64_t *ids;
		size_t n;
		int result;
		bool scoped; /* afterwards */
	} rows[] = {
		{ NULL, 1, -EINVAL, false }, { &none, 0, 0, true },
		{ NULL, 2, -EINVAL, true },  { &none, (1u << 20) + 1, -E2BIG, true },
		{ NULL, 0, 0, false },
	};
	struct tetra_txn *txn = begin();

	ck_assert_int_eq(load(txn, "p", "security_file_open", 1, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		tetra_diag_clear(diag);
		ck_assert_int_eq(
			tetra_txn_set_scope(txn, "p", rows[i].ids, rows[i].n, diag),
			rows[i].result);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_ERROR),
				  rows[i].result < 0);
		ck_assert_int_eq(state_find_policy(txn->next, "p")->scope != NULL,
				 rows[i].scoped);
	}
	tetra_txn_free(txn);
}

/* A policy of @n_bytes, padded by a comment in which the byte at @at is another. */
static struct tetra_policy *policy_padded(unsigned int n_bytes, unsigned int at)
{
	static char text[200000];
	struct tetra_policy *policy = NULL;
	int n = snprintf(text, sizeof(text),
			 "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\n"
			 "metadata:\n  name: p\nspec:\n  kprobes:\n  - call: vfs_read\n"
			 "    syscall: false\n# ");

	memset(text + n, 'x', n_bytes - n);
	if (at)
		text[at] = 'y';
	ck_assert_int_eq(tetra_policy_parse(&policy, text, n_bytes, NULL, diag), 0);
	return policy;
}

/* Those of more than 64 kB are not kept, and known by their hash. */
TEST(texts_are_the_same_or_not_at_any_length)
{
	static const struct {
		unsigned int n_first, n_second, at;
		bool same;
	} rows[] = {
		{ 1000, 1000, 0, true },	  { 1000, 1001, 0, false },
		{ 1000, 1000, 999, false },	  { 65536, 65536, 0, true },
		{ 65536, 65537, 0, false },	  { 65537, 65537, 0, true },
		{ 65537, 65537, 500, false },	  { 65537, 65537, 65536, false },
		{ 190000, 190000, 0, true },	  { 190000, 189999, 0, false },
		{ 190000, 190000, 99999, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tetra_policy *a = policy_padded(rows[i].n_first, 0);
		struct tetra_policy *b = policy_padded(rows[i].n_second, rows[i].at);

		ck_assert_int_eq(policy_is_same_text(a, b), rows[i].same);
		tetra_policy_unref(a);
		tetra_policy_unref(b);
	}
}

/* As after a commit: what the transaction has is in force. */
static void put_in_force(struct tetra_txn *txn, const char *name, const char *call,
			 unsigned int n_selectors)
{
	ck_assert_int_eq(load(txn, name, call, n_selectors, 0), 0);
	ck_assert_int_eq(tetra_txn_set_mode(txn, name, TETRA_MODE_MONITOR, NULL), 0);
	for (uint32_t i = 0; i < txn->next->n_policies; i++) {
		struct state_policy *policy = &txn->next->policies[i];

		ck_assert_int_eq(state_add_policy(session.state,
						  session_policy_ref(policy->loaded),
						  policy->mode, policy->enabled),
				 0);
	}
	tetra_txn_free(txn);
}

TEST(the_same_text_changes_nothing)
{
	static const struct {
		bool unloads;
		unsigned int n_selectors;
		uint32_t mode;
		bool kept;
		uint32_t mode_after;
	} rows[] = {
		{ false, 1, TETRA_MODE_DEFAULT, true, TETRA_MODE_ENFORCE },
		{ false, 1, TETRA_MODE_MONITOR, true, TETRA_MODE_MONITOR },
		{ true, 1, TETRA_MODE_DEFAULT, true, TETRA_MODE_ENFORCE },
		{ false, 2, TETRA_MODE_DEFAULT, false, TETRA_MODE_ENFORCE },
		{ true, 2, TETRA_MODE_MONITOR, false, TETRA_MODE_MONITOR },
	};
	const struct session_policy *loaded;

	put_in_force(begin(), "p", "security_file_open", 1);
	loaded = session.state->policies[0].loaded;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		TETRA_OPTS(tetra_load_opts, opts, .mode = rows[i].mode,
			   .flags = TETRA_LOAD_REPLACE);
		struct tetra_policy *policy =
			policy_named("p", "security_file_open", rows[i].n_selectors);
		struct tetra_finding finding = { .size = sizeof(finding) };
		struct tetra_txn *txn = begin();
		const struct state_policy *after;

		tetra_diag_clear(diag);
		if (rows[i].unloads)
			ck_assert_int_eq(tetra_txn_unload(txn, "p", diag), 0);
		ck_assert_int_eq(tetra_txn_load(txn, policy, &opts, diag), 0);
		after = state_find_policy(txn->next, "p");
		ck_assert_int_eq(after->loaded == loaded, rows[i].kept);
		ck_assert_uint_eq(after->mode, rows[i].mode_after);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_NOTE) > 0 &&
					  tetra_diag_get(diag, 0, &finding) == 0 &&
					  str_equal(finding.code, "unchanged"),
				  rows[i].kept);
		tetra_txn_free(txn);
		tetra_policy_unref(policy);
	}
}

TEST(a_reload_is_compared_with_what_is_in_force)
{
	struct tetra_txn *txn;

	put_in_force(begin(), "p", "security_file_open", 1);
	session.state->policies[0].enabled = false;
	txn = begin();
	ck_assert_int_eq(load(txn, "p", "security_file_open", 2, TETRA_LOAD_REPLACE), 0);
	ck_assert_int_eq(load(txn, "p", "security_file_open", 1, TETRA_LOAD_REPLACE), 0);
	ck_assert_ptr_eq(state_find_policy(txn->next, "p")->loaded,
			 session.state->policies[0].loaded);
	ck_assert(state_find_policy(txn->next, "p")->enabled);
	tetra_txn_free(txn);
}

TEST(rules_of_one_policy_stay_in_one_word)
{
	struct tetra_txn *txn = begin();
	unsigned int i;

	/* 3 selectors: 21 policies in each of 16 words. */
	for (i = 0; i < 21 * TETRA_MAX_WORDS; i++)
		ck_assert_int_eq(load_number(txn, i, 3, 0), 0);
	ck_assert_int_eq(load_number(txn, i, 3, 0), -E2BIG);
	tetra_txn_free(txn);
}

TEST(names_are_found_whatever_went_before_them)
{
	static const unsigned int order[] = { 0, 1, 39, 38, 20, 2, 19, 21 };
	struct tetra_txn *txn = begin();
	char name[32];

	for (unsigned int i = 0; i < 40; i++)
		ck_assert_int_eq(load_number(txn, i, 1, 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		snprintf(name, sizeof(name), "p%u", order[i]);
		ck_assert_int_eq(tetra_txn_unload(txn, name, NULL), 0);
		ck_assert_int_eq(tetra_txn_unload(txn, name, NULL), -ENOENT);
	}
	for (unsigned int i = 3; i < 19; i++)
		ck_assert_int_eq(load_number(txn, i, 1, 0), -EEXIST);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		ck_assert_int_eq(load_number(txn, order[i], 1, 0), 0);
	for (unsigned int i = 0; i < 40; i++)
		ck_assert_int_eq(load_number(txn, i, 1, 0), -EEXIST);
	tetra_txn_free(txn);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds that loading takes, with policies on so many hooks that all fit. */
static double load_many(unsigned int n)
{
	static const char *const calls[] = {
		"security_file_open",
		"security_file_permission",
		"security_file_lock",
		"security_file_fcntl",
		"security_file_ioctl",
		"security_file_receive",
		"vfs_read",
		"vfs_write",
		"vfs_llseek",
		"filp_close",
		"security_file_alloc",
		"security_file_set_fowner",
	};
	struct tetra_policy **policies = calloc(n, sizeof(struct tetra_policy *));
	struct tetra_txn *txn = begin();
	double before, took;
	char name[32];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "q%u", i);
		policies[i] = policy_named(name, calls[i % ARRAY_SIZE(calls)], 1);
	}
	before = seconds();
	for (unsigned int i = 0; i < n; i++)
		ck_assert_int_eq(tetra_txn_load(txn, policies[i], NULL, diag), 0);
	took = seconds() - before;
	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "q%u", i);
		ck_assert_int_eq(tetra_txn_unload(txn, name, NULL), 0);
		tetra_policy_unref(policies[i]);
	}
	free(policies);
	tetra_txn_free(txn);
	return took;
}

TEST(ten_thousand_loads_take_ten_times_a_thousand)
{
	double few = load_many(N_POLICIES / 10), many;

	tetra_diag_clear(diag);
	many = load_many(N_POLICIES);
	ck_assert_msg(!SUITE_IS_TIMED || many < few * GROWTH_MAX,
		      "%u: %.3f s, %u: %.3f s", N_POLICIES / 10, few, N_POLICIES, many);
}

FIXTURE(setup, teardown)
TIMEOUT(120)
