/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for calls that are still passing through programs.
 *
 * A call that has entered a function's trampoline runs the programs that were attached then,
 * one after the other, and may stop between them for a long time if the kernel is preemptible
 * or the CPU is virtual. Before rules leave a program that such a call may still have to pass,
 * we wait for the call.
 */
#ifndef TETRA_LIB_SENSOR_DRAIN_H
#define TETRA_LIB_SENSOR_DRAIN_H

#include "lib/kernel/kernel.h"
#include "lib/sensor/publish.h"

/*
 * Returns when every call that had already started has finished. @published: the image in
 * force. Takes as long as the kernel's grace period for tasks: tenths of a second, some
 * seconds on a busy machine. Return: 0; -EBUSY if a call does not finish; -EPERM, -ENOMEM,
 * -EINVAL if the wait failed.
 */
int drain_calls(const struct published *published, struct sensor *sensor,
		struct tetra_kernel *kernel);

#endif
