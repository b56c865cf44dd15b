/* SPDX-License-Identifier: Apache-2.0 */
#include "test/judge.h"

#include <string.h>

struct tetra_input *judge_input(struct suite *suite, const struct node *event)
{
	struct tetra_input *input = NULL;
	size_t len;
	const char *text = node_dump(&suite->arena, event, 1, &len);

	if (tetra_input_new(&input) < 0)
		return NULL;
	if (tetra_input_read(input, text, len, suite->file, NULL) < 0)
		return tetra_input_free(input);
	return input;
}

/* The strongest is what is done; what is not known is not weaker than a kill. */
static int is_stronger(uint32_t kind, uint32_t than)
{
	if (than == TETRA_VERDICT_DENY || kind == than)
		return 0;
	return kind == TETRA_VERDICT_DENY || kind > than;
}

int judge(struct tetra_sim *sim, const struct tetra_input *input, struct judged *ret)
{
	struct tetra_verdict verdict = { .size = sizeof(verdict) };
	int n = tetra_sim_run(sim, input), i, r = 0;

	ret->kind = TETRA_VERDICT_NONE;
	ret->n_rules = 0;
	for (i = 0; i < n; i++) {
		r = tetra_sim_get_verdict(sim, (unsigned int)i, &verdict);
		if (r < 0)
			return r;
		if (is_stronger(verdict.kind, ret->kind)) {
			ret->kind = verdict.kind;
			ret->n_rules = 0;
		}
		if (verdict.kind == ret->kind && ret->n_rules < JUDGED_RULES)
			ret->rules[ret->n_rules++] = verdict;
	}
	return n < 0 ? n : 0;
}

const char *judge_rule(struct arena *arena, const struct tetra_verdict *verdict,
		       int is_whole)
{
	const char *policy = is_whole ? verdict->policy_name : "";

	if (verdict->selector < 0)
		return arena_text(arena, "%s%s%s", policy, is_whole ? "/" : "",
				  verdict->hook_name);
	return arena_text(arena, "%s%s%s.selectors[%d]", policy, is_whole ? "/" : "",
			  verdict->hook_name, verdict->selector);
}

int judge_is_verdict(const struct node *expect, const struct judged *judged)
{
	const char *wanted = node_get_text(expect, "verdict");

	return !wanted || strcmp(wanted, tetra_verdict_kind_to_name(judged->kind)) == 0;
}

static int is_decided_by(struct arena *arena, const struct judged *judged,
			 const char *rule)
{
	size_t i;

	if (judged->kind == TETRA_VERDICT_NONE)
		return strcmp(rule, "none") == 0;
	for (i = 0; i < judged->n_rules; i++) {
		const char *name =
			judge_rule(arena, &judged->rules[i], strchr(rule, '/') != NULL);
		size_t n = strlen(rule);

		/* A hook's name is that of any of its selectors. */
		if (strncmp(name, rule, n) == 0 && (!name[n] || name[n] == '.'))
			return 1;
	}
	return 0;
}

/* Which selector was nearest, or on what the verdict depends. */
static const char *why(struct arena *arena, const struct judged *judged)
{
	const struct tetra_verdict *rule = &judged->rules[0];
	const char *name;

	if (!judged->n_rules)
		return " (no policy hooks it)";
	name = judge_rule(arena, rule, 0);
	if (*rule->missed_by)
		return arena_text(arena, " (%s is missed by %s)", name, rule->missed_by);
	if (*rule->depends_on)
		return arena_text(arena, " (%s depends on %s)", name, rule->depends_on);
	return arena_text(arena, " (%s)", name);
}

const char *judge_describe(struct arena *arena, const struct judged *judged)
{
	const char *kind = tetra_verdict_kind_to_name(judged->kind);

	if (judged->kind == TETRA_VERDICT_NONE || !judged->n_rules)
		return kind;
	return arena_text(arena, "%s by %s", kind,
			  judge_rule(arena, &judged->rules[0], 1));
}

const char *judge_compare(struct arena *arena, const struct node *expect,
			  const struct judged *judged)
{
	const char *rule = node_get_text(expect, "decided-by");

	if (!judge_is_verdict(expect, judged))
		return arena_text(arena, "the verdict is %s, expected %s%s",
				  tetra_verdict_kind_to_name(judged->kind),
				  node_get_text(expect, "verdict"), why(arena, judged));
	if (rule && !is_decided_by(arena, judged, rule))
		return arena_text(arena, "decided by %s, expected %s",
				  judged->n_rules && judged->kind != TETRA_VERDICT_NONE
					  ? judge_rule(arena, &judged->rules[0],
						       strchr(rule, '/') != NULL)
					  : "none",
				  rule);
	return NULL;
}
