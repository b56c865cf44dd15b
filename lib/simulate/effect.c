/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/simulate/effect.h"

#include "lib/base/base.h"

static void effect_add(struct effect *effect, const struct policy_action *action)
{
	switch (action->kind) {
	case TETRA_ACTION_NOPOST:
		effect->silent = true;
		break;
	case TETRA_ACTION_SIGKILL:
	case TETRA_ACTION_SIGNAL:
		effect->signal = action->signal;
		effect->kind = MAX(effect->kind, action->kind == TETRA_ACTION_SIGKILL
							 ? TETRA_VERDICT_KILL
							 : TETRA_VERDICT_SIGNAL);
		break;
	case TETRA_ACTION_OVERRIDE:
		effect->error = action->error;
		effect->kind = TETRA_VERDICT_DENY;
		break;
	default:
		break;
	}
}

struct effect effect_of(const struct policy_selector *selector, uint32_t mode)
{
	struct effect effect = { .kind = TETRA_VERDICT_POST };

	for (uint32_t i = 0; selector && i < selector->n_actions; i++)
		effect_add(&effect, &selector->actions[i]);
	if (mode == TETRA_MODE_MONITOR)
		effect = (struct effect){ .kind = TETRA_VERDICT_POST,
					  .silent = effect.silent };
	if (effect.kind == TETRA_VERDICT_POST && effect.silent)
		effect.kind = TETRA_VERDICT_SILENT;
	return effect;
}

bool effect_is_same(const struct effect *a, const struct effect *b)
{
	return a->kind == b->kind && a->error == b->error && a->signal == b->signal &&
	       a->silent == b->silent;
}
