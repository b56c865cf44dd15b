/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/calls.h"

#include <bpf/bpf.h>

#include "bpf/abi/config.h"

static uint32_t calls_count(int map)
{
	struct tetra_user_call_key key, *before = NULL;
	uint32_t n = 0;

	while (n <= TETRA_USER_CALLS && bpf_map_get_next_key(map, before, &key) == 0) {
		before = &key;
		n++;
	}
	return n;
}

static uint32_t calls_forget(int map)
{
	struct tetra_user_call_key key, next;
	int r = bpf_map_get_next_key(map, NULL, &key);
	uint32_t n = 0;

	for (uint32_t i = 0; i <= TETRA_USER_CALLS && r == 0; i++) {
		r = bpf_map_get_next_key(map, &key, &next);
		n += bpf_map_delete_elem(map, &key) == 0;
		key = next;
	}
	return n;
}

uint32_t sensor_sweep_calls(struct sensor *sensor)
{
	int map = sensor_map_fd(sensor, SENSOR_MAP_USER_CALLS);

	return calls_count(map) > TETRA_USER_CALLS_CROWD ? calls_forget(map) : 0;
}
