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
#define EVENT(subsystem, name, rest)                                                     \
	"tracepoints: [{subsystem: " subsystem ", event: " name rest "}]"

/*
 * One argument of a hook: how it is read, as "KIND param N [size N] [typed] [user]" or
 * "KIND at OFFSET+BYTES from SOURCE [size OFFSET+BYTES]".
 */
static inline void slot_tell(struct strbuf *text, const struct plan_use *use, uint32_t i)
{
	const struct tetra_slot_config *slot = &use->args[i];

	strbuf_puts(text, arg_kind_name(slot->kind));
	if (use->kind == PLAN_POINT_TRACEPOINT) {
		strbuf_format(text, " at %u+%u from %u", slot->offset, slot->field,
			      slot->data_loc);
		if (slot->size_field)
			strbuf_format(text, " size %u+%u", slot->size_offset,
				      slot->size_field);
	} else {
		strbuf_format(text, " param %u", slot->param);
		if (slot->size_param != 0xff)
			strbuf_format(text, " size %u", slot->size_param);
	}
	if (slot->typed)
		strbuf_puts(text, " typed");
	if (slot->user)
		strbuf_puts(text, " user");
}

#define ARG(index, type) "{index: " index ", type: " type "}"
#define ARGS(list)	 ", args: [" list "]"
#define EQUAL(index, value)                                                              \
	"selectors: [{matchArgs: [{index: " index ", operator: Equal, values: [" value   \
	"]}]}]"

#endif
