/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes that programs and libraries have put into their own code. Each place of one is a point of its
 * own: the operands, which say where the arguments are, differ from place to place. The file is read
 * where the policy is loaded; recorded facts do not include files, so with them one place is assumed,
 * with the arguments that the policy declares.
 */
#include <stdio.h>

#include "lib/host/note.h"
#include "lib/plan/at-file.h"
#include "lib/use/fit.h"

/* Arguments of a note that hooks of one part begin with. */
#define PART_ARGS 5u

/* The file, and all places that it has for the probe. */
struct probe {
	struct program *program;
	struct notes notes;
};

static void probe_done(struct probe *probe)
{
	notes_done(&probe->notes);
	program_free(probe->program);
}

/* 0; of program_open(), with no program, or of notes_find(). */
static int probe_find(struct probe *ret, const struct policy_hook *hook, const char *path)
{
	int r = program_open(&ret->program, path);

	return r < 0 ? r
		     : notes_find(&ret->notes, ret->program, hook->provider,
				  hook_probe(hook));
}

uint32_t plan_places(const struct policy_hook *hook, struct tetra_kernel *kernel)
{
	_cleanup_(probe_done) struct probe probe = {};
	char path[PLAN_NAME_BYTES];

	if (hook->kind != POLICY_USDT || !hook->subsystem || !kernel_has_files(kernel) ||
	    at_file_path(hook->subsystem, &path) < 0 ||
	    probe_find(&probe, hook, path) < 0)
		return 1;
	return probe.notes.n;
}

static void probe_unknown(struct use_build *build, const struct probe *probe)
{
	const struct policy_hook *hook = build->hook;
	bool known = notes_have_provider(probe->program, hook->provider);
	const struct use_spot spot = use_name_spot(build);
	char hint[USE_HINT_BYTES];
	struct nearest nearest;

	nearest_init(&nearest, known ? hook_probe(hook) : hook->provider);
	notes_offer(probe->program, known ? hook->provider : NULL, &nearest);
	if (known)
		use_absent(build, &spot, use_meant(&hint, nearest.best),
			   "'%s' has no probe '%s' of the provider '%s'", hook->subsystem,
			   hook_probe(hook), hook->provider);
	else
		use_absent(build, &spot, use_meant(&hint, nearest.best),
			   "'%s' has no probes of a provider '%s'", hook->subsystem,
			   hook->provider);
}

/* What is wrong with the notes of the file, by the error of notes_find(). */
static const struct {
	int error;
	const char *text, *hint;
} note_rows[] = {
	{ -ENODATA, "it has no notes of probes (USDT)",
	  "name the library, if the probe is in one" },
	{ -EBADMSG, "the end of the file, with its notes, is missing", NULL },
	{ -EBADF, "a note of its probes is not well formed", NULL },
	{ -EFAULT, "a place of the probe is outside its code", NULL },
	{ -ENXIO, "the counter of the probe is outside its data", NULL },
	{ -EDOM, "the counter of the probe is at an odd place, which kernels refuse",
	  NULL },
	{ -ERANGE, "the kernel accepts counters only in a file's first 4 GiB", NULL },
	{ -E2BIG, "a note of the probe has more than 12 arguments", NULL },
	{ -EMLINK, "the probe has more than 64 places", NULL },
};

_Static_assert(OPERAND_MAX == 12 && NOTE_MAX_PLACES == 64, "as the texts have them");

static void notes_tell(struct use_build *build, const struct probe *probe, int error)
{
	const struct use_spot spot = use_name_spot(build);

	if (error == -ENOENT) {
		probe_unknown(build, probe);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(note_rows); i++)
		if (note_rows[i].error == error) {
			use_error(build, &spot, -EOPNOTSUPP, "unknown-symbol",
				  note_rows[i].hint, "'%s' cannot be probed in '%s': %s",
				  build->hook->name, build->hook->subsystem,
				  note_rows[i].text);
			return;
		}
	use_failed(build, error);
}

/* Arguments */

static struct tetra_source operand_source(const struct operand *operand)
{
	return (struct tetra_source){
		.from = TETRA_FROM_OPERAND,
		.bytes = operand->bytes,
		.operand = { .base = operand->base,
			     .index = operand->index,
			     .index_shift = operand->index_shift,
			     .skip = operand->skip,
			     .loads = operand->loads,
			     .number = { (uint32_t)operand->number,
					 (uint32_t)(operand->number >> 32) } },
	};
}

/* The operand cannot be read: refused if a filter needs it, else reported without a value. */
static void operand_refuse(struct use_build *build, const struct use_spot *spot,
			   uint32_t position, const char *text, const char *why)
{
	const struct policy_hook *hook = build->hook;

	if (use_filters(build, position)) {
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", NULL,
			  "the argument '%s' of '%s' cannot be read: %s", text,
			  hook->name, why);
		return;
	}
	use_warning(build, spot, "arg-type-mismatch", NULL,
		    "the argument '%s' of '%s' cannot be read: %s; it is reported as "
		    "unsupported",
		    text, hook->name, why);
	use_leave_out(build, position);
}

/* An earlier place has the same operand, and it was reported there. */
static bool operand_is_told(const struct use_build *build, const struct probe *probe,
			    uint32_t index)
{
	const struct note *note = &probe->notes.items[build->at];

	for (uint32_t i = 0; i < build->at; i++) {
		const struct note *before = &probe->notes.items[i];

		if (index < before->n_operands &&
		    str_equal(before->operands[index].text, note->operands[index].text))
			return true;
	}
	return false;
}

static const struct operand *operand_at(struct use_build *build, const struct note *note,
					const struct use_spot *spot, uint32_t index)
{
	if (index < note->n_operands)
		return &note->operands[index];
	use_error(build, spot, -EOPNOTSUPP, "out-of-range", NULL,
		  "'%s' has no argument %u: it has %u, numbered from 0",
		  build->hook->name, index, note->n_operands);
	return NULL;
}

/* sizeArgIndex counts from 1. */
static void size_plan(struct use_build *build, const struct note *note, const char *list,
		      uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	const struct use_spot spot = { arg->mark, list, "sizeArgIndex" };
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct operand *operand;

	if (kind_row(arg->kind)->reader != TETRA_READ_BUFFER || !arg->size_index)
		return;
	operand = operand_at(build, note, &spot, arg->size_index - 1);
	if (!operand)
		return;
	if (operand->error) {
		operand_refuse(build, &spot, position, operand->text,
			       operand_error_text(operand->error));
		return;
	}
	slot->size = operand_source(operand);
	slot->walks |= operand->loads;
	fit_size_width(slot, operand->bytes);
}

/* Of an address, of a file's number; a number may have any size. */
static uint32_t bytes_needed(uint32_t kind)
{
	switch (kind_row(kind)->slots) {
	case TETRA_SLOTS_TEXT:
		return 8;
	case TETRA_SLOTS_PATH:
		return 4;
	default:
		return 1;
	}
}

/* Whether the operand can be of the type. */
static bool type_fits(struct use_build *build, const struct probe *probe,
		      const struct operand *operand, const struct use_spot *spot,
		      uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	uint32_t bits = kind_row(arg->kind)->bits;

	if (operand->bytes < bytes_needed(arg->kind)) {
		operand_refuse(build, spot, position, operand->text,
			       "it is too short for that type");
		return false;
	}
	if (bits && bits < operand->bytes * 8u &&
	    !operand_is_told(build, probe, arg->index))
		use_warning(build, spot, "arg-type-mismatch",
			    "declare a type of the argument's size",
			    "type '%s' does not fit: the argument '%s' of '%s' has %u "
			    "bits, and the type reads only %u",
			    arg->type, operand->text, build->hook->name,
			    operand->bytes * 8, bits);
	return true;
}

static void arg_plan(struct use_build *build, const struct probe *probe,
		     uint32_t position)
{
	const struct note *note = &probe->notes.items[build->at];
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct operand *operand;
	char list[USE_LIST_BYTES];
	struct use_spot spot = { arg->index_mark, list, "index" };

	use_print_list(&list, build->hook, position);
	fit_slot(slot, arg->kind);
	slot->user = true;
	if (arg->kind == TETRA_ARG_NOP)
		return;
	operand = operand_at(build, note, &spot, arg->index);
	if (!operand)
		return;
	if (operand->error) {
		operand_refuse(build, &spot, position, operand->text,
			       operand_error_text(operand->error));
		return;
	}
	spot = (struct use_spot){ arg->type_mark, list, "type" };
	if (!type_fits(build, probe, operand, &spot, position))
		return;
	slot->value = operand_source(operand);
	slot->walks |= operand->loads;
	fit_width(slot, operand->bytes, operand->is_signed);
	size_plan(build, note, list, position);
	use_plan_layout(build, &spot, position);
}

/* Without the file: what the policy says of the arguments. */
static void arg_take_for_given(struct use_build *build, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct operand given = { .bytes = 8, .base = (uint8_t)(arg->index + 1) };
	const struct operand size = { .bytes = 8, .base = (uint8_t)arg->size_index };

	fit_slot(slot, arg->kind);
	slot->user = true;
	if (arg->kind == TETRA_ARG_NOP)
		return;
	slot->value = operand_source(&given);
	if (kind_row(arg->kind)->reader == TETRA_READ_BUFFER && arg->size_index)
		slot->size = operand_source(&size);
}

/* Programs for 32-bit x86 have other registers. */
static bool bits_check(struct use_build *build, const struct probe *probe)
{
	const struct use_spot spot = at_file_spot(build);

	if (!build->hook->n_args || !program_is_32bit(probe->program))
		return true;
	use_error(build, &spot, -EOPNOTSUPP, "not-possible-here", "leave 'args' out",
		  "arguments of 32-bit programs cannot be read: '%s' is one",
		  build->hook->subsystem);
	return false;
}

/* The kernel takes any even place, and where it finds nothing to write to, it counts nothing. */
static int counter_check(const struct probe *probe, uint64_t counter)
{
	if (counter % 2)
		return -EDOM;
	return counter && !program_has_counter(probe->program, counter) ? -ENXIO : 0;
}

static void probe_look(struct use_build *build)
{
	_cleanup_(probe_done) struct probe probe = {};
	struct plan_point *point = &build->use->point;
	struct program_identity identity;
	int r = probe_find(&probe, build->hook, point->subsystem);

	if (r < 0 && !probe.program) {
		at_file_tell(build, point->subsystem, r);
		return;
	}
	/* If the file has changed meanwhile, another place may be the last. */
	if (r == 0 && build->at >= probe.notes.n)
		r = -ENOENT;
	if (r < 0) {
		notes_tell(build, &probe, r);
		return;
	}
	identity = program_identify(probe.program);
	point->device = identity.device;
	point->inode = identity.inode;
	point->changed = identity.changed;
	point->offset = probe.notes.items[build->at].offset;
	point->place.counter = probe.notes.items[build->at].counter;
	r = counter_check(&probe, point->place.counter);
	if (r < 0) {
		notes_tell(build, &probe, r);
		return;
	}
	if (!bits_check(build, &probe))
		return;
	for (uint32_t i = 0; i < build->use->n_args; i++)
		arg_plan(build, &probe, i);
}

/*
 * A note may have more arguments than a point has slots; a hook reads at most HOOK_MAX_ARGS of them,
 * so notes are split into parts of that size. The hook's first argument says which part it reads.
 */
static uint32_t part_of(const struct policy_hook *hook)
{
	uint32_t first = UINT32_MAX;

	for (uint32_t i = 0; i < hook->n_args; i++)
		first = MIN(first, hook->args[i].index);
	return hook->n_args ? first / PART_ARGS : 0;
}

void use_usdt(struct use_build *build)
{
	const struct policy_hook *hook = build->hook;
	const struct use_spot spot = at_file_spot(build);
	char path[PLAN_NAME_BYTES];
	int r = at_file_path(hook->subsystem ? hook->subsystem : "", &path);

	if (r == 0)
		r = use_set_point(build, path, hook->name);
	if (r < 0) {
		use_error(build, &spot, r, "too-long", NULL,
			  "the path of the file and the name of the probe, with its "
			  "provider, may have %u bytes each",
			  PLAN_NAME_BYTES - 1);
		return;
	}
	build->use->point.part = part_of(hook);
	if (kernel_has_files(build->kernel)) {
		probe_look(build);
		return;
	}
	for (uint32_t i = 0; i < build->use->n_args; i++)
		arg_take_for_given(build, i);
}

/* The file may have been replaced; its places are planned again when the policy is loaded again. */
int ladder_find_usdt(struct ladder *ladder)
{
	const struct plan_point *point = &ladder->use->point;
	_cleanup_(program_freep) struct program *program = NULL;
	struct program_identity now;
	int r;

	ladder->function = (struct kernel_function){ .name = point->symbol,
						     .target = point->symbol };
	ladder->file_offset = point->offset;
	if (!kernel_has_files(ladder->kernel))
		return 0;
	r = program_open(&program, point->subsystem);
	if (r < 0)
		return r;
	now = program_identify(program);
	return now.device == point->device && now.inode == point->inode &&
			       now.changed == point->changed
		       ? 0
		       : -ENOENT;
}
