/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/session/point.h"

#include <stdio.h>

#include "lib/base/diag.h"

int session_point_new(struct session_point **ret, const struct session_use *use,
		      uint32_t id)
{
	struct session_point *point = calloc(1, sizeof(*point));

	if (!point)
		return -ENOMEM;
	point->n_refs = 1;
	point->id = id;
	point->place = use->plan;
	*ret = point;
	return 0;
}

int session_point_copy(struct session_point **ret, const struct session_point *point,
		       uint32_t id)
{
	struct session_point *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	copy->n_refs = 1;
	copy->id = id;
	copy->place = point->place;
	copy->needs = point->needs;
	copy->n_slots = point->n_slots;
	copy->config = point->config;
	copy->misses = session_point_get_misses(point);
	*ret = copy;
	return 0;
}

struct session_point *session_point_ref(struct session_point *point)
{
	point->n_refs++;
	return point;
}

struct session_point *session_point_unref(struct session_point *point)
{
	if (!point || --point->n_refs)
		return NULL;
	for (uint32_t i = 0; i < point->n_instances; i++)
		instance_free(point->instances[i]);
	free(point);
	return NULL;
}

static uint32_t point_find_slot(const struct session_point *point,
				const struct tetra_slot_config *slot)
{
	for (uint32_t i = 0; i < point->n_slots; i++)
		if (memcmp(&point->config.slots[i], slot, sizeof(*slot)) == 0)
			return i;
	return RULESET_NO_SLOT;
}

static bool arg_is_read(const struct tetra_slot_config *slot)
{
	return slot->kind && slot->kind != TETRA_ARG_NOP;
}

static bool point_has_return(const struct session_point *point,
			     const struct session_use *use)
{
	const struct tetra_slot_config *slot = &point->config.slots[TETRA_RETURN_SLOT];

	return !use->plan.return_arg.kind ||
	       memcmp(slot, &use->plan.return_arg, sizeof(*slot)) == 0;
}

/* Loop steps over literals are rounded up, so that a few more do not need another program. */
static uint32_t steps_round(uint32_t steps, uint32_t max)
{
	uint32_t size = 8;

	while (size < steps)
		size *= 2;
	return MIN(size, max);
}

static uint32_t value_path_steps(const struct policy_value *value)
{
	uint32_t steps = 2, component = 0;

	for (size_t i = 0; i < value->len; i++) {
		component = value->text[i] == '/' ? 0 : component + 1;
		steps += value->text[i] == '/' || component % TETRA_CHUNK_BYTES == 0;
	}
	return steps;
}

/* The loop steps that the literals of one filter need. */
static void filter_steps(const struct policy_filter *filter, uint32_t class,
			 uint32_t *path, uint32_t *text)
{
	bool tail = filter->op == TETRA_OP_POSTFIX || filter->op == TETRA_OP_NOT_POSTFIX;

	for (uint32_t i = 0; i < filter->n_values; i++) {
		const struct policy_value *value = &filter->values[i];

		if (class == TETRA_CLASS_PATH && !tail)
			*path = MAX(*path, value_path_steps(value));
		else if (class == TETRA_CLASS_PATH || class == TETRA_CLASS_TEXT)
			*text = MAX(*text, value->len / TETRA_CHUNK_BYTES + 2);
	}
}

static void use_literal_steps(const struct session_use *use, uint32_t *path,
			      uint32_t *text)
{
	for (uint32_t i = 0; i < use->hook->n_selectors; i++) {
		const struct policy_selector *selector = &use->hook->selectors[i];

		for (uint32_t j = 0; j < selector->n_args; j++) {
			const struct policy_filter *filter = &selector->args[j];

			if (filter->arg < use->plan.n_args)
				filter_steps(
					filter,
					arg_kind_class(use->plan.args[filter->arg].kind),
					path, text);
		}
		for (uint32_t j = 0; j < selector->n_return_args; j++)
			filter_steps(&selector->return_args[j],
				     arg_kind_class(use->plan.return_arg.kind), path,
				     text);
	}
	*path = steps_round(*path, TETRA_PATH_STEPS);
	*text = steps_round(*text, TETRA_TEXT_STEPS);
}

bool session_point_serves(const struct session_point *point,
			  const struct session_use *use)
{
	uint32_t path = 0, text = 0;

	use_literal_steps(use, &path, &text);
	if (path > point->config.path_steps || text > point->config.text_steps)
		return false;
	if (use->plan.needs & ~point->needs || !point_has_return(point, use))
		return false;
	for (uint32_t i = 0; i < use->plan.n_args; i++)
		if (arg_is_read(&use->plan.args[i]) &&
		    point_find_slot(point, &use->plan.args[i]) == RULESET_NO_SLOT)
			return false;
	return true;
}

int session_point_add(struct session_point *point, struct session_use *use,
		      const char *file, struct tetra_diag *diag)
{
	const struct diag_place place = { file, use->hook->mark.line,
					  use->hook->mark.column, use->hook->yaml_path };
	struct tetra_slot_config *result = &point->config.slots[TETRA_RETURN_SLOT];
	int changed = !session_point_serves(point, use);
	uint32_t path = 0, text = 0;

	for (uint32_t i = 0; i < use->plan.n_args; i++) {
		uint32_t slot;

		if (!arg_is_read(&use->plan.args[i]))
			continue;
		slot = point_find_slot(point, &use->plan.args[i]);
		if (slot == RULESET_NO_SLOT) {
			if (point->n_slots == TETRA_RETURN_SLOT)
				return diag_error(
					diag, &place, -E2BIG, "too-many", NULL,
					"all policies together read more than %u "
					"different arguments of '%s'",
					TETRA_RETURN_SLOT, use->plan.symbol);
			slot = point->n_slots++;
			point->config.slots[slot] = use->plan.args[i];
		}
		use->slot_of_arg[i] = slot;
		use->args[i].slot = slot;
	}
	if (use->plan.return_arg.kind) {
		if (result->kind && !point_has_return(point, use))
			return diag_error(
				diag, &place, -EOPNOTSUPP, "conflict",
				"use the same returnArg type in both policies",
				"another policy reads the return value of '%s' as "
				"another type",
				use->plan.symbol);
		*result = use->plan.return_arg;
	}
	point->needs |= use->plan.needs;
	use_literal_steps(use, &path, &text);
	point->config.path_steps = MAX(point->config.path_steps, path);
	point->config.text_steps = MAX(point->config.text_steps, text);
	return changed;
}

static uint32_t row_words(const struct tetra_hook_row *row)
{
	/* One word: the small, quick program; more words: the full width at once. */
	return row->n_words > 1 ? TETRA_MAX_WORDS : 1;
}

bool session_point_fits(const struct session_point *point,
			const struct tetra_hook_row *row, uint32_t extras)
{
	if ((extras & POINT_RATE && !point->config.rate) ||
	    (extras & POINT_DISTRUSTS && !point->config.distrusts))
		return false;
	return !(row->process_columns & ~point->config.process_columns) &&
	       !(row->slot_columns & ~point->config.slot_columns) &&
	       row_words(row) <= point->config.n_words;
}

void session_point_set_row(struct session_point *point, const struct tetra_hook_row *row,
			   uint32_t extras)
{
	point->config.process_columns |= row->process_columns;
	point->config.slot_columns |= row->slot_columns;
	point->config.n_words = MAX(point->config.n_words, row_words(row));
	point->config.rate |= (extras & POINT_RATE) != 0;
	point->config.distrusts |= (extras & POINT_DISTRUSTS) != 0;
}

int session_point_plan(struct session_point *point, const char *file,
		       struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	const struct diag_place place = { file, 0, 0, NULL };

	point->preemption = kernel_preemption(kernel);
	return plan_ladder(&point->ladder, &point->place, point->needs, &place, kernel,
			   diag);
}

static int slot_class(uint32_t kind)
{
	switch (arg_kind_class(kind)) {
	case TETRA_CLASS_SIGNED:
	case TETRA_CLASS_UNSIGNED:
		return TETRA_SLOTS_NUMBER;
	case TETRA_CLASS_SOCK:
		return TETRA_SLOTS_SOCK;
	case TETRA_CLASS_PATH:
		return TETRA_SLOTS_PATH;
	case TETRA_CLASS_TEXT:
		return TETRA_SLOTS_TEXT;
	}
	return kind == TETRA_ARG_CONST_BUF ? TETRA_SLOTS_TEXT : -1;
}

static void config_sort_slots(struct tetra_hook_config *config)
{
	memset(config->n_slots, 0, sizeof(config->n_slots));
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		int class = slot_class(config->slots[i].kind);

		if (class >= 0)
			config->slots_of[class][config->n_slots[class]++] = i;
	}
}

void session_point_expect(const struct session_point *point, struct sensor *sensor)
{
	for (uint32_t i = 0; i < point->ladder.n_instances; i++)
		instance_expect(sensor, &point->ladder.instances[i], &point->config);
}

/* It finds the arguments where a probe at the entry put them. */
static bool ladder_has_return_probe(const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (ladder->instances[i].program == PLAN_KRETPROBE ||
		    ladder->instances[i].program == PLAN_KRETPROBE_MULTI)
			return true;
	return false;
}

/* One of its programs makes user memory resident before the others read it. */
static bool ladder_waits(const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (ladder->instances[i].phase == TETRA_PHASE_TOUCH)
			return true;
	return false;
}

/* Fields of a system call's record are the call's arguments. */
static void slots_of_call(struct tetra_hook_config *config)
{
	for (uint32_t i = 0; i < TETRA_RETURN_SLOT; i++) {
		struct tetra_slot_config *slot = &config->slots[i];

		slot->param = (slot->offset - PLAN_CALL_RECORD) / sizeof(uint64_t);
		slot->size_param = slot->size_field
					   ? (slot->size_offset - PLAN_CALL_RECORD) /
						     sizeof(uint64_t)
					   : 0xff;
	}
}

static void instance_configure(struct tetra_hook_config *ret,
			       const struct session_point *point,
			       const struct plan_instance *plan,
			       struct tetra_kernel *kernel)
{
	*ret = point->config;
	ret->hook = point->id;
	ret->phase = plan->phase;
	ret->n_params = plan->n_params;
	ret->syscall = plan->syscall;
	ret->has_return = plan->has_return;
	ret->syscall_number = plan->syscall_number;
	ret->task_btf = kernel_has(kernel, KERNEL_CURRENT_TASK_BTF);
	if (!(plan->phase & TETRA_PHASE_RETURN)) {
		ret->later = (point->needs & PLAN_NEEDS_RETURN) != 0;
		memset(&ret->slots[TETRA_RETURN_SLOT], 0, sizeof(ret->slots[0]));
	}
	ret->waits = ladder_waits(&point->ladder);
	ret->saves =
		(plan->program == PLAN_KPROBE || plan->program == PLAN_KPROBE_MULTI) &&
		ladder_has_return_probe(&point->ladder);
	if (!plan->typed)
		for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++)
			ret->slots[i].typed = 0;
	if (point->place.kind == PLAN_POINT_TRACEPOINT && plan->syscall)
		slots_of_call(ret);
	config_sort_slots(ret);
}

int session_point_attach(struct session_point *point, struct sensor *sensor,
			 struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	const struct diag_place place = { NULL, 0, 0, NULL };

	point->attach[0] = '\0';
	for (uint32_t i = 0; i < point->ladder.n_instances; i++) {
		const struct plan_instance *plan = &point->ladder.instances[i];
		struct tetra_hook_config config;
		int r;

		instance_configure(&config, point, plan, kernel);
		r = instance_new(&point->instances[i], sensor, kernel, plan, &config,
				 &place, diag);
		if (r < 0)
			return r;
		point->n_instances++;
		snprintf(point->attach + strlen(point->attach),
			 sizeof(point->attach) - strlen(point->attach), "%s%s",
			 i ? "+" : "", plan_program_name(plan->program));
	}
	point->attached = true;
	return 0;
}

static bool ladders_equal(const struct plan_ladder *a, const struct plan_ladder *b)
{
	if (a->n_instances != b->n_instances)
		return false;
	for (uint32_t i = 0; i < a->n_instances; i++)
		if (a->instances[i].program != b->instances[i].program ||
		    a->instances[i].phase != b->instances[i].phase)
			return false;
	return true;
}

bool session_point_is_outdated(struct session_point *point, struct tetra_kernel *kernel)
{
	struct plan_ladder now;

	if (point->preemption == kernel_preemption(kernel))
		return false;
	if (!kernel_is_preemptible(kernel) ||
	    plan_ladder(&now, &point->place, point->needs, NULL, kernel, NULL) < 0)
		return false;
	if (!ladders_equal(&now, &point->ladder))
		return true;
	point->preemption = kernel_preemption(kernel);
	return false;
}

bool session_point_can_be_skipped(const struct session_point *point,
				  struct tetra_kernel *kernel)
{
	uint32_t enforcing = PLAN_NEEDS_SIGNAL | PLAN_NEEDS_KILL | PLAN_NEEDS_OVERRIDE;
	struct plan_ladder now;

	if (!(point->needs & enforcing))
		return false;
	return plan_ladder(&now, &point->place, point->needs, NULL, kernel, NULL) < 0 ||
	       now.unheld || !ladders_equal(&now, &point->ladder);
}

uint64_t session_point_get_misses(const struct session_point *point)
{
	uint64_t misses = point->misses;

	for (uint32_t i = 0; i < point->n_instances; i++)
		misses += instance_get_recursion_misses(point->instances[i]);
	return misses;
}
