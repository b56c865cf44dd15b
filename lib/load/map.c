/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/load/map.h"

const char *sensor_map_name(enum sensor_map map)
{
	static const char *const names[] = {
#define X(NAME, text) [SENSOR_MAP_##NAME] = text,
		SENSOR_MAPS(X)
#undef X
	};

	return names[map];
}
