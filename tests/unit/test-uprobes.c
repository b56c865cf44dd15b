/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks on places in programs: what a policy means by them, and what is attached there. */
#include <unistd.h>

#include "tests/unit/expect.h"
#include "tests/unit/plan-of.h"

#define HEAD "apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: p}\n"

static struct tetra_policy *policy;
static struct tetra_diag *diag;

static void setup(void)
{
	policy = NULL;
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
}

static void teardown(void)
{
	tetra_policy_unref(policy);
	tetra_diag_free(diag);
}

static int parse(const char *spec)
{
	_cleanup_(strbuf_done) struct strbuf text = {};

	strbuf_format(&text, HEAD "spec:\n%s", spec);
	policy = tetra_policy_unref(policy);
	return tetra_policy_parse(&policy, strbuf_get(&text), text.len, NULL, diag);
}

static const struct policy_hook *good(const char *spec)
{
	int r = parse(spec);

	if (r < 0)
		expect_print(diag);
	ck_assert_int_eq(r, 0);
	return policy->hooks;
}

static void is_place(const struct policy_hook *hook, const char *name, uint32_t kind,
		     uint64_t at, uint64_t counter, const char *path)
{
	ck_assert_uint_eq(hook->kind, POLICY_UPROBE);
	ck_assert_str_eq(hook->subsystem, "/bin/x");
	ck_assert_str_eq(hook->name, name);
	ck_assert_uint_eq(hook->place.kind, kind);
	ck_assert_uint_eq(hook->place.at, at);
	ck_assert_uint_eq(hook->place.counter, counter);
	ck_assert_str_eq(hook->name_path, path);
	ck_assert_uint_eq(hook->n_args, 1);
}

/* Each place is a hook, once. */
TEST(uprobes_have_places)
{
	const struct policy_hook *hooks =
		good("  uprobes:\n"
		     "  - path: /bin/x\n"
		     "    symbols: [main, main+0x10, _Z3a+b+16, main]\n"
		     "    refCtrOffsets: [0, 64, 0, 0]\n"
		     "    args: [{index: 0, type: int}]\n"
		     "  - path: /bin/x\n"
		     "    offsets: [4454, 0x1166]\n"
		     "    args: [{index: 0, type: string}]\n"
		     "  - path: /bin/x\n"
		     "    addrs: [0x401166]\n"
		     "    args: [{index: 0, type: char_buf, sizeArgIndex: 2}]\n");

	ck_assert_uint_eq(policy->n_hooks, 5);
	is_place(&hooks[0], "main", POLICY_AT_SYMBOL, 0, 0, "spec.uprobes[0].symbols[0]");
	is_place(&hooks[1], "main+0x10", POLICY_AT_SYMBOL, 16, 64,
		 "spec.uprobes[0].symbols[1]");
	is_place(&hooks[2], "_Z3a+b+16", POLICY_AT_SYMBOL, 16, 0,
		 "spec.uprobes[0].symbols[2]");
	ck_assert_uint_eq(hooks[1].place.symbol_len, 4);
	ck_assert_uint_eq(hooks[2].place.symbol_len, 6);
	is_place(&hooks[3], "offset 0x1166", POLICY_AT_OFFSET, 4454, 0,
		 "spec.uprobes[1].offsets[0]");
	is_place(&hooks[4], "address 0x401166", POLICY_AT_ADDRESS, 0x401166, 0,
		 "spec.uprobes[2].addrs[0]");
}

/* POLICY_MAX_LISTED */
#define MAX_PLACES 4096u

TEST(uprobes_have_so_many_places_and_no_more)
{
	_cleanup_(strbuf_done) struct strbuf text = {};
	uint32_t i;

	strbuf_puts(&text, "  uprobes:\n  - path: /bin/x\n    offsets: [0");
	for (i = 1; i < MAX_PLACES; i++)
		strbuf_format(&text, ", %u", i);
	strbuf_puts(&text, "]\n");
	(void)good(strbuf_get(&text));
	ck_assert_uint_eq(policy->n_hooks, MAX_PLACES);
	strbuf_puts(&text, "  - path: /bin/x\n    symbols: [main]\n");
	ck_assert_int_eq(parse(strbuf_get(&text)), -EINVAL);
}

/* On each recorded kernel; none of them can keep a killed process from not going on. */
static const struct {
	const char *spec, *programs;
} ladders[] = {
	{ UPROBE("main", ""), "uprobe:/bin/x/main:event+signal" },
	{ UPROBE("main", ", " KILL), "uprobe:/bin/x/main:event+signal" },
	{ UPROBE("main", ", " RETURN),
	  "uprobe:/bin/x/main:- uretprobe:/bin/x/main:event+signal+return" },
	{ UPROBE("main", ", " RETURN ", " KILL),
	  "uprobe:/bin/x/main:signal uretprobe:/bin/x/main:event+return" },
};

TEST_EACH(uprobes_are_attached, ARRAY_SIZE(releases))
{
	for (size_t i = 0; i < ARRAY_SIZE(ladders); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *planned =
			policy_of(ladders[i].spec);
		_cleanup_(strbuf_done) struct strbuf text = {}, said = {};
		struct plan_ladder ladder = {};
		struct plan_use use = {};

		ck_assert_int_eq(plan_first(planned, recorded(_i), &use, &ladder, diag),
				 0);
		ladder_tell(&text, &ladder);
		diag_show(diag, &said);
		ck_assert_str_eq(strbuf_get(&text), ladders[i].programs);
		ck_assert_str_eq(strbuf_get(&said), "");
	}
}

FIXTURE(setup, teardown)
