/* SPDX-License-Identifier: Apache-2.0 */
/* A row a field. */
#include <string.h>

#include "suite/form.h"
#include "suite/number.h"

static int is_any(const struct node *node)
{
	(void)node;
	return 1;
}

static int is_text(const struct node *node)
{
	return !node_is_null(node);
}

static int is_natural(const struct node *node)
{
	int64_t number;

	return node_number(node, &number) && number >= 0;
}

static int is_port(const struct node *node)
{
	int64_t number;

	return node_number(node, &number) && number > 0 && number < 65536;
}

/* "10s", "500ms", "2m"; a number is seconds. */
static int is_time(const struct node *node)
{
	size_t n = strspn(node->text, "0123456789");
	const char *unit = node->text + n;

	return n && n < 10 &&
	       (!*unit || strcmp(unit, "ms") == 0 || strcmp(unit, "s") == 0 ||
		strcmp(unit, "m") == 0);
}

static int is_path(const struct node *node)
{
	return node->text[0] == '/';
}

static int is_variable(const struct node *node)
{
	return *node->text && !strchr(node->text, '=');
}

static int is_signal(const struct node *node)
{
	return number_of_signal(node->text) != 0;
}

static int is_errno(const struct node *node)
{
	return number_of_errno(node->text) != 0;
}

static int is_need(const struct node *node)
{
	static const char *const words[] = { "enforce", "kill", "override",
					     "lsm",	"root", NULL };
	size_t i;

	for (i = 0; words[i]; i++)
		if (strcmp(node->text, words[i]) == 0)
			return 1;
	if (strncmp(node->text, "program:", 8) == 0)
		return node->text[8] != '\0';
	return strncmp(node->text, "kernel>=", 8) == 0 &&
	       node->text[8 + strspn(node->text + 8, "0123456789.")] == '\0' &&
	       node->text[8] >= '0' && node->text[8] <= '9';
}

/* A row a line. */
/* clang-format off */
#define TEXT  .is_scalar = is_text, .schema = "\"type\": [\"string\", \"number\", \"boolean\"]"
#define WHOLE "\"type\": \"integer\", \"minimum\": 0"

static const struct form text = { .what = "a text", TEXT };
static const struct form path = { .what = "an absolute path", .is_scalar = is_path,
	.schema = "\"type\": \"string\", \"pattern\": \"^/|^[$]\"" };
static const struct form file = { .what = "a path", TEXT };
static const struct form truth = { .what = "true or false", .is_scalar = node_is_truth,
	.schema = "\"type\": \"boolean\"" };
static const struct form natural = { .what = "a number that is not negative",
	.is_scalar = is_natural, .schema = WHOLE };
static const struct form port = { .what = "a port, 1 to 65535", .is_scalar = is_port,
	.schema = "\"type\": \"integer\", \"minimum\": 1, \"maximum\": 65535" };
static const struct form seconds = { .what = "a time: 500ms, 10s, 2m", .is_scalar = is_time,
	.schema = "\"type\": [\"string\", \"integer\"], \"pattern\": \"^[0-9]+(ms|s|m)?$\"" };
static const struct form signal_name = { .what = "a signal: SIGKILL, or its number",
	.is_scalar = is_signal, .schema = "\"type\": [\"string\", \"integer\"], \"pattern\": \"^SIG\"" };
static const struct form errno_name = { .what = "the name of an error: EPERM",
	.is_scalar = is_errno, .schema = "\"type\": \"string\", \"pattern\": \"^E[A-Z0-9]+$\"" };
static const struct form need = {
	.what = "enforce, kill, override, lsm, root, kernel>=VERSION or program:NAME",
	.is_scalar = is_need, .schema = "\"type\": \"string\", \"pattern\": "
	"\"^(enforce|kill|override|lsm|root|kernel>=[0-9][0-9.]*|program:.+)$\"" };
static const struct form texts = { .what = "a list of texts", .item = &text };
static const struct form argv = { .what = "a list of texts, the program first", .item = &text,
	.least = 1 };
static const struct form paths = { .what = "a list of absolute paths", .item = &path };
static const struct form needs = { .what = "a list of needs", .item = &need };
static const struct form users = { .what = "a list of groups", .item = &text };
static const struct form variable = { .what = "the name of a variable, which has no '='",
	.is_scalar = is_variable, .schema = "\"type\": \"string\", \"pattern\": \"^[^=]+$\"" };
static const struct form named_texts = { .what = "a mapping of names to texts",
	.key = &variable, .value = &text };
static const struct form anything = { .name = "anything", .what = "a value",
	.is_scalar = is_any, .schema = "\"type\": [\"string\", \"number\", \"boolean\", \"null\"]",
	.item = &anything, .value = &anything };
static const struct form mapping = { .what = "a mapping", .value = &anything };

/* X of the manual */
static const struct form matcher;
static const struct form matchers = { .what = "a list", .item = &matcher };
static const char *const matcher_names[] = { "prefix", "suffix", "contains", "regex", "not",
	"any", "absent", "lines", NULL };
static const struct field matcher_fields[] = {
	{ "prefix", &text, 0, "it begins so" },
	{ "suffix", &text, 0, "it ends so" },
	{ "contains", &text, 0, "it has this in it" },
	{ "regex", &text, 0, "this POSIX extended regular expression matches somewhere in it" },
	{ "not", &matcher, 0, "this does not match" },
	{ "any", &matchers, 0, "one of these matches" },
	{ "absent", &truth, 0, "it is not there" },
	{ "lines", &matchers, 0, "each of these is a line of it" },
	{}
};
static const struct form matcher = { .name = "matcher", .what = "a text or a matcher",
	.is_scalar = is_any, .schema = "\"type\": [\"string\", \"number\", \"boolean\", \"null\"]",
	.fields = matcher_fields, .one_of = matcher_names };

static const char *const namespace_words[] = { "user", "mnt", "pid", "net", "ipc", "uts",
	"cgroup", NULL };
static const struct form namespace_name = { .what = "a namespace", .is_scalar = is_any,
	.words = namespace_words };
static const struct form namespaces = { .what = "a list of namespaces", .item = &namespace_name };

#define COMMAND                                                                    \
	{ "argv", &argv, 0, "program and arguments" },                              \
	{ "sh", &text, 0, "a text for sh -c" },                                      \
	{ "user", &text, 0, "name or number" },                                      \
	{ "groups", &users, 0, "supplementary groups, names or numbers" },           \
	{ "caps", &texts, 0, "all capabilities that it has" },                       \
	{ "cwd", &file, 0, "working directory" },                                    \
	{ "env", &named_texts, 0, "variables, beside those of the runner" },         \
	{ "stdin", &text, 0, "what it reads on standard input" },                    \
	{ "timeout", &seconds, 0, "it is ended then, and the case fails; 60 s if not given" },          \
	{ "namespaces", &namespaces, 0, "new namespaces that it is in" }

static const char *const command_one[] = { "argv", "sh", NULL };
static const struct field run_fields[] = { COMMAND, {} };
static const struct form run = { .what = "a command", .fields = run_fields,
	.one_of = command_one };
static const char *const until_one[] = { "port", "file", "stdout", "event", NULL };
static const struct field until_fields[] = {
	{ "port", &port, 0, "something listens there" },
	{ "file", &path, 0, "it exists" },
	{ "stdout", &matcher, 0, "its output so far" },
	{ "event", &mapping, 0, "such an event was seen" },
	{}
};
static const struct form until = { .what = "a condition", .fields = until_fields,
	.one_of = until_one };
static const struct field with_fields[] = {
	{ "name", &text, 0, "how messages call it" },
	{ "until", &until, 0, "the case starts when this is true" },
	COMMAND, {}
};
static const struct form with_one = { .what = "a background program", .fields = with_fields,
	.one_of = command_one };
static const struct form with = { .what = "a background program, or a list of them",
	.fields = with_fields, .one_of = command_one, .item = &with_one };

static const char *const none_words[] = { "none", NULL };
static const struct form none = { .what = "none", .is_scalar = is_any, .words = none_words };
/* count and at-least are checked where the rest of an event is known. */
static const struct form events = { .what = "none, or a list of partial events",
	.is_scalar = is_any, .words = none_words, .item = &mapping };
static const struct field run_expect_fields[] = {
	{ "exit", &natural, 0, "exit status" },
	{ "signal", &signal_name, 0, "the signal that ended it" },
	{ "errno", &errno_name, 0, "the error whose text is on standard error" },
	{ "stdout", &matcher, 0, "standard output" },
	{ "stderr", &matcher, 0, "standard error" },
	{ "unchanged", &paths, 0, "files that are as before" },
	{ "changed", &paths, 0, "files that are not" },
	{ "absent", &paths, 0, "files that are not there" },
	{ "events", &events, 0, "none, or those that must come" },
	{ "only", &truth, 0, "no other event of the suite's policies" },
	{ "enforced", &none, 0, "no kill, signal or override by the suite's policies" },
	{ "decided-by", &text, 0, "kprobes[0].selectors[0], POLICY/ in front if there are several" },
	{}
};
static const struct form run_expect = { .what = "a mapping of expectations",
	.fields = run_expect_fields, .least = 1 };
static const char *const verdict_words[] = { "deny", "kill", "signal", "post", "silent", "none",
	"unknown", NULL };
static const struct form verdict = { .what = "a verdict", .is_scalar = is_any,
	.words = verdict_words };
static const struct field event_expect_fields[] = {
	{ "verdict", &verdict, 0, "what is done" },
	{ "decided-by", &text, 0, "kprobes[0].selectors[0], POLICY/ in front if there are several" },
	{}
};
static const struct form event_expect = { .what = "a mapping of expectations",
	.fields = event_expect_fields, .least = 1 };

static const struct form matrix_values = { .what = "a list of values", .item = &anything,
	.least = 1 };
static const struct form matrix = { .what = "a mapping of names to lists of values",
	.value = &matrix_values, .least = 1 };
static const char *const case_one[] = { "run", "event", NULL };
#define CASE                                                                        \
	{ "name", &text, 1, "unlike that of all others" },                           \
	{ "description", &text, 0, "for readers" },                                  \
	{ "matrix", &matrix, 0, "a case for each value; ${NAME} in its texts" },     \
	{ "known-gap", &text, 0, "why the expectation fails; a pass fails the suite" }, \
	{ "skip", &text, 0, "why it is not run" }

static const struct field run_case_fields[] = {
	CASE,
	{ "setup", &text, 0, "a text for sh, before the command" },
	{ "cleanup", &text, 0, "a text for sh, after the command" },
	{ "with", &with, 0, "programs in the background" },
	{ "run", &run, 0, "the command" },
	{ "expect", &run_expect, 1, "what must come of it" },
	{}
};
static const struct field event_case_fields[] = {
	CASE,
	{ "event", &mapping, 0, "an event written by hand" },
	{ "expect", &event_expect, 1, "what the policies do with it" },
	{}
};
const struct form form_run_case = { .what = "a case", .fields = run_case_fields,
	.one_of = case_one };
const struct form form_event_case = { .what = "a case", .fields = event_case_fields,
	.one_of = case_one };
/* Which of the two is seen when it is expanded. */
static const struct form cases = { .what = "a list of cases", .item = &mapping };

static const struct form policy = { .what = "a path, or a policy", .is_scalar = is_text,
	.schema = "\"type\": \"string\"", .value = &anything };
static const struct form policies = { .what = "a list of paths or policies", .item = &policy,
	.least = 1 };
static const struct form copied = { .what = "a mapping of absolute paths to paths",
	.key = &path, .value = &path };
static const struct form contents = { .name = "contents",
	.what = "a text, or a mapping for a folder", .is_scalar = is_any,
	.schema = "\"type\": [\"string\", \"number\", \"boolean\", \"null\"]", .value = &contents };
static const struct form made = { .what = "a mapping of absolute paths to texts",
	.key = &path, .value = &contents };
static const struct field sandbox_fields[] = {
	{ "copy", &paths, 0, "private copies under the same paths" },
	{ "binaries", &copied, 0, "programs that are copies of others" },
	{ "files", &made, 0, "files made anew; a mapping is a folder of files, null an empty one" },
	{}
};
static const struct form sandbox = { .what = "a mapping", .fields = sandbox_fields };
static const char *const claim_one[] = { "never-allowed", "always-told", "never-blocked", NULL };
static const struct field claim_fields[] = {
	{ "never-allowed", &mapping, 0, "each such event is denied, or its process killed" },
	{ "always-told", &mapping, 0, "each such event is reported" },
	{ "never-blocked", &mapping, 0, "no such event is denied or gets its process killed" },
	{}
};
static const struct form claim = { .what = "a claim", .fields = claim_fields,
	.one_of = claim_one };
static const struct form claims = { .what = "a list of claims", .item = &claim };
static const char *const version_words[] = { "tetra.test/v1", NULL };
static const char *const kind_words[] = { "PolicySuite", NULL };
static const struct form version = { .what = "a version", .is_scalar = is_any,
	.words = version_words };
static const struct form kind = { .what = "a kind", .is_scalar = is_any, .words = kind_words };
static const struct field suite_fields[] = {
	{ "apiVersion", &version, 1, "of this form" },
	{ "kind", &kind, 1, "of the document" },
	{ "description", &text, 0, "for readers" },
	{ "policies", &policies, 1, "loaded together; paths are relative to the suite" },
	{ "need", &needs, 0, "what the machine must have; otherwise cases are skipped" },
	{ "sandbox", &sandbox, 0, "the file system that each case sees" },
	{ "cases", &cases, 0, "commands and events, with what must come of them" },
	{ "prove", &claims, 0, "what must be true of all events" },
	{ "baseline", &file, 0, "JSON with the results of before" },
	{}
};
const struct form form_suite = { .what = "a suite, a mapping", .fields = suite_fields };
/* clang-format on */
