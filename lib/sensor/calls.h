/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that return probes wait for. */
#ifndef TETRA_LIB_SENSOR_CALLS_H
#define TETRA_LIB_SENSOR_CALLS_H

#include "lib/sensor/maps.h"

/*
 * Programs leave calls without a return, and end inside them. If there are so many that new ones
 * would soon not fit, all of programs are forgotten. About once a second.
 * Return: how many; none of them has had an event.
 */
uint32_t sensor_sweep_calls(struct sensor *sensor);

#endif
