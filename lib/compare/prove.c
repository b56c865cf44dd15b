/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A claim is false where its own policy says "told" and the policies do what it denies: the
 * same walk as for differences, with another question at its end.
 */
#include "lib/base/opts.h"
#include "lib/compare/claim.h"
#include "lib/compare/describe.h"
#include "lib/compare/quote.h"
#include "lib/compare/witness.h"

struct tetra_proofs {
	struct arena *arena;
	struct tetra_proof *items;
	size_t n;
};

/* Regions that are looked at for the plainest example. */
#define MAX_LOOKED_AT 1000u

struct prover {
	struct tetra_proofs *proofs;
	const struct hook_places *places;
	const struct claim *claim;
	struct tetra_proof *ret;
	struct difference difference;
	uint32_t group; /* the claim's: its positions are the policy's */
	struct tetra_diag *diag;
};

static const char *const status_names[] = {
	[TETRA_PROVED] = "proved",
	[TETRA_REFUTED] = "refuted",
	[TETRA_NOT_DECIDED] = "not-decided",
};

static const char *keep(struct prover *prover, struct strbuf *text)
{
	const char *kept = text->failed ? NULL
					: arena_text(prover->proofs->arena,
						     strbuf_get(text), text->len);

	strbuf_done(text);
	*text = (struct strbuf){};
	return kept;
}

static void decide(struct prover *prover, uint32_t status, const char *reason,
		   const char *witness)
{
	prover->ret->status = status;
	prover->ret->status_name = status_names[status];
	prover->ret->reason = reason;
	prover->ret->witness = witness;
}

static bool is_false(void *user, const struct effect effects[SIDES])
{
	const struct prover *prover = user;

	if (!effects[SIDE_OLD].told)
		return false;
	switch (prover->claim->kind) {
	case CLAIM_NEVER_ALLOWED:
		return !effect_blocks(&effects[SIDE_NEW]);
	case CLAIM_ALWAYS_TOLD:
		return !effects[SIDE_NEW].told;
	default:
		return effect_blocks(&effects[SIDE_NEW]);
	}
}

/* How far a box is from what people expect: values that were not read, and what no event
 * says. */
static unsigned int oddness_of(const struct lists *lists, const struct box *box,
			       const struct witness *witness, bool *ret_opaque)
{
	unsigned int odd = 0;

	*ret_opaque = false;
	for (uint32_t i = 0; i < lists->n_axes; i++) {
		*ret_opaque |= box->sets[i] && describe_is_opaque(lists->axes[i]);
		if (!describe_is_opaque(lists->axes[i]))
			odd += word_tag(witness->words[i]) != TETRA_VALUE_READ;
	}
	return odd + (*ret_opaque ? MAX_AXES : 0);
}

/* The plainest of the boxes that have an event at all; NULL. */
static int box_choose(struct prover *prover, struct witness *ret,
		      const struct box **ret_box, bool *ret_opaque)
{
	const struct lists *lists = &prover->difference.lists;
	struct witness *witness = arena_alloc(prover->difference.arena, sizeof(*witness));
	unsigned int best = UINT32_MAX;
	bool opaque;
	int r;

	*ret_box = NULL;
	if (!witness)
		return -ENOMEM;
	for (uint32_t i = 0;
	     i < prover->difference.boxes.n && (i < MAX_LOOKED_AT || !*ret_box); i++) {
		const struct box *box = &prover->difference.boxes.items[i];
		unsigned int odd;

		r = witness_find(lists, &prover->difference.boxes, box, witness);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		odd = oddness_of(lists, box, witness, &opaque);
		if (odd >= best)
			continue;
		best = odd;
		*ret = *witness;
		*ret_box = box;
		*ret_opaque = opaque;
	}
	return 0;
}

/* "args[0] = 2 and binary unreadable" */
static int reason_make(struct prover *prover, const struct box *box, struct strbuf *ret)
{
	const struct lists *lists = &prover->difference.lists;
	struct vocabulary vocabulary;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < lists->n_axes; i++) {
		struct strbuf text = {};

		if (!box->sets[i])
			continue;
		r = vocabulary_make(lists, i, &vocabulary);
		strbuf_puts(ret, ret->len ? "; " : "");
		describe_name(lists, i, prover->group, ret);
		if (r >= 0)
			r = describe_set(
				lists, i, &vocabulary,
				boxes_atoms(&prover->difference.boxes, i, box->sets[i]),
				&text);
		strbuf_format(ret, " %s", strbuf_get(&text));
		strbuf_done(&text);
	}
	if (r >= 0 && !ret->len)
		strbuf_puts(ret, "every event");
	return r;
}

/* The evaluator has the last word. */
static int confirm(struct prover *prover, const struct witness *witness,
		   const char *event)
{
	const struct diag_place nowhere = {};
	struct effect effects[SIDES];
	int r = witness_judge(&prover->difference.lists, witness, effects);

	if (r < 0 || is_false(prover, effects))
		return r;
	return diag_error(prover->diag, &nowhere, -ECANCELED, "internal-error",
			  "please report this, with the policies",
			  "the proof and the evaluator contradict each other: %s", event);
}

static int refute(struct prover *prover)
{
	struct witness *witness = arena_alloc(prover->difference.arena, sizeof(*witness));
	struct strbuf reason = {}, event = {};
	const struct box *box = NULL;
	bool opaque = false;
	int r = witness ? box_choose(prover, witness, &box, &opaque) : -ENOMEM;

	if (r >= 0 && !box) {
		decide(prover, TETRA_PROVED, NULL, NULL);
		return 0;
	}
	if (r >= 0)
		r = reason_make(prover, box, &reason);
	if (r >= 0)
		r = witness_text(&prover->difference.lists, witness, prover->group,
				 &event);
	if (r >= 0)
		r = confirm(prover, witness, strbuf_get(&event));
	if (r >= 0 && opaque) {
		strbuf_puts(&reason, ", which no event says");
		decide(prover, TETRA_NOT_DECIDED, keep(prover, &reason), NULL);
	} else if (r >= 0) {
		decide(prover, TETRA_REFUTED, keep(prover, &reason),
		       keep(prover, &event));
	}
	strbuf_done(&reason);
	strbuf_done(&event);
	return r < 0 ? r : prover->ret->reason ? 0 : -ENOMEM;
}

/* The claim's hook first, then those of the policies on the same place. */
static int lists_fill(struct prover *prover)
{
	struct lists *lists = &prover->difference.lists;
	const struct claim *claim = prover->claim;
	uint32_t place = 0;
	int r = lists_add_hook(lists, SIDE_OLD, claim->about, &claim->about->hooks[0]);

	for (uint32_t i = 0; i < prover->places->n; i++)
		if (prover->places->items[i].hook == claim->hook)
			place = prover->places->items[i].place;
	for (uint32_t i = 0; r >= 0 && i < prover->places->n; i++) {
		const struct hook_place *item = &prover->places->items[i];

		if (item->place == place)
			r = lists_add_hook(lists, SIDE_NEW, item->policy, item->hook);
	}
	return r;
}

static int claim_prove(struct prover *prover, uint64_t max_states)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	uint64_t steps = COMPARE_STEPS;
	int r = arena_new(&arena);

	if (r < 0)
		return r;
	difference_init(&prover->difference, arena, &steps);
	prover->difference.matters = is_false;
	prover->difference.user = prover;
	r = lists_fill(prover);
	if (r >= 0)
		r = difference_find(&prover->difference, max_states);
	if (r >= 0)
		r = prover->difference.complete ? refute(prover) : -E2BIG;
	difference_done(&prover->difference);
	if (r != -E2BIG)
		return r;
	decide(prover, TETRA_NOT_DECIDED, "not finished: there are too many combinations",
	       NULL);
	return 0;
}

/* No policy is on this hook: nothing is blocked there, and nothing told. */
static int unhooked_prove(struct prover *prover)
{
	const struct claim *claim = prover->claim;
	struct strbuf event = {};

	if (claim->kind == CLAIM_NEVER_BLOCKED) {
		decide(prover, TETRA_PROVED, NULL, NULL);
		return 0;
	}
	strbuf_format(&event, "{\"%s\":", claim->hook_key);
	quote(&event, claim->function, strlen(claim->function));
	strbuf_puts(&event, "}");
	decide(prover, TETRA_REFUTED, "every event: no policy hooks this",
	       keep(prover, &event));
	return prover->ret->witness ? 0 : -ENOMEM;
}

static int node_prove(struct prover *prover, const struct node *node,
		      struct report *report, uint64_t max_states)
{
	struct strbuf text = {};
	struct claim claim;
	int r = claim_read(node, prover->places, report, &claim);

	prover->claim = &claim;
	prover->ret->size = sizeof(*prover->ret);
	prover->ret->line = node->mark.line;
	claim_text(node, &text);
	prover->ret->text = keep(prover, &text);
	if (r >= 0 && !prover->ret->text)
		r = -ENOMEM;
	if (r >= 0 && claim.hook)
		r = claim_prove(prover, max_states);
	else if (r >= 0)
		r = unhooked_prove(prover);
	claim_done(&claim);
	return r;
}

static int nodes_prove(struct prover *prover, const struct node *root,
		       struct report *report, uint64_t max_states)
{
	bool is_list = root->type == NODE_SEQUENCE;
	const struct node *node = is_list ? root->first : root;
	size_t n = is_list ? root->n : 1;
	int first = 0, r;

	prover->proofs->items =
		arena_array(prover->proofs->arena, n + 1, sizeof(*prover->ret));
	if (!prover->proofs->items)
		return -ENOMEM;
	/* All that is wrong is said at once. */
	for (; node && prover->proofs->n < n; node = node->next) {
		prover->ret = &prover->proofs->items[prover->proofs->n++];
		r = node_prove(prover, node, report, max_states);
		if (r < 0 && r != -EINVAL)
			return r;
		first = r < 0 ? r : first;
	}
	return first;
}

static void tetra_proofs_freep(struct tetra_proofs **proofs)
{
	tetra_proofs_free(*proofs);
}

static int places_make(struct arena *arena, struct tetra_policy *const *policies,
		       size_t n, struct hook_places *ret)
{
	for (size_t i = 0; i < n; i++)
		if (!policies || !policies[i])
			return -EINVAL;
	return hook_places_make(arena, NULL, 0, policies, n, ret);
}

int tetra_prove(struct tetra_proofs **ret, struct tetra_policy *const *policies, size_t n,
		const char *claims, size_t len, const struct tetra_compare_opts *given,
		struct tetra_diag *diag)
{
	_cleanup_(tetra_proofs_freep) struct tetra_proofs *proofs = NULL;
	struct report report = { .diag = diag };
	struct tetra_compare_opts opts;
	struct hook_places places;
	struct prover prover = { .places = &places, .diag = diag };
	struct node *root;
	int r;

	if (!ret || !claims)
		return -EINVAL;
	r = opts_read(&opts, sizeof(opts), given, "tetra_compare_opts", diag);
	if (r < 0)
		return r;
	prover.proofs = proofs = calloc(1, sizeof(*proofs));
	if (!proofs)
		return -ENOMEM;
	r = arena_new(&proofs->arena);
	if (r >= 0)
		r = places_make(proofs->arena, policies, n, &places);
	if (r >= 0)
		r = hook_places_check(&places, diag);
	if (r >= 0)
		r = yaml_parse(&root, proofs->arena, claims, len, &report);
	if (r < 0)
		return r;
	hook_places_note(&places, diag);
	r = nodes_prove(&prover, root, &report,
			opts.max_states ? opts.max_states : COMPARE_STATES);
	if (r < 0 || diag_has_lost(diag))
		return r < 0 ? r : -ENOMEM;
	*ret = TAKE_PTR(proofs);
	return 0;
}

struct tetra_proofs *tetra_proofs_free(struct tetra_proofs *proofs)
{
	if (!proofs)
		return NULL;
	arena_free(proofs->arena);
	free(proofs);
	return NULL;
}

size_t tetra_proofs_count(const struct tetra_proofs *proofs)
{
	return proofs ? proofs->n : 0;
}

int tetra_proofs_get(const struct tetra_proofs *proofs, size_t index,
		     struct tetra_proof *ret)
{
	if (!proofs || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= proofs->n)
		return -ENOENT;
	return opts_fill(ret, &proofs->items[index], sizeof(*ret));
}
