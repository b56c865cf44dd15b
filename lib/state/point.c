/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/state/point.h"

#include "lib/base/diag.h"

int session_point_new(struct session_point **ret, const struct session_use *use,
		      uint32_t id)
{
	struct session_point *point = calloc(1, sizeof(*point));

	if (!point)
		return -ENOMEM;
	point->n_refs = 1;
	point->id = id;
	point->place = use->plan;
	*ret = point;
	return 0;
}

int session_point_copy(struct session_point **ret, const struct session_point *point,
		       uint32_t id)
{
	struct session_point *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	copy->n_refs = 1;
	copy->id = id;
	copy->place = point->place;
	copy->shape = point->shape;
	copy->misses = session_point_get_misses(point);
	*ret = copy;
	return 0;
}

struct session_point *session_point_ref(struct session_point *point)
{
	point->n_refs++;
	return point;
}

struct session_point *session_point_unref(struct session_point *point)
{
	if (!point || --point->n_refs)
		return NULL;
	for (uint32_t i = 0; i < point->n_instances; i++)
		instance_free(point->instances[i]);
	free(point);
	return NULL;
}

int session_point_add(struct session_point *point, struct session_use *use,
		      const char *file, struct tetra_diag *diag)
{
	int r = shape_add_use(&point->shape, &use->plan, use->hook, file, &use->slots,
			      diag);

	for (uint32_t i = 0; i < use->plan.n_args; i++)
		use->args[i].slot = use->slots.of_arg[i];
	use->event.return_slot = use->slots.of_return;
	return r;
}

/* What decides which programs this kernel can skip. */
static void point_note(struct session_point *point, struct tetra_kernel *kernel)
{
	point->preemption = kernel_preemption(kernel);
	point->bpf_free = kernel_bpf_is_free(kernel);
}

int session_point_plan(struct session_point *point, const char *file,
		       struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	const struct diag_place place = { file, 0, 0, NULL };

	point_note(point, kernel);
	return plan_ladder(&point->ladder, &point->place, point->shape.demand.needs,
			   &place, kernel, diag);
}

static struct tetra_hook_config point_configure(const struct session_point *point,
						uint32_t instance,
						struct tetra_kernel *kernel)
{
	struct tetra_hook_config config;

	shape_configure(&config, &point->shape, &point->ladder,
			&point->ladder.instances[instance], kernel);
	config.hook = point->id;
	return config;
}

void session_point_expect(const struct session_point *point, struct sensor *sensor,
			  struct tetra_kernel *kernel)
{
	for (uint32_t i = 0; i < point->ladder.n_instances; i++) {
		const struct tetra_hook_config config = point_configure(point, i, kernel);

		instance_expect(sensor, &point->ladder.instances[i], &config);
	}
}

int session_point_attach(struct session_point *point, struct sensor *sensor,
			 struct tetra_kernel *kernel, struct tetra_diag *diag)
{
	const struct diag_place place = { NULL, 0, 0, NULL };

	plan_ladder_print(&point->ladder, &point->attach);
	for (uint32_t i = 0; i < point->ladder.n_instances; i++) {
		const struct plan_instance *plan = &point->ladder.instances[i];
		const struct tetra_hook_config config = point_configure(point, i, kernel);
		int r;

		r = instance_new(&point->instances[i], sensor, kernel, plan, &config,
				 &place, diag);
		if (r < 0)
			return r;
		point->n_instances++;
	}
	point->attached = true;
	return 0;
}

bool session_point_is_outdated(struct session_point *point, struct tetra_kernel *kernel)
{
	struct plan_ladder now;

	if (!kernel_is_preemptible(kernel) ||
	    (point->preemption == kernel_preemption(kernel) &&
	     point->bpf_free == kernel_bpf_is_free(kernel)) ||
	    plan_ladder(&now, &point->place, point->shape.demand.needs, NULL, kernel,
			NULL) < 0)
		return false;
	if (!plan_ladder_is_same(&now, &point->ladder))
		return true;
	point_note(point, kernel);
	return false;
}

bool session_point_can_be_skipped(const struct session_point *point,
				  struct tetra_kernel *kernel)
{
	struct plan_ladder now;

	if (!(point->shape.demand.needs & PLAN_NEEDS_ENFORCE))
		return false;
	return plan_ladder(&now, &point->place, point->shape.demand.needs, NULL, kernel,
			   NULL) < 0 ||
	       now.unheld || !plan_ladder_is_same(&now, &point->ladder);
}

uint64_t session_point_get_misses(const struct session_point *point)
{
	uint64_t misses = point->misses;

	for (uint32_t i = 0; i < point->n_instances; i++)
		misses += instance_get_recursion_misses(point->instances[i]);
	return misses;
}
