/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that are fields of a tracepoint's record. The policy's index counts all fields of
 * the format file, including the common ones at the front.
 */
#include <stdio.h>

#include "lib/plan/use.h"

/* "args[7]" */
#define LIST_BYTES 24

/*
 * Bytes at the front of a record that programs do not see: the kernel keeps a pointer there
 * while they run (perf_trace_run_bpf_submit). They hold the common fields.
 */
#define HIDDEN_BYTES 8u

/* Operators allowed for arguments of a class: as in the list of operators. */
#define C_INT  (TETRA_CLASS_SIGNED | TETRA_CLASS_UNSIGNED)
#define C_TEXT TETRA_CLASS_TEXT
#define C_PATH TETRA_CLASS_PATH
#define C_SOCK TETRA_CLASS_SOCK

static uint32_t operator_classes(uint32_t op)
{
	switch (op) {
#define X(NAME, number, name, classes)                                                   \
	case number:                                                                     \
		return classes;
		TETRA_OPERATORS(X)
#undef X
	default:
		return 0;
	}
}

static bool is_text(uint32_t kind)
{
	return arg_kind_class(kind) == TETRA_CLASS_TEXT;
}

static uint32_t integer_bytes(uint32_t kind)
{
	switch (kind) {
	case TETRA_ARG_INT8:
	case TETRA_ARG_UINT8:
		return 1;
	case TETRA_ARG_INT16:
	case TETRA_ARG_UINT16:
		return 2;
	case TETRA_ARG_INT32:
	case TETRA_ARG_UINT32:
		return 4;
	case TETRA_ARG_INT64:
	case TETRA_ARG_UINT64:
	case TETRA_ARG_SIZE:
		return 8;
	default:
		return 0;
	}
}

/* The type that "auto" means for a field; 0 if none. */
static uint32_t field_kind(const struct kernel_event_field *field)
{
	if (field->is_data_loc || field->is_rel_loc)
		return str_equal(field->type, "char") ? TETRA_ARG_STRING : 0;
	if (field->is_array)
		return TETRA_ARG_CONST_BUF;
	if (field->is_pointer)
		return strstr(field->type, "char") ? TETRA_ARG_CHAR_BUF : 0;
	if (str_equal(field->type, "size_t"))
		return TETRA_ARG_SIZE;
	if (field->size == 4)
		return field->is_signed ? TETRA_ARG_INT32 : TETRA_ARG_UINT32;
	if (field->size == 8)
		return field->is_signed ? TETRA_ARG_INT64 : TETRA_ARG_UINT64;
	return 0;
}

static uint8_t field_source(const struct kernel_event_field *field)
{
	if (field->is_data_loc)
		return TETRA_FIELD_DATA_LOC;
	if (field->is_rel_loc)
		return TETRA_FIELD_REL_LOC;
	return field->is_array ? TETRA_FIELD_INLINE : TETRA_FIELD_VALUE;
}

/* The value of a field, or a text or bytes where it points. */
static bool field_fits(uint32_t kind, const struct kernel_event_field *field)
{
	uint8_t source = field_source(field);
	uint32_t bytes = integer_bytes(kind);

	if (bytes)
		return source == TETRA_FIELD_VALUE && bytes <= field->size;
	if (is_text(kind))
		return source != TETRA_FIELD_VALUE || field->is_pointer;
	if (kind == TETRA_ARG_CONST_BUF)
		return source == TETRA_FIELD_INLINE;
	if (kind == TETRA_ARG_FD)
		return source == TETRA_FIELD_VALUE && !field->is_pointer;
	return source == TETRA_FIELD_VALUE && field->is_pointer;
}

/* Nothing could be read: pointers that are not pointers, numbers that are texts. */
static bool field_readable(uint32_t kind, const struct kernel_event_field *field)
{
	return field_fits(kind, field) ||
	       (integer_bytes(kind) && field_source(field) == TETRA_FIELD_VALUE) ||
	       (kind == TETRA_ARG_FD && field_source(field) == TETRA_FIELD_VALUE);
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

			if (filter->arg != position ||
			    operator_classes(filter->op) & arg_kind_class(kind))
				continue;
			snprintf(list, sizeof(list), "selectors[%u].matchArgs[%u]", i, k);
			use_error(build, &spot, -EOPNOTSUPP, "type-mismatch", NULL,
				  "%s cannot be used on a field of type %s",
				  operator_name(filter->op), arg_kind_name(kind));
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

/* sizeArgIndex counts fields from 1. */
static void field_size_plan(struct use_build *build, const char *list,
			    const struct kernel_event *event, uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	struct use_spot spot = { arg->mark, list, "sizeArgIndex" };
	const struct kernel_event_field *field;

	if (slot->kind != TETRA_ARG_CHAR_BUF)
		return;
	if (!arg->size_index) {
		if (slot->data_loc == TETRA_FIELD_VALUE && !arg->kind)
			use_error(build, &spot, -EOPNOTSUPP, "missing-field",
				  "type string reads a text",
				  "a buffer needs sizeArgIndex: the field with its "
				  "length, counted from 1");
		return;
	}
	field = field_find(build, event, arg->size_index - 1, &spot);
	if (!field)
		return;
	slot->size_offset = (uint16_t)field->offset;
	slot->size_field = (uint16_t)field->size;
	if (field_source(field) != TETRA_FIELD_VALUE || field->is_pointer ||
	    field->offset < HIDDEN_BYTES)
		use_error(build, &spot, -EOPNOTSUPP, "arg-type-mismatch",
			  "sizeArgIndex counts fields from 1",
			  "field '%s' of '%s/%s' has type '%s', which cannot be a length",
			  field->name, event->subsystem, event->name, field->type);
}

static void field_type_check(struct use_build *build, const struct use_spot *spot,
			     const struct policy_arg *arg,
			     const struct kernel_event_field *field)
{
	const char *brackets = field_source(field) == TETRA_FIELD_VALUE ? "" : "[]";
	uint32_t natural = field_kind(field);
	char hint[64];

	if (field_fits(arg->kind, field))
		return;
	snprintf(hint, sizeof(hint), "type '%s' reads it", arg_kind_name(natural));
	if (field_readable(arg->kind, field))
		use_warning(build, spot, "arg-type-mismatch", natural ? hint : NULL,
			    "type '%s' does not fit: field '%s' is '%s%s' of %u bytes",
			    arg->type, field->name, field->type, brackets, field->size);
	else
		use_error(build, spot, -EOPNOTSUPP, "arg-type-mismatch",
			  natural ? hint : NULL,
			  "type '%s' cannot be read: field '%s' is '%s%s' of %u bytes",
			  arg->type, field->name, field->type, brackets, field->size);
}

static void field_plan(struct use_build *build, const struct kernel_event *event,
		       uint32_t position)
{
	const struct policy_arg *arg = &build->hook->args[position];
	struct tetra_slot_config *slot = &build->use->args[position];
	const struct kernel_event_field *field;
	char list[LIST_BYTES];
	struct use_spot spot = { arg->index_mark, list, "index" };

	snprintf(list, sizeof(list), "args[%u]", position);
	slot->kind = (uint8_t)arg->kind;
	slot->size_param = 0xff;
	if (arg->kind == TETRA_ARG_NOP)
		return;
	field = field_find(build, event, arg->index, &spot);
	if (!field)
		return;
	if (field->offset < HIDDEN_BYTES) {
		use_error(build, &spot, -EOPNOTSUPP, "not-possible-here",
			  "events name the process and its thread without being asked",
			  "field '%s' is not available to BPF programs", field->name);
		return;
	}
	spot = (struct use_spot){ arg->type_mark, list, "type" };
	slot->offset = (uint16_t)field->offset;
	slot->field = (uint16_t)field->size;
	slot->data_loc = field_source(field);
	slot->user = str_equal(event->subsystem, "syscalls");
	if (arg->kind) {
		field_type_check(build, &spot, arg, field);
	} else {
		slot->kind = (uint8_t)field_kind(field);
		if (!slot->kind)
			use_error(
				build, &spot, -EOPNOTSUPP, "type-mismatch",
				"name the type",
				"cannot derive a type from field '%s', '%s' of %u bytes",
				field->name, field->type, field->size);
		else
			filters_check(build, position, slot->kind);
	}
	field_size_plan(build, list, event, position);
}

void use_plan_fields(struct use_build *build, const struct kernel_event *event)
{
	uint32_t i;

	for (i = 0; i < build->use->n_args; i++)
		field_plan(build, event, i);
}
