/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine tells of a policy: a folder with links is made, and policies name what is
 * in it; and policies that mean the program of this test.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/strbuf.h"
#include "lib/lint/here.h"
#include "tests/unit/suite.h"

static char root[PATH_MAX], own[PATH_MAX];

/* root/real/file, root/link -> real, root/name -> real/file */
static void folder_make(void)
{
	char name[PATH_MAX], made[] = "/tmp/test-here-XXXXXX", path[PATH_MAX + 16];
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(made));
	ck_assert_ptr_nonnull(realpath(made, name));
	snprintf(root, sizeof(root), "%s", name);
	snprintf(path, sizeof(path), "%s/real", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/link", root);
	ck_assert_int_eq(symlink("real", path), 0);
	snprintf(path, sizeof(path), "%s/name", root);
	ck_assert_int_eq(symlink("real/file", path), 0);
	snprintf(path, sizeof(path), "%s/real/file", root);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_gt(readlink("/proc/self/exe", own, sizeof(own) - 1), 0);
}

static void folder_remove(void)
{
	static const char *const names[] = { "/name", "/link", "/real/file", "/real",
					     "" };
	char path[PATH_MAX + 16];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s%s", root, names[i]);
		(void)remove(path);
	}
}

/* "@" is the folder, "^" this program. */
static void text_fill(char (*ret)[8192], const char *text)
{
	size_t len = 0;

	for (; *text; text++)
		if (*text == '@' || *text == '^')
			len += (size_t)snprintf(*ret + len, sizeof(*ret) - len, "%s",
						*text == '@' ? root : own);
		else
			(*ret)[len++] = *text;
	(*ret)[len] = '\0';
}

static struct tetra_diag *findings_of(const char *spec, uint32_t lint, enum here_own seen)
{
	TETRA_OPTS(tetra_parse_opts, opts, .lint = lint);
	struct here here = { .own = seen, .enforces = true };
	struct tetra_policy *policy = NULL;
	char text[8192], filled[8192];

	ck_assert_int_eq(tetra_diag_new(&here.diag), 0);
	snprintf(text, sizeof(text),
		 "{apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, "
		 "metadata: {name: a}, spec: {%s}}",
		 spec);
	text_fill(&filled, text);
	ck_assert_int_eq(
		tetra_policy_parse(&policy, filled, strlen(filled), &opts, here.diag), 0);
	here.policy = policy;
	if (seen != HERE_OWN_UNKNOWN)
		ck_assert_int_eq(here_check(&here), 0);
	tetra_policy_unref(policy);
	return here.diag;
}

/* How many findings of the code; the last one's path, and whether it has the text. */
static unsigned int count(struct tetra_diag *diag, const char *code, const char *part,
			  const char *path)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	char filled[8192];
	unsigned int i, n = 0;

	text_fill(&filled, part);
	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++) {
		if (!str_equal(finding.code, code))
			continue;
		ck_assert_uint_eq(finding.severity, TETRA_SEVERITY_WARNING);
		ck_assert_uint_gt(finding.line, 0);
		ck_assert_msg(strstr(finding.message, filled) ||
				      (finding.hint && strstr(finding.hint, filled)),
			      "%s (%s): no '%s'", finding.message, finding.hint, filled);
		ck_assert_str_eq(finding.path, path);
		n++;
	}
	return n;
}

#define ARGS(type, op, value)                                                            \
	"lsmhooks: [{hook: file_open, args: [{index: 0, type: " type "}], selectors: "   \
	"[{matchArgs: [{index: 0, operator: " op ", values: [/x, '" value "']}]}]}]"
#define BINARIES(op, value)                                                              \
	"lsmhooks: [{hook: file_open, args: [{index: 0, type: file}], selectors: "       \
	"[{matchBinaries: [{operator: " op ", values: ['" value "']}]}]}]"

static const struct {
	const char *spec, *part; /* NULL: no finding */
	const char *path;
} link_cases[] = {
	{ ARGS("file", "Equal", "@/name"), "write @/real/file", NULL },
	{ ARGS("file", "Equal", "@/name"), "it never matches", NULL },
	{ ARGS("file", "Equal", "@/link/file"), "write @/real/file", NULL },
	{ ARGS("file", "Equal", "@/link/not/there"), "write @/real/not/there", NULL },
	{ ARGS("file", "Equal", "@/link/.hidden"), "write @/real/.hidden", NULL },
	{ ARGS("file", "NotEqual", "@/name"), "it excludes nothing", NULL },
	{ ARGS("file", "Prefix", "@/link/"), "write @/real/", NULL },
	{ ARGS("file", "Prefix", "@/link/fi"), "write @/real/fi", NULL },
	{ ARGS("file", "NotPrefix", "@/link/"), "it excludes nothing", NULL },
	{ ARGS("linux_binprm", "Equal", "@/name"), "write @/real/file", NULL },
	{ ARGS("fd", "Equal", "@/name"), "write @/real/file", NULL },
	{ ARGS("path", "Equal", "@/link/file"), "it never matches", NULL },
	{ ARGS("path", "Equal", "@/name"), "on the link itself", NULL },
	{ ARGS("file", "Equal", "/proc/self/mem"), "another path for each", NULL },
	{ ARGS("file", "Equal", "@/real/file"), NULL, NULL },
	{ ARGS("file", "Equal", "@/not/there"), NULL, NULL },
	{ ARGS("file", "Prefix", "@/"), NULL, NULL },
	{ ARGS("file", "Prefix", "/"), NULL, NULL },
	{ ARGS("file", "Prefix", "@/li"), NULL, NULL },
	{ ARGS("file", "Postfix", "/link"), NULL, NULL },
	{ ARGS("string", "Equal", "@/name"), NULL, NULL },
	{ ARGS("file", "Equal", "@/link/../name"), NULL, NULL },
	{ ARGS("file", "Equal", "@/real/.."), NULL, NULL },
	{ ARGS("file", "Prefix", "@/real/."), NULL, NULL },
	{ ARGS("file", "Prefix", "@/link/."), "write @/real/.", NULL },
	{ BINARIES("Prefix", "@/link/"), "write @/real/",
	  "spec.lsmhooks[0].selectors[0].matchBinaries[0].values[0]" },
	{ BINARIES("Prefix", "@/real/"), NULL, NULL },
	/* A note tells of these when they are widened. */
	{ BINARIES("In", "@/link/file"), NULL, NULL },
	{ BINARIES("Postfix", "/link"), NULL, NULL },
};

TEST(here_says_which_paths_are_links)
{
	static const char path[] = "spec.lsmhooks[0].selectors[0].matchArgs[0].values[1]";
	struct tetra_diag *diag;
	unsigned int n;

	for (size_t i = 0; i < ARRAY_SIZE(link_cases); i++) {
		diag = findings_of(link_cases[i].spec, 0, HERE_OWN_SEEN);
		n = count(diag, "symbolic-link",
			  link_cases[i].part ? link_cases[i].part : "",
			  link_cases[i].path ? link_cases[i].path : path);
		ck_assert_msg(n == (link_cases[i].part != NULL), "%zu: %u: %s", i, n,
			      link_cases[i].spec);
		tetra_diag_free(diag);
	}
}

/* The rules on texts look at no file. */
TEST(here_knows_file_systems_that_fold_case)
{
	ck_assert_str_eq(here_folds_case(0x4d44), "vfat");
	ck_assert_str_eq(here_folds_case(0xfe534d42), "smb3");
	ck_assert_ptr_null(here_folds_case(0xef53));	 /* ext4 */
	ck_assert_ptr_null(here_folds_case(0x01021994)); /* tmpfs */
	ck_assert_ptr_null(here_folds_case(0));
}

TEST(here_is_asked_for)
{
	static const char path[] = "spec.lsmhooks[0].selectors[0].matchArgs[0].values[1]";
	struct tetra_diag *diag;

	diag = findings_of(ARGS("file", "Equal", "@/name"), TETRA_LINT_TEXT,
			   HERE_OWN_UNKNOWN);
	ck_assert_uint_eq(count(diag, "symbolic-link", "", path), 0);
	tetra_diag_free(diag);
	diag = findings_of(ARGS("file", "Equal", "@/name"), TETRA_LINT_HERE,
			   HERE_OWN_UNKNOWN);
	ck_assert_uint_eq(count(diag, "symbolic-link", "@/real/file", path), 1);
	tetra_diag_free(diag);
}

#define KILL(filters)                                                                    \
	"lsmhooks: [{hook: file_open, selectors: [{" filters                             \
	"matchActions: [{action: Sigkill}]}]}]"
#define WATCH(filters) "lsmhooks: [{hook: file_open, selectors: [{" filters "}]}]"
#define IS(op, value)  "matchBinaries: [{operator: " op ", values: ['" value "']}], "

static const struct {
	const char *spec;
	enum here_own own;
	const char *part; /* NULL: no finding */
	const char *at;	  /* behind the selector */
} own_cases[] = {
	{ KILL(IS("In", "^")), HERE_OWN_SEEN, "SKIP_SELF", ".matchBinaries" },
	{ KILL(IS("In", "^")), HERE_OWN_SEEN, "'^'", ".matchBinaries" },
	{ KILL(IS("In", "^")), HERE_OWN_LEFT_OUT, "left out", ".matchBinaries" },
	{ KILL(IS("In", "^")), HERE_OWN_UNKNOWN, "stops itself", ".matchBinaries" },
	{ KILL(IS("Postfix", "/test-here")), HERE_OWN_LEFT_OUT, "left out",
	  ".matchBinaries" },
	{ KILL(IS("Prefix", "/")), HERE_OWN_SEEN, "'^'", ".matchBinaries" },
	{ KILL(IS("NotIn", "/usr/bin/make")), HERE_OWN_SEEN, "also holds", "" },
	{ KILL(IS("NotIn", "/usr/bin/make")), HERE_OWN_LEFT_OUT, NULL, "" },
	{ KILL(IS("NotIn", "/usr/bin/make")), HERE_OWN_UNKNOWN, NULL, "" },
	{ KILL(IS("NotIn", "^")), HERE_OWN_SEEN, NULL, "" },
	{ KILL(IS("In", "/usr/bin/make")), HERE_OWN_SEEN, NULL, "" },
	{ KILL(""), HERE_OWN_SEEN, "also holds", "" },
	{ KILL(""), HERE_OWN_LEFT_OUT, NULL, "" },
	{ KILL("matchPIDs: [{operator: In, values: [1]}], "), HERE_OWN_SEEN, NULL, "" },
	{ KILL("matchPIDs: [{operator: NotIn, values: [1]}], "), HERE_OWN_SEEN,
	  "also holds", "" },
	{ WATCH(IS("In", "^")), HERE_OWN_SEEN, NULL, "" },
};

TEST(here_says_that_the_loader_is_meant)
{
	struct tetra_diag *diag;
	char path[256];
	unsigned int n;

	for (size_t i = 0; i < ARRAY_SIZE(own_cases); i++) {
		diag = findings_of(own_cases[i].spec, TETRA_LINT_HERE, own_cases[i].own);
		snprintf(path, sizeof(path), "spec.lsmhooks[0].selectors[0]%s",
			 own_cases[i].at);
		/* The text alone is judged first, and says its own. */
		if (own_cases[i].own != HERE_OWN_UNKNOWN) {
			tetra_diag_free(diag);
			diag = findings_of(own_cases[i].spec, 0, own_cases[i].own);
		}
		n = count(diag, "own-process", own_cases[i].part ? own_cases[i].part : "",
			  path);
		ck_assert_msg(n == (own_cases[i].part != NULL), "%zu: %u: %s", i, n,
			      own_cases[i].spec);
		tetra_diag_free(diag);
	}
}

TEST(here_finds_its_own_number)
{
	struct tetra_diag *diag;
	char spec[512];

	snprintf(spec, sizeof(spec),
		 KILL("matchPIDs: [{operator: In, values: [1, %d]}], "), (int)getpid());
	diag = findings_of(spec, 0, HERE_OWN_SEEN);
	ck_assert_uint_eq(count(diag, "own-process", "also holds",
				"spec.lsmhooks[0].selectors[0].matchPIDs"),
			  1);
	tetra_diag_free(diag);
}

TEST(here_stops_at_some_point)
{
	static const char path[] = "spec.lsmhooks[0].selectors[0].matchArgs[0].values[";
	struct tetra_finding finding = { .size = sizeof(finding) };
	TETRA_OPTS(tetra_parse_opts, opts);
	struct tetra_policy *policy = NULL;
	struct here here = { .own = HERE_OWN_SEEN };
	_cleanup_(strbuf_done) struct strbuf text = {};
	unsigned int i, n = 0;

	strbuf_puts(&text,
		    "{apiVersion: cilium.io/v1alpha1, kind: TracingPolicy, metadata: "
		    "{name: a}, spec: {lsmhooks: [{hook: file_open, args: [{index: 0, "
		    "type: file}], selectors: [{matchArgs: [{index: 0, operator: "
		    "Equal, values: [");
	for (i = 0; i < 300; i++)
		strbuf_format(&text, "'%s/link/%u', ", root, i);
	strbuf_puts(&text, "]}]}]}]}}");
	ck_assert_int_eq(tetra_diag_new(&here.diag), 0);
	ck_assert_int_eq(tetra_policy_parse(&policy, strbuf_get(&text), text.len, &opts,
					    here.diag),
			 0);
	here.policy = policy;
	ck_assert_int_eq(here_check(&here), 0);
	ck_assert_uint_eq(tetra_diag_count(here.diag, TETRA_SEVERITY_WARNING), 200);
	for (i = 0; tetra_diag_get(here.diag, i, &finding) == 0; i++)
		n += finding.path && str_has_prefix(finding.path, path);
	ck_assert_uint_eq(n, 200);
	ck_assert_uint_eq(tetra_diag_count(here.diag, TETRA_SEVERITY_NOTE), 1);
	tetra_policy_unref(policy);
	tetra_diag_free(here.diag);
}

/* Once for a policy, however many of its selectors follow. */
TEST(here_says_what_is_not_known_of_descent)
{
	static const struct {
		const char *filter;
		unsigned int notes;
	} cases[] = {
		{ "matchBinaries: [{operator: In, values: [/x], followChildren: true}]",
		  1 },
		{ "matchPIDs: [{operator: NotIn, values: [9], followForks: true}]", 1 },
		{ "matchBinaries: [{operator: In, values: [/x]}]", 0 },
	};
	char spec[1024];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tetra_diag *diag;

		snprintf(spec, sizeof(spec),
			 "lsmhooks: [{hook: file_open, args: [{index: 0, type: file}], "
			 "selectors: [{%s}, {%s}]}]",
			 cases[i].filter, cases[i].filter);
		diag = findings_of(spec, 0, HERE_OWN_SEEN);
		ck_assert_uint_eq(tetra_diag_count(diag, TETRA_SEVERITY_NOTE),
				  cases[i].notes);
		tetra_diag_free(diag);
	}
}

FIXTURE_ONCE(folder_make, folder_remove)
