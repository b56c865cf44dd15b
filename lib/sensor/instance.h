/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program on one hook point: loaded with its configuration, attached, detached. The image
 * says what it does; an instance without rules is idle.
 */
#ifndef TETRA_LIB_INSTANCE_H
#define TETRA_LIB_INSTANCE_H

#include "lib/plan/plan.h"
#include "lib/sensor/maps.h"

struct instance;

/*
 * Announces such an instance. The programs of all announced instances are prepared at once,
 * with the first of them.
 */
void instance_expect(struct sensor *sensor, const struct plan_instance *plan,
		     const struct tetra_hook_config *config);

/*
 * Loads and attaches. @config: what shape_configure() says, and the hook's number.
 * Return: 0; -EOPNOTSUPP, -EPERM, -ENOMEM, -ENOENT with a finding that ends in the
 * verifier's last lines.
 */
int instance_new(struct instance **ret, struct sensor *sensor,
		 struct tetra_kernel *kernel, const struct plan_instance *plan,
		 const struct tetra_hook_config *config, const struct diag_place *place,
		 struct tetra_diag *diag);

/* Detaches. Return: NULL. */
struct instance *instance_free(struct instance *instance);

/* Runs that the kernel skipped because the program was running already. */
uint64_t instance_get_recursion_misses(const struct instance *instance);

static inline void instance_freep(struct instance **instance)
{
	instance_free(*instance);
}

#endif
