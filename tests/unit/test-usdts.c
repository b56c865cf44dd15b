/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks on probes of programs: what a policy means by them, and what is attached there. */
#include <unistd.h>

#include "tests/unit/expect.h"
#include "tests/unit/plan-of.h"
#include "tetra/compare.h"
#include "tetra/explain.h"
#include "tetra/simulate.h"

#define USDT(name, rest) "usdts: [{path: /bin/x, provider: lab, name: " name rest "}]"

static struct tetra_diag *diag;
static struct plan_use use;
static struct plan_ladder ladder;

static void setup(void)
{
	ck_assert_int_eq(tetra_diag_new(&diag), 0);
	use = (struct plan_use){};
	ladder = (struct plan_ladder){};
}

static void teardown(void)
{
	tetra_diag_free(diag);
}

TEST(usdts_have_two_names)
{
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
		policy_of(USDT("a/b", ""));
	const struct policy_hook *hook = policy->hooks;

	ck_assert_uint_eq(policy->n_hooks, 1);
	ck_assert_uint_eq(hook->kind, POLICY_USDT);
	ck_assert_str_eq(hook->subsystem, "/bin/x");
	ck_assert_str_eq(hook->provider, "lab");
	ck_assert_str_eq(hook->name, "lab/a/b");
	ck_assert_str_eq(hook_probe(hook), "a/b");
	ck_assert_str_eq(hook_separator(hook), ":");
}

/* On each recorded kernel. */
static const struct {
	const char *spec, *programs;
} ladders[] = {
	{ USDT("main", ""), "uprobe:/bin/x/lab/main:event+signal" },
	{ USDT("main", ", " KILL), "uprobe:/bin/x/lab/main:event+signal" },
};

TEST_EACH(usdts_are_attached, ARRAY_SIZE(releases))
{
	for (size_t i = 0; i < ARRAY_SIZE(ladders); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(ladders[i].spec);
		_cleanup_(strbuf_done) struct strbuf text = {}, said = {};

		ck_assert_int_eq(plan_first(policy, recorded(_i), &use, &ladder, diag),
				 0);
		ladder_tell(&text, &ladder);
		diag_show(diag, &said);
		ck_assert_str_eq(strbuf_get(&text), ladders[i].programs);
		ck_assert_str_eq(strbuf_get(&said), "");
	}
}

/* A note has twelve arguments at most; a hook that begins with a later one has a point of its own. */
TEST(usdts_have_parts)
{
	static const struct {
		const char *spec;
		uint32_t part;
	} rows[] = {
		{ USDT("main", ""), 0 },
		{ USDT("main", ", args: [{index: 4, type: int}]"), 0 },
		{ USDT("main", ", args: [{index: 9, type: int}, {index: 5, type: int}]"),
		  1 },
		{ USDT("main", ", args: [{index: 11, type: int}]"), 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
			policy_of(rows[i].spec);

		ck_assert_int_eq(plan_first(policy, recorded(0), &use, &ladder, diag), 0);
		ck_assert_uint_eq(use.point.part, rows[i].part);
		ck_assert_uint_eq(plan_places(policy->hooks, recorded(0)), 1);
	}
}

TEST(usdts_are_simulated)
{
	static const struct {
		const char *path, *provider, *name;
		int result;
	} rows[] = {
		{ "/bin/x", "lab", "main", 1 },	  { "/bin/x", "lab", "mai", 0 },
		{ "/bin/x", "la", "main", 0 },	  { "/bin/y", "lab", "main", 0 },
		{ "", "lab", "main", -EINVAL },	  { "/bin/x", "", "main", -EINVAL },
		{ "/bin/x", "lab", "", -EINVAL },
	};
	struct tetra_policy *policy = policy_of(USDT("main", ""));
	struct tetra_input *input;
	struct tetra_sim *sim;

	ck_assert_int_eq(tetra_sim_new(&sim, &policy, 1, NULL, NULL), 0);
	ck_assert_int_eq(tetra_input_new(&input), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = tetra_input_set_usdt(input, rows[i].path, rows[i].provider,
					     rows[i].name);

		ck_assert_int_eq(r < 0 ? r : tetra_sim_run(sim, input), rows[i].result);
		tetra_input_reset(input);
	}
	ck_assert_int_eq(tetra_input_set_usdt(input, "/bin/x", NULL, "main"), -EINVAL);
	ck_assert_int_eq(tetra_input_set_usdt(input, NULL, "lab", "main"), -EINVAL);
	tetra_input_free(input);
	tetra_sim_free(sim);
	tetra_policy_unref(policy);
}

TEST(usdts_are_explained)
{
	_cleanup_(tetra_policy_unrefp) struct tetra_policy *policy =
		policy_of(USDT("main", ", " KILL));
	struct tetra_explained_hook hook = { .size = sizeof(hook) };
	struct tetra_explanation *explanation;

	ck_assert_int_eq(tetra_explain(&explanation, policy), 0);
	ck_assert_int_eq(tetra_explanation_get_hook(explanation, 0, &hook), 0);
	ck_assert_msg(strstr(hook.text, "when a process reaches /bin/x:lab/main."), "%s",
		      hook.text);
	ck_assert_msg(strstr(hook.text, "does not run the code that follows"), "%s",
		      hook.text);
	tetra_explanation_free(explanation);
}

FIXTURE(setup, teardown)
