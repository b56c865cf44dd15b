/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/failure.h"

#include <stdio.h>

#include "lib/base/diag.h"
#include "lib/kernel/memlock.h"
#include "lib/load/log.h"

#define HINT_BYTES 256
/* Of the kernel's own errors, without a name in libc. */
#define ENOTSUPP 524

static const struct {
	int error;
	int given; /* to the caller */
	const char *why, *hint;
	bool in_file; /* of a place in a file only */
} reasons[] = {
	{ EPERM, -EPERM, "it is not permitted",
	  "run as root, or give CAP_BPF and CAP_PERFMON", false },
	{ EACCES, -EPERM, "it is not permitted",
	  "run as root, or give CAP_BPF and CAP_PERFMON", false },
	{ ENOMEM, -ENOMEM, "out of memory", NULL, false },
	{ ENOENT, -ENOENT, "it is not there", NULL, false },
	{ E2BIG, -EOPNOTSUPP, "too many programs are attached there already", NULL,
	  false },
	{ EBUSY, -EOPNOTSUPP,
	  "something else already modifies this function (a live patch or a tracer)",
	  NULL },
	{ ENODEV, -EOPNOTSUPP, "the kernel has disabled ftrace after a fault",
	  "see the kernel's log", false },
	{ ENOTSUPP, -EOPNOTSUPP, "the kernel cannot probe the instruction there",
	  "name another place of the function, such as SYMBOL+OFFSET", false },
	{ EINVAL, -EOPNOTSUPP,
	  "another probe is there, with another counter or without one",
	  "give refCtrOffsets as that probe has it, or remove that probe", true },
	{ EINVAL, -EOPNOTSUPP, "this kernel does not allow such a program there", NULL,
	  false },
};

/* The end of the log: what the verifier rejected. */
static void log_pass_on(const struct failure *failure)
{
	char *at, *line;

	if (!failure->log || !failure->to)
		return;
	at = (char *)log_last_lines(failure->log); /* ours to modify */
	while ((line = strsep(&at, "\n")))
		if (*line)
			failure->to(failure->user, line);
}

static int refused_tell(const struct failure *failure, const struct tetra_kernel *kernel,
			const struct diag_place *place, struct tetra_diag *diag)
{
	char hint[HINT_BYTES];

	snprintf(
		hint, sizeof(hint),
		"this is a fault of the library: report it with the kernel's release (%s) and "
		"the log at level debug",
		kernel_release(kernel));
	return diag_error(diag, place, -EOPNOTSUPP, "refused-by-verifier", hint,
			  "%s cannot be loaded: the kernel's verifier refuses it",
			  failure->program);
}

int failure_tell(const struct failure *failure, const struct tetra_kernel *kernel,
		 const struct diag_place *place, struct tetra_diag *diag)
{
	int error = -failure->error;
	const char *name = strerrorname_np(error);
	size_t i;

	if (error == EMFILE || error == ENFILE)
		return -EMFILE;
	log_pass_on(failure);
	if (kernel_is_confidential(kernel))
		return diag_error(diag, place, -EOPNOTSUPP, "locked-down",
				  "lockdown=integrity allows it",
				  "%s cannot be %s: the kernel is locked down "
				  "(lockdown=confidentiality)",
				  failure->program, failure->step);
	if (!failure->log && memlock_may_be_why(kernel, failure->error))
		return memlock_explain(kernel, failure->error, diag);
	if (failure->log)
		return refused_tell(failure, kernel, place, diag);
	if (failure->untraced)
		return diag_error(
			diag, place, -EOPNOTSUPP, "attach-failed",
			"hook another function that is called for the same action",
			"%s cannot be %s: the function cannot be traced: it is inlined, "
			"or marked so",
			failure->program, failure->step);
	if (failure->perf && (error == EPERM || error == EACCES) &&
	    kernel_may_reserve_perf(kernel))
		return diag_error(diag, place, -EPERM, "attach-failed", KERNEL_PERF_CURE,
				  "%s cannot be %s: " KERNEL_PERF_RESERVED,
				  failure->program, failure->step);
	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].error == error &&
		    (!reasons[i].in_file || failure->in_file))
			return diag_error(diag, place, reasons[i].given, "attach-failed",
					  reasons[i].hint, "%s cannot be %s: %s",
					  failure->program, failure->step,
					  reasons[i].why);
	return diag_error(diag, place, -EOPNOTSUPP, "attach-failed", NULL,
			  "%s cannot be %s: the kernel says %s", failure->program,
			  failure->step, name ? name : "no");
}
