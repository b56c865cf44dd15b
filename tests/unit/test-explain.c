/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explanations: every field of the language has one, and every row of the manual is one of a
 * field; what rows of a policy say, by hand.
 */
#include <stdio.h>

#include "lib/document/language.h"
#include "lib/manual/fields.h"
#include "tests/unit/suite.h"
#include "tetra/explain.h"

TIMEOUT(120)

/* Fields */

static void check_text(const char *text, const char *path, const char *what)
{
	ck_assert_msg(text && strlen(text) > 3, "%s: no %s", path, what);
}

static void check_field(const struct schema *schema, const struct schema_field *field,
			const char *path)
{
	struct tetra_field_text text = { .size = sizeof(text) };
	struct tetra_field *found = NULL;

	ck_assert_msg(field_row(schema->name, field->name), "%s: no row for %s.%s", path,
		      schema->name, field->name);
	ck_assert_int_eq(tetra_field_find(&found, path), 0);
	ck_assert_int_eq(tetra_field_get(found, &text), 0);
	check_text(text.text, path, "text");
	check_text(text.type, path, "type");
	check_text(text.status, path, "status");
	check_text(text.kernel, path, "kernel");
	ck_assert_msg(text.is_required || text.default_text, "%s: no default", path);
	ck_assert_msg(!text.is_required == !(field->flags & FIELD_REQUIRED), "%s", path);
	ck_assert_uint_eq(text.n_words, field->words ? field->words->n : 0);
	ck_assert_uint_eq(text.n_fields, field->schema ? field->schema->n_fields : 0);
	ck_assert_uint_eq(text.max_items, field->max_items);
	if (text.has_range) {
		ck_assert_int_eq(text.minimum, field->min);
		ck_assert_int_eq(text.maximum, field->max);
	}
	if (field->flags & FIELD_UNSUPPORTED)
		ck_assert_str_eq(text.status, "not yet supported");
	if (field->flags & FIELD_REMOVED)
		ck_assert_str_eq(text.status, "removed");
	tetra_field_free(found);
}

static void walk_fields(const struct schema *schema, const char *above)
{
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct schema_field *field = &schema->fields[i];
		char path[256];

		snprintf(path, sizeof(path), "%s%s%s", above, *above ? "." : "",
			 field->name);
		check_field(schema, field, path);
		if (field->schema)
			walk_fields(field->schema, path);
	}
}

TEST(every_field_is_explained)
{
	walk_fields(&language_policy, "");
}

static bool is_used(const struct schema *schema, const struct field_row *row)
{
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct schema_field *field = &schema->fields[i];

		if (field_row(schema->name, field->name) == row ||
		    (field->schema && is_used(field->schema, row)))
			return true;
	}
	return false;
}

TEST(every_row_is_that_of_a_field)
{
	static const struct field_rows *const tables[] = { &fields_hooks,
							   &fields_selectors };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (size_t k = 0; k < tables[i]->n; k++)
			ck_assert_msg(is_used(&language_policy, &tables[i]->rows[k]),
				      "%s.%s is not a field", tables[i]->rows[k].of,
				      tables[i]->rows[k].name);
}

static const struct found {
	const char *asked, *path;
} found_fields[] = {
	{ "spec.kprobes.selectors.matchArgs", "spec.kprobes[].selectors[].matchArgs[]" },
	{ "spec.lsmhooks[0].selectors[2].matchArgs[1].index",
	  "spec.lsmhooks[].selectors[].matchArgs[].index" },
	{ "matchargs.OPERATOR", "spec.kprobes[].selectors[].matchArgs[].operator" },
	{ "argSig", "spec.kprobes[].selectors[].matchActions[].argSig" },
	{ "name", "metadata.name" },
	{ "spec", "spec" },
	{ "spec.uprobes.symbols", "spec.uprobes[].symbols[]" },
	{ "source", "spec.kprobes[].args[].source" },
	{ "", "" },
};

TEST_EACH(fields_are_found_by_the_end_of_their_path, ARRAY_SIZE(found_fields))
{
	const struct found *found = &found_fields[_i];
	struct tetra_field_text text = { .size = sizeof(text) };
	struct tetra_field *field = NULL;

	ck_assert_int_eq(tetra_field_find(&field, found->asked), 0);
	ck_assert_int_eq(tetra_field_get(field, &text), 0);
	ck_assert_str_eq(text.path, found->path);
	tetra_field_free(field);
}

TEST(what_is_no_field_is_not_found)
{
	static const char *const names[] = { "matchArg", "spec.kprobes.kprobes",
					     "a.b.c",	 "spec.spec",
					     "[",	 "[0]",
					     "..." };
	struct tetra_field *field = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_int_eq(tetra_field_find(&field, names[i]), -ENOENT);
	ck_assert_int_eq(tetra_field_find(&field, NULL), -EINVAL);
	ck_assert_int_eq(tetra_field_get(NULL, NULL), -EINVAL);
	ck_assert_ptr_null(tetra_field_free(NULL));
}

/* Rows */

#define HEAD                                                                             \
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"     \
	"spec:\n  options: [%s]\n  kprobes:\n  - call: security_file_permission\n"       \
	"    syscall: false\n"                                                           \
	"    args: [{index: 0, type: file, label: name}, {index: 1, type: int}]\n"       \
	"    return: true\n    returnArg: {index: 0, type: int}\n"                       \
	"    selectors: [%s]\n"
#define KILL "matchActions: [{action: Sigkill}]"
#define ARG(index, op, value)                                                            \
	"matchArgs: [{index: " #index ", operator: " op ", values: [" value "]}]"

/* A truth a row. */
/* clang-format off */
/* A policy, one of its rows, and what the row says. */
static const struct row_truth {
	const char *options, *selectors;
	uint32_t row;
	const char *effect;
	const char *text; /* of the row, or of the policy or hook: part of it */
} row_truths[] = {
	{ "", "{" ARG(0, "Equal", "/etc/shadow") ", " KILL "}", 0, "kill",
	  "Kills the process (SIGKILL) and sends an event if args[0] (file, name) is "
	  "\"/etc/shadow\" or is unreadable." },
	{ "", "{" ARG(0, "Equal", "/etc/shadow") "}", 0, "told",
	  "Sends an event if args[0] (file, name) is \"/etc/shadow\"." },
	{ "", "{" ARG(0, "Equal", "/etc/shadow") "}", 1, "allow", "Otherwise nothing happens" },
	{ "", "{}", 0, "told", "Sends an event, for every event." },
	{ "", "{" KILL "}, {}", 1, "told", "This row never decides" },
	{ "", "{" ARG(1, "Mask", "2") ", matchActions: [{action: Override, argError: -13}]}", 0,
	  "deny:EACCES", "Denies the call with EACCES and sends an event if args[1] "
			 "(int) has any of 0x2." },
	{ "", "{" ARG(1, "GT", "2") ", matchActions: [{action: Signal, argSig: 10}, "
		  "{action: NoPost}]}", 0, "signal:10+silent", "Sends SIGUSR1 to the process "
							       "without an event if" },
	{ "", "{matchActions: [{action: NoPost}]}", 0, "silent", "Does nothing, for every event." },
	{ "", "{matchActions: [{action: Post, rateLimit: 5m, rateLimitScope: process}]}", 0, "told",
	  "Sends an event, at most once in 300 seconds per process for the same arguments, for "
	  "every event." },
	{ "{name: policy-mode, value: monitor}", "{" ARG(1, "Equal", "2") ", " KILL "}", 0, "told",
	  "Sends an event (monitor mode: without it, kill) if args[1] (int) is 2." },
	{ "{name: policy-mode, value: monitor}", "{" KILL "}", 0, "told",
	  "nothing is killed, signalled or denied" },
	{ "{name: unreadable, value: no-match}", "{" ARG(0, "Equal", "/etc/shadow") ", " KILL "}", 0,
	  "kill", "if args[0] (file, name) is \"/etc/shadow\"." },
	{ "", "{matchBinaries: [{operator: NotIn, values: [/bin/a, /bin/b]}], " KILL "}", 0, "kill",
	  "the program is none of {\"/bin/a\", \"/bin/b\"}" },
	{ "", "{matchBinaries: [{operator: NotIn, values: [/bin/a]}], " KILL "}", 0, "kill",
	  "A name that was made in a user namespace may be false" },
	{ "{name: user-namespaces, value: trust}",
	  "{matchBinaries: [{operator: NotIn, values: [/bin/a]}]}", 0, "told",
	  "a program in matchBinaries that is a symbolic link" },
	{ "", "{matchBinaries: [{operator: In, values: [/bin/a], followChildren: true}]}", 0, "told",
	  "running or descending from a program in {\"/bin/a\"} is true." },
	{ "", "{matchPIDs: [{operator: NotIn, values: [7], followForks: true}]}", 0, "told",
	  "being or descending from a process in {7} is false." },
	{ "", "{matchReturnArgs: [{index: 0, operator: Equal, values: ['-1']}]}", 0, "told",
	  "the return value is -1" },
	{ "", "{matchReturnArgs: [{index: 0, operator: Equal, values: ['-1']}], " KILL "}", 0, "kill",
	  "matchReturnArgs does not restrict rows that enforce" },
	{ "", "{matchReturnArgs: [{index: 0, operator: Equal, values: ['-1']}], " KILL "}", 0, "kill",
	  "Kills the process (SIGKILL) and sends an event, for every event." },
	{ "", "{" KILL "}", 0, "kill", "A kill also denies the call where the kernel lets this hook "
				       "deny" },
};
/* clang-format on */

static struct tetra_policy *policy_of(const struct row_truth *truth)
{
	struct tetra_policy *policy = NULL;
	char text[2048];
	int n = snprintf(text, sizeof(text), HEAD, truth->options, truth->selectors);

	ck_assert_int_eq(tetra_policy_parse(&policy, text, (size_t)n, NULL, NULL), 0);
	return policy;
}

TEST_EACH(rows_say_what_is_done, ARRAY_SIZE(row_truths))
{
	const struct row_truth *truth = &row_truths[_i];
	struct tetra_explained_policy policy = { .size = sizeof(policy) };
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	struct tetra_explained_row row = { .size = sizeof(row) };
	struct tetra_policy *parsed = policy_of(truth);
	struct tetra_explanation *explanation = NULL;

	ck_assert_int_eq(tetra_explain(&explanation, parsed), 0);
	tetra_policy_unref(parsed);
	ck_assert_int_eq(tetra_explanation_get_policy(explanation, &policy), 0);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 0, &hook), 0);
	ck_assert_uint_eq(hook.is_exact, 1);
	ck_assert_int_eq(tetra_explanation_get_row(explanation, truth->row, &row), 0);
	ck_assert_str_eq(row.effect, truth->effect);
	ck_assert_msg(strstr(row.text, truth->text) || strstr(policy.text, truth->text) ||
			      strstr(hook.text, truth->text),
		      "'%s' is not in:\n%s\n%s\n%s", truth->text, policy.text, hook.text,
		      row.text);
	ck_assert_int_eq(tetra_explanation_get_row(explanation, hook.n_rows, &row),
			 -ENOENT);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 1, &hook), -ENOENT);
	ck_assert_ptr_null(tetra_explanation_free(explanation));
}

/* The type is the machine's. */
#define PROBE(action)                                                                    \
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"     \
	"spec:\n  uprobes:\n  - path: /bin/x\n    symbols: [f]\n    return: true\n"      \
	"    returnArg: {index: 0, type: int}\n    selectors: [{matchActions: [" action  \
	"]}]\n"
#define SENT_BEFORE "but not those of rows that signal"

/* A process that is killed there does not return. */
static const struct {
	const char *text;
	bool before;
} probe_truths[] = {
	{ PROBE("{action: Post}"), false },
	{ PROBE("{action: NoPost}"), false },
	{ PROBE("{action: Sigkill}"), true },
	{ PROBE("{action: Signal, argSig: 10}"), true },
};

TEST_EACH(events_of_probes_have_results, ARRAY_SIZE(probe_truths))
{
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	struct tetra_explanation *explanation = NULL;
	struct tetra_policy *policy = NULL;
	const char *text = probe_truths[_i].text;

	ck_assert_int_eq(tetra_policy_parse(&policy, text, strlen(text), NULL, NULL), 0);
	ck_assert_int_eq(tetra_explain(&explanation, policy), 0);
	tetra_policy_unref(policy);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 0, &hook), 0);
	ck_assert_ptr_nonnull(strstr(hook.text, "Events have the return value"));
	ck_assert_int_eq(strstr(hook.text, SENT_BEFORE) != NULL, probe_truths[_i].before);
	ck_assert_ptr_null(tetra_explanation_free(explanation));
}

/* What is not resident at a probe: see the scenarios uprobe-cold*. */
#define COLD(option)                                                                     \
	"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"     \
	"spec:\n  options: [" option "]\n  uprobes:\n  - path: /bin/x\n"                 \
	"    symbols: [f]\n    args: [{index: 0, type: string}]\n    selectors: [{" ARG( \
		0, "Equal", "x") ", " KILL "}]\n"

static const struct {
	const char *text, *hook, *row;
} cold_truths[] = {
	{ COLD(""), "not resident cannot be read, and passes no filter",
	  "\"x\" or unreadable" },
	{ COLD("{name: unreadable, value: match}"),
	  "not resident cannot be read, and passes their filters: the row acts",
	  "\"x\" or unreadable or unreadable in user memory" },
	{ COLD("{name: unreadable, value: no-match}"),
	  "not resident cannot be read, and passes no filter", "\"x\"" },
};

TEST_EACH(memory_that_is_not_resident_is_told, ARRAY_SIZE(cold_truths))
{
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	struct tetra_explained_row row = { .size = sizeof(row) };
	struct tetra_explanation *explanation = NULL;
	struct tetra_policy *policy = NULL;
	const char *text = cold_truths[_i].text;

	ck_assert_int_eq(tetra_policy_parse(&policy, text, strlen(text), NULL, NULL), 0);
	ck_assert_int_eq(tetra_explain(&explanation, policy), 0);
	tetra_policy_unref(policy);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 0, &hook), 0);
	ck_assert_ptr_nonnull(strstr(hook.text, cold_truths[_i].hook));
	ck_assert_int_eq(tetra_explanation_get_row(explanation, 0, &row), 0);
	ck_assert_str_eq(row.where[0].name, "args[0]");
	ck_assert_ptr_nonnull(strstr(row.where[0].text, cold_truths[_i].row));
	ck_assert_ptr_null(tetra_explanation_free(explanation));
}

TEST(filters_of_an_open_type_are_told_as_they_are)
{
	static const char text[] =
		"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"
		"spec:\n  tracepoints:\n  - subsystem: syscalls\n    event: sys_enter_lseek\n"
		"    args: [{index: 7, type: auto}]\n    selectors:\n"
		"    - matchArgs: [{index: 7, operator: Equal, values: ['0', '1']}]\n";
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	struct tetra_explained_row row = { .size = sizeof(row) };
	struct tetra_explanation *explanation = NULL;
	struct tetra_policy *policy = NULL;

	ck_assert_int_eq(tetra_policy_parse(&policy, text, sizeof(text) - 1, NULL, NULL),
			 0);
	ck_assert_int_eq(tetra_explain(&explanation, policy), 0);
	tetra_policy_unref(policy);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 0, &hook), 0);
	ck_assert_int_eq(tetra_explanation_get_row(explanation, 0, &row), 0);
	ck_assert_uint_eq(hook.is_exact, 0);
	ck_assert_uint_eq(row.is_decisive, 1);
	ck_assert_str_eq(row.where[0].name, "matchArgs[0]");
	ck_assert_str_eq(row.where[0].text, "Equal \"0\", \"1\"");
	tetra_explanation_free(explanation);
}

TEST(explanations_need_a_policy_and_sizes)
{
	struct tetra_explained_policy policy = {};
	struct tetra_explanation *explanation = NULL;

	ck_assert_int_eq(tetra_explain(&explanation, NULL), -EINVAL);
	ck_assert_int_eq(tetra_explain(NULL, NULL), -EINVAL);
	ck_assert_int_eq(tetra_explanation_get_policy(NULL, &policy), -EINVAL);
	ck_assert_ptr_null(tetra_explanation_free(NULL));
}
