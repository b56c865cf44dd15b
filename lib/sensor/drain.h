/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are on their way through programs.
 *
 * A call that has entered a function's trampoline runs the programs that were attached then, one
 * after the other, and may be kept between them for long: where the kernel is preemptible, or its
 * processor a virtual one. Before rules go from a program that such a call may still have to
 * pass, the call is waited for.
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
