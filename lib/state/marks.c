/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/marks.h"

#include "lib/base/diag.h"
#include "lib/image/image.h"
#include "lib/state/state.h"

/* Bits of both kinds. */
struct mark_set {
	uint64_t bits[MARK_KINDS];
};

void marks_done(struct marks *marks)
{
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint32_t i = 0; i < MARK_BITS; i++)
			free(marks->bits[kind][i].keys);
}

/* The bits that filters look at. */

static void policy_marks(const struct session_policy *policy, struct mark_set *used)
{
	for (uint32_t i = 0; i < policy->n_uses; i++) {
		const struct session_use *use = &policy->uses[i];

		for (uint32_t j = 0; use->marks && j < use->n_selectors; j++) {
			if (use->marks[j].pid != RULESET_NO_MARK)
				used->bits[MARK_OF_PID] |= 1ull << use->marks[j].pid;
			if (use->marks[j].binary != RULESET_NO_MARK)
				used->bits[MARK_OF_BINARY] |= 1ull
							      << use->marks[j].binary;
		}
	}
}

static void state_marks(const struct session_state *state, struct mark_set *used)
{
	for (uint32_t i = 0; i < state->n_policies; i++)
		policy_marks(state->policies[i].loaded, used);
}

static bool selector_follows_forks(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_pids; i++)
		if (selector->pids[i].follow_forks)
			return true;
	return false;
}

static bool selector_follows_children(const struct policy_selector *selector)
{
	return selector->n_binaries && selector->binaries->n_values &&
	       selector->binaries->follow_children;
}

/* What a filter means. */

static int meaning_begin(struct mark_bit *meaning, uint32_t n)
{
	*meaning = (struct mark_bit){ .state = MARK_NEW };
	meaning->keys = calloc(MAX(n, 1u), sizeof(*meaning->keys));
	return meaning->keys ? 0 : -ENOMEM;
}

static void meaning_end(struct mark_bit *meaning)
{
	uint32_t n = 0;

	qsort(meaning->keys, meaning->n_keys, sizeof(*meaning->keys), mark_key_compare);
	for (uint32_t i = 0; i < meaning->n_keys; i++)
		if (!n || mark_key_compare(&meaning->keys[n - 1], &meaning->keys[i]) != 0)
			meaning->keys[n++] = meaning->keys[i];
	meaning->n_keys = n;
}

static int meaning_of_pids(struct mark_bit *ret, const struct policy_selector *selector)
{
	uint32_t n = 0;
	int r;

	for (uint32_t i = 0; i < selector->n_pids; i++)
		n += selector->pids[i].n_values;
	r = meaning_begin(ret, n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < selector->n_pids; i++) {
		const struct policy_pids *pids = &selector->pids[i];
		uint64_t kind = pids->namespace_pid ? TETRA_MARK_NSPID : TETRA_MARK_PID;

		for (uint32_t j = 0; pids->follow_forks && j < pids->n_values; j++)
			ret->keys[ret->n_keys++] = (struct tetra_mark_key){
				.kind = kind, .value = { pids->values[j].min }
			};
	}
	meaning_end(ret);
	return 0;
}

static void meaning_add_path(struct mark_bit *meaning, const struct tetra_seed *seed,
			     const char *text, size_t len)
{
	struct tetra_hash hash;

	image_hash_path(seed, text, len, &hash);
	meaning->keys[meaning->n_keys++] =
		(struct tetra_mark_key){ .kind = TETRA_MARK_BINARY,
					 .value = { hash.h[0], hash.h[1] } };
}

static int meaning_of_binaries(struct mark_bit *ret, const struct tetra_session *session,
			       const struct session_use *use, uint32_t number)
{
	const struct policy_selector *selector = &use->hook->selectors[number];
	const struct policy_binaries *binaries = selector->binaries;
	int r = meaning_begin(ret, binaries->n_values + use->n_widened);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < binaries->n_values; i++)
		meaning_add_path(ret, &session->seed, binaries->values[i].text,
				 binaries->values[i].len);
	for (uint32_t i = 0; i < use->n_widened; i++)
		if (use->widened[i].selector == number)
			meaning_add_path(ret, &session->seed, use->widened[i].text,
					 use->widened[i].len);
	ret->distrusts = selector_doubts(selector, operator_is_negated(binaries->op));
	meaning_end(ret);
	return 0;
}

static bool meaning_equal(const struct mark_bit *a, const struct mark_bit *b)
{
	return a->distrusts == b->distrusts && a->n_keys == b->n_keys &&
	       memcmp(a->keys, b->keys, a->n_keys * sizeof(*a->keys)) == 0;
}

/* Whether @wide means each process that @narrow means. */
static bool meaning_implies(const struct mark_bit *narrow, const struct mark_bit *wide)
{
	if (wide->distrusts && !narrow->distrusts)
		return false;
	for (uint32_t i = 0; i < narrow->n_keys; i++)
		if (!bsearch(&narrow->keys[i], wide->keys, wide->n_keys,
			     sizeof(*wide->keys), mark_key_compare))
			return false;
	return true;
}

/* Bits for filters. */

static int bit_find(const struct mark_bit *bits, const struct mark_bit *meaning)
{
	for (uint32_t i = 0; i < MARK_BITS; i++)
		if (bits[i].state != MARK_FREE && meaning_equal(&bits[i], meaning))
			return (int)i;
	return -ENOENT;
}

/* One that no process has and no filter looks at. */
static int bit_find_unused(const struct mark_bit *bits, uint64_t used)
{
	for (uint32_t i = 0; i < MARK_BITS; i++)
		if (!(used >> i & 1) && bits[i].state <= MARK_NEW)
			return (int)i;
	return -E2BIG;
}

static int bits_take(struct mark_bit *bits, uint64_t used, struct mark_bit *meaning,
		     const struct diag_place *place, struct tetra_diag *diag)
{
	int bit = bit_find(bits, meaning);

	if (bit >= 0)
		return bit;
	bit = bit_find_unused(bits, used);
	if (bit < 0)
		return diag_error(diag, place, -E2BIG, "too-many", NULL,
				  "more than %u different filters of all policies follow "
				  "forks or children",
				  MARK_BITS);
	free(bits[bit].keys);
	bits[bit] = *meaning;
	meaning->keys = NULL;
	return bit;
}

static int selector_assign(struct tetra_session *session, struct session_use *use,
			   uint32_t number, const struct mark_set *used,
			   const struct diag_place *place, struct tetra_diag *diag)
{
	const struct policy_selector *selector = &use->hook->selectors[number];
	struct mark_bit meaning = { 0 };
	int r = 0;

	if (selector_follows_forks(selector)) {
		r = meaning_of_pids(&meaning, selector);
		if (r == 0)
			r = bits_take(session->marks.bits[MARK_OF_PID],
				      used->bits[MARK_OF_PID], &meaning, place, diag);
		if (r >= 0)
			use->marks[number].pid = (uint8_t)r;
		free(meaning.keys);
	}
	if (r >= 0 && selector_follows_children(selector)) {
		r = meaning_of_binaries(&meaning, session, use, number);
		if (r == 0)
			r = bits_take(session->marks.bits[MARK_OF_BINARY],
				      used->bits[MARK_OF_BINARY], &meaning, place, diag);
		if (r >= 0)
			use->marks[number].binary = (uint8_t)r;
		free(meaning.keys);
	}
	return MIN(r, 0);
}

static bool use_follows(const struct session_use *use)
{
	for (uint32_t i = 0; i < use->hook->n_selectors; i++)
		if (selector_follows_forks(&use->hook->selectors[i]) ||
		    selector_follows_children(&use->hook->selectors[i]))
			return true;
	return false;
}

int use_assign_marks(struct tetra_session *session, struct session_use *use,
		     const struct session_policy *loaded,
		     const struct session_state *next, struct tetra_diag *diag)
{
	int r = 0;

	if (!use_follows(use))
		return 0;
	use->marks = malloc(use->n_selectors * sizeof(*use->marks));
	if (!use->marks)
		return -ENOMEM;
	memset(use->marks, RULESET_NO_MARK, use->n_selectors * sizeof(*use->marks));
	for (uint32_t i = 0; i < use->hook->n_selectors && r == 0; i++) {
		const struct policy_selector *selector = &use->hook->selectors[i];
		const struct diag_place place = { loaded->policy->file,
						  selector->mark.line,
						  selector->mark.column,
						  use->hook->yaml_path };
		struct mark_set used = { 0 };

		state_marks(session->state, &used);
		state_marks(next, &used);
		policy_marks(loaded, &used);
		r = selector_assign(session, use, i, &used, &place, diag);
	}
	return r;
}

/* The roots of bits. */

static int roots_add_bit(struct mark_roots *roots, const struct mark_bit *bit,
			 uint32_t number)
{
	struct mark_root *grown =
		reallocarray(roots->roots, roots->n + bit->n_keys, sizeof(*grown));

	if (bit->n_keys && !grown)
		return -ENOMEM;
	roots->roots = grown;
	for (uint32_t i = 0; i < bit->n_keys; i++)
		grown[roots->n++] = (struct mark_root){
			.key = bit->keys[i],
			.bits = { { 1ull << number,
				    (uint64_t)!bit->distrusts << number } },
		};
	return 0;
}

/* Sorted, and each key once. */
static void roots_end(struct mark_roots *roots)
{
	uint32_t n = 0;

	if (roots->n)
		qsort(roots->roots, roots->n, sizeof(*roots->roots), mark_key_compare);
	for (uint32_t i = 0; i < roots->n; i++) {
		struct mark_root *root = &roots->roots[i];

		if (n && mark_key_compare(&roots->roots[n - 1], root) == 0) {
			roots->roots[n - 1].bits.by_foreign[0] |=
				root->bits.by_foreign[0];
			roots->roots[n - 1].bits.by_foreign[1] |=
				root->bits.by_foreign[1];
		} else {
			roots->roots[n++] = *root;
		}
	}
	roots->n = n;
}

static int roots_make(struct mark_roots *roots, const struct marks *marks,
		      const struct mark_set *used)
{
	int r = 0;

	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint32_t i = 0; i < MARK_BITS && r == 0; i++)
			if (used->bits[kind] >> i & 1)
				r = roots_add_bit(roots, &marks->bits[kind][i], i);
	roots_end(roots);
	return r;
}

static int roots_publish(const struct mark_roots *roots, struct sensor *sensor)
{
	int r = 0;

	for (uint32_t i = 0; i < roots->n && r == 0; i++)
		r = sensor_set_mark(sensor, &roots->roots[i].key, &roots->roots[i].bits);
	return r;
}

static void roots_done(struct mark_roots *roots)
{
	free(roots->roots);
}

/* Bits of @used in one of the states from @first to @last. */
static struct mark_set marks_in(const struct marks *marks, struct mark_set used,
				enum mark_state first, enum mark_state last)
{
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint32_t i = 0; i < MARK_BITS; i++)
			if (marks->bits[kind][i].state < first ||
			    marks->bits[kind][i].state > last)
				used.bits[kind] &= ~(1ull << i);
	return used;
}

static bool set_is_empty(const struct mark_set *set)
{
	return !(set->bits[MARK_OF_PID] | set->bits[MARK_OF_BINARY]);
}

static void marks_become(struct marks *marks, const struct mark_set *set,
			 enum mark_state state)
{
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint32_t i = 0; i < MARK_BITS; i++)
			if (set->bits[kind] >> i & 1)
				marks->bits[kind][i].state = state;
}

/* A list that grew: the processes of the shorter one are known, whatever they descend from. */
static void marks_imply(const struct marks *marks, const struct mark_set *made,
			struct members_wanted *wanted)
{
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		for (uint32_t i = 0; i < MARK_BITS; i++)
			for (uint32_t j = 0; j < MARK_BITS; j++)
				if (marks->bits[kind][i].state == MARK_SET &&
				    made->bits[kind] >> j & 1 &&
				    meaning_implies(&marks->bits[kind][i],
						    &marks->bits[kind][j]))
					wanted->implied[kind][i] |= 1ull << j;
}

/* Before rules look at them: new marks of @next, beside those in force. */
int next_apply_marks(struct tetra_session *session, const struct session_state *next)
{
	_cleanup_(roots_done) struct mark_roots roots = { 0 };
	struct members_wanted wanted = { .roots = &roots,
					 .begin_ns = session->marks.begin_ns };
	struct mark_set used = { 0 }, made;
	int r;

	state_marks(next, &used);
	made = marks_in(&session->marks, used, MARK_NEW, MARK_STALE);
	if (set_is_empty(&made))
		return 0;
	state_marks(session->state, &used);
	r = roots_make(&roots, &session->marks, &used);
	if (r < 0)
		return r;
	marks_become(&session->marks, &made, MARK_STALE);
	marks_imply(&session->marks, &made, &wanted);
	r = roots_publish(&roots, session->sensor);
	if (r == 0)
		r = members_settle(session, &wanted);
	if (r < 0)
		return r;
	marks_become(&session->marks, &made, MARK_SET);
	return 0;
}

/* The roots that only @gone has. */
static int roots_forget(const struct mark_roots *roots, const struct mark_roots *gone,
			struct sensor *sensor)
{
	static const struct tetra_mark_bits none;
	int r = 0;

	for (uint32_t i = 0; i < gone->n && r == 0; i++)
		if (!roots->n || !bsearch(&gone->roots[i], roots->roots, roots->n,
					  sizeof(*roots->roots), mark_key_compare))
			r = sensor_set_mark(sensor, &gone->roots[i].key, &none);
	return r;
}

static int marks_remove(struct tetra_session *session, const struct mark_set *used,
			const struct mark_set *gone)
{
	_cleanup_(roots_done) struct mark_roots roots = { 0 }, forgotten = { 0 };
	struct members_wanted wanted = { .roots = &roots,
					 .begin_ns = session->marks.begin_ns };
	int r = roots_make(&roots, &session->marks, used);

	memcpy(wanted.dropped, gone->bits, sizeof(wanted.dropped));
	if (r == 0)
		r = roots_make(&forgotten, &session->marks, gone);
	if (r == 0)
		r = roots_forget(&roots, &forgotten, session->sensor);
	if (r == 0)
		r = roots_publish(&roots, session->sensor);
	return r < 0 ? r : members_settle(session, &wanted);
}

/*
 * After a commit, whether it succeeded or not: marks that no filter looks at. Those that cannot
 * be removed now are not used for anything else, and the next commit tries again.
 */
void session_remove_marks(struct tetra_session *session)
{
	const struct mark_set all = { { UINT64_MAX, UINT64_MAX } };
	struct mark_set used = { 0 }, gone;

	state_marks(session->state, &used);
	gone = marks_in(&session->marks, all, MARK_STALE, MARK_SET);
	for (uint32_t kind = 0; kind < MARK_KINDS; kind++)
		gone.bits[kind] &= ~used.bits[kind];
	if (set_is_empty(&gone))
		return;
	marks_become(&session->marks, &gone, MARK_STALE);
	if (marks_remove(session, &used, &gone) > 0)
		marks_become(&session->marks, &gone, MARK_FREE);
}
