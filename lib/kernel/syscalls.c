/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/syscalls.h"

#include <ctype.h>
#include <stdio.h>

#include "lib/kernel/machine.h"

/*
 * The scalar types that system calls are declared with. tracefs gives all their arguments
 * the size of a register.
 */
static const struct {
	const char *name;
	uint8_t size, is_signed;
} scalars[] = {
	{ "int", 4, 1 },	  { "unsigned int", 4, 0 },  { "unsigned", 4, 0 },
	{ "long", 8, 1 },	  { "unsigned long", 8, 0 }, { "size_t", 8, 0 },
	{ "u32", 4, 0 },	  { "__u32", 4, 0 },	     { "uint32_t", 4, 0 },
	{ "u64", 8, 0 },	  { "__u64", 8, 0 },	     { "s32", 4, 1 },
	{ "__s32", 4, 1 },	  { "int32_t", 4, 1 },	     { "pid_t", 4, 1 },
	{ "uid_t", 4, 0 },	  { "gid_t", 4, 0 },	     { "qid_t", 4, 0 },
	{ "umode_t", 2, 0 },	  { "off_t", 8, 1 },	     { "loff_t", 8, 1 },
	{ "key_t", 4, 1 },	  { "mqd_t", 4, 1 },	     { "timer_t", 4, 1 },
	{ "key_serial_t", 4, 1 }, { "rwf_t", 4, 1 },	     { "aio_context_t", 8, 0 },
	{ "clockid_t", 4, 1 },	  { "char", 1, 1 },
};

uint32_t syscall_scalar(const char *type, bool *is_signed)
{
	size_t i;

	*is_signed = false;
	if (str_has_prefix(type, "const "))
		type += strlen("const ");
	if (str_has_prefix(type, "enum "))
		return sizeof(uint32_t);
	for (i = 0; i < ARRAY_SIZE(scalars); i++) {
		if (!str_equal(scalars[i].name, type))
			continue;
		*is_signed = scalars[i].is_signed;
		return scalars[i].size;
	}
	return sizeof(uint64_t);
}

/* "const struct timespec *" -> "timespec"; "" for a double pointer. */
static const char *pointee_name(struct arena *arena, const char *type)
{
	static const char *const words[] = { "const ", "struct ", "union " };
	const char *end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (str_has_prefix(type, words[i]))
			type += strlen(words[i]);
	end = strchrnul(type, '*');
	if (*end && strchr(end + 1, '*'))
		return "";
	while (end > type && isspace((unsigned char)end[-1]))
		end--;
	return arena_text(arena, type, (size_t)(end - type));
}

static int param_from_field(struct arena *arena, const struct kernel_event_field *field,
			    struct kernel_param *param)
{
	bool is_signed;

	snprintf(param->c_type, sizeof(param->c_type), "%s", field->type);
	param->name = field->name;
	param->is_pointer = field->is_pointer;
	param->type_name = param->c_type;
	if (param->is_pointer) {
		param->size = sizeof(uint64_t);
		param->type_name = pointee_name(arena, field->type);
	} else {
		param->size = syscall_scalar(field->type, &is_signed);
		param->is_signed = is_signed;
		param->type_name = field->type;
	}
	return param->type_name ? 0 : -ENOMEM;
}

/*
 * From syscalls/sys_enter_NAME: the fields after __syscall_nr. Newer kernels add the texts
 * that pointers point to, elsewhere in the record: those are not arguments.
 */
static int params_from_tracefs(struct tetra_kernel *kernel, const char *name,
			       struct kernel_function *function)
{
	_cleanup_(strbuf_done) struct strbuf event_name = {};
	struct kernel_event event;
	uint32_t i;
	int r;

	strbuf_format(&event_name, "sys_enter_%s", name);
	if (event_name.failed)
		return -ENOMEM;
	r = kernel_find_tracepoint_fields(kernel, "syscalls", event_name.text, &event);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (i = event.n_common + 1; i < event.n_fields; i++) {
		if (function->n_params == KERNEL_MAX_PARAMS)
			return 0;
		if (event.fields[i].is_data_loc || event.fields[i].is_rel_loc)
			continue;
		r = param_from_field(kernel->arena, &event.fields[i],
				     &function->params[function->n_params++]);
		if (r < 0)
			return r;
	}
	function->has_params = 1;
	return 0;
}

/* From the body's prototype, if the compiler has left one. */
static int params_from_btf(struct tetra_kernel *kernel, uint32_t body,
			   struct kernel_function *function)
{
	uint32_t wrapper = function->btf_id;
	int r = vmlinux_describe(&kernel->vmlinux, body, 0, kernel->arena, function);

	/*
	 * A call without arguments has the wrapper's parameter there, which it does not use.
	 */
	if (r == 0 && function->n_params &&
	    str_equal(function->params[0].name, "__unused"))
		function->n_params = 0;
	function->btf_id = function->is_alias ? body : wrapper;
	return r;
}

/* The id of __do_sys_NAME; 0 if the compiler has inlined it into its wrappers. */
static uint32_t find_body(struct tetra_kernel *kernel, const char *name)
{
	_cleanup_(strbuf_done) struct strbuf body = {};

	strbuf_format(&body, "__do_sys_%s", name);
	return body.failed ? 0 : vmlinux_find_function(&kernel->vmlinux, body.text);
}

int syscall_set_target(struct arena *arena, struct kernel_function *function)
{
	const char *name = syscall_name_of(function->name);

	if (!name)
		return -EINVAL;
	function->is_alias = 1;
	function->target = arena_format(arena, "__do_sys_%s", name);
	return function->target ? 0 : -ENOMEM;
}

/* Has the body of a system call the parameter of a wrapper? Then it is the wrapper. */
static bool is_wrapper(struct tetra_kernel *kernel, uint32_t body)
{
	struct kernel_function function = {};

	return vmlinux_describe(&kernel->vmlinux, body, 0, kernel->arena, &function) ==
		       0 &&
	       function.n_params == 1 &&
	       str_equal(function.params[0].type_name, "pt_regs");
}

/* Some calls are compiled where the registers' struct is not known. */
static bool has_opaque_regs(struct tetra_kernel *kernel, uint32_t wrapper)
{
	struct kernel_function function = {};

	return wrapper &&
	       vmlinux_describe(&kernel->vmlinux, wrapper, 0, kernel->arena, &function) ==
		       0 &&
	       function.n_params && function.params[0].is_opaque;
}

static int syscall_describe(struct tetra_kernel *kernel, const char *name, uint32_t body,
			    struct kernel_function *function)
{
	uint32_t wrapper = function->btf_id;
	int r = 0;

	if (function->is_alias)
		r = syscall_set_target(kernel->arena, function);
	if (body && r == 0)
		r = params_from_btf(kernel, body, function);
	if (r == 0 && !function->has_params)
		r = params_from_tracefs(kernel, name, function);
	function->is_opaque = has_opaque_regs(kernel, wrapper);
	function->syscall_number = -1;
	if (str_has_prefix(function->name, kernel_syscall_prefix(kernel)))
		function->syscall_number = syscall_number(kernel->machine, name);
	function->ret = (struct kernel_param){
		.name = "",
		.type_name = "long int",
		.c_type = "long",
		.size = 8,
		.is_signed = 1,
	};
	return r;
}

static int syscall_resolve(struct tetra_kernel *kernel, const char *symbol,
			   struct fact *fact)
{
	const char *name = syscall_name_of(symbol);
	struct kernel_function *function;
	uint32_t wrapper, body;
	bool alias;

	(void)kernel_open_vmlinux(kernel); /* without BTF the symbol alone decides */
	wrapper = vmlinux_find_function(&kernel->vmlinux, symbol);
	body = find_body(kernel, name);
	alias = !wrapper && body && is_wrapper(kernel, body);
	if (!wrapper && !alias && !kernel_has_symbol(kernel, symbol))
		return -ENOENT;
	function = arena_alloc(kernel->arena, sizeof(*function));
	if (!function)
		return -ENOMEM;
	function->btf_id = wrapper;
	function->is_alias = alias;
	function->name = arena_text(kernel->arena, symbol, strlen(symbol));
	function->target = function->name;
	fact->function = function;
	return function->name ? syscall_describe(kernel, name, body, function) : -ENOMEM;
}

int kernel_find_syscall(struct tetra_kernel *kernel, const char *name,
			struct kernel_function *ret)
{
	_cleanup_(strbuf_done) struct strbuf symbol = {};
	struct fact *fact;
	int r;

	if (!syscall_name_of(name))
		return -ENOENT;
	strbuf_format(&symbol, "%s%s",
		      str_has_prefix(name, "sys_") ? kernel_syscall_prefix(kernel) : "",
		      name);
	if (symbol.failed)
		return -ENOMEM;
	r = kernel_answer(kernel, FACT_SYSCALL, symbol.text, syscall_resolve, &fact);
	if (r == 0)
		*ret = *fact->function;
	return r;
}
