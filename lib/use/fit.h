/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a parameter, a result, or a field of a tracepoint is what an argument's kind reads:
 * the row of the kind against what the kernel says.
 *
 * A type that does not fit is a warning, as in the reference. If the kind cannot read anything
 * at all, the argument arrives as unsupported. Its filters would then be silently false, so an
 * argument with a filter is rejected.
 */
#ifndef TETRA_LIB_FIT_H
#define TETRA_LIB_FIT_H

#include "bpf/abi/config.h"
#include "lib/base/kinds.h"
#include "lib/kernel/kernel.h"
#include "lib/policy/policy.h"

enum fit {
	FIT_GOOD,
	FIT_BAD,  /* read anyway: a warning */
	FIT_NONE, /* nothing could be read */
};

/* @syscall: the parameter is a system call's, so its pointers are the caller's. */
enum fit fit_param(const struct policy_arg *arg, const struct kernel_param *param,
		   bool syscall);
/*
 * Loads through the parameter that the verifier accepts as a struct of the kind. It does not
 * accept it without a check if the kernel says, by the parameter's name, that the pointer may
 * be null.
 */
bool fit_is_direct(uint32_t kind, const struct kernel_param *param);
/* Structs by value up to two registers travel in them. */
#define FIT_STRUCT_BYTES 16u
/*
 * The word in which parameter @index begins: structs by value take up to two, or none if they are
 * on the stack.
 */
uint32_t fit_param_word(const struct kernel_function *function, uint32_t index);
/* "type 'file' reads it"; NULL if no type does. */
const char *fit_param_hint(char (*buf)[128], const struct kernel_param *param,
			   bool syscall);

/* Where the value of a field is: TETRA_FROM_FIELD, _ARRAY, _LOC or _REL_LOC. */
uint8_t fit_field_from(const struct kernel_event_field *field);
/* What "auto" means for a field; 0 if nothing. */
uint32_t fit_field_kind(const struct kernel_event_field *field);
/* A number that is read from the beginning of an array: its first element. */
bool fit_is_first(uint32_t kind, const struct kernel_event_field *field);
enum fit fit_field(uint32_t kind, const struct kernel_event_field *field);

/* The members of a slot that the kind alone decides. */
void fit_slot(struct tetra_slot_config *slot, uint32_t kind);
/*
 * Of a number, or the length of a buffer, in a parameter of @bytes (0: unknown): a parameter
 * that is narrower than its register leaves the rest of it to the caller, who for a system call
 * is anybody. Only its own bytes count.
 */
void fit_width(struct tetra_slot_config *slot, uint32_t bytes, bool is_signed);
void fit_size_width(struct tetra_slot_config *slot, uint32_t bytes);

#endif
