/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are fields of a tracepoint's record. The policy's index counts all fields of
 * the format file, including the common ones at the front.
 */
#include <stdio.h>

#include "lib/kernel/syscalls.h"
#include "lib/use/fit.h"
#include "lib/use/build.h"

/*
 * Bytes at the front of a record that programs do not see: the kernel keeps a pointer there
 * while they run (perf_trace_run_bpf_submit). They hold the common fields.
 */
#define HIDDEN_BYTES 8u

/* Of a field that is a number or a pointer. */
#define MAX_FIELD_BYTES 8u

/* The record is that of a system call: numbers and the caller's pointers. */
static bool event_is_call(const struct kernel_event *event)
{
	return str_equal(event->subsystem, PLAN_CALL_SUBSYSTEM);
}

static void values_check(struct use_build *build, const struct policy_filter *filter,
			 const char *list, uint32_t kind)
{
	for (uint32_t i = 0; i < filter->n_values; i++) {
		const struct policy_value *value = &filter->values[i];
		struct use_spot spot = { value->mark, list, "values" };
		int r = policy_value_fits(value, filter->op, kind);

		if (r == -EINVAL)
			use_error(build, &spot, -EOPNOTSUPP, "bad-value", NULL,
				  "'%.80s' is not a number, and the field is %s",
				  value->text, kind_row(kind)->name);
		else if (r < 0)
			use_error(build, &spot, -EOPNOTSUPP, "out-of-range", NULL,
				  "%.80s is out of range for the field, %s", value->text,
				  kind_row(kind)->name);
	}
}

/* With "auto", the policy could not be checked before the type was known. */
static void filters_check(struct use_build *build, uint32_t position, uint32_t kind)
{
	const struct policy_hook *hook = build->hook;
	uint32_t i, k;

	for (i = 0; i < hook->n_selectors; i++) {
		for (k = 0; k < hook->selectors[i].n_args; k++) {
			const struct policy_filter *filter = &hook->selectors[i].args[k];
			char list[64];
			struct use_spot spot = { filter->op_mark, list, "operator" };

			if (filter->arg != position)
				continue;
			snprintf(list, sizeof(list), "selectors[%u].matchArgs[%u]", i, k);
			if (operator_fits_kind(filter->op, kind))
				values_check(build, filter, list, kind);
			else
				use_error(build, &spot, -EOPNOTSUPP, "type-mismatch",
					  NULL, "%s cannot be used on a field of type %s",
					  operator_name(filter->op),
					  kind_row(kind)->name);
		}
	}
}

static const struct kernel_event_field *field_find(struct use_build *build,
						   const struct kernel_event *event,
						   uint32_t index,
						   const struct use_spot *spot)
{
	if (index < event->n_fields)
		return &event->fields[index];
	use_error(build, spot, -ENOENT, "out-of-range",
		  "fields are numbered as in the format file: the common ones come first",
		  "'%s/%s' has %u fields, numbered from 0, so there is no %u",
		  event->subsystem, event->name, event->n_fields, index);
	return NULL;
}

/* A number's own bytes and sign: all fields of system calls have the size of a register. */
static uint32_t field_bytes(const struct kernel_event *event,
			    const struct kernel_event_field *field, bool *is_signed)
{
	if (event_is_call(event))
		return field->is_pointer ? MAX_FIELD_BYTES
					 : syscall_scalar(field->type, is_signed);
	*is_signed = field->is_signed;
	return field->size;
}

static struct tetra_source field_value(const struct kernel_event_field *field)
{
	struct tetra_source value = { .from = fit_field_from(field),
				      .at = field->offset };

	if (value.from == TETRA_FROM_FIELD)
		value.bytes = (uint8_t)MIN(field->size, MAX_FIELD_BYTES);
	return value;
}

/* What the field itself says of its length. */
static struct tetra_source field_size(const struct kernel_event_field *field)
{
	switch (fit_field_from(field)) {
	case TETRA_FROM_ARRAY:
		return (struct tetra_source){ .from = TETRA_FROM_CONSTANT,
					      .at = field->size };
	case TETRA_FROM_LOC:
	case TETRA_FROM_REL_LOC:
		return (struct tetra_source){ .from = TETRA_FROM_LOC_BYTES,
					      .at = field->offset };
	}
	return (struct tetra_source){ 0 };
}

/* sizeArgIndex counts fields from 1. */
static void field_size_plan(struct use_build *build, const char *list,
			    const struct kernel_event *event, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct use_spot spot = { arg->mark, list, "sizeArgIndex" };
	const struct kernel_event_field *field;
	bool is_signed;

	if (kind_row(slot->kind)->shape != TETRA_SHAPE_BYTES)
		return;
	if (!arg->size_index) {
		if (slot->value.from == TETRA_FROM_FIELD && !arg->kind)
			use_error(build, &spot, -EOPNOTSUPP, "missing-field",
				  "type string reads a text",
				  "a buffer needs sizeArgIndex: the field with its "
				  "length, counted from 1");
		return;
	}
	field = field_find(build, event, arg->size_index - 1, &spot);
	if (!field)
		return;
	slot->size = field_value(field);
	fit_size_width(slot, field_bytes(event, field, &is_signed));
	if (fit_field_from(field) != TETRA_FROM_FIELD || field->is_pointer ||
	    field->offset < HIDDEN_BYTES)
		use_error(build, &spot, -EOPNOTSUPP, "arg-type-mismatch",
			  "sizeArgIndex counts fields from 1",
			  "field '%s' of '%s/%s' has type '%s', which cannot be a length",
			  field->name, event->subsystem, event->name, field->type);
}

/* A type that the policy declares. */
static void field_type_check(struct use_build *build, const struct use_spot *spot,
			     const struct policy_arg *arg,
			     const struct kernel_event_field *field)
{
	const char *brackets = fit_field_from(field) == TETRA_FROM_FIELD ? "" : "[]";
	uint32_t natural = fit_field_kind(field);
	enum fit fit = fit_field(arg->kind, field);
	const char *text = NULL;
	char hint[64];

	if (fit == FIT_GOOD)
		return;
	if (natural) {
		snprintf(hint, sizeof(hint), "type '%s' reads it",
			 kind_row(natural)->name);
		text = hint;
	}
	if (fit_is_first(arg->kind, field))
		use_warning(build, spot, "arg-type-mismatch", text,
			    "type '%s' reads the first %u bytes of field '%s', which is "
			    "'%s[]' of %u bytes",
			    arg->type, kind_row(arg->kind)->bits / 8, field->name,
			    field->type, field->size);
	else if (fit == FIT_BAD)
		use_warning(build, spot, "arg-type-mismatch", text,
			    "type '%s' does not fit: field '%s' is '%s%s' of %u bytes",
			    arg->type, field->name, field->type, brackets, field->size);
	else
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch", text,
			  "type '%s' cannot be read: field '%s' is '%s%s' of %u bytes",
			  arg->type, field->name, field->type, brackets, field->size);
}

/* A type that follows from the field. */
static void field_type_derive(struct use_build *build, const struct use_spot *spot,
			      const struct kernel_event_field *field, uint32_t position)
{
	struct tetra_slot_config *slot = &build->use->args[position];

	fit_slot(slot, fit_field_kind(field));
	if (slot->kind)
		filters_check(build, position, slot->kind);
	else
		use_error(build, spot, -EOPNOTSUPP, "type-mismatch", "name the type",
			  "cannot derive a type from field '%s', '%s' of %u bytes",
			  field->name, field->type, field->size);
}

/* The field of the argument; NULL if there is none that programs see, which is said. */
static const struct kernel_event_field *arg_find_field(struct use_build *build,
						       const char *list,
						       const struct kernel_event *event,
						       const struct policy_arg *arg)
{
	const struct use_spot spot = { arg->index_mark, list, "index" };
	const struct kernel_event_field *field =
		field_find(build, event, arg->index, &spot);

	if (!field || field->offset >= HIDDEN_BYTES)
		return field;
	use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
		  "events name the process and its thread without being asked",
		  "field '%s' is not available to BPF programs", field->name);
	return NULL;
}

static void field_plan(struct use_build *build, const struct kernel_event *event,
		       uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct kernel_event_field *field;
	char list[USE_LIST_BYTES];
	const struct use_spot spot = { arg->type_mark, list, "type" };
	bool is_signed = false;
	uint32_t bytes;

	use_print_list(&list, build->hook, position);
	fit_slot(slot, arg->kind);
	if (arg->kind == TETRA_ARG_NOP)
		return;
	field = arg_find_field(build, list, event, arg);
	if (!field)
		return;
	slot->value = field_value(field);
	if (fit_is_first(arg->kind, field)) {
		slot->value.from = TETRA_FROM_FIELD;
		slot->value.bytes = (uint8_t)(kind_row(arg->kind)->bits / 8);
	}
	slot->user = event_is_call(event);
	if (arg->kind)
		field_type_check(build, &spot, arg, field);
	else
		field_type_derive(build, &spot, field, position);
	bytes = field_bytes(event, field, &is_signed);
	fit_width(slot, bytes, is_signed);
	use_plan_layout(build, &spot, position);
	if (slot->reader == TETRA_READ_BUFFER)
		slot->size = field_size(field);
	field_size_plan(build, list, event, position);
}

void use_plan_fields(struct use_build *build, const struct kernel_event *event)
{
	uint32_t i;

	for (i = 0; i < build->use->n_args; i++)
		field_plan(build, event, i);
}
