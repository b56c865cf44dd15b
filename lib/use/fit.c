/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/use/fit.h"

#include <stdio.h>

/* Bytes of a register, and of a pointer. */
#define WORD_BYTES 8u

/* Structs that begin with a struct sock. */
static const char *const socks[] = {
	"sock",	     "inet_sock", "inet_connection_sock",
	"tcp_sock",  "udp_sock",  "raw_sock",
	"unix_sock", NULL,
};

/* Newer kernels have sockaddr_unsized. */
static const char *const addresses[] = {
	"sockaddr",
	"sockaddr_unsized",
	"sockaddr_storage",
	"__kernel_sockaddr_storage",
	"sockaddr_in",
	"sockaddr_in6",
	NULL,
};

/* Newer kernels have the typedef alone. */
#define CAPS_TYPE "kernel_cap_t *"

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (str_equal(name, *names))
			return true;
	return false;
}

static bool points_to(const struct kernel_param *param, const struct kind_row *kind)
{
	if (!param->is_pointer || !*kind->of)
		return false;
	if (str_equal(kind->of, *socks))
		return is_one_of(param->type_name, socks);
	if (str_equal(kind->of, *addresses))
		return is_one_of(param->type_name, addresses);
	if (kind->reader == TETRA_READ_CAPS && !*param->type_name)
		return strstr(param->c_type, CAPS_TYPE) != NULL;
	return str_equal(param->type_name, kind->of);
}

/* Policies use the type "int" for anything that fits into an int or a long. */
static enum fit number_fit(const struct kind_row *kind, const struct policy_arg *arg,
			   const struct kernel_param *param)
{
	bool is_enum = str_has_prefix(param->c_type, "enum ");
	uint32_t bytes = kind->bits / 8;

	if (param->is_struct)
		return FIT_BAD;
	if (param->is_pointer)
		return bytes == WORD_BYTES && !kind->is_signed ? FIT_GOOD : FIT_BAD;
	if (str_equal(arg->type, "int"))
		return param->size == 4 || param->size == WORD_BYTES ? FIT_GOOD : FIT_BAD;
	return bytes == param->size && (is_enum || kind->is_signed == param->is_signed)
		       ? FIT_GOOD
		       : FIT_BAD;
}

static enum fit text_fit(const struct kind_row *kind, const struct kernel_param *param)
{
	static const char *const strings[] = { "char", NULL };
	static const char *const buffers[] = { "char", "unsigned char", "u8",
					       "__u8", "void",		"",
					       NULL };

	if (!param->is_pointer)
		return FIT_NONE;
	return is_one_of(param->type_name,
			 kind->reader == TETRA_READ_BUFFER ? buffers : strings)
		       ? FIT_GOOD
		       : FIT_BAD;
}

static enum fit descriptor_fit(const struct kernel_param *param)
{
	return !param->is_pointer && !param->is_struct && param->size >= 4 ? FIT_GOOD
									   : FIT_BAD;
}

enum fit fit_param(const struct policy_arg *arg, const struct kernel_param *param,
		   bool syscall)
{
	const struct kind_row *kind = kind_row(arg->kind);

	/* The pointers of system calls are the caller's; few types are read there. */
	if (*kind->of)
		return !param->is_pointer || (syscall && !kind->is_caller_memory)
			       ? FIT_NONE
		       : points_to(param, kind) ? FIT_GOOD
						: FIT_BAD;
	if (kind->reader == TETRA_READ_NONE)
		return FIT_GOOD;
	if (kind->reader == TETRA_READ_FD)
		return descriptor_fit(param);
	return kind->slots == TETRA_SLOTS_TEXT ? text_fit(kind, param)
					       : number_fit(kind, arg, param);
}

uint32_t fit_param_word(const struct kernel_function *function, uint32_t index)
{
	uint32_t word = 0, i;

	for (i = 0; i < index && i < function->n_params; i++) {
		const struct kernel_param *param = &function->params[i];

		if (!param->is_struct)
			word++;
		else if (param->size <= FIT_STRUCT_BYTES)
			word += ROUND_UP(param->size, WORD_BYTES) / WORD_BYTES;
	}
	return word + (index > i ? index - i : 0);
}

bool fit_is_direct(uint32_t kind, const struct kernel_param *param)
{
	static const char nullable[] = "__nullable";
	size_t len = strlen(param->name);

	if (len >= strlen(nullable) &&
	    str_equal(param->name + len - strlen(nullable), nullable))
		return false;
	return kind_row(kind)->is_direct && points_to(param, kind_row(kind));
}

/* The kind is what a policy would declare for such a parameter. */
static bool is_natural(const struct kind_row *kind, const struct kernel_param *param,
		       bool syscall)
{
	if (kind->support != TETRA_KIND_DECLARED)
		return false;
	if (param->is_pointer)
		return *kind->of ? (!syscall || kind->is_caller_memory) &&
					   points_to(param, kind)
				 : kind->reader == TETRA_READ_TEXT &&
					   str_equal(param->type_name, "char");
	return kind->reader == TETRA_READ_WORD && !param->is_struct &&
	       kind->bits / 8 == param->size && kind->is_signed == param->is_signed;
}

const char *fit_param_hint(char (*buf)[128], const struct kernel_param *param,
			   bool syscall)
{
	uint32_t kind;

	for (kind = 1; kind < TETRA_ARG_END; kind++) {
		if (!is_natural(kind_row(kind), param, syscall))
			continue;
		snprintf(*buf, sizeof(*buf), "type '%s' reads it", kind_row(kind)->name);
		return *buf;
	}
	return NULL;
}

uint8_t fit_field_from(const struct kernel_event_field *field)
{
	if (field->is_data_loc)
		return TETRA_FROM_LOC;
	if (field->is_rel_loc)
		return TETRA_FROM_REL_LOC;
	return field->is_array ? TETRA_FROM_ARRAY : TETRA_FROM_FIELD;
}

uint32_t fit_field_kind(const struct kernel_event_field *field)
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

bool fit_is_first(uint32_t kind, const struct kernel_event_field *field)
{
	const struct kind_row *row = kind_row(kind);

	return fit_field_from(field) == TETRA_FROM_ARRAY && row->bits && !*row->of &&
	       row->bits / 8 <= field->size;
}

/* The value of a field, or a text or bytes where it points. */
enum fit fit_field(uint32_t kind, const struct kernel_event_field *field)
{
	const struct kind_row *row = kind_row(kind);
	bool is_value = fit_field_from(field) == TETRA_FROM_FIELD;

	if (row->reader == TETRA_READ_WORD || row->reader == TETRA_READ_CALL) {
		if (!is_value)
			return fit_is_first(kind, field) ? FIT_BAD : FIT_NONE;
		return row->bits / 8 <= field->size ? FIT_GOOD : FIT_BAD;
	}
	if (row->reader == TETRA_READ_FD) {
		if (!is_value)
			return FIT_NONE;
		return field->is_pointer ? FIT_BAD : FIT_GOOD;
	}
	if (row->shape == TETRA_SHAPE_LONGS)
		return field->is_array && !field->is_data_loc && !field->is_rel_loc
			       ? FIT_GOOD
			       : FIT_NONE;
	if (row->slots == TETRA_SLOTS_TEXT)
		return !is_value || field->is_pointer ? FIT_GOOD : FIT_NONE;
	return is_value && field->is_pointer ? FIT_GOOD : FIT_NONE;
}

void fit_slot(struct tetra_slot_config *slot, uint32_t kind)
{
	const struct kind_row *row = kind_row(kind);

	slot->kind = (uint8_t)kind;
	slot->reader = row->reader;
	slot->shift = row->bits ? 64 - row->bits : 0;
	slot->extends = slot->is_signed = row->is_signed;
}

void fit_width(struct tetra_slot_config *slot, uint32_t bytes, bool is_signed)
{
	if (!bytes || bytes * 8 >= kind_row(slot->kind)->bits)
		return;
	slot->shift = (uint8_t)(64 - bytes * 8);
	slot->extends = is_signed && slot->is_signed;
}

void fit_size_width(struct tetra_slot_config *slot, uint32_t bytes)
{
	slot->size_shift = bytes && bytes < WORD_BYTES ? (uint8_t)(64 - bytes * 8) : 0;
}
