/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of plan_use() share. Findings accumulate; the first error is the result.
 */
#ifndef TETRA_LIB_USE_H
#define TETRA_LIB_USE_H

#include "lib/base/diag.h"
#include "lib/plan/plan.h"

struct use_build {
	struct plan_use *use;
	const struct policy_hook *hook;
	const char *file;
	struct tetra_kernel *kernel;
	struct tetra_diag *diag;
	int error; /* the first; 0 */
};

/* Where in the hook: a member of the hook itself, or of the element at .list. */
struct use_spot {
	struct mark mark;
	const char *list;   /* "args[2]", "returnArg"; NULL: the hook */
	const char *member; /* "call", "type" */
};

/* finding.c. Keeps the first error. */
void use_error(struct use_build *build, const struct use_spot *spot, int error,
	       const char *code, const char *hint, const char *format, ...)
	_printf_(6, 7);
void use_warning(struct use_build *build, const struct use_spot *spot, const char *code,
		 const char *hint, const char *format, ...) _printf_(5, 6);
void use_note(struct use_build *build, const struct use_spot *spot, const char *code,
	      const char *hint, const char *format, ...) _printf_(5, 6);

/* A selector looks at argument @position (POLICY_ARG_RETURN: at the result). */
bool use_filters(const struct use_build *build, uint32_t position);

/* How each argument, and the result, is read from the parameters of @function. */
void use_plan_params(struct use_build *build, const struct kernel_function *function);
void use_plan_return(struct use_build *build, const struct kernel_function *function);
/* How each argument is read from the record of a tracepoint. */
void use_plan_fields(struct use_build *build, const struct kernel_event *event);

#endif
