/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls that explain a policy. */
#include "lib/base/opts.h"
#include "lib/explain/explanation.h"

static void explanation_freep(struct tetra_explanation **explanation)
{
	tetra_explanation_free(*explanation);
}

static int policy_explain(struct tetra_explanation *ret,
			  const struct tetra_policy *policy)
{
	struct strbuf text = {};

	sentence_policy(policy, &text);
	ret->policy = (struct tetra_explained_policy){
		.size = sizeof(ret->policy),
		.mode = policy->mode,
		.n_hooks = policy->n_hooks,
		.name = arena_text(ret->arena, policy->name, strlen(policy->name)),
		.file = policy->file ? arena_text(ret->arena, policy->file,
						  strlen(policy->file))
				     : NULL,
		.text = explanation_keep(ret, &text),
	};
	if (!ret->policy.name || !ret->policy.text || (policy->file && !ret->policy.file))
		return -ENOMEM;
	return 0;
}

int tetra_explain(struct tetra_explanation **ret, const struct tetra_policy *policy)
{
	_cleanup_(explanation_freep) struct tetra_explanation *explanation = NULL;
	int r;

	if (!ret || !policy)
		return -EINVAL;
	explanation = calloc(1, sizeof(*explanation));
	if (!explanation)
		return -ENOMEM;
	r = arena_new(&explanation->arena);
	if (r >= 0)
		r = policy_explain(explanation, policy);
	if (r < 0)
		return r;
	explanation->hooks = arena_array(explanation->arena, policy->n_hooks + 1,
					 sizeof(*explanation->hooks));
	if (!explanation->hooks)
		return -ENOMEM;
	for (uint32_t i = 0; r >= 0 && i < policy->n_hooks; i++)
		r = explain_hook(explanation, policy, i);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(explanation);
	return 0;
}

struct tetra_explanation *tetra_explanation_free(struct tetra_explanation *explanation)
{
	if (!explanation)
		return NULL;
	arena_free(explanation->arena);
	free(explanation->rows);
	free(explanation);
	return NULL;
}

int tetra_explanation_get_policy(const struct tetra_explanation *explanation,
				 struct tetra_explained_policy *ret)
{
	if (!explanation || !opts_can_fill(ret))
		return -EINVAL;
	return opts_fill(ret, &explanation->policy, sizeof(explanation->policy));
}

int tetra_explanation_get_hook(const struct tetra_explanation *explanation,
			       uint32_t index, struct tetra_explained_hook *ret)
{
	if (!explanation || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= explanation->policy.n_hooks)
		return -ENOENT;
	return opts_fill(ret, &explanation->hooks[index],
			 sizeof(explanation->hooks[index]));
}

int tetra_explanation_get_row(const struct tetra_explanation *explanation, uint32_t index,
			      struct tetra_explained_row *ret)
{
	if (!explanation || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= explanation->policy.n_rows)
		return -ENOENT;
	return opts_fill(ret, &explanation->rows[index],
			 sizeof(explanation->rows[index]));
}
