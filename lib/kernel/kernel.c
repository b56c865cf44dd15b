/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel/kernel.h"

#include <fcntl.h>
#include <sys/utsname.h>

#include "lib/base/diag.h"
#include "lib/base/nearest.h"
#include "lib/kernel/machine.h"
#include "lib/host/pseudo.h"
#include "lib/kernel/syscalls.h"

/* Bytes of a file of one line: a release, a list of LSMs. */
#define KERNEL_MAX_LINE 4096u

const char *kernel_path(struct tetra_kernel *kernel, const char *root, const char *path)
{
	return arena_format(kernel->arena, "%s%s", root, path);
}

static uint32_t version_of(const char *release)
{
	unsigned int part[3] = {};
	unsigned int i;
	char *end;

	for (i = 0; i < 3; i++) {
		part[i] = (unsigned int)strtoul(release, &end, 10);
		if (end == release || *end != '.')
			break;
		release = end + 1;
	}
	/* As the kernel does: the last part has 8 bits, and stays at 255. */
	return part[0] << 16 | (part[1] & 255) << 8 | MIN(part[2], 255u);
}

/* The first line of a file, in the arena; NULL if it cannot be read. */
static const char *read_line(struct tetra_kernel *kernel, const char *root,
			     const char *path)
{
	_cleanup_(strbuf_done) struct strbuf name = {}, text = {};

	strbuf_format(&name, "%s%s", root, path);
	if (name.failed || pseudo_read(&text, AT_FDCWD, name.text, KERNEL_MAX_LINE) < 0)
		return NULL;
	return arena_text(kernel->arena, strbuf_get(&text),
			  strcspn(strbuf_get(&text), "\n"));
}

static int read_host_ns(struct tetra_kernel *kernel)
{
	static const char *const names[] = {
#define X(NAME, number, yaml, json, link) [number] = (link),
		TETRA_NAMESPACES(X)
#undef X
	};
	const char *path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		/* In the arena: ten short texts, once. */
		path = arena_format(kernel->arena, "%s/1/ns/%s", kernel->proc_root,
				    names[i]);
		if (!path)
			return -ENOMEM;
		kernel->host_ns[i] = pseudo_ns(AT_FDCWD, path);
	}
	return 0;
}

static int read_identity(struct tetra_kernel *kernel,
			 const struct kernel_probe_opts *opts)
{
	struct utsname name;

	if (uname(&name) < 0)
		return -EINVAL;
	if (opts->proc_root)
		kernel->release =
			read_line(kernel, kernel->proc_root, "/sys/kernel/osrelease");
	if (!kernel->release)
		kernel->release =
			arena_text(kernel->arena, name.release, strlen(name.release));
	kernel->machine = arena_text(kernel->arena, name.machine, strlen(name.machine));
	if (!kernel->release || !kernel->machine)
		return -ENOMEM;
	kernel->version = version_of(kernel->release);
	kernel->build_version =
		read_line(kernel, kernel->proc_root, "/sys/kernel/version");
	if (!kernel->build_version && !opts->proc_root)
		kernel->build_version =
			arena_text(kernel->arena, name.version, strlen(name.version));
	kernel->lsm = read_line(kernel, kernel->sys_root, "/kernel/security/lsm");
	if (kernel->own_roots)
		kernel->user_ns = pseudo_ns(AT_FDCWD, "/proc/self/ns/user");
	return read_host_ns(kernel);
}

int kernel_new(struct tetra_kernel **ret)
{
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = calloc(1, sizeof(*kernel));
	int r;

	if (!kernel)
		return -ENOMEM;
	knobs_init(kernel->knobs);
	r = arena_new(&kernel->arena);
	if (r < 0)
		return r;
	kernel->machine = "";
	*ret = TAKE_PTR(kernel);
	return 0;
}

int kernel_probe(struct tetra_kernel **ret, const struct kernel_probe_opts *opts,
		 struct tetra_diag *diag)
{
	static const struct kernel_probe_opts defaults = {};
	_cleanup_(kernel_freep) struct tetra_kernel *kernel = NULL;
	int r;

	if (!opts)
		opts = &defaults;
	r = kernel_new(&kernel);
	if (r < 0)
		return diag_error(diag, NULL, r, "no-memory", NULL, "out of memory");
	kernel->own_roots = !opts->proc_root && !opts->sys_root;
	kernel->proc_root = kernel_path(kernel, opts->proc_root ?: "/proc", "");
	kernel->sys_root = kernel_path(kernel, opts->sys_root ?: "/sys", "");
	if (!kernel->proc_root || !kernel->sys_root)
		return -ENOMEM;
	kernel->btf_path = opts->btf_path ? kernel_path(kernel, opts->btf_path, "")
					  : kernel_path(kernel, kernel->sys_root,
							"/kernel/btf/vmlinux");
	if (!kernel->btf_path)
		return -ENOMEM;
	r = read_identity(kernel, opts);
	if (r < 0)
		return diag_error(diag, NULL, r, "no-kernel", NULL,
				  "cannot tell which kernel this is");
	*ret = TAKE_PTR(kernel);
	return 0;
}

struct tetra_kernel *kernel_free(struct tetra_kernel *kernel)
{
	if (!kernel)
		return NULL;
	vmlinux_close(&kernel->vmlinux);
	symbols_done(&kernel->symbols);
	knobs_done(kernel->knobs);
	facts_done(&kernel->facts);
	strbuf_done(&kernel->config);
	arena_free(kernel->arena);
	free(kernel);
	return NULL;
}

void kernel_trim(struct tetra_kernel *kernel)
{
	if (kernel->recorded)
		return;
	vmlinux_close(&kernel->vmlinux);
	symbols_done(&kernel->symbols);
}

bool kernel_is_recorded(const struct tetra_kernel *kernel)
{
	return kernel->recorded;
}

bool kernel_has_files(const struct tetra_kernel *kernel)
{
	return !kernel->recorded || kernel->has_files;
}

void kernel_set_files(struct tetra_kernel *kernel, bool here)
{
	kernel->has_files = here;
}

bool kernel_is_complete(const struct tetra_kernel *kernel)
{
	return kernel->complete;
}

const char *kernel_release(const struct tetra_kernel *kernel)
{
	return kernel->release ? kernel->release : "";
}

const char *kernel_machine(const struct tetra_kernel *kernel)
{
	return kernel->machine;
}

uint32_t kernel_version(const struct tetra_kernel *kernel)
{
	return kernel->version;
}

const char *kernel_lsm_list(const struct tetra_kernel *kernel)
{
	return kernel->lsm;
}

bool kernel_is_confidential(const struct tetra_kernel *kernel)
{
	_cleanup_(strbuf_done) struct strbuf path = {}, text = {};

	if (kernel->recorded)
		return kernel->confidential;
	strbuf_format(&path, "%s/kernel/security/lockdown", kernel->sys_root);
	return !path.failed &&
	       pseudo_read(&text, AT_FDCWD, path.text, KERNEL_MAX_LINE) == 0 &&
	       strstr(strbuf_get(&text), "[confidentiality]");
}

uint64_t kernel_host_ns(const struct tetra_kernel *kernel, enum tetra_namespace ns)
{
	return ns < ARRAY_SIZE(kernel->host_ns) ? kernel->host_ns[ns] : 0;
}

int kernel_set_release(struct tetra_kernel *kernel, const char *release)
{
	kernel->release = arena_text(kernel->arena, release, strlen(release));
	if (!kernel->release)
		return -ENOMEM;
	kernel->version = version_of(release);
	return 0;
}

bool kernel_can_ask(const struct tetra_kernel *kernel)
{
	return !kernel->recorded || kernel->complete;
}

int kernel_open_vmlinux(struct tetra_kernel *kernel)
{
	if (kernel->recorded)
		return kernel->vmlinux.btf ? 0 : -EOPNOTSUPP;
	return vmlinux_open(&kernel->vmlinux, kernel->btf_path);
}

struct btf *kernel_btf(struct tetra_kernel *kernel)
{
	return kernel_open_vmlinux(kernel) < 0 ? NULL : kernel->vmlinux.btf;
}

/* The place of an answer; new ones have no .asked. */
static int fact_place(struct tetra_kernel *kernel, enum fact_kind kind, const char *key,
		      struct fact **ret)
{
	struct fact *fact;

	if (!kernel_can_ask(kernel)) {
		fact = facts_find(&kernel->facts, kind, key);
		if (!fact || !fact->asked)
			return -ENOENT;
	} else {
		fact = facts_get(&kernel->facts, kernel->arena, kind, key);
		if (!fact)
			return -ENOMEM;
	}
	*ret = fact;
	return 0;
}

int kernel_answer(struct tetra_kernel *kernel, enum fact_kind kind, const char *key,
		  fact_resolve_fn resolve, struct fact **ret)
{
	int r = fact_place(kernel, kind, key, ret);

	if (r < 0)
		return r;
	if (!(*ret)->asked) {
		(*ret)->error = resolve(kernel, key, *ret);
		(*ret)->asked = 1;
	}
	return (*ret)->error;
}

static int describe(struct tetra_kernel *kernel, uint32_t id, uint32_t n_skip,
		    const char *name, struct kernel_function **ret)
{
	struct kernel_function *function = arena_alloc(kernel->arena, sizeof(*function));
	int r;

	if (!function)
		return -ENOMEM;
	r = vmlinux_describe(&kernel->vmlinux, id, n_skip, kernel->arena, function);
	if (r < 0)
		return r;
	function->name = arena_text(kernel->arena, name, strlen(name));
	function->target = function->name;
	function->syscall_number = -1;
	*ret = function;
	return function->name ? 0 : -ENOMEM;
}

static int function_resolve(struct tetra_kernel *kernel, const char *name,
			    struct fact *fact)
{
	int r = kernel_open_vmlinux(kernel);
	uint32_t id;

	if (r < 0)
		return r;
	id = vmlinux_find_function(&kernel->vmlinux, name);
	return id ? describe(kernel, id, 0, name, &fact->function) : -ENOENT;
}

int kernel_find_function(struct tetra_kernel *kernel, const char *name,
			 struct kernel_function *ret)
{
	struct fact *fact;
	int r = kernel_answer(kernel, FACT_FUNCTION, name, function_resolve, &fact);

	if (r == 0)
		*ret = *fact->function;
	return r;
}

/* The typedef of a raw tracepoint has no parameter names; the function that calls the programs
 * has them, and has the same parameters. */
static void copy_param_names(struct tetra_kernel *kernel, const char *event,
			     struct kernel_function *function)
{
	_cleanup_(strbuf_done) struct strbuf caller = {};
	struct kernel_function named = {};
	uint32_t i, id;

	strbuf_format(&caller, "__traceiter_%s", event);
	id = caller.failed ? 0 : vmlinux_find_function(&kernel->vmlinux, caller.text);
	if (!id || vmlinux_describe(&kernel->vmlinux, id, 1, kernel->arena, &named) < 0 ||
	    named.n_params != function->n_params)
		return;
	for (i = 0; i < function->n_params; i++)
		function->params[i].name = named.params[i].name;
}

static int raw_tracepoint_resolve(struct tetra_kernel *kernel, const char *event,
				  struct fact *fact)
{
	_cleanup_(strbuf_done) struct strbuf name = {};
	int r = kernel_open_vmlinux(kernel);
	uint32_t id;

	if (r < 0)
		return r;
	strbuf_format(&name, "btf_trace_%s", event);
	if (name.failed)
		return -ENOMEM;
	id = vmlinux_find_typedef(&kernel->vmlinux, name.text);
	if (!id)
		return -ENOENT;
	/* The first parameter is the tracepoint's own and never reaches a program. */
	r = describe(kernel, id, 1, event, &fact->function);
	if (r == 0)
		copy_param_names(kernel, event, fact->function);
	return r;
}

int kernel_find_raw_tracepoint(struct tetra_kernel *kernel, const char *event,
			       struct kernel_function *ret)
{
	struct fact *fact;
	int r = kernel_answer(kernel, FACT_RAW_TRACEPOINT, event, raw_tracepoint_resolve,
			      &fact);

	if (r == 0)
		*ret = *fact->function;
	return r;
}

int kernel_each_function(struct tetra_kernel *kernel, const char *prefix,
			 int (*visit)(const char *name, void *user), void *user)
{
	size_t i;
	int r;

	if (kernel_can_ask(kernel)) {
		r = kernel_open_vmlinux(kernel);
		return r < 0 ? r
			     : vmlinux_each_function(&kernel->vmlinux, prefix, visit,
						     user);
	}
	for (i = 0; i < kernel->facts.n_slots; i++) {
		const struct fact *fact = kernel->facts.slots[i];

		if (!fact || fact->kind != FACT_FUNCTION || !fact->asked ||
		    fact->error < 0 || !str_has_prefix(fact->key, prefix))
			continue;
		r = visit(fact->key, user);
		if (r)
			return r;
	}
	return 0;
}
