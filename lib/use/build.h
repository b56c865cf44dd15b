/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of plan_use() share. Findings accumulate; the first error is the result.
 */
#ifndef TETRA_LIB_USE_BUILD_H
#define TETRA_LIB_USE_BUILD_H

#include "lib/base/diag.h"
#include "lib/use/use.h"

struct use_build {
	struct plan_use *use;
	const char *member; /* of the hook: what names its point */
	const struct policy_hook *hook;
	uint32_t at; /* usdts: which place of the probe */
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
	const char *path;   /* instead of both: a place outside of the hook */
};

/* finding.c. Keeps the first error; @error is 0 for what is none. */
void use_finding(struct use_build *build, const struct use_spot *spot, uint32_t severity,
		 int error, const char *code, const char *hint, const char *format, ...)
	_printf_(7, 8);
/* Followed by code, hint and format; an error by its number first. */
#define use_error(build, spot, ...)                                                      \
	use_finding(build, spot, TETRA_SEVERITY_ERROR, __VA_ARGS__)
#define use_warning(build, spot, ...)                                                    \
	use_finding(build, spot, TETRA_SEVERITY_WARNING, 0, __VA_ARGS__)
#define use_note(build, spot, ...)                                                       \
	use_finding(build, spot, TETRA_SEVERITY_NOTE, 0, __VA_ARGS__)

/* "args[7]" */
#define USE_LIST_BYTES 24
void use_print_list(char (*ret)[USE_LIST_BYTES], const struct policy_hook *hook,
		    uint32_t position);

/* A selector looks at argument @position (POLICY_ARG_RETURN: at the result). */
bool use_filters(const struct use_build *build, uint32_t position);

/* Argument @position is not read; the event says so. */
void use_leave_out(struct use_build *build, uint32_t position);

/*
 * The members of the kernel's structs that argument @position (POLICY_ARG_RETURN: the result) is
 * read through. If this kernel lacks one, the argument is left out, or rejected if it is
 * filtered.
 */
void use_plan_layout(struct use_build *build, const struct use_spot *spot,
		     uint32_t position);
/* Argument @position is a member of what its parameter points to, or, without @function, of the
 * current task. @list: where it is in the hook. */
void use_plan_resolve(struct use_build *build, const char *list,
		      const struct kernel_function *function, uint32_t position);
/* Element @position of data, in the same way. */
void use_plan_data(struct use_build *build, const char *list, uint32_t position);
/* How each argument, and the result, is read from the parameters of @function. */
void use_plan_params(struct use_build *build, const struct kernel_function *function);
void use_plan_return(struct use_build *build, const struct kernel_function *function);
/* How each argument is read from the record of a tracepoint. */
void use_plan_fields(struct use_build *build, const struct kernel_event *event);

/* name.c */
/* Bytes of a hint; longer ones are cut. */
#define USE_HINT_BYTES 512

struct use_spot use_name_spot(const struct use_build *build);
/*
 * Reports that the hook point does not exist, as a mere note if the policy allows that. The caller
 * then skips the hook.
 */
void use_unknown(struct use_build *build, const char *hint, const char *what);
/* The lookup itself failed. */
void use_failed(struct use_build *build, int error);
/* "did you mean 'x'?"; NULL without a name to suggest. */
const char *use_meant(char (*buf)[USE_HINT_BYTES], const char *name);
/* 0; -E2BIG. */
int use_set_point(struct use_build *build, const char *subsystem, const char *symbol);

#endif
