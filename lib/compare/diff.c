/* SPDX-License-Identifier: Apache-2.0 */
/* The public comparison: hook after hook, each in memory of its own; texts are what stays. */
#include "lib/base/diag.h"
#include "lib/base/opts.h"
#include "lib/compare/describe.h"
#include "lib/compare/hooks.h"
#include "lib/compare/witness.h"

struct tetra_diff {
	struct arena *arena;
	struct tetra_region *regions;
	size_t n, room;
	bool loosens, incomplete;
};

/* One hook while it is compared. */
struct reporter {
	struct tetra_diff *diff;
	struct difference difference;
	struct vocabulary vocabularies[MAX_AXES];
	bool known[MAX_AXES];
	uint32_t group; /* whose positions arguments have */
	struct tetra_diag *diag;
};

static const char *keep(struct tetra_diff *diff, struct strbuf *text)
{
	const char *kept = text->failed
				   ? NULL
				   : arena_text(diff->arena, strbuf_get(text), text->len);

	strbuf_done(text);
	*text = (struct strbuf){};
	return kept;
}

static const char *effect_kept(struct tetra_diff *diff, const struct effect *effect)
{
	struct strbuf text = {};

	effect_text(effect, &text);
	return keep(diff, &text);
}

static int condition_make(struct reporter *reporter, uint32_t axis, uint32_t set,
			  struct tetra_condition *ret)
{
	const struct lists *lists = &reporter->difference.lists;
	const uint64_t *atoms = boxes_atoms(&reporter->difference.boxes, axis, set);
	struct strbuf text = {};
	int r = 0;

	if (!reporter->known[axis])
		r = vocabulary_make(lists, axis, &reporter->vocabularies[axis]);
	if (r < 0)
		return r;
	reporter->known[axis] = true;
	describe_name(lists, axis, reporter->group, &text);
	ret->name = keep(reporter->diff, &text);
	r = describe_set(lists, axis, &reporter->vocabularies[axis], atoms, &text);
	ret->text = keep(reporter->diff, &text);
	return r < 0 ? r : ret->name && ret->text ? 0 : -ENOMEM;
}

/* As people read it: arguments first, in their order, then the process. */
static int condition_compare(const void *left, const void *right)
{
	const struct tetra_condition *a = left, *b = right;
	bool a_arg = describe_is_of_arg(a->name), b_arg = describe_is_of_arg(b->name);

	return a_arg != b_arg ? b_arg - a_arg : strcmp(a->name, b->name);
}

static int where_make(struct reporter *reporter, const struct box *box,
		      struct tetra_region *ret)
{
	uint32_t n_axes = reporter->difference.lists.n_axes, n = 0;
	struct tetra_condition *where =
		arena_array(reporter->diff->arena, n_axes + 1, sizeof(*where));
	int r = 0;

	if (!where)
		return -ENOMEM;
	for (uint32_t i = 0; r >= 0 && i < n_axes; i++)
		if (box->sets[i])
			r = condition_make(reporter, i, box->sets[i], &where[n++]);
	if (r < 0)
		return r;
	qsort(where, n, sizeof(*where), condition_compare);
	ret->where = where;
	ret->n_where = n;
	return 0;
}

static const char *copy(struct tetra_diff *diff, const char *text)
{
	return text ? arena_text(diff->arena, text, strlen(text)) : NULL;
}

struct decided {
	int32_t selector;
	uint32_t line;
	const char *file, *path, *policy;
};

static void decided_make(struct reporter *reporter, uint32_t number, struct decided *ret)
{
	const struct lists *lists = &reporter->difference.lists;
	const struct rule *rule;
	const struct rule_group *group;
	const char *path;

	*ret = (struct decided){ .selector = -1 };
	if (number == BITS_NONE)
		return;
	rule = &lists->rules[number];
	group = &lists->groups[rule->group];
	path = group->hook->yaml_path;
	if (path && str_has_prefix(path, "spec."))
		path += strlen("spec.");
	ret->selector = (int32_t)rule->selector;
	ret->line = rule->model ? rule->model->mark.line : group->hook->mark.line;
	ret->file = copy(reporter->diff, group->policy->file);
	ret->path = copy(reporter->diff, path);
	ret->policy = copy(reporter->diff, group->policy->name);
}

static const char *const class_names[] = {
	[TETRA_NEWLY_BLOCKED] = "newly-blocked",
	[TETRA_NO_LONGER_BLOCKED] = "no-longer-blocked",
	[TETRA_NEWLY_TOLD] = "newly-told",
	[TETRA_NO_LONGER_TOLD] = "no-longer-told",
	[TETRA_OTHER_EFFECT] = "other-effect",
};

static void region_decided(struct reporter *reporter, const struct leaf *leaf,
			   struct tetra_region *ret)
{
	struct decided old, new;

	decided_make(reporter, leaf->rules[SIDE_OLD], &old);
	decided_make(reporter, leaf->rules[SIDE_NEW], &new);
	ret->old_selector = old.selector;
	ret->new_selector = new.selector;
	ret->old_line = old.line;
	ret->new_line = new.line;
	ret->old_file = old.file;
	ret->new_file = new.file;
	ret->old_path = old.path;
	ret->new_path = new.path;
	ret->old_policy = old.policy;
	ret->new_policy = new.policy;
}

/* The evaluator has the last word. */
static int region_confirm(struct reporter *reporter, const struct leaf *leaf,
			  const struct witness *witness, const char *event)
{
	const struct diag_place nowhere = {};
	struct effect effects[SIDES];
	int r = witness_judge(&reporter->difference.lists, witness, effects);

	if (r < 0)
		return r;
	if (effect_is_equal(&effects[SIDE_OLD], &leaf->effects[SIDE_OLD]) &&
	    effect_is_equal(&effects[SIDE_NEW], &leaf->effects[SIDE_NEW]))
		return 0;
	return diag_error(reporter->diag, &nowhere, -ECANCELED, "internal-error",
			  "please report this, with the policies",
			  "the comparison and the evaluator contradict each other: %s",
			  event);
}

static int witness_make(struct reporter *reporter, const struct box *box,
			const struct leaf *leaf, struct tetra_region *ret)
{
	const struct lists *lists = &reporter->difference.lists;
	struct witness *witness =
		arena_alloc(reporter->difference.arena, sizeof(*witness));
	struct strbuf text = {};
	int r;

	if (!witness)
		return -ENOMEM;
	r = witness_find(lists, &reporter->difference.boxes, box, witness);
	/* The box is one of those that only seem to be: no event is in it. */
	if (r == -ENOENT)
		return 1;
	if (r >= 0)
		r = witness_text(lists, witness, reporter->group, &text);
	if (r >= 0)
		r = region_confirm(reporter, leaf, witness, strbuf_get(&text));
	ret->witness = keep(reporter->diff, &text);
	return r < 0 ? r : ret->witness ? 0 : -ENOMEM;
}

static int region_room(struct tetra_diff *diff)
{
	size_t room = diff->room ? diff->room * 2 : 16;
	struct tetra_region *grown;

	if (diff->n < diff->room)
		return 0;
	grown = reallocarray(diff->regions, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	diff->regions = grown;
	diff->room = room;
	return 0;
}

static int region_make(struct reporter *reporter, const struct box *box)
{
	struct tetra_diff *diff = reporter->diff;
	const struct leaf *leaf = difference_leaf(&reporter->difference, box);
	const struct effect *old = &leaf->effects[SIDE_OLD];
	const struct effect *new = &leaf->effects[SIDE_NEW];
	const struct policy_hook *hook =
		reporter->difference.lists.groups[reporter->group].hook;
	struct tetra_region region = { .size = sizeof(region) };
	int r = witness_make(reporter, box, leaf, &region);

	if (r)
		return MIN(r, 0);
	region.difference = effect_class(old, new);
	region.class_name = class_names[region.difference];
	region.tightens = effect_tightens(old, new);
	region.function = hook_place_name(diff->arena, hook);
	region.hook = hook_place_kind(hook);
	region.old_effect = effect_kept(diff, old);
	region.new_effect = effect_kept(diff, new);
	region_decided(reporter, leaf, &region);
	r = where_make(reporter, box, &region);
	if (r < 0 || !region.function || !region.old_effect || !region.new_effect)
		return r < 0 ? r : -ENOMEM;
	r = region_room(diff);
	if (r < 0)
		return r;
	diff->regions[diff->n++] = region;
	diff->loosens |= !region.tightens;
	return 0;
}

static int region_compare(const void *left, const void *right)
{
	const struct tetra_region *a = left, *b = right;

	if (a->difference != b->difference)
		return a->difference < b->difference ? -1 : 1;
	if (a->new_line != b->new_line)
		return a->new_line < b->new_line ? -1 : 1;
	if (a->old_line != b->old_line)
		return a->old_line < b->old_line ? -1 : 1;
	return strcmp(a->witness, b->witness);
}

static int regions_make(struct reporter *reporter)
{
	struct tetra_diff *diff = reporter->diff;
	size_t first = diff->n;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < reporter->difference.boxes.n; i++)
		r = region_make(reporter, &reporter->difference.boxes.items[i]);
	if (r >= 0 && diff->n > first)
		qsort(&diff->regions[first], diff->n - first, sizeof(*diff->regions),
		      region_compare);
	return r;
}

static int lists_fill(struct reporter *reporter, const struct hook_places *places,
		      uint32_t place)
{
	struct lists *lists = &reporter->difference.lists;
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < places->n; i++) {
		const struct hook_place *item = &places->items[i];

		if (item->place != place)
			continue;
		r = lists_add_hook(lists, item->side, item->policy, item->hook);
		/* The first hook of the new set; if that has none, the first of the old set. */
		if (r >= 0 && lists->groups[reporter->group].side == SIDE_OLD)
			reporter->group =
				item->side == SIDE_NEW ? lists->n_groups - 1 : 0;
	}
	return r;
}

static int place_compare(struct tetra_diff *diff, const struct hook_places *places,
			 uint32_t place, uint64_t max_states, struct tetra_diag *diag)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct reporter *reporter;
	uint64_t steps = COMPARE_STEPS;
	int r = arena_new(&arena);

	if (r < 0)
		return r;
	reporter = arena_alloc(arena, sizeof(*reporter));
	if (!reporter)
		return -ENOMEM;
	reporter->diff = diff;
	reporter->diag = diag;
	difference_init(&reporter->difference, arena, &steps);
	r = lists_fill(reporter, places, place);
	if (r >= 0)
		r = difference_find(&reporter->difference, max_states);
	if (r >= 0 && reporter->difference.complete)
		r = regions_make(reporter);
	else if (r >= 0)
		r = -E2BIG;
	difference_done(&reporter->difference);
	diff->incomplete |= r == -E2BIG;
	return r == -E2BIG ? 0 : r;
}

static int places_compare(struct tetra_diff *diff, const struct hook_places *places,
			  uint64_t max_states, struct tetra_diag *diag)
{
	const struct diag_place nowhere = {};
	int r = 0;

	for (uint32_t i = 0; r >= 0 && i < places->n_places; i++)
		r = place_compare(diff, places, i, max_states, diag);
	if (r >= 0 && diff->incomplete)
		diag_warning(diag, &nowhere, "not-finished", NULL,
			     "the comparison was not finished: there are too many "
			     "combinations");
	return r;
}

static void tetra_diff_freep(struct tetra_diff **diff)
{
	tetra_diff_free(*diff);
}

static bool has_null(struct tetra_policy *const *policies, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!policies || !policies[i])
			return true;
	return false;
}

int tetra_diff(struct tetra_diff **ret, struct tetra_policy *const *old, size_t n_old,
	       struct tetra_policy *const *new_, size_t n_new,
	       const struct tetra_compare_opts *given, struct tetra_diag *diag)
{
	_cleanup_(tetra_diff_freep) struct tetra_diff *diff = NULL;
	struct tetra_compare_opts opts;
	struct hook_places places;
	int r;

	if (!ret || has_null(old, n_old) || has_null(new_, n_new))
		return -EINVAL;
	r = opts_read(&opts, sizeof(opts), given, "tetra_compare_opts", diag);
	if (r < 0)
		return r;
	diff = calloc(1, sizeof(*diff));
	if (!diff)
		return -ENOMEM;
	r = arena_new(&diff->arena);
	if (r >= 0)
		r = hook_places_make(diff->arena, old, n_old, new_, n_new, &places);
	if (r >= 0)
		r = hook_places_check(&places, diag);
	if (r < 0)
		return r;
	hook_places_note(&places, diag);
	r = places_compare(diff, &places,
			   opts.max_states ? opts.max_states : COMPARE_STATES, diag);
	if (r < 0 || diag_has_lost(diag))
		return r < 0 ? r : -ENOMEM;
	*ret = TAKE_PTR(diff);
	return 0;
}

struct tetra_diff *tetra_diff_free(struct tetra_diff *diff)
{
	if (!diff)
		return NULL;
	arena_free(diff->arena);
	free(diff->regions);
	free(diff);
	return NULL;
}

size_t tetra_diff_count(const struct tetra_diff *diff)
{
	return diff ? diff->n : 0;
}

int tetra_diff_get(const struct tetra_diff *diff, size_t index, struct tetra_region *ret)
{
	if (!diff || !opts_can_fill(ret))
		return -EINVAL;
	if (index >= diff->n)
		return -ENOENT;
	return opts_fill(ret, &diff->regions[index], sizeof(*ret));
}

int tetra_diff_is_equal(const struct tetra_diff *diff)
{
	return diff && !diff->n && !diff->incomplete;
}

int tetra_diff_only_tightens(const struct tetra_diff *diff)
{
	return diff && !diff->loosens && !diff->incomplete;
}

int tetra_diff_is_complete(const struct tetra_diff *diff)
{
	return diff && !diff->incomplete;
}
