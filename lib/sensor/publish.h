/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting an image into force. The bytes go into a new array; then one pointer is exchanged.
 * The call that exchanges it returns only when no program uses the old array any more (the
 * kernel waits for a grace period there), so its counters are final then.
 */
#ifndef TETRA_LIB_PUBLISH_H
#define TETRA_LIB_PUBLISH_H

#include "bpf/abi/image.h"
#include "lib/sensor/maps.h"

/* An image in the kernel, mapped: its counters change as programs run. */
struct published {
	struct tetra_cell *cells; /* NULL: none */
	uint32_t n_cells;
	int fd;
};

/* A zeroed struct published means no image. */
int published_prepare(struct published *ret, const struct tetra_cell *cells,
		      uint32_t n_cells);
/* The first image, which has no rules: no run uses an older one, so one wait is enough. */
int published_begin(const struct published *published, struct sensor *sensor);
int published_commit(const struct published *published, struct sensor *sensor);
/* Waits for the runs that have started; @published is already in force. */
int published_wait(const struct published *published, struct sensor *sensor);
void published_done(struct published *published);
uint64_t published_get_bytes(const struct published *published);

#endif
