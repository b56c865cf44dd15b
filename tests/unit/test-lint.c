/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The warnings of tests/data/policy/lint. Files named clean-* list none and must give none.
 */
#include "lib/linux/acts.h"
#include "lib/lint/rules.h"
#include "tests/unit/expect.h"
#include "tests/unit/suite.h"

TEST(lint_says_what_is_expected)
{
	struct expect_counts counts = {};
	char folder[1024];

	snprintf(folder, sizeof(folder), "%s/policy/lint", getenv("TETRA_TEST_DATA"));
	ck_assert_int_eq(expect_folder(folder, &counts), 0);
	ck_assert_uint_ge(counts.n_files, 6);
	ck_assert_uint_eq(counts.n_failed, 0);
}

TEST(lint_is_silent_unless_asked)
{
	static const char text[] =
		"{apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, "
		"metadata: {name: a}, spec: {kprobes: [{call: cap_capable}]}}";
	TETRA_OPTS(tetra_parse_opts, opts);
	struct tetra_policy *policy = NULL;
	struct tetra_diag *diag = NULL;

	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	ck_assert_int_eq(tetra_policy_parse(&policy, text, strlen(text), &opts, diag), 0);
	ck_assert_uint_eq(tetra_diag_count(diag, 0), 0);
	policy = tetra_policy_unref(policy);
	opts.lint = 1;
	ck_assert_int_eq(tetra_policy_parse(&policy, text, strlen(text), &opts, diag), 0);
	ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_WARNING), 2);
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}

/* A row that an earlier one hides says a second act, or nothing. */
TEST(each_way_is_listed_once)
{
	const struct way_row *way, *other;

	for (way = ways; way->name; way++) {
		other = way_find(way->name);
		ck_assert_msg(other == way || (way->act && way->act != other->act),
			      "%s is listed after %s", way->name, other->name);
		for (other = ways; other < way; other++)
			ck_assert_msg(other->act != way->act ||
					      !str_equal(other->name, way->name),
				      "%s is listed twice", way->name);
	}
}

static void add_codes(const struct lint_rule *rules, char *all)
{
	for (; rules->check; rules++) {
		strcat(all, rules->name);
		strcat(all, " ");
	}
}

#define SEEN_BYTES 262144

/* The text of every file of the folder whose name ends so, one after the other. */
static void read_all(const char *folder, const char *ending, char *ret)
{
	char path[1024], filename[4096];
	struct dirent **names;
	size_t len = strlen(ret);
	FILE *file;
	int n, i;

	snprintf(path, sizeof(path), "%s/policy/%s", getenv("TETRA_TEST_DATA"), folder);
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(filename, sizeof(filename), "%s/%s", path, names[i]->d_name);
		file = strstr(names[i]->d_name, ending) ? fopen(filename, "r") : NULL;
		if (file) {
			len += fread(ret + len, 1, SEEN_BYTES - 1 - len, file);
			fclose(file);
		}
		free(names[i]);
	}
	ret[len] = '\0';
	free(names);
}

/* A rule that no file asks for could be broken unseen. */
TEST(lint_tests_have_every_rule)
{
	static char seen[SEEN_BYTES];
	char all[4096] = "", wanted[2][80], *name, *rest = all;

	read_all("lint", ".expect", seen);
	read_all("cases", ".cases", seen);
	add_codes(lint_policy_rules, all);
	add_codes(lint_hook_rules, all);
	add_codes(lint_value_rules, all);
	add_codes(lint_never_rules, all);
	add_codes(lint_action_rules, all);
	add_codes(lint_evasion_rules, all);
	add_codes(lint_unjudged_rules, all);
	while ((name = strsep(&rest, " ")) && *name) {
		snprintf(wanted[0], sizeof(wanted[0]), "\t%s", name);
		snprintf(wanted[1], sizeof(wanted[1]), "=> %s ", name);
		ck_assert_msg(strstr(seen, wanted[0]) || strstr(seen, wanted[1]),
			      "no test asks for %s", name);
	}
}
