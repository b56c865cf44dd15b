/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/instance.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>

#include "bpf/hook.skel.h"
#include "lib/base/diag.h"
#include "lib/sensor/log.h"

struct instance {
	struct bpf_link *link;
	int prog_fd;
};

typedef struct bpf_link *(*instance_attach_fn)(struct bpf_program *program,
					       const struct plan_instance *plan);

static struct bpf_link *attach_typed(struct bpf_program *program,
				     const struct plan_instance *plan)
{
	return bpf_program__attach(program);
}

static struct bpf_link *attach_kprobe(struct bpf_program *program,
				      const struct plan_instance *plan)
{
	return bpf_program__attach_kprobe(program, plan->program == PLAN_KRETPROBE,
					  plan->target);
}

static struct bpf_link *attach_raw(struct bpf_program *program,
				   const struct plan_instance *plan)
{
	return bpf_program__attach_raw_tracepoint(program, plan->target);
}

static struct bpf_link *attach_sys_enter(struct bpf_program *program,
					 const struct plan_instance *plan)
{
	return bpf_program__attach_raw_tracepoint(program, "sys_enter");
}

static struct bpf_link *attach_sys_exit(struct bpf_program *program,
					const struct plan_instance *plan)
{
	return bpf_program__attach_raw_tracepoint(program, "sys_exit");
}

static struct bpf_link *attach_tracepoint(struct bpf_program *program,
					  const struct plan_instance *plan)
{
	char subsystem[PLAN_KEY_BYTES];
	char *slash;

	snprintf(subsystem, sizeof(subsystem), "%s", plan->target);
	slash = strchr(subsystem, '/');
	if (!slash) {
		errno = EINVAL;
		return NULL;
	}
	*slash = '\0';
	return bpf_program__attach_tracepoint(program, subsystem, slash + 1);
}

/* Which program of the object serves which rung, and how it is attached. */
static const struct instance_row {
	const char *program;
	bool has_target; /* an attach target in BTF, named before loading */
	instance_attach_fn attach;
} instance_rows[] = {
	[PLAN_FENTRY] = { "tetra_fentry", true, attach_typed },
	[PLAN_FEXIT] = { "tetra_fexit", true, attach_typed },
	[PLAN_FMOD_RET] = { "tetra_fmod_ret", true, attach_typed },
	[PLAN_LSM] = { "tetra_lsm", true, attach_typed },
	[PLAN_TP_BTF] = { "tetra_tp_btf", true, attach_typed },
	[PLAN_RAW_TP] = { "tetra_raw_tp", false, attach_raw },
	[PLAN_TRACEPOINT] = { "tetra_tracepoint", false, attach_tracepoint },
	[PLAN_KPROBE] = { "tetra_kprobe", false, attach_kprobe },
	[PLAN_KRETPROBE] = { "tetra_kretprobe", false, attach_kprobe },
	[PLAN_SYS_ENTER] = { "tetra_sys_enter", false, attach_sys_enter },
	[PLAN_SYS_EXIT] = { "tetra_sys_exit", false, attach_sys_exit },
};

static int instance_share_maps(struct hook_bpf *skeleton, struct sensor *sensor)
{
	int r = 0;

	for (int i = 0; i < SENSOR_MAP_END && r == 0; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(skeleton->obj, sensor_map_name(i));

		/* A map that no program of the object uses is not there. */
		if (map)
			r = bpf_map__reuse_fd(map, sensor_map_fd(sensor, i));
	}
	return r;
}

static int instance_error(const struct plan_instance *plan, const char *step, int r, char *log,
			  const struct diag_place *place, struct tetra_diag *diag)
{
	int error = r == -EPERM || r == -ENOMEM || r == -ENOENT ? r : -EOPNOTSUPP;

	return diag_error(diag, place, error, "attach-failed", NULL,
			  "%s program on '%s' cannot be %s: %s%s%s",
			  plan_program_name(plan->program), plan->target, step, strerror(-r),
			  *log ? ": " : "", log_last_lines(log));
}

static int instance_load(struct instance *instance, struct hook_bpf *skeleton,
			 const struct instance_row *row, const struct plan_instance *plan,
			 const struct diag_place *place, struct tetra_diag *diag)
{
	_cleanup_(freep) char *log = calloc(1, LOG_BYTES);
	bool wide = skeleton->rodata->cfg.n_words > 1;
	struct bpf_program *program;
	char name[64];
	int r;

	snprintf(name, sizeof(name), "%s%s", row->program, wide ? "_wide" : "");
	program = bpf_object__find_program_by_name(skeleton->obj, name);
	if (!log)
		return -ENOMEM;
	if (!program)
		return instance_error(plan, "found", -ENOENT, log, place, diag);
	bpf_program__set_autoload(program, true);
	bpf_program__set_log_buf(program, log, LOG_BYTES);
	r = row->has_target ? bpf_program__set_attach_target(program, 0, plan->target) : 0;
	if (r == 0)
		r = hook_bpf__load(skeleton);
	if (r < 0)
		return instance_error(plan, "loaded", r, log, place, diag);
	instance->link = row->attach(program, plan);
	if (!instance->link)
		return instance_error(plan, "attached", -errno, log, place, diag);
	/* The object goes, the program stays: its descriptor and its link are all we need. */
	instance->prog_fd = fcntl(bpf_program__fd(program), F_DUPFD_CLOEXEC, 0);
	return instance->prog_fd < 0 ? -ENOMEM : 0;
}

int instance_new(struct instance **ret, struct sensor *sensor,
		 const struct plan_instance *plan, const struct tetra_hook_config *config,
		 const struct diag_place *place, struct tetra_diag *diag)
{
	struct instance *instance = calloc(1, sizeof(*instance));
	struct hook_bpf *skeleton;
	int r;

	if (!instance)
		return -ENOMEM;
	instance->prog_fd = -1;
	skeleton = hook_bpf__open();
	if (!skeleton) {
		free(instance);
		return -ENOMEM;
	}
	memcpy((void *)&skeleton->rodata->cfg, config, sizeof(*config));
	r = instance_share_maps(skeleton, sensor);
	if (r == 0)
		r = instance_load(instance, skeleton, &instance_rows[plan->program], plan,
				  place, diag);
	hook_bpf__destroy(skeleton);
	if (r < 0) {
		instance_free(instance);
		return r;
	}
	*ret = instance;
	return 0;
}

struct instance *instance_free(struct instance *instance)
{
	if (!instance)
		return NULL;
	if (instance->link)
		bpf_link__destroy(instance->link);
	if (instance->prog_fd >= 0)
		close(instance->prog_fd);
	free(instance);
	return NULL;
}

uint64_t instance_get_recursion_misses(const struct instance *instance)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(instance->prog_fd, &info, &size) < 0)
		return 0;
	return info.recursion_misses;
}
