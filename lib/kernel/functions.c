/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be done with a function: traced, overridden, reached through an LSM hook. Rules
 * answer for families of functions, so that the kernel's long lists are read only for the
 * others.
 */
#include <ctype.h>

#include "lib/base/nearest.h"
#include "lib/kernel/features.h"
#include "lib/linux/hook-names.h"
#include "lib/kernel/machine.h"
#include "lib/kernel/syscalls.h"

/*
 * The fact of a function, made if necessary; NULL if recorded facts have none, or if memory
 * ran out.
 */
static struct fact *function_fact(struct tetra_kernel *kernel, const char *name)
{
	if (!kernel_can_ask(kernel))
		return facts_find(&kernel->facts, FACT_FUNCTION, name);
	return facts_get(&kernel->facts, kernel->arena, FACT_FUNCTION, name);
}

static bool has_function(struct tetra_kernel *kernel, const char *name)
{
	struct kernel_function function;

	return kernel_find_function(kernel, name, &function) == 0;
}

/* The wrappers of system calls, but not functions like __x64_sys_call_table_init. */
static bool is_wrapper(struct tetra_kernel *kernel, const char *name)
{
	const char *prefix = kernel_syscall_prefix(kernel);

	return *prefix && str_has_prefix(name, prefix) && syscall_name_of(name);
}

int kernel_load_injectable(struct tetra_kernel *kernel)
{
	_cleanup_(strbuf_done) struct strbuf path = {};

	strbuf_format(&path, "%s/kernel/debug/error_injection/list", kernel->sys_root);
	return path.failed ? -ENOMEM
			   : symbol_list_load(&kernel->symbols.injectable, path.text);
}

int kernel_load_traceable(struct tetra_kernel *kernel)
{
	_cleanup_(strbuf_done) struct strbuf path = {};
	const char *tracefs = kernel_tracefs(kernel);

	if (!tracefs)
		return -EOPNOTSUPP;
	strbuf_format(&path, "%s/available_filter_functions", tracefs);
	if (path.failed)
		return -ENOMEM;
	return symbol_list_load(&kernel->symbols.traceable, path.text);
}

void kernel_be_exact(struct tetra_kernel *kernel)
{
	if (!kernel->recorded)
		(void)kernel_load_traceable(kernel);
}

/* A bit of the fact about @name, which @resolve finds out when it is first asked for. */
static bool bit_answer(struct tetra_kernel *kernel, const char *name,
		       bool (*resolve)(struct tetra_kernel *kernel, const char *name),
		       uint8_t *bit)
{
	if (*bit == FACT_UNKNOWN && kernel_can_ask(kernel))
		*bit = resolve(kernel, name) ? FACT_YES : FACT_NO;
	return *bit == FACT_YES;
}

static bool symbol_exists(struct tetra_kernel *kernel, const char *name)
{
	_cleanup_(strbuf_done) struct strbuf path = {};

	if (kernel->recorded)
		return false;
	if (kernel_load_traceable(kernel) == 0)
		return symbol_list_has(&kernel->symbols.traceable, name);
	strbuf_format(&path, "%s/kallsyms", kernel->proc_root);
	return !path.failed && symbols_in_kallsyms(path.text, name) == 0;
}

bool kernel_has_symbol(struct tetra_kernel *kernel, const char *name)
{
	struct fact *fact;

	if (has_function(kernel, name))
		return true;
	fact = function_fact(kernel, name);
	return fact && bit_answer(kernel, name, symbol_exists, &fact->symbol);
}

bool function_is_always_attachable(struct tetra_kernel *kernel, const char *name)
{
	return is_security_function(name) || is_wrapper(kernel, name);
}

static bool attachable_resolve(struct tetra_kernel *kernel, const char *name)
{
	bool found = has_function(kernel, name);

	if (kernel->recorded || (found && function_is_always_attachable(kernel, name)))
		return found;
	if (found && !kernel->symbols.traceable.asked &&
	    kernel_has(kernel, KERNEL_FENTRY))
		return feature_fentry_loads(kernel, name);
	if (kernel_load_traceable(kernel) < 0)
		return true;
	return symbol_list_has(&kernel->symbols.traceable, name);
}

bool kernel_function_attachable(struct tetra_kernel *kernel, const char *name)
{
	struct fact *fact = function_fact(kernel, name);

	return fact && bit_answer(kernel, name, attachable_resolve, &fact->attachable);
}

bool kernel_function_traceable(struct tetra_kernel *kernel, const char *name)
{
	struct fact *fact = function_fact(kernel, name);

	/* The list has one name for each address, and wrappers may share theirs. */
	if (fact && !kernel->recorded && !is_wrapper(kernel, name) &&
	    kernel_load_traceable(kernel) == 0)
		fact->attachable = symbol_list_has(&kernel->symbols.traceable, name)
					   ? FACT_YES
					   : FACT_NO;
	return kernel_function_attachable(kernel, name);
}

static bool injectable_resolve(struct tetra_kernel *kernel, const char *name)
{
	if (kernel->recorded || !kernel_has(kernel, KERNEL_OVERRIDE_RETURN) ||
	    kernel_load_injectable(kernel) < 0)
		return false;
	return symbol_list_has(&kernel->symbols.injectable, name);
}

bool kernel_function_injectable(struct tetra_kernel *kernel, const char *name)
{
	struct fact *fact = function_fact(kernel, name);

	return fact && bit_answer(kernel, name, injectable_resolve, &fact->injectable);
}

static bool modifiable_resolve(struct tetra_kernel *kernel, const char *name)
{
	/* Without it no function can have a trampoline. */
	if (!kernel_has(kernel, KERNEL_FMODRET_SECURITY) || !has_function(kernel, name))
		return false;
	/* The kernel's rule, by the name only (check_attach_modify_return). */
	if (is_security_function(name))
		return true;
	if (is_wrapper(kernel, name))
		return kernel_has(kernel, KERNEL_FMODRET_SYSCALL);
	return !kernel->recorded && feature_modify_return_loads(kernel, name);
}

bool kernel_function_modifiable(struct tetra_kernel *kernel, const char *name)
{
	struct fact *fact = function_fact(kernel, name);

	return fact && bit_answer(kernel, name, modifiable_resolve, &fact->modifiable);
}

bool kernel_function_overridable(struct tetra_kernel *kernel, const char *name)
{
	return kernel_function_modifiable(kernel, name) ||
	       kernel_function_injectable(kernel, name);
}

bool kernel_lsm_hook(struct tetra_kernel *kernel, const char *hook,
		     struct kernel_function *ret)
{
	_cleanup_(strbuf_done) struct strbuf name = {};

	if (hook_is_helper(hook))
		return false;
	strbuf_format(&name, "bpf_lsm_%s", hook);
	return !name.failed && kernel_find_function(kernel, name.text, ret) == 0;
}

static bool same_type(const struct kernel_param *a, const struct kernel_param *b)
{
	return a->size == b->size && a->is_pointer == b->is_pointer &&
	       a->is_struct == b->is_struct && str_equal(a->type_name, b->type_name);
}

static bool same_params(const struct kernel_function *a, const struct kernel_function *b)
{
	uint32_t i;

	if (a->n_params != b->n_params || a->has_more || b->has_more)
		return false;
	for (i = 0; i < a->n_params; i++)
		if (!same_type(&a->params[i], &b->params[i]))
			return false;
	return true;
}

bool kernel_lsm_hook_of(struct tetra_kernel *kernel, const char *function,
			struct kernel_function *ret)
{
	char buf[HOOK_NAME_BYTES];
	struct kernel_function called, hook;

	if (!is_security_function(function) ||
	    kernel_find_function(kernel, function, &called) < 0 ||
	    !kernel_lsm_hook(kernel, function_hook(function, &buf), &hook) ||
	    !same_params(&called, &hook))
		return false;
	*ret = hook;
	return true;
}

/* Characters of a name to search for: a count of letters fits a byte. */
#define SEARCH_MAX_LEN 64u

/*
 * The search for the nearest of 50,000 names. Distances are expensive, so a cheap count
 * rejects most names: each letter that only one side has takes a separate edit.
 */
struct nearest_search {
	struct nearest nearest;
	int8_t letters[64]; /* how often the text has each, by its low bits */
	size_t n_skip;	    /* of each candidate: a prefix that is not compared */
};

static size_t letter(char c)
{
	return (size_t)tolower((unsigned char)c) & 63;
}

/* Minimum number of edits. */
static size_t least_distance(const struct nearest_search *search, const char *name,
			     size_t len)
{
	int8_t left[ARRAY_SIZE(search->letters)];
	size_t i, surplus = 0, missing;

	memcpy(left, search->letters, sizeof(left));
	for (i = 0; i < len; i++)
		surplus += --left[letter(name[i])] < 0;
	missing = search->nearest.len + surplus - len;
	return MAX(surplus, missing);
}

static int nearest_visit(const char *name, void *user)
{
	struct nearest_search *search = user;
	const struct nearest *nearest = &search->nearest;
	size_t len, most;

	name += search->n_skip;
	len = strlen(name);
	/* nearest_offer() rejects candidates that differ in more than a third. */
	most = nearest->best ? nearest->distance - 1 : MAX(len, nearest->len) / 3;
	if (len > nearest->len + most || nearest->len > len + most)
		return 0;
	if (least_distance(search, name, len) <= most)
		nearest_offer(&search->nearest, name);
	return nearest->best && nearest->distance == 0;
}

static const char *nearest_with_prefix(struct tetra_kernel *kernel, const char *prefix,
				       const char *text)
{
	struct nearest_search search = { .n_skip = strlen(prefix) };
	size_t i;

	nearest_init(&search.nearest, text);
	if (search.nearest.len > SEARCH_MAX_LEN)
		return NULL;
	for (i = 0; i < search.nearest.len; i++)
		search.letters[letter(text[i])]++;
	if (kernel_each_function(kernel, prefix, nearest_visit, &search) < 0 ||
	    !search.nearest.best)
		return NULL;
	/* BTF may be freed before the hint is shown. */
	return arena_text(kernel->arena, search.nearest.best,
			  strlen(search.nearest.best));
}

const char *kernel_nearest_function(struct tetra_kernel *kernel, const char *name)
{
	return nearest_with_prefix(kernel, "", name);
}

const char *kernel_nearest_lsm_hook(struct tetra_kernel *kernel, const char *hook)
{
	return nearest_with_prefix(kernel, "bpf_lsm_", hook);
}
