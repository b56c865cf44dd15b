/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/plan/shape.h"

#define JOIN_BITS(all, one) ((all) | (one))
#define JOIN_MOST(all, one) MAX(all, one)

/* Loops over literals take at least so many steps. */
#define STEPS_MIN 8u

void shape_add(struct plan_shape *shape, const struct plan_demand *demand)
{
#define X(name, join) shape->demand.name = JOIN_##join(shape->demand.name, demand->name);
	PLAN_DEMANDS(X)
#undef X
}

bool shape_has(const struct plan_shape *shape, const struct plan_demand *demand)
{
#define X(name, join)                                                                    \
	if (shape->demand.name != JOIN_##join(shape->demand.name, demand->name))         \
		return false;
	PLAN_DEMANDS(X)
#undef X
	return true;
}

/* Rounded up, so that literals that are a little longer do not need another program. */
static uint32_t steps_round(uint32_t steps, uint32_t max)
{
	uint32_t size = STEPS_MIN;

	while (size < steps)
		size *= 2;
	return MIN(size, max);
}

struct plan_demand shape_demand(const struct image *image, uint32_t hook)
{
	const struct tetra_hook_row *row = &image->cells[1 + hook].hook;
	const struct image_steps *steps = &image->steps[hook];

	return (struct plan_demand){
		.process_columns = row->process_columns,
		.slot_columns = row->slot_columns,
		/* One word: the small, quick program; more words: the full width at once. */
		.n_words = row->n_words > 1 ? TETRA_MAX_WORDS : 1,
		.path_steps = steps_round(steps->path, TETRA_PATH_STEPS),
		.text_steps = steps_round(steps->text, TETRA_TEXT_STEPS),
	};
}

static bool selector_limits_rate(const struct policy_selector *selector)
{
	for (uint32_t i = 0; i < selector->n_actions; i++)
		if (selector->actions[i].rate_ms)
			return true;
	return false;
}

static struct plan_demand use_demand(const struct plan_use *use,
				     const struct policy_hook *hook)
{
	struct plan_demand demand = { .needs = use->needs };

	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		demand.rate |= selector_limits_rate(&hook->selectors[i]);
		demand.distrusts |= selector_doubts_names(&hook->selectors[i]);
	}
	return demand;
}

/* Slots */

static bool slot_is_read(const struct tetra_slot_config *slot)
{
	return slot->kind && slot->kind != TETRA_ARG_NOP;
}

static bool slot_is_same(const struct tetra_slot_config *a,
			 const struct tetra_slot_config *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The result of the call, or what is reached from it. */
static bool slot_is_result(const struct tetra_slot_config *slot)
{
	const struct tetra_source *value = &slot->value;

	return (value->from == TETRA_FROM_STEPS ? value->start : value->from) ==
	       TETRA_FROM_RESULT;
}

/* What @slot may go to: it is free, or is read in the same way. */
static bool slot_takes(const struct tetra_slot_config *at,
		       const struct tetra_slot_config *slot)
{
	return !at->kind || slot_is_same(at, slot);
}

/* The index of @slot, or the free index to add it at; TETRA_MAX_SLOTS if all are taken. */
static uint32_t shape_find_slot(const struct plan_shape *shape,
				const struct tetra_slot_config *slot)
{
	if (slot_is_result(slot) && slot_takes(&shape->slots[TETRA_RETURN_SLOT], slot))
		return TETRA_RETURN_SLOT;
	for (uint32_t i = 0; i < TETRA_RETURN_SLOT; i++)
		if (slot_takes(&shape->slots[i], slot))
			return i;
	return TETRA_MAX_SLOTS;
}

static bool shape_has_slot(const struct plan_shape *shape,
			   const struct tetra_slot_config *slot)
{
	uint32_t i = shape_find_slot(shape, slot);

	return !slot_is_read(slot) || (i < TETRA_MAX_SLOTS && shape->slots[i].kind);
}

bool shape_has_use(const struct plan_shape *shape, const struct plan_use *use,
		   const struct policy_hook *hook)
{
	const struct plan_demand demand = use_demand(use, hook);

	if (!shape_has(shape, &demand) || !shape_has_slot(shape, &use->return_arg))
		return false;
	for (uint32_t i = 0; i < use->n_args; i++)
		if (!shape_has_slot(shape, &use->args[i]))
			return false;
	return true;
}

/* @ret: the slot, or RULESET_NO_SLOT if nothing is read. -E2BIG: there is none left. */
static int shape_add_slot(struct plan_shape *shape, const struct tetra_slot_config *slot,
			  uint8_t *ret)
{
	uint32_t i;

	*ret = RULESET_NO_SLOT;
	if (!slot_is_read(slot))
		return 0;
	i = shape_find_slot(shape, slot);
	if (i == TETRA_MAX_SLOTS)
		return -E2BIG;
	shape->slots[i] = *slot;
	*ret = i;
	return 0;
}

/* Why there are fewer slots for arguments than they could be. */
static const char *shape_hint(const struct plan_shape *shape)
{
	for (uint32_t i = 0; i < TETRA_RETURN_SLOT; i++)
		if (slot_is_result(&shape->slots[i]))
			return "each further type of its result counts as an argument: "
			       "use the same returnArg type in all policies";
	return NULL;
}

int shape_add_use(struct plan_shape *shape, const struct plan_use *use,
		  const struct policy_hook *hook, const char *file,
		  struct ruleset_slots *ret, struct tetra_diag *diag)
{
	const struct diag_place place = { file, hook->mark.line, hook->mark.column,
					  hook->yaml_path };
	const struct plan_demand demand = use_demand(use, hook);
	int r;

	memset(ret, RULESET_NO_SLOT, sizeof(*ret));
	r = shape_add_slot(shape, &use->return_arg, &ret->of_return);
	for (uint32_t i = 0; r == 0 && i < use->n_args; i++)
		r = shape_add_slot(shape, &use->args[i], &ret->of_arg[i]);
	if (r < 0)
		return diag_error(diag, &place, r, "too-many", shape_hint(shape),
				  "all policies together read more than %u "
				  "different arguments of '%s'",
				  TETRA_RETURN_SLOT, use->point.symbol);
	shape_add(shape, &demand);
	return 0;
}

/* Programs */

/* Whether a program finds its words where a probe at the entry has put them. */
static bool ladder_has_saved(const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (plan_program_words(ladder->instances[i].program) == PLAN_WORDS_SAVED)
			return true;
	return false;
}

/* One of the programs makes user memory resident before the others read it. */
static bool ladder_waits(const struct plan_ladder *ladder)
{
	for (uint32_t i = 0; i < ladder->n_instances; i++)
		if (ladder->instances[i].phase == TETRA_PHASE_TOUCH)
			return true;
	return false;
}

/* A field of a system call's record is the word of a parameter. */
static void source_of_call(struct tetra_source *source)
{
	if (source->from != TETRA_FROM_FIELD)
		return;
	source->from = TETRA_FROM_WORD;
	source->at = (source->at - PLAN_CALL_RECORD) / sizeof(uint64_t);
}

/* What the verifier does not let a program load is read as memory. */
static void source_of_opaque(struct tetra_source *source,
			     const struct plan_instance *instance)
{
	uint8_t *from = source->from == TETRA_FROM_STEPS ? &source->start : &source->from;

	if (*from == TETRA_FROM_WORD &&
	    instance->opaque >> (instance->syscall ? 0 : source->at) & 1)
		*from = TETRA_FROM_COPY;
	if (*from == TETRA_FROM_RESULT && !instance->syscall &&
	    instance->opaque >> instance->n_params & 1)
		*from = TETRA_FROM_RESULT_COPY;
}

/* A slot of the shape, as a program at the place of @instance reads it. */
static struct tetra_slot_config slot_at(const struct tetra_slot_config *slot,
					const struct plan_instance *instance)
{
	struct tetra_slot_config at = *slot;

	/* Without BTF types, no direct loads. */
	if (plan_program_words(instance->program) != PLAN_WORDS_TYPED)
		at.typed = 0;
	if (instance->syscall) {
		source_of_call(&at.value);
		source_of_call(&at.size);
	}
	if (plan_program_words(instance->program) == PLAN_WORDS_TYPED) {
		source_of_opaque(&at.value, instance);
		source_of_opaque(&at.size, instance);
	}
	return at;
}

static void config_list_slot(struct tetra_hook_config *config, uint32_t list,
			     uint32_t slot)
{
	if (list >= TETRA_SLOT_LISTS)
		return;
	config->slots_of[list][config->n_slots[list]++] = slot;
	config->columns_of[list] |= config->slot_columns >> slot * TETRA_SLOT_COLUMNS;
	config->some_typed[list] |= config->slots[slot].typed;
	config->some_untyped[list] |= !config->slots[slot].typed;
	config->calls |= config->slots[slot].reader == TETRA_READ_CALL;
	if (config->slots[slot].walks)
		config->walks |= (uint8_t)(1u << list);
	config->operands |= config->slots[slot].value.from == TETRA_FROM_OPERAND;
	config->packets |= config->slots[slot].reader == TETRA_READ_SKB;
	config->caps |= config->slots[slot].reader == TETRA_READ_CAPS;
}

static void config_set_slots(struct tetra_hook_config *config,
			     const struct plan_shape *shape,
			     const struct plan_instance *instance)
{
	bool returns = instance->phase & TETRA_PHASE_RETURN;

	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		const struct tetra_slot_config *slot = &shape->slots[i];

		if (slot_is_result(slot) && !returns) {
			config_list_slot(config, TETRA_SLOTS_LATER, i);
			continue;
		}
		config->slots[i] = slot_at(slot, instance);
		config_list_slot(config, kind_row(slot->kind)->slots, i);
	}
}

/* An error number is an int unless the types say that it is a long. */
static uint8_t result_shift(const struct plan_instance *instance)
{
	return instance->syscall || instance->result_bytes == 8 ? 0 : 32;
}

/* A slot with the mount of a file says itself whether that is a layer's. */
static void config_set_layer(struct tetra_hook_config *config,
			     const struct plan_shape *shape,
			     const struct plan_instance *instance)
{
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		uint32_t reader = shape->slots[i].kind ? shape->slots[i].reader : 0;

		if (reader == TETRA_READ_FILE || reader == TETRA_READ_PATH ||
		    reader == TETRA_READ_BINPRM)
			return;
	}
	config->layer_param = instance->file_param;
	config->layer_reader = instance->file_reader;
}

void shape_configure(struct tetra_hook_config *ret, const struct plan_shape *shape,
		     const struct plan_ladder *ladder,
		     const struct plan_instance *instance, struct tetra_kernel *kernel)
{
	const struct plan_demand *demand = &shape->demand;
	uint32_t words = plan_program_words(instance->program);

	*ret = (struct tetra_hook_config){
		.phase = instance->phase,
		.n_params = instance->n_params,
		.syscall = instance->syscall,
		.task_btf = kernel_has(kernel, KERNEL_CURRENT_TASK_BTF),
		.has_return = instance->has_return,
		.rate = demand->rate,
		.process_columns = demand->process_columns,
		/* A program that only waits looks at no rule. */
		.n_words = instance->phase == TETRA_PHASE_TOUCH ? 0 : demand->n_words,
		.distrusts = demand->distrusts,
		.slot_columns = demand->slot_columns,
		.syscall_number = instance->syscall_number,
		.saves = words == PLAN_WORDS_REGISTERS && ladder_has_saved(ladder),
		.path_steps = demand->path_steps,
		.text_steps = demand->text_steps,
		.waits = ladder_waits(ladder),
		.result_shift = result_shift(instance),
		.user_stack = instance->in_user,
		.signals_tell = instance->in_user && ladder_has_saved(ladder),
	};
	config_set_slots(ret, shape, instance);
	config_set_layer(ret, shape, instance);
}

void shape_configure_tasks(struct tetra_hook_config *ret)
{
	*ret = (struct tetra_hook_config){ .process_columns = UINT32_MAX };
}
