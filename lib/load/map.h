/* SPDX-License-Identifier: Apache-2.0 */
/* The maps that all objects name, and that their programs share. */
#ifndef TETRA_LIB_LOAD_MAP_H
#define TETRA_LIB_LOAD_MAP_H

/* The name is the map's in the objects. */
/* A row a line. */
/* clang-format off */
#define SENSOR_MAPS(X)                    \
	X(IMAGES, "tetra_images")         \
	X(RING, "tetra_ring")             \
	X(PROCS, "tetra_procs")           \
	X(FORKS, "tetra_forks")           \
	X(MARKS, "tetra_marks")           \
	X(MARKING, "tetra_marking")       \
	X(RATES, "tetra_rates")           \
	X(CALLS, "tetra_calls")           \
	X(USER_CALLS, "tetra_user_calls") \
	X(ROOTS, "tetra_roots")           \
	X(GAINS, "tetra_gains")           \
	X(PLAIN, "tetra_plain")           \
	X(LOSSES, "tetra_losses")         \
	X(SCRATCH, "tetra_scratch")       \
	X(SPARES, "tetra_spares")
/* clang-format on */

#define X(NAME, ...) SENSOR_MAP_##NAME,
enum sensor_map { SENSOR_MAPS(X) SENSOR_MAP_END };
#undef X

const char *sensor_map_name(enum sensor_map map);

#endif
