/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/instance.h"

#include <bpf/bpf.h>
#include <stdio.h>

#include "bpf/hook.skel.h"
#include "lib/base/diag.h"
#include "lib/btf/quiet.h"
#include "lib/load/attach.h"
#include "lib/load/log.h"
#include "lib/load/misses.h"
#include "lib/load/template.h"

#define WIDE_SUFFIX "_wide"

struct instance {
	int prog_fd, link_fd;
};

/* The BTF id of a program's target, for which the program is loaded. */
typedef int (*instance_find_fn)(struct tetra_kernel *kernel, const char *target,
				struct kernel_function *ret);

static int find_lsm_hook(struct tetra_kernel *kernel, const char *target,
			 struct kernel_function *ret)
{
	return kernel_lsm_hook(kernel, target, ret) ? 0 : -ENOENT;
}

/* Which program of the object serves which rung, and its type in the kernel. */
static const struct instance_row {
	const char *program;
	attach_fn attach;
	enum bpf_prog_type type;
	enum bpf_attach_type attach_type;
	instance_find_fn find; /* NULL: the target is given when it is attached */
	uint32_t flags;	       /* BPF_F_* */
} instance_rows[] = {
	[PLAN_FENTRY] = { "tetra_fentry", attach_typed, BPF_PROG_TYPE_TRACING,
			  BPF_TRACE_FENTRY, kernel_find_function },
	[PLAN_FENTRY_SLEEPS] = { "tetra_touch", attach_typed, BPF_PROG_TYPE_TRACING,
				 BPF_TRACE_FENTRY, kernel_find_function,
				 BPF_F_SLEEPABLE },
	[PLAN_FEXIT] = { "tetra_fexit", attach_typed, BPF_PROG_TYPE_TRACING,
			 BPF_TRACE_FEXIT, kernel_find_function },
	[PLAN_FMOD_RET] = { "tetra_fmod_ret", attach_typed, BPF_PROG_TYPE_TRACING,
			    BPF_MODIFY_RETURN, kernel_find_function },
	[PLAN_LSM] = { "tetra_lsm", attach_typed, BPF_PROG_TYPE_LSM, BPF_LSM_MAC,
		       find_lsm_hook },
	[PLAN_TP_BTF] = { "tetra_tp_btf", attach_typed, BPF_PROG_TYPE_TRACING,
			  BPF_TRACE_RAW_TP, kernel_find_raw_tracepoint },
	[PLAN_RAW_TP] = { "tetra_raw_tp", attach_raw_tracepoint,
			  BPF_PROG_TYPE_RAW_TRACEPOINT },
	[PLAN_TRACEPOINT] = { "tetra_tracepoint", attach_tracepoint,
			      BPF_PROG_TYPE_TRACEPOINT },
	[PLAN_TRACEPOINT_SLEEPS] = { "tetra_touch_record", attach_tracepoint,
				     BPF_PROG_TYPE_TRACEPOINT, .flags = BPF_F_SLEEPABLE },
	[PLAN_KPROBE_MULTI] = { "tetra_kprobe", attach_kprobe_multi, BPF_PROG_TYPE_KPROBE,
				BPF_TRACE_KPROBE_MULTI },
	[PLAN_KPROBE] = { "tetra_kprobe", attach_kprobe, BPF_PROG_TYPE_KPROBE },
	[PLAN_KRETPROBE_MULTI] = { "tetra_kretprobe", attach_kretprobe_multi,
				   BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI },
	[PLAN_KRETPROBE] = { "tetra_kretprobe", attach_kretprobe, BPF_PROG_TYPE_KPROBE },
	[PLAN_UPROBE] = { "tetra_kprobe", attach_uprobe, BPF_PROG_TYPE_KPROBE },
	[PLAN_URETPROBE] = { "tetra_kretprobe", attach_uretprobe, BPF_PROG_TYPE_KPROBE },
	[PLAN_SYS_ENTER] = { "tetra_sys_enter", attach_raw_tracepoint,
			     BPF_PROG_TYPE_RAW_TRACEPOINT },
	[PLAN_SYS_EXIT] = { "tetra_sys_exit", attach_raw_tracepoint,
			    BPF_PROG_TYPE_RAW_TRACEPOINT },
};

static bool program_is_wide(const struct tetra_hook_config *config)
{
	return config->n_words > 1;
}

static uint64_t program_bit(const struct plan_instance *plan,
			    const struct tetra_hook_config *config)
{
	return 1ull << (plan->program * 2 + program_is_wide(config));
}

/* Some rungs share a program. */
static bool program_is_in(const char *program, uint64_t set)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(instance_rows); i++) {
		size_t len = strlen(instance_rows[i].program);

		if (strncmp(program, instance_rows[i].program, len) != 0)
			continue;
		if (!program[len])
			bits |= 1ull << (i * 2);
		else if (str_equal(program + len, WIDE_SUFFIX))
			bits |= 1ull << (i * 2 + 1);
	}
	return set & bits;
}

static int instance_template(const struct template **ret, struct sensor *sensor,
			     struct tetra_kernel *kernel, uint64_t program)
{
	struct sensor_hooks *hooks = sensor_get_hooks(sensor);
	struct template_source source = { .wants = program_is_in };
	int maps[SENSOR_MAP_END], r;

	hooks->expected |= program;
	if (!(hooks->ready & program)) {
		for (int i = 0; i < SENSOR_MAP_END; i++)
			maps[i] = sensor_map_fd(sensor, i);
		source.elf = hook_bpf__elf_bytes(&source.bytes);
		source.set = hooks->expected;
		source.cast = *sensor_get_cast(sensor);
		hooks->template = template_free(hooks->template);
		hooks->ready = 0;
		r = template_new(&hooks->template, &source, maps, kernel);
		if (r < 0)
			return r;
		hooks->ready = hooks->expected;
	}
	*ret = hooks->template;
	return 0;
}

void instance_expect(struct sensor *sensor, const struct plan_instance *plan,
		     const struct tetra_hook_config *config)
{
	sensor_get_hooks(sensor)->expected |= program_bit(plan, config);
}

static bool is_by_perf(uint32_t program)
{
	attach_fn attach = instance_rows[program].attach;

	return attach == attach_tracepoint || attach == attach_kprobe ||
	       attach == attach_kretprobe || attach == attach_uprobe ||
	       attach == attach_uretprobe;
}

/* The function has no place for a trampoline, which is found out only by attaching. */
static bool is_untraced(const struct plan_instance *plan, struct tetra_kernel *kernel)
{
	uint32_t type = instance_rows[plan->program].attach_type;

	return (type == BPF_TRACE_FENTRY || type == BPF_TRACE_FEXIT ||
		type == BPF_MODIFY_RETURN) &&
	       !kernel_function_traceable(kernel, plan->target);
}

static int instance_error(const struct plan_instance *plan, const char *step, int r,
			  char *log, const struct sensor *sensor,
			  struct tetra_kernel *kernel, const struct diag_place *place,
			  struct tetra_diag *diag)
{
	const char *separator = !plan->subsystem[0] ? "" : plan->in_user ? ":" : "/";
	char program[2 * PLAN_NAME_BYTES + 64];
	struct failure failure = {
		.program = program,
		.step = step,
		.error = r,
		.log = log,
		.perf = is_by_perf(plan->program),
		.in_file = plan->in_user && str_equal(step, "attached"),
		.untraced = str_equal(step, "attached") && is_untraced(plan, kernel),
	};

	snprintf(program, sizeof(program), "the %s program for '%s%s%s'",
		 plan_program_name(plan->program), plan->subsystem, separator,
		 plan->target);
	sensor_set_log(sensor, &failure);
	return failure_tell(&failure, kernel, place, diag);
}

/* The configuration that all instances of the session share. */
static struct tetra_hook_config instance_config(const struct sensor *sensor,
						const struct tetra_hook_config *config)
{
	const struct sensor_own *own = sensor_get_own(sensor);
	struct tetra_hook_config all = *config;

	all.own_tgid = own->tgid;
	all.own_pgid = own->pgid;
	all.own_uid = own->uid;
	all.far = sensor_get_cast(sensor)->function != 0;
	return all;
}

static int instance_load(struct instance *instance, struct sensor *sensor,
			 struct tetra_kernel *kernel, const struct plan_instance *plan,
			 const struct tetra_hook_config *config, char **ret_log)
{
	const struct instance_row *row = &instance_rows[plan->program];
	struct template_place place = { row->type, row->attach_type, row->flags, 0 };
	struct tetra_hook_config all = instance_config(sensor, config);
	struct kernel_function target;
	const struct template *template;
	_cleanup_(closep) int data = -1;
	char name[64];
	int r = config->rate ? sensor_make_rates(sensor) : 0;

	if (r == 0 && row->find)
		r = row->find(kernel, plan->target, &target);
	if (r < 0)
		return r;
	if (row->find)
		place.btf_id = target.btf_id;
	r = instance_template(&template, sensor, kernel, program_bit(plan, config));
	if (r < 0)
		return r;
	sensor_configure(sensor, &all);
	data = template_configure(template, offsetof(struct hook_bpf__rodata, cfg), &all,
				  sizeof(all));
	if (data < 0)
		return data;
	snprintf(name, sizeof(name), "%s%s", row->program,
		 program_is_wide(config) ? WIDE_SUFFIX : "");
	instance->prog_fd = template_load(template, name, &place, data, ret_log);
	return MIN(instance->prog_fd, 0);
}

int instance_new(struct instance **ret, struct sensor *sensor,
		 struct tetra_kernel *kernel, const struct plan_instance *plan,
		 const struct tetra_hook_config *config, const struct diag_place *place,
		 struct tetra_diag *diag)
{
	_cleanup_(instance_freep) struct instance *instance =
		calloc(1, sizeof(*instance));
	_cleanup_(log_freep) char *log = NULL;
	struct attach_target target = { kernel, plan->subsystem, plan->target,
					plan->offset, plan->counter };
	QUIET;
	int r;

	if (!instance)
		return -ENOMEM;
	instance->prog_fd = instance->link_fd = -1;
	r = instance_load(instance, sensor, kernel, plan, config, &log);
	if (r < 0)
		return instance_error(plan, "loaded", r, log, sensor, kernel, place,
				      diag);
	instance->link_fd =
		instance_rows[plan->program].attach(instance->prog_fd, &target);
	if (instance->link_fd < 0)
		return instance_error(plan, "attached", instance->link_fd, NULL, sensor,
				      kernel, place, diag);
	*ret = TAKE_PTR(instance);
	return 0;
}

struct instance *instance_free(struct instance *instance)
{
	if (!instance)
		return NULL;
	closep(&instance->link_fd);
	closep(&instance->prog_fd);
	free(instance);
	return NULL;
}

uint64_t instance_get_recursion_misses(const struct instance *instance)
{
	return program_get_misses(instance->prog_fd) + link_get_misses(instance->link_fd);
}
