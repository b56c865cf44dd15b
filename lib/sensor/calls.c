/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries are looked at some at a time: by that the kernel goes on where it was, also if entries
 * have been removed since. From a key that has been removed it would begin anew.
 */
#include "lib/sensor/calls.h"

#include <bpf/bpf.h>

#include "bpf/abi/config.h"

#define CALLS_AT_A_TIME 64

struct calls {
	int map;
	uint32_t at; /* the kernel's, of what follows */
	uint32_t n_seen;
	bool is_over;
	struct tetra_user_call_key keys[CALLS_AT_A_TIME];
	struct tetra_user_call values[CALLS_AT_A_TIME];
};

/* How many more there are; 0 at the end, or if the kernel does not say. */
static uint32_t calls_next(struct calls *calls)
{
	uint32_t n = CALLS_AT_A_TIME;
	int r;

	if (calls->is_over)
		return 0;
	r = bpf_map_lookup_batch(calls->map, calls->n_seen ? &calls->at : NULL,
				 &calls->at, calls->keys, calls->values, &n, NULL);
	calls->is_over = r < 0;
	if (r < 0 && r != -ENOENT)
		return 0;
	calls->n_seen += n;
	return n;
}

static uint32_t calls_count(int map)
{
	struct calls calls = { .map = map };

	while (calls_next(&calls))
		;
	return calls.n_seen;
}

static uint32_t calls_forget(int map)
{
	struct calls calls = { .map = map };
	uint32_t n, forgotten = 0;

	while ((n = calls_next(&calls)) > 0)
		for (uint32_t i = 0; i < n; i++)
			forgotten += bpf_map_delete_elem(map, &calls.keys[i]) == 0;
	return forgotten;
}

uint32_t sensor_sweep_calls(struct sensor *sensor)
{
	int map = sensor_map_fd(sensor, SENSOR_MAP_USER_CALLS);

	return calls_count(map) > TETRA_USER_CALLS_CROWD ? calls_forget(map) : 0;
}
