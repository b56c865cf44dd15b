/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are on their way into programs.
 *
 * A call that has entered a function's trampoline runs the programs that were attached then,
 * and may be kept from them for long: where the kernel is preemptible, or its processor a
 * virtual one. When rules move from one program to another, such a call would meet the old
 * program without rules and the new one not at all. So between the attaching of the new
 * program and the commit that moves the rules, these calls are waited for.
 */
#ifndef TETRA_LIB_SENSOR_DRAIN_H
#define TETRA_LIB_SENSOR_DRAIN_H

#include "lib/kernel/kernel.h"
#include "lib/sensor/publish.h"

/*
 * Returns when every call has ended that had begun before. @published: the image in force.
 * Takes as long as the kernel's grace period for tasks: tenths of a second, some seconds on a
 * busy machine. Return: 0; -EBUSY if some call does not end; -EPERM, -ENOMEM, -EINVAL if the
 * waiting failed.
 */
int drain_calls(const struct published *published, struct sensor *sensor,
		struct tetra_kernel *kernel);

#endif
