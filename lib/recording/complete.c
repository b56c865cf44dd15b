/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes facts complete: what the kernel's types do not say is asked of every name. Functions
 * that ftrace does not reach although there are types of them, symbols without types, what
 * error injection may change, and the tracepoints.
 */
#include <dirent.h>

#include "lib/base/diag.h"
#include "lib/base/dict.h"
#include "lib/kernel/features.h"
#include "lib/kernel/machine.h"
#include "lib/kernel/tracefs.h"
#include "lib/recording/recording.h"

/* Bytes of a name: a symbol has 511 at most. */
#define SYMBOL_BYTES 512u

struct completion {
	struct tetra_kernel *kernel;
	struct dict traceable;
	int error;
};

/* The bits of @name, which may never have been asked for. NULL: out of memory. */
static struct fact *function_bits(struct tetra_kernel *kernel, const char *name)
{
	return facts_get(&kernel->facts, kernel->arena, FACT_FUNCTION, name);
}

/* Calls @visit with the name at the head of each line of a list. */
static int each_name(const struct symbol_list *list, struct completion *completion,
		     int (*visit)(struct completion *completion, const char *name))
{
	const char *at = list->text.text;
	char name[SYMBOL_BYTES];
	int r = 0;

	for (; at && *at && r == 0; at = strchr(at, '\n')) {
		size_t len = strcspn(++at, " \t\n");

		if (!len || len >= sizeof(name))
			continue;
		memcpy(name, at, len);
		name[len] = '\0';
		r = visit(completion, name);
	}
	return r;
}

static int index_name(struct completion *completion, const char *name)
{
	return dict_put(&completion->traceable, name, 1);
}

/* ftrace reaches it, and its types are not known. */
static int add_untyped(struct completion *completion, const char *name)
{
	struct tetra_kernel *kernel = completion->kernel;
	struct fact *fact;

	if (vmlinux_find_function(&kernel->vmlinux, name))
		return 0;
	fact = function_bits(kernel, name);
	if (!fact)
		return -ENOMEM;
	fact->symbol = fact->attachable = FACT_YES;
	return 0;
}

/* There are types of it, and ftrace does not reach it. */
static int add_unreachable(const char *name, void *user)
{
	struct completion *completion = user;
	struct tetra_kernel *kernel = completion->kernel;
	struct fact *fact;
	uint32_t found;

	if (dict_get(&completion->traceable, name, &found) ||
	    function_is_always_attachable(kernel, name))
		return 0;
	fact = function_bits(kernel, name);
	if (fact)
		fact->attachable = FACT_NO;
	return fact ? 0 : -ENOMEM;
}

static int add_injectable(struct completion *completion, const char *name)
{
	struct tetra_kernel *kernel = completion->kernel;

	(void)kernel_function_injectable(kernel, name);
	(void)kernel_function_modifiable(kernel, name);
	return 0;
}

static int complete_functions(struct completion *completion)
{
	struct tetra_kernel *kernel = completion->kernel;
	const struct symbol_list *traceable = &kernel->symbols.traceable;
	int r = each_name(traceable, completion, index_name);

	if (r == 0)
		r = each_name(traceable, completion, add_untyped);
	if (r == 0 && kernel_open_vmlinux(kernel) == 0)
		r = vmlinux_each_function(&kernel->vmlinux, "", add_unreachable,
					  completion);
	if (r == 0 && kernel_load_injectable(kernel) == 0)
		r = each_name(&kernel->symbols.injectable, completion, add_injectable);
	return r;
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int complete_events_of(struct tetra_kernel *kernel, const char *subsystem)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	_cleanup_(closedirp) DIR *dir = NULL;
	struct kernel_event event;
	struct dirent *entry;

	strbuf_format(&path, "%s/events/%s", kernel_tracefs(kernel), subsystem);
	dir = path.failed ? NULL : opendir(path.text);
	while (dir && (entry = readdir(dir)))
		if (tracefs_is_name(entry->d_name) && entry->d_type == DT_DIR &&
		    kernel_find_tracepoint_fields(kernel, subsystem, entry->d_name,
						  &event) == -ENOMEM)
			return -ENOMEM;
	return path.failed ? -ENOMEM : 0;
}

static int complete_events(struct tetra_kernel *kernel)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	int r = 0;

	strbuf_format(&path, "%s/events", kernel_tracefs(kernel));
	dir = path.failed ? NULL : opendir(path.text);
	while (dir && r == 0 && (entry = readdir(dir)))
		if (tracefs_is_name(entry->d_name) && entry->d_type == DT_DIR)
			r = complete_events_of(kernel, entry->d_name);
	return path.failed ? -ENOMEM : r;
}

int kernel_complete(struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	struct completion completion = { .kernel = kernel };
	int r = kernel->recorded ? -EINVAL : kernel_load_traceable(kernel);

	if (kernel->recorded)
		return kernel->complete ? 0 : r;
	if (r < 0)
		return diag_error(diag, NULL, r == -EPERM ? r : -EOPNOTSUPP,
				  "no-kernel-facts", "needs tracefs mounted and readable",
				  "cannot read which functions can be traced");
	r = complete_functions(&completion);
	dict_done(&completion.traceable);
	if (r == 0)
		r = complete_events(kernel);
	if (r == 0)
		kernel->complete = true;
	return r;
}
