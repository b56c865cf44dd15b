/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of one hook on recorded kernels, and what is said about them, as text.
 */
#ifndef TESTS_PLAN_OF_H
#define TESTS_PLAN_OF_H

#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/base/strbuf.h"
#include "lib/plan/plan.h"
#include "lib/recording/recording.h"
#include "tests/unit/suite.h"

#define PLAN_PATH_BYTES 4096

static const char *const releases[] = { "5.10", "6.1", "6.12", "7.2", "6.12-full" };

/* Parsed once: reading facts takes longer than planning. */
static struct tetra_kernel *kernels[ARRAY_SIZE(releases)];

static inline struct tetra_kernel *recorded(unsigned int i)
{
	char path[PLAN_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/kernel/%s.facts.gz", getenv("TETRA_TEST_DATA"),
		 releases[i]);
	if (!kernels[i])
		ck_assert_int_eq(kernel_read_facts(&kernels[i], path, NULL), 0);
	return kernels[i];
}

/* "kprobes" or "lsmhooks" ... with one hook, indented by two, as YAML. */
static inline struct tetra_policy *policy_of(const char *spec)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	_cleanup_(tetra_diag_freep) struct tetra_diag *diag = NULL;
	struct tetra_policy *policy = NULL;
	char shown[512] = "";
	int r;

	strbuf_format(&text,
		      "apiVersion: cilium.io/v1alpha1\n"
		      "kind: TracingPolicy\n"
		      "metadata: {name: test}\n"
		      "spec:\n"
		      "  %s\n",
		      spec);
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	r = tetra_policy_parse(&policy, text.text, text.len, NULL, diag);
	if (r < 0)
		(void)tetra_diag_render(diag, 0, shown, sizeof(shown));
	ck_assert_msg(r == 0, "%s\n%s", text.text, shown);
	return policy;
}

static inline void diag_show(struct tetra_diag *diag, struct strbuf *text)
{
	struct tetra_finding finding = { .size = sizeof(finding) };
	unsigned int i;

	for (i = 0; tetra_diag_get(diag, i, &finding) == 0; i++)
		strbuf_format(text, "%s%s %s: %s%s%s%s", text->len ? "\n" : "",
			      finding.path ? finding.path : "-", finding.code,
			      finding.message, finding.hint ? " (" : "",
			      finding.hint ? finding.hint : "", finding.hint ? ")" : "");
}

/* --- snippets --- */

#define KILL	 "selectors: [{matchActions: [{action: Sigkill}]}]"
#define SIGTERM	 "selectors: [{matchActions: [{action: Signal, argSig: 15}]}]"
#define OVERRIDE "selectors: [{matchActions: [{action: Override, argError: -1}]}]"
#define RETURN	 "return: true, returnArg: {index: 0, type: int}"

#define FUNCTION(name, rest) "kprobes: [{call: " name ", syscall: false" rest "}]"
#define SYSCALL(name, rest)  "kprobes: [{call: " name ", syscall: true" rest "}]"
#define LSM(name, rest)	     "lsmhooks: [{hook: " name rest "}]"
#define UPROBE(symbol, rest) "uprobes: [{path: /bin/x, symbols: [" symbol "]" rest "}]"
#define EVENT(subsystem, name, rest)                                                     \
	"tracepoints: [{subsystem: " subsystem ", event: " name rest "}]"

static inline void source_tell(struct strbuf *text, const struct tetra_source *source)
{
	static const char *const from[] = {
		[TETRA_FROM_WORD] = "param",
		[TETRA_FROM_RESULT] = "result",
		[TETRA_FROM_FIELD] = "field",
		[TETRA_FROM_ARRAY] = "array",
		[TETRA_FROM_LOC] = "loc",
		[TETRA_FROM_REL_LOC] = "rel_loc",
		[TETRA_FROM_LOC_BYTES] = "bytes",
		[TETRA_FROM_CONSTANT] = "constant",
		[TETRA_FROM_COPY] = "copy",
		[TETRA_FROM_RESULT_COPY] = "result copy",
	};

	strbuf_format(text, "%s %u", from[source->n_steps ? source->start : source->from],
		      source->at);
	if (source->bytes)
		strbuf_format(text, "+%u", source->bytes);
	for (uint32_t i = 0; i < source->n_steps; i++)
		strbuf_format(text, "%s%u", source->steps[i].load ? "->" : ".",
			      source->steps[i].offset);
}

/*
 * One argument of a hook: how it is read, as "KIND [as TYPE] SOURCE [size SOURCE [as TYPE]]
 * [typed] [user]"; "as" if only that much of a register counts.
 */
static inline void slot_tell(struct strbuf *text, const struct plan_use *use, uint32_t i)
{
	const struct tetra_slot_config *slot = &use->args[i];
	const struct kind_row *kind = kind_row(slot->kind);

	strbuf_puts(text, kind->name);
	if (kind->bits &&
	    (slot->shift != 64 - kind->bits || slot->extends != kind->is_signed))
		strbuf_format(text, " as %sint%u", slot->extends ? "" : "u",
			      64 - slot->shift);
	strbuf_puts(text, " ");
	source_tell(text, &slot->value);
	if (slot->size.from) {
		strbuf_puts(text, " size ");
		source_tell(text, &slot->size);
	}
	if (slot->size_shift)
		strbuf_format(text, " as uint%u", 64 - slot->size_shift);
	if (slot->typed)
		strbuf_puts(text, " typed");
	if (slot->user)
		strbuf_puts(text, " user");
}

#define ARG(index, type) "{index: " index ", type: " type "}"
#define ARGS(list)	 ", args: [" list "]"

/* A filter of an argument whose type is the field's: an int. */
#define EXEC_FIELD(op, values)                                                           \
	EVENT("sched", "sched_process_exec",                                             \
	      ARGS("{index: 5}") ", selectors: [{matchArgs: [{index: 5, operator: " op   \
				 ", values: [" values "]}]}]")

#define EQUAL(index, value)                                                              \
	"selectors: [{matchArgs: [{index: " index ", operator: Equal, values: [" value   \
	"]}]}]"

/* --- plans as text --- */

static inline void phases_tell(struct strbuf *text, uint32_t phase)
{
	static const char *const names[] = { "event", "signal", "deny", "return",
					     "catch" };
	const char *plus = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(phase & 1u << i))
			continue;
		strbuf_format(text, "%s%s", plus, names[i]);
		plus = "+";
	}
	if (!phase)
		strbuf_puts(text, "-");
}

static inline void ladder_tell(struct strbuf *text, const struct plan_ladder *ladder)
{
	uint32_t i;

	for (i = 0; i < ladder->n_instances; i++) {
		const struct plan_instance *instance = &ladder->instances[i];

		strbuf_format(text, "%s%s:%s%s%s:", text->len ? " " : "",
			      plan_program_name(instance->program), instance->subsystem,
			      instance->subsystem[0] ? "/" : "", instance->target);
		phases_tell(text, instance->phase);
	}
}

/* The first hook of a policy; the findings go to @diag. */
static inline int plan_first(struct tetra_policy *policy, struct tetra_kernel *kernel,
			     struct plan_use *use, struct plan_ladder *ladder,
			     struct tetra_diag *diag)
{
	const struct policy_hook *hook = &policy->hooks[0];
	struct diag_place place = { .file = policy->file,
				    .line = hook->name_mark.line,
				    .column = hook->name_mark.column,
				    .path = hook->yaml_path };
	int r = plan_use(use, hook, policy->file, kernel, diag);

	return r < 0 ? r : plan_ladder(ladder, use, use->needs, &place, kernel, diag);
}

#endif
